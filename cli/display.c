/* SPDX-License-Identifier: MIT */
/* What text looks like, and how wide it is. */
#include "display.h"

#include <string.h>

#define ELLIPSIS "…"

/* Those that act on what stands around them: line and paragraph separators, direction marks, embeddings, overrides. */
static gboolean
acts (gunichar c)
{
  return g_unichar_iscntrl (c) || c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

static void
append_by_number (GString *shown, gunichar c)
{
  if (c == '\n')
    g_string_append (shown, "\\n");
  else
    g_string_append_printf (shown, c <= 0xff ? "\\x%02x" : "\\u%04x", c);
}

static char *
display (const char *text, gsize length, const char *kept)
{
  g_autoptr (GString) shown = g_string_sized_new (length);
  const char *end = text + length;

  while (text < end)
    {
      gunichar c = g_utf8_get_char_validated (text, end - text);

      if ((gint) c < 0)
        {
          append_by_number (shown, (guchar) *text++);
          continue;
        }
      if (acts (c) && !(c < 0x80 && c != 0 && strchr (kept, (int) c) != NULL))
        append_by_number (shown, c);
      else
        g_string_append_unichar (shown, c);
      text = g_utf8_next_char (text);
    }
  return g_string_free (g_steal_pointer (&shown), FALSE);
}

char *
cli_display (const char *text)
{
  return display (text, strlen (text), "");
}

char *
cli_display_lines (const char *text, gsize length)
{
  return display (text, length, "\n\t");
}

static guint
get_width (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

guint
cli_display_width (const char *text)
{
  guint width = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    width += get_width (g_utf8_get_char (text));
  return width;
}

char *
cli_display_cut (const char *text, guint width)
{
  const char *end = text;
  guint taken = 0;

  if (cli_display_width (text) <= width)
    return g_strdup (text);
  if (width == 0)
    return g_strdup ("");
  for (;;)
    {
      guint one = get_width (g_utf8_get_char (end));

      if (taken + one > width - 1)
        break;
      taken += one;
      end = g_utf8_next_char (end);
    }
  return g_strdup_printf ("%.*s" ELLIPSIS, (int) (end - text), text);
}

char *
cli_display_cut_start (const char *text, guint width)
{
  guint left = cli_display_width (text);

  if (left <= width)
    return g_strdup (text);
  if (width == 0)
    return g_strdup ("");
  while (left > width - 1)
    {
      left -= get_width (g_utf8_get_char (text));
      text = g_utf8_next_char (text);
    }
  return g_strconcat (ELLIPSIS, text, NULL);
}
