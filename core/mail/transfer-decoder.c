/* SPDX-License-Identifier: MIT */
/*
 * base64, quoted-printable and uuencode, leniently.
 */
#include "mail/transfer-decoder.h"

#include <string.h>

#define BUFFER_SIZE 65536
/* What one step of any decoder adds at most: a line of uuencode. */
#define STEP_MAX 48

typedef struct
{
  AimxDecodeSink sink;
  gpointer user_data;
  gsize filled;
  guint8 buffer[BUFFER_SIZE];
} Output;

static gboolean
flush (Output *out, GError **error)
{
  gsize filled = out->filled;

  out->filled = 0;
  return filled == 0 || out->sink (out->buffer, filled, out->user_data, error);
}

static inline gboolean
make_room (Output *out, GError **error)
{
  return out->filled + STEP_MAX <= BUFFER_SIZE || flush (out, error);
}

/* 0 to 63 the digit, 64 padding, 65 anything else; RFC 2045, 6.8, and the URL-safe letters that some senders use. */
static inline guint8
base64_digit (guint8 c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  if (c == '+' || c == '-')
    return 62;
  if (c == '/' || c == '_')
    return 63;
  return c == '=' ? 64 : 65;
}

static void
fill_base64_table (guint8 *table)
{
  for (guint c = 0; c < 256; c++)
    table[c] = base64_digit ((guint8) c);
}

/* The bits of an unfinished group that make whole bytes. */
static void
end_base64_group (Output *out, guint32 bits, guint n_digits)
{
  if (n_digits >= 2)
    out->buffer[out->filled++] = (guint8) (bits >> (n_digits * 6 - 8));
  if (n_digits == 3)
    out->buffer[out->filled++] = (guint8) (bits >> 2);
}

static gboolean
decode_base64 (Output *out, const guint8 *at, const guint8 *end, GError **error)
{
  guint8 table[256];
  guint32 bits = 0;
  guint n_digits = 0;

  fill_base64_table (table);
  while (at < end)
    {
      guint8 digit;

      if (!make_room (out, error))
        return FALSE;
      if (n_digits == 0 && end - at >= 4 && (table[at[0]] | table[at[1]] | table[at[2]] | table[at[3]]) < 64)
        {
          guint32 group =
              (guint32) table[at[0]] << 18 | (guint32) table[at[1]] << 12 | (guint32) table[at[2]] << 6 | table[at[3]];

          out->buffer[out->filled++] = (guint8) (group >> 16);
          out->buffer[out->filled++] = (guint8) (group >> 8);
          out->buffer[out->filled++] = (guint8) group;
          at += 4;
          continue;
        }
      digit = table[*at++];
      if (digit < 64)
        {
          bits = bits << 6 | digit;
          n_digits++;
        }
      if (n_digits == 4)
        {
          out->buffer[out->filled++] = (guint8) (bits >> 16);
          out->buffer[out->filled++] = (guint8) (bits >> 8);
          out->buffer[out->filled++] = (guint8) bits;
        }
      else if (digit == 64)
        /* Padding ends a group; several encoded pieces may follow one another. */
        end_base64_group (out, bits, n_digits);
      if (n_digits == 4 || digit == 64)
        bits = n_digits = 0;
    }
  end_base64_group (out, bits, n_digits);
  return TRUE;
}

/* Length of the white space and line break at @at, when only these stand before the end of the line; else 0. */
static gsize
blank_line_end (const guint8 *at, const guint8 *end)
{
  const guint8 *rest = at;

  while (rest < end && (*rest == ' ' || *rest == '\t'))
    rest++;
  if (rest == end)
    return (gsize) (rest - at);
  if (*rest == '\n')
    return (gsize) (rest + 1 - at);
  return end - rest >= 2 && rest[0] == '\r' && rest[1] == '\n' ? (gsize) (rest + 2 - at) : 0;
}

/* Blanks at the end of a line were added on the way (RFC 2045, 6.7, rule 3). */
static gboolean
decode_blanks (Output *out, const guint8 **at, const guint8 *end, GError **error)
{
  const guint8 *rest = *at;

  while (rest < end && (*rest == ' ' || *rest == '\t'))
    rest++;
  if (rest == end || blank_line_end (rest, end) > 0)
    *at = rest;
  for (; *at < rest; (*at)++)
    {
      if (!make_room (out, error))
        return FALSE;
      out->buffer[out->filled++] = **at;
    }
  return TRUE;
}

static const guint8 *
decode_escape (Output *out, const guint8 *at, const guint8 *end)
{
  gsize line_end = blank_line_end (at + 1, end);

  if (line_end > 0 || at + 1 == end)
    return at + 1 + line_end;
  if (end - at >= 3 && g_ascii_isxdigit (at[1]) && g_ascii_isxdigit (at[2]))
    {
      out->buffer[out->filled++] =
          (guint8) (g_ascii_xdigit_value ((char) at[1]) << 4 | g_ascii_xdigit_value ((char) at[2]));
      return at + 3;
    }
  out->buffer[out->filled++] = '=';
  return at + 1;
}

static gboolean
decode_quoted_printable (Output *out, const guint8 *at, const guint8 *end, GError **error)
{
  while (at < end)
    {
      if (!make_room (out, error))
        return FALSE;
      if (*at == '=')
        at = decode_escape (out, at, end);
      else if (*at != ' ' && *at != '\t')
        out->buffer[out->filled++] = *at++;
      else if (!decode_blanks (out, &at, end, error))
        return FALSE;
    }
  return TRUE;
}

static const guint8 *
end_of_line (const guint8 *at, const guint8 *end)
{
  const guint8 *feed = memchr (at, '\n', (gsize) (end - at));

  return feed != NULL ? feed : end;
}

static gboolean
has_prefix (const guint8 *at, const guint8 *end, const char *prefix)
{
  gsize length = strlen (prefix);

  return (gsize) (end - at) >= length && memcmp (at, prefix, length) == 0;
}

/* Behind the `begin` line, when there is one. */
static const guint8 *
find_uuencoded_lines (const guint8 *at, const guint8 *end)
{
  for (const guint8 *line = at; line < end;)
    {
      const guint8 *feed = end_of_line (line, end);

      if (has_prefix (line, feed, "begin "))
        return feed < end ? feed + 1 : end;
      line = feed < end ? feed + 1 : end;
    }
  return at;
}

static inline guint8
uuencoded_digit (const guint8 *at, const guint8 *end)
{
  /* Blanks at the end of a line, each a zero, are often lost. */
  return at < end ? (*at - ' ') & 63 : 0;
}

static void
decode_uuencoded_line (Output *out, const guint8 *line, const guint8 *end)
{
  guint n_bytes = uuencoded_digit (line, end);
  /* Not more than the characters there can hold, whatever the line claims; lost blanks are a few. */
  guint n_possible = (guint) MIN (end - line + 2, 64) / 4 * 3 + 3;

  line++;
  n_bytes = MIN (n_bytes, MIN (n_possible, 45));
  for (guint i = 0; i < n_bytes; i += 3, line += 4)
    {
      guint32 group = (guint32) uuencoded_digit (line, end) << 18 | (guint32) uuencoded_digit (line + 1, end) << 12 |
                      (guint32) uuencoded_digit (line + 2, end) << 6 | uuencoded_digit (line + 3, end);

      for (guint j = 0; j < 3 && i + j < n_bytes; j++)
        out->buffer[out->filled++] = (guint8) (group >> (16 - 8 * j));
    }
}

static gboolean
decode_uuencode (Output *out, const guint8 *at, const guint8 *end, GError **error)
{
  for (at = find_uuencoded_lines (at, end); at < end;)
    {
      const guint8 *feed = end_of_line (at, end);
      const guint8 *line_end = feed > at && feed[-1] == '\r' ? feed - 1 : feed;

      if (line_end - at == 3 && memcmp (at, "end", 3) == 0)
        break;
      if (!make_room (out, error))
        return FALSE;
      if (line_end > at)
        decode_uuencoded_line (out, at, line_end);
      at = feed < end ? feed + 1 : end;
    }
  return TRUE;
}

gboolean
aimx_transfer_decode (AimxTransferEncoding encoding,
                      const guint8 *data,
                      gsize length,
                      AimxDecodeSink sink,
                      gpointer user_data,
                      GError **error)
{
  g_autofree Output *out = NULL;
  gboolean decoded = FALSE;

  if (encoding == AIMX_TRANSFER_IDENTITY)
    return length == 0 || sink (data, length, user_data, error);
  out = g_malloc (sizeof *out);
  out->sink = sink;
  out->user_data = user_data;
  out->filled = 0;
  switch (encoding)
    {
    case AIMX_TRANSFER_BASE64:
      decoded = decode_base64 (out, data, data + length, error);
      break;
    case AIMX_TRANSFER_QUOTED_PRINTABLE:
      decoded = decode_quoted_printable (out, data, data + length, error);
      break;
    case AIMX_TRANSFER_UUENCODE:
      decoded = decode_uuencode (out, data, data + length, error);
      break;
    case AIMX_TRANSFER_IDENTITY:
    default:
      g_assert_not_reached ();
    }
  return decoded && flush (out, error);
}
