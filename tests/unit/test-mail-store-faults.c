/* SPDX-License-Identifier: MIT */
/*
 * Every system call of the storage path fails in turn, in every way: an operation succeeds and is complete, or fails
 * and leaves nothing, and the next one is fine.
 */
#include "mail-store-fixture.h"

#include "io/fault.h"

/* More calls than any operation makes; the loops end with the first plan that does not strike. */
#define CALLS_MAX 500

static const char *const faults[] = { "ENOSPC", "EIO", "EMFILE", "EINTR", "short" };

/* Runs one operation with the fault at each of its calls. @operate returns whether it succeeded; @check looks at what
 * it left. */
static void
strike_each (Fixture *self,
             gboolean (*operate) (Fixture *self, GError **error),
             void (*check) (Fixture *self, gboolean done, const char *plan))
{
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      guint failures = 0;
      guint n;

      for (n = 1; n < CALLS_MAX; n++)
        {
          g_autofree char *plan = g_strdup_printf ("any:%u:%s", n, faults[i]);
          g_autoptr (GError) error = NULL;
          gboolean done;

          g_assert_true (aimx_fault_set_plan (plan, NULL));
          done = operate (self, &error);
          g_assert_cmpint (done, ==, error == NULL);
          if (aimx_fault_get_count () < n)
            break;
          failures += !done;
          aimx_fault_set_plan (NULL, NULL);
          check (self, done, plan);
        }
      aimx_fault_set_plan (NULL, NULL);
      check (self, TRUE, "none");
      g_assert_cmpuint (n, >, 5);
      g_assert_cmpuint (n, <, CALLS_MAX);
      if (i < 2)
        g_assert_cmpuint (failures, >, 3);
      else if (strcmp (faults[i], "EINTR") == 0 || strcmp (faults[i], "short") == 0)
        g_assert_cmpuint (failures, ==, 0);
    }
}

static void
empty_inbox (Fixture *self)
{
  g_autoptr (AimxLockGuard) guard = fixture_lock (self, INFO);

  g_assert_true (aimx_mail_store_wipe_mailbox (self->store, guard, INFO, NULL));
}

/* ---- a delivery ---- */

static const Sample *delivered;
static char *delivered_stem;

static gboolean
deliver (Fixture *self, GError **error)
{
  g_auto (Stored) stored = { NULL };
  gboolean done = fixture_deliver (self, delivered, INFO, NULL, &stored, error);

  g_assert_false (stored.duplicate);
  g_free (delivered_stem);
  delivered_stem = g_steal_pointer (&stored.stem);
  return done;
}

static void
check_delivery (Fixture *self, gboolean done, const char *plan)
{
  g_auto (Stored) stored = { NULL };

  g_test_message ("%s", plan);
  g_assert_cmpuint (fixture_count_entries (self, ".spool"), ==, 0);
  g_assert_cmpuint (fixture_count_entries (self, "agents.test/inbox/info"), ==, done);
  if (done)
    {
      g_autofree char *text = fixture_read (self, INFO, delivered_stem);
      g_autofree char *bundle = g_strconcat ("agents.test/inbox/info/", delivered_stem, NULL);

      g_assert_true (g_str_has_suffix (text, delivered->body));
      g_assert_cmpuint (fixture_count_entries (self, bundle), ==, delivered->attachment != NULL ? 2 : 0);
    }
  /* Its sender tries again: no second copy, no loss. */
  fixture_deliver_fine (self, delivered, INFO, &stored);
  g_assert_cmpint (stored.duplicate, ==, done);
  g_assert_cmpuint (fixture_count_entries (self, "agents.test/inbox/info"), ==, 1);
  empty_inbox (self);
}

static void
test_delivery_of_a_file (Fixture *self, gconstpointer data)
{
  delivered = &plain;
  strike_each (self, deliver, check_delivery);
  g_clear_pointer (&delivered_stem, g_free);
}

/* Where the file system knows no files without a name. */
static void
test_delivery_of_a_named_file (Fixture *self, gconstpointer data)
{
  g_assert_true (aimx_fault_set_plan ("link:1:EPERM", NULL));
  fixture_restart (self);
  test_delivery_of_a_file (self, data);
}

static void
test_delivery_of_a_bundle (Fixture *self, gconstpointer data)
{
  delivered = &attached;
  strike_each (self, deliver, check_delivery);
  g_clear_pointer (&delivered_stem, g_free);
}

/* ---- the first delivery to a mailbox, which makes its directories ---- */

static gboolean
deliver_first (Fixture *self, GError **error)
{
  g_autofree char *domain = g_build_filename (self->data_dir, "agents.test", NULL);

  /* Not the store's calls: they are not counted. */
  nftw (domain, scratch_directory_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  return deliver (self, error);
}

static void
test_first_delivery (Fixture *self, gconstpointer data)
{
  delivered = &plain;
  strike_each (self, deliver_first, check_delivery);
  g_clear_pointer (&delivered_stem, g_free);
}

/* ---- after a crash between the move and the sync ---- */

static void
test_what_was_never_acknowledged_is_synced_before_it_is (Fixture *self, gconstpointer data)
{
  g_auto (Stored) stored = { NULL };
  g_autoptr (GError) error = NULL;

  fixture_deliver_fine (self, &plain, INFO, &stored);
  for (int n_syncs = 1; n_syncs <= 4; n_syncs++)
    {
      g_autofree char *plan = g_strdup_printf ("sync:%d:EIO", n_syncs);

      fixture_restart (self);
      g_assert_true (aimx_fault_set_plan (plan, NULL));
      g_assert_false (fixture_deliver (self, &plain, INFO, NULL, &stored, &error));
      aimx_fault_set_plan (NULL, NULL);
      g_assert_error (error, AIMX_ERROR, AIMX_ERROR_IO);
      g_clear_error (&error);
      g_assert_false (stored.duplicate);
    }
  fixture_deliver_fine (self, &plain, INFO, &stored);
  g_assert_true (stored.duplicate);
  /* Once is enough. */
  g_assert_true (aimx_fault_set_plan ("sync:1+:EIO", NULL));
  fixture_deliver_fine (self, &plain, INFO, &stored);
  aimx_fault_set_plan (NULL, NULL);
  g_assert_true (stored.duplicate);
  g_assert_cmpuint (fixture_count_entries (self, "agents.test/inbox/info"), ==, 1);
}

/* ---- marking ---- */

static char *marked_stem;
static char *unmarked_text;

static gboolean
mark (Fixture *self, GError **error)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (self->config);
  g_autoptr (AimxLockGuard) guard = fixture_lock (self, INFO);

  return aimx_mail_store_mark (self->store, guard, aimx_config_get_mailbox (config, INFO), marked_stem, TRUE, error);
}

static void
check_mark (Fixture *self, gboolean done, const char *plan)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (self->config);
  g_autoptr (AimxLockGuard) guard = fixture_lock (self, INFO);
  g_autofree char *text = fixture_read (self, INFO, marked_stem);
  g_autofree char *after = NULL;

  g_test_message ("%s", plan);
  if (done)
    g_assert_nonnull (strstr (text, "\nread = true\n"));
  /* The file as it was, or, when only the last sync failed, changed as a whole. */
  else if (strcmp (text, unmarked_text) != 0)
    g_assert_nonnull (strstr (text, "\nread = true\n"));
  g_assert_true (g_str_has_suffix (text, "\n+++\n\nSee the file\n"));
  g_assert_cmpuint (fixture_count_entries (self, ".spool"), ==, 0);
  g_assert_true (
      aimx_mail_store_mark (self->store, guard, aimx_config_get_mailbox (config, INFO), marked_stem, FALSE, NULL));
  after = fixture_read (self, INFO, marked_stem);
  g_assert_cmpstr (after, ==, unmarked_text);
}

static void
test_mark (Fixture *self, gconstpointer data)
{
  g_auto (Stored) stored = { NULL };

  fixture_deliver_fine (self, &attached, INFO, &stored);
  marked_stem = stored.stem;
  unmarked_text = fixture_read (self, INFO, marked_stem);
  strike_each (self, mark, check_mark);
  g_clear_pointer (&unmarked_text, g_free);
}

/* ---- making and wiping ---- */

static gboolean
create (Fixture *self, GError **error)
{
  g_autoptr (AimxLockGuard) guard = fixture_lock (self, "new@agents.test");
  const struct passwd *owner = getpwnam (fixture_owner ());
  guint created;

  return aimx_mail_store_create_mailbox (self->store, guard, "new@agents.test", owner->pw_uid, owner->pw_gid, &created,
                                         error);
}

static guint
count_new (Fixture *self)
{
  return fixture_count_entries (self, "agents.test/inbox") + fixture_count_entries (self, "agents.test/sent");
}

static void
check_create (Fixture *self, gboolean done, const char *plan)
{
  g_autoptr (AimxLockGuard) guard = fixture_lock (self, "new@agents.test");

  g_test_message ("%s", plan);
  g_assert_cmpuint (count_new (self), ==, done ? 2 : 0);
  aimx_mail_store_remove_mailbox_dirs (self->store, guard, "new@agents.test");
  g_assert_cmpuint (count_new (self), ==, 0);
}

static void
test_create (Fixture *self, gconstpointer data)
{
  strike_each (self, create, check_create);
}

static gboolean
wipe (Fixture *self, GError **error)
{
  g_autoptr (AimxLockGuard) guard = fixture_lock (self, INFO);

  scratch_write (self->data_dir, "agents.test/inbox/info/a/b/file", "x");
  scratch_write (self->data_dir, "agents.test/inbox/info/one.md", "x");
  scratch_make_directory (self->data_dir, "agents.test/sent/info");
  if (!aimx_mail_store_wipe_mailbox (self->store, guard, INFO, error))
    return FALSE;
  aimx_mail_store_remove_mailbox_dirs (self->store, guard, INFO);
  return TRUE;
}

static void
check_wipe (Fixture *self, gboolean done, const char *plan)
{
  g_autoptr (AimxLockGuard) guard = NULL;

  g_test_message ("%s", plan);
  if (done)
    g_assert_cmpuint (fixture_count_entries (self, "agents.test/inbox/info"), ==, 0);
  empty_inbox (self);
  guard = fixture_lock (self, INFO);
  aimx_mail_store_remove_mailbox_dirs (self->store, guard, INFO);
  g_assert_cmpuint (fixture_count_entries (self, "agents.test/inbox"), ==, 0);
  g_assert_cmpuint (fixture_count_entries (self, "agents.test/sent"), ==, 0);
}

static void
test_wipe (Fixture *self, gconstpointer data)
{
  strike_each (self, wipe, check_wipe);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/mail-store/faults/" name, Fixture, NULL, fixture_set_up, test, fixture_tear_down)
  ADD ("delivery-of-a-file", test_delivery_of_a_file);
  ADD ("delivery-of-a-named-file", test_delivery_of_a_named_file);
  ADD ("delivery-of-a-bundle", test_delivery_of_a_bundle);
  ADD ("first-delivery", test_first_delivery);
  ADD ("unacknowledged", test_what_was_never_acknowledged_is_synced_before_it_is);
  ADD ("mark", test_mark);
  ADD ("create", test_create);
  ADD ("wipe", test_wipe);
  return g_test_run ();
}
