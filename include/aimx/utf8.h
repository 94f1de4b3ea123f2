/* SPDX-License-Identifier: MIT */
/*
 * Steps over UTF-8. Pure functions.
 */
#pragma once

#include <aimx/abi.h>

G_BEGIN_DECLS

/**
 * aimx_utf8_next: (skip)
 * @at: a character
 *
 * g_utf8_next_char() without losing const.
 *
 * Returns: the character after it
 */
static inline const char *
aimx_utf8_next (const char *at)
{
  return at + g_utf8_skip[(guchar) *at];
}

/**
 * aimx_utf8_validate:
 * @text: bytes
 * @length: how many
 * @end: (out) (optional) (transfer none): where what is no text begins, else the end
 *
 * As g_utf8_validate_len(), many times as fast where text is ASCII, as most of all mail is.
 *
 * Returns: whether all of it is UTF-8 without NUL (RFC 3629)
 */
AIMX_API gboolean aimx_utf8_validate (const char *text, gsize length, const char **end);

G_END_DECLS
