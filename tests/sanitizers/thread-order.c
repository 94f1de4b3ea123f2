/* SPDX-License-Identifier: MIT */

/*
 * Says whether ThreadSanitizer can be believed in this build.
 *
 * GLib orders threads with futexes of its own, which ThreadSanitizer does not
 * see unless GLib is built with it too.  Without arguments this program hands
 * plain memory from thread to thread by the means of GLib that the project
 * uses; every access is ordered, so it ends with status 0 and no report.  With
 * the argument "race" two threads change a number that nothing orders:
 * ThreadSanitizer has to report it, which makes the status 66.
 */

#include <gio/gio.h>

#define ROUNDS 500

typedef struct
{
  GMutex mutex;
  GCond cond;
  GRWLock rwlock;
  GAsyncQueue *finished;
  guint mutex_count;
  guint rwlock_count;
} Shared;

static void
pool_func (gpointer data, gpointer user_data)
{
  Shared *shared = user_data;
  guint *number = data;

  g_mutex_lock (&shared->mutex);
  shared->mutex_count++;
  g_cond_signal (&shared->cond);
  g_mutex_unlock (&shared->mutex);

  g_rw_lock_writer_lock (&shared->rwlock);
  shared->rwlock_count++;
  g_rw_lock_writer_unlock (&shared->rwlock);

  *number *= 2;
  g_async_queue_push (shared->finished, number);
}

static void
check_pool (void)
{
  Shared shared = { .finished = g_async_queue_new () };
  GThreadPool *pool;
  guint sum = 0;

  g_mutex_init (&shared.mutex);
  g_cond_init (&shared.cond);
  g_rw_lock_init (&shared.rwlock);
  pool = g_thread_pool_new (pool_func, &shared, 4, FALSE, NULL);

  for (guint i = 0; i < ROUNDS; i++)
    {
      guint *number = g_new (guint, 1);

      *number = i;
      g_thread_pool_push (pool, number, NULL);
    }

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autofree guint *number = g_async_queue_pop (shared.finished);

      sum += *number;
    }
  g_assert_cmpuint (sum, ==, ROUNDS * (ROUNDS - 1));

  g_mutex_lock (&shared.mutex);
  while (shared.mutex_count < ROUNDS)
    g_cond_wait (&shared.cond, &shared.mutex);
  g_mutex_unlock (&shared.mutex);

  g_rw_lock_reader_lock (&shared.rwlock);
  g_assert_cmpuint (shared.rwlock_count, ==, ROUNDS);
  g_rw_lock_reader_unlock (&shared.rwlock);

  g_thread_pool_free (pool, FALSE, TRUE);
  g_async_queue_unref (shared.finished);
  g_rw_lock_clear (&shared.rwlock);
  g_cond_clear (&shared.cond);
  g_mutex_clear (&shared.mutex);
}

static gpointer
once_func (gpointer data)
{
  static guint *table;

  if (g_once_init_enter (&table))
    {
      guint *filled = g_new (guint, 2);

      filled[0] = 1;
      filled[1] = 2;
      g_once_init_leave (&table, filled);
    }
  return GUINT_TO_POINTER (table[0] + table[1]);
}

static void
check_once (void)
{
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("once", once_func, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (threads[i])), ==, 3);
}

static gpointer
unref_func (gpointer data)
{
  g_autoptr (GBytes) bytes = data;

  return GUINT_TO_POINTER (((const guint8 *) g_bytes_get_data (bytes, NULL))[0]);
}

static void
check_reference_count (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_strdup ("x"), 1);
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("unref", unref_func, g_bytes_ref (bytes));
  g_clear_pointer (&bytes, g_bytes_unref);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (threads[i])), ==, 'x');
}

static void
task_func (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  guint *number = task_data;

  *number += 1;
  g_task_return_pointer (task, g_memdup2 (number, sizeof *number), g_free);
}

static void
task_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree guint *number = g_task_propagate_pointer (G_TASK (result), NULL);
  guint *open = user_data;

  g_assert_cmpuint (*number, ==, 42);
  *open -= 1;
}

static void
check_tasks (void)
{
  guint open = 20;
  guint started = open;

  for (guint i = 0; i < started; i++)
    {
      g_autoptr (GTask) task = g_task_new (NULL, NULL, task_done, &open);
      guint *number = g_new (guint, 1);

      *number = 41;
      g_task_set_task_data (task, number, g_free);
      g_task_run_in_thread (task, task_func);
    }
  while (open > 0)
    g_main_context_iteration (NULL, TRUE);
}

static gpointer
race_func (gpointer data)
{
  guint *number = data;

  for (guint i = 0; i < ROUNDS; i++)
    *number += 1;
  return NULL;
}

static void
race (void)
{
  guint number = 0;
  GThread *other = g_thread_new ("race", race_func, &number);

  race_func (&number);
  g_thread_join (other);
}

int
main (int argc, char **argv)
{
  if (argc > 1 && g_str_equal (argv[1], "race"))
    {
      race ();
      return 0;
    }

  check_pool ();
  check_once ();
  check_reference_count ();
  check_tasks ();
  return 0;
}
