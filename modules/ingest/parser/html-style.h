/* SPDX-License-Identifier: MIT */
/*
 * What an element's own style says of whether its text is seen. Style sheets are not read.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** html_style_hides: Returns: whether nobody sees an element of this @style, nor anything in it */
gboolean html_style_hides (const char *style);
/**
 * html_style_is_sizeless:
 * @style: of an element
 * @around: whether text around the element has no size
 *
 * Returns: whether text in the element has the font size 0; what is in it may set another
 */
gboolean html_style_is_sizeless (const char *style, gboolean around);
/** html_style_keeps_lines: Returns: whether line breaks in the text of an element are some; @around: whether those
 * around it are */
gboolean html_style_keeps_lines (const char *style, gboolean around);

G_END_DECLS
