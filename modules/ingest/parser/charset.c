/* SPDX-License-Identifier: MIT */
/*
 * KnownCharset names, compared without case and punctuation, and their converters, each opened once a message.
 *
 * As on the web, a name stands for the superset that senders really use: ISO-8859-1 for windows-1252, GB2312 for
 * GB18030, Shift_JIS for windows-31j (WHATWG, Encoding, 4.2).
 */
#include "parser/charset.h"

#include "parser/parser-limits.h"

#include <aimx/utf8.h>

#include <errno.h>
#include <iconv.h>
#include <string.h>

#define UTF_8 (-1)

#define WINDOWS_31J       "CP932"
#define ISO_2022_JP_NAMES " iso2022jp csiso2022jp iso2022jpms cp50220 cp50221 cp50222 "

typedef struct
{
  const char *name;  /* as iconv knows it */
  const char *names; /* as mail calls it, each between blanks, without case and punctuation */
  guint width;       /* bytes of its units, 0: one */
} KnownCharset;

static const KnownCharset charsets_known[] = {
  { "CP1252", " iso88591 latin1 l1 windows1252 cp1252 xcp1252 cp819 ibm819 iso885911987 iso88591windows31latin1 " },
  { "ISO-8859-2", " iso88592 latin2 l2 iso885921987 " },
  { "ISO-8859-3", " iso88593 latin3 l3 iso885931988 " },
  { "ISO-8859-4", " iso88594 latin4 l4 iso885941988 " },
  { "ISO-8859-5", " iso88595 cyrillic iso885951988 " },
  { "ISO-8859-6", " iso88596 arabic iso885961987 iso88596e iso88596i " },
  { "ISO-8859-7", " iso88597 greek iso885971987 " },
  { "ISO-8859-8", " iso88598 hebrew iso88598e iso88598i logical visual " },
  { "CP1254", " iso88599 latin5 l5 windows1254 cp1254 iso885991989 " },
  { "ISO-8859-10", " iso885910 latin6 l6 " },
  { "ISO-8859-13", " iso885913 latin7 " },
  { "ISO-8859-14", " iso885914 latin8 " },
  { "ISO-8859-15", " iso885915 latin9 " },
  { "ISO-8859-16", " iso885916 latin10 " },
  { "CP874", " windows874 cp874 tis620 iso885911 dos874 " },
  { "CP1250", " windows1250 cp1250 xcp1250 " },
  { "CP1251", " windows1251 cp1251 xcp1251 " },
  { "CP1253", " windows1253 cp1253 xcp1253 " },
  { "CP1255", " windows1255 cp1255 xcp1255 " },
  { "CP1256", " windows1256 cp1256 xcp1256 " },
  { "CP1257", " windows1257 cp1257 xcp1257 " },
  { "CP1258", " windows1258 cp1258 xcp1258 " },
  { "KOI8-R", " koi8r koi8 koi " },
  { "KOI8-U", " koi8u koi8ru " },
  { "CP437", " cp437 ibm437 " },
  { "CP850", " cp850 ibm850 " },
  { "CP852", " cp852 ibm852 " },
  { "CP866", " cp866 ibm866 " },
  { "MACINTOSH", " macintosh mac macroman xmacroman xmacwestern " },
  { "VISCII", " viscii " },
  { "GB18030", " gb18030 gbk xgbk gb2312 gb231280 csgb2312 euccn cp936 ms936 windows936 chinese " },
  { "BIG5-HKSCS", " big5 big5hkscs cnbig5 xxbig5 csbig5 cp950 " },
  { "ISO-2022-CN-EXT", " iso2022cn iso2022cnext " },
  { "ISO-2022-JP-3", " iso2022jp1 iso2022jp3 iso2022jp2004 " },
  { "ISO-2022-JP-2", " iso2022jp2 csiso2022jp2 " },
  { WINDOWS_31J, " shiftjis sjis xsjis mskanji csshiftjis windows31j cp932 ms932 " },
  { WINDOWS_31J, ISO_2022_JP_NAMES },
  { "EUC-JP-MS", " eucjp xeucjp cseucpkdfmtjapanese eucjpms " },
  { "UHC", " euckr cseuckr ksc56011987 ksc5601 ksc56011989 korean windows949 cp949 ms949 uhc " },
  { "ISO-2022-KR", " iso2022kr csiso2022kr " },
  { "UTF-7", " utf7 unicode11utf7 xunicode20utf7 csunicode11utf7 " },
  { "UTF-16", " utf16 unicode ucs2 iso10646ucs2 ", 2 },
  { "UTF-16LE", " utf16le unicodefffe ", 2 },
  { "UTF-16BE", " utf16be unicodefeff ", 2 },
  { "UTF-32", " utf32 ucs4 iso10646ucs4 ", 4 },
};

struct _Charsets
{
  /* 0: not opened yet */
  iconv_t converters[G_N_ELEMENTS (charsets_known)];
};

Charsets *
charsets_new (void)
{
  return g_new0 (Charsets, 1);
}

void
charsets_free (Charsets *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (charsets_known); i++)
    if (self->converters[i] != 0 && self->converters[i] != (iconv_t) -1)
      iconv_close (self->converters[i]);
  g_free (self);
}

/* The name without case and punctuation, between blanks; %FALSE when it is none. */
static gboolean
normalize (const char *label, char *buffer, gsize size)
{
  gsize length = 0;

  buffer[length++] = ' ';
  for (; *label != '\0'; label++)
    {
      if (length + 2 >= size)
        return FALSE;
      if (g_ascii_isalnum (*label))
        buffer[length++] = g_ascii_tolower (*label);
    }
  buffer[length++] = ' ';
  buffer[length] = '\0';
  return length > 2;
}

static gint
find_converter (Charsets *self, const char *label)
{
  char name[48];

  if (label == NULL || !normalize (label, name, sizeof name))
    return UTF_8;
  for (guint i = 0; i < G_N_ELEMENTS (charsets_known); i++)
    {
      if (strstr (charsets_known[i].names, name) == NULL)
        continue;
      if (self->converters[i] == 0)
        self->converters[i] = iconv_open ("UTF-8", charsets_known[i].name);
      else if (self->converters[i] != (iconv_t) -1)
        iconv (self->converters[i], NULL, NULL, NULL, NULL);
      return self->converters[i] != (iconv_t) -1 ? (gint) i : UTF_8;
    }
  return UTF_8;
}

void
charset_stream_init (CharsetStream *self, Charsets *charsets, const char *label)
{
  self->charsets = charsets;
  self->converter = find_converter (charsets, label);
  self->is_iso_2022_jp =
      self->converter != UTF_8 && g_str_equal (charsets_known[self->converter].names, ISO_2022_JP_NAMES);
  self->set = ISO_2022_JP_ASCII;
  self->n_errors = 0;
  self->n_pending = 0;
}

static void
append_replacement (GString *out)
{
  g_string_append_len (out, REPLACEMENT_CHARACTER, 3);
}

/* Neither begins a character of UTF-8: a run of these costs a look each. */
static gboolean
is_stray (guint8 c)
{
  return (c >= 0x80 && c < 0xC2) || c > 0xF4 || c == 0;
}

/* Whether the end cuts a character, which more bytes may complete. */
static gboolean
is_cut (const char *at, const char *end)
{
  return at < end && end - at < 4 && *at != '\0' && g_utf8_get_char_validated (at, end - at) == (gunichar) -2;
}

/* Returns how many bytes were used; what is left begins a character that is not complete. */
static gsize
convert_utf8 (const guint8 *data, gsize length, GString *out)
{
  const char *at = (const char *) data;
  const char *end = at + length;

  while (at < end)
    {
      const char *valid_end;

      aimx_utf8_validate (at, (gsize) (end - at), &valid_end);
      g_string_append_len (out, at, valid_end - at);
      at = valid_end;
      if (is_cut (at, end))
        break;
      if (at < end)
        {
          append_replacement (out);
          at++;
        }
      for (; at < end && is_stray ((guint8) *at); at++)
        append_replacement (out);
    }
  return (gsize) (at - (const char *) data);
}

/* Text of a converter may hold NUL, which no text here does. */
static void
append_converted (GString *out, const char *text, gsize length)
{
  while (length > 0)
    {
      const char *nul = memchr (text, '\0', length);
      gsize run = nul != NULL ? (gsize) (nul - text) : length;

      g_string_append_len (out, text, (gssize) run);
      if (nul == NULL)
        return;
      append_replacement (out);
      text += run + 1;
      length -= run + 1;
    }
}

/* Some converters hold back a letter until they know that no accent follows it (windows-1255, windows-1258). */
static void
append_held_letter (CharsetStream *self, GString *out)
{
  char buffer[16];
  char *buffer_at = buffer;
  gsize room = sizeof buffer;

  iconv (self->charsets->converters[self->converter], NULL, NULL, &buffer_at, &room);
  append_converted (out, buffer, (gsize) (buffer_at - buffer));
}

static gsize
convert_with_iconv (CharsetStream *self, const guint8 *data, gsize length, GString *out)
{
  iconv_t converter = self->charsets->converters[self->converter];
  gsize width = MAX (charsets_known[self->converter].width, 1);
  char *in = (char *) data;
  gsize left = length;

  while (left > 0)
    {
      char buffer[8192];
      char *buffer_at = buffer;
      gsize room = sizeof buffer;
      gsize status = iconv (converter, &in, &left, &buffer_at, &room);
      int saved_errno = errno;

      append_converted (out, buffer, (gsize) (buffer_at - buffer));
      if (status != (gsize) -1 || saved_errno == E2BIG)
        continue;
      if (saved_errno == EINVAL && left <= sizeof self->pending)
        break;
      append_replacement (out);
      in += MIN (left, width);
      left -= MIN (left, width);
      if (++self->n_errors >= CHARSET_ERRORS_MAX)
        {
          /* Not what it says it is. */
          append_held_letter (self, out);
          self->converter = UTF_8;
          return length - left + convert_utf8 ((const guint8 *) in, left, out);
        }
    }
  return length - left;
}

static void
append_run (iconv_t converter, Iso2022JpRun *run, GString *out)
{
  char *in = (char *) run->text;
  gsize left = run->length;

  while (left > 0)
    {
      char buffer[1024];
      char *buffer_at = buffer;
      gsize room = sizeof buffer;
      gsize status = iconv (converter, &in, &left, &buffer_at, &room);

      append_converted (out, buffer, (gsize) (buffer_at - buffer));
      if (status != (gsize) -1)
        return;
      append_replacement (out);
      in += run->width;
      left -= run->width;
    }
}

static gsize
convert_iso_2022_jp (CharsetStream *self, const guint8 *data, gsize length, GString *out)
{
  Iso2022JpRun run;
  gsize used = 0;
  gsize n_read;

  while ((n_read = iso_2022_jp_read (&self->set, data + used, length - used, &run)) > 0)
    {
      if (run.width == 0)
        append_replacement (out);
      append_run (self->charsets->converters[self->converter], &run, out);
      used += n_read;
    }
  return used;
}

static gsize
convert (CharsetStream *self, const guint8 *data, gsize length, GString *out)
{
  if (self->is_iso_2022_jp)
    return convert_iso_2022_jp (self, data, length, out);
  return self->converter == UTF_8 ? convert_utf8 (data, length, out) : convert_with_iconv (self, data, length, out);
}

void
charset_stream_push (CharsetStream *self, const guint8 *data, gsize length, GString *out)
{
  g_autofree guint8 *joined = NULL;
  gsize used;

  if (length == 0)
    return;
  /* A character cut by the end of the last piece. */
  if (self->n_pending > 0)
    {
      joined = g_malloc (self->n_pending + length);
      memcpy (joined, self->pending, self->n_pending);
      memcpy (joined + self->n_pending, data, length);
      data = joined;
      length += self->n_pending;
    }
  used = convert (self, data, length, out);
  self->n_pending = (guint) (length - used);
  memcpy (self->pending, data + used, self->n_pending);
}

void
charset_stream_finish (CharsetStream *self, GString *out)
{
  if (self->converter != UTF_8)
    append_held_letter (self, out);
  if (self->n_pending > 0)
    append_replacement (out);
  self->n_pending = 0;
}

void
charset_append (Charsets *charsets, const char *label, const guint8 *data, gsize length, GString *out)
{
  CharsetStream stream;

  charset_stream_init (&stream, charsets, label);
  charset_stream_push (&stream, data, length, out);
  charset_stream_finish (&stream, out);
}
