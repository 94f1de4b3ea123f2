/* SPDX-License-Identifier: MIT */
/*
 * The lock manager: one queue of requests for each name. A request for a set enters the queues of all its names at
 * once, under one mutex, and is granted when it heads each of them. So the order is the same in every queue: nobody
 * overtakes, and no cycle of waiters can form among sets of one rank. Ranks rule out cycles between ranks.
 *
 * The mutex is held for a few list operations, never while somebody waits or is called back.
 *
 * Whoever waits looks from time to time at who keeps it waiting, and says so once: there is no need of a clock where
 * nobody waits.
 */
#include "lock-manager-private.h"

#include "acting-module.h"
#include "lock-request.h"

#include <aimx/error.h>
#include <aimx/log.h>

/* How often a waiter looks at who holds it up. */
#define LOOK_USEC G_USEC_PER_SEC
/* A guard that others wait for so long is told about. */
#define HELD_LONG_USEC (5 * G_USEC_PER_SEC)
/* Deliveries that go on waiting for a mailbox when one guard has it for longer than the first; none for longer than the
 * second. */
#define DELIVERIES_WAITING 4
#define DELIVERY_FEW_USEC  (1 * G_USEC_PER_SEC)
#define DELIVERY_WAIT_USEC (15 * G_USEC_PER_SEC)

struct _AimxLockManager
{
  GObject parent;
  GMutex mutex;
  GHashTable *queues; /* rank and name -> GQueue of AimxLockRequest; no entry without a request */
  GHashTable *held;   /* GThread -> GPtrArray of AimxLockRequest that it holds; no entry without one */
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
  AimxLockRequest *request;
};

G_DEFINE_TYPE (AimxLockManager, aimx_lock_manager, G_TYPE_OBJECT)
G_DEFINE_TYPE (AimxLockGuard, aimx_lock_guard, G_TYPE_OBJECT)

static char *
queue_key (AimxLockRank rank, const char *name)
{
  return g_strdup_printf ("%d:%s", rank, name);
}

/* ---- queues; all with the mutex held ---- */

static void
grant (AimxLockManager *self, AimxLockRequest *request, GPtrArray *granted)
{
  gint64 now = g_get_monotonic_time ();
  guint64 waited = (guint64) (now - request->since);

  request->granted = TRUE;
  request->since = now;
  self->counters.acquired++;
  self->counters.held += g_strv_length (request->names);
  self->counters.wait_usec_total += waited;
  self->counters.wait_usec_max = MAX (self->counters.wait_usec_max, waited);
  if (request->is_blocking)
    g_cond_signal (&request->cond);
  if (request->task != NULL)
    g_ptr_array_add (granted, aimx_lock_request_ref (request));
}

static void
enqueue (AimxLockManager *self, AimxLockRequest *request, GPtrArray *granted)
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
      g_queue_push_tail (queue, aimx_lock_request_ref (request));
    }
  if (request->n_ahead == 0)
    grant (self, request, granted);
  else
    {
      self->counters.contended++;
      self->counters.waiting++;
    }
}

/* This thread holds it from now on. */
static void
hold (AimxLockManager *self, AimxLockRequest *request)
{
  GPtrArray *mine = g_hash_table_lookup (self->held, g_thread_self ());

  if (mine == NULL)
    {
      mine = g_ptr_array_new ();
      g_hash_table_insert (self->held, g_thread_ref (g_thread_self ()), mine);
    }
  request->thread = g_thread_self ();
  g_ptr_array_add (mine, request);
}

static void
let_go (AimxLockManager *self, AimxLockRequest *request)
{
  GPtrArray *its = g_hash_table_lookup (self->held, request->thread);

  g_ptr_array_remove (its, request);
  if (its->len == 0)
    g_hash_table_remove (self->held, request->thread);
}

static void
dequeue (AimxLockManager *self, AimxLockRequest *request, GPtrArray *granted)
{
  if (g_atomic_int_get (&request->finished))
    return;
  g_atomic_int_set (&request->finished, TRUE);
  if (request->thread != NULL)
    let_go (self, request);
  if (request->granted)
    self->counters.held -= g_strv_length (request->names);
  else
    self->counters.waiting--;
  for (guint i = 0; request->names[i] != NULL; i++)
    {
      g_autofree char *key = queue_key (request->rank, request->names[i]);
      GQueue *queue = g_hash_table_lookup (self->queues, key);
      gboolean headed = g_queue_peek_head (queue) == request;
      AimxLockRequest *next;

      g_queue_remove (queue, request);
      next = g_queue_peek_head (queue);
      if (next == NULL)
        g_hash_table_remove (self->queues, key);
      else if (headed && --next->n_ahead == 0)
        {
          self->counters.waiting--;
          grant (self, next, granted);
        }
      aimx_lock_request_unref (request);
    }
}

static gboolean
check_order (AimxLockManager *self, AimxLockGuard *held, AimxLockRank rank, GError **error)
{
  const GPtrArray *mine = g_hash_table_lookup (self->held, g_thread_self ());
  int highest = 0;

  for (guint i = 0; mine != NULL && i < mine->len; i++)
    highest = MAX (highest, (int) ((const AimxLockRequest *) mine->pdata[i])->rank);
  for (; held != NULL; held = held->held)
    if (!g_atomic_int_get (&held->request->finished))
      highest = MAX (highest, (int) held->request->rank);
  if ((int) rank > highest)
    return TRUE;
  self->counters.refused++;
  return g_set_error (error, AIMX_ERROR, AIMX_ERROR_ORDER,
                      "a lock of rank %d was asked for while one of rank %d is held; take locks in rank order", rank,
                      highest),
         FALSE;
}

/* ---- guards ---- */

static AimxLockGuard *
guard_new (AimxLockManager *self, AimxLockGuard *held, AimxLockRequest *request)
{
  AimxLockGuard *guard = g_object_new (AIMX_TYPE_LOCK_GUARD, NULL);

  guard->manager = g_object_ref (self);
  guard->held = held != NULL ? g_object_ref (held) : NULL;
  guard->request = aimx_lock_request_ref (request);
  return guard;
}

static void
finish_granted (AimxLockManager *self, GPtrArray *granted)
{
  for (guint i = 0; i < granted->len; i++)
    {
      AimxLockRequest *request = granted->pdata[i];
      g_autoptr (GTask) task = g_steal_pointer (&request->task);
      const Pending *pending = g_task_get_task_data (task);

      g_task_return_pointer (task, guard_new (self, pending->held, request), g_object_unref);
    }
}

void
aimx_lock_guard_release (AimxLockGuard *self)
{
  g_autoptr (GPtrArray) granted = g_ptr_array_new_with_free_func (aimx_lock_request_unref);
  AimxLockManager *manager = self->manager;

  g_mutex_lock (&manager->mutex);
  dequeue (manager, self->request, granted);
  g_mutex_unlock (&manager->mutex);
  finish_granted (manager, granted);
}

gboolean
aimx_lock_guard_covers (AimxLockGuard *self, AimxLockRank rank, const char *name)
{
  for (; self != NULL; self = self->held)
    if (!g_atomic_int_get (&self->request->finished) && self->request->rank == rank &&
        g_strv_contains ((const char *const *) self->request->names, name != NULL ? name : ""))
      return TRUE;
  return FALSE;
}

const char *const *
aimx_lock_guard_get_names (AimxLockGuard *self)
{
  return (const char *const *) self->request->names;
}

/* The guards stay whose they are; they cover nothing any more. */
void
aimx_lock_manager_release_held (AimxLockManager *self)
{
  g_autoptr (GPtrArray) granted = g_ptr_array_new_with_free_func (aimx_lock_request_unref);
  g_autoptr (GPtrArray) left = g_ptr_array_new_with_free_func (aimx_lock_request_unref);
  GPtrArray *mine;

  g_mutex_lock (&self->mutex);
  while ((mine = g_hash_table_lookup (self->held, g_thread_self ())) != NULL)
    {
      AimxLockRequest *request = mine->pdata[mine->len - 1];

      g_ptr_array_add (left, aimx_lock_request_ref (request));
      dequeue (self, request, granted);
    }
  g_mutex_unlock (&self->mutex);
  finish_granted (self, granted);
  for (guint i = 0; i < left->len; i++)
    {
      const char *module = aimx_acting_module_name (((const AimxLockRequest *) left->pdata[i])->module);
      g_autofree char *what = aimx_lock_request_describe (left->pdata[i]);

      aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_MODULE, module, "MESSAGE",
                "module '%s' returned and left %s locked; the lock is released", module, what);
    }
}

static void
aimx_lock_guard_finalize (GObject *object)
{
  AimxLockGuard *self = AIMX_LOCK_GUARD (object);

  if (self->manager != NULL)
    aimx_lock_guard_release (self);
  g_clear_pointer (&self->request, aimx_lock_request_unref);
  g_clear_object (&self->held);
  g_clear_object (&self->manager);
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
static gboolean
begin (AimxLockManager *self, AimxLockRequest *request, AimxLockGuard *held, GError **error)
{
  g_autoptr (GPtrArray) granted = g_ptr_array_new_with_free_func (aimx_lock_request_unref);
  g_autoptr (GError) order = NULL;

  g_mutex_lock (&self->mutex);
  if (check_order (self, held, request->rank, &order))
    enqueue (self, request, granted);
  g_mutex_unlock (&self->mutex);
  if (order != NULL)
    {
      g_critical ("%s", order->message);
      g_propagate_error (error, g_steal_pointer (&order));
      return FALSE;
    }
  finish_granted (self, granted);
  return TRUE;
}

/* ---- waiting ---- */

static GQueue *
get_queue (AimxLockManager *self, AimxLockRank rank, const char *name)
{
  g_autofree char *key = queue_key (rank, name);

  return g_hash_table_lookup (self->queues, key);
}

/* All that @request waits for: who has its names, and whom those who head its queues wait for. */
static void
find_ahead (AimxLockManager *self, const AimxLockRequest *request, GHashTable *ahead)
{
  for (guint i = 0; request->names[i] != NULL; i++)
    {
      AimxLockRequest *head = g_queue_peek_head (get_queue (self, request->rank, request->names[i]));

      if (head != request && g_hash_table_add (ahead, head) && !head->granted)
        find_ahead (self, head, ahead);
    }
}

static gint64
get_held_usec (const AimxLockRequest *request)
{
  return request->granted ? g_get_monotonic_time () - request->since : 0;
}

/* Those that keep @request waiting for long and were not told about yet; with the mutex held. */
static void
find_overdue (AimxLockManager *self, const AimxLockRequest *request, GPtrArray *overdue)
{
  g_autoptr (GHashTable) ahead = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer key;

  find_ahead (self, request, ahead);
  g_hash_table_iter_init (&iter, ahead);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      AimxLockRequest *one = key;

      if (one->is_reported || get_held_usec (one) < HELD_LONG_USEC)
        continue;
      one->is_reported = TRUE;
      g_ptr_array_add (overdue, aimx_lock_request_ref (one));
    }
}

static void
report_overdue (GPtrArray *overdue)
{
  for (guint i = 0; i < overdue->len; i++)
    {
      const AimxLockRequest *request = overdue->pdata[i];
      const char *module = aimx_acting_module_name (request->module);
      g_autofree char *what = aimx_lock_request_describe (request);

      aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_MODULE, module, "MESSAGE",
                "module '%s' has kept %s locked for %d s, and others wait for it", module, what,
                (int) (get_held_usec (request) / G_USEC_PER_SEC));
    }
}

static gint64
get_longest_held_usec (AimxLockManager *self, const AimxLockRequest *request)
{
  g_autoptr (GHashTable) ahead = g_hash_table_new (NULL, NULL);
  gint64 longest = 0;
  GHashTableIter iter;
  gpointer one;

  find_ahead (self, request, ahead);
  g_hash_table_iter_init (&iter, ahead);
  while (g_hash_table_iter_next (&iter, &one, NULL))
    longest = MAX (longest, get_held_usec (one));
  return longest;
}

static guint
count_deliveries_ahead (AimxLockManager *self, const AimxLockRequest *request)
{
  guint n = 0;

  for (const GList *link = get_queue (self, request->rank, request->names[0])->head; link->data != request;
       link = link->next)
    n += ((const AimxLockRequest *) link->data)->is_delivery;
  return n;
}

/* Whether @request is a delivery, and enough of them wait already for who keeps its mailbox; with the mutex held. */
static gboolean
gives_up (AimxLockManager *self, const AimxLockRequest *request)
{
  gint64 held = request->is_delivery ? get_longest_held_usec (self, request) : 0;

  return held >= DELIVERY_WAIT_USEC ||
         (held >= DELIVERY_FEW_USEC && count_deliveries_ahead (self, request) >= DELIVERIES_WAITING);
}

/* With the mutex held, but for while it waits and tells. */
static void
wait_a_while (AimxLockManager *self, AimxLockRequest *request)
{
  g_autoptr (GPtrArray) overdue = g_ptr_array_new_with_free_func (aimx_lock_request_unref);

  if (g_cond_wait_until (&request->cond, &self->mutex, g_get_monotonic_time () + LOOK_USEC) || request->granted)
    return;
  find_overdue (self, request, overdue);
  g_mutex_unlock (&self->mutex);
  report_overdue (overdue);
  g_mutex_lock (&self->mutex);
}

/* Waits until @request is granted, is cancelled or gives up; whether it was granted. */
static gboolean
wait_for (AimxLockManager *self, AimxLockRequest *request, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) granted = g_ptr_array_new_with_free_func (aimx_lock_request_unref);
  g_autoptr (GPtrArray) overdue = g_ptr_array_new_with_free_func (aimx_lock_request_unref);
  gboolean got;

  g_mutex_lock (&self->mutex);
  while (!request->granted && !g_cancellable_is_cancelled (cancellable) && !gives_up (self, request))
    wait_a_while (self, request);
  request->is_blocking = FALSE;
  got = request->granted;
  if (got)
    hold (self, request);
  else
    {
      find_overdue (self, request, overdue);
      dequeue (self, request, granted);
    }
  g_mutex_unlock (&self->mutex);
  report_overdue (overdue);
  finish_granted (self, granted);
  return got;
}

/* ---- blocking ---- */

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

static AimxLockGuard *
acquire (AimxLockManager *self,
         AimxLockRequest *request,
         AimxLockGuard *held,
         GCancellable *cancellable,
         GError **error)
{
  AimxLockGuard *guard = NULL;
  gulong handler = 0;
  Wake wake = { &self->mutex, &request->cond };

  request->is_blocking = TRUE;
  if (begin (self, request, held, error))
    {
      if (cancellable != NULL)
        handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled_blocking), &wake, NULL);
      if (wait_for (self, request, cancellable))
        guard = guard_new (self, held, request);
      else if (!g_cancellable_set_error_if_cancelled (cancellable, error))
        g_set_error (error, AIMX_ERROR, AIMX_ERROR_TEMPORARY, "the mailbox %s is being kept locked; try again later",
                     request->names[0]);
      g_cancellable_disconnect (cancellable, handler);
    }
  return guard;
}

AimxLockGuard *
aimx_lock_manager_acquire_as (AimxLockManager *self,
                              const char *module,
                              AimxLockGuard *held,
                              AimxLockRank rank,
                              const char *const *names,
                              GCancellable *cancellable,
                              GError **error)
{
  g_autoptr (AimxLockRequest) request = aimx_lock_request_new (module, rank, names);

  return acquire (self, request, held, cancellable, error);
}

AimxLockGuard *
aimx_lock_manager_acquire (AimxLockManager *self,
                           AimxLockGuard *held,
                           AimxLockRank rank,
                           const char *const *names,
                           GCancellable *cancellable,
                           GError **error)
{
  return aimx_lock_manager_acquire_as (self, aimx_acting_module_find (__builtin_return_address (0)), held, rank, names,
                                       cancellable, error);
}

AimxLockGuard *
aimx_lock_manager_acquire_for_delivery (AimxLockManager *self, const char *mailbox, GError **error)
{
  const char *const names[] = { mailbox, NULL };
  g_autoptr (AimxLockRequest) request = aimx_lock_request_new (aimx_acting_module_get (), AIMX_LOCK_MAILBOX, names);

  request->is_delivery = TRUE;
  return acquire (self, request, NULL, NULL, error);
}

/* ---- asynchronously ---- */

typedef struct
{
  AimxLockManager *manager;
  AimxLockRequest *request;
} Wait;

static void
wait_free (gpointer data, GClosure *closure)
{
  Wait *wait = data;

  aimx_lock_request_unref (wait->request);
  g_object_unref (wait->manager);
  g_free (wait);
}

static void
on_cancelled_async (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (GPtrArray) granted = g_ptr_array_new_with_free_func (aimx_lock_request_unref);
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
  g_autoptr (AimxLockRequest) request = aimx_lock_request_new (aimx_acting_module_find (callback), rank, names);
  Pending *pending = g_new0 (Pending, 1);
  Wait *wait;

  pending->held = held != NULL ? g_object_ref (held) : NULL;
  g_task_set_source_tag (task, aimx_lock_manager_acquire_async);
  g_task_set_task_data (task, pending, pending_free);
  request->task = g_object_ref (task);
  if (!begin (self, request, held, &error))
    {
      g_clear_object (&request->task);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (cancellable == NULL)
    return;
  wait = g_new (Wait, 1);
  wait->manager = g_object_ref (self);
  wait->request = g_steal_pointer (&request);
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
  g_hash_table_unref (self->held);
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
  g_queue_free_full (data, aimx_lock_request_unref);
}

static void
aimx_lock_manager_init (AimxLockManager *self)
{
  g_mutex_init (&self->mutex);
  self->queues = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, queue_free);
  self->held = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) g_thread_unref, (GDestroyNotify) g_ptr_array_unref);
}

AimxLockManager *
aimx_lock_manager_new (void)
{
  return g_object_new (AIMX_TYPE_LOCK_MANAGER, NULL);
}
