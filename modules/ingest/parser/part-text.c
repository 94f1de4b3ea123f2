/* SPDX-License-Identifier: MIT */
/*
 * Decodes piece by piece with GMime's transfer decoders and a charset stream.
 */
#include "parser/part-text.h"

#include <gmime/gmime.h>
#include <string.h>

#define PIECE_SIZE 16384
/* Where HTML names its own charset (HTML standard, 13.2.3.2). */
#define PRESCAN_SIZE 1024

/* What takes decoded bytes; %FALSE ends it. */
typedef gboolean (*PieceFunc) (const guint8 *data, gsize length, gpointer user_data);

/* Data begins on the line after `begin <mode> <name>`. */
static const char *
skip_begin_line (const char *start, const char *end)
{
  for (const char *at = start; at < end;)
    {
      const char *feed = memchr (at, '\n', (gsize) (end - at));

      if (feed == NULL)
        break;
      if (feed - at > 6 && memcmp (at, "begin ", 6) == 0)
        return feed + 1;
      at = feed + 1;
    }
  return start;
}

/* GMime ends at padding; what was encoded in several pieces goes on behind it, as it does in an attachment. */
static gsize
decode_piece (GMimeEncoding *decoder, const char *at, gsize length, char *buffer)
{
  const char *end = at + length;
  gsize decoded = 0;

  while (at < end)
    {
      const char *padding =
          decoder->encoding == GMIME_CONTENT_ENCODING_BASE64 ? memchr (at, '=', (gsize) (end - at)) : NULL;
      const char *run_end = padding != NULL ? padding + 1 : end;

      decoded += g_mime_encoding_step (decoder, at, (gsize) (run_end - at), buffer + decoded);
      if (padding != NULL)
        g_mime_encoding_reset (decoder);
      at = run_end;
    }
  return decoded;
}

static void
for_each_piece (const MimePart *part, const char *raw, PieceFunc func, gpointer user_data)
{
  static const GMimeContentEncoding encodings[] = {
    [AIMX_TRANSFER_IDENTITY] = GMIME_CONTENT_ENCODING_BINARY,
    [AIMX_TRANSFER_BASE64] = GMIME_CONTENT_ENCODING_BASE64,
    [AIMX_TRANSFER_QUOTED_PRINTABLE] = GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE,
    [AIMX_TRANSFER_UUENCODE] = GMIME_CONTENT_ENCODING_UUENCODE,
  };
  const char *at = raw + part->start;
  const char *end = at + part->length;
  g_autofree char *buffer = NULL;
  GMimeEncoding decoder;

  if (part->encoding == AIMX_TRANSFER_UUENCODE)
    at = skip_begin_line (at, end);
  g_mime_encoding_init_decode (&decoder, encodings[part->encoding]);
  buffer = g_malloc (g_mime_encoding_outlen (&decoder, PIECE_SIZE));
  while (at < end)
    {
      gsize length = MIN ((gsize) (end - at), PIECE_SIZE);
      gsize decoded = decode_piece (&decoder, at, length, buffer);

      if (!func ((const guint8 *) buffer, decoded, user_data))
        return;
      at += length;
    }
  /* GMime keeps an unfinished group until it sees the padding that was left out. */
  if (part->encoding == AIMX_TRANSFER_BASE64)
    func ((const guint8 *) buffer, g_mime_encoding_step (&decoder, "=", 1, buffer), user_data);
}

/* ---- plain text ---- */

typedef struct
{
  CharsetStream stream;
  GString *piece;
  GString *out;
  gboolean after_cr;
} PlainText;

/* CRLF and CR are LF. */
static void
append_lines (PlainText *self)
{
  const char *at = self->piece->str;
  const char *end = at + self->piece->len;

  while (at < end)
    {
      const char *cr = memchr (at, '\r', (gsize) (end - at));
      const char *run_end = cr != NULL ? cr : end;

      if (self->after_cr && *at == '\n')
        at++;
      self->after_cr = cr != NULL;
      g_string_append_len (self->out, at, run_end - at);
      if (cr == NULL)
        return;
      g_string_append_c (self->out, '\n');
      at = cr + 1;
    }
}

static gboolean
take_plain (const guint8 *data, gsize length, gpointer user_data)
{
  PlainText *self = user_data;

  g_string_truncate (self->piece, 0);
  charset_stream_push (&self->stream, data, length, self->piece);
  append_lines (self);
  return TRUE;
}

void
part_text_append (const MimePart *part, const char *raw, Charsets *charsets, GString *out)
{
  g_autoptr (GString) piece = g_string_new (NULL);
  PlainText self = { .piece = piece, .out = out };

  charset_stream_init (&self.stream, charsets, part->charset);
  for_each_piece (part, raw, take_plain, &self);
  g_string_truncate (piece, 0);
  charset_stream_finish (&self.stream, piece);
  append_lines (&self);
}

/* ---- HTML ---- */

typedef struct
{
  GByteArray *bytes;
  gsize max;
  gboolean cut;
} HtmlBytes;

static gboolean
take_html (const guint8 *data, gsize length, gpointer user_data)
{
  HtmlBytes *self = user_data;
  gsize room = self->max - self->bytes->len;

  self->cut |= length > room;
  g_byte_array_append (self->bytes, data, (guint) MIN (length, room));
  return !self->cut;
}

/* What can be read as ASCII so far is none of these, whatever it says. */
static gboolean
is_wide (const char *charset)
{
  static const char *const wide[] = { "utf-16", "utf16", "utf-32", "utf32", "unicode", "ucs", "iso-10646" };

  for (guint i = 0; i < G_N_ELEMENTS (wide); i++)
    if (g_str_has_prefix (charset, wide[i]))
      return TRUE;
  return FALSE;
}

/* `<meta charset=...>` and `<meta http-equiv=... content="...; charset=...">`, for parts that name none. */
static char *
prescan_charset (const GByteArray *bytes)
{
  g_autofree char *start = g_strndup (bytes->len > 0 ? (const char *) bytes->data : "", MIN (bytes->len, PRESCAN_SIZE));
  g_autofree char *lower = g_ascii_strdown (start, -1);

  for (char *meta = strstr (lower, "<meta"); meta != NULL; meta = strstr (meta + 1, "<meta"))
    {
      g_autofree char *tag = g_strndup (meta, strcspn (meta, ">"));
      char *name = strstr (tag, "charset=");

      if (name == NULL)
        continue;
      name += strlen ("charset=");
      name += *name == '"' || *name == '\'';
      name[strcspn (name, "\"' \t\r\n/;")] = '\0';
      if (*name != '\0' && !is_wide (name))
        return g_strdup (name);
    }
  return NULL;
}

/* HTML standard, 13.2.3.2: a byte order mark says more than any name. */
static char *
find_charset (const MimePart *part, const GByteArray *bytes)
{
  static const struct
  {
    const char *bytes;
    gsize length;
    const char *charset;
  } marks[] = { { "\xEF\xBB\xBF", 3, "utf-8" }, { "\xFF\xFE", 2, "utf-16le" }, { "\xFE\xFF", 2, "utf-16be" } };

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (bytes->len >= marks[i].length && memcmp (bytes->data, marks[i].bytes, marks[i].length) == 0)
      return g_strdup (marks[i].charset);
  return part->charset != NULL ? g_strdup (part->charset) : prescan_charset (bytes);
}

GString *
part_text_decode_html (const MimePart *part, const char *raw, Charsets *charsets, gsize max, gboolean *cut)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *charset = NULL;
  HtmlBytes self = { .bytes = bytes, .max = max };
  GString *html;

  for_each_piece (part, raw, take_html, &self);
  charset = find_charset (part, bytes);
  html = g_string_sized_new (bytes->len);
  charset_append (charsets, charset, bytes->data, bytes->len, html);
  *cut = self.cut;
  return html;
}
