/* SPDX-License-Identifier: MIT */
/* The mail store on a real directory: what a delivery leaves, what it recognizes, and what it refuses. */
#include "mail-store-fixture.h"

#include <string.h>

static const Sample plain = { "Re: Invoice #42 — March", "one@sender.test", NULL, "Hello\n", NULL };
static const Sample attached = { "With a file", "two@sender.test", NULL, "See the file\n", "../../a b.csv" };

static void
assert_file (Fixture *self, const char *path, mode_t mode, guint uid)
{
  g_autofree char *full = g_build_filename (self->data_dir, path, NULL);
  struct stat info;

  g_assert_cmpint (lstat (full, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 07777, ==, mode);
  g_assert_cmpint (info.st_uid, ==, uid);
}

static guint
owner_uid (void)
{
  return getpwnam (fixture_owner ())->pw_uid;
}

static char *
sample_stem (Fixture *self, const char *slug)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (self->received_at / G_USEC_PER_SEC);
  g_autofree char *beginning = g_date_time_format (time, "%Y-%m-%d-%H%M%S");

  return g_strconcat (beginning, "-", slug, NULL);
}

static void
test_a_message_is_one_file_of_its_owner (Fixture *self, gconstpointer data)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (self->received_at / G_USEC_PER_SEC);
  g_autofree char *received_at = g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
  g_autofree char *stem = sample_stem (self, "re-invoice-42-march");
  g_autofree char *path = g_strdup_printf ("agents.test/inbox/info/%s.md", stem);
  g_auto (Stored) stored = { NULL };
  g_autofree char *text = NULL;
  g_autofree char *expected = NULL;

  fixture_deliver_fine (self, &plain, "Info@Agents.test", &stored);
  g_assert_cmpstr (stored.mailbox, ==, INFO);
  g_assert_cmpstr (stored.stem, ==, stem);
  assert_file (self, path, 0600, owner_uid ());
  assert_file (self, "agents.test/inbox/info", 0700, owner_uid ());
  assert_file (self, "agents.test/inbox", 0755, geteuid ());
  assert_file (self, "agents.test", 0755, geteuid ());
  text = scratch_read (self->data_dir, path);
  /* The digests are those that sha256sum gives. */
  expected = g_strdup_printf ("+++\n"
                              "id = \"%s\"\n"
                              "message_id = \"one@sender.test\"\n"
                              "thread_id = \"43e4b4c81fade090\"\n"
                              "from = \"Ann <ann@sender.test>\"\n"
                              "to = \"info@agents.test\"\n"
                              "delivered_to = \"Info@Agents.test\"\n"
                              "subject = \"Re: Invoice #42 — March\"\n"
                              "date = \"2024-10-01T14:00:00+02:00\"\n"
                              "received_at = \"%s\"\n"
                              "received_from_ip = \"192.0.2.1\"\n"
                              "size_bytes = 26\n"
                              "dkim = \"pass\"\n"
                              "spf = \"softfail\"\n"
                              "dmarc = \"fail\"\n"
                              "trusted = \"false\"\n"
                              "mailbox = \"info@agents.test\"\n"
                              "read = false\n"
                              "envelope_from = \"ann@sender.test\"\n"
                              "queue_id = \"QUEUEID\"\n"
                              "retry_key = \"03d6ddfeade6e165\"\n"
                              "+++\n"
                              "\n"
                              "Hello\n",
                              stem, received_at);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_attachments_make_a_bundle_with_safe_names (Fixture *self, gconstpointer data)
{
  g_auto (Stored) stored = { NULL };
  g_autofree char *text = NULL;
  g_autofree char *file = NULL;
  g_autofree char *path = NULL;
  g_autofree char *bundle = NULL;
  g_autofree char *full = NULL;

  fixture_deliver_fine (self, &attached, INFO, &stored);
  bundle = g_strdup_printf ("agents.test/inbox/info/%s", stored.stem);
  path = g_strconcat (bundle, "/a b.csv", NULL);
  assert_file (self, bundle, 0700, owner_uid ());
  assert_file (self, path, 0600, owner_uid ());
  g_assert_cmpuint (fixture_count_entries (self, bundle), ==, 2);
  full = g_build_filename (self->data_dir, path, NULL);
  g_assert_true (g_file_get_contents (full, &file, NULL, NULL));
  g_assert_cmpstr (file, ==, ATTACHED);
  text = fixture_read (self, INFO, stored.stem);
  g_assert_nonnull (
      strstr (text, "\n[[attachments]]\nfilename = \"a b.csv\"\npath = \"a b.csv\"\ncontent_type = \"text/csv\"\n"
                    "size = 20\n+++\n\nSee the file\n"));
}

static void
test_a_raw_mailbox_keeps_the_original (Fixture *self, gconstpointer data)
{
  g_auto (Stored) stored = { NULL };
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;

  fixture_deliver_fine (self, &plain, RAW, &stored);
  path = g_strdup_printf ("%s/agents.test/inbox/raw/%s/%s.eml", self->data_dir, stored.stem, stored.stem);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "Hello\n" ATTACHED);
}

static void
test_equal_names_get_numbers (Fixture *self, gconstpointer data)
{
  g_auto (Stored) first = { NULL };
  g_autoptr (GHashTable) stems = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (int i = 0; i < 30; i++)
    {
      Sample one = plain;
      g_autofree char *id = g_strdup_printf ("%d@sender.test", i);

      one.message_id = id;
      one.attachment = i % 2 == 0 ? NULL : "x";
      fixture_deliver_fine (self, &one, INFO, &first);
      g_assert_true (g_hash_table_add (stems, g_strdup (first.stem)));
    }
  g_assert_cmpuint (fixture_count_entries (self, "agents.test/inbox/info"), ==, 30);
}

static void
test_a_retry_is_recognized_also_after_a_restart (Fixture *self, gconstpointer data)
{
  g_auto (Stored) first = { NULL };
  g_auto (Stored) again = { NULL };

  fixture_deliver_fine (self, &plain, INFO, &first);
  g_assert_false (first.duplicate);
  fixture_deliver_fine (self, &plain, "INFO@agents.test", &again);
  g_assert_true (again.duplicate);
  g_assert_cmpstr (again.stem, ==, first.stem);
  fixture_restart (self);
  fixture_deliver_fine (self, &plain, INFO, &again);
  g_assert_true (again.duplicate);
  g_assert_cmpstr (again.stem, ==, first.stem);
  g_assert_cmpuint (fixture_count_entries (self, "agents.test/inbox/info"), ==, 1);
}

static void
test_anything_less_than_a_retry_is_kept (Fixture *self, gconstpointer data)
{
  g_auto (Stored) stored = { NULL };
  Sample sender = plain, body = plain, unnamed = plain;

  sender.sender = "other@sender.test";
  body.body = "Hello again\n";
  unnamed.message_id = NULL;
  fixture_deliver_fine (self, &plain, INFO, &stored);
  fixture_deliver_fine (self, &sender, INFO, &stored);
  fixture_deliver_fine (self, &body, INFO, &stored);
  fixture_deliver_fine (self, &unnamed, INFO, &stored);
  fixture_deliver_fine (self, &unnamed, INFO, &stored);
  g_assert_cmpuint (fixture_count_entries (self, "agents.test/inbox/info"), ==, 5);
  fixture_deliver_fine (self, &plain, "one@agents.test", &stored);
  g_assert_cmpstr (stored.mailbox, ==, "*@agents.test");
  fixture_deliver_fine (self, &plain, "two@agents.test", &stored);
  g_assert_false (stored.duplicate);
  g_assert_cmpuint (fixture_count_entries (self, "agents.test/inbox/catchall"), ==, 2);
}

static void
test_without_an_id_a_partial_failure_makes_a_retry (Fixture *self, gconstpointer data)
{
  const char *const both[] = { INFO, "nobody@elsewhere.test", NULL };
  g_auto (Stored) stored = { NULL };
  g_autoptr (GError) error = NULL;
  Sample unnamed = plain;

  unnamed.message_id = NULL;
  g_assert_true (fixture_deliver (self, &unnamed, INFO, both, &stored, NULL));
  g_assert_false (fixture_deliver (self, &unnamed, both[1], both, &stored, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_NO_ENTRY);
  g_assert_true (fixture_deliver (self, &unnamed, INFO, both, &stored, NULL));
  g_assert_true (stored.duplicate);
  g_assert_cmpuint (fixture_count_entries (self, "agents.test/inbox/info"), ==, 1);
}

static void
test_a_link_or_a_stranger_in_the_place_of_a_mailbox_is_refused (Fixture *self, gconstpointer data)
{
  g_autofree char *target = g_build_filename (self->scratch, "target", NULL);
  static const char *const places[] = { "agents.test/inbox/info", "agents.test/inbox", "agents.test" };
  g_auto (Stored) stored = { NULL };

  scratch_make_directory (self->scratch, "target");
  fixture_deliver_fine (self, &plain, INFO, &stored);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *place = g_build_filename (self->data_dir, places[i], NULL);
      g_autofree char *aside = g_strconcat (place, ".aside", NULL);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (rename (place, aside), ==, 0);
      g_assert_cmpint (symlink (target, place), ==, 0);
      g_assert_false (fixture_deliver (self, &attached, INFO, NULL, &stored, &error));
      g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
      g_assert_cmpint (unlink (place), ==, 0);
      g_assert_cmpint (rename (aside, place), ==, 0);
    }
  g_assert_cmpint (rmdir (target), ==, 0);
  g_assert_cmpuint (fixture_count_entries (self, ".spool"), ==, 0);
  fixture_deliver_fine (self, &attached, INFO, &stored);
}

static void
test_a_directory_of_somebody_else_is_refused_with_the_repair (Fixture *self, gconstpointer data)
{
  g_autofree char *inbox = g_build_filename (self->data_dir, "agents.test/inbox/info", NULL);
  g_autofree char *repair = g_strdup_printf ("`chown -hR %u:", owner_uid ());
  g_auto (Stored) stored = { NULL };
  g_autoptr (GError) error = NULL;

  if (geteuid () != 0)
    {
      g_test_skip ("only root can give a directory away");
      return;
    }
  scratch_make_directory (self->data_dir, "agents.test/inbox/info");
  g_assert_cmpint (chown (inbox, 12345, 12345), ==, 0);
  g_assert_false (fixture_deliver (self, &attached, INFO, NULL, &stored, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, repair));
  g_assert_cmpuint (fixture_count_entries (self, "agents.test/inbox/info"), ==, 0);
  g_assert_cmpuint (fixture_count_entries (self, ".spool"), ==, 0);
}

static void
test_a_link_in_the_place_of_a_message_is_left_alone (Fixture *self, gconstpointer data)
{
  g_autofree char *stem = sample_stem (self, "with-a-file");
  g_autofree char *first = g_strdup_printf ("agents.test/inbox/info/%s", stem);
  g_autofree char *second = g_strdup_printf ("agents.test/inbox/info/%s-2.md", stem);
  g_autofree char *outside = g_build_filename (self->scratch, "outside", NULL);
  g_autofree char *expected = g_strconcat (stem, "-3", NULL);
  g_auto (Stored) stored = { NULL };

  fixture_deliver_fine (self, &plain, INFO, &stored);
  scratch_link (self->data_dir, outside, first);
  scratch_link (self->data_dir, outside, second);
  fixture_deliver_fine (self, &attached, INFO, &stored);
  g_assert_cmpstr (stored.stem, ==, expected);
  g_assert_false (scratch_exists (self->scratch, "outside"));
}

/* ---- between the claim of a name and the move ---- */

typedef struct
{
  Fixture *fixture;
  void (*meanwhile) (Fixture *fixture, AimxLockGuard *guard);
  Stored stored;
  GError *error;
} Race;

static gpointer
deliver_in_race (gpointer data)
{
  Race *race = data;

  fixture_deliver (race->fixture, &plain, INFO, NULL, &race->stored, &race->error);
  return NULL;
}

static gpointer
interfere_in_race (gpointer data)
{
  const Race *race = data;
  g_autoptr (AimxLockGuard) guard = fixture_lock (race->fixture, INFO);

  race->meanwhile (race->fixture, guard);
  return NULL;
}

static void
wait_for_waiters (Fixture *self, guint64 n)
{
  gint64 deadline = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  AimxLockCounters counters;

  do
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_thread_yield ();
      aimx_lock_manager_get_counters (self->locks, &counters);
    }
  while (counters.waiting < n);
}

/* The lock is served in order: the delivery claims, then comes what it meets, then it moves. */
static void
run_race (Fixture *self, Race *race)
{
  g_autoptr (AimxLockGuard) guard = fixture_lock (self, INFO);
  GThread *delivery = g_thread_new ("delivery", deliver_in_race, race);
  GThread *interference;

  wait_for_waiters (self, 1);
  interference = g_thread_new ("interference", interfere_in_race, race);
  wait_for_waiters (self, 2);
  aimx_lock_guard_release (guard);
  g_thread_join (interference);
  g_thread_join (delivery);
}

static void
plant_file (Fixture *self, AimxLockGuard *guard)
{
  g_autofree char *stem = sample_stem (self, "re-invoice-42-march");
  g_autofree char *path = g_strdup_printf ("agents.test/inbox/info/%s.md", stem);

  scratch_write (self->data_dir, path, "planted");
}

static void
test_a_name_taken_after_all_is_not_replaced (Fixture *self, gconstpointer data)
{
  g_autofree char *stem = sample_stem (self, "re-invoice-42-march");
  g_autofree char *planted_path = g_strdup_printf ("agents.test/inbox/info/%s.md", stem);
  g_autofree char *expected = g_strconcat (stem, "-2", NULL);
  g_autofree char *id = g_strdup_printf ("+++\nid = \"%s\"\n", expected);
  g_autofree char *planted = NULL;
  g_autofree char *text = NULL;
  Race race = { self, plant_file, { NULL }, NULL };

  run_race (self, &race);
  g_assert_no_error (race.error);
  g_assert_cmpstr (race.stored.stem, ==, expected);
  planted = scratch_read (self->data_dir, planted_path);
  g_assert_cmpstr (planted, ==, "planted");
  text = fixture_read (self, INFO, expected);
  g_assert_true (g_str_has_prefix (text, id));
  g_assert_cmpuint (fixture_count_entries (self, ".spool"), ==, 0);
  stored_clear (&race.stored);
}

static void
drop_mailbox (Fixture *self, AimxLockGuard *guard)
{
  g_autofree char *path = g_build_filename (self->scratch, "etc", "config.toml", NULL);
  g_autoptr (AimxLockGuard) config_guard =
      aimx_lock_manager_acquire (self->locks, guard, AIMX_LOCK_CONFIG, NULL, NULL, NULL);

  g_assert_true (g_file_set_contents (path, "domains = [\"agents.test\"]\n", -1, NULL));
  g_assert_true (aimx_mail_store_wipe_mailbox (self->store, guard, INFO, NULL));
  aimx_mail_store_remove_mailbox_dirs (self->store, guard, INFO);
  g_assert_true (aimx_config_store_reload (self->config, config_guard, NULL));
}

static void
test_a_mailbox_deleted_meanwhile_stays_deleted (Fixture *self, gconstpointer data)
{
  g_auto (Stored) stored = { NULL };
  g_autoptr (GError) error = NULL;
  Race race = { self, drop_mailbox, { NULL }, NULL };

  run_race (self, &race);
  g_assert_error (race.error, AIMX_ERROR, AIMX_ERROR_NO_ENTRY);
  g_clear_error (&race.error);
  g_assert_false (fixture_deliver (self, &plain, INFO, NULL, &stored, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_NO_ENTRY);
  g_assert_cmpuint (fixture_count_entries (self, "agents.test/inbox"), ==, 0);
  g_assert_cmpuint (fixture_count_entries (self, ".spool"), ==, 0);
}

/* ---- what the parser says is looked at again ---- */

static gboolean
deliver_attachments (Fixture *self, AimxMessage *message, GBytes *raw, Stored *stored, GError **error)
{
  static const AimxVerdict verdict = { "none", "none", "none", "none", { NULL } };
  g_autoptr (AimxEnvelope) envelope = aimx_envelope_new ();

  return aimx_mail_store_deliver (self->store, message, raw, envelope, INFO, &verdict, &stored->mailbox, &stored->stem,
                                  &stored->duplicate, error);
}

static void
test_attachments_that_cannot_be_in_the_message_are_refused (Fixture *self, gconstpointer data)
{
  static const gsize ranges[][2] = { { 0, 11 }, { 11, 1 }, { G_MAXSIZE, 2 }, { 1, G_MAXSIZE }, { 0, 6 } };
  g_autoptr (GBytes) raw = g_bytes_new_static ("0123456789", 10);

  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      const AimxAttachment attachment = { NULL, (char *) "text/plain", ranges[i][0], ranges[i][1],
                                          AIMX_TRANSFER_IDENTITY };
      g_autoptr (AimxMessage) message = aimx_message_new ();
      g_auto (Stored) stored = { NULL };
      g_autoptr (GError) error = NULL;

      aimx_message_add_attachment (message, &attachment);
      aimx_message_add_attachment (message, &attachment);
      g_assert_false (deliver_attachments (self, message, raw, &stored, &error));
      g_assert_error (error, AIMX_ERROR, AIMX_ERROR_IO);
    }
  g_assert_cmpuint (fixture_count_entries (self, "agents.test/inbox/info"), ==, 0);
  g_assert_cmpuint (fixture_count_entries (self, ".spool"), ==, 0);
}

static void
test_the_largest_frontmatter_can_still_be_read_and_marked (Fixture *self, gconstpointer data)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (self->config);
  g_autofree char *quotes = g_strnfill (64 * 1024, '"');
  g_autofree char *bundle = NULL;
  g_autoptr (GBytes) raw = g_bytes_new (quotes, 1000);
  g_autoptr (AimxMessage) message = aimx_message_new ();
  g_autoptr (AimxLockGuard) guard = NULL;
  g_auto (Stored) stored = { NULL };
  g_autoptr (GError) error = NULL;

  for (AimxMessageField field = 0; field < AIMX_MESSAGE_N_FIELDS; field++)
    aimx_message_set (message, field, quotes);
  for (guint i = 0; i < 1000; i++)
    {
      const AimxAttachment attachment = { quotes, (char *) "text/x\"y", i, 1, AIMX_TRANSFER_IDENTITY };

      aimx_message_add_attachment (message, &attachment);
    }
  g_assert_true (deliver_attachments (self, message, raw, &stored, &error));
  g_assert_no_error (error);
  bundle = g_strdup_printf ("agents.test/inbox/info/%s", stored.stem);
  g_assert_cmpuint (fixture_count_entries (self, bundle), ==, 1001);
  guard = fixture_lock (self, INFO);
  g_assert_true (
      aimx_mail_store_mark (self->store, guard, aimx_config_get_mailbox (config, INFO), stored.stem, TRUE, &error));
  g_assert_no_error (error);
}

static void
test_an_answer_joins_the_thread_of_what_it_answers (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) raw = g_bytes_new_static ("x", 1);
  g_autofree char *text = NULL;
  g_auto (Stored) stored = { NULL };

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (AimxMessage) message = aimx_message_new ();
      g_autofree char *id = g_strdup_printf ("%d@sender.test", i);
      g_autofree char *parent = g_strdup_printf ("%d@sender.test", i - 1);

      aimx_message_set (message, AIMX_MESSAGE_MESSAGE_ID, id);
      aimx_message_set (message, AIMX_MESSAGE_IN_REPLY_TO, i > 0 ? parent : NULL);
      stored_clear (&stored);
      g_assert_true (deliver_attachments (self, message, raw, &stored, NULL));
      fixture_restart (self);
    }
  text = fixture_read (self, INFO, stored.stem);
  /* The beginning of the SHA-256 of "0@sender.test". */
  g_assert_nonnull (strstr (text, "\nthread_id = \"e12b968f08ca3524\"\n"));
}

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

static void
test_a_reader_makes_nothing (Fixture *self, gconstpointer data)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (self->config);
  g_autofree char *missing = g_build_filename (self->scratch, "missing", NULL);
  g_autofree char *empty = g_build_filename (self->scratch, "empty", NULL);
  g_autofree char *names = NULL;
  g_autoptr (AimxMailStore) store = NULL;
  g_autoptr (GPtrArray) strays = NULL;
  g_autoptr (GError) error = NULL;
  AimxMailCounts counts;

  store = aimx_mail_store_open (missing, AIMX_MAIL_STORE_READ, 0, self->config, self->locks, self->accounts, &error);
  g_assert_null (store);
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (scratch_exists (self->scratch, "missing"));
  scratch_make_directory (self->scratch, "empty");
  store = aimx_mail_store_open (empty, AIMX_MAIL_STORE_READ, 0, self->config, self->locks, self->accounts, &error);
  g_assert_no_error (error);
  g_assert_true (aimx_mail_store_count (store, INFO, &counts, &error));
  g_assert_cmpuint (counts.inbox_entries, ==, 0);
  strays = aimx_mail_store_list_strays (store, config, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strays->len, ==, 0);
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

/* ---- several threads ---- */

#define N_THREADS    8
#define N_DELIVERIES 40

typedef struct
{
  Fixture *fixture;
  int number;
} Sender;

static gpointer
send_many (gpointer data)
{
  const Sender *sender = data;

  for (int i = 0; i < N_DELIVERIES; i++)
    {
      /* Every message is sent by two threads: one of them makes a retry of it. */
      g_autofree char *id = g_strdup_printf ("%d.%d@sender.test", sender->number / 2, i);
      Sample one = i % 4 == 0 ? attached : plain;
      g_auto (Stored) stored = { NULL };

      one.message_id = id;
      fixture_deliver_fine (sender->fixture, &one, INFO, &stored);
    }
  return NULL;
}

static void
test_deliveries_at_once_lose_and_double_nothing (Fixture *self, gconstpointer data)
{
  GThread *threads[N_THREADS];
  Sender senders[N_THREADS];
  AimxMailCounts counts;

  for (int i = 0; i < N_THREADS; i++)
    {
      senders[i] = (Sender){ self, i };
      threads[i] = g_thread_new ("sender", send_many, &senders[i]);
    }
  for (int i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_true (aimx_mail_store_count (self->store, INFO, &counts, NULL));
  g_assert_cmpuint (counts.total, ==, N_THREADS / 2 * N_DELIVERIES);
  g_assert_cmpuint (counts.inbox_entries, ==, counts.total);
  g_assert_cmpuint (fixture_count_entries (self, ".spool"), ==, 0);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "a-message-is-one-file-of-its-owner", test_a_message_is_one_file_of_its_owner },
    { "attachments-make-a-bundle-with-safe-names", test_attachments_make_a_bundle_with_safe_names },
    { "a-raw-mailbox-keeps-the-original", test_a_raw_mailbox_keeps_the_original },
    { "equal-names-get-numbers", test_equal_names_get_numbers },
    { "a-retry-is-recognized-also-after-a-restart", test_a_retry_is_recognized_also_after_a_restart },
    { "anything-less-than-a-retry-is-kept", test_anything_less_than_a_retry_is_kept },
    { "without-an-id-a-partial-failure-makes-a-retry", test_without_an_id_a_partial_failure_makes_a_retry },
    { "a-link-in-the-place-of-a-mailbox-is-refused", test_a_link_or_a_stranger_in_the_place_of_a_mailbox_is_refused },
    { "a-directory-of-somebody-else-is-refused", test_a_directory_of_somebody_else_is_refused_with_the_repair },
    { "a-link-in-the-place-of-a-message-is-left-alone", test_a_link_in_the_place_of_a_message_is_left_alone },
    { "a-name-taken-after-all-is-not-replaced", test_a_name_taken_after_all_is_not_replaced },
    { "a-mailbox-deleted-meanwhile-stays-deleted", test_a_mailbox_deleted_meanwhile_stays_deleted },
    { "impossible-attachments-are-refused", test_attachments_that_cannot_be_in_the_message_are_refused },
    { "the-largest-frontmatter-can-be-marked", test_the_largest_frontmatter_can_still_be_read_and_marked },
    { "an-answer-joins-its-thread", test_an_answer_joins_the_thread_of_what_it_answers },
    { "marking-changes-two-keys-and-no-other-byte", test_marking_changes_two_keys_and_no_other_byte },
    { "what-is-no-message-cannot-be-marked", test_what_is_no_message_of_the_owner_cannot_be_marked },
    { "mailboxes-are-made-wiped-and-removed", test_mailboxes_are_made_wiped_and_removed },
    { "directories-without-configuration-are-found", test_directories_without_configuration_are_found },
    { "the-data-directory-has-one-holder-and-any-readers", test_the_data_directory_has_one_holder_and_any_readers },
    { "whoever-waits-gets-the-data-directory-next", test_whoever_waits_gets_the_data_directory_next },
    { "a-reader-makes-nothing", test_a_reader_makes_nothing },
    { "shared-directories-get-their-modes-back", test_shared_directories_get_their_modes_back },
    { "names-that-lead-elsewhere-are-no-mailboxes", test_names_that_would_lead_elsewhere_are_no_mailboxes },
    { "something-else-in-the-place-is-a-conflict", test_something_else_in_the_place_of_a_new_mailbox_is_a_conflict },
    { "leftovers-are-removed-and-the-guide-is-written", test_leftovers_are_removed_and_the_guide_is_written },
    { "deliveries-at-once-lose-and-double-nothing", test_deliveries_at_once_lose_and_double_nothing },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat ("/mail-store/", tests[i].name, NULL);

      g_test_add (path, Fixture, NULL, fixture_set_up, tests[i].test, fixture_tear_down);
    }
  return g_test_run ();
}
