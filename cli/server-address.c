/* SPDX-License-Identifier: MIT */
/* Asking the kernel's routes. */
#include "server-address.h"

/* Of a root name server: any address does that only a route to the whole Internet leads to. */
#define FAR_IPV4 "198.41.0.4"
#define FAR_IPV6 "2001:503:ba3e::2:30"
#define FAR_PORT 53

GInetAddress *
cli_server_address_find (GSocketFamily family)
{
  g_autoptr (GSocketAddress) far =
      g_inet_socket_address_new_from_string (family == G_SOCKET_FAMILY_IPV6 ? FAR_IPV6 : FAR_IPV4, FAR_PORT);
  /* Connecting a datagram socket chooses the source address, and is all that it does. */
  g_autoptr (GSocket) socket = g_socket_new (family, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GSocketAddress) here = NULL;

  if (socket == NULL || !g_socket_connect (socket, far, NULL, NULL))
    return NULL;
  here = g_socket_get_local_address (socket, NULL);
  return here != NULL ? g_object_ref (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (here))) : NULL;
}

gboolean
cli_server_address_is_public (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);
  gboolean ipv4 = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4;
  /* RFC 6598, shared by the customers of a provider; RFC 4193, unique local. */
  gboolean shared = ipv4 && bytes[0] == 100 && (bytes[1] & 0xc0) == 64;
  gboolean unique_local = !ipv4 && (bytes[0] & 0xfe) == 0xfc;

  return !shared && !unique_local && !g_inet_address_get_is_any (address) &&
         !g_inet_address_get_is_loopback (address) && !g_inet_address_get_is_link_local (address) &&
         !g_inet_address_get_is_site_local (address) && !g_inet_address_get_is_multicast (address);
}
