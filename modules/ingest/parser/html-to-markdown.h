/* SPDX-License-Identifier: MIT */
/*
 * HTML of a message as Markdown that a person, or a program that reads like one, understands: headings, links, images'
 * alternative texts, lists, tables, quotes, code and line breaks survive; scripts, styles, what is hidden and what only
 * tracks do not.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * html_to_markdown:
 * @html: (array length=length): UTF-8; any bytes do
 * @length: bytes, at most %HTML_MAX
 * @out: gets the Markdown appended; its lines end in LF, but for the last one
 *
 * Linear time, limited memory; any thread, after xmlInitParser().
 *
 * Returns: whether all of it was converted, %FALSE when the Markdown would be longer than %MARKDOWN_MAX
 */
gboolean html_to_markdown (const char *html, gsize length, GString *out);

G_END_DECLS
