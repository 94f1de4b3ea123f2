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

/* (transfer full) (nullable) */
static char *
take_address (const char *open, const char *end)
{
  const char *close = memchr (open, ']', MIN ((gsize) (end - open), LITERAL_MAX));

  return close != NULL ? read_address (open + 1, (gsize) (close - open - 1)) : NULL;
}

/* `helo=[...]`, `HELO [...]`: what the client says of itself, in the comments of some servers. */
static gboolean
is_claimed (const char *value, const char *open)
{
  const char *word = open - strlen ("helo=");

  return word >= value && (open[-1] == '=' || open[-1] == ' ') &&
         (g_ascii_strncasecmp (word, "helo", 4) == 0 || g_ascii_strncasecmp (word, "ehlo", 4) == 0);
}

/* Where the `from` clause ends (RFC 5321, 4.4). */
static gboolean
is_by (const char *at, const char *end)
{
  return end - at > 3 && g_ascii_isspace (at[0]) && g_ascii_strncasecmp (at + 1, "by", 2) == 0 &&
         g_ascii_isspace (at[3]);
}

/* Before its comment the `from` clause holds what the client called itself, an address perhaps. In the comment is what
 * the server saw. */
static char *
find_address (const char *value, const char *end)
{
  g_autofree char *first = NULL;
  gboolean in_from = TRUE;
  guint depth = 0;

  for (const char *at = value; at < end; at++)
    if (*at == '(')
      depth++;
    else if (*at == ')' && depth > 0)
      depth--;
    else if (depth == 0 && is_by (at, end))
      in_from = FALSE;
    else if (*at == '[' && !is_claimed (value, at))
      {
        g_autofree char *address = take_address (at, end);

        if (address != NULL && in_from && depth > 0)
          return g_steal_pointer (&address);
        if (first == NULL)
          first = g_steal_pointer (&address);
      }
  return g_steal_pointer (&first);
}

char *
received_find_peer (GBytes *raw)
{
  gsize size;
  const char *text = g_bytes_get_data (raw, &size);
  const char *value, *end;

  if (size == 0 || !find_field (text, text + size, &value, &end))
    return NULL;
  return find_address (value, end);
}
