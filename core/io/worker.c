/* SPDX-License-Identifier: MIT */
/*
 * A thread that waits for one epoll descriptor. Calls from other threads arrive in a queue that an eventfd announces,
 * watched like the rest. Deadlines are in a binary heap; the next one is how long the loop waits.
 *
 * What a watch waits for no more stays with the kernel until it happens once: a peer that waits for our answer sends
 * nothing meanwhile, and two system calls a message are saved.
 *
 * A watch that is freed may still stand among the events of this turn; it is kept, marked, until the turn is over.
 */
#include "io/sys.h"

#include <aimx/error.h>
#include <aimx/worker.h>

#include <sys/epoll.h>
#include <sys/eventfd.h>

/* Events taken from the kernel in one turn; more wait for the next one, after deadlines and calls had theirs. */
#define EVENTS_MAX 128

struct _AimxWatch
{
  AimxWorker *worker;
  AimxWatchFunc func; /* NULL: freed */
  gpointer user_data;
  AimxWatch *next_freed;
  gint64 deadline; /* 0: none */
  guint heap_index;
  guint events; /* that it waits for */
  guint armed;  /* that the kernel reports */
  int fd;
};

typedef struct
{
  void (*func) (gpointer user_data);
  gpointer user_data;
} Call;

struct _AimxWorker
{
  GObject parent_instance;

  GThread *thread;
  AimxFd epoll;
  AimxFd wake;
  GPtrArray *heap; /* of AimxWatch with a deadline, the next one first */
  AimxWatch *freed;
  gint64 now;
  gboolean running; /* the thread's own */

  GMutex mutex; /* what follows */
  GArray *calls;
  gboolean stopping;
  gboolean ended; /* no call will run any more */
};

G_DEFINE_FINAL_TYPE (AimxWorker, aimx_worker, G_TYPE_OBJECT)

/* ---- the heap ---- */

static void
heap_put (GPtrArray *heap, guint index, AimxWatch *watch)
{
  heap->pdata[index] = watch;
  watch->heap_index = index;
}

/* Moves @watch from @index to where it belongs, up or down. */
static void
heap_sift (GPtrArray *heap, guint index, AimxWatch *watch)
{
  while (index > 0)
    {
      AimxWatch *parent = heap->pdata[(index - 1) / 2];

      if (parent->deadline <= watch->deadline)
        break;
      heap_put (heap, index, parent);
      index = (index - 1) / 2;
    }
  for (;;)
    {
      guint child = 2 * index + 1;

      if (child >= heap->len)
        break;
      if (child + 1 < heap->len &&
          ((AimxWatch *) heap->pdata[child + 1])->deadline < ((AimxWatch *) heap->pdata[child])->deadline)
        child++;
      if (watch->deadline <= ((AimxWatch *) heap->pdata[child])->deadline)
        break;
      heap_put (heap, index, heap->pdata[child]);
      index = child;
    }
  heap_put (heap, index, watch);
}

static void
heap_remove (GPtrArray *heap, AimxWatch *watch)
{
  AimxWatch *last = heap->pdata[heap->len - 1];

  g_ptr_array_set_size (heap, (int) heap->len - 1);
  if (last != watch)
    heap_sift (heap, watch->heap_index, last);
}

/* ---- watches ---- */

AimxWatch *
aimx_worker_watch (AimxWorker *self, int fd, guint events, AimxWatchFunc func, gpointer user_data, GError **error)
{
  AimxWatch *watch = g_new0 (AimxWatch, 1);
  struct epoll_event event = { .events = events, .data.ptr = watch };

  watch->worker = self;
  watch->func = func;
  watch->user_data = user_data;
  watch->events = watch->armed = events;
  watch->fd = fd;
  if (epoll_ctl (self->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
    return watch;
  aimx_error_set_errno (error, errno, "watch descriptor %d", fd);
  g_free (watch);
  return NULL;
}

static void
arm (AimxWatch *watch)
{
  struct epoll_event event = { .events = watch->events, .data.ptr = watch };

  watch->armed = watch->events;
  /* Of a descriptor that is watched this cannot fail. */
  if (epoll_ctl (watch->worker->epoll, EPOLL_CTL_MOD, watch->fd, &event) < 0)
    g_critical ("watch of descriptor %d: %s", watch->fd, g_strerror (errno));
}

void
aimx_watch_set_events (AimxWatch *watch, guint events)
{
  watch->events = events;
  if ((events & ~watch->armed) != 0)
    arm (watch);
}

void
aimx_watch_set_deadline (AimxWatch *watch, gint64 deadline)
{
  GPtrArray *heap = watch->worker->heap;
  gboolean queued = watch->deadline != 0;

  if (deadline == watch->deadline)
    return;
  watch->deadline = deadline;
  if (queued && deadline == 0)
    heap_remove (heap, watch);
  else if (queued)
    heap_sift (heap, watch->heap_index, watch);
  else
    {
      g_ptr_array_add (heap, watch);
      heap_sift (heap, heap->len - 1, watch);
    }
}

void
aimx_watch_free (AimxWatch *watch)
{
  AimxWorker *worker = watch->worker;

  aimx_watch_set_deadline (watch, 0);
  if (epoll_ctl (worker->epoll, EPOLL_CTL_DEL, watch->fd, NULL) < 0)
    g_critical ("watch of descriptor %d: %s", watch->fd, g_strerror (errno));
  watch->func = NULL;
  watch->next_freed = worker->freed;
  worker->freed = watch;
}

static void
release_freed (AimxWorker *self)
{
  while (self->freed != NULL)
    {
      AimxWatch *watch = self->freed;

      self->freed = watch->next_freed;
      g_free (watch);
    }
}

/* ---- calls from other threads ---- */

static void
wake (AimxWorker *self)
{
  guint64 one = 1;

  /* The counter cannot overflow and the descriptor takes 8 bytes whole. */
  if (write (self->wake, &one, sizeof one) < 0)
    g_critical ("wake a worker: %s", g_strerror (errno));
}

void
aimx_worker_invoke (AimxWorker *self, void (*func) (gpointer user_data), gpointer user_data)
{
  Call call = { func, user_data };
  gboolean first;

  g_mutex_lock (&self->mutex);
  if (self->ended)
    {
      g_mutex_unlock (&self->mutex);
      g_critical ("a call to a worker that has stopped");
      return;
    }
  first = self->calls->len == 0;
  g_array_append_val (self->calls, call);
  if (first)
    wake (self);
  g_mutex_unlock (&self->mutex);
}

/* Takes the calls of this turn; those that they cause come in the next one. */
static GArray *
take_calls (AimxWorker *self)
{
  GArray *calls = NULL;

  g_mutex_lock (&self->mutex);
  if (self->calls->len > 0)
    {
      calls = self->calls;
      self->calls = g_array_new (FALSE, FALSE, sizeof (Call));
    }
  else if (self->stopping)
    {
      self->ended = TRUE;
      self->running = FALSE;
    }
  g_mutex_unlock (&self->mutex);
  return calls;
}

static void
run_calls (AimxWorker *self)
{
  g_autoptr (GArray) calls = take_calls (self);

  for (guint i = 0; calls != NULL && i < calls->len; i++)
    {
      const Call *call = &g_array_index (calls, Call, i);

      call->func (call->user_data);
    }
  if (calls != NULL)
    {
      g_mutex_lock (&self->mutex);
      if (self->stopping)
        wake (self);
      g_mutex_unlock (&self->mutex);
    }
}

/* ---- a turn ---- */

static void
run_event (AimxWatch *watch, guint events)
{
  events &= watch->events | EPOLLERR | EPOLLHUP;
  if (events != 0)
    watch->func (watch, events, watch->user_data);
  else
    arm (watch);
}

static void
run_events (AimxWorker *self, const struct epoll_event *events, int n_events)
{
  gboolean called = FALSE;

  for (int i = 0; i < n_events; i++)
    {
      AimxWatch *watch = events[i].data.ptr;

      if (watch == NULL)
        called = TRUE;
      else if (watch->func != NULL)
        run_event (watch, events[i].events);
    }
  if (called)
    run_calls (self);
}

/* As many as there were at first: one that is set anew in the past must not hold up the loop. */
static void
run_deadlines (AimxWorker *self)
{
  for (guint n_left = self->heap->len; n_left > 0 && self->heap->len > 0; n_left--)
    {
      AimxWatch *watch = self->heap->pdata[0];

      if (watch->deadline > self->now)
        return;
      aimx_watch_set_deadline (watch, 0);
      watch->func (watch, 0, watch->user_data);
    }
}

/* Returns: milliseconds to the next deadline, -1 when there is none */
static int
get_patience (AimxWorker *self)
{
  const AimxWatch *next = self->heap->len > 0 ? self->heap->pdata[0] : NULL;

  if (next == NULL)
    return -1;
  return (int) CLAMP ((next->deadline - g_get_monotonic_time () + 999) / 1000, 0, G_MAXINT);
}

static gpointer
run (gpointer data)
{
  AimxWorker *self = data;
  struct epoll_event events[EVENTS_MAX];

  while (self->running)
    {
      int n_events = epoll_wait (self->epoll, events, EVENTS_MAX, get_patience (self));

      self->now = g_get_monotonic_time ();
      run_events (self, events, n_events);
      run_deadlines (self);
      release_freed (self);
    }
  return NULL;
}

gint64
aimx_worker_now (AimxWorker *self)
{
  return self->now;
}

gboolean
aimx_worker_is_current (AimxWorker *self)
{
  return self->thread == g_thread_self ();
}

/* ---- life ---- */

static gboolean
open_descriptors (AimxWorker *self, GError **error)
{
  /* Edge-triggered: each write announces itself, and nobody has to read the counter. */
  struct epoll_event event = { .events = EPOLLIN | EPOLLET };

  self->epoll = epoll_create1 (EPOLL_CLOEXEC);
  self->wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->epoll >= 0 && self->wake >= 0 && epoll_ctl (self->epoll, EPOLL_CTL_ADD, self->wake, &event) == 0)
    return TRUE;
  return aimx_error_set_errno (error, errno, "make a worker loop");
}

AimxWorker *
aimx_worker_new (const char *name, GError **error)
{
  g_autoptr (AimxWorker) self = g_object_new (AIMX_TYPE_WORKER, NULL);

  if (!open_descriptors (self, error))
    return NULL;
  self->running = TRUE;
  self->now = g_get_monotonic_time ();
  self->thread = g_thread_try_new (name, run, self, error);
  return self->thread != NULL ? g_steal_pointer (&self) : NULL;
}

void
aimx_worker_stop (AimxWorker *self)
{
  g_return_if_fail (!aimx_worker_is_current (self));

  if (self->thread == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  wake (self);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  self->thread = NULL;
}

static void
aimx_worker_finalize (GObject *object)
{
  AimxWorker *self = AIMX_WORKER (object);

  aimx_worker_stop (self);
  release_freed (self);
  aimx_fd_clear (&self->epoll);
  aimx_fd_clear (&self->wake);
  g_ptr_array_unref (self->heap);
  g_array_unref (self->calls);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (aimx_worker_parent_class)->finalize (object);
}

static void
aimx_worker_class_init (AimxWorkerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_worker_finalize;
}

static void
aimx_worker_init (AimxWorker *self)
{
  self->epoll = -1;
  self->wake = -1;
  self->heap = g_ptr_array_new ();
  self->calls = g_array_new (FALSE, FALSE, sizeof (Call));
  g_mutex_init (&self->mutex);
}
