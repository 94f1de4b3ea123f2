/* SPDX-License-Identifier: MIT */
/*
 * The text of frames. An answer must come out whatever goes in; a request that cannot be framed is refused, since
 * a changed one would ask for something else.
 */
#include "wire/line.h"

#include <aimx/frame.h>
#include <string.h>

char *
aimx_frame_new_ok (const char *id)
{
  g_autoptr (GString) frame = g_string_new ("AIMX/1 OK");

  if (id != NULL)
    {
      g_string_append_c (frame, ' ');
      aimx_line_append_text (frame, id);
    }
  g_string_append_c (frame, '\n');
  return g_string_free (g_steal_pointer (&frame), FALSE);
}

char *
aimx_frame_new_json_head (gsize length)
{
  return g_strdup_printf ("AIMX/1 OK\nContent-Length: %" G_GSIZE_FORMAT "\n\n", length);
}

char *
aimx_frame_new_error (const char *code, const char *reason)
{
  g_autoptr (GString) frame = g_string_new ("AIMX/1 ERR ");

  g_string_append_printf (frame, "%s ", code);
  aimx_line_append_text (frame, reason);
  g_string_append_printf (frame, "\nCode: %s\n\n", code);
  return g_string_free (g_steal_pointer (&frame), FALSE);
}

/* Whether the parser reads back what it is: one line, nothing trimmed, nothing replaced. */
static gboolean
survives (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL) || strpbrk (text, "\r\n") != NULL)
    return FALSE;
  return *text == '\0' || (!g_ascii_isspace (*text) && !g_ascii_isspace (text[strlen (text) - 1]));
}

static gboolean
append_header (GString *head, const char *name, const char *value, char **fault)
{
  gsize start = head->len;
  g_autofree char *line = g_strdup_printf ("%s:", name);
  char *rest;

  if (aimx_line_split_header (line, &rest) != NULL || strcmp (line, name) != 0)
    *fault = g_strdup_printf ("'%s' is not a header name", name);
  else if (g_ascii_strcasecmp (name, "Content-Length") == 0)
    *fault = g_strdup ("Content-Length follows from the body");
  else if (value == NULL)
    *fault = g_strdup_printf ("%s has no value", name);
  else if (!survives (value))
    *fault = g_strdup_printf ("the value of %s must be one line of UTF-8 without space around it", name);
  if (*fault != NULL)
    return FALSE;
  g_string_append_printf (head, "%s: %s\n", name, value);
  if (head->len - start - 1 > AIMX_FRAME_LINE_MAX)
    *fault = g_strdup_printf ("%s is over %d bytes", name, AIMX_FRAME_LINE_MAX);
  return *fault == NULL;
}

char *
aimx_frame_new_request_head (const char *verb, const char *const *headers, GBytes *body, char **fault)
{
  g_autoptr (GString) head = g_string_new (NULL);

  *fault = NULL;
  if (*verb == '\0' || !survives (verb) || strlen ("AIMX/1 ") + strlen (verb) > AIMX_FRAME_LINE_MAX)
    {
      *fault = g_strdup_printf ("'%s' is not a verb", verb);
      return NULL;
    }
  g_string_append_printf (head, "AIMX/1 %s\n", verb);
  for (guint i = 0; headers != NULL && headers[i] != NULL; i += 2)
    if (!append_header (head, headers[i], headers[i + 1], fault))
      return NULL;
  if (body != NULL)
    g_string_append_printf (head, "Content-Length: %" G_GSIZE_FORMAT "\n", g_bytes_get_size (body));
  g_string_append_c (head, '\n');
  return g_string_free (g_steal_pointer (&head), FALSE);
}
