/* SPDX-License-Identifier: MIT */
/*
 * Promises of the SPF check that the openspf.org suite does not make: what it says beside the result, what it asks
 * for together, and what a stranger's bytes do.
 */
#include "mailauth/spf/check.h"
#include "mailauth/spf/macro.h"
#include "mailauth/spf/record.h"
#include "scripted-dns.h"

/* Answers all questions until there is a result; @asked: (nullable): gets `TYPE NAME`, a line for each time it stops */
static SpfResult
run (SpfCheck *check, const char *zone, GString *asked)
{
  SpfResult result;
  guint n = 0;

  while ((result = spf_check_step (check)) == SPF_PENDING)
    {
      g_assert_cmpuint (n, <, spf_check_get_n_questions (check));
      for (; n < spf_check_get_n_questions (check); n++)
        {
          AimxDnsType type;
          const char *name = spf_check_get_question (check, n, &type);
          g_autoptr (AimxDnsAnswer) answer = scripted_dns_answer (zone, name, type);

          if (asked != NULL)
            g_string_append_printf (asked, "%s %s ", scripted_dns_get_type_name (type), name);
          spf_check_answer (check, n, answer);
        }
      if (asked != NULL)
        g_string_append_c (asked, '\n');
    }
  return result;
}

static SpfCheck *
make_check (const char *address, const char *mail_from)
{
  return spf_check_new (&(SpfClient){ .address = address,
                                      .helo = "helo.test",
                                      .mail_from = mail_from,
                                      .receiver = "receiver.test",
                                      .now = 1795536000 });
}

/* ---- what it says ---- */

static const char zone[] = "a.test TXT v=spf1 ip4:192.0.2.1 include:b.test ~all\n"
                           "b.test TXT v=spf1 ip4:192.0.2.2 -all\n"
                           "r.test TXT v=spf1 redirect=b.test\n"
                           "q.test TXT v=spf1 ?all\n"
                           "e.test TXT v=spf1 -all exp=why.e.test\n"
                           "why.e.test TXT %{i} is not one of %{d}'s, %{L}\n"
                           "two.test TXT v=spf1 -all\ntwo.test TXT v=spf1 +all\n"
                           "loop.test TXT v=spf1 include:loop.test -all\n"
                           "odd.test TXT v=spf1 ip4:192.0.2.1 foo:bar -all\n"
                           "slow.test FAIL\n"
                           "plain.test TXT hello\n"
                           "helo.test TXT v=spf1 ip4:192.0.2.9 -all\n";

static const struct
{
  const char *address;
  const char *mail_from;
  const char *result;
  const char *mechanism;
  guint lookups;
  const char *explanation;
  const char *reason; /* a part of it */
} said[] = {
  { "192.0.2.1", "x@a.test", "pass", "ip4:192.0.2.1", 0, NULL, NULL },
  { "192.0.2.2", "x@a.test", "pass", "include:b.test", 1, NULL, NULL },
  { "192.0.2.3", "x@a.test", "softfail", "~all", 1, NULL, NULL },
  { "192.0.2.3", "x@r.test", "fail", "-all", 1, NULL, NULL },
  { "192.0.2.3", "x@q.test", "neutral", "?all", 0, NULL, NULL },
  { "192.0.2.3", "x y@e.test", "fail", "-all", 0, "192.0.2.3 is not one of e.test's, x%20y", NULL },
  { "192.0.2.3", "x@two.test", "permerror", NULL, 0, NULL, "two.test has several SPF records" },
  { "192.0.2.3", "x@loop.test", "permerror", NULL, 10, NULL, "more than 10 look-ups" },
  { "192.0.2.1", "x@odd.test", "permerror", NULL, 0, NULL, "'foo:bar'" },
  { "192.0.2.3", "x@slow.test", "temperror", NULL, 0, NULL, "the zone says so" },
  { "192.0.2.3", "x@plain.test", "none", NULL, 0, NULL, "plain.test has no SPF record" },
  { "192.0.2.3", "x@absent.test", "none", NULL, 0, NULL, "absent.test" },
  /* the null sender is the host that greeted (RFC 7208, 2.4) */
  { "192.0.2.9", "", "pass", "ip4:192.0.2.9", 0, NULL, NULL },
  { "192.0.2.9", NULL, "pass", "ip4:192.0.2.9", 0, NULL, NULL },
  /* IPv4 that came in over a socket of the other family, and a domain in another case */
  { "::ffff:192.0.2.1", "x@A.Test.", "pass", "ip4:192.0.2.1", 0, NULL, NULL },
  { "2001:db8::1", "x@a.test", "softfail", "~all", 1, NULL, NULL },
};

static void
test_a_result_comes_with_what_decided_it (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (said); i++)
    {
      g_autoptr (SpfCheck) check = make_check (said[i].address, said[i].mail_from);
      SpfResult result = run (check, zone, NULL);

      g_assert_cmpstr (spf_result_get_word (result), ==, said[i].result);
      g_assert_cmpstr (spf_check_get_mechanism (check), ==, said[i].mechanism);
      g_assert_cmpuint (spf_check_get_lookups (check), ==, said[i].lookups);
      g_assert_cmpstr (spf_check_get_explanation (check), ==, said[i].explanation);
      if (said[i].reason == NULL)
        g_assert_null (spf_check_get_reason (check));
      else
        g_assert_nonnull (strstr (spf_check_get_reason (check), said[i].reason));
    }
}

static void
test_what_is_no_address_is_not_checked (void)
{
  g_assert_null (make_check ("example.org", "x@a.test"));
  g_assert_null (make_check ("192.0.2", "x@a.test"));
  g_assert_null (make_check ("", "x@a.test"));
}

/* ---- what it asks ---- */

static void
test_questions_that_do_not_depend_on_each_other_are_asked_together (void)
{
  const char hosts[] = "m.test TXT v=spf1 mx -all\n"
                       "m.test MX 10 one.test\nm.test MX 20 two.test\nm.test MX 30 three.test\n"
                       "one.test A 192.0.2.1\ntwo.test A 192.0.2.2\nthree.test A 192.0.2.3\n";
  g_autoptr (SpfCheck) check = make_check ("192.0.2.3", "x@m.test");
  g_autoptr (GString) asked = g_string_new (NULL);

  g_assert_cmpint (run (check, hosts, asked), ==, SPF_PASS);
  g_assert_cmpstr (asked->str, ==, "TXT m.test \nMX m.test \nA one.test A two.test A three.test \n");
}

static void
test_the_same_question_is_asked_once (void)
{
  const char same[] = "m.test TXT v=spf1 a:one.test ?a:ONE.test/31 -a:one.test/24 -all\none.test A 192.0.2.1\n";
  g_autoptr (SpfCheck) check = make_check ("192.0.2.9", "x@m.test");
  g_autoptr (GString) asked = g_string_new (NULL);

  g_assert_cmpint (run (check, same, asked), ==, SPF_FAIL);
  g_assert_cmpstr (asked->str, ==, "TXT m.test \nA one.test \n");
  g_assert_cmpuint (spf_check_get_lookups (check), ==, 3);
}

static void
test_domains_that_take_no_mail_are_no_void_lookups (void)
{
  /* RFC 7505: three domains that take no mail are no void look-ups. */
  const char none[] = "m.test TXT v=spf1 mx:a.test mx:b.test mx:c.test -all\n"
                      "a.test MX 0 \nb.test MX 0 \nc.test MX 0 \n";
  g_autoptr (SpfCheck) check = make_check ("192.0.2.9", "x@m.test");

  g_assert_cmpint (run (check, none, NULL), ==, SPF_FAIL);
}

/* ---- strangers' bytes ---- */

static void
test_records_with_other_bytes_than_ascii_are_wrong (void)
{
  const char *const values[] = { "v=spf1 a:\\303\\251.test -all", "v=spf1 \\001 -all", "v=spf1 -all\\377" };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *text = g_strconcat ("a.test TXT ", values[i], NULL);
      g_autoptr (SpfCheck) check = make_check ("192.0.2.1", "x@a.test");

      g_assert_cmpint (run (check, text, NULL), ==, SPF_PERMERROR);
    }
}

static void
test_a_nul_ends_no_record (void)
{
  static const char record[] = "v=spf1 +all\0 -all";
  g_autofree char *reason = NULL;
  g_autoptr (SpfRecord) parsed = NULL;

  g_assert_true (spf_record_is (record, sizeof record - 1));
  parsed = spf_record_parse (record, sizeof record - 1, &reason);
  g_assert_null (parsed);
  g_assert_nonnull (strstr (reason, "0x00"));
}

static void
test_senders_of_any_bytes_get_a_result (void)
{
  const char *const senders[] = { "\xff\xfe@a.test", "x@\xc3", "x@\xc3\xa9.test", "@", "@@", "x@",
                                  "\"a b\"@a.test",  "x@[::1]" };

  for (guint i = 0; i < G_N_ELEMENTS (senders); i++)
    {
      g_autoptr (SpfCheck) check = make_check ("192.0.2.1", senders[i]);
      SpfResult result = run (check, "a.test TXT v=spf1 exists:%{l}.%{o}.x.test exp=%{s}.test -all\n", NULL);

      g_assert_true (result == SPF_FAIL || result == SPF_NONE);
    }
}

/* `x\.list.test` is a name in the zone `test`. */
static void
test_a_backslash_leads_into_no_other_zone (void)
{
  static const char others[] = "l.test TXT v=spf1 exists:%{l}.list.test -all\n"
                               "x\\.list.test A 127.0.0.2\n"
                               "p.test TXT v=spf1 ptr:list.test -all\n"
                               "192.0.2.1 PTR x\\.list.test\nx\\.list.test A 192.0.2.1\n";
  static const char *const senders[] = { "x\\@l.test", "x@p.test" };

  for (guint i = 0; i < G_N_ELEMENTS (senders); i++)
    {
      g_autoptr (SpfCheck) check = make_check ("192.0.2.1", senders[i]);

      g_assert_cmpstr (spf_result_get_word (run (check, others, NULL)), ==, "fail");
    }
}

static void
test_an_explanation_is_fit_to_be_shown (void)
{
  const char hostile[] = "a.test TXT v=spf1 -all exp=e.test\ne.test TXT no: %{l}\n";
  g_autoptr (SpfCheck) check = make_check ("192.0.2.1", "\x1b[31m\xff\"x@a.test");
  const char *explanation;

  g_assert_cmpint (run (check, hostile, NULL), ==, SPF_FAIL);
  explanation = spf_check_get_explanation (check);
  g_assert_true (g_utf8_validate (explanation, -1, NULL));
  g_assert_null (strchr (explanation, '\x1b'));
}

/* ---- macros ---- */

static const struct
{
  const char *text;
  const char *expanded; /* %NULL: refused in a domain-spec */
} macros[] = {
  /* RFC 7208, 7.4 */
  { "%{s}", "strong-bad@email.example.com" },
  { "%{o}", "email.example.com" },
  { "%{d}", "email.example.com" },
  { "%{d4}", "email.example.com" },
  { "%{d3}", "email.example.com" },
  { "%{d2}", "example.com" },
  { "%{d1}", "com" },
  { "%{dr}", "com.example.email" },
  { "%{d2r}", "example.email" },
  { "%{l}", "strong-bad" },
  { "%{l-}", "strong.bad" },
  { "%{lr}", "strong-bad" },
  { "%{lr-}", "bad.strong" },
  { "%{l1r-}", "strong" },
  { "%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com" },
  { "%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com" },
  { "%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net" },
  { "%{L}%%%_%-.%{d}", "strong-bad% %20.email.example.com" },
  /* what is none */
  { "%{x}", NULL },
  { "%{d0}", NULL },
  { "%{d", NULL },
  { "%", NULL },
  { "%a", NULL },
  { "%{c}", NULL },
  { "%{t}.example", NULL },
  { "example", NULL },
  { "example.1", NULL },
  { "example.-a", NULL },
  { "", NULL },
};

static void
test_macros_expand_as_in_the_rfc (void)
{
  SpfMacroValues values = { .sender = "strong-bad@email.example.com",
                            .domain = "email.example.com",
                            .helo = "mx.example.com",
                            .receiver = "receiver.test",
                            .now = 1 };

  g_assert_true (spf_address_parse (&values.address, "192.0.2.3"));
  for (guint i = 0; i < G_N_ELEMENTS (macros); i++)
    {
      g_autofree char *expanded = NULL;

      g_assert_cmpint (spf_macro_check (macros[i].text, SPF_MACRO_DOMAIN), ==, macros[i].expanded != NULL);
      if (macros[i].expanded == NULL)
        continue;
      expanded = spf_macro_expand_domain (macros[i].text, &values);
      g_assert_cmpstr (expanded, ==, macros[i].expanded);
    }
}

static void
test_long_names_lose_labels_from_the_left (void)
{
  g_autofree char *sender = g_strnfill (63, 'a');
  g_autofree char *full = g_strdup_printf ("%s.%s@example.com", sender, sender);
  SpfMacroValues values = { .sender = full, .domain = "example.com", .helo = "h", .receiver = "r" };
  g_autofree char *expanded = spf_macro_expand_domain ("%{l}.%{l}.%{d}", &values);

  g_assert_cmpuint (strlen (expanded), <=, 253);
  g_assert_true (g_str_has_suffix (expanded, ".example.com"));
  g_assert_true (g_str_has_prefix (expanded, "aaa"));
}

/* Whatever is asked for is there; only TXT comes from @records. */
static SpfResult
run_where_all_is_found (SpfCheck *check, const char *records)
{
  SpfResult result;
  guint n = 0;

  while ((result = spf_check_step (check)) == SPF_PENDING)
    for (; n < spf_check_get_n_questions (check); n++)
      {
        AimxDnsType type;
        const char *name = spf_check_get_question (check, n, &type);
        g_autoptr (AimxDnsAnswer) answer = scripted_dns_answer (type == AIMX_DNS_TXT ? records : "any A 192.0.2.9\n",
                                                                type == AIMX_DNS_TXT ? name : "any", type);

        spf_check_answer (check, n, answer);
      }
  return result;
}

static void
test_a_long_sender_times_a_long_record_is_bounded_work (void)
{
  g_autoptr (GString) record = g_string_new ("s.test TXT v=spf1");
  g_autoptr (GString) sender = g_string_new (NULL);
  g_autoptr (SpfCheck) check = NULL;

  /* Ten terms, each of macros that split the sender at every second byte, and end in another name. */
  for (guint i = 0; i < 10; i++)
    {
      g_string_append (record, " -a:");
      for (guint j = 0; j < 60; j++)
        g_string_append (record, "%{Sr.-+,/_=}");
      g_string_append_printf (record, ".x%u.test", i);
    }
  while (sender->len < SPF_SENDER_MAX - strlen ("x@s.test"))
    g_string_append (sender, "a.");
  g_string_append (sender, "x@s.test");
  check = make_check ("192.0.2.1", sender->str);
  g_assert_cmpint (run_where_all_is_found (check, record->str), ==, SPF_NEUTRAL);
  g_assert_cmpuint (spf_check_get_lookups (check), ==, 10);

  /* One that is longer still is nobody's. */
  g_string_prepend (sender, "aa");
  g_clear_pointer (&check, spf_check_free);
  check = make_check ("192.0.2.1", sender->str);
  g_assert_cmpint (run_where_all_is_found (check, record->str), ==, SPF_NONE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spf/a-result-comes-with-what-decided-it", test_a_result_comes_with_what_decided_it);
  g_test_add_func ("/spf/what-is-no-address-is-not-checked", test_what_is_no_address_is_not_checked);
  g_test_add_func ("/spf/questions-that-do-not-depend-on-each-other-are-asked-together",
                   test_questions_that_do_not_depend_on_each_other_are_asked_together);
  g_test_add_func ("/spf/the-same-question-is-asked-once", test_the_same_question_is_asked_once);
  g_test_add_func ("/spf/domains-that-take-no-mail-are-no-void-lookups",
                   test_domains_that_take_no_mail_are_no_void_lookups);
  g_test_add_func ("/spf/records-with-other-bytes-than-ascii-are-wrong",
                   test_records_with_other_bytes_than_ascii_are_wrong);
  g_test_add_func ("/spf/a-nul-ends-no-record", test_a_nul_ends_no_record);
  g_test_add_func ("/spf/senders-of-any-bytes-get-a-result", test_senders_of_any_bytes_get_a_result);
  g_test_add_func ("/spf/a-backslash-leads-into-no-other-zone", test_a_backslash_leads_into_no_other_zone);
  g_test_add_func ("/spf/an-explanation-is-fit-to-be-shown", test_an_explanation_is_fit_to_be_shown);
  g_test_add_func ("/spf/macros-expand-as-in-the-rfc", test_macros_expand_as_in_the_rfc);
  g_test_add_func ("/spf/long-names-lose-labels-from-the-left", test_long_names_lose_labels_from_the_left);
  g_test_add_func ("/spf/a-long-sender-times-a-long-record-is-bounded-work",
                   test_a_long_sender_times_a_long_record_is_bounded_work);
  return g_test_run ();
}
