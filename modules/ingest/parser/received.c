/* SPDX-License-Identifier: MIT */
/* One field is looked for line by line, and its value read where it stands. */
#include "parser/received.h"

#include "parser/parser-limits.h"

#include <string.h>

#define NAME "Received:"
/* Bytes of an address in its brackets; longer ones are none. */
#define LITERAL_MAX 64

static const char *
end_of_line (const char *line, const char *end)
{
  const char *feed = memchr (line, '\n', (gsize) (end - line));

  return feed != NULL ? feed + 1 : end;
}

static gboolean
is_blank (const char *line, const char *end)
{
  return line == end || *line == '\n' || (*line == '\r' && end - line > 1 && line[1] == '\n');
}

static gboolean
has_name (const char *line, const char *end)
{
  return (gsize) (end - line) >= strlen (NAME) && g_ascii_strncasecmp (line, NAME, strlen (NAME)) == 0;
}

/* With the lines that continue it. */
static gboolean
find_field (const char *text, const char *end, const char **value, const char **value_end)
{
  const char *line = text;

  while (!is_blank (line, end) && !has_name (line, end))
    line = end_of_line (line, end);
  if (is_blank (line, end))
    return FALSE;
  *value = line + strlen (NAME);
  do
    line = end_of_line (line, end);
  while (line < end && (*line == ' ' || *line == '\t'));
  *value_end = line - *value > HEADER_FIELD_MAX ? *value + HEADER_FIELD_MAX : line;
  return TRUE;
}

/* `IPv6:` stands before such an address (RFC 5321, 4.1.3); some leave it out. */
static char *
read_address (const char *literal, gsize length)
{
  g_autofree char *text = g_ascii_strdown (literal, (gssize) length);
  const char *address = g_str_has_prefix (text, "ipv6:") ? text + 5 : text;

  if (!g_hostname_is_ip_address (address) || g_str_has_prefix (address, "127.") || strcmp (address, "::1") == 0)
    return NULL;
  return g_strdup (address);
}

char *
received_find_peer (GBytes *raw)
{
  gsize size;
  const char *text = g_bytes_get_data (raw, &size);
  const char *at, *end;

  if (size == 0 || !find_field (text, text + size, &at, &end))
    return NULL;
  while (at < end && (at = memchr (at, '[', (gsize) (end - at))) != NULL)
    {
      const char *close = memchr (at, ']', MIN ((gsize) (end - at), LITERAL_MAX));
      char *address = close != NULL ? read_address (at + 1, (gsize) (close - at - 1)) : NULL;

      if (address != NULL)
        return address;
      at++;
    }
  return NULL;
}
