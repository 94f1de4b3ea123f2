/* SPDX-License-Identifier: MIT */
/* Promises of AimxAuthentication: what the frontmatter shows of each result, and when a message is trusted. */
#include "config/config-private.h"

#include <aimx/authentication.h>

static const struct
{
  AimxAuthenticationMethod method;
  const char *result;
  const char *shown;
} shown[] = {
  { AIMX_METHOD_DKIM, "none", "none" },        { AIMX_METHOD_DKIM, "pass", "pass" },
  { AIMX_METHOD_DKIM, "fail", "fail" },        { AIMX_METHOD_DKIM, "policy", "fail" },
  { AIMX_METHOD_DKIM, "temperror", "fail" },   { AIMX_METHOD_DKIM, "permerror", "fail" },
  { AIMX_METHOD_SPF, "softfail", "softfail" }, { AIMX_METHOD_SPF, "neutral", "neutral" },
  { AIMX_METHOD_SPF, "temperror", "none" },    { AIMX_METHOD_SPF, "permerror", "none" },
  { AIMX_METHOD_DMARC, "fail", "fail" },       { AIMX_METHOD_DMARC, "temperror", "none" },
  { AIMX_METHOD_ARC, "pass", "pass" },         { AIMX_METHOD_ARC, "softfail", "none" },
};

static void
test_the_frontmatter_has_the_smaller_set_of_words (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (shown); i++)
    {
      g_autoptr (AimxAuthentication) authentication = aimx_authentication_new ();

      aimx_authentication_set_result (authentication, shown[i].method, shown[i].result);
      g_assert_cmpstr (aimx_authentication_get_shown (authentication, shown[i].method), ==, shown[i].shown);
    }
}

/* ---- trust ---- */

static const char config_text[] = "domains = [\"a.test\"]\n"
                                  "trust = \"verified\"\n"
                                  "trusted_senders = [\"*@friend.test\"]\n"
                                  "[mailboxes.\"ann@a.test\"]\n"
                                  "address = \"ann@a.test\"\nowner = \"ann\"\n"
                                  "[mailboxes.\"open@a.test\"]\n"
                                  "address = \"open@a.test\"\nowner = \"ann\"\ntrust = \"none\"\n";

static const struct
{
  const char *mailbox;
  const char *proven; /* %NULL: nobody */
  const char *author;
  const char *trusted;
} trust[] = {
  { "ann@a.test", "bob@friend.test", "bob@friend.test", "true" },
  { "ann@a.test", "Bob@Friend.Test", "bob@friend.test", "true" },
  { "ann@a.test", "bob@friend.test", "BOB@friend.test", "true" },
  /* not proven */
  { "ann@a.test", NULL, "bob@friend.test", "false" },
  /* proven, but not on the list */
  { "ann@a.test", "eve@evil.test", "eve@evil.test", "false" },
  /* proven for one, shown as another */
  { "ann@a.test", "eve@evil.test", "bob@friend.test", "false" },
  { "ann@a.test", "bob@friend.test", "rob@friend.test", "false" },
  /* not one author */
  { "ann@a.test", "bob@friend.test", NULL, "false" },
  /* no policy */
  { "open@a.test", "bob@friend.test", "bob@friend.test", "none" },
  { "open@a.test", NULL, NULL, "none" },
};

static void
test_trust_needs_a_policy_and_one_proven_author_on_the_list (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AimxConfig) config = aimx_config_parse ("c", config_text, strlen (config_text), &error);

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (trust); i++)
    {
      const AimxMailbox *mailbox = aimx_config_get_mailbox (config, trust[i].mailbox);
      g_autoptr (AimxAuthentication) authentication = aimx_authentication_new ();

      aimx_authentication_set_author (authentication, trust[i].proven != NULL ? trust[i].proven : trust[i].author);
      aimx_authentication_set_author_proven (authentication, trust[i].proven != NULL);
      g_assert_cmpstr (aimx_mailbox_decide_trust (mailbox, authentication, trust[i].author), ==, trust[i].trusted);
    }
}

static void
test_where_nothing_is_known_nobody_is_trusted (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AimxConfig) config = aimx_config_parse ("c", config_text, strlen (config_text), &error);
  const AimxMailbox *mailbox = aimx_config_get_mailbox (config, "ann@a.test");
  g_autoptr (AimxAuthentication) authentication = aimx_authentication_new ();

  g_assert_cmpstr (aimx_mailbox_decide_trust (mailbox, NULL, "bob@friend.test"), ==, "false");
  g_assert_cmpstr (aimx_mailbox_decide_trust (mailbox, authentication, "bob@friend.test"), ==, "false");
  g_assert_cmpstr (aimx_mailbox_decide_trust (aimx_config_get_mailbox (config, "open@a.test"), NULL, NULL), ==, "none");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/authentication/the-frontmatter-has-the-smaller-set-of-words",
                   test_the_frontmatter_has_the_smaller_set_of_words);
  g_test_add_func ("/authentication/trust-needs-a-policy-and-one-proven-author-on-the-list",
                   test_trust_needs_a_policy_and_one_proven_author_on_the_list);
  g_test_add_func ("/authentication/where-nothing-is-known-nobody-is-trusted",
                   test_where_nothing_is_known_nobody_is_trusted);
  return g_test_run ();
}
