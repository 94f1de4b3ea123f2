/* SPDX-License-Identifier: MIT */
/* Promises of the reverse look-up (RFC 8601, 3). */
#include "iprev.h"
#include "scripted-dns.h"

static const char zone[] = "192.0.2.1 PTR mail.a.test\nmail.a.test A 192.0.2.1\n"
                           "192.0.2.2 PTR wrong.a.test\nwrong.a.test A 192.0.2.1\n"
                           "192.0.2.3 PTR wrong.a.test\n192.0.2.3 PTR right.a.test\nright.a.test A 192.0.2.9\n"
                           "right.a.test A 192.0.2.3\n"
                           "192.0.2.4 FAIL\n"
                           "192.0.2.5 PTR slow.a.test\nslow.a.test FAIL\n"
                           "192.0.2.6 PTR absent.a.test\n"
                           "192.0.2.7 PTR 1.test\n192.0.2.7 PTR 2.test\n192.0.2.7 PTR 3.test\n192.0.2.7 PTR 4.test\n"
                           "192.0.2.7 PTR 5.test\n192.0.2.7 PTR right.b.test\nright.b.test A 192.0.2.7\n"
                           "2001:db8::1 PTR six.a.test\nsix.a.test AAAA 2001:db8:0::1\n";

static const struct
{
  const char *address;
  const char *result;
  const char *name;
} cases[] = {
  { "192.0.2.1", "pass", "mail.a.test" },
  { "::ffff:192.0.2.1", "pass", "mail.a.test" },
  { "2001:DB8:0:0::1", "pass", "six.a.test" },
  { "192.0.2.2", "fail", NULL },
  { "192.0.2.3", "pass", "right.a.test" },
  { "192.0.2.4", "temperror", NULL },
  { "192.0.2.5", "temperror", NULL },
  { "192.0.2.6", "fail", NULL },
  /* No more than five names are looked up. */
  { "192.0.2.7", "fail", NULL },
  { "192.0.2.8", "permerror", NULL },
};

static void
test_a_name_counts_when_it_leads_back (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Iprev) iprev = iprev_new (cases[i].address);
      g_autoptr (AimxDnsAnswer) names = scripted_dns_answer (zone, iprev_get_address (iprev), AIMX_DNS_PTR);
      guint n;

      g_assert_cmpstr (iprev_get_result (iprev), ==, "temperror");
      n = iprev_take_names (iprev, names);
      g_assert_cmpuint (n, <=, IPREV_NAMES_MAX);
      for (guint j = 0; j < n; j++)
        {
          AimxDnsType type;
          const char *name = iprev_get_name_to_ask (iprev, j, &type);
          g_autoptr (AimxDnsAnswer) answer = scripted_dns_answer (zone, name, type);

          iprev_take_addresses (iprev, j, answer);
        }
      g_assert_cmpstr (iprev_get_result (iprev), ==, cases[i].result);
      g_assert_cmpstr (iprev_get_name (iprev), ==, cases[i].name);
    }
}

static void
test_what_is_no_address_has_no_name (void)
{
  g_assert_null (iprev_new ("mail.a.test"));
  g_assert_null (iprev_new (""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/iprev/a-name-counts-when-it-leads-back", test_a_name_counts_when_it_leads_back);
  g_test_add_func ("/iprev/what-is-no-address-has-no-name", test_what_is_no_address_has_no_name);
  return g_test_run ();
}
