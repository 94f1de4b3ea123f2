/* SPDX-License-Identifier: MIT */
/*
 * Addresses as text and as keys. Names are not resolved: a listener's address is a setting, not a lookup.
 */
#include "address.h"

#include <aimx/error.h>

#include <arpa/inet.h>
#include <string.h>

static gboolean
parse_port (const char *text, in_port_t *port)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, 0, 65535, &value, NULL))
    return FALSE;
  *port = htons ((guint16) value);
  return TRUE;
}

static gboolean
parse_v6 (const char *text, SmtpAddress *address)
{
  const char *end = strchr (text, ']');
  g_autofree char *host = NULL;

  if (end == NULL || end[1] != ':')
    return FALSE;
  host = g_strndup (text + 1, (gsize) (end - text - 1));
  address->v6.sin6_family = AF_INET6;
  address->length = sizeof address->v6;
  return inet_pton (AF_INET6, host, &address->v6.sin6_addr) == 1 && parse_port (end + 2, &address->v6.sin6_port);
}

static gboolean
parse_v4 (const char *text, SmtpAddress *address)
{
  const char *end = strrchr (text, ':');
  g_autofree char *host = NULL;

  if (end == NULL)
    return FALSE;
  host = g_strndup (text, (gsize) (end - text));
  address->v4.sin_family = AF_INET;
  address->length = sizeof address->v4;
  return inet_pton (AF_INET, host, &address->v4.sin_addr) == 1 && parse_port (end + 1, &address->v4.sin_port);
}

gboolean
smtp_address_parse (const char *text, SmtpAddress *address, GError **error)
{
  memset (address, 0, sizeof *address);
  if (text[0] == '[' ? parse_v6 (text, address) : parse_v4 (text, address))
    return TRUE;
  return g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION,
                      "cannot listen on \"%s\": an address has the form 0.0.0.0:25 or [::]:25", text),
         FALSE;
}

const char *
smtp_address_write_host (const SmtpAddress *self, char *text)
{
  const struct in6_addr *v6 = &self->v6.sin6_addr;

  if (self->any.sa_family == AF_INET)
    return inet_ntop (AF_INET, &self->v4.sin_addr, text, INET6_ADDRSTRLEN);
  if (IN6_IS_ADDR_V4MAPPED (v6))
    return inet_ntop (AF_INET, &v6->s6_addr[12], text, INET6_ADDRSTRLEN);
  return inet_ntop (AF_INET6, v6, text, INET6_ADDRSTRLEN);
}

const char *
smtp_address_write (const SmtpAddress *self, char *text)
{
  char host[INET6_ADDRSTRLEN];

  if (self->any.sa_family == AF_INET)
    g_snprintf (text, SMTP_ADDRESS_TEXT, "%s:%u", smtp_address_write_host (self, host), ntohs (self->v4.sin_port));
  else
    g_snprintf (text, SMTP_ADDRESS_TEXT, "[%s]:%u", inet_ntop (AF_INET6, &self->v6.sin6_addr, host, sizeof host),
                ntohs (self->v6.sin6_port));
  return text;
}

/* An IPv4 address in its mapped form. */
static struct in6_addr
get_host (const SmtpAddress *self)
{
  struct in6_addr host = self->v6.sin6_addr;

  if (self->any.sa_family == AF_INET6)
    return host;
  memset (&host, 0, sizeof host);
  host.s6_addr[10] = host.s6_addr[11] = 0xff;
  memcpy (&host.s6_addr[12], &self->v4.sin_addr, 4);
  return host;
}

static gboolean
covers (const SmtpAddress *self, const SmtpAddress *other)
{
  struct in6_addr one = get_host (self), two = get_host (other);

  if (self->any.sa_family == AF_INET && self->v4.sin_addr.s_addr == htonl (INADDR_ANY))
    return IN6_IS_ADDR_V4MAPPED (&two);
  return IN6_IS_ADDR_UNSPECIFIED (&one) || IN6_ARE_ADDR_EQUAL (&one, &two);
}

gboolean
smtp_address_overlaps (const SmtpAddress *self, const SmtpAddress *other)
{
  in_port_t port = self->any.sa_family == AF_INET ? self->v4.sin_port : self->v6.sin6_port;
  in_port_t other_port = other->any.sa_family == AF_INET ? other->v4.sin_port : other->v6.sin6_port;

  return port == other_port && (covers (self, other) || covers (other, self));
}

struct in6_addr
smtp_address_get_network (const SmtpAddress *self)
{
  struct in6_addr network = get_host (self);

  if (!IN6_IS_ADDR_V4MAPPED (&network))
    memset (&network.s6_addr[8], 0, 8);
  return network;
}
