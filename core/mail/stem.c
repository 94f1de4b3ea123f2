/* SPDX-License-Identifier: MIT */
/*
 * Stems and slugs. Case is mapped here rather than by g_utf8_strdown(), which asks the locale: a name on disk must not
 * depend on who started the daemon.
 */
#include "mail/stem.h"

#include <aimx/utf8.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#define CAPITAL_SIGMA     0x03A3
#define SMALL_SIGMA       0x03C3
#define SMALL_FINAL_SIGMA 0x03C2
#define CAPITAL_I_DOT     0x0130
#define COMBINING_DOT     0x0307

#define TIME_LENGTH (sizeof "2026-01-31-235959" - 1)

static gboolean
is_cased (gunichar c)
{
  return g_unichar_isupper (c) || g_unichar_islower (c) || g_unichar_istitle (c);
}

/* What does not end a word although it is no letter of it (Unicode, Case_Ignorable). */
static gboolean
is_case_ignorable (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_NON_SPACING_MARK:
    case G_UNICODE_ENCLOSING_MARK:
    case G_UNICODE_FORMAT:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_MODIFIER_SYMBOL:
      return TRUE;
    default:
      return c == '\'' || c == '.' || c == ':' || c == 0x00B7 || c == 0x2019;
    }
}

/* Unicode, SpecialCasing: a sigma that ends a word. */
static gboolean
is_final_sigma (const char *text, const char *sigma)
{
  const char *before = sigma;
  const char *after = aimx_utf8_next (sigma);

  do
    before = g_utf8_find_prev_char (text, before);
  while (before != NULL && is_case_ignorable (g_utf8_get_char (before)));
  if (before == NULL || !is_cased (g_utf8_get_char (before)))
    return FALSE;
  while (*after != '\0' && is_case_ignorable (g_utf8_get_char (after)))
    after = aimx_utf8_next (after);
  return *after == '\0' || !is_cased (g_utf8_get_char (after));
}

/* GLib maps letters only, but Roman numerals, which are numbers, have case as well. */
static gunichar
to_lower (gunichar c)
{
  return c >= 0x2160 && c <= 0x216F ? c + 16 : g_unichar_tolower (c);
}

static gboolean
is_kept (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_OTHER_LETTER:
    case G_UNICODE_TITLECASE_LETTER:
    case G_UNICODE_UPPERCASE_LETTER:
    case G_UNICODE_SPACING_MARK:
    case G_UNICODE_ENCLOSING_MARK:
    case G_UNICODE_NON_SPACING_MARK:
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_LETTER_NUMBER:
    case G_UNICODE_OTHER_NUMBER:
      return TRUE;
    default:
      return FALSE;
    }
}

typedef struct
{
  GString *text;
  guint n_characters;
  gboolean gap; /* a run of other characters waits to become one '-' */
} Slug;

static void
slug_add (Slug *self, gunichar c)
{
  if (!is_kept (c))
    {
      self->gap = self->n_characters > 0;
      return;
    }
  if (self->gap && self->n_characters + 1 < AIMX_SLUG_MAX)
    {
      g_string_append_c (self->text, '-');
      self->n_characters++;
    }
  else if (self->gap)
    {
      /* The '-' would be the last one and be trimmed: the slug is full. */
      self->n_characters = AIMX_SLUG_MAX;
    }
  self->gap = FALSE;
  if (self->n_characters == AIMX_SLUG_MAX)
    return;
  g_string_append_unichar (self->text, c);
  self->n_characters++;
}

char *
aimx_slug_new (const char *subject)
{
  g_autofree char *valid = g_utf8_make_valid (subject != NULL ? subject : "", -1);
  g_autofree char *composed = g_utf8_normalize (valid, -1, G_NORMALIZE_NFC);
  Slug slug = { g_string_new (NULL), 0, FALSE };

  for (const char *at = composed; *at != '\0' && slug.n_characters < AIMX_SLUG_MAX; at = aimx_utf8_next (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c == CAPITAL_I_DOT)
        {
          slug_add (&slug, 'i');
          slug_add (&slug, COMBINING_DOT);
        }
      else if (c == CAPITAL_SIGMA)
        slug_add (&slug, is_final_sigma (composed, at) ? SMALL_FINAL_SIGMA : SMALL_SIGMA);
      else
        slug_add (&slug, to_lower (c));
    }
  if (slug.text->len == 0)
    g_string_append (slug.text, "no-subject");
  return g_string_free (slug.text, FALSE);
}

char *
aimx_stem_new (gint64 received_at, const char *subject)
{
  g_autofree char *slug = aimx_slug_new (subject);
  time_t seconds = (time_t) (received_at / G_USEC_PER_SEC);
  struct tm utc;

  gmtime_r (&seconds, &utc);
  return g_strdup_printf ("%04d-%02d-%02d-%02d%02d%02d-%s", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                          utc.tm_hour, utc.tm_min, utc.tm_sec, slug);
}

gboolean
aimx_stem_is_acceptable (const char *id)
{
  return *id != '\0' && !g_str_equal (id, ".") && strstr (id, "..") == NULL && strpbrk (id, "/\\") == NULL &&
         strlen (id) + strlen (".md") <= 255;
}

gboolean
aimx_stem_get_time (const char *stem, gint64 *seconds)
{
  static const char pattern[] = "dddd-dd-dd-dddddd";
  struct tm utc = { 0 };

  for (gsize i = 0; i < TIME_LENGTH; i++)
    if (pattern[i] == 'd' ? !g_ascii_isdigit (stem[i]) : stem[i] != pattern[i])
      return FALSE;
  if (sscanf (stem, "%4d-%2d-%2d-%2d%2d%2d", &utc.tm_year, &utc.tm_mon, &utc.tm_mday, &utc.tm_hour, &utc.tm_min,
              &utc.tm_sec) != 6)
    return FALSE;
  utc.tm_year -= 1900;
  utc.tm_mon -= 1;
  *seconds = timegm (&utc);
  return TRUE;
}
