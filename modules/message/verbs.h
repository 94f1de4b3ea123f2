/* SPDX-License-Identifier: MIT */
/*
 * The verbs of this module.
 */
#pragma once

#include <aimx/verb.h>

G_BEGIN_DECLS

/** message_mark_read_verb: MARK-READ */
extern const AimxVerbSpec message_mark_read_verb;
/** message_mark_unread_verb: MARK-UNREAD */
extern const AimxVerbSpec message_mark_unread_verb;

G_END_DECLS
