/* SPDX-License-Identifier: MIT */
/*
 * The verbs of this module, one a file.
 */
#pragma once

#include <aimx/verb.h>

G_BEGIN_DECLS

/** mailbox_create_verb: MAILBOX-CREATE */
extern const AimxVerbSpec mailbox_create_verb;
/** mailbox_delete_verb: MAILBOX-DELETE */
extern const AimxVerbSpec mailbox_delete_verb;
/** mailbox_list_verb: MAILBOX-LIST */
extern const AimxVerbSpec mailbox_list_verb;
/** mailbox_show_verb: MAILBOX-SHOW */
extern const AimxVerbSpec mailbox_show_verb;

G_END_DECLS
