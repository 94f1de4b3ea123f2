/* SPDX-License-Identifier: MIT */
/*
 * Writing frontmatter: keys in the order in which they are added, strings as TOML basic strings.
 */
#include "mail/frontmatter.h"

#include <aimx/utf8.h>

#include <string.h>
#include <time.h>

#define CUT_MARK "…"

struct _AimxFrontmatterWriter
{
  GString *text;
  gsize string_max;
};

AimxFrontmatterWriter *
aimx_frontmatter_writer_new (gsize string_max)
{
  AimxFrontmatterWriter *self = g_new0 (AimxFrontmatterWriter, 1);

  self->text = g_string_new ("+++\n");
  self->string_max = string_max;
  return self;
}

void
aimx_frontmatter_writer_free (AimxFrontmatterWriter *self)
{
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  g_free (self);
}

static void
append_escaped (GString *text, const char *character, gsize length)
{
  gunichar c = g_utf8_get_char (character);

  if (c == '"' || c == '\\')
    g_string_append_printf (text, "\\%c", (char) c);
  else if (c == '\n')
    g_string_append (text, "\\n");
  else if (c == '\r')
    g_string_append (text, "\\r");
  else if (c == '\t')
    g_string_append (text, "\\t");
  else if (g_unichar_iscntrl (c))
    g_string_append_printf (text, "\\u%04X", c);
  else
    g_string_append_len (text, character, (gssize) length);
}

static gboolean
is_verbatim (const char *text)
{
  for (; *text != '\0'; text++)
    if ((guchar) *text < 0x20 || (guchar) *text >= 0x7F || *text == '"' || *text == '\\')
      return FALSE;
  return TRUE;
}

static void
append_string (AimxFrontmatterWriter *self, const char *value)
{
  g_autofree char *valid = NULL;
  gsize start;

  g_string_append_c (self->text, '"');
  start = self->text->len;
  if (is_verbatim (value) && strlen (value) <= self->string_max)
    g_string_append (self->text, value);
  else
    {
      valid = g_utf8_make_valid (value, -1);
      for (const char *at = valid; *at != '\0';)
        {
          const char *next = aimx_utf8_next (at);
          gsize before = self->text->len;

          append_escaped (self->text, at, (gsize) (next - at));
          if (self->text->len - start > self->string_max)
            {
              g_string_truncate (self->text, before);
              g_string_append (self->text, CUT_MARK);
              break;
            }
          at = next;
        }
    }
  g_string_append_c (self->text, '"');
}

void
aimx_frontmatter_writer_add_string (AimxFrontmatterWriter *self, const char *key, const char *value)
{
  g_string_append (self->text, key);
  g_string_append (self->text, " = ");
  append_string (self, value != NULL ? value : "");
  g_string_append_c (self->text, '\n');
}

void
aimx_frontmatter_writer_add_filled (AimxFrontmatterWriter *self, const char *key, const char *value)
{
  if (value != NULL && *value != '\0')
    aimx_frontmatter_writer_add_string (self, key, value);
}

void
aimx_frontmatter_writer_add_integer (AimxFrontmatterWriter *self, const char *key, guint64 value)
{
  g_string_append_printf (self->text, "%s = %" G_GUINT64_FORMAT "\n", key, value);
}

void
aimx_frontmatter_writer_add_boolean (AimxFrontmatterWriter *self, const char *key, gboolean value)
{
  g_string_append_printf (self->text, "%s = %s\n", key, value ? "true" : "false");
}

void
aimx_frontmatter_writer_add_strings (AimxFrontmatterWriter *self, const char *key, const char *const *values)
{
  if (values == NULL || *values == NULL)
    return;
  g_string_append_printf (self->text, "%s = [", key);
  for (guint i = 0; values[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append (self->text, ", ");
      append_string (self, values[i]);
    }
  g_string_append (self->text, "]\n");
}

void
aimx_frontmatter_writer_begin_table (AimxFrontmatterWriter *self, const char *name)
{
  g_string_append_printf (self->text, "\n[[%s]]\n", name);
}

GString *
aimx_frontmatter_writer_finish (AimxFrontmatterWriter *self)
{
  g_string_append (self->text, "+++\n\n");
  return g_steal_pointer (&self->text);
}

char *
aimx_frontmatter_format_time (gint64 usec)
{
  time_t seconds = (time_t) (usec / G_USEC_PER_SEC);
  struct tm utc;

  gmtime_r (&seconds, &utc);
  return g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02dZ", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                          utc.tm_hour, utc.tm_min, utc.tm_sec);
}
