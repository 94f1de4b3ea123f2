/* SPDX-License-Identifier: MIT */
/* Verbs on domains and their keys that several commands call. */
#pragma once

#include "call.h"

G_BEGIN_DECLS

/**
 * cli_domain_call:
 * @session: where the daemon is
 * @call: what to do; domains are root's
 * @answer: (out) (transfer full) (nullable) (optional): the answer of a success
 *
 * Returns: exit status; what is not %CLI_EXIT_DONE has been told
 */
int cli_domain_call (CliSession *session, const CliCall *call, AimxClientAnswer **answer);
/** cli_domain_show_keys: @answer: (out) (transfer full): what DKIM-SHOW says of @domain. Returns: as cli_domain_call()
 */
int cli_domain_show_keys (CliSession *session, const char *domain, AimxClientAnswer **answer);

G_END_DECLS
