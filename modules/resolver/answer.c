/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include "name.h"

#include <arpa/inet.h>

/* RFC 1035, 4.1.1. */
enum
{
  RCODE_NOERROR = 0,
  RCODE_SERVFAIL = 2,
  RCODE_NXDOMAIN = 3,
};

/* ---- records ---- */

static gboolean
add_address (AimxDnsAnswer *answer, int family, gsize size, const guint8 *data, gsize length)
{
  char text[INET6_ADDRSTRLEN];

  if (length != size || inet_ntop (family, data, text, sizeof text) == NULL)
    return FALSE;
  aimx_dns_answer_add_name (answer, 0, text);
  return TRUE;
}

static gboolean
add_name (AimxDnsAnswer *answer, guint preference, const guint8 *data, gsize length)
{
  gsize used = 0;
  g_autofree char *name = resolver_name_from_wire (data, length, &used);

  if (name == NULL || used != length)
    return FALSE;
  aimx_dns_answer_add_name (answer, preference, name);
  return TRUE;
}

static gboolean
add_data (AimxDnsAnswer *answer, const guint8 *data, gsize length)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, length);

  aimx_dns_answer_add_data (answer, bytes);
  return TRUE;
}

/* One string or more, each with its length before it (RFC 1035, 3.3.14). */
static gboolean
add_text (AimxDnsAnswer *answer, const guint8 *data, gsize length)
{
  g_autoptr (GByteArray) text = g_byte_array_sized_new ((guint) length);

  for (gsize at = 0; at < length; at += (gsize) data[at] + 1)
    {
      if (data[at] >= length - at)
        return FALSE;
      g_byte_array_append (text, data + at + 1, data[at]);
    }
  return length > 0 && add_data (answer, text->data, text->len);
}

static gboolean
add_record (AimxDnsAnswer *answer, AimxDnsType type, const guint8 *data, gsize length)
{
  switch (type)
    {
    case AIMX_DNS_A:
      return add_address (answer, AF_INET, 4, data, length);
    case AIMX_DNS_AAAA:
      return add_address (answer, AF_INET6, 16, data, length);
    case AIMX_DNS_CNAME:
    case AIMX_DNS_PTR:
      return add_name (answer, 0, data, length);
    case AIMX_DNS_MX:
      return length > 2 && add_name (answer, (guint) data[0] << 8 | data[1], data + 2, length - 2);
    case AIMX_DNS_TXT:
      return add_text (answer, data, length);
    case AIMX_DNS_TLSA: /* usage, selector, matching type, data: RFC 6698, 2.1 */
      return length > 3 && add_data (answer, data, length);
    default:
      return FALSE;
    }
}

/* ---- the answer ---- */

AimxDnsAnswer *
resolver_answer_new_failed (const char *reason)
{
  return aimx_dns_answer_new (AIMX_DNS_FAILED, AIMX_DNS_INSECURE, 0, reason);
}

static AimxDnsAnswer *
new_bogus (const struct ub_result *result)
{
  g_autofree char *why = g_utf8_make_valid (result->why_bogus != NULL ? result->why_bogus : "bogus", -1);
  g_autofree char *reason = NULL;

  for (char *at = why; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      *at = ' ';
  reason = g_strdup_printf ("DNSSEC proves the answer wrong: %s", why);
  return aimx_dns_answer_new (AIMX_DNS_FAILED, AIMX_DNS_BOGUS, 0, reason);
}

static AimxDnsAnswer *
new_for_rcode (int rcode)
{
  g_autofree char *reason = NULL;

  if (rcode == RCODE_SERVFAIL)
    return resolver_answer_new_failed ("the name servers do not answer or fail (SERVFAIL)");
  reason = g_strdup_printf ("a name server refuses to answer (code %d)", rcode);
  return resolver_answer_new_failed (reason);
}

static AimxDnsAnswer *
new_found (AimxDnsType type, const struct ub_result *result, AimxDnsSecurity security, guint ttl)
{
  g_autoptr (AimxDnsAnswer) answer = aimx_dns_answer_new (AIMX_DNS_FOUND, security, ttl, NULL);

  for (guint i = 0; result->data[i] != NULL; i++)
    {
      if (i == RESOLVER_RECORDS_MAX)
        return resolver_answer_new_failed ("there are more records than any mail needs");
      if (!add_record (answer, type, (const guint8 *) result->data[i], (gsize) result->len[i]))
        return resolver_answer_new_failed ("a record is malformed");
    }
  return g_steal_pointer (&answer);
}

AimxDnsAnswer *
resolver_answer_new (AimxDnsType type, const struct ub_result *result)
{
  const AimxDnsSecurity security = result->secure ? AIMX_DNS_SECURE : AIMX_DNS_INSECURE;
  const guint ttl = (guint) MAX (result->ttl, 0);

  if (result->bogus)
    return new_bogus (result);
  if (result->rcode != RCODE_NOERROR && result->rcode != RCODE_NXDOMAIN)
    return new_for_rcode (result->rcode);
  if (result->nxdomain || result->rcode == RCODE_NXDOMAIN)
    return aimx_dns_answer_new (AIMX_DNS_NO_NAME, security, ttl, NULL);
  if (!result->havedata)
    return aimx_dns_answer_new (AIMX_DNS_NO_DATA, security, ttl, NULL);
  return new_found (type, result, security, ttl);
}
