/* SPDX-License-Identifier: MIT */
/* The lines of frames, read and written. */
#include "wire/line.h"

#include <string.h>

static void
replace_nul (GString *line)
{
  g_autoptr (GString) replaced = g_string_sized_new (line->len);

  for (gsize i = 0; i < line->len; i++)
    if (line->str[i] == '\0')
      g_string_append (replaced, "\xef\xbf\xbd");
    else
      g_string_append_c (replaced, line->str[i]);
  g_string_assign (line, replaced->str);
}

static AimxLineStatus
finish (GString *line)
{
  if (line->len > 0 && line->str[line->len - 1] == '\r')
    g_string_truncate (line, line->len - 1);
  if (line->len > AIMX_FRAME_LINE_MAX)
    return AIMX_LINE_TOO_LONG;
  if (memchr (line->str, '\0', line->len) != NULL)
    replace_nul (line);
  return g_utf8_validate_len (line->str, line->len, NULL) ? AIMX_LINE_COMPLETE : AIMX_LINE_NOT_TEXT;
}

AimxLineStatus
aimx_line_feed (GString *line, const char *data, gsize length, gsize *n_taken)
{
  /* One more than a line may have, for the CR, and one more to know that it is too long. */
  gsize room = AIMX_FRAME_LINE_MAX + 2 - line->len;
  gsize window = MIN (length, room);
  const char *end = memchr (data, '\n', window);

  g_string_append_len (line, data, end != NULL ? end - data : (gssize) window);
  *n_taken = end != NULL ? (gsize) (end - data) + 1 : window;
  if (end != NULL)
    return finish (line);
  return line->len < AIMX_FRAME_LINE_MAX + 2 ? AIMX_LINE_MORE : AIMX_LINE_TOO_LONG;
}

const char *
aimx_line_split_header (char *line, char **value)
{
  char *colon = strchr (line, ':');

  if (colon == NULL)
    return "header line without ':'";
  if (colon == line)
    return "header line without a name";
  for (const char *at = line; at < colon; at++)
    if (!g_ascii_isgraph (*at))
      return "header name that is not printable ASCII without spaces";
  *colon = '\0';
  *value = g_strstrip (colon + 1);
  return NULL;
}

gboolean
aimx_line_parse_length (const char *value, gsize limit, gsize *length)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (value, 10, 0, limit, &number, NULL))
    return FALSE;
  *length = (gsize) number;
  return TRUE;
}

void
aimx_line_append_text (GString *line, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      char bytes[6];
      int n = g_unichar_to_utf8 (g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029 ? ' ' : c, bytes);

      if (line->len + (gsize) n > AIMX_FRAME_LINE_MAX)
        return;
      g_string_append_len (line, bytes, n);
    }
}
