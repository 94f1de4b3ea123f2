/* SPDX-License-Identifier: MIT */
/* Verbs on a mailbox that several commands call. */
#pragma once

#include "call.h"

G_BEGIN_DECLS

/**
 * cli_mailbox_show:
 * @session: where the daemon is
 * @access: who may do in this process what it is shown for
 * @name: name of the mailbox as typed
 * @answer: (out) (transfer full): what MAILBOX-SHOW says
 *
 * Returns: exit status; what is not %CLI_EXIT_DONE has been told, in the words that scripts know for a missing one
 */
int cli_mailbox_show (CliSession *session, CliAccess access, const char *name, AimxClientAnswer **answer);

G_END_DECLS
