/* SPDX-License-Identifier: MIT */
/* A self-signed certificate with its key, made in a scratch directory. */
#pragma once

#include "scratch-directory.h"

#include <gnutls/x509.h>

static inline void
scratch_write_pem (const char *root, const char *path, gnutls_datum_t *pem)
{
  g_autofree char *text = g_strndup ((const char *) pem->data, pem->size);

  scratch_write (root, path, text);
  gnutls_free (pem->data);
}

/* Writes <name>-cert.pem and <name>-key.pem. */
static inline void
scratch_make_certificate (const char *root, const char *name)
{
  g_autofree char *cert_path = g_strdup_printf ("%s-cert.pem", name);
  g_autofree char *key_path = g_strdup_printf ("%s-key.pem", name);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  gnutls_datum_t pem;
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t cert;

  g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
                                                 GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0),
                   ==, 0);
  g_assert_cmpint (gnutls_x509_crt_init (&cert), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_version (cert, 3), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_serial (cert, "\1", 1), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_activation_time (cert, now - 60), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_expiration_time (cert, now + 24 * 60 * 60), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_dn_by_oid (cert, GNUTLS_OID_X520_COMMON_NAME, 0, name, (guint) strlen (name)),
                   ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_key (cert, key), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_sign2 (cert, cert, key, GNUTLS_DIG_SHA256, 0), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_export2 (cert, GNUTLS_X509_FMT_PEM, &pem), ==, 0);
  scratch_write_pem (root, cert_path, &pem);
  g_assert_cmpint (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &pem), ==, 0);
  scratch_write_pem (root, key_path, &pem);
  gnutls_x509_crt_deinit (cert);
  gnutls_x509_privkey_deinit (key);
}
