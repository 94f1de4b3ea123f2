/* SPDX-License-Identifier: MIT */
/* Promises of modules/dbus/calls.c: how many verbs of a user run, wait and are refused, and how it ends. */
#include "dbus/calls.h"
#include "dbus/names.h"
#include "verb-fixture.h"

#define OTHER (STRANGER + 1)

static const char config[] = "domains = [\"a.test\"]\n";

static GMutex mutex;
static GCond cond;
static gboolean released;
static guint n_entered; /* handlers that hold their thread */

typedef struct
{
  VerbFixture verbs;
  BusCalls *calls;
  guint n_ok;
  guint n_refused;
  gboolean idle;
} Fixture;

/* ---- a verb that waits to be let go ---- */

static AimxResponse *
handle_hold (AimxRequest *request, gpointer user_data, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);

  n_entered++;
  while (!released)
    g_cond_wait (&cond, &mutex);
  return aimx_response_new_ack ();
}

static const AimxVerbSpec hold = {
  .name = "HOLD",
  .summary = "wait",
  .body_limit = AIMX_BODY_MAX,
  .handler = handle_hold,
};

static void
release (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);

  released = TRUE;
  g_cond_broadcast (&cond);
}

static gboolean
has_entered (guint n)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);

  return n_entered >= n;
}

static void
wait_for_entered (guint n)
{
  gint64 deadline = g_get_monotonic_time () + VERB_DEADLINE_SECONDS * G_USEC_PER_SEC;

  while (!has_entered (n))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_thread_yield ();
    }
}

/* ---- calling it ---- */

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const AimxVerbSpec *const verbs[] = { &hold, NULL };

  released = FALSE;
  n_entered = 0;
  verb_fixture_init (&fixture->verbs, verbs, config);
  fixture->calls = bus_calls_new (fixture->verbs.server);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  release ();
  while (bus_calls_get_n_running (fixture->calls) > 0)
    g_main_context_iteration (NULL, TRUE);
  bus_calls_free (fixture->calls);
  verb_fixture_clear (&fixture->verbs);
}

static void
on_answered (AimxResponse *response, gpointer user_data)
{
  Fixture *fixture = user_data;
  const GError *error = response != NULL ? aimx_response_get_error (response) : NULL;

  if (error == NULL)
    fixture->n_ok++;
  else
    {
      g_assert_cmpstr (aimx_error_get_wire_code (error), ==, "TEMP");
      fixture->n_refused++;
    }
}

static void
call_verb (Fixture *fixture, guint uid, const char *verb, GBytes *body)
{
  g_autoptr (AimxCaller) caller = aimx_caller_new (uid, uid, 1);

  bus_calls_run (fixture->calls, caller, verb, HEADERS (NULL), body, on_answered, fixture);
}

static void
call (Fixture *fixture, guint uid, GBytes *body)
{
  call_verb (fixture, uid, "HOLD", body);
}

static void
wait_for_answers (Fixture *fixture, guint n)
{
  while (fixture->n_ok + fixture->n_refused < n)
    g_main_context_iteration (NULL, TRUE);
}

/* ---- promises ---- */

static void
test_some_run_and_the_others_wait (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 3 * BUS_CALLS_SHARE; i++)
    call (fixture, STRANGER, NULL);
  g_assert_cmpuint (bus_calls_get_n_running (fixture->calls), ==, BUS_CALLS_SHARE);
  g_assert_cmpuint (bus_calls_get_n_waiting (fixture->calls), ==, 2 * BUS_CALLS_SHARE);
  /* Who has none that runs does not wait for those of others. */
  call (fixture, OTHER, NULL);
  wait_for_entered (BUS_CALLS_SHARE + 1);
  g_assert_cmpuint (fixture->n_ok, ==, 0);
  release ();
  wait_for_answers (fixture, 3 * BUS_CALLS_SHARE + 1);
  g_assert_cmpuint (fixture->n_ok, ==, 3 * BUS_CALLS_SHARE + 1);
  g_assert_cmpuint (bus_calls_get_n_running (fixture->calls), ==, 0);
  g_assert_cmpuint (bus_calls_get_n_waiting (fixture->calls), ==, 0);
}

static void
test_too_many_are_refused (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < BUS_CALLS_SHARE + BUS_CALLS_WAITING; i++)
    call (fixture, STRANGER, NULL);
  g_assert_cmpuint (fixture->n_refused, ==, 0);
  call (fixture, STRANGER, NULL);
  g_assert_cmpuint (fixture->n_refused, ==, 1);
  call (fixture, OTHER, NULL);
  g_assert_cmpuint (fixture->n_refused, ==, 1);
  release ();
  wait_for_answers (fixture, BUS_CALLS_SHARE + BUS_CALLS_WAITING + 2);
}

static void
test_too_much_is_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *zeros = g_malloc0 (AIMX_BODY_MAX);
  g_autoptr (GBytes) body = g_bytes_new_static (zeros, AIMX_BODY_MAX);
  guint n = BUS_BODY_MEMORY / AIMX_BODY_MAX;

  for (guint i = 0; i < n; i++)
    call (fixture, STRANGER, body);
  g_assert_cmpuint (fixture->n_refused, ==, 0);
  call (fixture, STRANGER, body);
  g_assert_cmpuint (fixture->n_refused, ==, 1);
  release ();
  wait_for_answers (fixture, n + 1);
  /* What was answered makes room. */
  call (fixture, STRANGER, body);
  wait_for_answers (fixture, n + 2);
  g_assert_cmpuint (fixture->n_ok, ==, n + 1);
}

static void
on_idle (gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_false (fixture->idle);
  fixture->idle = TRUE;
}

static void
hold_thread (gpointer user_data)
{
  g_autoptr (AimxResponse) response = handle_hold (NULL, NULL, NULL);
}

static void
do_nothing (gpointer user_data)
{
}

static void
test_a_module_that_hangs_holds_up_only_its_own_verbs (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AimxCaller) caller = aimx_caller_new (STRANGER, STRANGER, 1);

  for (guint i = 0; i < BUS_CALLS_SHARE + BUS_CALLS_WAITING; i++)
    call (fixture, STRANGER, NULL);
  wait_for_entered (BUS_CALLS_SHARE);
  call_verb (fixture, STRANGER, "VERSION", NULL);
  wait_for_answers (fixture, 1);
  bus_calls_run_work (fixture->calls, caller, do_nothing, on_answered, fixture);
  wait_for_answers (fixture, 2);
  g_assert_cmpuint (fixture->n_ok, ==, 2);
  call (fixture, STRANGER, NULL);
  g_assert_cmpuint (fixture->n_refused, ==, 1);
  release ();
  wait_for_answers (fixture, BUS_CALLS_SHARE + BUS_CALLS_WAITING + 3);
  g_assert_cmpuint (fixture->n_refused, ==, 1);
}

static void
test_other_work_has_a_share_of_its_own (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AimxCaller) caller = aimx_caller_new (STRANGER, STRANGER, 1);

  for (guint i = 0; i < BUS_CALLS_SHARE + 1; i++)
    bus_calls_run_work (fixture->calls, caller, hold_thread, on_answered, fixture);
  call (fixture, STRANGER, NULL);
  wait_for_entered (BUS_CALLS_SHARE + 1);
  g_assert_cmpuint (bus_calls_get_n_running (fixture->calls), ==, BUS_CALLS_SHARE + 1);
  g_assert_cmpuint (bus_calls_get_n_waiting (fixture->calls), ==, 1);
  release ();
  wait_for_answers (fixture, BUS_CALLS_SHARE + 2);
  g_assert_cmpuint (fixture->n_ok, ==, BUS_CALLS_SHARE + 2);
  bus_calls_stop (fixture->calls, on_idle, fixture);
  bus_calls_run_work (fixture->calls, caller, hold_thread, on_answered, fixture);
  g_assert_cmpuint (fixture->n_refused, ==, 1);
}

static void
test_an_end_answers_all (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < BUS_CALLS_SHARE + 5; i++)
    call (fixture, STRANGER, NULL);
  bus_calls_stop (fixture->calls, on_idle, fixture);
  g_assert_cmpuint (fixture->n_refused, ==, 5);
  call (fixture, OTHER, NULL);
  g_assert_cmpuint (fixture->n_refused, ==, 6);
  g_assert_false (fixture->idle);
  release ();
  wait_for_answers (fixture, BUS_CALLS_SHARE + 6);
  g_assert_cmpuint (fixture->n_ok, ==, BUS_CALLS_SHARE);
  g_assert_true (fixture->idle);
}

static void
test_an_end_without_calls_comes_at_once (Fixture *fixture, gconstpointer data)
{
  bus_calls_stop (fixture->calls, on_idle, fixture);
  g_assert_true (fixture->idle);
}

#define ADD(name, test) g_test_add ("/bus-calls/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("some-run-and-the-others-wait", test_some_run_and_the_others_wait);
  ADD ("too-many-are-refused", test_too_many_are_refused);
  ADD ("too-much-is-refused", test_too_much_is_refused);
  ADD ("a-module-that-hangs-holds-up-only-its-own-verbs", test_a_module_that_hangs_holds_up_only_its_own_verbs);
  ADD ("other-work-has-a-share-of-its-own", test_other_work_has_a_share_of_its_own);
  ADD ("an-end-answers-all", test_an_end_answers_all);
  ADD ("an-end-without-calls-comes-at-once", test_an_end_without_calls_comes_at_once);
  return g_test_run ();
}
