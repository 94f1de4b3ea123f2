/* SPDX-License-Identifier: MIT */
/*
 * Steps over UTF-8 that keep a pointer to constant text what it is.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** aimx_utf8_next: g_utf8_next_char() without losing const */
static inline const char *
aimx_utf8_next (const char *at)
{
  return at + g_utf8_skip[(guchar) *at];
}

G_END_DECLS
