/* SPDX-License-Identifier: MIT */
/* Promises of core/io/sync-group.c, with a disk whose syncs end when the test says so. */
#include "io/sync-group.h"
#include "scratch-directory.h"

#define DEADLINE (30 * G_TIME_SPAN_SECOND)

/* The sync function has no argument to carry it. */
static struct
{
  GMutex lock;
  GCond changed;
  guint n_begun;
  guint n_allowed;
  guint failing; /* which sync fails, from 1 */
} disk;

static gboolean
sync_when_allowed (AimxDirectory *directory, GError **error)
{
  gboolean fails;
  guint me;

  g_mutex_lock (&disk.lock);
  me = ++disk.n_begun;
  g_cond_broadcast (&disk.changed);
  while (disk.n_allowed < me)
    g_cond_wait (&disk.changed, &disk.lock);
  fails = me == disk.failing;
  g_mutex_unlock (&disk.lock);
  if (fails)
    g_set_error_literal (error, AIMX_ERROR, AIMX_ERROR_IO, "disk on fire");
  return !fails;
}

static void
reset_disk (guint failing)
{
  disk.n_begun = disk.n_allowed = 0;
  disk.failing = failing;
}

static void
wait_begun (guint n)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;

  g_mutex_lock (&disk.lock);
  while (disk.n_begun < n)
    g_assert_true (g_cond_wait_until (&disk.changed, &disk.lock, deadline));
  g_mutex_unlock (&disk.lock);
}

static void
allow (guint n)
{
  g_mutex_lock (&disk.lock);
  disk.n_allowed = n;
  g_cond_broadcast (&disk.changed);
  g_mutex_unlock (&disk.lock);
}

typedef struct
{
  AimxSyncGroup *group;
  AimxDirectory *directory;
  GError *error;
  gboolean synced;
  gint *n_entered;
} Waiter;

static gpointer
wait_for_sync (gpointer data)
{
  Waiter *self = data;

  g_atomic_int_inc (self->n_entered);
  self->synced = aimx_sync_group_sync (self->group, self->directory, &self->error);
  return NULL;
}

typedef struct
{
  ScratchDirectory *scratch;
  AimxDirectory *directory;
  AimxSyncGroup *group;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->scratch = scratch_directory_new ();
  f->directory = aimx_directory_open_root (f->scratch, AIMX_DIRECTORY_DEFAULT, NULL);
  f->group = aimx_sync_group_new (sync_when_allowed);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  aimx_sync_group_free (f->group);
  aimx_directory_unref (f->directory);
  scratch_directory_free (f->scratch);
}

static void
test_who_comes_during_a_sync_waits_for_the_next (Fixture *f, gconstpointer data)
{
  gint n_entered = 0;
  Waiter first = { f->group, f->directory, NULL, FALSE, &n_entered };
  Waiter second = first;
  GThread *threads[2];

  reset_disk (0);
  threads[0] = g_thread_new ("first", wait_for_sync, &first);
  wait_begun (1);
  threads[1] = g_thread_new ("second", wait_for_sync, &second);
  while (g_atomic_int_get (&n_entered) < 2)
    g_thread_yield ();
  allow (1);
  g_thread_join (threads[0]);
  g_assert_true (first.synced);
  /* The second cannot be satisfied by a sync that began before it asked. */
  wait_begun (2);
  g_assert_false (second.synced);
  allow (2);
  g_thread_join (threads[1]);
  g_assert_true (second.synced);
}

static void
run_crowd (Fixture *f, Waiter *waiters, guint n)
{
  gint n_entered = 0;
  g_autofree GThread **threads = g_new (GThread *, n);

  for (guint i = 0; i < n; i++)
    {
      waiters[i] = (Waiter){ f->group, f->directory, NULL, FALSE, &n_entered };
      threads[i] = g_thread_new ("waiter", wait_for_sync, &waiters[i]);
      if (i == 0)
        wait_begun (1);
    }
  while ((guint) g_atomic_int_get (&n_entered) < n)
    g_thread_yield ();
  /* A waiter that has entered may still be on its way to the wait; late ones make a further round, no more. */
  allow (G_MAXUINT);
  for (guint i = 0; i < n; i++)
    g_thread_join (threads[i]);
}

static void
test_a_crowd_shares_its_syncs (Fixture *f, gconstpointer data)
{
  Waiter waiters[32];

  reset_disk (0);
  run_crowd (f, waiters, G_N_ELEMENTS (waiters));
  for (guint i = 0; i < G_N_ELEMENTS (waiters); i++)
    g_assert_true (waiters[i].synced);
  g_assert_cmpuint (disk.n_begun, >=, 2);
  g_assert_cmpuint (disk.n_begun, <, G_N_ELEMENTS (waiters));
}

static void
test_a_failed_sync_fails_all_that_shared_it_and_no_other (Fixture *f, gconstpointer data)
{
  Waiter waiters[16];
  guint n_failed = 0;

  reset_disk (2);
  run_crowd (f, waiters, G_N_ELEMENTS (waiters));
  g_assert_true (waiters[0].synced);
  for (guint i = 1; i < G_N_ELEMENTS (waiters); i++)
    {
      g_assert_true (waiters[i].synced == (waiters[i].error == NULL));
      if (waiters[i].error != NULL)
        g_assert_error (waiters[i].error, AIMX_ERROR, AIMX_ERROR_IO);
      n_failed += waiters[i].error != NULL;
      g_clear_error (&waiters[i].error);
    }
  g_assert_cmpuint (n_failed, >=, 1);
}

static void
test_directories_do_not_wait_for_one_another (Fixture *f, gconstpointer data)
{
  g_autoptr (ScratchDirectory) other_scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) other = aimx_directory_open_root (other_scratch, AIMX_DIRECTORY_DEFAULT, NULL);
  gint n_entered = 0;
  Waiter one = { f->group, f->directory, NULL, FALSE, &n_entered };
  Waiter two = { f->group, other, NULL, FALSE, &n_entered };
  GThread *threads[2];

  reset_disk (0);
  threads[0] = g_thread_new ("one", wait_for_sync, &one);
  threads[1] = g_thread_new ("two", wait_for_sync, &two);
  wait_begun (2);
  allow (2);
  g_thread_join (threads[0]);
  g_thread_join (threads[1]);
  g_assert_true (one.synced && two.synced);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/sync-group/who-comes-during-a-sync-waits-for-the-next", Fixture, NULL, set_up,
              test_who_comes_during_a_sync_waits_for_the_next, tear_down);
  g_test_add ("/sync-group/a-crowd-shares-its-syncs", Fixture, NULL, set_up, test_a_crowd_shares_its_syncs, tear_down);
  g_test_add ("/sync-group/a-failed-sync-fails-all-that-shared-it-and-no-other", Fixture, NULL, set_up,
              test_a_failed_sync_fails_all_that_shared_it_and_no_other, tear_down);
  g_test_add ("/sync-group/directories-do-not-wait-for-one-another", Fixture, NULL, set_up,
              test_directories_do_not_wait_for_one_another, tear_down);
  return g_test_run ();
}
