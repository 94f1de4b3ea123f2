/* SPDX-License-Identifier: MIT */
#include "guess.h"

#include "domain.h"

#include <string.h>

/* Bytes of the comment that begins here; 0: it does not end. */
static gsize
measure_comment (const char *start, const char *end)
{
  guint depth = 0;

  for (const char *at = start; at < end; at++)
    if (*at == '\\')
      at++;
    else if (*at == '(')
      depth++;
    else if (*at == ')' && --depth == 0)
      return (gsize) (at + 1 - start);
  return 0;
}

/* Controls of Latin-1 and the separators that end a line elsewhere, as UTF-8, are no text either. */
static gsize
measure_control (const char *at, const char *end)
{
  const guchar *c = (const guchar *) at;

  if (c[0] <= 0x20 || c[0] == 0x7f)
    return 1;
  if (end - at >= 2 && c[0] == 0xc2 && c[1] < 0xa0)
    return 2;
  if (end - at >= 3 && c[0] == 0xe2 && c[1] == 0x80 && (c[2] == 0xa8 || c[2] == 0xa9))
    return 3;
  return 0;
}

/* Bytes that stand between words here; 0: a word goes on. A comment, too, or its parentheses alone; after one that does
 * not end no other is looked for. */
static gsize
measure_gap (const char *at, const char *end, gboolean *skips_comments)
{
  gsize comment = 0;

  if (*at != '(')
    return *at == ')' ? 1 : measure_control (at, end);
  if (*skips_comments)
    comment = measure_comment (at, end);
  *skips_comments = comment > 0;
  return MAX (comment, 1);
}

static gboolean
is_name_char (char c)
{
  return g_ascii_isalnum (c) || c == '.' || c == '-' || c == '_' || (guchar) c >= 0x80;
}

/* RFC 5322, 4.4: what is between words may stand around the dots. */
static gboolean
ends_name (const GString *name, char c, gboolean after_gap)
{
  return !is_name_char (c) || (after_gap && name->len > 0 && c != '.' && name->str[name->len - 1] != '.');
}

static void
add_guess (GPtrArray *domains, const GString *name)
{
  g_autofree char *text = g_strdup (name->str);
  g_autofree char *domain = NULL;

  for (gsize length = name->len; length > 0 && text[length - 1] == '.'; length--)
    text[length - 1] = '\0';
  domain = domain_normalize (text);
  if (domain != NULL && strchr (domain, '.') != NULL &&
      !g_ptr_array_find_with_equal_func (domains, domain, g_str_equal, NULL))
    g_ptr_array_add (domains, g_steal_pointer (&domain));
}

/*
 * A careful reader stops at the first thing that is no part of a name; a careless one drops that, up to the bracket or
 * to the end of the address.
 */
static void
guess_from (const char *at, const char *end, gboolean skips_comments, GPtrArray *domains)
{
  g_autoptr (GString) name = g_string_new (NULL);
  gboolean is_careful = TRUE;
  gboolean after_gap = FALSE;

  while (at < end && *at != ',' && *at != ';' && *at != '@')
    {
      gsize gap = measure_gap (at, end, &skips_comments);

      after_gap |= gap > 0;
      at += gap;
      if (gap > 0)
        continue;
      if (is_careful && ends_name (name, *at, after_gap))
        {
          add_guess (domains, name);
          is_careful = FALSE;
        }
      if (*at == '>')
        add_guess (domains, name);
      else if (is_name_char (*at))
        g_string_append_c (name, *at);
      after_gap = FALSE;
      at++;
    }
  if (is_careful || at >= end || *at != '@')
    add_guess (domains, name);
}

GPtrArray *
dmarc_guess_domains (const char *value, gsize length)
{
  g_autoptr (GPtrArray) domains = g_ptr_array_new_with_free_func (g_free);
  const char *end = value + length;
  guint n = 0;

  for (const char *at = value; at < end && (at = memchr (at, '@', (gsize) (end - at))) != NULL;)
    {
      if (++n > DMARC_GUESSES_MAX)
        return NULL;
      at++;
      guess_from (at, end, TRUE, domains);
      guess_from (at, end, FALSE, domains);
    }
  return g_steal_pointer (&domains);
}
