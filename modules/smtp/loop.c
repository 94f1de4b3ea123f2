/* SPDX-License-Identifier: MIT */
/*
 * What the connections of one worker loop share.
 */
#include "loop.h"

#include "connection.h"

SmtpLoop *
smtp_loop_new (SmtpServer *server, const char *name, GError **error)
{
  AimxWorker *worker = aimx_worker_new (name, error);
  SmtpLoop *self;

  if (worker == NULL)
    return NULL;
  self = g_new0 (SmtpLoop, 1);
  self->server = server;
  self->worker = worker;
  self->buffer = g_malloc (SMTP_READ_SIZE);
  g_queue_init (&self->connections);
  g_queue_init (&self->waiting);
  return self;
}

void
smtp_loop_free (SmtpLoop *self)
{
  aimx_worker_stop (self->worker);
  g_warn_if_fail (self->connections.length == 0);
  g_object_unref (self->worker);
  g_free (self->buffer);
  g_free (self);
}

/* The function may free the connection that it is called for, no other. */
static void
for_each_connection (SmtpLoop *self, void (*func) (SmtpConnection *connection))
{
  GList *next;

  for (GList *link = self->connections.head; link != NULL; link = next)
    {
      next = link->next;
      func (link->data);
    }
}

void
smtp_loop_shut_down (SmtpLoop *self)
{
  self->shutting_down = TRUE;
  for_each_connection (self, smtp_connection_shut_down);
}

void
smtp_loop_abandon (SmtpLoop *self)
{
  self->shutting_down = TRUE;
  for_each_connection (self, smtp_connection_abandon);
}

/* ---- the budget ---- */

gboolean
smtp_loop_may_spool (SmtpLoop *self)
{
  return self->spooling < SMTP_SPOOLING_MAX;
}

void
smtp_loop_begin_spooling (SmtpLoop *self, gsize n_bytes)
{
  self->spooling += n_bytes;
}

void
smtp_loop_end_spooling (SmtpLoop *self, gsize n_bytes)
{
  gsize room;

  self->spooling -= n_bytes;
  /* No more than can read: the others would only queue again. */
  room = SMTP_SPOOLING_MAX - MIN (self->spooling, SMTP_SPOOLING_MAX);
  for (gsize n = room / SMTP_READ_SIZE; n > 0 && self->waiting.length > 0; n--)
    smtp_connection_resume (self->waiting.head->data);
}
