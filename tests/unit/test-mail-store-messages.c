/* SPDX-License-Identifier: MIT */
/* Reading mail through the store, and the directories that modules have to themselves. */
#include "mail-store-fixture.h"

#include <fcntl.h>

#define FOLDER "agents.test/inbox/info"

static char *
get_path (Fixture *self, const char *path)
{
  return g_build_filename (self->data_dir, path, NULL);
}

/* A file of the folder's owner with that text. */
static void
write_owned (Fixture *self, const char *path, const char *text)
{
  g_autofree char *full = get_path (self, path);

  scratch_write (self->data_dir, path, text);
  g_assert_cmpint (chown (full, owner_uid (), (gid_t) -1), ==, 0);
}

static void
make_folder (Fixture *self)
{
  g_autofree char *full = get_path (self, FOLDER);

  scratch_make_directory (self->data_dir, FOLDER);
  g_assert_cmpint (chown (full, owner_uid (), (gid_t) -1), ==, 0);
}

/* As if nothing had happened to it for an hour. */
static void
settle (Fixture *self, const char *path, int minutes_ago)
{
  const struct timespec then = { .tv_sec = time (NULL) - 60 * minutes_ago };
  const struct timespec times[] = { then, then };
  g_autofree char *full = get_path (self, path);

  g_assert_cmpint (utimensat (AT_FDCWD, full, times, 0), ==, 0);
}

static GPtrArray *
list (Fixture *self, guint64 *stamp)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *entries = aimx_mail_store_list_messages (self->store, INFO, AIMX_FOLDER_INBOX, stamp, &error);

  g_assert_no_error (error);
  return entries;
}

/* 0 when it is not listed. */
static guint64
find_stamp (GPtrArray *entries, const char *stem)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const AimxMessageEntry *entry = entries->pdata[i];

      if (g_str_equal (entry->stem, stem))
        return entry->stamp;
    }
  return 0;
}

static AimxStoredMessage *
read_message (Fixture *self, const char *stem, gsize max)
{
  g_autoptr (GError) error = NULL;
  AimxStoredMessage *message = aimx_mail_store_read_message (self->store, INFO, AIMX_FOLDER_INBOX, stem, max, &error);

  g_assert_no_error (error);
  return message;
}

static void
mark (Fixture *self, const char *stem)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (self->config);
  g_autoptr (AimxLockGuard) guard = fixture_lock (self, INFO);
  g_autoptr (GError) error = NULL;

  g_assert_true (aimx_mail_store_mark (self->store, guard, aimx_config_get_mailbox (config, INFO), stem, TRUE, &error));
  g_assert_no_error (error);
}

static void
test_what_was_delivered_is_listed_and_read (Fixture *self, gconstpointer data)
{
  static const Sample *const samples[] = { &plain, &attached };

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_auto (Stored) stored = { NULL };
      g_autoptr (GPtrArray) entries = NULL;
      g_autoptr (AimxStoredMessage) message = NULL;
      g_autofree char *subject = NULL;
      g_autofree char *missing = NULL;
      g_auto (GStrv) attachments = NULL;

      fixture_deliver_fine (self, samples[i], INFO, &stored);
      entries = list (self, NULL);
      g_assert_cmpuint (entries->len, ==, i + 1);
      message = read_message (self, stored.stem, 1024);
      g_assert_cmpuint (find_stamp (entries, stored.stem), ==, aimx_stored_message_get_stamp (message));
      subject = aimx_stored_message_get_string (message, "subject");
      g_assert_cmpstr (subject, ==, samples[i]->subject);
      missing = aimx_stored_message_get_string (message, "no-such-key");
      g_assert_null (missing);
      g_assert_false (aimx_stored_message_get_boolean (message, "read", TRUE));
      g_assert_true (g_str_has_prefix (aimx_stored_message_get_body (message), samples[i]->body));
      attachments = aimx_stored_message_get_attachments (message);
      g_assert_cmpuint (g_strv_length (attachments), ==, i);
    }
}

static void
test_each_change_of_a_file_shows_in_its_stamp (Fixture *self, gconstpointer data)
{
  static const Sample *const samples[] = { &plain, &attached };

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_auto (Stored) stored = { NULL };
      g_autoptr (GPtrArray) before = NULL;
      g_autoptr (GPtrArray) after = NULL;

      fixture_deliver_fine (self, samples[i], INFO, &stored);
      before = list (self, NULL);
      mark (self, stored.stem);
      after = list (self, NULL);
      g_assert_cmpuint (find_stamp (before, stored.stem), !=, find_stamp (after, stored.stem));
    }
}

static void
test_what_is_no_message_of_the_owner_is_neither_listed_nor_read (Fixture *self, gconstpointer data)
{
  static const char *const stems[] = { "link", "pipe", "folder", "..", "../info/true", "", "missing", ".hidden" };
  g_autofree char *inbox = get_path (self, FOLDER);
  g_autofree char *link = g_build_filename (inbox, "link.md", NULL);
  g_autofree char *fifo = g_build_filename (inbox, "pipe.md", NULL);
  g_autoptr (GPtrArray) entries = NULL;

  make_folder (self);
  write_owned (self, FOLDER "/true.md", "+++\nsubject = \"x\"\n+++\n\nbody\n");
  write_owned (self, FOLDER "/.hidden.md", "+++\n+++\n");
  write_owned (self, FOLDER "/notes.txt", "no message");
  scratch_make_directory (inbox, "folder/folder.md");
  g_assert_cmpint (symlink ("true.md", link), ==, 0);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  entries = list (self, NULL);
  g_assert_cmpuint (entries->len, ==, 1);
  g_assert_cmpuint (find_stamp (entries, "true"), !=, 0);
  for (guint i = 0; i < G_N_ELEMENTS (stems); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (aimx_mail_store_read_message (self->store, INFO, AIMX_FOLDER_INBOX, stems[i], 10, &error));
      g_assert_error (error, AIMX_ERROR, AIMX_ERROR_NOT_FOUND);
    }
}

static void
test_a_file_of_somebody_else_is_no_message (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = get_path (self, FOLDER "/foreign.md");

  if (geteuid () != 0)
    {
      g_test_skip ("only root makes files of somebody else");
      return;
    }
  make_folder (self);
  write_owned (self, FOLDER "/foreign.md", "+++\n+++\n");
  g_assert_cmpint (chown (path, 0, 0), ==, 0);
  entries = list (self, NULL);
  g_assert_cmpuint (entries->len, ==, 0);
  g_assert_null (aimx_mail_store_read_message (self->store, INFO, AIMX_FOLDER_INBOX, "foreign", 10, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_NOT_FOUND);
}

static void
test_bodies_are_text_and_no_longer_than_asked (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *file;
    gsize max;
    const char *body;
  } cases[] = {
    { "+++\nread = true\n+++\n\nabc\n", 100, "abc\n" },
    { "+++\n+++\n\nabc", 2, "ab" },
    { "+++\r\n+++\r\n\r\nabc", 100, "abc" },
    { "+++\n+++\nabc", 100, "abc" },
    { "+++\n+++", 100, "" },
    { "+++\n+++\n\nabc", 0, "" },
    { "no frontmatter", 100, "no frontmatter" },
    { "", 100, "" },
    { "+++\n+++\n\na\303\244\303\266", 4, "a\303\244" },
    { "+++\n+++\n\na\377b", 100, "a\357\277\275b" },
  };

  make_folder (self);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AimxStoredMessage) message = NULL;

      write_owned (self, FOLDER "/one.md", cases[i].file);
      message = read_message (self, "one", cases[i].max);
      g_assert_cmpstr (aimx_stored_message_get_body (message), ==, cases[i].body);
      g_assert_cmpint (aimx_stored_message_get_boolean (message, "read", FALSE), ==, i == 0);
    }
}

static void
test_names_of_attachments_are_read_as_they_stand (Fixture *self, gconstpointer data)
{
  g_autoptr (AimxStoredMessage) message = NULL;
  g_auto (GStrv) names = NULL;
  g_autofree char *joined = NULL;

  make_folder (self);
  write_owned (self, FOLDER "/one.md",
               "+++\nfilename = \"no\"\n\n[[attachments]]\nsize = 3\nfilename = \"a b.pdf\"\nfilename = \"no\"\n"
               "\n[[other]]\nfilename = \"no\"\n[[ attachments ]]\nfilename = \"no\"\n[[attachments]]\nfilename = 7\n"
               "[attachments.x]\nfilename = \"no\"\n[[attachments]]\r\nfilename = 'c.txt'\n[[attachments]]\n+++\n"
               "\n[[attachments]]\nfilename = \"in the body\"\n");
  message = read_message (self, "one", 0);
  names = aimx_stored_message_get_attachments (message);
  joined = g_strjoinv ("|", names);
  g_assert_cmpstr (joined, ==, "a b.pdf||c.txt|");
}

static void
test_a_folder_is_stamped_once_it_has_settled (Fixture *self, gconstpointer data)
{
  g_auto (Stored) stored = { NULL };
  guint64 stamp;

  g_assert_cmpuint (aimx_mail_store_get_folder_stamp (self->store, INFO, AIMX_FOLDER_INBOX), ==, 0);
  g_assert_cmpuint (aimx_mail_store_get_folder_stamp (self->store, "no@agents.test", AIMX_FOLDER_SENT), ==, 0);
  g_ptr_array_unref (list (self, &stamp));
  g_assert_cmpuint (stamp, ==, 0);
  fixture_deliver_fine (self, &attached, INFO, &stored);
  g_assert_cmpuint (aimx_mail_store_get_folder_stamp (self->store, INFO, AIMX_FOLDER_INBOX), ==, AIMX_STAMP_UNSETTLED);
  g_ptr_array_unref (list (self, &stamp));
  g_assert_cmpuint (stamp, ==, AIMX_STAMP_UNSETTLED);
  for (gint64 deadline = g_get_monotonic_time () + 30 * G_USEC_PER_SEC; stamp == AIMX_STAMP_UNSETTLED; g_usleep (10000))
    {
      stamp = aimx_mail_store_get_folder_stamp (self->store, INFO, AIMX_FOLDER_INBOX);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }
  g_assert_cmpuint (aimx_mail_store_get_folder_stamp (self->store, INFO, AIMX_FOLDER_INBOX), ==, stamp);
}

static void
test_marking_in_a_bundle_changes_the_time_of_the_folder (Fixture *self, gconstpointer data)
{
  g_autofree char *path = get_path (self, FOLDER);
  g_auto (Stored) stored = { NULL };
  struct stat before, after;

  fixture_deliver_fine (self, &attached, INFO, &stored);
  settle (self, FOLDER, 60);
  g_assert_cmpint (stat (path, &before), ==, 0);
  mark (self, stored.stem);
  g_assert_cmpint (stat (path, &after), ==, 0);
  g_assert_cmpint (after.st_mtim.tv_sec, >, before.st_mtim.tv_sec);
}

/* ---- private directories ---- */

static void
test_a_module_has_a_directory_to_itself (Fixture *self, gconstpointer data)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (self->config);
  g_autofree char *expected = get_path (self, ".plugins/search");
  g_autoptr (GPtrArray) strays = NULL;
  g_autoptr (GError) error = NULL;

  for (int again = 0; again < 2; again++)
    {
      g_autofree char *path = aimx_mail_store_make_private_dir (self->store, "search", &error);

      g_assert_no_error (error);
      g_assert_cmpstr (path, ==, expected);
      assert_file (self, ".plugins", 0700, geteuid ());
      assert_file (self, ".plugins/search", 0700, geteuid ());
      g_assert_cmpint (chmod (path, 0755), ==, 0);
    }
  scratch_write (self->data_dir, ".plugins/search/inbox/x.md", "kept");
  strays = aimx_mail_store_list_strays (self->store, config, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strays->len, ==, 0);
  fixture_restart (self);
  g_assert_cmpuint (fixture_count_entries (self, ".plugins/search/inbox"), ==, 1);
}

static void
test_what_somebody_else_put_there_is_a_conflict (Fixture *self, gconstpointer data)
{
  g_autofree char *all = get_path (self, ".plugins");
  g_autofree char *own = get_path (self, ".plugins/search");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (symlink (self->scratch, all), ==, 0);
  g_assert_null (aimx_mail_store_make_private_dir (self->store, "search", &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_cmpint (unlink (all), ==, 0);
  scratch_write (self->data_dir, ".plugins/search", "a file");
  g_assert_null (aimx_mail_store_make_private_dir (self->store, "search", &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  g_clear_error (&error);
  if (geteuid () != 0)
    return;
  g_assert_cmpint (unlink (own), ==, 0);
  scratch_make_directory (self->data_dir, ".plugins/search");
  g_assert_cmpint (chown (own, owner_uid (), 0), ==, 0);
  g_assert_null (aimx_mail_store_make_private_dir (self->store, "search", &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
}

static void
test_who_only_reads_gets_no_directory (Fixture *self, gconstpointer data)
{
  g_autoptr (AimxMailStore) reader = NULL;
  g_autoptr (GError) error = NULL;

  reader =
      aimx_mail_store_open (self->data_dir, AIMX_MAIL_STORE_READ, 0, self->config, self->locks, self->accounts, &error);
  g_assert_no_error (error);
  g_assert_null (aimx_mail_store_make_private_dir (reader, "search", &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_IO);
  g_assert_false (scratch_exists (self->data_dir, ".plugins"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test)                                                                                                \
  g_test_add ("/mail-store-messages/" name, Fixture, NULL, fixture_set_up, test, fixture_tear_down)
  ADD ("what-was-delivered-is-listed-and-read", test_what_was_delivered_is_listed_and_read);
  ADD ("each-change-of-a-file-shows-in-its-stamp", test_each_change_of_a_file_shows_in_its_stamp);
  ADD ("what-is-no-message-is-neither-listed-nor-read",
       test_what_is_no_message_of_the_owner_is_neither_listed_nor_read);
  ADD ("a-file-of-somebody-else-is-no-message", test_a_file_of_somebody_else_is_no_message);
  ADD ("bodies-are-text-and-no-longer-than-asked", test_bodies_are_text_and_no_longer_than_asked);
  ADD ("names-of-attachments-are-read-as-they-stand", test_names_of_attachments_are_read_as_they_stand);
  ADD ("a-folder-is-stamped-once-it-has-settled", test_a_folder_is_stamped_once_it_has_settled);
  ADD ("marking-in-a-bundle-changes-the-time-of-the-folder", test_marking_in_a_bundle_changes_the_time_of_the_folder);
  ADD ("a-module-has-a-directory-to-itself", test_a_module_has_a_directory_to_itself);
  ADD ("what-somebody-else-put-there-is-a-conflict", test_what_somebody_else_put_there_is_a_conflict);
  ADD ("who-only-reads-gets-no-directory", test_who_only_reads_gets_no_directory);
  return g_test_run ();
}
