/* SPDX-License-Identifier: MIT */
/* When a record that is in the DNS counts as the one that should be there: modules/domain/published.c. */
#include "domain/published.h"

#include <string.h>

static AimxDnsAnswer *
make_answer (AimxDnsType type, const char *const *records)
{
  AimxDnsAnswer *answer = aimx_dns_answer_new (AIMX_DNS_FOUND, AIMX_DNS_INSECURE, 300, NULL);

  for (; *records != NULL; records++)
    if (type == AIMX_DNS_TXT)
      {
        g_autoptr (GBytes) data = g_bytes_new (*records, strlen (*records));

        aimx_dns_answer_add_data (answer, data);
      }
    else
      {
        char *name;
        guint preference = (guint) g_ascii_strtoull (*records, &name, 10);

        aimx_dns_answer_add_name (answer, type == AIMX_DNS_MX ? preference : 0,
                                  type == AIMX_DNS_MX ? name + 1 : *records);
      }
  return answer;
}

static void
test_what_means_the_same_is_right (void)
{
  static const struct
  {
    AimxDnsType type;
    const char *value;
    const char *records[4];
    DomainPublished expected;
  } cases[] = {
    { AIMX_DNS_A, "192.0.2.1", { "192.0.2.1" }, DOMAIN_PUBLISHED_RIGHT },
    { AIMX_DNS_A, "192.0.2.1", { "192.0.2.9", "192.0.2.1" }, DOMAIN_PUBLISHED_RIGHT },
    { AIMX_DNS_A, "192.0.2.1", { "192.0.2.10" }, DOMAIN_PUBLISHED_DIFFERENT },
    { AIMX_DNS_PTR, "a.test", { "A.test" }, DOMAIN_PUBLISHED_RIGHT },
    { AIMX_DNS_PTR, "a.test", { "a.test.example" }, DOMAIN_PUBLISHED_DIFFERENT },
    /* the server that is asked first */
    { AIMX_DNS_MX, "10 a.test.", { "20 A.test" }, DOMAIN_PUBLISHED_RIGHT },
    { AIMX_DNS_MX, "10 a.test.", { "20 b.test", "10 a.test" }, DOMAIN_PUBLISHED_RIGHT },
    { AIMX_DNS_MX, "10 a.test.", { "10 a.test", "5 b.test" }, DOMAIN_PUBLISHED_DIFFERENT },
    /* SPF */
    { AIMX_DNS_TXT, "v=spf1 ip4:192.0.2.1 -all", { "v=spf1  IP4:192.0.2.1 -all ", "other" }, DOMAIN_PUBLISHED_RIGHT },
    { AIMX_DNS_TXT, "v=spf1 ip4:192.0.2.1 -all", { "v=spf1 ip4:192.0.2.1 ~all" }, DOMAIN_PUBLISHED_DIFFERENT },
    { AIMX_DNS_TXT, "v=spf1 -all", { "v=spf1 -all", "v=spf1 -all" }, DOMAIN_PUBLISHED_DIFFERENT },
    { AIMX_DNS_TXT, "v=spf1 -all", { "v=spf10 -all", "v=spf", "" }, DOMAIN_PUBLISHED_MISSING },
    /* tags */
    { AIMX_DNS_TXT,
      "v=DMARC1; p=reject; rua=mailto:x@a.test",
      { "v=DMARC1;rua=mailto:x@a.test ;p=reject;" },
      DOMAIN_PUBLISHED_RIGHT },
    { AIMX_DNS_TXT, "v=DMARC1; p=reject", { "v=DMARC1; p=none" }, DOMAIN_PUBLISHED_DIFFERENT },
    { AIMX_DNS_TXT, "v=DMARC1; p=reject", { "v=spf1 -all" }, DOMAIN_PUBLISHED_MISSING },
    { AIMX_DNS_TXT, "v=DKIM1; k=rsa; p=AbCd", { "p=Ab Cd" }, DOMAIN_PUBLISHED_RIGHT },
    { AIMX_DNS_TXT, "v=DKIM1; k=rsa; p=AbCd", { "v=DKIM1; p=abcd" }, DOMAIN_PUBLISHED_DIFFERENT },
    { AIMX_DNS_TXT, "v=DKIM1; k=rsa; p=AbCd", { "v=DKIM1; p=" }, DOMAIN_PUBLISHED_DIFFERENT },
    { AIMX_DNS_TXT, "v=DKIM1; k=rsa; p=AbCd", { "k=rsa; v=DKIM1; p=AbCd" }, DOMAIN_PUBLISHED_DIFFERENT },
    { AIMX_DNS_TXT, "v=DKIM1; k=ed25519; p=AbCd", { "v=DKIM1; p=AbCd" }, DOMAIN_PUBLISHED_DIFFERENT },
    { AIMX_DNS_TXT, "v=DKIM1; k=rsa; p=AbCd", { "p=AbCd", "p=AbCd" }, DOMAIN_PUBLISHED_DIFFERENT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AimxDnsAnswer) answer = make_answer (cases[i].type, cases[i].records);
      g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);

      g_test_message ("%s: %s", cases[i].value, cases[i].records[0]);
      g_assert_cmpint (domain_published_compare (cases[i].type, cases[i].value, TRUE, answer, found), ==,
                       cases[i].expected);
    }
}

static void
test_a_value_with_a_gap_is_found_or_missing (void)
{
  static const char *const records[] = { "v=spf1 mx -all", "v=DMARC1; p=none", NULL };
  g_autoptr (AimxDnsAnswer) answer = make_answer (AIMX_DNS_TXT, records);
  g_autoptr (AimxDnsAnswer) none = aimx_dns_answer_new (AIMX_DNS_NO_NAME, AIMX_DNS_INSECURE, 60, NULL);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);

  g_assert_cmpint (domain_published_compare (AIMX_DNS_TXT, "v=spf1 ip4:<x> -all", FALSE, answer, found), ==,
                   DOMAIN_PUBLISHED_FOUND);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpstr (found->pdata[0], ==, "v=spf1 mx -all");
  g_ptr_array_set_size (found, 0);
  g_assert_cmpint (domain_published_compare (AIMX_DNS_TXT, "v=spf1 ip4:<x> -all", FALSE, none, found), ==,
                   DOMAIN_PUBLISHED_MISSING);
  g_assert_cmpuint (found->len, ==, 0);
}

static void
test_no_answer_is_not_a_missing_record (void)
{
  g_autoptr (AimxDnsAnswer) answer = aimx_dns_answer_new (AIMX_DNS_FAILED, AIMX_DNS_BOGUS, 0, "why");
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);

  g_assert_cmpint (domain_published_compare (AIMX_DNS_A, "192.0.2.1", TRUE, answer, found), ==,
                   DOMAIN_PUBLISHED_UNKNOWN);
}

static void
test_what_is_shown_is_printable_and_short (void)
{
  g_autoptr (AimxDnsAnswer) answer = aimx_dns_answer_new (AIMX_DNS_FOUND, AIMX_DNS_INSECURE, 300, NULL);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  static const char start[] = { 'v', '=', 's', 'p', 'f', '1', ' ', '\0', '\n', '\\' };
  g_autofree char *text = g_strnfill (60000, '\x1b');

  memcpy (text, start, sizeof start);
  for (int i = 0; i < 2 * DOMAIN_PUBLISHED_MAX; i++)
    {
      g_autoptr (GBytes) copy = g_bytes_new (text, 60000);

      aimx_dns_answer_add_data (answer, copy);
    }
  g_assert_cmpint (domain_published_compare (AIMX_DNS_TXT, "v=spf1 -all", TRUE, answer, found), ==,
                   DOMAIN_PUBLISHED_DIFFERENT);
  g_assert_cmpuint (found->len, ==, DOMAIN_PUBLISHED_MAX);
  g_assert_true (g_str_has_prefix (found->pdata[0], "v=spf1 \\000\\010\\\\027"));
  g_assert_true (g_str_has_suffix (found->pdata[0], "..."));
  g_assert_cmpuint (strlen (found->pdata[0]), <, 5000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/published/what-means-the-same-is-right", test_what_means_the_same_is_right);
  g_test_add_func ("/published/a-value-with-a-gap-is-found-or-missing", test_a_value_with_a_gap_is_found_or_missing);
  g_test_add_func ("/published/no-answer-is-not-a-missing-record", test_no_answer_is_not_a_missing_record);
  g_test_add_func ("/published/what-is-shown-is-printable-and-short", test_what_is_shown_is_printable_and_short);
  return g_test_run ();
}
