/* SPDX-License-Identifier: MIT */
/* What a delivery leaves, what it recognizes, and what it refuses. */
#include "mail-store-fixture.h"

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
                              "arc = \"none\"\n"
                              "auth_detail = \"agents.test; spf=softfail\"\n"
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

static gboolean
deliver_traced (Fixture *self, const char *trace, const char *recipient, gboolean *duplicate)
{
  static const AimxVerdict verdict = { .dkim = "none", .spf = "none", .dmarc = "none", .trusted = "none" };
  const char *const both[] = { INFO, "nobody@elsewhere.test", NULL };
  g_autoptr (AimxMessage) message = aimx_message_new ();
  g_autoptr (AimxEnvelope) envelope = aimx_envelope_new ();
  g_autofree char *text = g_strconcat (trace, "Subject: x\n\nbody\n", NULL);
  g_autoptr (GBytes) raw = g_bytes_new (text, strlen (text));
  g_autofree char *mailbox = NULL;
  g_autofree char *stem = NULL;

  g_strfreev (envelope->recipients);
  envelope->recipients = g_strdupv ((char **) both);
  envelope->trace_length = strlen (trace);
  return aimx_mail_store_deliver (self->store, message, raw, envelope, recipient, &verdict, &mailbox, &stem, duplicate,
                                  NULL);
}

static void
test_our_trace_field_makes_no_retry_a_new_message (Fixture *self, gconstpointer data)
{
  gboolean duplicate;

  g_assert_true (deliver_traced (self, "Received: id ONE\n", INFO, &duplicate));
  g_assert_false (duplicate);
  g_assert_false (deliver_traced (self, "Received: id ONE\n", "nobody@elsewhere.test", &duplicate));
  g_assert_true (deliver_traced (self, "Received: id THE-SECOND\n", INFO, &duplicate));
  g_assert_true (duplicate);
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

/* ---- what the parser says is looked at again ---- */

static gboolean
deliver_attachments (Fixture *self, AimxMessage *message, GBytes *raw, Stored *stored, GError **error)
{
  static const AimxVerdict verdict = { .dkim = "none", .spf = "none", .dmarc = "none", .trusted = "none" };
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
      const AimxAttachment attachment = { quotes + 64 * 1024 - 300, (char *) "text/x\"y", i, 1,
                                          AIMX_TRANSFER_IDENTITY };

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/mail-store/deliver/" name, Fixture, NULL, fixture_set_up, test, fixture_tear_down)
  ADD ("a-message-is-one-file-of-its-owner", test_a_message_is_one_file_of_its_owner);
  ADD ("attachments-make-a-bundle-with-safe-names", test_attachments_make_a_bundle_with_safe_names);
  ADD ("a-raw-mailbox-keeps-the-original", test_a_raw_mailbox_keeps_the_original);
  ADD ("equal-names-get-numbers", test_equal_names_get_numbers);
  ADD ("a-retry-is-recognized-also-after-a-restart", test_a_retry_is_recognized_also_after_a_restart);
  ADD ("anything-less-than-a-retry-is-kept", test_anything_less_than_a_retry_is_kept);
  ADD ("without-an-id-a-partial-failure-makes-a-retry", test_without_an_id_a_partial_failure_makes_a_retry);
  ADD ("our-trace-field-makes-no-retry-a-new-message", test_our_trace_field_makes_no_retry_a_new_message);
  ADD ("a-link-in-the-place-of-a-mailbox-is-refused", test_a_link_or_a_stranger_in_the_place_of_a_mailbox_is_refused);
  ADD ("a-directory-of-somebody-else-is-refused", test_a_directory_of_somebody_else_is_refused_with_the_repair);
  ADD ("a-link-in-the-place-of-a-message-is-left-alone", test_a_link_in_the_place_of_a_message_is_left_alone);
  ADD ("impossible-attachments-are-refused", test_attachments_that_cannot_be_in_the_message_are_refused);
  ADD ("the-largest-frontmatter-can-be-marked", test_the_largest_frontmatter_can_still_be_read_and_marked);
  ADD ("an-answer-joins-its-thread", test_an_answer_joins_the_thread_of_what_it_answers);
  return g_test_run ();
}
