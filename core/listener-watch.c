/* SPDX-License-Identifier: MIT */
/* The watch over listeners. */
#include "listener-watch.h"

#include "acting-module.h"

#include <aimx/log.h>

/* A listener that has not returned is told about after so long, and at each doubling. */
#define HANGS_USEC (2 * G_USEC_PER_SEC)

struct _AimxListenerWatch
{
  GMutex mutex; /* guards what follows */
  GCond cond;
  GThread *thread;      /* made with the first listener */
  AimxListenerRun *run; /* the innermost, %NULL when none runs */
  gboolean is_asleep;   /* the thread, until a listener runs */
  gboolean ends;
};

AimxListenerWatch *
aimx_listener_watch_new (void)
{
  AimxListenerWatch *self = g_new0 (AimxListenerWatch, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  return self;
}

void
aimx_listener_watch_free (AimxListenerWatch *self)
{
  g_mutex_lock (&self->mutex);
  self->ends = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static gint64
get_due (const AimxListenerRun *run)
{
  return run->since + ((gint64) HANGS_USEC << MIN (run->n_told, 20));
}

/* With the mutex held, but for the telling. */
static void
tell (AimxListenerWatch *self, AimxListenerRun *run)
{
  const char *module = aimx_acting_module_name (run->module);
  g_autofree char *event = g_strdup (run->event);
  gint64 took = g_get_monotonic_time () - run->since;

  run->n_told++;
  g_mutex_unlock (&self->mutex);
  aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_MODULE, module, "MESSAGE",
            "a listener of module '%s' to '%s' has been running for %d s, and the server waits for it", module, event,
            (int) (took / G_USEC_PER_SEC));
  g_mutex_lock (&self->mutex);
}

static gpointer
watch (gpointer data)
{
  AimxListenerWatch *self = data;

  g_mutex_lock (&self->mutex);
  while (!self->ends)
    {
      self->is_asleep = self->run == NULL;
      if (self->is_asleep)
        g_cond_wait (&self->cond, &self->mutex);
      else if (g_get_monotonic_time () < get_due (self->run))
        g_cond_wait_until (&self->cond, &self->mutex, get_due (self->run));
      else
        tell (self, self->run);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

void
aimx_listener_watch_begin (AimxListenerWatch *self, AimxListenerRun *run)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  run->since = g_get_monotonic_time ();
  run->n_told = 0;
  run->outer = self->run;
  self->run = run;
  /* Without a thread there is no watch, and all else goes on. */
  if (self->thread == NULL)
    self->thread = g_thread_try_new ("listener-watch", watch, self, NULL);
  else if (self->is_asleep)
    g_cond_signal (&self->cond);
}

gint64
aimx_listener_watch_end (AimxListenerWatch *self, AimxListenerRun *run)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->run = run->outer;
  return g_get_monotonic_time () - run->since;
}
