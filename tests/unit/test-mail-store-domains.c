/* SPDX-License-Identifier: MIT */
/* Promises of core/mail/mail-store-domains.c. */
#include "io/fault.h"
#include "mail-store-fixture.h"

#define DOMAIN "agents.test"

static AimxLockGuard *
lock_config (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  AimxLockGuard *guard = aimx_lock_manager_acquire (self->locks, NULL, AIMX_LOCK_CONFIG, NULL, NULL, &error);

  g_assert_no_error (error);
  return guard;
}

/* What the tree is like once its mailboxes are gone. */
static void
make_tree (Fixture *self)
{
  scratch_make_directory (self->data_dir, DOMAIN "/inbox");
  scratch_make_directory (self->data_dir, DOMAIN "/sent");
}

static AimxConfigChange *
begin_change (Fixture *self)
{
  g_autoptr (AimxLockGuard) guard = lock_config (self);
  g_autoptr (GError) error = NULL;
  AimxConfigChange *change = aimx_config_store_begin (self->config, guard, &error);

  g_assert_no_error (error);
  return change;
}

static gboolean
remove_domain (Fixture *self, gboolean *removed, GError **error)
{
  g_autoptr (AimxConfigChange) change = begin_change (self);

  return aimx_mail_store_remove_domain (self->store, change, DOMAIN, removed, error);
}

static void
test_an_empty_tree_goes_once (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean removed;

  make_tree (self);
  g_assert_true (remove_domain (self, &removed, &error));
  g_assert_true (removed);
  g_assert_false (scratch_exists (self->data_dir, DOMAIN));
  g_assert_true (remove_domain (self, &removed, &error));
  g_assert_false (removed);
  g_assert_no_error (error);
}

static void
test_half_a_tree_goes_as_well (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean removed;

  scratch_make_directory (self->data_dir, DOMAIN "/sent");
  g_assert_true (remove_domain (self, &removed, &error));
  g_assert_no_error (error);
  g_assert_true (removed);
}

static void
check_stopped (Fixture *self, const char *named)
{
  g_autoptr (GError) error = NULL;
  gboolean removed;

  g_assert_false (remove_domain (self, &removed, &error));
  g_assert_false (removed);
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_IO);
  g_assert_nonnull (strstr (error->message, named));
}

static void
test_what_nobody_expected_stops_it_and_stays (Fixture *self, gconstpointer data)
{
  static const char *const strays[] = { DOMAIN "/inbox/stray/note.txt", DOMAIN "/sent/a", DOMAIN "/notes.txt" };

  for (guint i = 0; i < G_N_ELEMENTS (strays); i++)
    {
      g_autofree char *path = g_build_filename (self->data_dir, strays[i], NULL);
      g_autofree char *name = g_strdup (i == 0 ? "'stray'" : strrchr (strays[i], '/') + 1);
      g_autoptr (GError) error = NULL;
      gboolean removed;

      make_tree (self);
      scratch_write (self->data_dir, strays[i], "mine");
      check_stopped (self, name);
      g_assert_true (scratch_exists (self->data_dir, strays[i]));
      g_assert_cmpint (g_unlink (path), ==, 0);
      if (i == 0)
        {
          g_autofree char *parent = g_path_get_dirname (path);

          g_assert_cmpint (g_rmdir (parent), ==, 0);
        }
      g_assert_true (remove_domain (self, &removed, &error));
      g_assert_no_error (error);
    }
}

static void
test_a_link_is_not_followed (Fixture *self, gconstpointer data)
{
  g_autofree char *outside = g_build_filename (self->scratch, "outside", NULL);
  g_autoptr (GError) error = NULL;
  gboolean removed;

  scratch_make_directory (self->scratch, "outside/inbox");
  /* The start has made the domain's directory. */
  g_assert_true (remove_domain (self, &removed, &error));
  scratch_link (self->data_dir, outside, DOMAIN);
  g_assert_false (remove_domain (self, &removed, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  g_assert_true (scratch_exists (self->scratch, "outside/inbox"));
}

/* ---- deliveries meanwhile ---- */

static void
test_no_delivery_begins_while_a_domain_goes (Fixture *self, gconstpointer data)
{
  g_auto (Stored) stored = { NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (aimx_mail_store_begin_removal (self->store, DOMAIN));
  g_assert_false (aimx_mail_store_begin_removal (self->store, DOMAIN));
  g_assert_false (fixture_deliver (self, &plain, INFO, NULL, &stored, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_TEMPORARY);
  aimx_mail_store_end_removal (self->store, DOMAIN);
  fixture_deliver_fine (self, &plain, INFO, &stored);
}

static gpointer
begin_removal (gpointer data)
{
  Fixture *self = data;

  g_assert_true (aimx_mail_store_begin_removal (self->store, DOMAIN));
  return NULL;
}

static gpointer
deliver_slowly (gpointer data)
{
  Fixture *self = data;
  g_auto (Stored) stored = { NULL };

  fixture_deliver_fine (self, &plain, INFO, &stored);
  return NULL;
}

static void
test_a_removal_waits_for_the_deliveries_under_way (Fixture *self, gconstpointer data)
{
  AimxLockGuard *guard = fixture_lock (self, INFO);
  GThread *delivery = g_thread_new ("delivery", deliver_slowly, self);
  AimxLockCounters counters = { 0 };
  GThread *removal;

  /* The delivery has begun when it waits for the mailbox. */
  while (counters.waiting == 0)
    {
      aimx_lock_manager_get_counters (self->locks, &counters);
      g_thread_yield ();
    }
  removal = g_thread_new ("removal", begin_removal, self);
  g_object_unref (guard);
  g_thread_join (delivery);
  g_thread_join (removal);
  aimx_mail_store_end_removal (self->store, DOMAIN);
}

#ifdef AIMX_TEST_SEAMS

static void
test_after_any_failure_a_second_run_completes (Fixture *self, gconstpointer data)
{
  static const char *const calls[] = { "open", "unlink", "sync" };

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    for (guint n = 1;; n++)
      {
        g_autofree char *plan = g_strdup_printf ("%s:%u:EIO", calls[i], n);
        AimxConfigChange *change = begin_change (self);
        g_autoptr (GError) error = NULL;
        gboolean removed, done;

        make_tree (self);
        g_assert_true (aimx_fault_set_plan (plan, NULL));
        done = aimx_mail_store_remove_domain (self->store, change, DOMAIN, &removed, &error);
        g_assert_true (aimx_fault_set_plan (NULL, NULL));
        g_object_unref (change);
        g_assert_true (done == (error == NULL));
        if (done)
          break;
        g_clear_error (&error);
        g_assert_true (remove_domain (self, &removed, &error));
        g_assert_no_error (error);
        g_assert_false (scratch_exists (self->data_dir, DOMAIN));
      }
}

#endif

#define ADD(name, test) g_test_add ("/mail-store-domains/" name, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("an-empty-tree-goes-once", test_an_empty_tree_goes_once);
  ADD ("half-a-tree-goes-as-well", test_half_a_tree_goes_as_well);
  ADD ("what-nobody-expected-stops-it-and-stays", test_what_nobody_expected_stops_it_and_stays);
  ADD ("a-link-is-not-followed", test_a_link_is_not_followed);
  ADD ("no-delivery-begins-while-a-domain-goes", test_no_delivery_begins_while_a_domain_goes);
  ADD ("a-removal-waits-for-the-deliveries-under-way", test_a_removal_waits_for_the_deliveries_under_way);
#ifdef AIMX_TEST_SEAMS
  ADD ("after-any-failure-a-second-run-completes", test_after_any_failure_a_second_run_completes);
#endif
  return g_test_run ();
}
