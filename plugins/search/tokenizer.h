/* SPDX-License-Identifier: MIT */
/*
 * How text and queries become words: by SQLite's `unicode61`, which drops case and accents, but for two things that it
 * does not know.
 *
 * Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese are written without spaces, or with words grown together:
 * each character is a token of its own, and a word of several is a phrase, so that it is found inside of a sentence.
 *
 * One letter can be written in several ways, as one character or as a letter and its marks, wide or narrow: letters and
 * digits are brought to their form NFKC. Symbols stay as they are, so that a trade mark sign is no part of a word.
 * Offsets are those of the text as it came, so that snippets are too.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/** SEARCH_TOKENIZER: its name, in the index's file too; what it makes of a text changes with the schema's version only
 */
#define SEARCH_TOKENIZER "aimx"

/** search_tokenizer_register: Returns: whether @db knows the tokenizer now */
gboolean search_tokenizer_register (sqlite3 *db);
/** search_tokenizer_splits: Returns: whether characters of @text, UTF-8, are tokens of their own */
gboolean search_tokenizer_splits (const char *text);

G_END_DECLS
