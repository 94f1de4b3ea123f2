/* SPDX-License-Identifier: MIT */
/* Signing a message: bytes and keys in, header fields out. No file access. */
#pragma once

#include "key-map.h"

G_BEGIN_DECLS

/**
 * dkim_sign:
 * @keys: of the domain that signs
 * @message: a whole message with CRLF line ends
 * @length: bytes
 * @timestamp: when, seconds since 1970
 * @error: %AIMX_ERROR_SIGN
 *
 * Returns: (transfer full) (nullable): a DKIM-Signature field for each key, the one that every verifier knows first
 */
char *dkim_sign (const DkimDomainKeys *keys, const char *message, gsize length, gint64 timestamp, GError **error);

G_END_DECLS
