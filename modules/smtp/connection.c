/* SPDX-License-Identifier: MIT */
/*
 * The driver of one session. Whatever happens (bytes, room to send, a deadline, work done on the pool) is noted, and
 * then advance() does all that can be done without waiting and says what to wait for next.
 *
 * Bytes are read into the loop's buffer, so that a connection that waits holds none. What the session cannot consume
 * yet is copied and nothing more is read: the peer waits with us. The same holds for a peer that does not take its
 * replies, and while message bytes are written to the disk.
 */
#include "connection-private.h"

#include "smtp-server.h"

#include <aimx/log.h>

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

/* GnuTLS gives no more than a record at once (RFC 8446, 5.1). */
#define TLS_RECORD_MAX (16 * 1024)

static void advance (SmtpConnection *self);

gint64
smtp_connection_now (SmtpConnection *self)
{
  return aimx_worker_now (self->loop->worker);
}

/* ---- the end ---- */

static void
log_session (SmtpConnection *self)
{
  gint64 now = smtp_connection_now (self);
  g_autofree char *helo = NULL;
  SmtpFacts facts;

  smtp_session_get_facts (self->session, &facts);
  helo = g_strescape (facts.helo != NULL ? facts.helo : "-", NULL);
  aimx_log (G_LOG_LEVEL_INFO, AIMX_LOG_PEER, facts.peer_address, "MESSAGE",
            "session of %s (%s): %s%s%s, %u messages, %" G_GUINT64_FORMAT
            " bytes, %u recipients refused, %u errors, %.3f s, ended by %s",
            facts.peer_address, helo, facts.tls_version != NULL ? facts.tls_version : "no TLS",
            facts.tls_cipher != NULL ? " " : "", facts.tls_cipher != NULL ? facts.tls_cipher : "", facts.n_messages,
            facts.bytes, facts.n_refused, facts.n_errors, (double) (now - facts.started) / G_USEC_PER_SEC,
            smtp_end_to_string (facts.end));
}

/* What strangers said is any text; an address was looked at, and is none that a line could not hold. */
static void
log_refusal (const SmtpRefusal *refusal, const char *peer)
{
  g_autofree char *command = refusal->command != NULL ? g_strescape (refusal->command, NULL) : NULL;
  gboolean has_sender = refusal->mail_from != NULL;
  const char *sender = has_sender ? refusal->mail_from : "";
  const char *id = refusal->queue_id != NULL ? refusal->queue_id : "-";

  if (command == NULL)
    aimx_log (G_LOG_LEVEL_INFO, AIMX_LOG_QUEUE_ID, id, AIMX_LOG_PEER, peer, "MESSAGE",
              "%s: refused from %s, sender <%s>, for %s: %s", id, peer, sender, refusal->recipients, refusal->reply);
  else
    aimx_log (G_LOG_LEVEL_INFO, AIMX_LOG_PEER, peer, "MESSAGE", "refused from %s%s%s%s: %s: %s", peer,
              has_sender ? ", sender <" : "", sender, has_sender ? ">" : "", command, refusal->reply);
}

static void
log_refusals (SmtpConnection *self)
{
  SmtpRefusal *refusal;
  SmtpFacts facts;

  smtp_session_get_facts (self->session, &facts);
  while ((refusal = smtp_session_take_refusal (self->session)) != NULL)
    {
      log_refusal (refusal, facts.peer_address);
      smtp_refusal_free (refusal);
    }
}

static void
end_session (SmtpConnection *self)
{
  smtp_transaction_drop (self);
  log_session (self);
  g_clear_pointer (&self->session, smtp_session_free);
  g_clear_pointer (&self->unread, g_bytes_unref);
}

static void
stop_waiting (SmtpConnection *self)
{
  if (self->waiting.data == NULL)
    return;
  g_queue_unlink (&self->loop->waiting, &self->waiting);
  self->waiting.data = NULL;
}

static void
connection_free (SmtpConnection *self)
{
  SmtpLoop *loop = self->loop;

  if (self->session != NULL)
    end_session (self);
  stop_waiting (self);
  g_queue_unlink (&loop->connections, &self->link);
  g_clear_pointer (&self->watch, aimx_watch_free);
  g_clear_pointer (&self->tls, aimx_tls_stream_free);
  close (self->fd);
  g_queue_clear_full (&self->output, (GDestroyNotify) g_bytes_unref);
  smtp_server_leave (loop->server, loop, &self->network);
  g_free (self);
}

/* The session is over and its last words are sent. */
static void
finish (SmtpConnection *self)
{
  SmtpFacts facts;

  smtp_session_get_facts (self->session, &facts);
  if (self->tls != NULL && !self->gone)
    aimx_tls_stream_shut_down (self->tls);
  if (self->gone || self->loop->shutting_down || facts.end == SMTP_END_QUIT || shutdown (self->fd, SHUT_WR) < 0)
    {
      connection_free (self);
      return;
    }
  end_session (self);
  stop_waiting (self);
  g_clear_pointer (&self->tls, aimx_tls_stream_free);
  self->phase = SMTP_PHASE_LINGER;
  aimx_watch_set_events (self->watch, EPOLLIN);
  aimx_watch_set_deadline (self->watch, smtp_connection_now (self) + SMTP_CLOSE_TIMEOUT);
}

static void
linger (SmtpConnection *self, guint events)
{
  ssize_t n_read = events == 0 ? 0 : recv (self->fd, self->loop->buffer, SMTP_READ_SIZE, 0);

  if (n_read == 0 || (n_read < 0 && errno != EAGAIN && errno != EINTR))
    connection_free (self);
}

/* The peer has gone. Work on the pool goes on: what it promised may be done already. */
static void
lose (SmtpConnection *self)
{
  self->gone = TRUE;
  g_clear_pointer (&self->watch, aimx_watch_free);
  g_queue_clear_full (&self->output, (GDestroyNotify) g_bytes_unref);
  self->n_sent = 0;
}

/* ---- sending ---- */

/* Returns: bytes sent, 0 when the peer takes no more now, -1 when it has gone */
static gssize
send_some (SmtpConnection *self, const char *data, gsize length)
{
  ssize_t n_sent;
  gsize n_written;

  if (self->tls == NULL)
    {
      n_sent = send (self->fd, data, length, MSG_NOSIGNAL);
      if (n_sent >= 0)
        return n_sent;
      return errno == EAGAIN || errno == EINTR ? 0 : -1;
    }
  switch (aimx_tls_stream_write (self->tls, data, length, &n_written, NULL))
    {
    case AIMX_TLS_DONE:
      return (gssize) n_written;
    case AIMX_TLS_WANT_READ:
    case AIMX_TLS_WANT_WRITE:
      return 0;
    default:
      return -1;
    }
}

static void
flush (SmtpConnection *self)
{
  GBytes *output = smtp_session_take_output (self->session);

  log_refusals (self);
  if (output != NULL && !self->gone)
    g_queue_push_tail (&self->output, output);
  else if (output != NULL)
    g_bytes_unref (output);
  while (self->output.length > 0)
    {
      gsize length;
      const char *data = g_bytes_get_data (self->output.head->data, &length);
      gssize n_sent = send_some (self, data + self->n_sent, length - self->n_sent);

      if (n_sent < 0)
        lose (self);
      if (n_sent <= 0)
        return;
      self->n_sent += (gsize) n_sent;
      if (self->n_sent == length)
        {
          g_bytes_unref (g_queue_pop_head (&self->output));
          self->n_sent = 0;
        }
    }
}

/* ---- reading ---- */

/* Does what the session asks and feeds it until all is consumed or an answer has to wait.
 * Returns: how many bytes were consumed */
static gsize
converse (SmtpConnection *self, const char *data, gsize length)
{
  gsize consumed = 0;

  for (;;)
    {
      SmtpAction action = smtp_session_get_action (self->session);

      if (action == SMTP_ACTION_CLOSE)
        return length;
      if (action == SMTP_ACTION_START_TLS)
        {
          if (!smtp_starttls_act (self, consumed < length))
            return length;
        }
      else if (action != SMTP_ACTION_NONE)
        {
          if (!smtp_transaction_act (self, action))
            return consumed;
        }
      else if (consumed == length)
        return consumed;
      else
        consumed += smtp_session_feed (self->session, data + consumed, length - consumed, smtp_connection_now (self));
    }
}

static void
take_in (SmtpConnection *self, const char *data, gsize length)
{
  gsize consumed = converse (self, data, length);

  if (consumed < length)
    self->unread = g_bytes_new (data + consumed, length - consumed);
  smtp_transaction_flush (self);
}

static void
take_in_unread (SmtpConnection *self)
{
  g_autoptr (GBytes) unread = g_steal_pointer (&self->unread);
  gsize length;
  const char *data = g_bytes_get_data (unread, &length);
  gsize consumed = converse (self, data, length);

  if (consumed < length)
    self->unread = g_bytes_new_from_bytes (unread, consumed, length - consumed);
  smtp_transaction_flush (self);
}

/* Reads record by record until the buffer could not take another.
 * Returns: bytes read, 0 for none now, -1 when the peer has gone */
static gssize
receive_tls (SmtpConnection *self)
{
  char *buffer = self->loop->buffer;
  gsize length = 0;

  while (length <= SMTP_READ_SIZE - TLS_RECORD_MAX)
    {
      gsize n_read;
      AimxTlsStatus status = aimx_tls_stream_read (self->tls, buffer + length, SMTP_READ_SIZE - length, &n_read, NULL);

      if (status == AIMX_TLS_DONE)
        length += n_read;
      else if (status == AIMX_TLS_WANT_READ || status == AIMX_TLS_WANT_WRITE)
        break;
      else
        return length > 0 ? (gssize) length : -1;
    }
  return (gssize) length;
}

static gssize
receive (SmtpConnection *self)
{
  ssize_t n_read;

  if (self->tls != NULL)
    return receive_tls (self);
  n_read = recv (self->fd, self->loop->buffer, SMTP_READ_SIZE, 0);
  if (n_read > 0)
    return n_read;
  return n_read < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

/* Whether what is read could be dealt with; joins the queue of those who wait to spool when that is why not. */
static gboolean
may_read (SmtpConnection *self)
{
  if (self->busy || self->output.length > 0 || self->unread != NULL || self->phase != SMTP_PHASE_TALK)
    return FALSE;
  if (self->spool == NULL || aimx_spool_reserve_memory (self->spool, SMTP_READ_SIZE) ||
      smtp_loop_may_spool (self->loop))
    return TRUE;
  if (self->waiting.data == NULL)
    {
      self->waiting.data = self;
      g_queue_push_tail_link (&self->loop->waiting, &self->waiting);
    }
  return FALSE;
}

static void
read_some (SmtpConnection *self)
{
  gssize n_read = receive (self);

  if (n_read < 0)
    lose (self);
  else if (n_read > 0)
    take_in (self, self->loop->buffer, (gsize) n_read);
}

/* ---- turns ---- */

/* Until when. While the peer waits for us no time runs against it. */
static gint64
get_deadline (SmtpConnection *self)
{
  gboolean closing = smtp_session_get_action (self->session) == SMTP_ACTION_CLOSE;

  if (self->phase == SMTP_PHASE_HANDSHAKE)
    return self->deadline;
  if ((self->busy || self->waiting.data != NULL) && !closing)
    return 0;
  return smtp_session_get_deadline (self->session);
}

/* Without any event only a reset or a hang-up wakes us. */
static void
await (SmtpConnection *self, guint events)
{
  aimx_watch_set_events (self->watch, events);
  aimx_watch_set_deadline (self->watch, get_deadline (self));
}

/* Goes on until there is nothing to do but wait; may free @self. */
static void
advance (SmtpConnection *self)
{
  guint handshake_events = 0;

  for (;;)
    {
      gboolean closing;

      flush (self);
      closing = smtp_session_get_action (self->session) == SMTP_ACTION_CLOSE;
      if (closing)
        self->phase = SMTP_PHASE_TALK;
      if (self->busy || self->output.length > 0)
        break;
      if (self->gone && !closing)
        {
          smtp_session_disconnected (self->session, smtp_connection_now (self));
          continue;
        }
      if (closing)
        {
          finish (self);
          return;
        }
      if (self->phase == SMTP_PHASE_HANDSHAKE)
        {
          if (!smtp_starttls_step (self, &handshake_events))
            break;
        }
      else if (self->unread != NULL)
        take_in_unread (self);
      else if (self->tls != NULL && aimx_tls_stream_has_pending (self->tls) && may_read (self))
        read_some (self);
      else
        break;
    }
  if (self->watch == NULL)
    return;
  if (self->output.length > 0)
    await (self, EPOLLOUT);
  else if (self->phase == SMTP_PHASE_HANDSHAKE)
    await (self, handshake_events);
  else
    await (self, may_read (self) ? EPOLLIN : 0);
}

static void
expire (SmtpConnection *self)
{
  if (self->phase == SMTP_PHASE_HANDSHAKE)
    smtp_starttls_fail (self, "the peer took too long");
  else if (smtp_session_get_action (self->session) == SMTP_ACTION_CLOSE)
    lose (self);
  else
    smtp_session_expire (self->session, smtp_connection_now (self));
}

static void
on_event (AimxWatch *watch, guint events, gpointer user_data)
{
  SmtpConnection *self = user_data;

  if (self->phase == SMTP_PHASE_LINGER)
    {
      linger (self, events);
      return;
    }
  if (events == 0)
    expire (self);
  else if ((events & EPOLLIN) != 0 && may_read (self))
    read_some (self);
  else if ((events & (EPOLLERR | EPOLLHUP)) != 0 && (self->phase == SMTP_PHASE_TALK || self->busy))
    lose (self);
  advance (self);
}

/* ---- work on the pool ---- */

static void
work_done (gpointer user_data)
{
  SmtpWork *work = user_data;
  SmtpConnection *self = work->connection;

  self->busy = FALSE;
  work->done (work);
  smtp_session_read_again (self->session, smtp_connection_now (self));
  advance (self);
}

void
smtp_work_finish (SmtpWork *work)
{
  aimx_worker_invoke (work->connection->loop->worker, work_done, work);
}

static void
work_run (gpointer user_data)
{
  SmtpWork *work = user_data;

  if (work->run (work))
    smtp_work_finish (work);
}

void
smtp_connection_run (SmtpWork *work)
{
  work->connection->busy = TRUE;
  aimx_server_run (smtp_server_get_aimx (work->connection->loop->server), work_run, work);
}

/* ---- from outside ---- */

void
smtp_connection_shut_down (SmtpConnection *self)
{
  if (self->phase == SMTP_PHASE_LINGER)
    {
      connection_free (self);
      return;
    }
  smtp_session_shut_down (self->session, smtp_connection_now (self));
  if (self->phase == SMTP_PHASE_HANDSHAKE)
    self->deadline = MIN (self->deadline, smtp_connection_now (self) + SMTP_SHUTDOWN_GRACE);
  advance (self);
}

void
smtp_connection_abandon (SmtpConnection *self)
{
  if (self->phase == SMTP_PHASE_LINGER)
    {
      connection_free (self);
      return;
    }
  lose (self);
  advance (self);
}

void
smtp_connection_resume (SmtpConnection *self)
{
  stop_waiting (self);
  smtp_session_read_again (self->session, smtp_connection_now (self));
  advance (self);
}

void
smtp_connection_start (SmtpLoop *loop, int fd, const SmtpAddress *peer, SmtpSettings *settings)
{
  SmtpConnection *self = g_new0 (SmtpConnection, 1);
  g_autoptr (GError) error = NULL;
  char host[SMTP_ADDRESS_TEXT];

  self->loop = loop;
  self->fd = fd;
  self->network = smtp_address_get_network (peer);
  self->link.data = self;
  g_queue_push_tail_link (&loop->connections, &self->link);
  self->session = smtp_session_new (settings, smtp_address_write_host (peer, host), smtp_connection_now (self));
  self->watch = aimx_worker_watch (loop->worker, fd, EPOLLIN, on_event, self, &error);
  if (self->watch == NULL)
    {
      aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_PEER, host, "MESSAGE", "%s", error->message);
      self->gone = TRUE;
    }
  else if (loop->shutting_down)
    smtp_session_shut_down (self->session, smtp_connection_now (self));
  advance (self);
}
