/* SPDX-License-Identifier: MIT */
/* Promises of DMARC (RFC 7489): which record applies, what is aligned, and what is asked for. */
#include "mailauth/dmarc/policy.h"
#include "scripted-dns.h"

#include <stdio.h>

/* ---- records ---- */

static const struct
{
  const char *text;
  const char *read; /* `p sp pct adkim aspf`; %NULL: no record */
} records[] = {
  { "v=DMARC1; p=none", "none none 100 r r" },
  { "v=DMARC1;p=reject;sp=quarantine;pct=20;adkim=s;aspf=s", "reject quarantine 20 s s" },
  { " v = DMARC1 ; p = Reject ; ", "reject reject 100 r r" },
  { "V=DMARC1; P=quarantine; SP=none; PCT=0", "quarantine none 0 r r" },
  { "v=DMARC1; p=reject; fo=1; ruf=mailto:x@a.test; whatever; =; x=y", "reject reject 100 r r" },
  { "v=DMARC1; sp=none; p=reject", "reject none 100 r r" },
  /* what is wrong is as what is missing */
  { "v=DMARC1; p=reject; pct=200; adkim=x; aspf=", "reject reject 100 r r" },
  { "v=DMARC1; p=reject; pct=-1", "reject reject 100 r r" },
  /* RFC 7489, 6.6.3: without a policy that can be read it is for reports alone */
  { "v=DMARC1; rua=mailto:x@a.test", "none none 100 r r" },
  { "v=DMARC1; p=destroy; rua=mailto:x@a.test", "none none 100 r r" },
  { "v=DMARC1; p=reject; sp=destroy; rua=x y,mailto:x@a.test", "none none 100 r r" },
  { "v=DMARC1; p=destroy", NULL },
  { "v=DMARC1", NULL },
  { "v=DMARC1; p=destroy; rua=nobody", NULL },
  /* RFC 6376, 3.2: a tag that occurs twice */
  { "v=DMARC1; p=none; p=reject", NULL },
  { "v=DMARC1; p=reject; P=reject", NULL },
  { "v=DMARC1; p=reject; v=DMARC1", NULL },
  { "v=DMARC1; p=reject; x=y; rua=mailto:x@a.test; x=z", NULL },
  { "v=DMARC1; p=reject;; ; =; =", "reject reject 100 r r" },
  /* others */
  { "v=DMARC2; p=reject", NULL },
  { "v=dmarc1; p=reject", NULL },
  { "p=reject; v=DMARC1", NULL },
  { "v=DMARC1x; p=reject", NULL },
  { "v=spf1 -all", NULL },
  { "", NULL },
};

static void
test_records_are_read_as_the_rfc_says (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (records); i++)
    {
      const char *text = records[i].text;
      DmarcRecord record;
      gboolean is_record = dmarc_record_is (text, strlen (text)) && dmarc_record_parse (&record, text, strlen (text));
      g_autofree char *read = NULL;

      if (is_record)
        read = g_strdup_printf ("%s %s %u %c %c", dmarc_policy_get_word (record.policy),
                                dmarc_policy_get_word (record.subdomain_policy), record.percent,
                                record.strict_dkim ? 's' : 'r', record.strict_spf ? 's' : 'r');
      g_test_message ("%s", text);
      g_assert_cmpstr (read, ==, records[i].read);
    }
}

static void
test_a_record_with_a_nul_or_without_end_is_none (void)
{
  static const char nul[] = "v=DMARC1; p=none\0; p=reject";
  g_autofree char *filler = g_strnfill (DMARC_RECORD_MAX, 'x');
  g_autofree char *longer = g_strconcat ("v=DMARC1; p=reject; x=", filler, NULL);

  g_assert_false (dmarc_record_is (nul, sizeof nul - 1));
  g_assert_false (dmarc_record_is (longer, strlen (longer)));
}

/* ---- verdicts ---- */

typedef struct
{
  const char *what;
  const char *from;
  const char *spf;     /* `RESULT DOMAIN` */
  const char *dkim[3]; /* `RESULT DOMAIN`, with ` testing` */
  guint draw;
  const char *expected; /* `RESULT POLICY SPF DKIM DISPOSITION` */
} Case;

static const char zone[] = "_dmarc.a.test TXT v=DMARC1; p=reject\n"
                           "_dmarc.strict.test TXT v=DMARC1; p=quarantine; adkim=s; aspf=s\n"
                           "_dmarc.sub.test TXT v=DMARC1; p=none; sp=reject\n"
                           "_dmarc.own.sub.test TXT v=DMARC1; p=quarantine\n"
                           "_dmarc.two.test TXT v=DMARC1; p=none\n_dmarc.two.test TXT v=DMARC1; p=reject\n"
                           "_dmarc.two.sub.test TXT v=DMARC1; p=none\n_dmarc.two.sub.test TXT v=DMARC1; p=none\n"
                           "_dmarc.mixed.test TXT hello\n_dmarc.mixed.test TXT v=DMARC1; p=reject\n"
                           "_dmarc.half.test TXT v=DMARC1; p=reject; pct=50\n"
                           "_dmarc.never.test TXT v=DMARC1; p=quarantine; pct=0\n"
                           "_dmarc.slow.test FAIL\n"
                           "_dmarc.co.uk TXT v=DMARC1; p=reject\n"
                           "_dmarc.shop.co.uk TXT v=DMARC1; p=reject\n";

static const Case cases[] = {
  { "SPF", "bob@a.test", "pass a.test", { NULL }, 0, "pass reject yes no none" },
  { "SPF of a relative", "bob@a.test", "pass bounce.a.test", { NULL }, 0, "pass reject yes no none" },
  { "a signature", "bob@a.test", "fail x.test", { "pass a.test" }, 0, "pass reject no yes none" },
  { "a signature of a relative",
    "bob@news.a.test",
    "none x.test",
    { "pass mail.a.test" },
    0,
    "pass reject no yes none" },
  { "one of several",
    "bob@a.test",
    "fail a.test",
    { "fail a.test", "pass x.test", "pass a.test" },
    0,
    "pass reject no yes none" },
  { "nothing", "bob@a.test", "none x.test", { NULL }, 0, "fail reject no no reject" },
  { "somebody else", "bob@a.test", "pass evil.test", { "pass evil.test" }, 0, "fail reject no no reject" },
  { "softfail is no pass", "bob@a.test", "softfail a.test", { NULL }, 0, "fail reject no no reject" },
  { "a key in testing", "bob@a.test", "none x.test", { "pass a.test testing" }, 0, "fail reject no no reject" },
  { "strict, SPF",
    "bob@strict.test",
    "pass b.strict.test",
    { "pass b.strict.test" },
    0,
    "fail quarantine no no quarantine" },
  { "strict and equal",
    "bob@strict.test",
    "pass strict.test",
    { "pass strict.test" },
    0,
    "pass quarantine yes yes none" },
  { "below, by sp", "bob@x.sub.test", "none x.test", { NULL }, 0, "fail reject no no reject" },
  { "itself, not by sp", "bob@sub.test", "none x.test", { NULL }, 0, "fail none no no none" },
  { "below, with its own", "bob@own.sub.test", "none x.test", { NULL }, 0, "fail quarantine no no quarantine" },
  { "two records are none", "bob@two.test", "none x.test", { NULL }, 0, "none - no no none" },
  { "and do not lead further", "bob@two.sub.test", "none x.test", { NULL }, 0, "none - no no none" },
  { "other TXT records", "bob@mixed.test", "none x.test", { NULL }, 0, "fail reject no no reject" },
  { "no record", "bob@none.test", "pass none.test", { NULL }, 0, "none - yes no none" },
  { "drawn", "bob@half.test", "none x.test", { NULL }, 49, "fail reject no no reject" },
  { "not drawn", "bob@half.test", "none x.test", { NULL }, 50, "fail reject no no quarantine" },
  { "pct=0", "bob@never.test", "none x.test", { NULL }, 0, "fail quarantine no no none" },
  { "no policy now", "bob@slow.test", "pass slow.test", { NULL }, 0, "temperror - yes no none" },
  { "SPF not known now", "bob@a.test", "temperror a.test", { NULL }, 0, "temperror reject no no none" },
  { "that of another does not matter", "bob@a.test", "temperror x.test", { NULL }, 0, "fail reject no no reject" },
  { "a key not known now", "bob@a.test", "fail a.test", { "temperror a.test" }, 0, "temperror reject no no none" },
  { "a key that does not matter", "bob@a.test", "fail a.test", { "temperror x.test" }, 0, "fail reject no no reject" },
  { "proven all the same", "bob@a.test", "temperror a.test", { "pass a.test" }, 0, "pass reject no yes none" },
  { "public suffixes are no relatives",
    "bob@shop.co.uk",
    "pass other.co.uk",
    { "pass co.uk" },
    0,
    "fail reject no no reject" },
  { "nor have they a say", "bob@other.co.uk", "none x.test", { NULL }, 0, "none - no no none" },
  { "several domains", "bob@a.test, x@none.test", "pass a.test", { "pass a.test" }, 0, "fail reject no no reject" },
  { "the strictest of several",
    "x@never.test, bob@half.test",
    "none x.test",
    { NULL },
    99,
    "fail reject no no quarantine" },
  { "as many domains as are asked",
    "x@1.none.test, x@2.none.test, x@3.none.test, x@4.none.test, x@5.none.test, x@6.none.test, x@7.none.test, "
    "x@8.none.test",
    "none x.test",
    { NULL },
    0,
    "fail - no no none" },
  { "and one more",
    "x@1.none.test, x@2.none.test, x@3.none.test, x@4.none.test, x@5.none.test, x@6.none.test, x@7.none.test, "
    "x@8.none.test, bob@a.test",
    "none x.test",
    { NULL },
    0,
    "fail - no no reject" },
  { "several of one domain", "bob@a.test, ann@a.test", "pass a.test", { NULL }, 0, "pass reject yes no none" },
  { "no domain", "bob@[192.0.2.1]", "pass a.test", { NULL }, 0, "permerror - no no none" },
  { "two readings", "<x@none.test> bob@a.test", "pass none.test", { "pass none.test" }, 0, "fail reject no no reject" },
  { "one that is in doubt", "Doe, Bob <bob@a.test>", "pass a.test", { "pass a.test" }, 0, "fail reject no no reject" },
  { "and without a policy", "Doe, Bob <x@none.test>", "pass none.test", { NULL }, 0, "none - no no none" },
  { "or whose policy is not known now",
    "Doe, Bob <x@slow.test>",
    "none x.test",
    { NULL },
    0,
    "temperror - no no none" },
  { "an open comment hides no domain", "Bob <bob@a.test(>", "none x.test", { NULL }, 0, "fail reject no no reject" },
  { "nobody who could be asked", "Bob", "pass a.test", { "pass a.test" }, 0, "permerror - no no reject" },
  { "nobody in a group", "Nobody:;", "pass a.test", { NULL }, 0, "permerror - no no none" },
  { "no author", "", "pass a.test", { NULL }, 0, "permerror - no no none" },
};

static GPtrArray *
make_signatures (const Case *one)
{
  GPtrArray *signatures = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < G_N_ELEMENTS (one->dkim) && one->dkim[i] != NULL; i++)
    {
      static const char *const results[] = { "pass", "fail", "temperror" };
      AimxSignature *signature = g_new0 (AimxSignature, 1);
      g_auto (GStrv) words = g_strsplit (one->dkim[i], " ", -1);

      for (guint j = 0; j < G_N_ELEMENTS (results); j++)
        if (strcmp (words[0], results[j]) == 0)
          signature->result = results[j];
      signature->domain = (char *) g_intern_string (words[1]);
      signature->testing = words[2] != NULL;
      g_ptr_array_add (signatures, signature);
    }
  return signatures;
}

static void
answer (DmarcEvidence *evidence)
{
  for (guint i = 0; i < MIN (evidence->authors->domains->len, DMARC_DOMAINS_MAX); i++)
    for (guint j = 0; j < 2; j++)
      {
        g_autofree char *name = dmarc_get_question (evidence->suffixes, evidence->authors->domains->pdata[i], j == 1);

        if (name != NULL)
          evidence->answers[i][j] = scripted_dns_answer (zone, name, AIMX_DNS_TXT);
      }
}

static char *
judge (const Case *one, const psl_ctx_t *suffixes, GPtrArray *signatures)
{
  static const char *const dispositions[] = { "none", "quarantine", "reject" };
  g_autofree char *header = *one->from != '\0' ? g_strconcat ("From: ", one->from, "\n", NULL) : g_strdup ("");
  g_autoptr (DmarcAuthors) authors = dmarc_authors_new (header, strlen (header));
  g_auto (GStrv) spf = g_strsplit (one->spf, " ", 2);
  DmarcEvidence evidence = {
    .suffixes = suffixes,
    .authors = authors,
    .spf_result = spf[0],
    .spf_domain = spf[1],
    .signatures = signatures,
    .draw = one->draw,
  };
  DmarcVerdict verdict;

  answer (&evidence);
  verdict = dmarc_judge (&evidence);
  for (guint i = 0; i < DMARC_DOMAINS_MAX; i++)
    {
      g_clear_object (&evidence.answers[i][0]);
      g_clear_object (&evidence.answers[i][1]);
    }
  g_assert_true (strcmp (verdict.result, "pass") == 0 || verdict.reason != NULL);
  return g_strdup_printf ("%s %s %s %s %s", verdict.result,
                          verdict.has_policy ? dmarc_policy_get_word (verdict.policy) : "-",
                          verdict.spf_aligned ? "yes" : "no", verdict.dkim_aligned ? "yes" : "no",
                          dispositions[verdict.disposition]);
}

static void
test_verdicts_follow_from_what_is_known (void)
{
  psl_ctx_t *suffixes = psl_latest (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) signatures = make_signatures (&cases[i]);
      g_autofree char *verdict = judge (&cases[i], suffixes, signatures);

      g_test_message ("%s", cases[i].what);
      g_assert_cmpstr (verdict, ==, cases[i].expected);
    }
  psl_free (suffixes);
}

static void
test_where_nobody_checks_signatures_nothing_fails (void)
{
  psl_ctx_t *suffixes = psl_latest (NULL);
  const Case unknown = { NULL, "bob@a.test", "fail a.test", { NULL }, 0, NULL };
  const Case proven = { NULL, "bob@a.test", "pass a.test", { NULL }, 0, NULL };
  g_autofree char *without = judge (&unknown, suffixes, NULL);
  g_autofree char *with = judge (&proven, suffixes, NULL);

  g_assert_cmpstr (without, ==, "temperror reject no no none");
  g_assert_cmpstr (with, ==, "pass reject yes no none");
  psl_free (suffixes);
}

static void
test_a_domain_is_asked_once_where_it_is_its_own_organization (void)
{
  psl_ctx_t *suffixes = psl_latest (NULL);
  g_autofree char *own = dmarc_get_question (suffixes, "a.test", FALSE);
  g_autofree char *above = dmarc_get_question (suffixes, "x.y.a.test", TRUE);

  g_assert_cmpstr (own, ==, "_dmarc.a.test");
  g_assert_cmpstr (above, ==, "_dmarc.a.test");
  g_assert_null (dmarc_get_question (suffixes, "a.test", TRUE));
  g_assert_null (dmarc_get_question (suffixes, "co.uk", TRUE));
  psl_free (suffixes);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dmarc-policy/records-are-read-as-the-rfc-says", test_records_are_read_as_the_rfc_says);
  g_test_add_func ("/dmarc-policy/a-record-with-a-nul-or-without-end-is-none",
                   test_a_record_with_a_nul_or_without_end_is_none);
  g_test_add_func ("/dmarc-policy/verdicts-follow-from-what-is-known", test_verdicts_follow_from_what_is_known);
  g_test_add_func ("/dmarc-policy/where-nobody-checks-signatures-nothing-fails",
                   test_where_nobody_checks_signatures_nothing_fails);
  g_test_add_func ("/dmarc-policy/a-domain-is-asked-once-where-it-is-its-own-organization",
                   test_a_domain_is_asked_once_where_it_is_its_own_organization);
  return g_test_run ();
}
