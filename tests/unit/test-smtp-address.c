/* SPDX-License-Identifier: MIT */
/* Promises of modules/smtp/address.c and admission.c. */
#include "admission.h"

#include <aimx/error.h>

static SmtpAddress
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  SmtpAddress address;

  smtp_address_parse (text, &address, &error);
  g_assert_no_error (error);
  return address;
}

static void
test_addresses_are_read_and_written (void)
{
  static const char *const texts[] = { "0.0.0.0:25", "127.0.0.1:0", "[::]:25", "[2001:db8::1]:65535" };
  char text[SMTP_ADDRESS_TEXT];

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      SmtpAddress address = parse (texts[i]);

      g_assert_cmpstr (smtp_address_write (&address, text), ==, texts[i]);
    }
}

static void
test_what_is_no_address_is_named (void)
{
  static const char *const texts[] = { "",         "nonsense",    "25",         ":25",          "1.2.3.4",
                                       "1.2.3:25", "1.2.3.4:",    "1.2.3.4:x",  "1.2.3.4:-1",   "1.2.3.4:65536",
                                       "::1:25",   "[::1]",       "[::1:25",    "[1.2.3.4]:25", "[fe80::1%lo]:25",
                                       "host:25",  "1.2.3.4:25 ", " 1.2.3.4:25" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      SmtpAddress address;

      g_assert_false (smtp_address_parse (texts[i], &address, &error));
      g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
      g_assert_nonnull (strstr (error->message, texts[i]));
    }
}

static void
test_a_client_of_ipv4_is_one_over_either_socket (void)
{
  SmtpAddress plain = parse ("192.0.2.7:4711");
  SmtpAddress mapped = parse ("[::ffff:192.0.2.7]:4712");
  struct in6_addr networks[] = { smtp_address_get_network (&plain), smtp_address_get_network (&mapped) };
  char text[SMTP_ADDRESS_TEXT];

  g_assert_cmpstr (smtp_address_write_host (&plain, text), ==, "192.0.2.7");
  g_assert_cmpstr (smtp_address_write_host (&mapped, text), ==, "192.0.2.7");
  g_assert_cmpmem (&networks[0], sizeof networks[0], &networks[1], sizeof networks[1]);
}

static gboolean
overlap (const char *one, const char *other)
{
  SmtpAddress a = parse (one), b = parse (other);

  g_assert_cmpint (smtp_address_overlaps (&a, &b), ==, smtp_address_overlaps (&b, &a));
  return smtp_address_overlaps (&a, &b);
}

static void
test_addresses_that_a_client_could_both_mean_overlap (void)
{
  g_assert_true (overlap ("127.0.0.1:25", "127.0.0.1:25"));
  g_assert_true (overlap ("0.0.0.0:25", "127.0.0.1:25"));
  g_assert_true (overlap ("[::]:25", "127.0.0.1:25"));
  g_assert_true (overlap ("[::]:25", "0.0.0.0:25"));
  g_assert_true (overlap ("[::]:25", "[::1]:25"));
  g_assert_true (overlap ("[::1]:25", "[::1]:25"));
  g_assert_true (overlap ("[::ffff:127.0.0.1]:25", "127.0.0.1:25"));
  g_assert_false (overlap ("0.0.0.0:25", "[::1]:25"));
  g_assert_false (overlap ("127.0.0.1:25", "[::1]:25"));
  g_assert_false (overlap ("127.0.0.1:25", "127.0.0.2:25"));
  g_assert_false (overlap ("0.0.0.0:25", "0.0.0.0:26"));
  g_assert_false (overlap ("[::]:25", "0.0.0.0:26"));
}

static struct in6_addr
network_of (const char *text)
{
  SmtpAddress address = parse (text);

  return smtp_address_get_network (&address);
}

static void
test_a_client_of_ipv6_is_its_network (void)
{
  struct in6_addr one = network_of ("[2001:db8:0:1::1]:1");
  struct in6_addr same = network_of ("[2001:db8:0:1:ffff::2]:2");
  struct in6_addr other = network_of ("[2001:db8:0:2::1]:1");

  g_assert_cmpmem (&one, sizeof one, &same, sizeof same);
  g_assert_cmpint (memcmp (&one, &other, sizeof one), !=, 0);
}

static void
test_limits_hold_in_all_and_by_client (void)
{
  g_autoptr (SmtpAdmission) admission = smtp_admission_new ();
  struct in6_addr a = network_of ("192.0.2.1:1"), b = network_of ("192.0.2.2:1"), c = network_of ("[2001:db8::]:1");

  g_assert_cmpint (smtp_admission_enter (admission, &a, 4, 2), ==, SMTP_ADMITTED);
  g_assert_cmpint (smtp_admission_enter (admission, &a, 4, 2), ==, SMTP_ADMITTED);
  g_assert_cmpint (smtp_admission_enter (admission, &a, 4, 2), ==, SMTP_TOO_MANY_FROM_ADDRESS);
  g_assert_cmpint (smtp_admission_enter (admission, &b, 4, 2), ==, SMTP_ADMITTED);
  g_assert_cmpint (smtp_admission_enter (admission, &c, 4, 2), ==, SMTP_ADMITTED);
  g_assert_cmpint (smtp_admission_enter (admission, &c, 4, 2), ==, SMTP_TOO_MANY);
  /* The limits are those of the moment. */
  g_assert_cmpint (smtp_admission_enter (admission, &a, 5, 3), ==, SMTP_ADMITTED);
  for (int i = 0; i < 3; i++)
    smtp_admission_leave (admission, &a);
  g_assert_cmpint (smtp_admission_enter (admission, &a, 4, 1), ==, SMTP_ADMITTED);
  g_assert_cmpint (smtp_admission_enter (admission, &c, 0, 100), ==, SMTP_TOO_MANY);
  g_assert_cmpint (smtp_admission_enter (admission, &b, 100, 0), ==, SMTP_TOO_MANY_FROM_ADDRESS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/smtp-address/read-and-written", test_addresses_are_read_and_written);
  g_test_add_func ("/smtp-address/what-is-none-is-named", test_what_is_no_address_is_named);
  g_test_add_func ("/smtp-address/a-client-of-ipv4-is-one-over-either-socket",
                   test_a_client_of_ipv4_is_one_over_either_socket);
  g_test_add_func ("/smtp-address/addresses-that-a-client-could-both-mean-overlap",
                   test_addresses_that_a_client_could_both_mean_overlap);
  g_test_add_func ("/smtp-address/a-client-of-ipv6-is-its-network", test_a_client_of_ipv6_is_its_network);
  g_test_add_func ("/smtp-address/limits-hold-in-all-and-by-client", test_limits_hold_in_all_and_by_client);
  return g_test_run ();
}
