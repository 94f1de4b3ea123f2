/* SPDX-License-Identifier: MIT */
/*
 * Whether a request is what the descriptor of its verb says.
 */
#pragma once

#include <aimx/verb.h>

G_BEGIN_DECLS

/**
 * aimx_verb_check_request:
 * @spec: the verb's descriptor
 * @request: as it came in; gets the values of its known headers, trimmed
 * @error: %AIMX_ERROR_MALFORMED
 *
 * Looks at form only, never at what a value means; never blocks.
 *
 * Returns: whether the handler may see it, once it is authorized
 */
gboolean aimx_verb_check_request (const AimxVerbSpec *spec, AimxRequest *request, GError **error);

G_END_DECLS
