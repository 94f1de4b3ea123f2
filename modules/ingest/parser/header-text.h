/* SPDX-License-Identifier: MIT */
/*
 * Unstructured text of header fields: unfolded, encoded words decoded (RFC 2047), without control characters.
 *
 * Senders break the rules of encoded words in every way, so these are decoded wherever they stand, and characters that
 * are cut between two of them are put together.
 */
#pragma once

#include "parser/charset.h"

G_BEGIN_DECLS

/** header_text_append: appends the decoded text of @length bytes of a field to @out, as it is */
void header_text_append (Charsets *charsets, const char *data, gsize length, GString *out);
/** header_text_tidy: takes control characters out of @text from @start on; a run of white space becomes one blank */
void header_text_tidy (GString *text, gsize start);
/** header_text_decode: Returns: (transfer full): the decoded and tidy text */
char *header_text_decode (Charsets *charsets, const char *data, gsize length);
/** header_text_get_encoded_word: Returns: bytes of the encoded word that @data begins with, 0 when it does not */
gsize header_text_get_encoded_word (const char *data, gsize length);

G_END_DECLS
