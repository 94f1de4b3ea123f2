/* SPDX-License-Identifier: MIT */
/*
 * The lock manager: one queue of requests for each name. A request for a set enters the queues of all its names at
 * once, under one mutex, and is granted when it heads each of them. So the order is the same in every queue: nobody
 * overtakes, and no cycle of waiters can form among sets of one rank. Ranks rule out cycles between ranks.
 *
 * The mutex is held for a few list operations, never while somebody waits or is called back.
 */
#include <aimx/error.h>
#include <aimx/lock-manager.h>

typedef struct
{
  int ref_count;
  AimxLockRank rank;
  GStrv names;
  guint n_ahead;     /* names whose queue this does not head yet */
  gboolean granted;  /* heads every queue */
  gboolean finished; /* out of every queue */
  gint64 since;
  GCond *cond; /* of a blocking waiter, on its stack */
  GTask *task; /* of an async waiter */
} Request;

struct _AimxLockManager
{
  GObject parent;
  GMutex mutex;
  GHashTable *queues; /* rank and name -> GQueue of Request; no entry without a request */
  GHashTable *ranks;  /* GThread -> highest rank held, by count: guint[AIMX_LOCK_CONFIG + 1] */
  AimxLockCounters counters;
};

/* What an async call keeps while it waits. */
typedef struct
{
  AimxLockGuard *held;
  gulong handler; /* on the task's cancellable */
} Pending;

struct _AimxLockGuard
{
  GObject parent;
  AimxLockManager *manager;
  AimxLockGuard *held;
  Request *request;
  GThread *thread; /* that took it by blocking; %NULL for one taken asynchronously */
  int released;
};

G_DEFINE_TYPE (AimxLockManager, aimx_lock_manager, G_TYPE_OBJECT)
G_DEFINE_TYPE (AimxLockGuard, aimx_lock_guard, G_TYPE_OBJECT)

static Request *
request_ref (Request *request)
{
  g_atomic_int_inc (&request->ref_count);
  return request;
}

static void
request_unref (gpointer data)
{
  Request *request = data;

  if (!g_atomic_int_dec_and_test (&request->ref_count))
    return;
  g_strfreev (request->names);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_unref)

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GStrv
sort_names (const char *const *names)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new_with_free_func (g_free);

  for (; names != NULL && *names != NULL; names++)
    g_ptr_array_add (sorted, g_strdup (*names));
  g_ptr_array_sort (sorted, compare_names);
  for (guint i = 1; i < sorted->len;)
    if (strcmp (sorted->pdata[i - 1], sorted->pdata[i]) == 0)
      g_ptr_array_remove_index (sorted, i);
    else
      i++;
  g_ptr_array_add (sorted, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&sorted), FALSE);
}

static Request *
request_new (AimxLockRank rank, const char *const *names)
{
  Request *request = g_new0 (Request, 1);
  const char *const config[] = { "", NULL };

  request->ref_count = 1;
  request->rank = rank;
  request->names = sort_names (rank == AIMX_LOCK_CONFIG ? config : names);
  request->since = g_get_monotonic_time ();
  return request;
}

static char *
queue_key (AimxLockRank rank, const char *name)
{
  return g_strdup_printf ("%d:%s", rank, name);
}

/* ---- queues; all with the mutex held ---- */

static void
grant (AimxLockManager *self, Request *request, GPtrArray *granted)
{
  guint64 waited = (guint64) (g_get_monotonic_time () - request->since);

  request->granted = TRUE;
  self->counters.acquired++;
  self->counters.held += g_strv_length (request->names);
  self->counters.wait_usec_total += waited;
  self->counters.wait_usec_max = MAX (self->counters.wait_usec_max, waited);
  if (request->cond != NULL)
    g_cond_signal (request->cond);
  if (request->task != NULL)
    g_ptr_array_add (granted, request_ref (request));
}

static void
enqueue (AimxLockManager *self, Request *request, GPtrArray *granted)
{
  for (guint i = 0; request->names[i] != NULL; i++)
    {
      g_autofree char *key = queue_key (request->rank, request->names[i]);
      GQueue *queue = g_hash_table_lookup (self->queues, key);

      if (queue == NULL)
        {
          queue = g_queue_new ();
          g_hash_table_insert (self->queues, g_steal_pointer (&key), queue);
        }
      if (!g_queue_is_empty (queue))
        request->n_ahead++;
      g_queue_push_tail (queue, request_ref (request));
    }
  if (request->n_ahead == 0)
    grant (self, request, granted);
  else
    {
      self->counters.contended++;
      self->counters.waiting++;
    }
}

static void
dequeue (AimxLockManager *self, Request *request, GPtrArray *granted)
{
  if (request->finished)
    return;
  request->finished = TRUE;
  if (request->granted)
    self->counters.held -= g_strv_length (request->names);
  else
    self->counters.waiting--;
  for (guint i = 0; request->names[i] != NULL; i++)
    {
      g_autofree char *key = queue_key (request->rank, request->names[i]);
      GQueue *queue = g_hash_table_lookup (self->queues, key);
      gboolean headed = g_queue_peek_head (queue) == request;
      Request *next;

      g_queue_remove (queue, request);
      next = g_queue_peek_head (queue);
      if (next == NULL)
        g_hash_table_remove (self->queues, key);
      else if (headed && --next->n_ahead == 0)
        {
          self->counters.waiting--;
          grant (self, next, granted);
        }
      request_unref (request);
    }
}

static gboolean
check_order (AimxLockManager *self, AimxLockGuard *held, AimxLockRank rank, GError **error)
{
  const guint *mine = g_hash_table_lookup (self->ranks, g_thread_self ());
  int highest = 0;

  for (int i = AIMX_LOCK_CONFIG; mine != NULL && i > highest; i--)
    if (mine[i] > 0)
      highest = i;
  for (; held != NULL; held = held->held)
    if (!g_atomic_int_get (&held->released) && (int) held->request->rank > highest)
      highest = held->request->rank;
  if ((int) rank > highest)
    return TRUE;
  self->counters.refused++;
  return g_set_error (error, AIMX_ERROR, AIMX_ERROR_ORDER,
                      "a lock of rank %d was asked for while one of rank %d is held; take locks in rank order", rank,
                      highest),
         FALSE;
}

static void
count_rank (AimxLockManager *self, GThread *thread, AimxLockRank rank, int change)
{
  guint *ranks = g_hash_table_lookup (self->ranks, thread);

  if (ranks == NULL)
    {
      ranks = g_new0 (guint, AIMX_LOCK_CONFIG + 1);
      g_hash_table_insert (self->ranks, g_thread_ref (thread), ranks);
    }
  ranks[rank] += (guint) change;
  for (int i = 0; i <= AIMX_LOCK_CONFIG; i++)
    if (ranks[i] > 0)
      return;
  g_hash_table_remove (self->ranks, thread);
}

/* ---- guards ---- */

static AimxLockGuard *
guard_new (AimxLockManager *self, AimxLockGuard *held, Request *request, GThread *thread)
{
  AimxLockGuard *guard = g_object_new (AIMX_TYPE_LOCK_GUARD, NULL);

  guard->manager = g_object_ref (self);
  guard->held = held != NULL ? g_object_ref (held) : NULL;
  guard->request = request_ref (request);
  guard->thread = thread;
  return guard;
}

static void
finish_granted (AimxLockManager *self, GPtrArray *granted)
{
  for (guint i = 0; i < granted->len; i++)
    {
      Request *request = granted->pdata[i];
      g_autoptr (GTask) task = g_steal_pointer (&request->task);
      const Pending *pending = g_task_get_task_data (task);

      g_task_return_pointer (task, guard_new (self, pending->held, request, NULL), g_object_unref);
    }
}

void
aimx_lock_guard_release (AimxLockGuard *self)
{
  g_autoptr (GPtrArray) granted = g_ptr_array_new_with_free_func (request_unref);
  AimxLockManager *manager = self->manager;

  if (!g_atomic_int_compare_and_exchange (&self->released, FALSE, TRUE))
    return;
  g_mutex_lock (&manager->mutex);
  if (self->thread != NULL)
    count_rank (manager, self->thread, self->request->rank, -1);
  dequeue (manager, self->request, granted);
  g_mutex_unlock (&manager->mutex);
  finish_granted (manager, granted);
}

gboolean
aimx_lock_guard_covers (AimxLockGuard *self, AimxLockRank rank, const char *name)
{
  for (; self != NULL; self = self->held)
    if (!g_atomic_int_get (&self->released) && self->request->rank == rank &&
        g_strv_contains ((const char *const *) self->request->names, name != NULL ? name : ""))
      return TRUE;
  return FALSE;
}

const char *const *
aimx_lock_guard_get_names (AimxLockGuard *self)
{
  return (const char *const *) self->request->names;
}

static void
aimx_lock_guard_finalize (GObject *object)
{
  AimxLockGuard *self = AIMX_LOCK_GUARD (object);

  aimx_lock_guard_release (self);
  request_unref (self->request);
  g_clear_object (&self->held);
  g_object_unref (self->manager);
  G_OBJECT_CLASS (aimx_lock_guard_parent_class)->finalize (object);
}

static void
aimx_lock_guard_class_init (AimxLockGuardClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_lock_guard_finalize;
}

static void
aimx_lock_guard_init (AimxLockGuard *self)
{
}

/* ---- taking locks ---- */

/* Enters the queues unless the order forbids it; the critical comes after the mutex, since its handler may do anything.
 */
static Request *
begin (AimxLockManager *self,
       AimxLockGuard *held,
       AimxLockRank rank,
       const char *const *names,
       GCond *cond,
       GTask *task,
       GError **error)
{
  g_autoptr (GPtrArray) granted = g_ptr_array_new_with_free_func (request_unref);
  g_autoptr (Request) request = request_new (rank, names);
  g_autoptr (GError) order = NULL;

  g_mutex_lock (&self->mutex);
  if (check_order (self, held, rank, &order))
    {
      request->cond = cond;
      request->task = task != NULL ? g_object_ref (task) : NULL;
      enqueue (self, request, granted);
    }
  g_mutex_unlock (&self->mutex);
  if (order != NULL)
    {
      g_critical ("%s", order->message);
      g_propagate_error (error, g_steal_pointer (&order));
      return NULL;
    }
  finish_granted (self, granted);
  return g_steal_pointer (&request);
}

typedef struct
{
  GMutex *mutex;
  GCond *cond;
} Wake;

static void
on_cancelled_blocking (GCancellable *cancellable, gpointer user_data)
{
  Wake *wake = user_data;

  g_mutex_lock (wake->mutex);
  g_cond_signal (wake->cond);
  g_mutex_unlock (wake->mutex);
}

AimxLockGuard *
aimx_lock_manager_acquire (AimxLockManager *self,
                           AimxLockGuard *held,
                           AimxLockRank rank,
                           const char *const *names,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (GPtrArray) granted = g_ptr_array_new_with_free_func (request_unref);
  g_autoptr (Request) request = NULL;
  gboolean got;
  gulong handler = 0;
  GCond cond;
  Wake wake = { &self->mutex, &cond };

  g_cond_init (&cond);
  request = begin (self, held, rank, names, &cond, NULL, error);
  if (request == NULL)
    {
      g_cond_clear (&cond);
      return NULL;
    }
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled_blocking), &wake, NULL);
  g_mutex_lock (&self->mutex);
  while (!request->granted && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&cond, &self->mutex);
  request->cond = NULL;
  got = request->granted;
  if (got)
    count_rank (self, g_thread_self (), rank, +1);
  else
    dequeue (self, request, granted);
  g_mutex_unlock (&self->mutex);
  g_cancellable_disconnect (cancellable, handler);
  g_cond_clear (&cond);
  finish_granted (self, granted);
  if (got)
    return guard_new (self, held, request, g_thread_self ());
  g_cancellable_set_error_if_cancelled (cancellable, error);
  return NULL;
}

typedef struct
{
  AimxLockManager *manager;
  Request *request;
} Wait;

static void
wait_free (gpointer data, GClosure *closure)
{
  Wait *wait = data;

  request_unref (wait->request);
  g_object_unref (wait->manager);
  g_free (wait);
}

static void
on_cancelled_async (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (GPtrArray) granted = g_ptr_array_new_with_free_func (request_unref);
  g_autoptr (GTask) task = NULL;
  Wait *wait = user_data;

  g_mutex_lock (&wait->manager->mutex);
  if (!wait->request->granted)
    {
      task = g_steal_pointer (&wait->request->task);
      dequeue (wait->manager, wait->request, granted);
    }
  g_mutex_unlock (&wait->manager->mutex);
  if (task != NULL)
    g_task_return_error_if_cancelled (task);
  finish_granted (wait->manager, granted);
}

static void
pending_free (gpointer data)
{
  Pending *pending = data;

  g_clear_object (&pending->held);
  g_free (pending);
}

void
aimx_lock_manager_acquire_async (AimxLockManager *self,
                                 AimxLockGuard *held,
                                 AimxLockRank rank,
                                 const char *const *names,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GError) error = NULL;
  Pending *pending = g_new0 (Pending, 1);
  Request *request;
  Wait *wait;

  pending->held = held != NULL ? g_object_ref (held) : NULL;
  g_task_set_source_tag (task, aimx_lock_manager_acquire_async);
  g_task_set_task_data (task, pending, pending_free);
  request = begin (self, held, rank, names, NULL, task, &error);
  if (request == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (cancellable == NULL)
    {
      request_unref (request);
      return;
    }
  wait = g_new (Wait, 1);
  wait->manager = g_object_ref (self);
  wait->request = request;
  /* Not g_cancellable_connect(), whose counterpart may not be called from the handler; the state is looked at after
   * connecting, and a cancellation after the grant finds nothing to do. */
  pending->handler =
      g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (on_cancelled_async), wait, wait_free, 0);
  if (g_cancellable_is_cancelled (cancellable))
    on_cancelled_async (cancellable, wait);
}

AimxLockGuard *
aimx_lock_manager_acquire_finish (AimxLockManager *self, GAsyncResult *result, GError **error)
{
  GTask *task = G_TASK (result);
  Pending *pending = g_task_get_task_data (task);

  g_clear_signal_handler (&pending->handler, g_task_get_cancellable (task));
  return g_task_propagate_pointer (task, error);
}

void
aimx_lock_manager_get_counters (AimxLockManager *self, AimxLockCounters *counters)
{
  g_mutex_lock (&self->mutex);
  *counters = self->counters;
  g_mutex_unlock (&self->mutex);
}

static void
aimx_lock_manager_finalize (GObject *object)
{
  AimxLockManager *self = AIMX_LOCK_MANAGER (object);

  g_hash_table_unref (self->queues);
  g_hash_table_unref (self->ranks);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (aimx_lock_manager_parent_class)->finalize (object);
}

static void
aimx_lock_manager_class_init (AimxLockManagerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_lock_manager_finalize;
}

static void
queue_free (gpointer data)
{
  g_queue_free_full (data, request_unref);
}

static void
aimx_lock_manager_init (AimxLockManager *self)
{
  g_mutex_init (&self->mutex);
  self->queues = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, queue_free);
  self->ranks = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) g_thread_unref, g_free);
}

AimxLockManager *
aimx_lock_manager_new (void)
{
  return g_object_new (AIMX_TYPE_LOCK_MANAGER, NULL);
}
