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
read_local (const char **at)
{
  const char *start = *at;
  const char *p = start;

  if (*p == '"')
    {
      g_autofree char *text = read_quoted (at);

      if (text == NULL || strlen (text) > SMTP_MAX_LOCAL_PART)
        return NULL;
      return needs_quotes (text) ? quote (text) : g_steal_pointer (&text);
    }
  while (*p != '\0' && is_local_character (*p))
    p++;
  if (p == start || p - start > SMTP_MAX_LOCAL_PART)
    return NULL;
  *at = p;
  return g_strndup (start, (gsize) (p - start));
}

static gboolean
is_literal_character (char c)
{
  return g_ascii_isalnum (c) || c == '.' || c == ':' || c == '-';
}

static char *
read_domain (const char **at)
{
  const char *start = *at;
  const char *p = start;

  if (*p == '[')
    {
      for (p++; is_literal_character (*p); p++)
        continue;
      if (*p++ != ']' || p - start < 3)
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

SmtpPathResult
smtp_path_parse (const char *text, gboolean may_be_null, const char **end, char **address)
{
  g_autofree char *local = NULL;
  g_autofree char *domain = NULL;
  const char *at = text;

  *address = NULL;
  if (*at++ != '<')
    return SMTP_PATH_MALFORMED;
  if (*at == '>' && may_be_null)
    {
      *address = g_strdup ("");
      *end = at + 1;
      return SMTP_PATH_OK;
    }
  if (*at == '@' && !skip_route (&at))
    return SMTP_PATH_MALFORMED;
  local = read_local (&at);
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
  if (strlen (*address) <= SMTP_MAX_PATH && g_utf8_validate (*address, -1, NULL))
    return g_str_is_ascii (*address) ? SMTP_PATH_OK : SMTP_PATH_NON_ASCII;
  g_clear_pointer (address, g_free);
  return SMTP_PATH_MALFORMED;
}
