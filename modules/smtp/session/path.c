/* SPDX-License-Identifier: MIT */
/*
 * Paths (RFC 5321, 4.1.2): read leniently where real clients are careless and nothing depends on it, strictly where an
 * address could mean two things.
 */
#include "session-private.h"

#include <string.h>

/* atext of RFC 5322, 3.2.3, and the dot; dots stand anywhere, as some providers give such addresses out. */
static gboolean
is_local_character (char c)
{
  return g_ascii_isalnum (c) || strchr (".!#$%&'*+-/=?^_`{|}~", c) != NULL || (guchar) c >= 0x80;
}

static gboolean
is_domain_character (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '.' || c == '_' || (guchar) c >= 0x80;
}

/* The text of a quoted string, its escapes resolved; NULL when it is malformed. */
static char *
read_quoted (const char **at)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *p = *at + 1;

  for (; *p != '\0' && *p != '"'; p++)
    {
      if (*p == '\\' && *++p == '\0')
        return NULL;
      if (*p == '\t')
        return NULL;
      g_string_append_c (text, *p);
    }
  if (*p != '"' || text->len == 0)
    return NULL;
  *at = p + 1;
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
needs_quotes (const char *local)
{
  for (; *local != '\0'; local++)
    if (!is_local_character (*local))
      return TRUE;
  return FALSE;
}

static char *
quote (const char *local)
{
  g_autoptr (GString) text = g_string_new ("\"");

  for (; *local != '\0'; local++)
    {
      if (*local == '"' || *local == '\\')
        g_string_append_c (text, '\\');
      g_string_append_c (text, *local);
    }
  g_string_append_c (text, '"');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
read_local (const char **at, gsize max)
{
  const char *start = *at;
  const char *p = start;

  if (*p == '"')
    {
      g_autofree char *text = read_quoted (at);

      if (text == NULL || strlen (text) > max)
        return NULL;
      return needs_quotes (text) ? quote (text) : g_steal_pointer (&text);
    }
  while (*p != '\0' && is_local_character (*p))
    p++;
  if (p == start || (gsize) (p - start) > max)
    return NULL;
  *at = p;
  return g_strndup (start, (gsize) (p - start));
}

/* An address literal (RFC 5321, 4.1.3) to its bracket; NULL when it is malformed. */
static const char *
skip_literal (const char *start)
{
  const char *text = start + 1;
  gsize length = strcspn (text, "]>");
  g_autofree char *address = NULL;
  gboolean version6 = g_ascii_strncasecmp (text, "IPv6:", 5) == 0;

  if (text[length] != ']')
    return NULL;
  address = version6 ? g_strndup (text + 5, length - 5) : g_strndup (text, length);
  if (strspn (address, "0123456789abcdefABCDEF.:") != strlen (address) || !g_hostname_is_ip_address (address))
    return NULL;
  return (strchr (address, ':') != NULL) == version6 ? text + length + 1 : NULL;
}

static char *
read_domain (const char **at)
{
  const char *start = *at;
  const char *p = start;

  if (*p == '[')
    {
      p = skip_literal (start);
      if (p == NULL)
        return NULL;
    }
  else
    {
      while (*p != '\0' && is_domain_character (*p))
        p++;
      if (p == start || *start == '.' || p[-1] == '.' || g_strstr_len (start, p - start, "..") != NULL)
        return NULL;
    }
  if (p - start > SMTP_MAX_DOMAIN)
    return NULL;
  *at = p;
  return g_strndup (start, (gsize) (p - start));
}

/* `@a,@b:` before the address is read and dropped (RFC 5321, appendix C). */
static gboolean
skip_route (const char **at)
{
  while (**at == '@')
    {
      g_autofree char *domain = NULL;

      ++*at;
      domain = read_domain (at);
      if (domain == NULL || (**at != ',' && **at != ':'))
        return FALSE;
      if (*(*at)++ == ':')
        return TRUE;
    }
  return FALSE;
}

/* Characters that are not seen would let one address look like another, or turn round the line it stands in. */
static gboolean
is_printable (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (!g_unichar_isprint (g_utf8_get_char (text)))
      return FALSE;
  return TRUE;
}

SmtpPathResult
smtp_path_parse (const char *text, gboolean reverse, const char **end, char **address)
{
  g_autofree char *local = NULL;
  g_autofree char *domain = NULL;
  const char *at = text;

  *address = NULL;
  if (*at++ != '<')
    return SMTP_PATH_MALFORMED;
  if (*at == '>' && reverse)
    {
      *address = g_strdup ("");
      *end = at + 1;
      return SMTP_PATH_OK;
    }
  if (*at == '@' && !skip_route (&at))
    return SMTP_PATH_MALFORMED;
  local = read_local (&at, reverse ? SMTP_MAX_PATH : SMTP_MAX_LOCAL_PART);
  if (local == NULL)
    return SMTP_PATH_MALFORMED;
  if (*at == '@')
    {
      at++;
      domain = read_domain (&at);
      if (domain == NULL)
        return SMTP_PATH_MALFORMED;
    }
  if (*at != '>')
    return SMTP_PATH_MALFORMED;
  *end = at + 1;
  *address = domain != NULL ? g_strconcat (local, "@", domain, NULL) : g_steal_pointer (&local);
  if (strlen (*address) <= SMTP_MAX_PATH && is_printable (*address))
    return g_str_is_ascii (*address) ? SMTP_PATH_OK : SMTP_PATH_NON_ASCII;
  g_clear_pointer (address, g_free);
  return SMTP_PATH_MALFORMED;
}
