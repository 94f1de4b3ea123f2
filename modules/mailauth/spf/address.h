/* SPDX-License-Identifier: MIT */
/*
 * An IP address as SPF sees it: IPv4 in IPv6 (RFC 4291, 2.5.5.2) is IPv4 (RFC 7208, 5).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SpfAddress:
 * @bytes: in network order
 * @length: bytes in use: 4 or 16
 */
typedef struct
{
  guint8 bytes[16];
  guint length;
} SpfAddress;

/** spf_address_parse: Returns: whether @text is an IP address, which @self then is */
gboolean spf_address_parse (SpfAddress *self, const char *text);
/** spf_address_parse_as: as spf_address_parse(), of @length 4 or 16 as written: IPv4 in IPv6 stays IPv6 */
gboolean spf_address_parse_as (SpfAddress *self, const char *text, guint length);
/** spf_address_matches: Returns: whether both are of one family and their first @prefix bits are equal */
gboolean spf_address_matches (const SpfAddress *self, const SpfAddress *network, guint prefix);
/** spf_address_to_text: Returns: (transfer full): as people write it (RFC 5952) */
char *spf_address_to_text (const SpfAddress *self);
/** spf_address_to_dotted: Returns: (transfer full): of IPv6 the nibbles with dots between them, as the macro `i` has it
 * (RFC 7208, 7.3) */
char *spf_address_to_dotted (const SpfAddress *self);

G_END_DECLS
