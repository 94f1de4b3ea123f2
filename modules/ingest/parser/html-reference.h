/* SPDX-License-Identifier: MIT */
/*
 * Character references of HTML: `&amp;`, `&#8217;`, `&#x92;`.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * html_reference_read:
 * @at: at an `&`
 * @end: of the text
 * @in_attribute: whether it stands in an attribute, where `&copy=` is none
 * @character: (out): what it stands for, 0 for nothing that can be shown
 *
 * Returns: how many bytes it has, 0 when it is none
 */
gsize html_reference_read (const char *at, const char *end, gboolean in_attribute, gunichar *character);

G_END_DECLS
