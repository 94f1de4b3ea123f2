/* SPDX-License-Identifier: MIT */
/* Domain names as signatures have them (RFC 6376, 3.5), in A-labels or U-labels (RFC 8616, 5). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** DKIM_DOMAIN_NAME_MAX: bytes of a name (RFC 1035, 2.3.4), without a dot at its end */
#define DKIM_DOMAIN_NAME_MAX 253

/**
 * dkim_domain_name_parse:
 * @text: (array length=length): a name
 * @length: bytes
 *
 * Letters, digits, `-`, and `_`, which selectors are seen with; one label is enough.
 *
 * Returns: (transfer full) (nullable): the name in lower case and A-labels; %NULL when it is none
 */
char *dkim_domain_name_parse (const char *text, gsize length);

G_END_DECLS
