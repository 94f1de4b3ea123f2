/* SPDX-License-Identifier: MIT */
/*
 * Stands before libxml2 and lets through what it can take: of HTML in any state, well-nested elements of limited depth
 * and number, with the attributes that matter and nothing to execute.
 *
 * libxml2 compares each attribute of a tag with all others and looks for the start of an end tag among all that is
 * open: minutes for a message made for it. And it drops what follows once 256 elements are open.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** html_guard_clean: Returns: (transfer full): @html, which is UTF-8, within the limits; linear time */
GString *html_guard_clean (const char *html, gsize length);

G_END_DECLS
