/* SPDX-License-Identifier: MIT */
/*
 * As much of CSS as hides text in mail, in linear time.
 */
#include "parser/html-style.h"

#include <string.h>

typedef enum
{
  FONT_SIZE_UNSAID,
  FONT_SIZE_ZERO,
  FONT_SIZE_SHOWN,
  FONT_SIZE_RELATIVE, /* of nothing it is nothing */
} FontSize;

/* In lower case, comments as the blanks that they are. */
static char *
normalize (const char *style)
{
  GString *normal = g_string_new (NULL);

  while (*style != '\0')
    if (g_str_has_prefix (style, "/*"))
      {
        const char *end = strstr (style + 2, "*/");

        g_string_append_c (normal, ' ');
        style = end != NULL ? end + 2 : style + strlen (style);
      }
    else
      g_string_append_c (normal, g_ascii_tolower (*style++));
  return g_string_free (normal, FALSE);
}

/* A declaration such as `display:none` in a style without blanks. */
static gboolean
declares (const char *style, const char *declaration)
{
  gsize length = strlen (declaration);

  for (const char *at = style; (at = strstr (at, declaration)) != NULL; at += length)
    if ((at == style || at[-1] == ';') &&
        (at[length] == '\0' || at[length] == ';' || at[length] == '!' || g_str_has_prefix (at + length, "px")))
      return TRUE;
  return FALSE;
}

gboolean
html_style_hides (const char *style)
{
  static const char *const hiding[] = { "display:none", "visibility:hidden", "max-height:0", "mso-hide:all",
                                        "opacity:0" };
  g_autofree char *compact = normalize (style);
  char *to = compact;

  for (const char *from = compact; *from != '\0'; from++)
    if (!g_ascii_isspace (*from))
      *to++ = *from;
  *to = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (hiding); i++)
    if (declares (compact, hiding[i]))
      return TRUE;
  return FALSE;
}

/* ---- font size ---- */

/* CSS Fonts, 2.5; a number without a unit is one of pixels, or the weight in a `font` of several words. */
static FontSize
read_font_size (const char *word, gboolean *unitless)
{
  static const char *const shown[] = { "xx-small", "x-small",  "small",     "medium",  "large",
                                       "x-large",  "xx-large", "xxx-large", "initial", NULL };
  static const char *const relative[] = { "larger", "smaller", "inherit", "unset", "revert", NULL };
  static const char *const relative_units[] = { "em", "%", "ex", "ch", "cap", "ic", "lh", NULL };
  double number;
  char *unit;

  *unitless = FALSE;
  if (g_strv_contains (shown, word))
    return FONT_SIZE_SHOWN;
  if (g_strv_contains (relative, word))
    return FONT_SIZE_RELATIVE;
  if (!g_ascii_isdigit (*word) && strchr (".+-", *word) == NULL)
    return FONT_SIZE_UNSAID;
  number = g_ascii_strtod (word, &unit);
  if (unit == word || number < 0)
    return FONT_SIZE_UNSAID;
  if (number == 0)
    return FONT_SIZE_ZERO;
  *unitless = *unit == '\0';
  return g_strv_contains (relative_units, unit) ? FONT_SIZE_RELATIVE : FONT_SIZE_SHOWN;
}

/* `font`: the first word that is a size, before the height of lines (CSS Fonts, 2.7). */
static FontSize
read_font (const char *value)
{
  g_auto (GStrv) words = g_strsplit_set (value, " \t\r\n\f", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      gboolean unitless;
      FontSize size;

      words[i][strcspn (words[i], "/")] = '\0';
      size = read_font_size (words[i], &unitless);
      if (size != FONT_SIZE_UNSAID && !unitless)
        return size;
    }
  return FONT_SIZE_UNSAID;
}

/* Takes `!important` off a value; returns whether it was there. */
static gboolean
take_importance (char *value)
{
  char *mark = strrchr (value, '!');

  if (mark == NULL || strcmp (g_strstrip (mark + 1), "important") != 0)
    return FALSE;
  *mark = '\0';
  g_strchomp (value);
  return TRUE;
}

static FontSize
read_declaration (char *declaration, gboolean *important)
{
  char *value = strchr (declaration, ':');
  gboolean unitless;

  if (value == NULL)
    return FONT_SIZE_UNSAID;
  *value++ = '\0';
  g_strstrip (declaration);
  g_strstrip (value);
  *important = take_importance (value);
  if (strcmp (declaration, "font-size") == 0)
    return read_font_size (value, &unitless);
  return strcmp (declaration, "font") == 0 ? read_font (value) : FONT_SIZE_UNSAID;
}

gboolean
html_style_is_sizeless (const char *style, gboolean around)
{
  g_autofree char *normal = normalize (style);
  g_auto (GStrv) declarations = g_strsplit (normal, ";", -1);
  FontSize size = FONT_SIZE_UNSAID;
  gboolean decided = FALSE;

  /* The last one counts, unless one before it is important. */
  for (guint i = 0; declarations[i] != NULL; i++)
    {
      gboolean important = FALSE;
      FontSize said = read_declaration (declarations[i], &important);

      if (said == FONT_SIZE_UNSAID || (decided && !important))
        continue;
      size = said;
      decided |= important;
    }
  return size == FONT_SIZE_ZERO || (size != FONT_SIZE_SHOWN && around);
}
