/* SPDX-License-Identifier: MIT */
/* A thread that waits for a second beside the one that waits for an answer. */
#include "progress.h"

#include "style.h"

#include <unistd.h>

#define PATIENCE_USEC G_USEC_PER_SEC
#define ERASE_LINE    "\r\033[K"

struct _CliProgress
{
  const char *what;
  GMutex mutex;
  GCond cond;
  gboolean ended;
  GThread *thread;
};

static gpointer
watch (gpointer data)
{
  CliProgress *self = data;
  gint64 until = g_get_monotonic_time () + PATIENCE_USEC;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (!self->ended)
    if (!g_cond_wait_until (&self->cond, &self->mutex, until))
      break;
  if (self->ended)
    return NULL;
  fprintf (stderr, "%s ...", self->what);
  while (!self->ended)
    g_cond_wait (&self->cond, &self->mutex);
  fputs (ERASE_LINE, stderr);
  return NULL;
}

CliProgress *
cli_progress_start (const char *what)
{
  CliProgress *self;

  if (!cli_style_is_rich (stderr))
    return NULL;
  self = g_new0 (CliProgress, 1);
  self->what = what;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("progress", watch, self);
  return self;
}

void
cli_progress_end (CliProgress *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->ended = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  g_free (self);
}
