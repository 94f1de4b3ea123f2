/* SPDX-License-Identifier: MIT */
/*
 * dns-ask SERVER ANCHOR|- NAME TYPE: asks the resolver one question and prints what came of it: status, security, then
 * a line a record. For tests that bring a name server along.
 */
#include "resolver/service.h"

#include <stdio.h>

#define PATIENCE_SECONDS 30

static int
get_type (const char *name)
{
  static const struct
  {
    const char *name;
    AimxDnsType type;
  } types[] = {
    { "A", AIMX_DNS_A },     { "AAAA", AIMX_DNS_AAAA }, { "CNAME", AIMX_DNS_CNAME }, { "MX", AIMX_DNS_MX },
    { "PTR", AIMX_DNS_PTR }, { "TXT", AIMX_DNS_TXT },   { "TLSA", AIMX_DNS_TLSA },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (types[i].name, name))
      return types[i].type;
  return 0;
}

static void
print_record (const AimxDnsRecord *record)
{
  gsize length = 0;
  const guint8 *data = record->data != NULL ? g_bytes_get_data (record->data, &length) : NULL;

  if (record->text != NULL)
    printf ("%u %s", record->preference, record->text);
  for (gsize i = 0; i < length; i++)
    printf (g_ascii_isprint (data[i]) ? "%c" : "\\%03u", data[i]);
  putchar ('\n');
}

static void
on_answer (AimxDnsAnswer *answer, gpointer user_data)
{
  static const char *const statuses[] = { "found", "no data", "no name", "failed" };
  static const char *const securities[] = { "insecure", "secure", "bogus" };
  const char *reason = aimx_dns_answer_get_reason (answer);

  printf ("%s\n%s\n", statuses[aimx_dns_answer_get_status (answer)], securities[aimx_dns_answer_get_security (answer)]);
  for (guint i = 0; i < aimx_dns_answer_get_n_records (answer); i++)
    print_record (aimx_dns_answer_get_record (answer, i));
  if (reason != NULL)
    printf ("%s\n", reason);
  *(gboolean *) user_data = TRUE;
}

int
main (int argc, char **argv)
{
  const char *servers[] = { argc == 5 ? argv[1] : NULL, NULL };
  ResolverUpstream upstream = { (GStrv) servers, NULL };
  g_autoptr (ResolverService) service = NULL;
  gboolean answered = FALSE;

  if (argc != 5 || get_type (argv[4]) == 0)
    {
      fprintf (stderr, "usage: dns-ask SERVER ANCHOR|- NAME TYPE\n");
      return 2;
    }
  if (!g_str_equal (argv[2], "-"))
    upstream.anchor = argv[2];
  service = resolver_service_new (&upstream);
  aimx_resolver_ask (AIMX_RESOLVER (service), argv[3], get_type (argv[4]),
                     g_get_monotonic_time () + PATIENCE_SECONDS * G_USEC_PER_SEC, on_answer, &answered, NULL);
  while (!answered)
    g_main_context_iteration (NULL, TRUE);
  resolver_service_close (service);
  return 0;
}
