/* SPDX-License-Identifier: MIT */
/*
 * A thread with a main loop of its own, whose one source polls one epoll descriptor: GLib's cost of a turn is the same
 * for one connection and for ten thousand. Calls from other threads arrive in a queue that an eventfd announces, also
 * watched by the epoll descriptor. Deadlines are in a binary heap; the next one is the source's timeout.
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
  guint events;
  int fd;
};

typedef struct
{
  void (*func) (gpointer user_data);
  gpointer user_data;
} Call;

typedef struct
{
  GSource source;
  AimxWorker *worker;
  gpointer tag; /* of the epoll descriptor */
} WorkerSource;

struct _AimxWorker
{
  GObject parent_instance;

  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  GSource *source;
  AimxFd epoll;
  AimxFd wake;
  GPtrArray *heap; /* of AimxWatch with a deadline, the next one first */
  AimxWatch *freed;
  gint64 now;

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
  watch->events = events;
  watch->fd = fd;
  if (epoll_ctl (self->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
    return watch;
  aimx_error_set_errno (error, errno, "watch descriptor %d", fd);
  g_free (watch);
  return NULL;
}

void
aimx_watch_set_events (AimxWatch *watch, guint events)
{
  struct epoll_event event = { .events = events, .data.ptr = watch };

  if (events == watch->events)
    return;
  watch->events = events;
  /* Of a descriptor that is watched this cannot fail. */
  if (epoll_ctl (watch->worker->epoll, EPOLL_CTL_MOD, watch->fd, &event) < 0)
    g_critical ("watch of descriptor %d: %s", watch->fd, g_strerror (errno));
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
      g_main_loop_quit (self->loop);
    }
  g_mutex_unlock (&self->mutex);
  return calls;
}

static void
run_calls (AimxWorker *self)
{
  g_autoptr (GArray) calls = NULL;
  guint64 count;

  if (read (self->wake, &count, sizeof count) < 0 && errno != EAGAIN)
    g_critical ("read a worker's wake-up: %s", g_strerror (errno));
  calls = take_calls (self);
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
run_events (AimxWorker *self)
{
  struct epoll_event events[EVENTS_MAX];
  int n_events = epoll_wait (self->epoll, events, EVENTS_MAX, 0);
  gboolean called = FALSE;

  for (int i = 0; i < n_events; i++)
    {
      AimxWatch *watch = events[i].data.ptr;

      if (watch == NULL)
        called = TRUE;
      else if (watch->func != NULL)
        watch->func (watch, events[i].events, watch->user_data);
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

static gint64
next_deadline (AimxWorker *self)
{
  return self->heap->len > 0 ? ((AimxWatch *) self->heap->pdata[0])->deadline : G_MAXINT64;
}

static gboolean
worker_source_prepare (GSource *source, int *timeout)
{
  gint64 deadline = next_deadline (((WorkerSource *) source)->worker);
  gint64 left = deadline - g_source_get_time (source);

  *timeout = deadline == G_MAXINT64 ? -1 : (int) CLAMP ((left + 999) / 1000, 0, G_MAXINT);
  return left <= 0;
}

static gboolean
worker_source_check (GSource *source)
{
  WorkerSource *self = (WorkerSource *) source;

  return g_source_query_unix_fd (source, self->tag) != 0 || next_deadline (self->worker) <= g_source_get_time (source);
}

static gboolean
worker_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  AimxWorker *self = ((WorkerSource *) source)->worker;

  self->now = g_get_monotonic_time ();
  run_events (self);
  run_deadlines (self);
  release_freed (self);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs worker_source_funcs = { .prepare = worker_source_prepare,
                                            .check = worker_source_check,
                                            .dispatch = worker_source_dispatch };

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

static gpointer
run (gpointer data)
{
  AimxWorker *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static gboolean
open_descriptors (AimxWorker *self, GError **error)
{
  struct epoll_event event = { .events = EPOLLIN };

  self->epoll = epoll_create1 (EPOLL_CLOEXEC);
  self->wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->epoll >= 0 && self->wake >= 0 && epoll_ctl (self->epoll, EPOLL_CTL_ADD, self->wake, &event) == 0)
    return TRUE;
  return aimx_error_set_errno (error, errno, "make a worker loop");
}

/* A source that may recurse is not taken out of the poll while it runs, and a timeout from prepare() needs no wake-up:
 * each would cost system calls a turn. */
static GSource *
make_source (AimxWorker *self, const char *name)
{
  GSource *source = g_source_new (&worker_source_funcs, sizeof (WorkerSource));

  ((WorkerSource *) source)->worker = self;
  ((WorkerSource *) source)->tag = g_source_add_unix_fd (source, self->epoll, G_IO_IN);
  g_source_set_can_recurse (source, TRUE);
  g_source_set_name (source, name);
  return source;
}

AimxWorker *
aimx_worker_new (const char *name, GError **error)
{
  g_autoptr (AimxWorker) self = g_object_new (AIMX_TYPE_WORKER, NULL);

  if (!open_descriptors (self, error))
    return NULL;
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->source = make_source (self, name);
  g_source_attach (self->source, self->context);
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
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
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
