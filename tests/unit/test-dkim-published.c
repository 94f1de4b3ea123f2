/* SPDX-License-Identifier: MIT */
/* Promises of modules/dkim/published.h. */
#include "dkim/published.h"

#include <string.h>

#define RECORD "v=DKIM1; k=rsa; p=QUJD"

static const struct
{
  const char *texts[3]; /* up to the first NULL */
  DkimPublished result;
  const char *found; /* nullable */
} answers[] = {
  { { RECORD }, DKIM_PUBLISHED_RIGHT, RECORD },
  { { "p = QU JD\t;n=spaces" }, DKIM_PUBLISHED_RIGHT, "p = QU JD\t;n=spaces" },
  { { "v=spf1 -all", RECORD }, DKIM_PUBLISHED_RIGHT, RECORD },
  { { RECORD, RECORD }, DKIM_PUBLISHED_RIGHT, RECORD },
  { { "v=DKIM1; p=QUJE" }, DKIM_PUBLISHED_DIFFERENT, "v=DKIM1; p=QUJE" },
  { { RECORD, "p=QUJE" }, DKIM_PUBLISHED_DIFFERENT, "p=QUJE" },
  { { "p=QUJE", RECORD }, DKIM_PUBLISHED_DIFFERENT, "p=QUJE" },
  { { "p=QUJ\xff" }, DKIM_PUBLISHED_DIFFERENT, "p=QUJ\xef\xbf\xbd" },
  { { "v=DKIM1; p=" }, DKIM_PUBLISHED_REVOKED, "v=DKIM1; p=" },
  { { "v=spf1 -all", "" }, DKIM_PUBLISHED_MISSING, NULL },
  { { "pp=QUJD; P=QUJD; p; p " }, DKIM_PUBLISHED_MISSING, NULL },
};

static void
test_records_are_compared_by_their_keys (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (AimxDnsAnswer) answer = aimx_dns_answer_new (AIMX_DNS_FOUND, AIMX_DNS_INSECURE, 60, NULL);
      g_autofree char *found = NULL;

      for (gsize text = 0; text < 3 && answers[i].texts[text] != NULL; text++)
        {
          g_autoptr (GBytes) data = g_bytes_new_static (answers[i].texts[text], strlen (answers[i].texts[text]));

          aimx_dns_answer_add_data (answer, data);
        }
      g_assert_cmpint (dkim_published_judge (answer, RECORD, &found), ==, answers[i].result);
      g_assert_cmpstr (found, ==, answers[i].found);
    }
}

static void
test_no_answer_is_not_no_record (void)
{
  g_autoptr (AimxDnsAnswer) failed = aimx_dns_answer_new (AIMX_DNS_FAILED, AIMX_DNS_INSECURE, 0, "no answer in time");
  g_autoptr (AimxDnsAnswer) absent = aimx_dns_answer_new (AIMX_DNS_NO_NAME, AIMX_DNS_INSECURE, 60, NULL);
  g_autofree char *why = NULL;
  g_autofree char *found = NULL;

  g_assert_cmpint (dkim_published_judge (failed, RECORD, &why), ==, DKIM_PUBLISHED_UNKNOWN);
  g_assert_cmpstr (why, ==, "no answer in time");
  g_assert_cmpint (dkim_published_judge (absent, RECORD, &found), ==, DKIM_PUBLISHED_MISSING);
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
  g_test_add_func ("/dkim/published/records-are-compared-by-their-keys", test_records_are_compared_by_their_keys);
  g_test_add_func ("/dkim/published/no-answer-is-not-no-record", test_no_answer_is_not_no_record);
  g_test_add_func ("/dkim/published/a-fingerprint-is-of-the-key-alone", test_a_fingerprint_is_of_the_key_alone);
  return g_test_run ();
}
