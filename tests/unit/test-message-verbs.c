/* SPDX-License-Identifier: MIT */
/* Promises of modules/message: who may mark what, and what it changes. */
#include "message/verbs.h"
#include "verb-fixture.h"

static const char config[] = "domains = [\"a.test\"]\n"
                             "[mailboxes.\"info@a.test\"]\n"
                             "address = \"info@a.test\"\n"
                             "owner = \"OWNER\"\n";

#define READ   "MARK-READ"
#define UNREAD "MARK-UNREAD"
#define INBOX  "a.test/inbox/info"

static void
set_up (VerbFixture *fixture, gconstpointer data)
{
  static const AimxVerbSpec *const verbs[] = { &message_mark_read_verb, &message_mark_unread_verb, NULL };

  verb_fixture_init (fixture, verbs, config);
  verb_put_message (fixture, INBOX, "one", FALSE);
}

static void
tear_down (VerbFixture *fixture, gconstpointer data)
{
  verb_fixture_clear (fixture);
}

static void
test_marking_changes_two_keys_and_tells (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *before = scratch_read (fixture->scratch, "data/" INBOX "/one.md");
  g_autofree char *full = g_build_filename (fixture->scratch, "data/" INBOX "/one.md", NULL);
  g_autofree char *marked = NULL;
  g_autofree char *after = NULL;
  struct stat info;

  verb_assert_ok (fixture, verb_owner_uid (), READ, HEADERS ("Mailbox", "info", "Id", "one"));
  marked = scratch_read (fixture->scratch, "data/" INBOX "/one.md");
  g_assert_nonnull (strstr (marked, "\nread = true\nread_at = 20"));
  g_assert_nonnull (strstr (marked, "\nlabels = [ \"a\" ] # mine\n+++\n\nbody\n"));
  g_assert_no_errno (stat (full, &info));
  g_assert_cmpuint (info.st_mode, ==, S_IFREG | 0600);
  g_assert_cmpuint (info.st_uid, ==, verb_owner_uid ());
  verb_assert_events (fixture, "message-marked info@a.test\n");
  verb_assert_ok (fixture, 0, UNREAD, HEADERS ("Mailbox", "info@A.test", "Id", "one"));
  after = scratch_read (fixture->scratch, "data/" INBOX "/one.md");
  g_assert_cmpstr (after, ==, before);
}

static void
test_each_failure_has_its_code (VerbFixture *fixture, gconstpointer data)
{
  static const char *const missing[] = { "none", "..", "../info/one", "a/b", "a\\b", ".", "one.md" };

  scratch_link (fixture->scratch, "one.md", "data/" INBOX "/link.md");
  verb_assert_fails (fixture, 0, READ, HEADERS ("Mailbox", "info", "Id", "link"), "NOTFOUND", "no message 'link'");
  for (gsize i = 0; i < G_N_ELEMENTS (missing); i++)
    verb_assert_fails (fixture, 0, READ, HEADERS ("Mailbox", "info", "Id", missing[i]), "NOTFOUND", "info@a.test");
  verb_assert_fails (fixture, 0, READ, HEADERS ("Mailbox", "x", "Id", "one"), "ENOENT", "mailbox 'x' does not exist");
  verb_assert_fails (fixture, STRANGER, READ, HEADERS ("Mailbox", "info", "Id", "one"), "EACCES", "not authorized");
  verb_assert_fails (fixture, STRANGER, READ, HEADERS ("Mailbox", "info", "Id", "none"), "EACCES", "not authorized");
  verb_assert_fails (fixture, STRANGER, READ, HEADERS ("Mailbox", "x", "Id", "one"), "ENOENT", "does not exist");
  verb_assert_fails (fixture, 0, READ, HEADERS ("Mailbox", "info", "Id", "one", "Folder", "sent"), "MALFORMED",
                     "'Folder'");
  verb_assert_fails (fixture, 0, READ, HEADERS ("Mailbox", "info", "Id", " "), "MALFORMED", "empty");
  verb_assert_fails (fixture, 0, READ, HEADERS ("Mailbox", "info"), "MALFORMED", "'Id'");
  verb_assert_fails (fixture, 0, READ, HEADERS ("Id", "one"), "MALFORMED", "'Mailbox'");
}

/* Whoever waits for the mailbox's lock meets what was done under it. */
static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  AimxResponse **response = user_data;

  *response = aimx_server_call_finish (AIMX_SERVER (source), result);
}

static void
reload (VerbFixture *fixture, AimxLockGuard *held)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AimxLockGuard) guard = aimx_lock_manager_acquire (aimx_server_get_lock_manager (fixture->server), held,
                                                               AIMX_LOCK_CONFIG, NULL, NULL, &error);

  g_assert_no_error (error);
  aimx_config_store_reload (aimx_server_get_config_store (fixture->server), guard, &error);
  g_assert_no_error (error);
}

static void
wait_for_waiter (VerbFixture *fixture)
{
  AimxLockCounters counters;

  do
    {
      g_main_context_iteration (NULL, FALSE);
      g_thread_yield ();
      aimx_lock_manager_get_counters (aimx_server_get_lock_manager (fixture->server), &counters);
    }
  while (counters.waiting == 0);
}

/* The answer to a call of the owner's that waits for the lock while the configuration becomes @text. */
static AimxResponse *
mark_while_changing (VerbFixture *fixture, const char *text)
{
  static const char *const names[] = { "info@a.test", NULL };
  g_autoptr (AimxLockGuard) guard = aimx_lock_manager_acquire (aimx_server_get_lock_manager (fixture->server), NULL,
                                                               AIMX_LOCK_MAILBOX, names, NULL, NULL);
  g_autoptr (AimxCaller) caller = aimx_caller_new (verb_owner_uid (), 1, 1);
  g_autoptr (AimxRequest) request = aimx_request_new (caller, READ, HEADERS ("Mailbox", "info", "Id", "one"), NULL);
  AimxResponse *response = NULL;

  aimx_server_call_async (fixture->server, request, on_answer, &response);
  wait_for_waiter (fixture);
  verb_fixture_write_config (fixture, text);
  reload (fixture, guard);
  aimx_lock_guard_release (guard);
  while (response == NULL)
    g_main_context_iteration (NULL, TRUE);
  return response;
}

static void
test_what_was_decided_before_the_lock_is_decided_again (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *before = scratch_read (fixture->scratch, "data/" INBOX "/one.md");
  g_autofree char *after = NULL;
  g_autoptr (AimxResponse) others = NULL;

  others =
      mark_while_changing (fixture, "domains = [\"a.test\"]\n[mailboxes.\"info@a.test\"]\naddress = \"info@a.test\"\n"
                                    "owner = \"no-such-user\"\n");
  g_assert_error (aimx_response_get_error (others), AIMX_ERROR, AIMX_ERROR_ACCESS);
  after = scratch_read (fixture->scratch, "data/" INBOX "/one.md");
  g_assert_cmpstr (after, ==, before);
}

static void
test_a_mailbox_that_went_meanwhile_is_missing (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (AimxResponse) gone = mark_while_changing (fixture, "domains = [\"a.test\"]\n");

  g_assert_error (aimx_response_get_error (gone), AIMX_ERROR, AIMX_ERROR_NO_ENTRY);
}

#define ADD(name, func) g_test_add ("/message-verbs/" name, VerbFixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  ADD ("mark", test_marking_changes_two_keys_and_tells);
  ADD ("codes", test_each_failure_has_its_code);
  ADD ("again", test_what_was_decided_before_the_lock_is_decided_again);
  ADD ("gone", test_a_mailbox_that_went_meanwhile_is_missing);
  return g_test_run ();
}
