/* SPDX-License-Identifier: MIT */
#include "header-fields.h"

#include <string.h>

/* Bytes of the line at @data with its line end. */
static gsize
measure_line (const char *data, gsize length)
{
  const char *end = memmem (data, length, "\r\n", 2);

  return end != NULL ? (gsize) (end - data) + 2 : length;
}

/* Bytes of the name that the line begins with; 0: it begins no header field. */
static gsize
measure_name (const char *line, gsize length)
{
  const char *colon = memchr (line, ':', length);
  gsize n = colon != NULL ? (gsize) (colon - line) : 0;

  /* White space before the colon is obsolete, and no part of the name (RFC 5322, 4.5). */
  while (n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t'))
    n--;
  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isgraph (line[i]))
      return 0;
  return n;
}

GArray *
dkim_fields_split (const char *message, gsize length, gsize *body)
{
  GArray *fields = g_array_new (FALSE, FALSE, sizeof (DkimField));
  gboolean in_field = FALSE;
  gsize offset = 0;

  while (offset < length)
    {
      const char *line = message + offset;
      DkimField field = { line, measure_line (line, length - offset), 0 };

      offset += field.length;
      if (field.length == 2 && memcmp (line, "\r\n", 2) == 0)
        break;
      if (*line == ' ' || *line == '\t')
        {
          if (in_field)
            g_array_index (fields, DkimField, fields->len - 1).length += field.length;
          continue;
        }
      field.name_length = measure_name (line, field.length);
      in_field = field.name_length > 0;
      if (in_field)
        g_array_append_val (fields, field);
    }
  *body = offset;
  return fields;
}

gboolean
dkim_field_is (const DkimField *field, const char *name)
{
  return strlen (name) == field->name_length && g_ascii_strncasecmp (field->data, name, field->name_length) == 0;
}
