/* SPDX-License-Identifier: MIT */
/*
 * The text of a part: transfer encoding taken off, in UTF-8, lines ending in LF. Malformed encodings are decoded as
 * well as they can be.
 */
#pragma once

#include "parser/mime-scan.h"

G_BEGIN_DECLS

/** part_text_append: appends the text of @part of the message @raw to @out, in pieces: it is never held twice */
void part_text_append (const MimePart *part, const char *raw, Charsets *charsets, GString *out);
/** part_text_decode_html: Returns: (transfer full): HTML of @part, at most @max bytes of it before its charset is
 * converted; @cut: (out): whether there was more */
GString *part_text_decode_html (const MimePart *part, const char *raw, Charsets *charsets, gsize max, gboolean *cut);

G_END_DECLS
