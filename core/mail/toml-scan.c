/* SPDX-License-Identifier: MIT */
/*
 * Just enough of TOML 1.0 to step over its values: four kinds of strings, arrays and inline tables with comments in
 * them, and everything else up to a comment or the end of the line.
 */
#include "mail/toml-scan.h"

#include <string.h>

static gboolean
has_prefix (const char *at, const char *end, const char *prefix)
{
  gsize length = strlen (prefix);

  return (gsize) (end - at) >= length && memcmp (at, prefix, length) == 0;
}

static const char *
end_of_line (const char *at, const char *end)
{
  const char *feed = at < end ? memchr (at, '\n', (gsize) (end - at)) : NULL;

  return feed != NULL ? feed : end;
}

static const char *
skip_blanks (const char *at, const char *end)
{
  while (at < end && (*at == ' ' || *at == '\t'))
    at++;
  return at;
}

/* Both below return NULL when the string does not end. */

static const char *
skip_line_string (const char *at, const char *end)
{
  char quote = *at++;

  for (; at < end && *at != '\n'; at++)
    {
      if (*at == quote)
        return at + 1;
      if (*at == '\\' && quote == '"' && at + 1 < end && at[1] != '\n')
        at++;
    }
  return NULL;
}

static const char *
skip_block_string (const char *at, const char *end, const char *quotes)
{
  for (at += 3; at < end; at++)
    {
      if (*at == '\\' && *quotes == '"')
        at++;
      else if (has_prefix (at, end, quotes))
        {
          /* Up to two quotes may stand before the closing three. */
          at += 3;
          for (guint extra = 0; extra < 2 && at < end && *at == *quotes; extra++)
            at++;
          return at;
        }
    }
  return NULL;
}

static const char *
skip_string (const char *at, const char *end)
{
  if (has_prefix (at, end, "\"\"\""))
    return skip_block_string (at, end, "\"\"\"");
  if (has_prefix (at, end, "'''"))
    return skip_block_string (at, end, "'''");
  return skip_line_string (at, end);
}

static const char *
skip_brackets (const char *at, const char *end)
{
  guint depth = 0;

  while (at != NULL && at < end)
    switch (*at)
      {
      case '[':
      case '{':
        depth++;
        at++;
        break;
      case ']':
      case '}':
        at++;
        if (--depth == 0)
          return at;
        break;
      case '"':
      case '\'':
        at = skip_string (at, end);
        break;
      case '#':
        at = end_of_line (at, end);
        break;
      default:
        at++;
      }
  return NULL;
}

static const char *
skip_plain (const char *at, const char *end)
{
  const char *start = at;

  end = end_of_line (at, end);
  while (at < end && *at != '#')
    at++;
  while (at > start && strchr (" \t\r", at[-1]) != NULL)
    at--;
  return at;
}

static const char *
skip_value (const char *at, const char *end)
{
  if (at < end && (*at == '"' || *at == '\''))
    return skip_string (at, end);
  if (at < end && (*at == '[' || *at == '{'))
    return skip_brackets (at, end);
  return skip_plain (at, end);
}

/* NULL when the line holds no key followed by a '='. */
static const char *
find_equals (const char *at, const char *end)
{
  while (at < end && *at != '=' && *at != '\n' && *at != '#')
    {
      if (*at == '"' || *at == '\'')
        {
          at = skip_line_string (at, end);
          if (at == NULL)
            return NULL;
        }
      else
        at++;
    }
  return at < end && *at == '=' ? at : NULL;
}

AimxTomlScanResult
aimx_toml_scan_next (const char **at, const char *end, AimxTomlEntry *entry)
{
  while (*at < end)
    {
      const char *feed = end_of_line (*at, end);
      const char *after = feed < end ? feed + 1 : end;
      const char *key = skip_blanks (*at, end);
      const char *equals = find_equals (key, feed);
      const char *key_end = equals;

      if (key < end && *key == '[')
        return AIMX_TOML_SCAN_END;
      if (equals == NULL || equals == key)
        {
          *at = after;
          continue;
        }
      while (key_end > key && (key_end[-1] == ' ' || key_end[-1] == '\t'))
        key_end--;
      entry->line = *at;
      entry->key = key;
      entry->key_length = (gsize) (key_end - key);
      entry->value = skip_blanks (equals + 1, end);
      entry->value_end = skip_value (entry->value, end);
      if (entry->value_end == NULL)
        return AIMX_TOML_SCAN_UNENDED;
      feed = end_of_line (entry->value_end, end);
      entry->line_end = *at = feed < end ? feed + 1 : end;
      return AIMX_TOML_SCAN_ENTRY;
    }
  return AIMX_TOML_SCAN_END;
}

static const char *
unescape_unicode (GString *text, const char *at, const char *end, guint digits)
{
  gunichar c = 0;

  if ((gsize) (end - at) < digits)
    return NULL;
  for (guint i = 0; i < digits; i++)
    {
      int digit = g_ascii_xdigit_value (at[i]);

      if (digit < 0)
        return NULL;
      c = c << 4 | (guint) digit;
    }
  if (c == 0 || !g_unichar_validate (c))
    return NULL;
  g_string_append_unichar (text, c);
  return at + digits;
}

/* A backslash at the end of a line takes all white space up to the next character. */
static const char *
skip_line_ending_backslash (const char *at, const char *end)
{
  const char *rest = skip_blanks (at, end);

  if (rest < end && (*rest == '\n' || has_prefix (rest, end, "\r\n")))
    {
      while (rest < end && strchr (" \t\r\n", *rest) != NULL)
        rest++;
      return rest;
    }
  return NULL;
}

static const char *
unescape (GString *text, const char *at, const char *end, gboolean is_block)
{
  static const char codes[] = "btnfr\"\\e";
  static const char values[] = "\b\t\n\f\r\"\\\033";
  const char *code;

  if (at == end)
    return NULL;
  if (*at == 'u' || *at == 'U')
    return unescape_unicode (text, at + 1, end, *at == 'u' ? 4 : 8);
  if (is_block && strchr (" \t\r\n", *at) != NULL)
    return skip_line_ending_backslash (at, end);
  code = *at != '\0' ? strchr (codes, *at) : NULL;
  if (code == NULL)
    return NULL;
  g_string_append_c (text, values[code - codes]);
  return at + 1;
}

static char *
unquote_basic (const char *at, const char *end, gboolean is_block)
{
  g_autoptr (GString) text = g_string_sized_new ((gsize) (end - at));

  while (at != NULL && at < end)
    {
      const char *backslash = memchr (at, '\\', (gsize) (end - at));

      g_string_append_len (text, at, (backslash != NULL ? backslash : end) - at);
      at = backslash != NULL ? unescape (text, backslash + 1, end, is_block) : end;
    }
  if (at == NULL)
    return NULL;
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
aimx_toml_unquote (const char *value, const char *end)
{
  g_autofree char *text = NULL;
  gboolean is_block = has_prefix (value, end, "\"\"\"") || has_prefix (value, end, "'''");
  gsize n_quotes = is_block ? 3 : 1;
  const char *start, *stop;

  if ((gsize) (end - value) < 2 * n_quotes || (*value != '"' && *value != '\'') || skip_string (value, end) != end)
    return NULL;
  start = value + n_quotes;
  stop = end - n_quotes;
  if (is_block)
    {
      if (has_prefix (start, stop, "\n"))
        start += 1;
      else if (has_prefix (start, stop, "\r\n"))
        start += 2;
    }
  text = *value == '"' ? unquote_basic (start, stop, is_block) : g_strndup (start, (gsize) (stop - start));
  if (text == NULL || memchr (start, '\0', (gsize) (stop - start)) != NULL || !g_utf8_validate (text, -1, NULL))
    return NULL;
  return g_steal_pointer (&text);
}
