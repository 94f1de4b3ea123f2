/* SPDX-License-Identifier: MIT */
/* Promises of core/mail/transfer-decoder.c. */
#include "mail/transfer-decoder.h"

#include <aimx/error.h>

#include <string.h>

static gboolean
collect (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  g_byte_array_append (user_data, data, (guint) length);
  return TRUE;
}

static GByteArray *
decode (AimxTransferEncoding encoding, const char *text, gsize length)
{
  GByteArray *decoded = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (aimx_transfer_decode (encoding, (const guint8 *) text, length, collect, decoded, &error));
  g_assert_no_error (error);
  return decoded;
}

static void
assert_decoded (AimxTransferEncoding encoding, const char *text, const char *expected)
{
  g_autoptr (GByteArray) decoded = decode (encoding, text, strlen (text));

  g_assert_cmpmem (decoded->data, decoded->len, expected, strlen (expected));
}

static void
test_base64_is_decoded_as_well_as_it_can_be (void)
{
  static const char *const cases[][2] = {
    { "aGVsbG8=", "hello" },
    { "aGVs\r\nbG8=\r\n", "hello" },
    { "aGVsbG8", "hello" },
    { "a G!V\ts*bG8=", "hello" },
    { "aGVsbG8=aGVsbG8=", "hellohello" },
    { "aGVsbG8h", "hello!" },
    { "", "" },
    { "=", "" },
    { "a", "" },
    { "aGVsbG8===junk=", "hello\x8e\xe9\xe4" },
    { "Pz8_Pj4-", "\?\?\?>>>" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_decoded (AIMX_TRANSFER_BASE64, cases[i][0], cases[i][1]);
}

static void
test_base64_of_any_length_and_line_length_survives (void)
{
  g_autofree guint8 *data = g_malloc (200001);

  for (guint i = 0; i < 200001; i++)
    data[i] = (guint8) g_test_rand_int ();
  for (gsize length = 199998; length <= 200001; length++)
    {
      g_autofree char *encoded = g_base64_encode (data, length);
      g_autoptr (GString) lines = g_string_new (NULL);
      g_autoptr (GByteArray) decoded = NULL;

      for (gsize at = 0; at < strlen (encoded); at += 61)
        g_string_append_printf (lines, "%.61s\r\n", encoded + at);
      decoded = decode (AIMX_TRANSFER_BASE64, lines->str, lines->len);
      g_assert_cmpmem (decoded->data, decoded->len, data, length);
    }
}

static void
test_quoted_printable_is_decoded_as_well_as_it_can_be (void)
{
  static const char *const cases[][2] = {
    { "caf=C3=A9", "café" },
    { "caf=c3=a9", "café" },
    { "soft=\r\nbreak", "softbreak" },
    { "soft=\nbreak", "softbreak" },
    { "soft=  \r\nbreak", "softbreak" },
    { "blanks  \t\r\nend", "blanks\r\nend" },
    { "inner  blanks", "inner  blanks" },
    { "end  ", "end" },
    { "=ZZ =4", "=ZZ =4" },
    { "=", "" },
    { "a=\r\n\r\nb", "a\r\nb" },
    { "=3D", "=" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_decoded (AIMX_TRANSFER_QUOTED_PRINTABLE, cases[i][0], cases[i][1]);
}

static void
test_a_line_of_blanks_costs_no_more_than_it_is_long (void)
{
  /* A decoder that looks again from each blank would not end in the time of the test. */
  gsize length = 8 * 1024 * 1024;
  g_autofree char *blanks = g_strnfill (length, ' ');
  g_autoptr (GByteArray) decoded = NULL;

  blanks[length - 1] = 'x';
  decoded = decode (AIMX_TRANSFER_QUOTED_PRINTABLE, blanks, length);
  g_assert_cmpuint (decoded->len, ==, length);
}

static void
test_uuencode_is_decoded_as_well_as_it_can_be (void)
{
  static const char *const cases[][2] = {
    { "begin 644 x.txt\r\n%:&5L;&\\\r\n`\r\nend\r\n", "hello" },
    { "begin 644 x.txt\n%:&5L;&\\ \n \nend\n", "hello" },
    { "%:&5L;&\\\nend\nignored", "hello" },
    { "text before\nbegin 644 x\n%:&5L;&\\\n", "hello" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_decoded (AIMX_TRANSFER_UUENCODE, cases[i][0], cases[i][1]);
}

static void
test_lines_that_claim_too_much_do_not_grow (void)
{
  g_autoptr (GString) text = g_string_new ("begin 644 x\n");
  g_autoptr (GByteArray) decoded = NULL;

  for (guint i = 0; i < 1000; i++)
    g_string_append (text, "M\n");
  decoded = decode (AIMX_TRANSFER_UUENCODE, text->str, text->len);
  g_assert_cmpuint (decoded->len, <=, 2 * text->len);
}

static gboolean
refuse (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  guint *n_calls = user_data;

  ++*n_calls;
  g_set_error_literal (error, AIMX_ERROR, AIMX_ERROR_NO_SPACE, "full");
  return FALSE;
}

static void
test_a_sink_that_refuses_ends_it (void)
{
  gsize length = 300000;
  g_autofree char *text = g_strnfill (length, 'A');

  for (AimxTransferEncoding encoding = AIMX_TRANSFER_IDENTITY; encoding <= AIMX_TRANSFER_UUENCODE; encoding++)
    {
      g_autoptr (GError) error = NULL;
      guint n_calls = 0;

      g_assert_false (aimx_transfer_decode (encoding, (const guint8 *) text, length, refuse, &n_calls, &error));
      g_assert_error (error, AIMX_ERROR, AIMX_ERROR_NO_SPACE);
      g_assert_cmpuint (n_calls, ==, 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer-decoder/base64-is-decoded-as-well-as-it-can-be",
                   test_base64_is_decoded_as_well_as_it_can_be);
  g_test_add_func ("/transfer-decoder/base64-of-any-length-and-line-length-survives",
                   test_base64_of_any_length_and_line_length_survives);
  g_test_add_func ("/transfer-decoder/quoted-printable-is-decoded-as-well-as-it-can-be",
                   test_quoted_printable_is_decoded_as_well_as_it_can_be);
  g_test_add_func ("/transfer-decoder/a-line-of-blanks-costs-no-more-than-it-is-long",
                   test_a_line_of_blanks_costs_no_more_than_it_is_long);
  g_test_add_func ("/transfer-decoder/uuencode-is-decoded-as-well-as-it-can-be",
                   test_uuencode_is_decoded_as_well_as_it_can_be);
  g_test_add_func ("/transfer-decoder/lines-that-claim-too-much-do-not-grow",
                   test_lines_that_claim_too_much_do_not_grow);
  g_test_add_func ("/transfer-decoder/a-sink-that-refuses-ends-it", test_a_sink_that_refuses_ends_it);
  return g_test_run ();
}
