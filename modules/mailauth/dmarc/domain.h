/* SPDX-License-Identifier: MIT */
/*
 * Domains and their relatives (RFC 7489, 3.1 and 3.2), by the list of public suffixes. Pure functions; the list is read
 * when it is loaded and immutable afterwards.
 */
#pragma once

#include <glib.h>
#include <libpsl.h>

G_BEGIN_DECLS

/** domain_normalize: Returns: (transfer full) (nullable): @domain in lower case and A-labels without a dot at the end;
 * %NULL when that is no name that the DNS can have */
char *domain_normalize (const char *domain);
/** domain_get_organizational: Returns: (transfer none): the part of @domain, normalized, that somebody registered; all
 * of it where it is a public suffix itself */
const char *domain_get_organizational (const psl_ctx_t *suffixes, const char *domain);
/** domain_is_aligned: Returns: whether the two are equal, or, unless @strict, have one organizational domain */
gboolean domain_is_aligned (const psl_ctx_t *suffixes, const char *a, const char *b, gboolean strict);

G_END_DECLS
