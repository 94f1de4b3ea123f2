/* SPDX-License-Identifier: MIT */
/*
 * What people type, made into an expression that SQLite's full-text search takes. A pure function: any text is an
 * expression or an error, and nothing of it reaches SQLite but inside of quotes.
 *
 *   invoice march        both words, in any field          "net 30"    a phrase
 *   inv*                 words that begin so               a OR b      either
 *   -draft, NOT draft    not this one                      ( ... )     together
 *   from:ann, subject:(a OR b)     only in this field: from, to, subject, body, attachment
 *
 * A word is what stands between spaces, quotes and parentheses; what separates letters and digits in it makes it a
 * phrase, so that ann@example.com is found as it stands, and so do the characters of a word in Chinese or Thai. Case
 * and accents do not count. AND may be written.
 */
#pragma once

#include <aimx/aimx.h>

G_BEGIN_DECLS

/** SEARCH_QUERY_TERMS_MAX: words and phrases of a query */
#define SEARCH_QUERY_TERMS_MAX 64
/** SEARCH_QUERY_DEPTH_MAX: parentheses inside of each other; the parser of FTS5 has a small stack */
#define SEARCH_QUERY_DEPTH_MAX 8

/**
 * search_query_translate:
 * @query: UTF-8 text
 * @field: (nullable): the field that all of it is about, as in `from:`; then it may name none itself
 * @error: return location
 *
 * Returns: (transfer full) (nullable): an expression over the columns of the table of texts; %AIMX_ERROR_MALFORMED says
 * what is wrong
 */
char *search_query_translate (const char *query, const char *field, GError **error);

G_END_DECLS
