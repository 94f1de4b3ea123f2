/* SPDX-License-Identifier: MIT */
/* RFC 3676, 4. */
#include "parser/flowed-text.h"

#include <string.h>

#define SIGNATURE "-- "

typedef struct
{
  gsize depth; /* of quoting */
  const char *text;
  gsize length;
} Line;

/* Takes the quote marks off, and the blank that senders put before the text. */
static Line
read_line (const char *start, const char *end)
{
  Line line = { .text = start };

  while (line.text < end && *line.text == '>')
    line.text++;
  line.depth = (gsize) (line.text - start);
  if (line.text < end && *line.text == ' ')
    line.text++;
  line.length = (gsize) (end - line.text);
  return line;
}

static gboolean
is_signature (const Line *line)
{
  return line->length == strlen (SIGNATURE) && memcmp (line->text, SIGNATURE, line->length) == 0;
}

static gboolean
is_flowed (const Line *line)
{
  return line->length > 0 && line->text[line->length - 1] == ' ' && !is_signature (line);
}

static void
begin_line (const Line *line, GString *out)
{
  for (gsize i = 0; i < line->depth; i++)
    g_string_append_c (out, '>');
  if (line->depth > 0 && line->length > 0)
    g_string_append_c (out, ' ');
}

void
flowed_text_join (GString *text, gsize start)
{
  g_autoptr (GString) joined = g_string_sized_new (text->len - start);
  const char *at = text->str + start;
  const char *end = text->str + text->len;
  gboolean open = FALSE; /* whether the line before goes on */
  gsize depth = 0;

  while (at < end)
    {
      const char *feed = memchr (at, '\n', (gsize) (end - at));
      Line line = read_line (at, feed != NULL ? feed : end);

      at = feed != NULL ? feed + 1 : end;
      if (open && (line.depth != depth || is_signature (&line)))
        {
          g_string_append_c (joined, '\n');
          open = FALSE;
        }
      if (!open)
        begin_line (&line, joined);
      open = is_flowed (&line);
      depth = line.depth;
      g_string_append_len (joined, line.text, (gssize) (line.length - (open ? 1 : 0)));
      if (!open && feed != NULL)
        g_string_append_c (joined, '\n');
    }
  g_string_truncate (text, start);
  g_string_append_len (text, joined->str, (gssize) joined->len);
}
