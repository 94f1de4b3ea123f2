/* SPDX-License-Identifier: MIT */
/*
 * Which domains a From field may be taken to name that cannot be read without doubt. A pure function over bytes.
 *
 * Readers mend such a field each in a way of its own: one passes over what another stops at. Nobody is to escape from
 * the policy of a domain that one of them shows.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** DMARC_GUESSES_MAX: places of a field where a domain may begin; of one that has more nothing is said */
#define DMARC_GUESSES_MAX 100

/**
 * dmarc_guess_domains:
 * @value: (array length=length): a field without its name
 * @length: its bytes
 *
 * Whatever stands behind an `@` may be a domain, also in comments and quotes. A name of one label is passed over:
 * nobody has a policy there.
 *
 * Returns: (transfer full) (nullable) (element-type utf8): the domains, each once and normalized; %NULL: there are more
 * than anybody looks at
 */
GPtrArray *dmarc_guess_domains (const char *value, gsize length);

G_END_DECLS
