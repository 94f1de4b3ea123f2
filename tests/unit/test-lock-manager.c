/* SPDX-License-Identifier: MIT */
/* Promises of core/lock-manager.c; the stress test is the one to run under ThreadSanitizer. */
#include "acting-module.h"
#include "lock-manager-private.h"

#include <aimx/error.h>

#define DEADLINE_USEC (20 * G_USEC_PER_SEC)

static AimxLockGuard *
take (AimxLockManager *manager, AimxLockGuard *held, const char *a, const char *b)
{
  const char *const names[] = { a, b, NULL };
  g_autoptr (GError) error = NULL;
  AimxLockGuard *guard = aimx_lock_manager_acquire (manager, held, AIMX_LOCK_MAILBOX, names, NULL, &error);

  g_assert_no_error (error);
  return guard;
}

static AimxLockGuard *
take_config (AimxLockManager *manager, AimxLockGuard *held)
{
  g_autoptr (GError) error = NULL;
  AimxLockGuard *guard = aimx_lock_manager_acquire (manager, held, AIMX_LOCK_CONFIG, NULL, NULL, &error);

  g_assert_no_error (error);
  return guard;
}

static void
wait_for_waiters (AimxLockManager *manager, guint64 n)
{
  gint64 until = g_get_monotonic_time () + DEADLINE_USEC;
  AimxLockCounters counters;

  do
    {
      g_thread_yield ();
      aimx_lock_manager_get_counters (manager, &counters);
      g_assert_cmpint (g_get_monotonic_time (), <, until);
    }
  while (counters.waiting != n);
}

static void
test_guard_covers_what_it_holds (void)
{
  g_autoptr (AimxLockManager) manager = aimx_lock_manager_new ();
  g_autoptr (AimxLockGuard) guard = take (manager, NULL, "b@x.org", "a@x.org");
  g_autoptr (AimxLockGuard) config = take_config (manager, guard);

  g_assert_cmpstr (aimx_lock_guard_get_names (guard)[0], ==, "a@x.org");
  g_assert_cmpstr (aimx_lock_guard_get_names (guard)[1], ==, "b@x.org");
  g_assert_true (aimx_lock_guard_covers (guard, AIMX_LOCK_MAILBOX, "b@x.org"));
  g_assert_false (aimx_lock_guard_covers (guard, AIMX_LOCK_MAILBOX, "c@x.org"));
  g_assert_false (aimx_lock_guard_covers (guard, AIMX_LOCK_CONFIG, NULL));
  g_assert_true (aimx_lock_guard_covers (config, AIMX_LOCK_CONFIG, NULL));
  g_assert_true (aimx_lock_guard_covers (config, AIMX_LOCK_MAILBOX, "a@x.org"));
  aimx_lock_guard_release (guard);
  aimx_lock_guard_release (guard);
  g_assert_false (aimx_lock_guard_covers (config, AIMX_LOCK_MAILBOX, "a@x.org"));
}

static void
test_repeated_names_are_taken_once (void)
{
  g_autoptr (AimxLockManager) manager = aimx_lock_manager_new ();
  g_autoptr (AimxLockGuard) guard = take (manager, NULL, "a@x.org", "a@x.org");
  AimxLockCounters counters;

  aimx_lock_manager_get_counters (manager, &counters);
  g_assert_cmpuint (counters.held, ==, 1);
  g_clear_object (&guard);
  aimx_lock_manager_get_counters (manager, &counters);
  g_assert_cmpuint (counters.held, ==, 0);
}

static int n_criticals;
static GAsyncQueue *warnings;

static GLogWriterOutput
remember (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if ((level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)) == 0)
    return g_log_writer_default (level, fields, n_fields, user_data);
  n_criticals += (level & G_LOG_LEVEL_CRITICAL) != 0;
  for (gsize i = 0; (level & G_LOG_LEVEL_WARNING) != 0 && i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      g_async_queue_push (warnings, g_strdup (fields[i].value));
  return G_LOG_WRITER_HANDLED;
}

static void
assert_warning (const char *expected)
{
  g_autofree char *warning = g_async_queue_timeout_pop (warnings, DEADLINE_USEC);

  if (warning == NULL || !g_pattern_match_simple (expected, warning))
    g_error ("the log says '%s', not '%s'", warning, expected);
}

/* Every refusal logs a critical, which only this test survives. */
static void
expect_refusal (AimxLockManager *manager, AimxLockGuard *held, AimxLockRank rank)
{
  const char *const names[] = { "z@x.org", NULL };
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_autoptr (GError) error = NULL;
  int before = n_criticals;

  g_assert_null (aimx_lock_manager_acquire (manager, held, rank, names, NULL, &error));
  g_assert_cmpint (n_criticals, ==, before + 1);
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_ORDER);
  g_log_set_always_fatal (fatal);
}

static void
test_rank_violations_are_refused (void)
{
  g_autoptr (AimxLockManager) manager = aimx_lock_manager_new ();
  g_autoptr (AimxLockGuard) mailbox = take (manager, NULL, "a@x.org", NULL);
  g_autoptr (AimxLockGuard) config = NULL;
  AimxLockCounters counters;

  expect_refusal (manager, mailbox, AIMX_LOCK_MAILBOX);
  expect_refusal (manager, NULL, AIMX_LOCK_MAILBOX);
  config = take_config (manager, mailbox);
  expect_refusal (manager, config, AIMX_LOCK_CONFIG);
  expect_refusal (manager, NULL, AIMX_LOCK_MAILBOX);
  aimx_lock_manager_get_counters (manager, &counters);
  g_assert_cmpuint (counters.refused, ==, 4);
  g_clear_object (&config);
  g_clear_object (&mailbox);
  mailbox = take (manager, NULL, "a@x.org", NULL);
}

typedef struct
{
  AimxLockManager *manager;
  const char *name;
  int number;
  GAsyncQueue *order;
  GCancellable *cancellable;
} Taker;

static gpointer
take_and_report (gpointer data)
{
  Taker *taker = data;
  g_autoptr (AimxLockGuard) guard = take (taker->manager, NULL, taker->name, NULL);

  g_async_queue_push (taker->order, GINT_TO_POINTER (taker->number));
  return NULL;
}

static void
test_waiters_are_served_in_order (void)
{
  g_autoptr (AimxLockManager) manager = aimx_lock_manager_new ();
  g_autoptr (AimxLockGuard) guard = take (manager, NULL, "a@x.org", NULL);
  g_autoptr (GAsyncQueue) order = g_async_queue_new ();
  Taker takers[8];
  GThread *threads[8];

  for (int i = 0; i < 8; i++)
    {
      takers[i] = (Taker){ manager, "a@x.org", i + 1, order, NULL };
      threads[i] = g_thread_new ("taker", take_and_report, &takers[i]);
      wait_for_waiters (manager, (guint64) i + 1);
    }
  g_clear_object (&guard);
  for (int i = 0; i < 8; i++)
    g_thread_join (threads[i]);
  for (int i = 0; i < 8; i++)
    g_assert_cmpint (GPOINTER_TO_INT (g_async_queue_pop (order)), ==, i + 1);
}

static gpointer
take_until_cancelled (gpointer data)
{
  Taker *taker = data;
  const char *const names[] = { "a@x.org", "b@x.org", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (
      aimx_lock_manager_acquire (taker->manager, NULL, AIMX_LOCK_MAILBOX, names, taker->cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  return NULL;
}

static void
test_cancelled_waiter_lets_the_next_pass (void)
{
  g_autoptr (AimxLockManager) manager = aimx_lock_manager_new ();
  g_autoptr (AimxLockGuard) guard = take (manager, NULL, "a@x.org", NULL);
  g_autoptr (GAsyncQueue) order = g_async_queue_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Taker cancelled = { manager, NULL, 0, NULL, cancellable };
  Taker behind = { manager, "b@x.org", 1, order, NULL };
  GThread *first = g_thread_new ("cancelled", take_until_cancelled, &cancelled);
  GThread *second;

  wait_for_waiters (manager, 1);
  second = g_thread_new ("behind", take_and_report, &behind);
  wait_for_waiters (manager, 2);
  g_cancellable_cancel (cancellable);
  g_thread_join (first);
  g_thread_join (second);
  g_assert_cmpint (g_async_queue_length (order), ==, 1);
}

typedef struct
{
  AimxLockGuard *guard;
  GError *error;
  gboolean done;
} Answer;

static void
on_acquired (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  answer->guard = aimx_lock_manager_acquire_finish (AIMX_LOCK_MANAGER (source), result, &answer->error);
  answer->done = TRUE;
}

static void
run_until (gboolean *done)
{
  gint64 until = g_get_monotonic_time () + DEADLINE_USEC;

  while (!*done)
    {
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpint (g_get_monotonic_time (), <, until);
    }
}

static void
test_async_form_waits_without_blocking (void)
{
  g_autoptr (AimxLockManager) manager = aimx_lock_manager_new ();
  g_autoptr (AimxLockGuard) guard = take (manager, NULL, "a@x.org", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  const char *const names[] = { "a@x.org", NULL };
  Answer waiting = { 0 };
  Answer cancelled = { 0 };

  aimx_lock_guard_release (guard);
  g_clear_object (&guard);
  aimx_lock_manager_acquire_async (manager, NULL, AIMX_LOCK_MAILBOX, names, NULL, on_acquired, &waiting);
  run_until (&waiting.done);
  g_assert_nonnull (waiting.guard);
  aimx_lock_manager_acquire_async (manager, NULL, AIMX_LOCK_MAILBOX, names, cancellable, on_acquired, &cancelled);
  g_assert_false (g_main_context_iteration (NULL, FALSE));
  g_cancellable_cancel (cancellable);
  run_until (&cancelled.done);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&cancelled.error);
  g_clear_object (&waiting.guard);
  guard = take (manager, NULL, "a@x.org", NULL);
}

/* ---- what faulty modules keep ---- */

static void
test_what_a_module_leaves_locked_is_released_with_its_name (void)
{
  g_autoptr (AimxLockManager) manager = aimx_lock_manager_new ();
  const char *before = aimx_acting_module_set ("plugin");
  g_autoptr (AimxLockGuard) guard = take (manager, NULL, "a@x.org", "b@x.org");
  g_autoptr (AimxLockGuard) config = take_config (manager, guard);
  g_autoptr (AimxLockGuard) again = NULL;

  aimx_acting_module_set (before);
  aimx_lock_manager_release_held (manager);
  assert_warning ("module 'plugin' returned and left the configuration locked; the lock is released");
  assert_warning ("module 'plugin' returned and left mailbox a@x.org and 1 more locked; the lock is released");
  g_assert_false (aimx_lock_guard_covers (config, AIMX_LOCK_CONFIG, NULL));
  g_assert_false (aimx_lock_guard_covers (guard, AIMX_LOCK_MAILBOX, "a@x.org"));
  again = take (manager, NULL, "a@x.org", NULL);
  g_clear_object (&guard);
  g_assert_true (aimx_lock_guard_covers (again, AIMX_LOCK_MAILBOX, "a@x.org"));
}

static void
test_what_was_taken_asynchronously_belongs_to_no_thread (void)
{
  g_autoptr (AimxLockManager) manager = aimx_lock_manager_new ();
  const char *const names[] = { "a@x.org", NULL };
  Answer answer = { 0 };

  aimx_lock_manager_acquire_async (manager, NULL, AIMX_LOCK_MAILBOX, names, NULL, on_acquired, &answer);
  run_until (&answer.done);
  aimx_lock_manager_release_held (manager);
  g_assert_true (aimx_lock_guard_covers (answer.guard, AIMX_LOCK_MAILBOX, "a@x.org"));
  g_clear_object (&answer.guard);
}

static gpointer
deliver_and_report (gpointer data)
{
  Taker *taker = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (AimxLockGuard) guard = aimx_lock_manager_acquire_for_delivery (taker->manager, taker->name, &error);

  if (guard == NULL)
    g_assert_error (error, AIMX_ERROR, AIMX_ERROR_TEMPORARY);
  g_async_queue_push (taker->order, GINT_TO_POINTER (guard != NULL ? 1 : 2));
  return NULL;
}

#define N_DELIVERIES 7
#define N_WAITING    4

/* Behind somebody who waits for two mailboxes, of which the other one is kept. */
static void
test_few_deliveries_wait_for_one_mailbox_and_who_keeps_it_is_named (void)
{
  g_autoptr (AimxLockManager) manager = aimx_lock_manager_new ();
  const char *before = aimx_acting_module_set ("plugin");
  const char *const first[] = { "a@x.org", NULL };
  const char *const names[] = { "a@x.org", "b@x.org", NULL };
  g_autoptr (GAsyncQueue) order = g_async_queue_new ();
  Taker taker = { manager, "b@x.org", 0, order, NULL };
  GThread *threads[N_DELIVERIES];
  Answer kept = { 0 };
  Answer both = { 0 };

  aimx_lock_manager_acquire_async (manager, NULL, AIMX_LOCK_MAILBOX, first, NULL, on_acquired, &kept);
  aimx_acting_module_set (before);
  run_until (&kept.done);
  aimx_lock_manager_acquire_async (manager, NULL, AIMX_LOCK_MAILBOX, names, NULL, on_acquired, &both);
  for (int i = 0; i < N_DELIVERIES; i++)
    threads[i] = g_thread_new ("delivery", deliver_and_report, &taker);
  for (int i = N_WAITING; i < N_DELIVERIES; i++)
    g_assert_cmpint (GPOINTER_TO_INT (g_async_queue_timeout_pop (order, DEADLINE_USEC)), ==, 2);
  assert_warning ("module 'plugin' has kept mailbox a@x.org locked for * s, and others wait for it");
  wait_for_waiters (manager, 1 + N_WAITING);
  g_clear_object (&kept.guard);
  run_until (&both.done);
  g_clear_object (&both.guard);
  for (int i = 0; i < N_WAITING; i++)
    g_assert_cmpint (GPOINTER_TO_INT (g_async_queue_timeout_pop (order, DEADLINE_USEC)), ==, 1);
  for (int i = 0; i < N_DELIVERIES; i++)
    g_thread_join (threads[i]);
  g_assert_null (g_async_queue_try_pop (warnings));
}

#define STRESS_NAMES   12
#define STRESS_THREADS 8
#define STRESS_ROUNDS  1500

typedef struct
{
  AimxLockManager *manager;
  int *owners; /* STRESS_NAMES plain integers, guarded by the locks alone */
  guint32 seed;
} Stress;

static gpointer
stress_thread (gpointer data)
{
  Stress *stress = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (stress->seed);
  static const char *const all[STRESS_NAMES] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l" };

  for (int round = 0; round < STRESS_ROUNDS; round++)
    {
      const char *names[5] = { NULL };
      int n = g_rand_int_range (rand, 1, 5);
      g_autoptr (AimxLockGuard) guard = NULL;
      g_autoptr (AimxLockGuard) config = NULL;

      for (int i = 0; i < n; i++)
        names[i] = all[g_rand_int_range (rand, 0, STRESS_NAMES)];
      guard = aimx_lock_manager_acquire (stress->manager, NULL, AIMX_LOCK_MAILBOX, names, NULL, NULL);
      g_assert_nonnull (guard);
      for (int i = 0; i < STRESS_NAMES; i++)
        if (aimx_lock_guard_covers (guard, AIMX_LOCK_MAILBOX, all[i]))
          g_assert_cmpint (stress->owners[i]++, ==, 0);
      if (g_rand_boolean (rand))
        config = take_config (stress->manager, guard);
      for (int i = 0; i < STRESS_NAMES; i++)
        if (aimx_lock_guard_covers (guard, AIMX_LOCK_MAILBOX, all[i]))
          g_assert_cmpint (--stress->owners[i], ==, 0);
    }
  return NULL;
}

static void
test_random_orders_never_deadlock (void)
{
  g_autoptr (AimxLockManager) manager = aimx_lock_manager_new ();
  int owners[STRESS_NAMES] = { 0 };
  Stress stress[STRESS_THREADS];
  GThread *threads[STRESS_THREADS];
  AimxLockCounters counters;

  for (guint i = 0; i < STRESS_THREADS; i++)
    {
      stress[i] = (Stress){ manager, owners, g_test_rand_int () };
      threads[i] = g_thread_new ("stress", stress_thread, &stress[i]);
    }
  for (int i = 0; i < STRESS_THREADS; i++)
    g_thread_join (threads[i]);
  aimx_lock_manager_get_counters (manager, &counters);
  g_assert_cmpuint (counters.held, ==, 0);
  g_assert_cmpuint (counters.waiting, ==, 0);
  g_assert_cmpuint (counters.refused, ==, 0);
  g_assert_cmpuint (counters.acquired, >=, STRESS_THREADS * STRESS_ROUNDS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  warnings = g_async_queue_new_full (g_free);
  g_log_set_writer_func (remember, NULL, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_test_add_func ("/lock/guard-covers-what-it-holds", test_guard_covers_what_it_holds);
  g_test_add_func ("/lock/repeated-names-are-taken-once", test_repeated_names_are_taken_once);
  g_test_add_func ("/lock/rank-violations-are-refused", test_rank_violations_are_refused);
  g_test_add_func ("/lock/waiters-are-served-in-order", test_waiters_are_served_in_order);
  g_test_add_func ("/lock/cancelled-waiter-lets-the-next-pass", test_cancelled_waiter_lets_the_next_pass);
  g_test_add_func ("/lock/async-form-waits-without-blocking", test_async_form_waits_without_blocking);
  g_test_add_func ("/lock/left-behind", test_what_a_module_leaves_locked_is_released_with_its_name);
  g_test_add_func ("/lock/of-no-thread", test_what_was_taken_asynchronously_belongs_to_no_thread);
  g_test_add_func ("/lock/kept", test_few_deliveries_wait_for_one_mailbox_and_who_keeps_it_is_named);
  g_test_add_func ("/lock/random-orders-never-deadlock", test_random_orders_never_deadlock);
  return g_test_run ();
}
