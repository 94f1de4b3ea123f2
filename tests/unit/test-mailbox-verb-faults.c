/* SPDX-License-Identifier: MIT */
/*
 * Promises of modules/mailbox when the disk fails: with each system call of a request failing in turn, the request is
 * done or it fails and says so, and asked for again it is done.
 */
#include "io/fault.h"
#include "mailbox/verbs.h"
#include "verb-fixture.h"

static const char config[] = "domains = [\"a.test\"]\n"
                             "\n"
                             "[mailboxes.\"info@a.test\"]\n"
                             "address = \"info@a.test\"\n"
                             "owner = \"OWNER\"\n";

static void
set_up (VerbFixture *fixture)
{
  static const AimxVerbSpec *const verbs[] = { &mailbox_create_verb, &mailbox_delete_verb, NULL };

  verb_fixture_init (fixture, verbs, config);
}

static void
set_plan (const char *plan)
{
  g_autoptr (GError) error = NULL;

  aimx_fault_set_plan (plan, &error);
  g_assert_no_error (error);
}

/* Calls with the n-th system call failing; @reached: (out): whether there was an n-th one. Returns whether it is done.
 */
static gboolean
call_failing (VerbFixture *fixture,
              const char *verb,
              const char *const *headers,
              const char *fault,
              guint n,
              gboolean *reached)
{
  g_autofree char *plan = g_strdup_printf ("any:%u:%s", n, fault);
  g_autoptr (AimxResponse) response = NULL;
  const GError *error;

  set_plan (plan);
  response = verb_call (fixture, 0, verb, headers);
  *reached = aimx_fault_get_count () >= n;
  set_plan (NULL);
  error = aimx_response_get_error (response);
  if (error != NULL)
    g_assert_cmpstr (aimx_error_get_wire_code (error), ==, "IO");
  return error == NULL;
}

static const char *const faults[] = { "ENOSPC", "short" };

static void
test_creating (void)
{
  const char *const headers[] = { "Name", "new", "Owner", verb_owner (), NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    for (guint n = 1;; n++)
      {
        VerbFixture fixture;
        gboolean reached, done;

        set_up (&fixture);
        done = call_failing (&fixture, "MAILBOX-CREATE", headers, faults[i], n, &reached);
        g_assert_true (verb_mailbox_is_configured (&fixture, "new@a.test") == done);
        g_assert_true (verb_has (&fixture, "data/a.test/inbox/new") == done);
        g_assert_true (verb_has (&fixture, "data/a.test/sent/new") == done);
        if (!done)
          verb_assert_ok (&fixture, 0, "MAILBOX-CREATE", headers);
        verb_assert_config_has (&fixture, "new@a.test", TRUE);
        verb_fixture_restart (&fixture);
        g_assert_true (verb_mailbox_is_configured (&fixture, "new@a.test"));
        g_assert_true (verb_has (&fixture, "data/a.test/inbox/new"));
        verb_fixture_clear (&fixture);
        if (!reached)
          break;
      }
}

static void
test_deleting_by_force (void)
{
  const char *const headers[] = { "Name", "info", "Force", "true", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    for (guint n = 1;; n++)
      {
        VerbFixture fixture;
        gboolean reached, done;

        set_up (&fixture);
        verb_put_message (&fixture, "a.test/inbox/info", "one", FALSE);
        verb_put_message (&fixture, "a.test/inbox/info/two", "two", FALSE);
        verb_put_message (&fixture, "a.test/sent/info", "three", FALSE);
        done = call_failing (&fixture, "MAILBOX-DELETE", headers, faults[i], n, &reached);
        g_assert_true (verb_mailbox_is_configured (&fixture, "info@a.test") != done);
        if (!done)
          verb_assert_ok (&fixture, 0, "MAILBOX-DELETE", headers);
        verb_assert_config_has (&fixture, "info@a.test", FALSE);
        g_assert_false (verb_has (&fixture, "data/a.test/inbox/info/one.md"));
        g_assert_false (verb_has (&fixture, "data/a.test/inbox/info/two"));
        g_assert_false (verb_has (&fixture, "data/a.test/sent/info/three.md"));
        verb_fixture_restart (&fixture);
        g_assert_false (verb_mailbox_is_configured (&fixture, "info@a.test"));
        verb_fixture_clear (&fixture);
        if (!reached)
          break;
      }
}

/* Each of these lets files go, but lets none be written. */
static void
test_mail_stays_while_the_configuration_cannot_be_written (void)
{
  static const char *const plans[] = { "write:1+:ENOSPC", "sync:1+:EIO", "chmod:1+:EIO" };
  const char *const headers[] = { "Name", "info", "Force", "true", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (plans); i++)
    {
      VerbFixture fixture;
      g_autoptr (AimxResponse) response = NULL;

      set_up (&fixture);
      verb_put_message (&fixture, "a.test/inbox/info", "one", FALSE);
      set_plan (plans[i]);
      response = verb_call (&fixture, 0, "MAILBOX-DELETE", headers);
      set_plan (NULL);
      g_assert_nonnull (aimx_response_get_error (response));
      g_assert_true (verb_mailbox_is_configured (&fixture, "info@a.test"));
      g_assert_true (verb_has (&fixture, "data/a.test/inbox/info/one.md"));
      g_assert_false (verb_has (&fixture, "etc/.config.toml.new"));
      verb_assert_ok (&fixture, 0, "MAILBOX-DELETE", headers);
      g_assert_false (verb_has (&fixture, "data/a.test/inbox/info/one.md"));
      verb_fixture_clear (&fixture);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_test_add_func ("/mailbox-verb-faults/create", test_creating);
  g_test_add_func ("/mailbox-verb-faults/delete", test_deleting_by_force);
  g_test_add_func ("/mailbox-verb-faults/mail-stays-while-the-configuration-cannot-be-written",
                   test_mail_stays_while_the_configuration_cannot_be_written);
  return g_test_run ();
}
