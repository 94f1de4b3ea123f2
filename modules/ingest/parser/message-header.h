/* SPDX-License-Identifier: MIT */
/*
 * The fields of a message's header as AimxMessage wants them.
 */
#pragma once

#include "parser/charset.h"
#include "parser/header-block.h"

#include <aimx/message.h>

G_BEGIN_DECLS

/** message_header_read: sets the fields of @message and its author count */
void message_header_read (AimxMessage *message, const HeaderBlock *header, Charsets *charsets);

G_END_DECLS
