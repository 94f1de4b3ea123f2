/* SPDX-License-Identifier: MIT */
#include "name.h"

#include <gio/gio.h>
#include <string.h>

/* RFC 1035, 2.3.4; the length counts a byte before each label, and the root. */
#define LABEL_MAX     63
#define NAME_MAX_WIRE 255

/* ---- to text ---- */

static void
append_byte (GString *text, guint8 byte)
{
  if (!g_ascii_isgraph (byte))
    g_string_append_printf (text, "\\%03u", byte);
  else if (byte == '.' || byte == '\\')
    g_string_append_printf (text, "\\%c", byte);
  else
    g_string_append_c (text, (char) byte);
}

char *
resolver_name_from_wire (const guint8 *data, gsize length, gsize *used)
{
  const gsize most = MIN (length, NAME_MAX_WIRE);
  g_autoptr (GString) text = g_string_new (NULL);
  gsize at = 0;

  while (at < most && data[at] != 0)
    {
      const gsize label = data[at];

      /* A pointer, or more than there is: no label. */
      if (label > LABEL_MAX || label >= most - at)
        return NULL;
      if (at > 0)
        g_string_append_c (text, '.');
      for (gsize i = 1; i <= label; i++)
        append_byte (text, data[at + i]);
      at += label + 1;
    }
  if (at >= most)
    return NULL;
  *used = at + 1;
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* ---- from text ---- */

/* Reads a byte of a label and moves on; -1 for an escape that is none. */
static int
read_byte (const char **text)
{
  const char *at = *text;
  int value;

  if (*at != '\\')
    {
      *text = at + 1;
      return (guint8) *at;
    }
  if (!g_ascii_isdigit (at[1]))
    {
      *text = at + 2;
      return at[1] != '\0' ? (guint8) at[1] : -1;
    }
  if (!g_ascii_isdigit (at[2]) || !g_ascii_isdigit (at[3]))
    return -1;
  value = (at[1] - '0') * 100 + (at[2] - '0') * 10 + (at[3] - '0');
  *text = at + 4;
  return value <= 255 ? value : -1;
}

/* Appends a label up to its dot or the end of @text. */
static gboolean
read_label (GByteArray *wire, const char **text)
{
  const guint start = wire->len;
  guint8 length = 0;

  g_byte_array_append (wire, &length, 1);
  while (**text != '\0' && **text != '.')
    {
      int value = read_byte (text);
      guint8 byte = (guint8) g_ascii_tolower ((char) value);

      if (value < 0 || length == LABEL_MAX)
        return FALSE;
      g_byte_array_append (wire, &byte, 1);
      length++;
    }
  wire->data[start] = length;
  return length > 0;
}

static char *
read_ascii (const char *name)
{
  g_autoptr (GByteArray) wire = g_byte_array_new ();
  gsize used;

  if (strcmp (name, ".") == 0)
    return g_strdup (name);
  do
    if (!read_label (wire, &name) || wire->len >= NAME_MAX_WIRE)
      return NULL;
  while (*name == '.' && *++name != '\0');
  g_byte_array_append (wire, (const guint8 *) "", 1);
  return resolver_name_from_wire (wire->data, wire->len, &used);
}

/* ---- addresses ---- */

/* RFC 1035, 3.5. */
static char *
reverse_ipv4 (const guint8 *bytes)
{
  return g_strdup_printf ("%u.%u.%u.%u.in-addr.arpa", bytes[3], bytes[2], bytes[1], bytes[0]);
}

/* RFC 3596, 2.5. */
static char *
reverse_ipv6 (const guint8 *bytes)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 15; i >= 0; i--)
    g_string_append_printf (text, "%x.%x.", bytes[i] & 15, bytes[i] >> 4);
  g_string_append (text, "ip6.arpa");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* %NULL when @name is no address. */
static char *
reverse (const char *name)
{
  static const guint8 mapped[12] = { [10] = 0xff, [11] = 0xff };
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (name);
  const guint8 *bytes = address != NULL ? g_inet_address_to_bytes (address) : NULL;

  if (bytes == NULL)
    return NULL;
  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4)
    return reverse_ipv4 (bytes);
  return memcmp (bytes, mapped, sizeof mapped) == 0 ? reverse_ipv4 (bytes + sizeof mapped) : reverse_ipv6 (bytes);
}

char *
resolver_name_read (const char *name, AimxDnsType type)
{
  g_autofree char *ascii = type == AIMX_DNS_PTR ? reverse (name) : NULL;

  if (ascii == NULL && g_hostname_is_non_ascii (name))
    {
      ascii = g_utf8_validate (name, -1, NULL) ? g_hostname_to_ascii (name) : NULL;
      if (ascii == NULL)
        return NULL;
    }
  return read_ascii (ascii != NULL ? ascii : name);
}
