/* SPDX-License-Identifier: MIT */
/*
 * Scalars of TOML 1.0.
 */
#include "scalar.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static gboolean
refuse (TomlFault *fault, TomlError code, gsize offset, const char *why)
{
  *fault = (TomlFault){ code, offset, why };
  return FALSE;
}

/* ---- strings ---- */

static gsize
newline_length (const char *p, const char *end)
{
  if (p < end && *p == '\n')
    return 1;
  return p + 1 < end && p[0] == '\r' && p[1] == '\n' ? 2 : 0;
}

static gboolean
is_control (guchar c)
{
  return (c < 0x20 && c != '\t') || c == 0x7f;
}

static gsize
read_unicode (const char *p, const char *end, guint digits, GString *out)
{
  gunichar c = 0;

  for (guint i = 0; i < digits; i++)
    {
      if (p + i >= end || !g_ascii_isxdigit (p[i]))
        return 0;
      c = c * 16 + (gunichar) g_ascii_xdigit_value (p[i]);
    }
  if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
    return 0;
  if (c == 0)
    g_string_append_c (out, '\0');
  else
    g_string_append_unichar (out, c);
  return digits;
}

/* After the backslash; returns bytes taken, 0 when the escape is none. */
static gsize
read_escape (const char *p, const char *end, gboolean multiline, GString *out)
{
  static const char names[] = "btnfr\"\\";
  static const char values[] = "\b\t\n\f\r\"\\";
  const char *name;
  const char *q = p;

  if (p >= end)
    return 0;
  name = *p != '\0' ? strchr (names, *p) : NULL;
  if (name != NULL)
    {
      g_string_append_c (out, values[name - names]);
      return 1;
    }
  if (*p == 'u' || *p == 'U')
    {
      gsize digits = read_unicode (p + 1, end, *p == 'u' ? 4 : 8, out);

      return digits > 0 ? digits + 1 : 0;
    }
  if (!multiline)
    return 0;
  while (q < end && (*q == ' ' || *q == '\t'))
    q++;
  if (newline_length (q, end) == 0)
    return 0;
  while (q < end && (*q == ' ' || *q == '\t' || newline_length (q, end) > 0))
    q++;
  return (gsize) (q - p);
}

static gsize
count_quotes (const char *p, const char *end, char quote)
{
  gsize n = 0;

  while (p + n < end && p[n] == quote)
    n++;
  return n;
}

gsize
toml_scan_string (const char *text, const char *end, gboolean multiline, TomlScalar *scalar, TomlFault *fault)
{
  const char quote = *text;
  gboolean block = multiline && count_quotes (text, end, quote) >= 3;
  const char *p = text + (block ? 3 : 1);
  GString *out = g_string_new (NULL);
  const char *why = "this string is not closed";

  if (block)
    p += newline_length (p, end);
  while (p < end)
    {
      gsize quotes = *p == quote ? count_quotes (p, end, quote) : 0;
      gsize n;

      if (quotes > 0 && (!block || quotes >= 3))
        {
          gsize inside = block ? MIN (quotes - 3, 2) : 0;

          g_string_append_len (out, p, (gssize) inside);
          p += inside + (block ? 3 : 1);
          scalar->type = TOML_TYPE_STRING;
          scalar->text_length = out->len;
          scalar->text = g_string_free (out, FALSE);
          return (gsize) (p - text);
        }
      if (*p == '\\' && quote == '"')
        {
          n = read_escape (p + 1, end, block, out);
          if (n == 0)
            {
              why = "there is no such escape sequence; a backslash itself is written \\\\";
              break;
            }
          p += 1 + n;
        }
      else if (newline_length (p, end) > 0)
        {
          if (!block)
            break;
          n = newline_length (p, end);
          g_string_append_len (out, p, (gssize) n);
          p += n;
        }
      else if (is_control ((guchar) *p))
        {
          why = "control characters must be written as escape sequences";
          break;
        }
      else
        g_string_append_c (out, *p++);
    }
  g_string_free (out, TRUE);
  refuse (fault, TOML_ERROR_SYNTAX, (gsize) (p - text), why);
  return 0;
}

/* ---- numbers ---- */

/* Digits of a base with single underscores between them; returns the digits without them. */
static char *
strip_underscores (const char *text, gsize length, const char *digits)
{
  GString *out = g_string_sized_new (length);

  for (gsize i = 0; i < length; i++)
    {
      gboolean digit = text[i] != '\0' && strchr (digits, g_ascii_tolower (text[i])) != NULL;
      gboolean between = text[i] == '_' && i > 0 && i + 1 < length && text[i - 1] != '_' && text[i + 1] != '_';

      if (digit)
        g_string_append_c (out, text[i]);
      else if (!between)
        {
          g_string_free (out, TRUE);
          return NULL;
        }
    }
  if (out->len > 0)
    return g_string_free (out, FALSE);
  g_string_free (out, TRUE);
  return NULL;
}

static gboolean
scan_based (const char *text, gsize length, TomlScalar *scalar, TomlFault *fault)
{
  const char *digits = text[1] == 'x' ? "0123456789abcdef" : text[1] == 'o' ? "01234567" : "01";
  guint base = text[1] == 'x' ? 16 : text[1] == 'o' ? 8 : 2;
  g_autofree char *plain = strip_underscores (text + 2, length - 2, digits);
  guint64 value;

  if (plain == NULL)
    return refuse (fault, TOML_ERROR_SYNTAX, 0, "this is not a number");
  if (!g_ascii_string_to_unsigned (plain, base, 0, G_MAXINT64, &value, NULL))
    return refuse (fault, TOML_ERROR_RANGE, 0, "this number does not fit 64 bits");
  scalar->type = TOML_TYPE_INTEGER;
  scalar->integer = (gint64) value;
  return TRUE;
}

static gsize
skip_digits (const char *text, gsize length, gsize i)
{
  while (i < length && (g_ascii_isdigit (text[i]) || text[i] == '_'))
    i++;
  return i;
}

static gboolean
digits_fit (const char *text, gsize from, gsize to, gboolean leading_zero)
{
  g_autofree char *plain = strip_underscores (text + from, to - from, "0123456789");

  return plain != NULL && (leading_zero || plain[0] != '0' || to - from == 1);
}

static gboolean
scan_number (const char *text, gsize length, TomlScalar *scalar, TomlFault *fault)
{
  gsize sign = *text == '+' || *text == '-';
  gsize whole = skip_digits (text, length, sign);
  gsize i = whole;
  g_autofree char *copy = NULL;
  char *out;

  if (!digits_fit (text, sign, whole, FALSE))
    return refuse (fault, TOML_ERROR_SYNTAX, 0, "this is not a value; strings are written in quotes");
  if (i < length && text[i] == '.')
    {
      gsize from = ++i;

      i = skip_digits (text, length, i);
      if (!digits_fit (text, from, i, TRUE))
        return refuse (fault, TOML_ERROR_SYNTAX, from, "a digit is expected after the point");
    }
  if (i < length && (text[i] == 'e' || text[i] == 'E'))
    {
      gsize from = ++i;

      if (i < length && (text[i] == '+' || text[i] == '-'))
        from = ++i;
      i = skip_digits (text, length, i);
      if (!digits_fit (text, from, i, TRUE))
        return refuse (fault, TOML_ERROR_SYNTAX, from, "a digit is expected in the exponent");
    }
  if (i != length)
    return refuse (fault, TOML_ERROR_SYNTAX, i, "this is not a value; strings are written in quotes");
  copy = out = g_malloc (length + 1);
  for (gsize n = 0; n < length; n++)
    if (text[n] != '_')
      *out++ = text[n];
  *out = '\0';
  if (i != whole)
    {
      scalar->type = TOML_TYPE_FLOAT;
      scalar->number = g_ascii_strtod (copy, NULL);
      return TRUE;
    }
  errno = 0;
  scalar->type = TOML_TYPE_INTEGER;
  scalar->integer = g_ascii_strtoll (copy, NULL, 10);
  return errno == 0 || refuse (fault, TOML_ERROR_RANGE, 0, "this number does not fit 64 bits");
}

/* ---- dates and times ---- */

static gboolean
two_digits (const char *p, gsize left, guint *value)
{
  if (left < 2 || !g_ascii_isdigit (p[0]) || !g_ascii_isdigit (p[1]))
    return FALSE;
  *value = (guint) (p[0] - '0') * 10 + (guint) (p[1] - '0');
  return TRUE;
}

static gboolean
scan_date (const char *p, gsize left)
{
  guint century, year, month, day;

  if (left < 10 || !two_digits (p, 2, &century) || !two_digits (p + 2, 2, &year) || p[4] != '-' || p[7] != '-' ||
      !two_digits (p + 5, 2, &month) || !two_digits (p + 8, 2, &day) || month < 1 || month > 12 || day < 1)
    return FALSE;
  year += century * 100;
  /* GDate knows no year 0, which is a leap year. */
  return day <= g_date_get_days_in_month ((GDateMonth) month, year == 0 ? 4 : (GDateYear) year);
}

/* hh:mm:ss[.fraction]; returns its length, 0 when it is none. */
static gsize
scan_time (const char *p, gsize left)
{
  guint hour, minute, second;
  gsize i = 8;

  if (left < 8 || !two_digits (p, 2, &hour) || p[2] != ':' || !two_digits (p + 3, 2, &minute) || p[5] != ':' ||
      !two_digits (p + 6, 2, &second) || hour > 23 || minute > 59 || second > 60)
    return 0;
  if (left > 8 && p[8] == '.')
    {
      for (i = 9; i < left && g_ascii_isdigit (p[i]); i++)
        ;
      if (i == 9)
        return 0;
    }
  return i;
}

static gboolean
scan_offset (const char *p, gsize left)
{
  guint hour, minute;

  if (left == 1 && (*p == 'Z' || *p == 'z'))
    return TRUE;
  return left == 6 && (*p == '+' || *p == '-') && two_digits (p + 1, 2, &hour) && p[3] == ':' &&
         two_digits (p + 4, 2, &minute) && hour <= 23 && minute <= 59;
}

static gboolean
keep_date (TomlScalar *scalar, TomlType type, const char *text, gsize length)
{
  scalar->type = type;
  scalar->text = g_ascii_strup (text, (gssize) length);
  scalar->text_length = length;
  if (length > 10 && scalar->text[10] == ' ')
    scalar->text[10] = 'T';
  return TRUE;
}

static gboolean
scan_date_time (const char *text, gsize length, TomlScalar *scalar, TomlFault *fault)
{
  gsize time;

  if (text[2] == ':')
    {
      if (scan_time (text, length) != length)
        return refuse (fault, TOML_ERROR_RANGE, 0, "this is not a time; times are written hh:mm:ss");
      return keep_date (scalar, TOML_TYPE_LOCAL_TIME, text, length);
    }
  if (!scan_date (text, length))
    return refuse (fault, TOML_ERROR_RANGE, 0, "there is no such date; dates are written yyyy-mm-dd");
  if (length == 10)
    return keep_date (scalar, TOML_TYPE_LOCAL_DATE, text, length);
  time = length > 11 && strchr ("Tt ", text[10]) != NULL ? scan_time (text + 11, length - 11) : 0;
  if (time == 0)
    return refuse (fault, TOML_ERROR_RANGE, 10, "this is not a time; times are written hh:mm:ss");
  if (11 + time == length)
    return keep_date (scalar, TOML_TYPE_LOCAL_DATE_TIME, text, length);
  if (!scan_offset (text + 11 + time, length - 11 - time))
    return refuse (fault, TOML_ERROR_RANGE, 11 + time, "this is not an offset; offsets are written Z or +hh:mm");
  return keep_date (scalar, TOML_TYPE_OFFSET_DATE_TIME, text, length);
}

/* ---- any of them ---- */

gboolean
toml_scan_plain (const char *text, gsize length, TomlScalar *scalar, TomlFault *fault)
{
  gsize sign = length > 0 && (*text == '+' || *text == '-');

  if (length == 4 && memcmp (text, "true", 4) == 0)
    return scalar->type = TOML_TYPE_BOOLEAN, scalar->integer = 1, TRUE;
  if (length == 5 && memcmp (text, "false", 5) == 0)
    return scalar->type = TOML_TYPE_BOOLEAN, scalar->integer = 0, TRUE;
  if (length - sign == 3 && memcmp (text + sign, "inf", 3) == 0)
    return scalar->type = TOML_TYPE_FLOAT, scalar->number = *text == '-' ? -INFINITY : INFINITY, TRUE;
  if (length - sign == 3 && memcmp (text + sign, "nan", 3) == 0)
    return scalar->type = TOML_TYPE_FLOAT, scalar->number = NAN, TRUE;
  if (length == 0)
    return refuse (fault, TOML_ERROR_SYNTAX, 0, "a value is expected");
  if (length > 2 && text[0] == '0' && strchr ("xob", text[1]) != NULL && text[1] != '\0')
    return scan_based (text, length, scalar, fault);
  if (length >= 5 && g_ascii_isdigit (text[0]) &&
      (text[2] == ':' || (text[4] == '-' && text[3] != 'e' && text[3] != 'E')))
    return scan_date_time (text, length, scalar, fault);
  return scan_number (text, length, scalar, fault);
}
