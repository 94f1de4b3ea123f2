/* SPDX-License-Identifier: MIT */
/* Promises of signing: which fields, in what form, with which key. tests/conformance has others verify what we sign. */
#include "config/config-private.h"
#include "dkim/sign.h"
#include "dkim/signature/canonicalization.h"
#include "dkim/signature/signature-field.h"
#include "dkim/signer.h"
#include "scratch-directory.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <string.h>

#define TIMESTAMP 1732452301

/* RFC 8463, appendix A. */
static const char rfc_key[] = "-----BEGIN PRIVATE KEY-----\n"
                              "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                              "-----END PRIVATE KEY-----\n";
static const char rfc_header[] = "From: Joe SixPack <joe@football.example.com>\r\n"
                                 "To: Suzie Q <suzie@shopping.example.net>\r\n"
                                 "Subject: Is dinner ready?\r\n"
                                 "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
                                 "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n";
static const char rfc_body[] = "Hi.\r\n"
                               "\r\n"
                               "We lost the game.  Are you hungry yet?\r\n"
                               "\r\n"
                               "Joe.\r\n";
static const char rfc_signature[] = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
                                    " d=football.example.com; i=@football.example.com;\r\n"
                                    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
                                    " subject : date : message-id : from : subject : date;\r\n"
                                    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                                    " b=";

/* ---- keys ---- */

static DkimKey *
make_key (DkimAlgorithm algorithm)
{
  g_autoptr (GError) error = NULL;
  DkimKey *key = dkim_key_generate (algorithm, &error);

  g_assert_no_error (error);
  return key;
}

typedef struct
{
  DkimDomainKeys *keys;
  char *signed_text; /* by the last call of sign() */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  DkimDomainKeys *keys = g_new0 (DkimDomainKeys, 1);

  g_atomic_ref_count_init (&keys->refs);
  keys->domain = g_strdup ("a.test");
  keys->selector = g_strdup ("mail");
  keys->keys[DKIM_RSA] = make_key (DKIM_RSA);
  fixture->keys = keys;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  dkim_domain_keys_unref (fixture->keys);
  g_free (fixture->signed_text);
}

static const char *
sign (Fixture *fixture, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_free (fixture->signed_text);
  fixture->signed_text = dkim_sign (fixture->keys, message, strlen (message), TIMESTAMP, &error);
  g_assert_no_error (error);
  return fixture->signed_text;
}

/* Returns: (transfer full): a field in one line, up to the signature proper */
static char *
unfold (const char *field)
{
  g_auto (GStrv) lines = g_strsplit (field, "\r\n", -1);
  g_autofree char *line = g_strjoinv ("", lines);

  return g_strndup (line, (gsize) (strstr (line, " b=") + 3 - line));
}

static void
assert_has (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("no \"%s\" in:\n%s", part, text);
}

/* ---- the example of the RFC ---- */

static void
test_the_example_of_rfc_8463_has_its_signature (void)
{
  g_autoptr (GBytes) pem = g_bytes_new_static (rfc_key, strlen (rfc_key));
  g_autoptr (GError) error = NULL;
  g_autoptr (DkimKey) key = dkim_key_parse (DKIM_ED25519, pem, &error);
  gsize body;
  g_autoptr (GArray) fields = dkim_fields_split (rfc_header, strlen (rfc_header), &body);
  g_autoptr (GString) gathered = g_string_new (NULL);
  g_autofree char *signature = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < fields->len; i++)
    {
      const DkimField *field = &g_array_index (fields, DkimField, i);

      dkim_header_canonicalize (DKIM_RELAXED, field->data, field->length, gathered);
    }
  dkim_header_canonicalize (DKIM_RELAXED, rfc_signature, strlen (rfc_signature), gathered);
  signature = dkim_key_sign (key, gathered->str, gathered->len - 2, &error);
  g_assert_cmpstr (signature, ==,
                   "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==");
}

/* ---- the field ---- */

static void
test_the_field_says_what_is_signed (Fixture *fixture, gconstpointer data)
{
  g_autofree char *message = g_strconcat (rfc_header, "\r\n", rfc_body, NULL);
  g_autofree char *field = unfold (sign (fixture, message));

  g_assert_cmpstr (field, ==,
                   "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=a.test; s=mail; t=1732452301; "
                   "h=From:From:To:Subject:Subject:Date:Message-ID; "
                   "bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=");
}

static void
test_each_field_is_named_as_often_as_it_is_there (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *header, *names;
  } cases[] = {
    { "", "From:Subject;" },
    { "X-Other: 1\r\nDKIM-Signature: v=1\r\nReceived: x\r\n", "From:Subject;" },
    { "from: a\r\nFROM : b\r\n", "From:From:From:Subject;" },
    { "Content-Type: text/plain\r\nMIME-Version: 1.0\r\nReply-To: x\r\nReferences: <a>\r\nIn-Reply-To: <a>\r\n"
      "Message-ID: <b>\r\nDate: x\r\nSubject: x\r\nCc: x\r\nTo: x\r\nFrom: x\r\n",
      "From:From:To:Cc:Subject:Subject:Date:Message-ID:In-Reply-To:References:Reply-To:MIME-Version:Content-Type;" },
    { "To: a\r\nTo: b\r\nContent-Type-X: c\r\n", "From:To:To:Subject;" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *message = g_strconcat (cases[i].header, "\r\nbody\r\n", NULL);
      g_autofree char *field = unfold (sign (fixture, message));
      g_auto (GStrv) words = g_strsplit (strstr (field, " h=") + 3, " ", -1);
      g_autofree char *names = g_strjoinv ("", words);
      char *end = strchr (names, ';');

      end[1] = '\0';
      g_assert_cmpstr (names, ==, cases[i].names);
    }
}

static void
test_lines_are_of_a_sensible_width (Fixture *fixture, gconstpointer data)
{
  g_auto (GStrv) lines = NULL;
  g_autofree char *message = g_strconcat (rfc_header, "\r\n", rfc_body, NULL);
  const char *text;

  fixture->keys->keys[DKIM_ED25519] = make_key (DKIM_ED25519);
  text = sign (fixture, message);
  g_assert_true (g_str_has_suffix (text, "\r\n"));
  lines = g_strsplit (text, "\r\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_assert_cmpuint (strlen (lines[i]), <=, 76);
      g_assert_null (strpbrk (lines[i], "\r\n"));
      g_assert_true (lines[i + 1] == NULL || g_str_has_prefix (lines[i], "DKIM-Signature: ") || lines[i][0] == ' ');
      g_assert_true (lines[i + 1] == NULL || !g_str_has_suffix (lines[i], " "));
    }
}

static void
test_an_ed25519_key_adds_a_signature (Fixture *fixture, gconstpointer data)
{
  g_autofree char *message = g_strconcat (rfc_header, "\r\n", rfc_body, NULL);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  const char *text, *next;

  fixture->keys->keys[DKIM_ED25519] = make_key (DKIM_ED25519);
  text = sign (fixture, message);
  next = strstr (text + 1, "DKIM-Signature:");
  g_assert_nonnull (next);
  first = unfold (text);
  second = unfold (next);
  assert_has (first, "a=rsa-sha256; c=relaxed/relaxed; d=a.test; s=mail;");
  assert_has (second, "a=ed25519-sha256; c=relaxed/relaxed; d=a.test; s=mail-ed25519;");
}

/* ---- the signature proper ---- */

/* Returns: (transfer full): the value of `b=`; its folds are spaces, which decoding passes over */
static char *
get_signature (const char *field)
{
  g_auto (GStrv) lines = g_strsplit (field, "\r\n", -1);
  g_autofree char *line = g_strjoinv ("", lines);

  return g_strdup (strstr (line, " b=") + strlen (" b="));
}

static gboolean
verifies (DkimKey *key, const char *data, gsize length, const char *signature)
{
  g_autoptr (GBytes) pem = dkim_key_export_public (key, NULL);
  gsize size;
  const gnutls_datum_t text = { (guint8 *) g_bytes_get_data (pem, &size), (guint) size };
  const gnutls_datum_t signed_data = { (guint8 *) data, (guint) length };
  g_autofree guint8 *bytes = NULL;
  gnutls_datum_t value = { NULL, 0 };
  gnutls_pubkey_t public_key;
  int code;

  bytes = g_base64_decode (signature, &size);
  value.data = bytes;
  value.size = (guint) size;
  g_assert_cmpint (gnutls_pubkey_init (&public_key), ==, 0);
  g_assert_cmpint (gnutls_pubkey_import (public_key, &text, GNUTLS_X509_FMT_PEM), ==, 0);
  code = gnutls_pubkey_verify_data2 (public_key, GNUTLS_SIGN_RSA_SHA256, 0, &signed_data, &value);
  gnutls_pubkey_deinit (public_key);
  return code >= 0;
}

/* Spelled out once, to be sure of what is hashed: of several fields the last first, the names too many nowhere. */
static void
test_the_signature_is_over_the_relaxed_fields (Fixture *fixture, gconstpointer data)
{
  static const char message[] = "From:  One\r\n  Two\r\nX-Other: no\r\nTo: 1\r\nTo: 2\r\nSubject:\r\n\r\n";
  const char *text = sign (fixture, message);
  g_autofree char *begun = unfold (text);
  g_autofree char *signature = get_signature (text);
  g_autofree char *expected =
      g_strconcat ("from:One Two\r\nto:2\r\nto:1\r\nsubject:\r\ndkim-signature:", begun + strlen ("DKIM-Signature: "),
                   NULL);

  assert_has (begun, "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;");
  g_assert_true (verifies (fixture->keys->keys[DKIM_RSA], expected, strlen (expected), signature));
  expected[5] = 'o';
  g_assert_false (verifies (fixture->keys->keys[DKIM_RSA], expected, strlen (expected), signature));
}

/* ---- the service ---- */

static void
test_a_domain_without_a_key_cannot_sign (void)
{
  ScratchDirectory *scratch = scratch_directory_new ();
  g_autoptr (AimxConfigStore) store = NULL;
  g_autoptr (DkimSigner) signer = NULL;
  g_autoptr (GBytes) message = g_bytes_new_static ("", 0);
  g_autoptr (DkimKey) key = make_key (DKIM_RSA);
  g_autoptr (GBytes) pem = dkim_key_export_private (key, NULL);
  g_autofree char *pem_text = g_strndup (g_bytes_get_data (pem, NULL), g_bytes_get_size (pem));
  g_autoptr (GError) error = NULL;
  g_autofree char *field = NULL;

  scratch_write (scratch, "config.toml", "domains = [\"a.test\", \"b.test\"]\n");
  scratch_write (scratch, "dkim/a.test/private.key", pem_text);
  store = aimx_config_store_open (scratch, &error);
  g_assert_no_error (error);
  signer = dkim_signer_new (store);
  g_assert_null (aimx_signer_sign (AIMX_SIGNER (signer), "b.test", message, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_SIGN);
  assert_has (error->message, "aimx dkim-keygen --domain b.test");
  g_clear_error (&error);
  field = aimx_signer_sign (AIMX_SIGNER (signer), "A.test", message, &error);
  g_assert_no_error (error);
  assert_has (field, " d=a.test; s=aimx;");
  scratch_directory_free (scratch);
}

#define ADD(name, test) g_test_add ("/dkim-sign/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dkim-sign/rfc-8463", test_the_example_of_rfc_8463_has_its_signature);
  ADD ("tags", test_the_field_says_what_is_signed);
  ADD ("names", test_each_field_is_named_as_often_as_it_is_there);
  ADD ("width", test_lines_are_of_a_sensible_width);
  ADD ("ed25519", test_an_ed25519_key_adds_a_signature);
  ADD ("what-is-hashed", test_the_signature_is_over_the_relaxed_fields);
  g_test_add_func ("/dkim-sign/no-key", test_a_domain_without_a_key_cannot_sign);
  return g_test_run ();
}
