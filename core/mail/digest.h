/* SPDX-License-Identifier: MIT */
/*
 * SHA-256 by GnuTLS, which has it from the processor where that can: of a large message it is a good part of the work.
 * Pure functions.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** aimx_digest_new: Returns: (transfer full): the SHA-256 of @length bytes, in 64 lower-case hex digits */
char *aimx_digest_new (const void *data, gsize length);
/** aimx_digest_id: Returns: (transfer full): the first 16 digits of the SHA-256 of @text, its final nul not counted */
char *aimx_digest_id (const char *text);

G_END_DECLS
