/* SPDX-License-Identifier: MIT */
/* Calls the handler as the server does, without a server. */
#include "plugin.h"

static AimxResponse *
call (const char *text, gssize length, GError **error)
{
  g_autoptr (AimxCaller) caller = aimx_caller_new (1000, 1000, 1);
  g_autoptr (GBytes) body = g_bytes_new (text, length < 0 ? strlen (text) : (gsize) length);
  g_autoptr (AimxRequest) request = aimx_request_new (caller, words_verb.name, NULL, body);

  return words_verb.handler (request, NULL, error);
}

static void
test_words_are_counted (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AimxResponse) response = call (" one  two\nthree ", -1, &error);

  g_assert_no_error (error);
  g_assert_cmpstr ((const char *) g_bytes_get_data (aimx_response_get_body (response), NULL), ==, "{\"words\":3}");
}

static void
test_what_is_not_utf8_is_refused (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (call ("\xff", 1, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/words/counted", test_words_are_counted);
  g_test_add_func ("/words/not-utf8", test_what_is_not_utf8_is_refused);
  return g_test_run ();
}
