/* SPDX-License-Identifier: MIT */
/* What somebody may have meant. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * cli_nearest:
 * @typed: what was typed
 * @known: what could have been
 * @n_known: how many
 *
 * Returns: (transfer none) (nullable): the one of @known that takes fewest insertions, deletions, replacements and
 * swaps of neighbours, when that is few for its length, or that @typed begins
 */
const char *cli_nearest (const char *typed, const char *const *known, guint n_known);

G_END_DECLS
