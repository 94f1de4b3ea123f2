/* SPDX-License-Identifier: MIT */
/* Promises of core/io/worker.c. */
#include <aimx/worker.h>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE (20 * G_USEC_PER_SEC)

static AimxWorker *
make_worker (void)
{
  g_autoptr (GError) error = NULL;
  AimxWorker *worker = aimx_worker_new ("test-worker", &error);

  g_assert_no_error (error);
  return worker;
}

/* What happened on the worker, told to the test's thread. */
typedef struct
{
  AimxWorker *worker;
  GAsyncQueue *told;
  AimxWatch *watches[64];
  int copies[64]; /* of fds[0], one for each of watches */
  int fds[2];
  guint n;
} Scene;

static void
scene_open (Scene *scene)
{
  *scene = (Scene){ .worker = make_worker (), .told = g_async_queue_new () };
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, scene->fds), ==, 0);
}

static void
scene_close (Scene *scene)
{
  aimx_worker_stop (scene->worker);
  g_assert_null (g_async_queue_try_pop (scene->told));
  g_object_unref (scene->worker);
  g_async_queue_unref (scene->told);
  close (scene->fds[0]);
  close (scene->fds[1]);
}

static void
tell (Scene *scene, guint what)
{
  g_async_queue_push (scene->told, GUINT_TO_POINTER (what + 1));
}

static guint
hear (Scene *scene)
{
  gpointer what = g_async_queue_timeout_pop (scene->told, PATIENCE);

  g_assert_nonnull (what);
  return GPOINTER_TO_UINT (what) - 1;
}

static AimxWatch *
watch (Scene *scene, int fd, guint events, AimxWatchFunc func)
{
  g_autoptr (GError) error = NULL;
  AimxWatch *made = aimx_worker_watch (scene->worker, fd, events, func, scene, &error);

  g_assert_no_error (error);
  return made;
}

/* ---- calls ---- */

static void
count_call (gpointer user_data)
{
  Scene *scene = user_data;

  g_assert_true (aimx_worker_is_current (scene->worker));
  tell (scene, scene->n++);
}

static void
test_calls_run_in_order_on_its_thread (void)
{
  Scene scene;

  scene_open (&scene);
  g_assert_false (aimx_worker_is_current (scene.worker));
  for (guint i = 0; i < 1000; i++)
    aimx_worker_invoke (scene.worker, count_call, &scene);
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpuint (hear (&scene), ==, i);
  scene_close (&scene);
}

static void
call_again (gpointer user_data)
{
  Scene *scene = user_data;

  if (scene->n++ < 10)
    aimx_worker_invoke (scene->worker, call_again, scene);
}

static void
test_stopping_runs_what_is_queued (void)
{
  Scene scene;

  scene_open (&scene);
  aimx_worker_invoke (scene.worker, call_again, &scene);
  aimx_worker_stop (scene.worker);
  g_assert_cmpuint (scene.n, ==, 11);
  scene_close (&scene);
}

/* ---- events ---- */

static void
on_readable (AimxWatch *made, guint events, gpointer user_data)
{
  Scene *scene = user_data;
  char byte;

  g_assert_cmpuint (events & EPOLLIN, ==, EPOLLIN);
  g_assert_cmpint (read (scene->fds[0], &byte, 1), ==, 1);
  tell (scene, (guint) byte);
  if (byte == 'q')
    aimx_watch_free (made);
}

static void
watch_reading (gpointer user_data)
{
  Scene *scene = user_data;

  scene->watches[0] = watch (scene, scene->fds[0], EPOLLIN, on_readable);
  tell (scene, 0);
}

static void
stop_reading (gpointer user_data)
{
  Scene *scene = user_data;

  aimx_watch_set_events (scene->watches[0], 0);
  tell (scene, 0);
}

static void
start_reading (gpointer user_data)
{
  Scene *scene = user_data;

  aimx_watch_set_events (scene->watches[0], EPOLLIN);
}

static void
say (Scene *scene, char byte)
{
  g_assert_cmpint (write (scene->fds[1], &byte, 1), ==, 1);
}

static void
test_a_watch_is_called_for_its_events_only (void)
{
  Scene scene;

  scene_open (&scene);
  aimx_worker_invoke (scene.worker, watch_reading, &scene);
  g_assert_cmpuint (hear (&scene), ==, 0);
  say (&scene, 'a');
  g_assert_cmpuint (hear (&scene), ==, 'a');
  aimx_worker_invoke (scene.worker, stop_reading, &scene);
  g_assert_cmpuint (hear (&scene), ==, 0);
  say (&scene, 'q');
  /* A turn of the loop that has the byte to report, were it asked for. */
  aimx_worker_invoke (scene.worker, count_call, &scene);
  g_assert_cmpuint (hear (&scene), ==, 0);
  aimx_worker_invoke (scene.worker, start_reading, &scene);
  g_assert_cmpuint (hear (&scene), ==, 'q');
  scene_close (&scene);
}

/* Both ends become readable in one turn; whichever is called first frees both. */
static void
on_either (AimxWatch *made, guint events, gpointer user_data)
{
  Scene *scene = user_data;

  tell (scene, 7);
  for (guint i = 0; i < 2; i++)
    aimx_watch_free (scene->watches[i]);
}

static void
watch_both (gpointer user_data)
{
  Scene *scene = user_data;

  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (write (scene->fds[i], "x", 1), ==, 1);
      scene->watches[i] = watch (scene, scene->fds[i], EPOLLIN, on_either);
    }
}

static void
test_a_freed_watch_is_never_called (void)
{
  Scene scene;

  scene_open (&scene);
  aimx_worker_invoke (scene.worker, watch_both, &scene);
  g_assert_cmpuint (hear (&scene), ==, 7);
  scene_close (&scene);
}

/* ---- deadlines ---- */

static void
on_deadline (AimxWatch *made, guint events, gpointer user_data)
{
  Scene *scene = user_data;

  g_assert_cmpuint (events, ==, 0);
  aimx_watch_free (made);
  for (guint i = 0; i < G_N_ELEMENTS (scene->watches); i++)
    if (scene->watches[i] == made)
      {
        close (scene->copies[i]);
        tell (scene, i);
      }
}

static void
set_deadlines (gpointer user_data)
{
  Scene *scene = user_data;
  gint64 now = aimx_worker_now (scene->worker);
  guint order[G_N_ELEMENTS (scene->watches)];

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      scene->copies[i] = dup (scene->fds[0]);
      scene->watches[i] = watch (scene, scene->copies[i], 0, on_deadline);
      order[i] = i;
    }
  for (guint i = G_N_ELEMENTS (order) - 1; i > 0; i--)
    {
      guint other = (guint) g_test_rand_int_range (0, (int) i + 1);
      guint kept = order[i];

      order[i] = order[other];
      order[other] = kept;
    }
  /* First anywhere, then where it belongs: up, down and out of the heap and in again. */
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    aimx_watch_set_deadline (scene->watches[order[i]], now + 1 + g_test_rand_int_range (0, 1000000));
  for (guint i = 0; i < G_N_ELEMENTS (order); i += 3)
    aimx_watch_set_deadline (scene->watches[order[i]], 0);
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    aimx_watch_set_deadline (scene->watches[order[i]], now + 1 + order[i]);
}

static void
test_deadlines_pass_in_order_and_once (void)
{
  Scene scene;

  scene_open (&scene);
  aimx_worker_invoke (scene.worker, set_deadlines, &scene);
  for (guint i = 0; i < G_N_ELEMENTS (scene.watches); i++)
    g_assert_cmpuint (hear (&scene), ==, i);
  scene_close (&scene);
}

static void
on_overdue (AimxWatch *made, guint events, gpointer user_data)
{
  Scene *scene = user_data;

  if (scene->n == 0)
    aimx_watch_set_deadline (made, 1);
  else
    aimx_watch_free (made);
}

static void
set_overdue (gpointer user_data)
{
  Scene *scene = user_data;

  scene->watches[0] = watch (scene, scene->fds[0], 0, on_overdue);
  aimx_watch_set_deadline (scene->watches[0], 1);
  tell (scene, 5);
}

static void
test_a_deadline_in_the_past_does_not_hold_up_the_loop (void)
{
  Scene scene;

  scene_open (&scene);
  aimx_worker_invoke (scene.worker, set_overdue, &scene);
  g_assert_cmpuint (hear (&scene), ==, 5);
  aimx_worker_invoke (scene.worker, count_call, &scene);
  g_assert_cmpuint (hear (&scene), ==, 0);
  scene_close (&scene);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/worker/calls-run-in-order-on-its-thread", test_calls_run_in_order_on_its_thread);
  g_test_add_func ("/worker/stopping-runs-what-is-queued", test_stopping_runs_what_is_queued);
  g_test_add_func ("/worker/a-watch-is-called-for-its-events-only", test_a_watch_is_called_for_its_events_only);
  g_test_add_func ("/worker/a-freed-watch-is-never-called", test_a_freed_watch_is_never_called);
  g_test_add_func ("/worker/deadlines-pass-in-order-and-once", test_deadlines_pass_in_order_and_once);
  g_test_add_func ("/worker/a-deadline-in-the-past-does-not-hold-up-the-loop",
                   test_a_deadline_in_the_past_does_not_hold_up_the_loop);
  return g_test_run ();
}
