/* SPDX-License-Identifier: MIT */
/*
 * Globs over addresses. Matching remembers the last star, so that no pattern takes more than the product of both
 * lengths; alternatives, of which there are not too many, are tried one by one.
 */
#include "config-private.h"

#include <string.h>

/* More than any list needs; each costs a walk over the address. */
#define ALTERNATIVES_MAX 1000

/* The ] that ends the class that begins at @open, NULL when there is none; one right behind the [ is a member. */
static const char *
find_class_end (const char *open)
{
  const char *p = open + 1;

  if (*p == '!' || *p == '^')
    p++;
  return *p != '\0' ? strchr (p + 1, ']') : NULL;
}

/* The next , or } of the alternatives that go on at @p; NULL when they are not ended, or not well formed. */
static const char *
find_separator (const char *p)
{
  for (; *p != '\0' && *p != '{'; p++)
    {
      const char *end = *p == '[' ? find_class_end (p) : p;

      if (*p == ',' || *p == '}' || end == NULL)
        return end;
      p = end;
    }
  return NULL;
}

/* What is wrong with the alternatives from @open, NULL when nothing is; @close: (out): the brace that ends them. */
static const char *
check_alternatives (const char *open, const char **close, guint *n_alternatives)
{
  guint n = 0;

  *close = open;
  do
    {
      *close = find_separator (*close + 1);
      if (*close == NULL)
        return "a { has no }, or another { or a [ without ] comes before it";
      n++;
    }
  while (**close != '}');
  *n_alternatives = n <= ALTERNATIVES_MAX ? *n_alternatives * n : G_MAXUINT;
  return *n_alternatives <= ALTERNATIVES_MAX ? NULL : "it stands for too many alternatives";
}

const char *
aimx_glob_check (const char *pattern)
{
  guint n_alternatives = 1;
  const char *fault = NULL;

  if (*pattern == '\0')
    return "a pattern cannot be empty";
  for (const char *p = pattern; *p != '\0' && fault == NULL; p++)
    {
      const char *end = p;

      if (*p == '}')
        fault = "a } has no {";
      else if (*p == '{')
        fault = check_alternatives (p, &end, &n_alternatives);
      else if (*p == '[')
        {
          end = find_class_end (p);
          fault = end == NULL ? "a [ has no ]" : NULL;
        }
      if (fault == NULL)
        p = end;
    }
  return fault;
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
      const char *end = *pattern == '[' ? find_class_end (pattern) : NULL;
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

/* The first { that is not in a class. */
static const char *
find_brace (const char *pattern)
{
  for (; *pattern != '\0' && *pattern != '{'; pattern++)
    {
      const char *end = *pattern == '[' ? find_class_end (pattern) : NULL;

      if (end != NULL)
        pattern = end;
    }
  return *pattern == '{' ? pattern : NULL;
}

/* Whether the pattern with the alternatives from @open replaced by one of them matches. */
static gboolean
alternative_matches (const char *pattern, const char *open, const char *text)
{
  const char *close = open;

  while (close != NULL && *close != '}')
    close = find_separator (close + 1);
  /* aimx_glob_check() refuses a pattern without the closing brace before anything is matched. */
  if (close == NULL)
    return FALSE;
  for (const char *start = open + 1; start <= close;)
    {
      const char *end = find_separator (start);
      g_autofree char *expanded =
          g_strdup_printf ("%.*s%.*s%s", (int) (open - pattern), pattern, (int) (end - start), start, close + 1);

      if (aimx_glob_matches (expanded, text))
        return TRUE;
      start = end + 1;
    }
  return FALSE;
}

gboolean
aimx_glob_matches (const char *pattern, const char *text)
{
  const char *open = find_brace (pattern);

  return open != NULL ? alternative_matches (pattern, open, text) : simple_matches (pattern, text);
}
