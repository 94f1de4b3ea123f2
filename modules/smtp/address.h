/* SPDX-License-Identifier: MIT */
/*
 * Network addresses: what `--bind` says, who connected, and what counts as one client.
 */
#pragma once

#include <gio/gio.h>

#include <netinet/in.h>
#include <sys/socket.h>

G_BEGIN_DECLS

/** SmtpAddress: an IPv4 or IPv6 address with a port */
typedef struct
{
  union
  {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  };
  socklen_t length;
} SmtpAddress;

/** SMTP_ADDRESS_TEXT: bytes that the longest text of an address with a port needs */
#define SMTP_ADDRESS_TEXT (INET6_ADDRSTRLEN + sizeof "[]:65535")

/**
 * smtp_address_parse:
 * @text: `192.0.2.1:25` or `[2001:db8::1]:25`; no names
 * @address: (out caller-allocates): what it says
 * @error: %AIMX_ERROR_VALIDATION, names @text
 */
gboolean smtp_address_parse (const char *text, SmtpAddress *address, GError **error);

/** smtp_address_write: writes @self with its port into @text, of %SMTP_ADDRESS_TEXT bytes; Returns: @text */
const char *smtp_address_write (const SmtpAddress *self, char *text);
/** smtp_address_write_host: the same without the port; an IPv4 address that came over an IPv6 socket is IPv4 */
const char *smtp_address_write_host (const SmtpAddress *self, char *text);

/** smtp_address_overlaps: Returns: whether a client could mean both; `[::]` stands for all addresses, of IPv4 too */
gboolean smtp_address_overlaps (const SmtpAddress *self, const SmtpAddress *other);

/**
 * smtp_address_get_network:
 * @self: who connected
 *
 * What limits by address count as one: an IPv4 address, or an IPv6 network of 64 bits, since whoever has one IPv6
 * address has all of its network.
 *
 * Returns: the network, IPv4 in its mapped form
 */
struct in6_addr smtp_address_get_network (const SmtpAddress *self);

G_END_DECLS
