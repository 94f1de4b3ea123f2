/* SPDX-License-Identifier: MIT */
/* Selectors (RFC 6376, 3.1): the names under which the keys of a domain are published. Pure; any thread. */
#pragma once

#include "signature/algorithm.h"

#include <aimx/aimx.h>

G_BEGIN_DECLS

/** dkim_selector_for: Returns: (transfer full): that of a key of @algorithm, when @selector is the domain's */
char *dkim_selector_for (const char *selector, DkimAlgorithm algorithm);
/** dkim_selector_check: Returns: whether a key of @algorithm can be published for @domain when @selector is its
 * selector, wherever it was written; %AIMX_ERROR_VALIDATION */
gboolean dkim_selector_check (const char *selector, const char *domain, DkimAlgorithm algorithm, GError **error);
/**
 * dkim_selector_check_new:
 * @selector: one that is chosen now
 * @domain: whose
 * @has_ed25519: whether an Ed25519 key is published under it, too
 * @current: (nullable): that in use
 * @error: %AIMX_ERROR_VALIDATION, %AIMX_ERROR_CONFLICT: keys of @current are published under its name
 *
 * Returns: whether keys that come can have it
 */
gboolean dkim_selector_check_new (const char *selector,
                                  const char *domain,
                                  gboolean has_ed25519,
                                  const char *current,
                                  GError **error);

G_END_DECLS
