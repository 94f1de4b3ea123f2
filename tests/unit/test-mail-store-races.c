/* SPDX-License-Identifier: MIT */
/* Deliveries at once, and what happens to a mailbox in the middle of one. */
#include "mail-store-fixture.h"

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
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/mail-store/races/" name, Fixture, NULL, fixture_set_up, test, fixture_tear_down)
  ADD ("a-name-taken-after-all-is-not-replaced", test_a_name_taken_after_all_is_not_replaced);
  ADD ("a-mailbox-deleted-meanwhile-stays-deleted", test_a_mailbox_deleted_meanwhile_stays_deleted);
  ADD ("deliveries-at-once-lose-and-double-nothing", test_deliveries_at_once_lose_and_double_nothing);
  return g_test_run ();
}
