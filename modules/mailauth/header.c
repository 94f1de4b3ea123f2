/* SPDX-License-Identifier: MIT */
#include "header.h"

#include <string.h>

static const char *
find_line_end (const char *at, const char *end)
{
  const char *line_feed = memchr (at, '\n', (gsize) (end - at));

  return line_feed != NULL ? line_feed + 1 : end;
}

static gboolean
is_white (char c)
{
  return c == ' ' || c == '\t';
}

static gboolean
split (const char *start, const char *end, HeaderField *field)
{
  const char *colon = memchr (start, ':', (gsize) (end - start));

  if (colon == NULL)
    return FALSE;
  while (end > colon + 1 && (end[-1] == '\n' || end[-1] == '\r'))
    end--;
  *field = (HeaderField){ start, (gsize) (colon - start), colon + 1, (gsize) (end - colon - 1) };
  while (field->name_length > 0 && is_white (start[field->name_length - 1]))
    field->name_length--;
  return field->name_length > 0;
}

gboolean
header_take_field (const char **at, const char *end, HeaderField *field)
{
  while (*at < end)
    {
      const char *start = *at;

      *at = find_line_end (*at, end);
      while (*at < end && is_white (**at))
        *at = find_line_end (*at, end);
      if (split (start, *at, field))
        return TRUE;
    }
  return FALSE;
}

gboolean
header_field_is (const HeaderField *field, const char *name)
{
  return field->name_length == strlen (name) && g_ascii_strncasecmp (field->name, name, field->name_length) == 0;
}
