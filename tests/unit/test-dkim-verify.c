/* SPDX-License-Identifier: MIT */
/*
 * Promises of a check: the RFCs' examples pass, each tag and each property of a key counts as they say, and the result
 * is the same however a message is cut. tests/conformance has us verify what others sign.
 */
#include "signature-check-fixture.h"

#define AT 1700000000

static const char message[] = "From: ann@a.test\r\nTo: bob@b.test\r\nSubject: x\r\n\r\nHello,\r\nthe  figures.\r\n";
#define TAGS "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=a.test; s=s; h=From:To:Subject"

typedef struct
{
  DkimKey *key;
  char *records;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->key = dkim_key_generate (DKIM_ED25519, &error);
  g_assert_no_error (error);
  fixture->records = g_strconcat ("s._domainkey.a.test ", dkim_key_get_record (fixture->key), NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  dkim_key_unref (fixture->key);
  g_free (fixture->records);
}

static char *
sign (Fixture *fixture, const char *tags)
{
  return sign_message (fixture->key, "DKIM-Signature", tags, "From:To:Subject", message);
}

/* ---- the examples of the RFCs ---- */

/* RFC 8463, appendix A. */
static const char example_8463[] = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
                                   " d=football.example.com; i=@football.example.com;\r\n"
                                   " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
                                   " subject : date : message-id : from : subject : date;\r\n"
                                   " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                                   " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
                                   " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
                                   "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
                                   " d=football.example.com; i=@football.example.com;\r\n"
                                   " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
                                   " date : message-id : from : subject : date;\r\n"
                                   " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                                   " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
                                   " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
                                   " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n"
                                   "From: Joe SixPack <joe@football.example.com>\r\n"
                                   "To: Suzie Q <suzie@shopping.example.net>\r\n"
                                   "Subject: Is dinner ready?\r\n"
                                   "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
                                   "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
                                   "\r\n"
                                   "Hi.\r\n"
                                   "\r\n"
                                   "We lost the game.  Are you hungry yet?\r\n"
                                   "\r\n"
                                   "Joe.\r\n";
static const char keys_8463[] =
    "brisbane._domainkey.football.example.com v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
    "test._domainkey.football.example.com v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR"
    "iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG"
    "4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

/* RFC 6376, appendices A and C. */
static const char example_6376[] = "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
                                   "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
                                   "      h=Received : From : To : Subject : Date : Message-ID;\r\n"
                                   "      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                                   "      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n"
                                   "      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n"
                                   "      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n"
                                   "      4bmp/YzhwvcubU4=;\r\n"
                                   "Received: from client1.football.example.com  [192.0.2.1]\r\n"
                                   "      by submitserver.example.com with SUBMISSION;\r\n"
                                   "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n"
                                   "From: Joe SixPack <joe@football.example.com>\r\n"
                                   "To: Suzie Q <suzie@shopping.example.net>\r\n"
                                   "Subject: Is dinner ready?\r\n"
                                   "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
                                   "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
                                   "\r\n"
                                   "Hi.\r\n"
                                   "\r\n"
                                   "We lost the game. Are you hungry yet?\r\n"
                                   "\r\n"
                                   "Joe.\r\n";
static const char keys_6376[] =
    "brisbane._domainkey.example.com v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLn"
    "Qg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mc"
    "wGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";

static void
test_examples_of_rfc_8463_pass (void)
{
  g_autoptr (AimxSignatureCheck) check = check_message (example_8463, AT, keys_8463);

  g_assert_cmpuint (aimx_signature_check_get_signatures (check)->len, ==, 2);
  g_assert_cmpstr (get_signature (check, 0)->result, ==, "pass");
  g_assert_cmpstr (get_signature (check, 0)->algorithm, ==, "ed25519-sha256");
  g_assert_cmpstr (get_signature (check, 1)->result, ==, "pass");
  g_assert_cmpstr (get_signature (check, 1)->signed_fields, ==, "from:to:subject:date:message-id:from:subject:date");
}

static void
test_example_of_rfc_6376_passes (void)
{
  g_autoptr (AimxSignatureCheck) check = check_message (example_6376, AT, keys_6376);

  g_assert_cmpuint (aimx_signature_check_get_signatures (check)->len, ==, 1);
  g_assert_cmpstr (get_signature (check, 0)->result, ==, "pass");
  g_assert_cmpstr (get_signature (check, 0)->domain, ==, "example.com");
  g_assert_cmpstr (get_signature (check, 0)->selector, ==, "brisbane");
  g_assert_true (get_signature (check, 0)->whole_body);
}

static void
test_a_message_may_be_cut_anywhere (void)
{
  for (gsize step = 1; step < 200; step += 1 + step / 8)
    {
      g_autoptr (AimxSignatureCheck) both = check_pieces (example_8463, strlen (example_8463), step, AT, keys_8463);
      g_autoptr (AimxSignatureCheck) simple = check_pieces (example_6376, strlen (example_6376), step, AT, keys_6376);

      g_assert_cmpstr (get_signature (both, 0)->result, ==, "pass");
      g_assert_cmpstr (get_signature (both, 1)->result, ==, "pass");
      g_assert_cmpstr (get_signature (simple, 0)->result, ==, "pass");
    }
}

static void
test_lines_may_end_in_lf_alone (void)
{
  g_auto (GStrv) lines = g_strsplit (example_6376, "\r\n", -1);
  g_autofree char *bare = g_strjoinv ("\n", lines);

  for (gsize step = 1; step < 50; step += 7)
    {
      g_autoptr (AimxSignatureCheck) check = check_pieces (bare, strlen (bare), step, AT, keys_6376);

      g_assert_cmpstr (get_signature (check, 0)->result, ==, "pass");
    }
}

/* ---- tags ---- */

static const struct
{
  const char *tags, *result;
} cases[] = {
  { TAGS, "pass" },
  { TAGS "; x=1700000000", "pass" },
  { TAGS "; x=1699999999", "policy" },
  { TAGS "; t=1700086400", "pass" },
  { TAGS "; t=1700086401", "policy" },
  { TAGS "; t=1700000001; x=1700000001", "permerror" },
  { TAGS "; t=1234567890123", "permerror" },
  { TAGS "; t=", "permerror" },
  { TAGS "; i=@a.test", "pass" },
  { TAGS "; i=ann+x@sub.a.test", "pass" },
  { TAGS "; i=@ba.test", "permerror" },
  { TAGS "; i=@test", "permerror" },
  { TAGS "; i=ann", "permerror" },
  { TAGS "; l=0", "fail" },
  { TAGS "; l=22", "pass" },
  { TAGS "; l=23", "fail" },
  { TAGS "; l=99999999999999999999999999", "fail" },
  { TAGS "; l=x", "permerror" },
  { TAGS "; q=dns/txt", "pass" },
  { TAGS "; q=other : dns/txt", "pass" },
  { TAGS "; q=other", "permerror" },
  { TAGS "; z=From:x|To:y; r=y; unknown_1=", "pass" },
  { TAGS "; d=a.test", "permerror" },
  { TAGS ";; r=y", "permerror" },
  { TAGS "; 1x=y", "permerror" },
  { TAGS "; noequals", "permerror" },
  { TAGS "; x\x01=y", "permerror" },
  { TAGS "; r=\x01", "permerror" },
  { TAGS "; bh=AAAA", "permerror" },
  { TAGS "; bh=!", "permerror" },
  { TAGS "; bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "fail" },
  { "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=a.test; s=s; h=to:subject", "permerror" },
  { "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=a.test; s=s; h=From:", "permerror" },
  { "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=a.test; s=s; h=", "permerror" },
  { "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=a.test; s=s", "permerror" },
  { "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=a.test; h=From", "permerror" },
  { "v=1; a=ed25519-sha256; c=relaxed/relaxed; s=s; h=From", "permerror" },
  { "v=1; c=relaxed/relaxed; d=a.test; s=s; h=From", "permerror" },
  { "a=ed25519-sha256; c=relaxed/relaxed; d=a.test; s=s; h=From", "permerror" },
  { "v=2; a=ed25519-sha256; c=relaxed/relaxed; d=a.test; s=s; h=From:To:Subject", "permerror" },
  { "V=1; a=ed25519-sha256; c=relaxed/relaxed; d=a.test; s=s; h=From:To:Subject", "permerror" },
  { "v=1; a=ED25519-SHA256; c=Relaxed/Relaxed; d=A.Test; s=S; h=FROM:to:subject", "pass" },
  { "v=1; a=ed25519-sha256; c=relaxed/x; d=a.test; s=s; h=From:To:Subject", "permerror" },
  { "v=1; a=ed25519-sha256; c=/relaxed; d=a.test; s=s; h=From:To:Subject", "permerror" },
  { "v=1; a=ed25519-sha256; c=relaxed/simple; d=a.test; s=s; h=From:To:Subject", "fail" },
  { "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=a..test; s=s; h=From:To:Subject", "permerror" },
  { "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=-a.test; s=s; h=From:To:Subject", "permerror" },
  { "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=a.test.; s=s; h=From:To:Subject", "permerror" },
  { "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=a.test; s=s.; h=From:To:Subject", "permerror" },
  { "v=1; a=rsa-sha256; c=relaxed/relaxed; d=a.test; s=s; h=From:To:Subject", "permerror" },
  { "v=1; a=rsa-sha1; c=relaxed/relaxed; d=a.test; s=s; h=From:To:Subject", "policy" },
  { "v=1; a=dsa-sha256; c=relaxed/relaxed; d=a.test; s=s; h=From:To:Subject", "permerror" },
  { "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=b.test; s=s; h=From:To:Subject", "permerror" },
  { "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=a.test; s=s; h = From : To\r\n : Subject", "pass" },
};

static void
test_tags_count_as_the_rfc_says (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = sign (fixture, cases[i].tags);
      g_autoptr (AimxSignatureCheck) check = check_message (text, AT, fixture->records);
      const AimxSignature *signature = get_signature (check, 0);

      g_test_message ("%s: %s: %s", cases[i].tags, signature->result,
                      signature->reason != NULL ? signature->reason : "");
      g_assert_cmpstr (signature->result, ==, cases[i].result);
    }
}

static void
test_a_limit_is_told_and_ends_the_hash (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = sign (fixture, TAGS "; l=22");
  g_autofree char *longer = g_strconcat (text, "PS\r\n", NULL);
  g_autoptr (AimxSignatureCheck) check = check_message (longer, AT, fixture->records);

  g_assert_cmpstr (get_signature (check, 0)->result, ==, "pass");
  g_assert_false (get_signature (check, 0)->whole_body);
}

static void
test_people_see_whose_a_broken_signature_is (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = sign (fixture, "v=9; a=Foo; d=A.test; s=S; h=From; s=t");
  g_autoptr (AimxSignatureCheck) check = check_message (text, AT, fixture->records);
  const AimxSignature *signature = get_signature (check, 0);

  g_assert_cmpstr (signature->result, ==, "permerror");
  g_assert_cmpstr (signature->domain, ==, "a.test");
  g_assert_cmpstr (signature->selector, ==, "s");
  g_assert_cmpstr (signature->algorithm, ==, "foo");
  g_assert_null (signature->key_name);
}

static void
test_names_beyond_ascii_are_asked_for_as_a_labels (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = sign (fixture, "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=B\xc3\xbc"
                                         "cher.test; s=s; h=From:To:Subject");
  g_autofree char *records = g_strconcat ("s._domainkey.xn--bcher-kva.test ", dkim_key_get_record (fixture->key), NULL);
  g_autoptr (AimxSignatureCheck) check = check_message (text, AT, records);

  g_assert_cmpstr (get_signature (check, 0)->domain, ==, "xn--bcher-kva.test");
  g_assert_cmpstr (get_signature (check, 0)->result, ==, "pass");
}

/* ---- results of ARC ---- */

static const struct
{
  const char *value;
  guint instance;
} results[] = {
  { " i=1; mx.test; none", 1 },
  { "i = 50 ;mx.test; none", 50 },
  { "\r\n\ti=2;\r\n mx.test", 2 },
  { " i=1 (first); mx.test", 1 },
  { " (c (d) \\) ) i (=) = (2) 1 (); mx.test", 1 },
  { " i=01; mx.test", 1 },
  /* of none */
  { " i=001; mx.test", 0 },
  { " I=1; mx.test", 0 },
  { " i=1", 0 },
  { " i=; x", 0 },
  { " i=0; x", 0 },
  { " i=51; x", 0 },
  { " i=1x; x", 0 },
  { " i=1 (open; x", 0 },
  { " mx.test; i=1", 0 },
  { " i=99999999999999999999; x", 0 },
  { "", 0 },
};

static void
test_instances_of_results_are_read_as_the_rfc_says (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *text = g_strconcat ("arc-authentication-results:", results[i].value, "\r\n\r\n", NULL);
      g_autoptr (AimxSignatureCheck) check = check_message (text, AT, "");

      g_test_message ("%s", results[i].value);
      for (guint instance = 0; instance <= AIMX_ARC_SETS_MAX; instance++)
        g_assert_cmpuint (aimx_signature_check_count_arc_results (check, instance), ==,
                          instance == results[i].instance ? 1 : 0);
    }
}

/* ---- keys ---- */

static const struct
{
  const char *record; /* %s is the key; NULL: none */
  const char *result;
  gboolean testing;
} records[] = {
  { NULL, "permerror", FALSE },
  { "v=DKIM1; k=ed25519; p=%s", "pass", FALSE },
  { "k=ed25519; p=%s", "pass", FALSE },
  { "k=ed25519; p=%s;", "pass", FALSE },
  { "v=DKIM1; k=ed25519; n=a note; p=%s; x=y", "pass", FALSE },
  { "v=DKIM1; k=ed25519; t=y; p=%s", "pass", TRUE },
  { "v=DKIM1; k=ed25519; t=x : y; p=%s", "pass", TRUE },
  { "v=DKIM1; k=ed25519; t=s; p=%s", "pass", FALSE },
  { "v=DKIM1; k=ed25519; s=*; p=%s", "pass", FALSE },
  { "v=DKIM1; k=ed25519; s=other:email; p=%s", "pass", FALSE },
  { "v=DKIM1; k=ed25519; s=other; p=%s", "permerror", FALSE },
  { "v=DKIM1; k=ed25519; h=sha1:sha256; p=%s", "pass", FALSE },
  { "v=DKIM1; k=ed25519; h=sha1; p=%s", "permerror", FALSE },
  { "v=DKIM1; k=ed25519; p=", "permerror", FALSE },
  { "v=DKIM1; k=ed25519", "permerror", FALSE },
  { "v=DKIM1; k=ed25519; p=%s; p=%s", "permerror", FALSE },
  { "v=DKIM1; k=ed25519; p=AAAA", "permerror", FALSE },
  { "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "fail", FALSE },
  { "v=DKIM1; k=rsa; p=%s", "permerror", FALSE },
  { "v=DKIM1; p=%s", "permerror", FALSE },
  { "v=DKIM1; k=dsa; p=%s", "permerror", FALSE },
  { "v=DKIM2; k=ed25519; p=%s", "permerror", FALSE },
  { "v=dkim1; k=ed25519; p=%s", "permerror", FALSE },
  { "k=ed25519; v=DKIM1; p=%s", "permerror", FALSE },
  { "v=spf1 -all", "permerror", FALSE },
  { "", "permerror", FALSE },
};

static char *
get_key_text (Fixture *fixture)
{
  return g_strdup (strstr (dkim_key_get_record (fixture->key), "p=") + 2);
}

static void
test_records_count_as_the_rfc_says (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = sign (fixture, TAGS);
  g_autofree char *key = get_key_text (fixture);

  for (guint i = 0; i < G_N_ELEMENTS (records); i++)
    {
      g_auto (GStrv) pieces = g_strsplit (records[i].record != NULL ? records[i].record : "", "%s", -1);
      g_autofree char *record = g_strjoinv (key, pieces);
      g_autofree char *published =
          records[i].record != NULL ? g_strconcat ("s._domainkey.a.test ", record, NULL) : g_strdup ("");
      g_autoptr (AimxSignatureCheck) check = check_message (text, AT, published);
      const AimxSignature *signature = get_signature (check, 0);

      g_test_message ("%s: %s: %s", record, signature->result, signature->reason != NULL ? signature->reason : "");
      g_assert_cmpstr (signature->result, ==, records[i].result);
      g_assert_cmpint (signature->testing, ==, records[i].testing);
    }
}

static void
test_a_strict_key_is_for_its_domain_only (Fixture *fixture, gconstpointer data)
{
  g_autofree char *key = get_key_text (fixture);
  g_autofree char *published = g_strdup_printf ("s._domainkey.a.test v=DKIM1; k=ed25519; t=s; p=%s", key);
  g_autofree char *own = sign (fixture, TAGS "; i=x@a.test");
  g_autofree char *below = sign (fixture, TAGS "; i=x@b.a.test");
  g_autoptr (AimxSignatureCheck) first = check_message (own, AT, published);
  g_autoptr (AimxSignatureCheck) second = check_message (below, AT, published);

  g_assert_cmpstr (get_signature (first, 0)->result, ==, "pass");
  g_assert_cmpstr (get_signature (second, 0)->result, ==, "permerror");
}

static void
test_of_several_records_one_key_counts (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = sign (fixture, TAGS);
  g_autofree char *stray = g_strconcat ("s._domainkey.a.test v=spf1 -all\n", fixture->records, NULL);
  g_autofree char *twice = g_strconcat (fixture->records, "\n", fixture->records, NULL);
  g_autofree char *revoked = g_strconcat (fixture->records, "\ns._domainkey.a.test v=DKIM1; p=", NULL);
  g_autoptr (AimxSignatureCheck) first = check_message (text, AT, stray);
  g_autoptr (AimxSignatureCheck) second = check_message (text, AT, twice);
  g_autoptr (AimxSignatureCheck) third = check_message (text, AT, revoked);

  g_assert_cmpstr (get_signature (first, 0)->result, ==, "pass");
  g_assert_cmpstr (get_signature (second, 0)->result, ==, "permerror");
  g_assert_cmpstr (get_signature (third, 0)->result, ==, "permerror");
}

static void
test_a_failing_server_is_a_temporary_error (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = sign (fixture, TAGS);
  g_autoptr (AimxSignatureCheck) check = AIMX_SIGNATURE_CHECK (dkim_check_new (AT));
  g_autoptr (AimxDnsAnswer) failed = aimx_dns_answer_new (AIMX_DNS_FAILED, AIMX_DNS_INSECURE, 0, "no answer in time");

  aimx_signature_check_update (check, text, strlen (text));
  aimx_signature_check_end (check);
  g_assert_cmpstr (get_signature (check, 0)->key_name, ==, "s._domainkey.a.test");
  aimx_signature_check_judge (check, 0, failed);
  g_assert_cmpstr (get_signature (check, 0)->result, ==, "temperror");
  g_assert_nonnull (strstr (get_signature (check, 0)->reason, "no answer in time"));
}

/* RSA keys as `openssl genrsa 512` and others make them; what they sign does not matter. */
static const struct
{
  const char *what, *key, *result;
} rsa_keys[] = {
  { "512 bits",
    "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALaVX67rFhdw0iRba0AfgiCt4nnVUoFk545/cKpG0m77vB5r4SHqcvS68HO0LhSSaSfh6zDB4IFM0dpV"
    "8yq7DTkCAwEAAQ==",
    "policy" },
  { "no DER", "AAAA", "permerror" },
};

static void
test_weak_and_broken_rsa_keys_are_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rsa_keys); i++)
    {
      g_autofree char *published = g_strdup_printf ("brisbane._domainkey.example.com v=DKIM1; p=%s", rsa_keys[i].key);
      g_autoptr (AimxSignatureCheck) check = check_message (example_6376, AT, published);

      g_assert_cmpstr (get_signature (check, 0)->result, ==, rsa_keys[i].result);
    }
}

/* Prepends tag and length to @self, which is of 256 bytes or more. */
static void
wrap (GByteArray *self, guint8 tag)
{
  const guint8 head[] = { tag, 0x82, (guint8) (self->len >> 8), (guint8) self->len };

  g_byte_array_prepend (self, head, sizeof head);
}

/* Returns: (transfer full): what the DNS shows of an RSA key whose numbers are of these sizes, as an RSAPublicKey */
static char *
publish_rsa (guint modulus_bytes, guint8 exponent_bytes)
{
  const guint8 exponent_head[] = { 0x02, exponent_bytes };
  g_autoptr (GByteArray) key = g_byte_array_new ();
  g_autofree guint8 *modulus = g_malloc (modulus_bytes + 1), *exponent = g_malloc (exponent_bytes);
  g_autofree char *text = NULL;

  memset (modulus, 0x55, modulus_bytes + 1);
  modulus[0] = 0;
  modulus[1] = 0xf1;
  memset (exponent, 0x55, exponent_bytes);
  g_byte_array_append (key, modulus, modulus_bytes + 1);
  wrap (key, 0x02);
  g_byte_array_append (key, exponent_head, sizeof exponent_head);
  g_byte_array_append (key, exponent, exponent_bytes);
  wrap (key, 0x30);
  text = g_base64_encode (key->data, key->len);
  return g_strdup_printf ("brisbane._domainkey.example.com p=%s", text);
}

static void
test_strangers_keys_make_bounded_work (void)
{
  static const struct
  {
    guint modulus_bytes;
    guint8 exponent_bytes;
    const char *result;
  } sizes[] = {
    { 256, 3, "fail" },    { 256, 8, "fail" },      { 256, 9, "policy" },  { 1024, 3, "fail" },
    { 1025, 3, "policy" }, { 1024, 100, "policy" }, { 4096, 3, "policy" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *published = publish_rsa (sizes[i].modulus_bytes, sizes[i].exponent_bytes);
      g_autoptr (AimxSignatureCheck) check = check_message (example_6376, AT, published);

      g_test_message ("%u, %u: %s", sizes[i].modulus_bytes, sizes[i].exponent_bytes, get_signature (check, 0)->reason);
      g_assert_cmpstr (get_signature (check, 0)->result, ==, sizes[i].result);
    }
}

/* ---- the header ---- */

static void
test_only_so_many_signatures_are_verified (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strdup (message);

  for (guint i = 0; i < AIMX_SIGNATURES_MAX + 2; i++)
    {
      char *more = sign_message (fixture->key, "DKIM-Signature", TAGS, "From:To:Subject", text);

      g_free (text);
      text = more;
    }
  {
    g_autoptr (AimxSignatureCheck) check = check_message (text, AT, fixture->records);

    g_assert_cmpuint (aimx_signature_check_get_signatures (check)->len, ==, AIMX_SIGNATURES_MAX + 2);
    for (guint i = 0; i < AIMX_SIGNATURES_MAX + 2; i++)
      g_assert_cmpstr (get_signature (check, i)->result, ==, i < AIMX_SIGNATURES_MAX ? "pass" : "policy");
  }
}

static void
test_no_header_makes_a_long_list (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 10000; i++)
    g_string_append (text, "DKIM-Signature: x\r\nARC-Seal: x\r\n");
  {
    g_autoptr (AimxSignatureCheck) check = check_message (text->str, AT, "");

    g_assert_cmpuint (aimx_signature_check_get_signatures (check)->len, ==, 2 * AIMX_SIGNATURES_LISTED_MAX);
  }
}

static void
test_a_header_too_long_verifies_nothing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = sign (fixture, TAGS);
  g_autofree char *word = g_strnfill (AIMX_SIGNED_HEADER_MAX, 'x');
  const char *end = strstr (text, "\r\n\r\n");
  g_autofree char *whole = g_strdup_printf ("%.*s\r\nX-Long: %s%s", (int) (end - text), text, word, end);

  for (gsize step = 1000; step < 4000000; step *= 9)
    {
      g_autoptr (AimxSignatureCheck) check = check_pieces (whole, strlen (whole), step, AT, fixture->records);

      g_assert_cmpstr (get_signature (check, 0)->result, ==, "policy");
      g_assert_null (get_signature (check, 0)->key_name);
      g_assert_cmpuint (g_bytes_get_size (aimx_signature_check_get_header (check)), ==, AIMX_SIGNED_HEADER_MAX);
    }
}

static void
test_the_header_is_kept_as_it_stands (void)
{
  static const struct
  {
    const char *text, *header;
  } headers[] = {
    { "", "" },
    { "\r\nbody", "" },
    { "\nbody", "" },
    { "A: b\r\n c\r\n\r\nbody\r\n\r\n", "A: b\r\n c\r\n" },
    { "A: b\nC: d\n\nbody", "A: b\r\nC: d\r\n" },
    { "A: b\r\nC", "A: b\r\nC" },
    { "A: b\r\r\n\r\n", "A: b\r\r\n" },
    { "A: b\r\n\r", "A: b\r\n\r" },
    { "A: b\r\n\r\r\nC: d\n\r\n", "A: b\r\n\r\r\nC: d\r\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    for (gsize step = 1; step < 6; step++)
      {
        g_autoptr (AimxSignatureCheck) check = check_pieces (headers[i].text, strlen (headers[i].text), step, AT, "");
        gsize length;
        const char *header = g_bytes_get_data (aimx_signature_check_get_header (check), &length);

        g_assert_cmpmem (header, length, headers[i].header, strlen (headers[i].header));
        g_assert_cmpuint (aimx_signature_check_get_signatures (check)->len, ==, 0);
      }
}

static void
test_update_tells_once_that_the_header_is_complete (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = sign (fixture, TAGS);
  gsize header = (gsize) (strstr (text, "\r\n\r\n") - text) + 4;
  g_autoptr (AimxSignatureCheck) check = AIMX_SIGNATURE_CHECK (dkim_check_new (AT));

  for (gsize i = 0; i < strlen (text); i++)
    g_assert_cmpint (aimx_signature_check_update (check, text + i, 1), ==, i + 1 == header);
  aimx_signature_check_end (check);
  judge_all (check, fixture->records);
  g_assert_cmpstr (get_signature (check, 0)->result, ==, "pass");
}

#define add(path, function) g_test_add ("/dkim-verify/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dkim-verify/examples-of-rfc-8463-pass", test_examples_of_rfc_8463_pass);
  g_test_add_func ("/dkim-verify/example-of-rfc-6376-passes", test_example_of_rfc_6376_passes);
  g_test_add_func ("/dkim-verify/a-message-may-be-cut-anywhere", test_a_message_may_be_cut_anywhere);
  g_test_add_func ("/dkim-verify/lines-may-end-in-lf-alone", test_lines_may_end_in_lf_alone);
  g_test_add_func ("/dkim-verify/instances-of-results-are-read-as-the-rfc-says",
                   test_instances_of_results_are_read_as_the_rfc_says);
  add ("tags-count-as-the-rfc-says", test_tags_count_as_the_rfc_says);
  add ("a-limit-is-told-and-ends-the-hash", test_a_limit_is_told_and_ends_the_hash);
  add ("people-see-whose-a-broken-signature-is", test_people_see_whose_a_broken_signature_is);
  add ("names-beyond-ascii-are-asked-for-as-a-labels", test_names_beyond_ascii_are_asked_for_as_a_labels);
  add ("records-count-as-the-rfc-says", test_records_count_as_the_rfc_says);
  add ("a-strict-key-is-for-its-domain-only", test_a_strict_key_is_for_its_domain_only);
  add ("of-several-records-one-key-counts", test_of_several_records_one_key_counts);
  add ("a-failing-server-is-a-temporary-error", test_a_failing_server_is_a_temporary_error);
  g_test_add_func ("/dkim-verify/weak-and-broken-rsa-keys-are-refused", test_weak_and_broken_rsa_keys_are_refused);
  g_test_add_func ("/dkim-verify/strangers-keys-make-bounded-work", test_strangers_keys_make_bounded_work);
  add ("only-so-many-signatures-are-verified", test_only_so_many_signatures_are_verified);
  g_test_add_func ("/dkim-verify/no-header-makes-a-long-list", test_no_header_makes_a_long_list);
  add ("a-header-too-long-verifies-nothing", test_a_header_too_long_verifies_nothing);
  g_test_add_func ("/dkim-verify/the-header-is-kept-as-it-stands", test_the_header_is_kept_as_it_stands);
  add ("update-tells-once-that-the-header-is-complete", test_update_tells_once_that_the_header_is_complete);
  return g_test_run ();
}
