/* SPDX-License-Identifier: MIT */
/* The mail store as a whole, and its mailboxes: opened, marked, made, wiped, found. */
#include "mail-store-fixture.h"

static void
test_marking_changes_two_keys_and_no_other_byte (Fixture *self, gconstpointer data)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (self->config);
  const AimxMailbox *mailbox = aimx_config_get_mailbox (config, INFO);
  g_autoptr (AimxLockGuard) guard = NULL;
  g_autoptr (GError) error = NULL;

  for (int bundle = 0; bundle < 2; bundle++)
    {
      g_auto (Stored) stored = { NULL };
      g_autofree char *before = NULL;
      g_autofree char *marked = NULL;
      g_autofree char *unmarked = NULL;
      g_autofree char *path = NULL;
      AimxMailCounts counts;

      fixture_deliver_fine (self, bundle ? &attached : &plain, INFO, &stored);
      before = fixture_read (self, INFO, stored.stem);
      guard = fixture_lock (self, INFO);
      g_assert_true (aimx_mail_store_mark (self->store, guard, mailbox, stored.stem, TRUE, &error));
      marked = fixture_read (self, INFO, stored.stem);
      g_assert_nonnull (strstr (marked, "\nread = true\nread_at = "));
      g_assert_true (aimx_mail_store_count (self->store, INFO, &counts, &error));
      g_assert_cmpuint (counts.unread, ==, 0);
      g_assert_cmpuint (counts.total, ==, 1 + bundle);
      path = g_strdup_printf (bundle ? "agents.test/inbox/info/%s/%s.md" : "agents.test/inbox/info/%s.md", stored.stem,
                              stored.stem);
      assert_file (self, path, 0600, owner_uid ());
      g_assert_true (aimx_mail_store_mark (self->store, guard, mailbox, stored.stem, FALSE, &error));
      unmarked = fixture_read (self, INFO, stored.stem);
      g_assert_cmpstr (unmarked, ==, before);
      g_assert_true (aimx_mail_store_mark (self->store, guard, mailbox, stored.stem, TRUE, &error));
      g_clear_object (&guard);
    }
}

static void
test_what_is_no_message_of_the_owner_cannot_be_marked (Fixture *self, gconstpointer data)
{
  static const char *const ids[] = { "", "..", "../info", "a/b", "missing", "link", "pipe", "folder" };
  g_autoptr (AimxConfig) config = aimx_config_store_get (self->config);
  const AimxMailbox *mailbox = aimx_config_get_mailbox (config, INFO);
  g_autofree char *inbox = g_build_filename (self->data_dir, "agents.test/inbox/info", NULL);
  g_autofree char *link = g_build_filename (inbox, "link.md", NULL);
  g_autofree char *pipe_path = g_build_filename (inbox, "pipe.md", NULL);
  g_auto (Stored) stored = { NULL };
  g_autoptr (AimxLockGuard) guard = NULL;

  fixture_deliver_fine (self, &plain, INFO, &stored);
  g_assert_cmpint (symlink ("/etc/passwd", link), ==, 0);
  g_assert_cmpint (mkfifo (pipe_path, 0600), ==, 0);
  scratch_make_directory (inbox, "folder/folder.md");
  guard = fixture_lock (self, INFO);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (aimx_mail_store_mark (self->store, guard, mailbox, ids[i], TRUE, &error));
      g_assert_error (error, AIMX_ERROR, AIMX_ERROR_NOT_FOUND);
    }
}

static void
test_mailboxes_are_made_wiped_and_removed (Fixture *self, gconstpointer data)
{
  const char *fqdn = "new@agents.test";
  g_autoptr (AimxLockGuard) guard = fixture_lock (self, fqdn);
  g_autofree char *outside = g_build_filename (self->scratch, "outside", NULL);
  g_autofree char *link = NULL;
  g_autoptr (GError) error = NULL;
  const struct passwd *owner = getpwnam (fixture_owner ());
  AimxMailCounts counts;
  guint created;

  g_assert_true (
      aimx_mail_store_create_mailbox (self->store, guard, fqdn, owner->pw_uid, owner->pw_gid, &created, &error));
  g_assert_cmpuint (created, ==, 3);
  assert_file (self, "agents.test/inbox/new", 0700, owner_uid ());
  assert_file (self, "agents.test/sent/new", 0700, owner_uid ());
  g_assert_true (
      aimx_mail_store_create_mailbox (self->store, guard, fqdn, owner->pw_uid, owner->pw_gid, &created, &error));
  g_assert_cmpuint (created, ==, 0);
  scratch_write (self->scratch, "outside", "stays");
  scratch_write (self->data_dir, "agents.test/inbox/new/a/b/c", "goes");
  scratch_write (self->data_dir, "agents.test/sent/new/x.md", "goes");
  link = g_build_filename (self->data_dir, "agents.test/inbox/new/link", NULL);
  g_assert_cmpint (symlink (outside, link), ==, 0);
  g_assert_true (aimx_mail_store_count (self->store, fqdn, &counts, &error));
  g_assert_cmpuint (counts.inbox_entries, ==, 2);
  g_assert_cmpuint (counts.sent_entries, ==, 1);
  g_assert_cmpuint (counts.total, ==, 0);
  aimx_mail_store_remove_mailbox_dirs (self->store, guard, fqdn);
  g_assert_cmpuint (fixture_count_entries (self, "agents.test/inbox/new"), ==, 2);
  g_assert_true (aimx_mail_store_wipe_mailbox (self->store, guard, fqdn, &error));
  g_assert_true (g_file_test (outside, G_FILE_TEST_EXISTS));
  aimx_mail_store_remove_mailbox_dirs (self->store, guard, fqdn);
  g_assert_cmpuint (fixture_count_entries (self, "agents.test/inbox"), ==, 0);
  g_assert_true (aimx_mail_store_wipe_mailbox (self->store, guard, fqdn, &error));
}

static void
test_directories_without_configuration_are_found (Fixture *self, gconstpointer data)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (self->config);
  g_autoptr (GPtrArray) strays = NULL;
  g_autoptr (GError) error = NULL;

  scratch_make_directory (self->data_dir, "agents.test/inbox/stray");
  scratch_make_directory (self->data_dir, "agents.test/sent/stray");
  scratch_make_directory (self->data_dir, "agents.test/inbox/info");
  scratch_make_directory (self->data_dir, "former.test/inbox/catchall");
  strays = aimx_mail_store_list_strays (self->store, config, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strays->len, ==, 2);
  g_assert_cmpstr (((AimxStray *) strays->pdata[0])->fqdn, ==, "*@former.test");
  g_assert_cmpstr (((AimxStray *) strays->pdata[1])->fqdn, ==, "stray@agents.test");
  g_assert_cmpuint (((AimxStray *) strays->pdata[1])->uid, ==, geteuid ());
}

static void
test_the_data_directory_has_one_holder_and_any_readers (Fixture *self, gconstpointer data)
{
  g_autofree char *pid = g_strdup_printf ("process %d;", (int) getpid ());
  g_autoptr (AimxMailStore) second = NULL;
  g_autoptr (AimxMailStore) reader = NULL;
  g_auto (Stored) stored = { NULL };
  g_autoptr (GError) error = NULL;
  AimxMailStore *own = self->store;

  second = aimx_mail_store_open (self->data_dir, AIMX_MAIL_STORE_CHANGE, 0, self->config, self->locks, self->accounts,
                                 &error);
  g_assert_null (second);
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, pid));
  g_clear_error (&error);
  reader =
      aimx_mail_store_open (self->data_dir, AIMX_MAIL_STORE_READ, 0, self->config, self->locks, self->accounts, &error);
  g_assert_no_error (error);
  self->store = reader;
  g_assert_false (fixture_deliver (self, &plain, INFO, NULL, &stored, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_IO);
  self->store = own;
}

static gpointer
open_patiently (gpointer data)
{
  Fixture *self = data;

  return aimx_mail_store_open (self->data_dir, AIMX_MAIL_STORE_CHANGE, 60, self->config, self->locks, self->accounts,
                               NULL);
}

static void
test_whoever_waits_gets_the_data_directory_next (Fixture *self, gconstpointer data)
{
  GThread *thread = g_thread_new ("waits", open_patiently, self);

  g_clear_object (&self->store);
  self->store = g_thread_join (thread);
  g_assert_nonnull (self->store);
  assert_file (self, ".lock", 0600, geteuid ());
}

/* Reads all that can be read of @name, where there is nothing. */
static void
check_reading_nothing (Fixture *self, const char *name)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (self->config);
  g_autofree char *path = g_build_filename (self->scratch, name, NULL);
  g_autoptr (AimxMailStore) store = NULL;
  g_autoptr (GPtrArray) strays = NULL;
  g_autoptr (GError) error = NULL;
  AimxMailCounts counts;

  store = aimx_mail_store_open (path, AIMX_MAIL_STORE_READ, 0, self->config, self->locks, self->accounts, &error);
  g_assert_no_error (error);
  g_assert_true (aimx_mail_store_count (store, INFO, &counts, &error));
  g_assert_cmpuint (counts.inbox_entries, ==, 0);
  strays = aimx_mail_store_list_strays (store, config, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strays->len, ==, 0);
}

static void
test_a_reader_makes_nothing (Fixture *self, gconstpointer data)
{
  g_autofree char *names = NULL;

  check_reading_nothing (self, "missing");
  g_assert_false (scratch_exists (self->scratch, "missing"));
  scratch_make_directory (self->scratch, "empty");
  check_reading_nothing (self, "empty");
  names = scratch_list (self->scratch, "empty");
  g_assert_cmpstr (names, ==, "");
}

static void
test_shared_directories_get_their_modes_back (Fixture *self, gconstpointer data)
{
  static const char *const shared[] = { "agents.test", "agents.test/inbox", "agents.test/sent" };

  scratch_make_directory (self->data_dir, "agents.test/inbox");
  scratch_make_directory (self->data_dir, "agents.test/sent");
  for (guint i = G_N_ELEMENTS (shared); i-- > 0;)
    {
      g_autofree char *path = g_build_filename (self->data_dir, shared[i], NULL);

      g_assert_cmpint (chmod (path, 0700), ==, 0);
    }
  fixture_restart (self);
  for (guint i = 0; i < G_N_ELEMENTS (shared); i++)
    assert_file (self, shared[i], 0755, geteuid ());
  assert_file (self, ".spool", 0700, geteuid ());
}

static void
test_names_that_would_lead_elsewhere_are_no_mailboxes (Fixture *self, gconstpointer data)
{
  static const char *const names[] = { "catchall@agents.test",
                                       "a/b@agents.test",
                                       "..@agents.test",
                                       "a@..",
                                       "a@.spool",
                                       "a@",
                                       "agents.test",
                                       "@agents.test",
                                       "" };
  const struct passwd *owner = getpwnam (fixture_owner ());

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (AimxLockGuard) guard = fixture_lock (self, names[i]);
      g_autoptr (GError) error = NULL;
      guint created;

      g_assert_false (aimx_mail_store_create_mailbox (self->store, guard, names[i], owner->pw_uid, owner->pw_gid,
                                                      &created, &error));
      g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
      g_assert_cmpuint (created, ==, 0);
    }
}

static void
test_something_else_in_the_place_of_a_new_mailbox_is_a_conflict (Fixture *self, gconstpointer data)
{
  const char *fqdn = "new@agents.test";
  const struct passwd *owner = getpwnam (fixture_owner ());
  g_autoptr (AimxLockGuard) guard = fixture_lock (self, fqdn);
  g_autoptr (GError) error = NULL;
  guint created;

  scratch_write (self->data_dir, "agents.test/sent/new", "a file");
  g_assert_false (
      aimx_mail_store_create_mailbox (self->store, guard, fqdn, owner->pw_uid, owner->pw_gid, &created, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  g_assert_cmpuint (created, ==, 0);
  g_assert_cmpuint (fixture_count_entries (self, "agents.test/inbox"), ==, 0);
}

static void
test_leftovers_are_removed_and_the_guide_is_written (Fixture *self, gconstpointer data)
{
  g_autofree char *guide = g_build_filename (self->data_dir, "README.md", NULL);
  g_autofree char *text = NULL;

  scratch_write (self->data_dir, ".spool/bundle-7/x", "left by a crash");
  scratch_write (self->data_dir, "README.md", "<!-- aimx-readme-version: 0 -->\nold\n");
  fixture_restart (self);
  g_assert_cmpuint (fixture_count_entries (self, ".spool"), ==, 0);
  g_assert_true (g_file_get_contents (guide, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "<!-- aimx-readme-version: 1 -->\n# Mail for agents\n"));
  assert_file (self, "README.md", 0644, geteuid ());
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/mail-store/" name, Fixture, NULL, fixture_set_up, test, fixture_tear_down)
  ADD ("marking-changes-two-keys-and-no-other-byte", test_marking_changes_two_keys_and_no_other_byte);
  ADD ("what-is-no-message-cannot-be-marked", test_what_is_no_message_of_the_owner_cannot_be_marked);
  ADD ("mailboxes-are-made-wiped-and-removed", test_mailboxes_are_made_wiped_and_removed);
  ADD ("directories-without-configuration-are-found", test_directories_without_configuration_are_found);
  ADD ("the-data-directory-has-one-holder-and-any-readers", test_the_data_directory_has_one_holder_and_any_readers);
  ADD ("whoever-waits-gets-the-data-directory-next", test_whoever_waits_gets_the_data_directory_next);
  ADD ("a-reader-makes-nothing", test_a_reader_makes_nothing);
  ADD ("shared-directories-get-their-modes-back", test_shared_directories_get_their_modes_back);
  ADD ("names-that-lead-elsewhere-are-no-mailboxes", test_names_that_would_lead_elsewhere_are_no_mailboxes);
  ADD ("something-else-in-the-place-is-a-conflict", test_something_else_in_the_place_of_a_new_mailbox_is_a_conflict);
  ADD ("leftovers-are-removed-and-the-guide-is-written", test_leftovers_are_removed_and_the_guide_is_written);
  return g_test_run ();
}
