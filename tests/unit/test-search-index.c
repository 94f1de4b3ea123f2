/* SPDX-License-Identifier: MIT */
/* The index against a mail store: what comes in, what goes, in which order, and what it does while somebody else looks.
 */
#include "mail-store-fixture.h"
#include "search/entry.h"
#include "search/index.h"

#define FOLDER "agents.test/inbox/info"

typedef struct
{
  Fixture mail;
  char *path;
  SearchDatabase *index;
  guint n_done;
  guint stop_after;
} IndexFixture;

static void
set_up (IndexFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture_set_up (&self->mail, NULL);
  self->path = g_build_filename (self->mail.scratch, "index.sqlite", NULL);
  self->index = search_database_open (self->path, SEARCH_ACCESS_WRITE, &error);
  g_assert_no_error (error);
  self->stop_after = G_MAXUINT;
}

static void
tear_down (IndexFixture *self, gconstpointer data)
{
  g_clear_pointer (&self->index, search_database_free);
  g_free (self->path);
  fixture_tear_down (&self->mail, NULL);
}

/* A message in the folder, which belongs to the same user as it. */
static void
put (IndexFixture *self, const char *stem, const char *date, const char *body)
{
  g_autofree char *path = g_strdup_printf (FOLDER "/%s.md", stem);
  g_autofree char *key = date != NULL ? g_strdup_printf ("date = \"%s\"\n", date) : g_strdup ("");
  g_autofree char *text = g_strdup_printf ("+++\nsubject = \"%s\"\n%sread = false\n+++\n\n%s\n", stem, key, body);

  scratch_write (self->mail.data_dir, path, text);
}

static void
take_away (IndexFixture *self, const char *stem)
{
  g_autofree char *path = g_strdup_printf ("%s/" FOLDER "/%s.md", self->mail.data_dir, stem);

  g_assert_cmpint (unlink (path), ==, 0);
}

static gboolean
on_progress (guint n_done, gpointer user_data)
{
  IndexFixture *self = user_data;

  self->n_done += n_done;
  return self->n_done < self->stop_after;
}

static gboolean
try_catch_up (IndexFixture *self)
{
  g_autoptr (GError) unreadable = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done;

  self->n_done = 0;
  done = search_index_catch_up (self->index, self->mail.store, INFO, AIMX_FOLDER_INBOX, on_progress, self, &unreadable,
                                &error);
  g_assert_no_error (unreadable);
  g_assert_no_error (error);
  return done;
}

static void
catch_up (IndexFixture *self)
{
  g_assert_true (try_catch_up (self));
}

/* (transfer full): stems of what is found, newest first. */
static char *
find_in (SearchDatabase *index, const char *expression)
{
  g_autoptr (GString) found = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement = search_database_prepare (
      index, &error,
      "SELECT stem FROM text JOIN message ON message.id = text.rowid WHERE text MATCH ?1 ORDER BY text.rowid DESC", "s",
      expression);
  gboolean row = TRUE;

  g_assert_no_error (error);
  while (row)
    {
      g_assert_true (search_database_step (index, statement, &row, &error));
      if (row)
        g_string_append_printf (found, "%s ", sqlite3_column_text (statement, 0));
    }
  return g_string_free (g_steal_pointer (&found), FALSE);
}

static void
assert_finds (IndexFixture *self, const char *expression, const char *expected)
{
  g_autofree char *found = find_in (self->index, expression);

  g_assert_cmpstr (found, ==, expected);
}

static void
test_catching_up_brings_in_what_came_changed_and_went (IndexFixture *self, gconstpointer data)
{
  put (self, "a", "2024-01-01T00:00:00Z", "first word");
  put (self, "b", "2024-01-02T00:00:00Z", "second word");
  put (self, "c", "2024-01-03T00:00:00Z", "third word");
  catch_up (self);
  g_assert_cmpuint (self->n_done, ==, 3);
  assert_finds (self, "body : word", "c b a ");
  put (self, "a", "2024-01-01T00:00:00Z", "changed text");
  take_away (self, "b");
  put (self, "d", "2024-01-04T00:00:00Z", "fourth word");
  catch_up (self);
  g_assert_cmpuint (self->n_done, ==, 3);
  assert_finds (self, "body : word", "d c ");
  assert_finds (self, "body : changed", "a ");
  assert_finds (self, "marks : all", "d c a ");
  catch_up (self);
  g_assert_cmpuint (self->n_done, ==, 0);
}

static void
test_results_are_in_the_order_of_dates_and_any_date_has_a_place (IndexFixture *self, gconstpointer data)
{
  put (self, "2024-06-01-120000-none", NULL, "x");
  put (self, "2024-06-01-110000-nonsense", "next week", "x");
  put (self, "east", "2024-06-01T12:30:00+02:00", "x");
  put (self, "before-time", "1066-10-14T00:00:00Z", "x");
  put (self, "far", "9999-12-31T23:59:59Z", "x");
  put (self, "ahead", "2033-01-01\"\nreceived_at = \"2024-06-01T11:30:00Z", "x");
  catch_up (self);
  assert_finds (self, "body : x", "far 2024-06-01-120000-none ahead 2024-06-01-110000-nonsense east before-time ");
}

static void
test_an_index_made_anew_gives_the_same_ids (IndexFixture *self, gconstpointer data)
{
  gint64 ids[2];

  put (self, "a", "2024-01-01T00:00:00Z", "x");
  put (self, "b", "2024-01-01T00:00:00Z", "x");
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (SearchDatabase) index = search_database_open (NULL, SEARCH_ACCESS_MEMORY, NULL);
      sqlite3_stmt *statement;
      gboolean row;

      g_assert_true (
          search_index_catch_up (index, self->mail.store, INFO, AIMX_FOLDER_INBOX, on_progress, self, NULL, NULL));
      statement = search_database_prepare (index, NULL, "SELECT min (id) FROM message", "");
      g_assert_true (search_database_step (index, statement, &row, NULL));
      ids[i] = sqlite3_column_int64 (statement, 0);
      search_database_finish (statement);
      take_away (self, i == 0 ? "a" : "b");
      put (self, i == 0 ? "a" : "b", "2024-01-01T00:00:00Z", "x");
    }
  g_assert_cmpint (ids[0], ==, ids[1]);
}

static void
test_what_was_stopped_is_taken_up_again (IndexFixture *self, gconstpointer data)
{
  const guint n = 2 * SEARCH_BATCH + 10;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *stem = g_strdup_printf ("m%04u", i);

      put (self, stem, NULL, "x");
    }
  self->stop_after = 1;
  g_assert_false (try_catch_up (self));
  g_assert_cmpuint (self->n_done, ==, SEARCH_BATCH);
  self->stop_after = G_MAXUINT;
  catch_up (self);
  g_assert_cmpuint (self->n_done, ==, n - SEARCH_BATCH);
}

static void
test_mailboxes_that_are_not_configured_are_forgotten (IndexFixture *self, gconstpointer data)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (self->mail.config);
  g_autoptr (GError) error = NULL;

  put (self, "a", "2024-01-01T00:00:00Z", "stays");
  scratch_write (self->mail.data_dir, "agents.test/inbox/former/b.md", "+++\n+++\n\ngoes\n");
  catch_up (self);
  g_assert_true (search_index_catch_up (self->index, self->mail.store, "former@agents.test", AIMX_FOLDER_INBOX,
                                        on_progress, self, NULL, &error));
  assert_finds (self, "body : goes", "b ");
  g_assert_true (search_index_forget_others (self->index, config, on_progress, self, &error));
  g_assert_no_error (error);
  assert_finds (self, "body : goes", "");
  assert_finds (self, "marks : all", "a ");
}

static void
test_a_folder_that_cannot_be_listed_keeps_what_is_known (IndexFixture *self, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (self->mail.data_dir, FOLDER, NULL);
  g_autofree char *aside = g_build_filename (self->mail.data_dir, "aside", NULL);
  g_autoptr (GError) unreadable = NULL;
  g_autoptr (GError) error = NULL;

  put (self, "a", "2024-01-01T00:00:00Z", "x");
  catch_up (self);
  g_assert_cmpint (rename (folder, aside), ==, 0);
  g_assert_cmpint (symlink (aside, folder), ==, 0);
  g_assert_true (search_index_catch_up (self->index, self->mail.store, INFO, AIMX_FOLDER_INBOX, on_progress, self,
                                        &unreadable, &error));
  g_assert_no_error (error);
  g_assert_nonnull (unreadable);
  assert_finds (self, "body : x", "a ");
}

static void
test_who_reads_waits_for_nobody_who_writes (IndexFixture *self, gconstpointer data)
{
  g_autoptr (SearchDatabase) reader = NULL;
  g_autofree char *found = NULL;
  g_autoptr (GError) error = NULL;

  put (self, "a", "2024-01-01T00:00:00Z", "x");
  catch_up (self);
  put (self, "b", "2024-01-02T00:00:00Z", "x");
  g_assert_true (search_index_begin (self->index, &error));
  g_assert_true (search_index_update (self->index, self->mail.store, INFO, AIMX_FOLDER_INBOX, "b", &error));
  reader = search_database_open (self->path, SEARCH_ACCESS_READ, &error);
  g_assert_no_error (error);
  found = find_in (reader, "body : x");
  g_assert_cmpstr (found, ==, "a ");
  g_assert_false (search_database_run (reader, &error, "DELETE FROM message", ""));
  search_index_roll_back (self->index);
}

static void
test_a_search_ends_at_its_deadline (IndexFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *endless;
  gboolean row;

  search_database_set_deadline (self->index, g_get_monotonic_time ());
  endless = search_database_prepare (
      self->index, &error, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
      "");
  g_assert_false (search_database_step (self->index, endless, &row, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_TEMPORARY);
}

static void
test_what_is_no_index_of_this_version_is_told (IndexFixture *self, gconstpointer data)
{
  g_autofree char *other = g_build_filename (self->mail.scratch, "other", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (search_database_run (self->index, NULL, "PRAGMA user_version = 7", ""));
  g_clear_pointer (&self->index, search_database_free);
  g_assert_null (search_database_open (self->path, SEARCH_ACCESS_WRITE, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  g_clear_error (&error);
  scratch_write (self->mail.scratch, "other", "This is a text file, and long enough to be taken for something else.");
  g_assert_null (search_database_open (other, SEARCH_ACCESS_WRITE, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  g_clear_error (&error);
  search_database_remove (self->path);
  g_assert_null (search_database_open (self->path, SEARCH_ACCESS_READ, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/search-index/" name, IndexFixture, NULL, set_up, test, tear_down)
  ADD ("catching-up-brings-in-what-came-changed-and-went", test_catching_up_brings_in_what_came_changed_and_went);
  ADD ("results-are-in-the-order-of-dates", test_results_are_in_the_order_of_dates_and_any_date_has_a_place);
  ADD ("an-index-made-anew-gives-the-same-ids", test_an_index_made_anew_gives_the_same_ids);
  ADD ("what-was-stopped-is-taken-up-again", test_what_was_stopped_is_taken_up_again);
  ADD ("mailboxes-that-are-not-configured-are-forgotten", test_mailboxes_that_are_not_configured_are_forgotten);
  ADD ("a-folder-that-cannot-be-listed-keeps-what-is-known", test_a_folder_that_cannot_be_listed_keeps_what_is_known);
  ADD ("who-reads-waits-for-nobody-who-writes", test_who_reads_waits_for_nobody_who_writes);
  ADD ("a-search-ends-at-its-deadline", test_a_search_ends_at_its_deadline);
  ADD ("what-is-no-index-of-this-version-is-told", test_what_is_no_index_of_this_version_is_told);
  return g_test_run ();
}
