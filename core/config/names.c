/* SPDX-License-Identifier: MIT */
/* The syntax of names: domains (RFC 1035, 2.3.1), mailboxes to create, system users; and how addresses compare. */
#include "config-private.h"

#include <aimx/error.h>

#include <string.h>

#define DOMAIN_MAX 253
#define LABEL_MAX  63
#define LOCAL_MAX  64
#define USER_MAX   32

static gboolean
label_is_valid (const char *label, gsize length)
{
  if (length == 0 || length > LABEL_MAX || label[0] == '-' || label[length - 1] == '-')
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_islower (label[i]) && !g_ascii_isdigit (label[i]) && label[i] != '-')
      return FALSE;
  return TRUE;
}

gboolean
aimx_name_check_domain (const char *domain, GError **error)
{
  gsize labels = 0;
  const char *p = domain;
  gboolean valid = strlen (domain) <= DOMAIN_MAX;

  while (valid)
    {
      gsize length = strcspn (p, ".");

      valid = label_is_valid (p, length);
      labels++;
      if (p[length] == '\0')
        break;
      p += length + 1;
    }
  if (valid && labels >= 2)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION,
               "'%s' is not a domain: it needs two or more labels of a-z, 0-9 and -, such as example.com", domain);
  return FALSE;
}

gboolean
aimx_name_check_selector (const char *selector, GError **error)
{
  gsize length = strlen (selector);
  gboolean valid = length >= 1 && length <= LABEL_MAX && selector[0] != '-' && selector[length - 1] != '-';

  for (gsize i = 0; valid && i < length; i++)
    valid = g_ascii_islower (selector[i]) || g_ascii_isdigit (selector[i]) || strchr ("-_", selector[i]) != NULL;
  if (!valid)
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION,
                 "'%s' is not a selector: it needs 1 to %d of a-z, 0-9, - and _, and no - at either end", selector,
                 LABEL_MAX);
  return valid;
}

gboolean
aimx_name_check_new_mailbox (const char *local, GError **error)
{
  gsize length = strlen (local);
  gboolean valid = length >= 1 && length <= LOCAL_MAX && local[0] != '.' && local[length - 1] != '.' &&
                   strstr (local, "..") == NULL && strcmp (local, "catchall") != 0 &&
                   strcmp (local, "aimx-catchall") != 0;

  for (gsize i = 0; valid && i < length; i++)
    valid = g_ascii_islower (local[i]) || g_ascii_isdigit (local[i]) || strchr (".-_", local[i]) != NULL;
  if (!valid)
    g_set_error (
        error, AIMX_ERROR, AIMX_ERROR_VALIDATION,
        "'%s' cannot be a mailbox name: 1 to 64 of a-z, 0-9, '.', '_' and '-', no dot at an end or two in a row, "
        "not 'catchall'",
        local);
  return valid;
}

gboolean
aimx_name_check_user (const char *user, GError **error)
{
  gsize length = strlen (user);
  gboolean valid = length >= 1 && length <= USER_MAX && (g_ascii_islower (user[0]) || user[0] == '_');

  for (gsize i = 1; valid && i < length; i++)
    valid = g_ascii_islower (user[i]) || g_ascii_isdigit (user[i]) || user[i] == '_' || user[i] == '-' ||
            (user[i] == '$' && i + 1 == length);
  if (!valid)
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_MALFORMED, "'%s' is not the name of a user", user);
  return valid;
}

/* The address in @server; @port is what stands behind it. */
static char *
split_port (const char *server, const char **port)
{
  const char *at = strrchr (server, '@');
  gsize length = at != NULL ? (gsize) (at - server) : strlen (server);
  gboolean bracketed = length >= 2 && server[0] == '[' && server[length - 1] == ']';

  *port = at != NULL ? at + 1 : "53";
  return bracketed ? g_strndup (server + 1, length - 2) : g_strndup (server, length);
}

char *
aimx_name_read_dns_server (const char *server, GError **error)
{
  const char *port;
  g_autofree char *address = split_port (server, &port);

  if (g_hostname_is_ip_address (address) && g_ascii_string_to_unsigned (port, 10, 1, G_MAXUINT16, NULL, NULL))
    return g_strconcat (address, "@", port, NULL);
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION,
               "\"%s\" is not a name server; write an IP address, with a port where it is not 53, such as "
               "\"127.0.0.1@5353\"",
               server);
  return NULL;
}

/* Character by character: g_utf8_strdown() asks the locale, and in Turkish the I of INFO is not the i of info. */
char *
aimx_address_fold (const char *address)
{
  GString *folded;

  if (g_str_is_ascii (address) || !g_utf8_validate (address, -1, NULL))
    return g_ascii_strdown (address, -1);
  folded = g_string_new (NULL);
  for (const char *p = address; *p != '\0'; p = g_utf8_next_char (p))
    g_string_append_unichar (folded, g_unichar_tolower (g_utf8_get_char (p)));
  return g_string_free (folded, FALSE);
}

/* A U-label is what its A-label gives back (RFC 5890, 2.3.2.1). GLib knows IDNA 2003, which maps more than that: where
 * it makes ss of a sharp s, mail for one domain would go to another. */
char *
aimx_domain_fold (const char *domain)
{
  g_autofree char *folded = aimx_address_fold (domain);
  g_autofree char *ascii = NULL;
  g_autofree char *unicode = NULL;

  if (g_str_is_ascii (domain) || !g_utf8_validate (domain, -1, NULL))
    return g_steal_pointer (&folded);
  ascii = g_hostname_to_ascii (domain);
  unicode = ascii != NULL ? g_hostname_to_unicode (ascii) : NULL;
  return g_strcmp0 (unicode, folded) == 0 ? g_steal_pointer (&ascii) : g_strdup (domain);
}
