/* SPDX-License-Identifier: MIT */
/*
 * Stands before libxml2 and makes of HTML in any state XML, which leaves nothing to guess: elements of limited depth
 * and number, nested as a browser would nest them, with the attributes that matter and nothing to execute.
 *
 * The HTML reader of libxml2 ends elements by rules that are older than HTML 5: a paragraph ends the bold text around
 * it, with the style that hides both. It compares each attribute of a tag with all others and looks for the start of an
 * end tag among all that is open: minutes for a message made for it.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** html_guard_clean: Returns: (transfer full): @html, which is UTF-8, as an XML element within the limits; linear
 * time */
GString *html_guard_clean (const char *html, gsize length);

G_END_DECLS
