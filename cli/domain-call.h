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
/** cli_domain_warn_about_default: when the default domain has no key, which the next start of a server needs */
void cli_domain_warn_about_default (CliSession *session);

G_END_DECLS
