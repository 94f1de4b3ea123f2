/* SPDX-License-Identifier: MIT */
/* Promises of the view of a verdict: every result with its reason, in lines that fit, and nothing that acts. */
#include "verdict-view.h"

#include <string.h>

static char *
format (const char *json, guint width)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_from_string (json, &error);

  g_assert_no_error (error);
  return cli_verdict_format (json_node_get_object (node), FALSE, width);
}

static const char forged[] =
    "{\"spf\": {\"result\": \"fail\", \"domain\": \"other.test\", \"mechanism\": \"-all\", \"explanation\": null, "
    "\"lookups\": 2}, "
    "\"dkim\": [{\"domain\": \"a.test\", \"selector\": \"s1\", \"algorithm\": \"rsa-sha256\", \"result\": \"fail\", "
    "\"reason\": \"the body was changed\", \"testing\": false}], "
    "\"dmarc\": {\"result\": \"fail\", \"domain\": \"a.test\", \"policy\": \"reject\", \"spf_aligned\": false, "
    "\"dkim_aligned\": false, \"disposition\": \"reject\"}, "
    "\"arc\": {\"result\": \"fail\", \"chain\": [{\"instance\": 1, \"domain\": \"list.test\", \"selector\": \"s\", "
    "\"result\": \"fail\", \"reason\": \"no key\"}]}, "
    "\"iprev\": {\"result\": \"pass\", \"name\": \"mail.other.test\"}, \"trusted\": \"false\", "
    "\"authentication_results\": \"mx.test; spf=fail\"}";

static void
test_every_result_is_there_with_its_reason (void)
{
  g_autofree char *text = format (forged, 0);

  g_assert_cmpstr (
      text, ==,
      "SPF      fail       other.test, by -all (2 look-ups)\n"
      "DKIM     fail       a.test, selector s1, rsa-sha256: the body was changed\n"
      "DMARC    fail       a.test, policy reject: neither SPF nor a signature proves the author's domain\n"
      "         reject     is what the author's domain asks to do with it\n"
      "ARC      fail       a chain of 1\n"
      "  1      fail       list.test, selector s: no key\n"
      "iprev    pass       mail.other.test\n"
      "Trusted  false      no DKIM signature of the author's domain proves the author; SPF does not count\n"
      "\n"
      "Authentication-Results: mx.test; spf=fail\n");
}

static void
test_nobody_is_said_to_ask_for_what_nobody_asked_for (void)
{
  g_autofree char *text = format ("{\"dmarc\": {\"result\": \"permerror\", \"domain\": null, \"policy\": null, "
                                  "\"disposition\": \"reject\"}}",
                                  0);

  g_assert_nonnull (
      strstr (text, "reject     is what to do with it where policies are obeyed: not all authors can be asked\n"));
  g_assert_null (strstr (text, "domain asks"));
}

static void
test_lines_fit_the_terminal (void)
{
  static const guint widths[] = { 80, 60, 41 };

  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      g_autofree char *text = format (forged, widths[i]);
      g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

      g_assert_cmpuint (g_strv_length (lines), >, 10);
      for (char **line = lines; *line != NULL; line++)
        g_assert_cmpuint (strlen (*line), <=, MAX (widths[i], strlen ("Authentication-Results: ") + 20));
    }
}

static void
test_a_verdict_of_nothing_is_shown (void)
{
  g_autofree char *text = format ("{}", 80);

  g_assert_nonnull (strstr (text, "SPF      -"));
  g_assert_nonnull (strstr (text, "DKIM     none       no signature"));
  g_assert_nonnull (strstr (text, "Trusted  -"));
}

static void
test_what_strangers_wrote_does_not_act_on_the_terminal (void)
{
  g_autofree char *text =
      format ("{\"spf\": {\"result\": \"fail\", \"explanation\": \"\\u001b[2Jgone\\nTrusted true\"}}", 0);

  g_assert_null (strchr (text, '\x1b'));
  g_assert_null (strstr (text, "\nTrusted true"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/verdict-view/every-result-is-there-with-its-reason", test_every_result_is_there_with_its_reason);
  g_test_add_func ("/verdict-view/nobody-is-said-to-ask-for-what-nobody-asked-for",
                   test_nobody_is_said_to_ask_for_what_nobody_asked_for);
  g_test_add_func ("/verdict-view/lines-fit-the-terminal", test_lines_fit_the_terminal);
  g_test_add_func ("/verdict-view/a-verdict-of-nothing-is-shown", test_a_verdict_of_nothing_is_shown);
  g_test_add_func ("/verdict-view/what-strangers-wrote-does-not-act-on-the-terminal",
                   test_what_strangers_wrote_does_not_act_on_the_terminal);
  return g_test_run ();
}
