/* SPDX-License-Identifier: MIT */
/*
 * Globs over addresses. Matching keeps the set of pattern positions that the text read so far can have led to, so that
 * no pattern of stars takes more than the product of both lengths; alternatives are tried one by one.
 */
#include "config-private.h"

#include <string.h>

const char *
aimx_glob_check (const char *pattern)
{
  gboolean in_braces = FALSE;

  if (*pattern == '\0')
    return "a pattern cannot be empty";
  for (const char *p = pattern; *p != '\0'; p++)
    {
      if (*p == '{' && in_braces)
        return "braces cannot be nested";
      if (*p == '{')
        in_braces = TRUE;
      else if (*p == '}' && !in_braces)
        return "a } has no {";
      else if (*p == '}')
        in_braces = FALSE;
      else if (*p == '[')
        {
          const char *end = p[1] != '\0' ? strchr (p + 2 + (p[1] == '!' && p[2] != '\0'), ']') : NULL;

          if (end == NULL)
            return "a [ has no ]";
          p = end;
        }
    }
  return in_braces ? "a { has no }" : NULL;
}

static gboolean
class_matches (const char *p, const char *end, gunichar c)
{
  gboolean inverted = *p == '!' || *p == '^';
  gboolean found = FALSE;

  if (inverted)
    p++;
  while (p < end)
    {
      gunichar low = g_utf8_get_char (p);
      gunichar high = low;

      p = g_utf8_next_char (p);
      if (p + 1 < end && *p == '-')
        {
          high = g_utf8_get_char (p + 1);
          p = g_utf8_next_char (p + 1);
        }
      found |= c >= low && c <= high;
    }
  return found != inverted;
}

/* Without braces: the usual walk with one remembered star, which is enough as stars are independent. */
static gboolean
simple_matches (const char *pattern, const char *text)
{
  const char *star = NULL;
  const char *resume = NULL;

  while (*text != '\0')
    {
      const char *end = *pattern == '[' && pattern[1] != '\0' ? strchr (pattern + 2 + (pattern[1] == '!'), ']') : NULL;
      gunichar c = g_utf8_get_char (text);

      if (*pattern == '*')
        {
          star = ++pattern;
          resume = text;
        }
      else if (end != NULL && class_matches (pattern + 1, end, c))
        {
          pattern = end + 1;
          text = g_utf8_next_char (text);
        }
      else if (end == NULL && *pattern != '\0' && (*pattern == '?' || g_utf8_get_char (pattern) == c))
        {
          pattern = g_utf8_next_char (pattern);
          text = g_utf8_next_char (text);
        }
      else if (star != NULL)
        {
          pattern = star;
          text = resume = g_utf8_next_char (resume);
        }
      else
        return FALSE;
    }
  while (*pattern == '*')
    pattern++;
  return *pattern == '\0';
}

gboolean
aimx_glob_matches (const char *pattern, const char *text)
{
  const char *open = strchr (pattern, '{');
  const char *close = open != NULL ? strchr (open, '}') : NULL;
  g_autofree char *inside = NULL;
  g_auto (GStrv) alternatives = NULL;

  if (close == NULL)
    return simple_matches (pattern, text);
  inside = g_strndup (open + 1, (gsize) (close - open - 1));
  alternatives = g_strsplit (inside, ",", -1);
  for (guint i = 0; alternatives[i] != NULL; i++)
    {
      g_autofree char *expanded =
          g_strdup_printf ("%.*s%s%s", (int) (open - pattern), pattern, alternatives[i], close + 1);

      if (aimx_glob_matches (expanded, text))
        return TRUE;
    }
  return FALSE;
}
