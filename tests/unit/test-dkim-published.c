/* SPDX-License-Identifier: MIT */
/* Promises of modules/dkim/published.h. */
#include "dkim/published.h"

#include <string.h>

#define RECORD "v=DKIM1; k=rsa; p=QUJD"

static const struct
{
  const char *texts[3]; /* up to the first NULL */
  DkimPublished result;
  const char *found;  /* nullable */
  const char *reason; /* nullable: a part of it */
} answers[] = {
  { { RECORD }, DKIM_PUBLISHED_RIGHT, RECORD, NULL },
  { { "p = QU JD\t;n=spaces" }, DKIM_PUBLISHED_RIGHT, "p = QU JD\t;n=spaces", NULL },
  { { "v=DKIM1; h=sha1:sha256; s=email; t=s; p=QUJD" },
    DKIM_PUBLISHED_RIGHT,
    "v=DKIM1; h=sha1:sha256; s=email; t=s; p=QUJD",
    NULL },
  { { "v=spf1 -all", RECORD }, DKIM_PUBLISHED_RIGHT, RECORD, NULL },
  { { RECORD, RECORD }, DKIM_PUBLISHED_DIFFERENT, RECORD, "more than one" },
  { { RECORD, "p=QUJE" }, DKIM_PUBLISHED_DIFFERENT, RECORD, "more than one" },
  { { RECORD, "v=DKIM1; p=" }, DKIM_PUBLISHED_DIFFERENT, RECORD, "more than one" },
  { { "v=DKIM1; p=QUJE" }, DKIM_PUBLISHED_DIFFERENT, "v=DKIM1; p=QUJE", "another key" },
  { { "p=QUJ\xff" }, DKIM_PUBLISHED_DIFFERENT, "p=QUJ\xef\xbf\xbd", "base64" },
  { { "v=DKIM1; k=ed25519; p=QUJD" }, DKIM_PUBLISHED_DIFFERENT, "v=DKIM1; k=ed25519; p=QUJD", "k=ed25519" },
  { { "v=DKIM1; h=sha1; p=QUJD" }, DKIM_PUBLISHED_DIFFERENT, "v=DKIM1; h=sha1; p=QUJD", "SHA-256" },
  { { "v=DKIM1; s=tlsrpt; p=QUJD" }, DKIM_PUBLISHED_DIFFERENT, "v=DKIM1; s=tlsrpt; p=QUJD", "e-mail" },
  { { "k=rsa; v=DKIM1; p=QUJD" }, DKIM_PUBLISHED_DIFFERENT, "k=rsa; v=DKIM1; p=QUJD", "begin with v=DKIM1" },
  { { "v=DKIM2; p=QUJD" }, DKIM_PUBLISHED_DIFFERENT, "v=DKIM2; p=QUJD", "begin with v=DKIM1" },
  { { "v=DKIM1; t=y; p=QUJD" }, DKIM_PUBLISHED_DIFFERENT, "v=DKIM1; t=y; p=QUJD", "t=y" },
  { { "v=DKIM1; p=" }, DKIM_PUBLISHED_REVOKED, "v=DKIM1; p=", "revoked" },
  { { "v=spf1 -all", "" }, DKIM_PUBLISHED_MISSING, NULL, NULL },
  { { "pp=QUJD; P=QUJD; p; p " }, DKIM_PUBLISHED_MISSING, NULL, NULL },
};

static void
test_a_record_is_right_when_verifiers_believe_it (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (AimxDnsAnswer) answer = aimx_dns_answer_new (AIMX_DNS_FOUND, AIMX_DNS_INSECURE, 60, NULL);
      g_autofree char *found = NULL;
      g_autofree char *reason = NULL;

      for (gsize text = 0; text < 3 && answers[i].texts[text] != NULL; text++)
        {
          g_autoptr (GBytes) data = g_bytes_new_static (answers[i].texts[text], strlen (answers[i].texts[text]));

          aimx_dns_answer_add_data (answer, data);
        }
      g_assert_cmpint (dkim_published_judge (answer, RECORD, &found, &reason), ==, answers[i].result);
      g_assert_cmpstr (found, ==, answers[i].found);
      g_assert_true ((reason == NULL) == (answers[i].reason == NULL));
      g_assert_true (reason == NULL || strstr (reason, answers[i].reason) != NULL);
    }
}

static void
test_no_answer_is_not_no_record (void)
{
  g_autoptr (AimxDnsAnswer) failed = aimx_dns_answer_new (AIMX_DNS_FAILED, AIMX_DNS_INSECURE, 0, "no answer in time");
  g_autoptr (AimxDnsAnswer) absent = aimx_dns_answer_new (AIMX_DNS_NO_NAME, AIMX_DNS_INSECURE, 60, NULL);
  g_autofree char *why = NULL;
  g_autofree char *found = NULL;
  g_autofree char *reason = NULL;

  g_assert_cmpint (dkim_published_judge (failed, RECORD, &why, &reason), ==, DKIM_PUBLISHED_UNKNOWN);
  g_assert_cmpstr (why, ==, "no answer in time");
  g_assert_cmpint (dkim_published_judge (absent, RECORD, &found, &reason), ==, DKIM_PUBLISHED_MISSING);
  g_assert_null (found);
}

static void
test_a_fingerprint_is_of_the_key_alone (void)
{
  static const struct
  {
    const char *record;
    const char *fingerprint;
  } cases[] = {
    { "v=DKIM1; k=rsa; p=YWJj", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "p= YW Jj ;t=y", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "v=DKIM1; p=", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "text", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *fingerprint = dkim_published_fingerprint (cases[i].record);

      g_assert_cmpstr (fingerprint, ==, cases[i].fingerprint);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dkim/published/a-record-is-right-when-verifiers-believe-it",
                   test_a_record_is_right_when_verifiers_believe_it);
  g_test_add_func ("/dkim/published/no-answer-is-not-no-record", test_no_answer_is_not_no_record);
  g_test_add_func ("/dkim/published/a-fingerprint-is-of-the-key-alone", test_a_fingerprint_is_of_the_key_alone);
  return g_test_run ();
}
