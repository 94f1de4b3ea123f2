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

/* ---- declarations ---- */

typedef struct
{
  const char *name;
  char *value;
  gboolean important;
} Declaration;

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

/* Of @text, in lower case; %FALSE when it is none. */
static gboolean
read_declaration (char *text, Declaration *declaration)
{
  char *colon = strchr (text, ':');

  if (colon == NULL)
    return FALSE;
  *colon = '\0';
  declaration->name = g_strstrip (text);
  declaration->value = g_strstrip (colon + 1);
  declaration->important = take_importance (declaration->value);
  return TRUE;
}

/* ---- what hides ---- */

/* What the last declaration of each property says, unless one before it is important. */
typedef enum
{
  HIDES_DISPLAY,
  HIDES_VISIBILITY,
  HIDES_OPACITY,
  HIDES_MAX_HEIGHT,
  HIDES_HEIGHT,
  HIDES_OVERFLOW,
  HIDES_N_PROPERTIES,
} HidingProperty;

typedef struct
{
  gboolean hides[HIDES_N_PROPERTIES];
  gboolean important[HIDES_N_PROPERTIES];
} Hiding;

static const char *const hiding_names[HIDES_N_PROPERTIES] = {
  [HIDES_DISPLAY] = "display",       [HIDES_VISIBILITY] = "visibility", [HIDES_OPACITY] = "opacity",
  [HIDES_MAX_HEIGHT] = "max-height", [HIDES_HEIGHT] = "height",         [HIDES_OVERFLOW] = "overflow",
};

/* `0`, `0px`, `.0em`, `0%` */
static gboolean
is_zero (const char *value)
{
  char *unit;
  double number = g_ascii_strtod (value, &unit);

  return unit > value && number == 0;
}

/* Whether @word begins with one of @words: `table` does, and `table-cell`. */
static gboolean
is_one_of (const char *word, const char *const *words)
{
  for (guint i = 0; words[i] != NULL; i++)
    if (g_str_has_prefix (word, words[i]))
      return TRUE;
  return FALSE;
}

/* Whether @value is one for the property: a browser passes over others. */
static gboolean
is_valid (HidingProperty property, const char *value)
{
  static const char *const displays[] = { "none",    "block",     "inline", "table",    "flex",
                                          "grid",    "list-item", "flow",   "contents", "-webkit-",
                                          "initial", "inherit",   "unset",  "revert",   NULL };
  static const char *const visibilities[] = { "hidden", "collapse", "visible", "initial", "inherit", "unset", NULL };
  static const char *const overflows[] = { "hidden",  "clip",    "visible", "auto", "scroll",
                                           "initial", "inherit", "unset",   NULL };
  static const char *const sizes[] = { "auto", "none",    "min-",    "max-",  "fit-",
                                       "calc", "initial", "inherit", "unset", NULL };

  switch (property)
    {
    case HIDES_DISPLAY:
      return is_one_of (value, displays);
    case HIDES_VISIBILITY:
      return is_one_of (value, visibilities);
    case HIDES_OVERFLOW:
      return is_one_of (value, overflows);
    default:
      return g_ascii_isdigit (*value) || strchr (".+-", *value) != NULL || is_one_of (value, sizes);
    }
}

static gboolean
hides (HidingProperty property, const char *value)
{
  switch (property)
    {
    case HIDES_DISPLAY:
      return strcmp (value, "none") == 0;
    case HIDES_VISIBILITY:
      return strcmp (value, "hidden") == 0 || strcmp (value, "collapse") == 0;
    case HIDES_OVERFLOW:
      return g_str_has_prefix (value, "hidden") || g_str_has_prefix (value, "clip");
    default:
      return is_zero (value);
    }
}

static void
take_declaration (Hiding *self, const Declaration *declaration)
{
  for (guint i = 0; i < HIDES_N_PROPERTIES; i++)
    if (strcmp (declaration->name, hiding_names[i]) == 0 && is_valid (i, declaration->value) &&
        (declaration->important || !self->important[i]))
      {
        self->hides[i] = hides (i, declaration->value);
        self->important[i] = declaration->important;
      }
}

/* `mso-hide` is none of these: it hides a link from Outlook, which has the same as a comment. */
gboolean
html_style_hides (const char *style)
{
  g_autofree char *normal = normalize (style);
  g_auto (GStrv) declarations = g_strsplit (normal, ";", -1);
  Hiding self = { 0 };

  for (guint i = 0; declarations[i] != NULL; i++)
    {
      Declaration declaration;

      if (read_declaration (declarations[i], &declaration))
        take_declaration (&self, &declaration);
    }
  return self.hides[HIDES_DISPLAY] || self.hides[HIDES_VISIBILITY] || self.hides[HIDES_OPACITY] ||
         self.hides[HIDES_MAX_HEIGHT] || (self.hides[HIDES_HEIGHT] && self.hides[HIDES_OVERFLOW]);
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

static FontSize
read_size (const Declaration *declaration)
{
  gboolean unitless;

  if (strcmp (declaration->name, "font-size") == 0)
    return read_font_size (declaration->value, &unitless);
  return strcmp (declaration->name, "font") == 0 ? read_font (declaration->value) : FONT_SIZE_UNSAID;
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
      Declaration declaration;
      FontSize said = read_declaration (declarations[i], &declaration) ? read_size (&declaration) : FONT_SIZE_UNSAID;

      if (said == FONT_SIZE_UNSAID || (decided && !declaration.important))
        continue;
      size = said;
      decided |= declaration.important;
    }
  return size == FONT_SIZE_ZERO || (size != FONT_SIZE_SHOWN && around);
}

/* ---- white space ---- */

gboolean
html_style_keeps_lines (const char *style, gboolean around)
{
  static const char *const kept[] = { "pre", "break-spaces", NULL };
  static const char *const collapsed[] = { "normal", "nowrap", "initial", NULL };
  g_autofree char *normal = normalize (style);
  g_auto (GStrv) declarations = g_strsplit (normal, ";", -1);
  gboolean decided = FALSE;

  for (guint i = 0; declarations[i] != NULL; i++)
    {
      Declaration declaration;

      if (!read_declaration (declarations[i], &declaration) || strcmp (declaration.name, "white-space") != 0 ||
          (decided && !declaration.important))
        continue;
      if (is_one_of (declaration.value, kept))
        around = TRUE;
      else if (is_one_of (declaration.value, collapsed))
        around = FALSE;
      decided |= declaration.important;
    }
  return around;
}
