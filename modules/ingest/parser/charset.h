/* SPDX-License-Identifier: MIT */
/*
 * Any charset to UTF-8. What cannot be converted becomes U+FFFD, never an error.
 *
 * The charsets are those that mail and the web use, under the names they are called by there. They are converted by
 * iconv and not by GMime, which remembers every name it was ever asked for: names come from strangers.
 */
#pragma once

#include "parser/iso-2022-jp.h"

#include <glib.h>

G_BEGIN_DECLS

#define REPLACEMENT_CHARACTER "\xEF\xBF\xBD"

/** Charsets: the converters that one message has needed so far; one thread */
typedef struct _Charsets Charsets;

Charsets *charsets_new (void);
void charsets_free (Charsets *self);

/**
 * CharsetStream:
 *
 * Text that comes in pieces, cut anywhere. Only one at a time for each Charsets.
 */
typedef struct
{
  Charsets *charsets;
  gint converter;
  gboolean is_iso_2022_jp; /* which is windows-31j to the converter */
  Iso2022JpSet set;
  guint n_errors;
  guint n_pending;
  guint8 pending[16];
} CharsetStream;

/** charset_stream_init: begins a text; @label: (nullable): its charset; an unknown one is read as UTF-8 */
void charset_stream_init (CharsetStream *self, Charsets *charsets, const char *label);
/** charset_stream_push: appends to @out what is complete; NUL is U+FFFD */
void charset_stream_push (CharsetStream *self, const guint8 *data, gsize length, GString *out);
/** charset_stream_finish: ends the text */
void charset_stream_finish (CharsetStream *self, GString *out);

/** charset_append: appends a whole text to @out */
void charset_append (Charsets *charsets, const char *label, const guint8 *data, gsize length, GString *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Charsets, charsets_free)

G_END_DECLS
