/* SPDX-License-Identifier: MIT */
/* Promises of modules/smtp/certificate.c. */
#include "certificate.h"

#include "scratch-certificate.h"

#include <aimx/error.h>

static int n_warnings;

static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if ((level & G_LOG_LEVEL_WARNING) != 0)
    g_atomic_int_inc (&n_warnings);
  return G_LOG_WRITER_HANDLED;
}

static SmtpCertificate *
make (const char *root)
{
  g_autofree char *cert = g_build_filename (root, "one-cert.pem", NULL);
  g_autofree char *key = g_build_filename (root, "one-key.pem", NULL);

  return smtp_certificate_new (cert, key);
}

static void
test_what_is_missing_gives_no_credentials (void)
{
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autoptr (SmtpCertificate) certificate = make (root);
  g_autoptr (AimxTlsCredentials) found = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (smtp_certificate_load (certificate, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_IO);
  g_assert_null (smtp_certificate_get (certificate));
  /* Once it is there it is found. */
  scratch_make_certificate (root, "one");
  smtp_certificate_refresh (certificate);
  found = smtp_certificate_get (certificate);
  g_assert_nonnull (found);
}

static void
test_a_renewed_one_is_taken_and_a_broken_one_is_not (void)
{
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autoptr (SmtpCertificate) certificate = make (root);
  g_autoptr (AimxTlsCredentials) first = NULL, same = NULL, renewed = NULL, kept = NULL;

  scratch_make_certificate (root, "one");
  g_assert_true (smtp_certificate_load (certificate, NULL));
  first = smtp_certificate_get (certificate);
  smtp_certificate_refresh (certificate);
  same = smtp_certificate_get (certificate);
  g_assert_true (first == same);

  scratch_make_certificate (root, "one");
  smtp_certificate_refresh (certificate);
  renewed = smtp_certificate_get (certificate);
  g_assert_true (renewed != first);

  n_warnings = 0;
  scratch_write (root, "one-cert.pem", "no certificate\n");
  for (int i = 0; i < 3; i++)
    smtp_certificate_refresh (certificate);
  kept = smtp_certificate_get (certificate);
  g_assert_true (kept == renewed);
  g_assert_cmpint (n_warnings, ==, 1);
}

static void
test_it_is_looked_at_once_in_a_while (void)
{
  g_autoptr (SmtpCertificate) certificate = smtp_certificate_new ("/nonexistent", "/nonexistent");

  g_assert_true (smtp_certificate_claim_refresh (certificate, 1000));
  g_assert_false (smtp_certificate_claim_refresh (certificate, 1000));
  g_assert_false (smtp_certificate_claim_refresh (certificate, 999 + SMTP_CERTIFICATE_CHECK_INTERVAL));
  g_assert_true (smtp_certificate_claim_refresh (certificate, 1000 + SMTP_CERTIFICATE_CHECK_INTERVAL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (count_warnings, NULL, NULL);
  g_test_add_func ("/smtp-certificate/what-is-missing-gives-no-credentials", test_what_is_missing_gives_no_credentials);
  g_test_add_func ("/smtp-certificate/a-renewed-one-is-taken-and-a-broken-one-is-not",
                   test_a_renewed_one_is_taken_and_a_broken_one_is_not);
  g_test_add_func ("/smtp-certificate/it-is-looked-at-once-in-a-while", test_it_is_looked_at_once_in_a_while);
  return g_test_run ();
}
