/* SPDX-License-Identifier: MIT */
/* Whether the DNS has the records that a domain needs. */
#pragma once

#include "session.h"

G_BEGIN_DECLS

/**
 * cli_dns_check_after_publishing:
 * @session: where the daemon is
 * @records: (element-type CliDnsRecord): what should be there
 *
 * Looks and prints a line a record: whoever is at a terminal as often as they like, until all is right; in a pipe once.
 */
void cli_dns_check_after_publishing (CliSession *session, GPtrArray *records);

G_END_DECLS
