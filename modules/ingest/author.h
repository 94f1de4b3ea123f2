/* SPDX-License-Identifier: MIT */
/*
 * Whom a message shows as its author. A pure function.
 */
#pragma once

#include <aimx/message.h>

G_BEGIN_DECLS

/** author_get_address: Returns: (transfer full) (nullable): the address in From, in lower case; %NULL when there is not
 * exactly one */
char *author_get_address (AimxMessage *message);

G_END_DECLS
