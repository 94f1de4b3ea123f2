/* SPDX-License-Identifier: MIT */
#include "address.h"

#include <arpa/inet.h>
#include <string.h>

gboolean
spf_address_parse_as (SpfAddress *self, const char *text, guint length)
{
  *self = (SpfAddress){ .length = length };
  return inet_pton (length == 4 ? AF_INET : AF_INET6, text, self->bytes) == 1;
}

gboolean
spf_address_parse (SpfAddress *self, const char *text)
{
  static const guint8 mapped[12] = { [10] = 0xff, [11] = 0xff };

  if (spf_address_parse_as (self, text, 4))
    return TRUE;
  if (!spf_address_parse_as (self, text, 16))
    return FALSE;
  if (memcmp (self->bytes, mapped, sizeof mapped) == 0)
    {
      memmove (self->bytes, self->bytes + sizeof mapped, 4);
      self->length = 4;
    }
  return TRUE;
}

gboolean
spf_address_matches (const SpfAddress *self, const SpfAddress *network, guint prefix)
{
  guint whole = prefix / 8;
  guint rest = prefix % 8;

  if (self->length != network->length || memcmp (self->bytes, network->bytes, whole) != 0)
    return FALSE;
  return rest == 0 || (self->bytes[whole] ^ network->bytes[whole]) >> (8 - rest) == 0;
}

char *
spf_address_to_text (const SpfAddress *self)
{
  char text[INET6_ADDRSTRLEN];

  return g_strdup (inet_ntop (self->length == 4 ? AF_INET : AF_INET6, self->bytes, text, sizeof text));
}

char *
spf_address_to_dotted (const SpfAddress *self)
{
  GString *text;

  if (self->length == 4)
    return spf_address_to_text (self);
  text = g_string_new (NULL);
  for (guint i = 0; i < self->length; i++)
    g_string_append_printf (text, "%s%X.%X", i > 0 ? "." : "", self->bytes[i] >> 4, self->bytes[i] & 15);
  return g_string_free (text, FALSE);
}
