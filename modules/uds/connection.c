/* SPDX-License-Identifier: MIT */
/* One client. */
#include "connection.h"

#include "uds-limits.h"

#include <aimx/error.h>
#include <aimx/frame.h>
#include <aimx/log.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef enum
{
  STATE_RECEIVING,
  STATE_WAITING,
  STATE_CALLING,
  STATE_ANSWERING,
  STATE_DRAINING,
  STATE_ENDED,
} State;

struct _UdsConnection
{
  GSource source;
  const UdsService *service;
  int fd;
  gpointer
      watch; /* of fd in source; NULL while nothing is waited for: a poll without events still tells of a hang-up */
  AimxCaller *caller;
  UdsConnectionEnded ended;
  gpointer ended_data;

  State state;
  gboolean hurried;
  gboolean received;   /* anything at all */
  gboolean sends_more; /* the peer may still be sending when the answer goes out */
  gint64 deadline;     /* of the state */

  AimxRequestParser *parser;
  GBytes *rest; /* what came with the headers, while waiting */
  gsize reserved;
  AimxRequest *request;
  UdsQuota *calls; /* that its request counts in */

  char *head;
  GBytes *body;
  gsize sent;
  gsize drained;
};

static void process (UdsConnection *self, const char *data, gsize length);

/* ---- states ---- */

static void
wait_for (UdsConnection *self, GIOCondition events)
{
  if (self->watch != NULL && events != 0)
    g_source_modify_unix_fd (&self->source, self->watch, events);
  else if (self->watch != NULL)
    g_source_remove_unix_fd (&self->source, g_steal_pointer (&self->watch));
  else if (events != 0)
    self->watch = g_source_add_unix_fd (&self->source, self->fd, events);
}

/* Enters a state that ends after @seconds, 0: not by itself. */
static void
enter (UdsConnection *self, State state, GIOCondition events, guint seconds)
{
  if (self->hurried)
    seconds = MIN (seconds, UDS_STOP_SECONDS);
  self->state = state;
  self->deadline = seconds > 0 ? g_get_monotonic_time () + seconds * G_USEC_PER_SEC : G_MAXINT64;
  g_source_set_ready_time (&self->source, seconds > 0 ? self->deadline : -1);
  wait_for (self, events);
}

static void
give_memory_back (UdsConnection *self)
{
  gsize reserved = self->reserved;

  self->reserved = 0;
  if (reserved > 0)
    uds_quota_release (self->service->memory, uds_connection_get_uid (self), reserved);
}

static void
end (UdsConnection *self)
{
  if (self->state == STATE_ENDED)
    return;
  self->state = STATE_ENDED;
  g_source_destroy (&self->source);
  close (self->fd);
  uds_quota_cancel (self->service->memory, self);
  if (self->calls != NULL)
    uds_quota_cancel (self->calls, self);
  g_clear_pointer (&self->parser, aimx_request_parser_free);
  give_memory_back (self);
  self->ended (self, self->ended_data);
}

static void
log_drop (UdsConnection *self, const char *why)
{
  g_autofree char *uid = g_strdup_printf ("%u", uds_connection_get_uid (self));

  aimx_log (G_LOG_LEVEL_DEBUG, AIMX_LOG_UID, uid, "MESSAGE", "uid %s, pid %d: connection dropped: %s", uid,
            aimx_caller_get_pid (self->caller), why);
}

/* ---- draining ---- */

static void
wait_for_quiet (UdsConnection *self)
{
  gint64 quiet = g_get_monotonic_time () + UDS_DRAIN_QUIET_MSEC * G_GINT64_CONSTANT (1000);

  g_source_set_ready_time (&self->source, MIN (quiet, self->deadline));
}

/* A socket closed with something unread in it takes the answer away from its peer. */
static void
drain (UdsConnection *self)
{
  char buffer[UDS_READ_SIZE];
  ssize_t n = recv (self->fd, buffer, sizeof buffer, 0);

  if (n > 0)
    {
      self->sends_more = TRUE;
      self->drained += (gsize) n;
    }
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) || !self->sends_more || self->drained > UDS_DRAIN_BYTES)
    end (self);
  else
    wait_for_quiet (self);
}

/* ---- answering ---- */

static gboolean
is_answered (UdsConnection *self)
{
  return self->sent == strlen (self->head) + (self->body != NULL ? g_bytes_get_size (self->body) : 0);
}

static ssize_t
send_part (UdsConnection *self)
{
  gsize head_length = strlen (self->head), body_length = 0;
  const char *body = self->body != NULL ? g_bytes_get_data (self->body, &body_length) : NULL;
  struct iovec parts[2];
  struct msghdr message = { .msg_iov = parts };

  if (self->sent < head_length)
    parts[message.msg_iovlen++] = (struct iovec){ self->head + self->sent, head_length - self->sent };
  if (body_length > 0)
    {
      gsize skipped = MAX (self->sent, head_length) - head_length;

      parts[message.msg_iovlen++] = (struct iovec){ (char *) body + skipped, body_length - skipped };
    }
  return sendmsg (self->fd, &message, MSG_NOSIGNAL);
}

static void
send_answer (UdsConnection *self)
{
  ssize_t n = send_part (self);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n < 0)
    {
      log_drop (self, g_strerror (errno));
      end (self);
      return;
    }
  self->sent += (gsize) n;
  if (!is_answered (self))
    return;
  shutdown (self->fd, SHUT_WR);
  enter (self, STATE_DRAINING, G_IO_IN, UDS_DRAIN_SECONDS);
  drain (self);
}

/* (transfer full) @head, @body */
static void
answer (UdsConnection *self, char *head, GBytes *body)
{
  self->head = head;
  self->body = body;
  enter (self, STATE_ANSWERING, G_IO_OUT, UDS_ANSWER_SECONDS);
  send_answer (self);
}

static void
answer_malformed (UdsConnection *self)
{
  char *head = aimx_frame_new_error ("MALFORMED", aimx_request_parser_get_fault (self->parser));

  self->sends_more = TRUE;
  g_clear_pointer (&self->parser, aimx_request_parser_free);
  give_memory_back (self);
  answer (self, head, NULL);
}

static void
answer_response (UdsConnection *self, AimxResponse *response)
{
  const GError *error = aimx_response_get_error (response);
  GBytes *body = aimx_response_get_body (response);

  if (error != NULL)
    answer (self, aimx_frame_new_error (aimx_error_get_wire_code (error), error->message), NULL);
  else if (body != NULL)
    answer (self, aimx_frame_new_json_head (g_bytes_get_size (body)), g_bytes_ref (body));
  else
    answer (self, aimx_frame_new_ok (aimx_response_get_id (response)), NULL);
}

/* ---- calling ---- */

static void
on_called (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UdsConnection) self = user_data;
  g_autoptr (AimxResponse) response = self->service->call_finish (self->service->server, result);

  g_clear_object (&self->request);
  uds_quota_release (self->calls, uds_connection_get_uid (self), 1);
  if (self->state == STATE_ENDED)
    return;
  give_memory_back (self);
  answer_response (self, response);
}

static void
run_call (gpointer user_data)
{
  UdsConnection *self = user_data;

  g_source_ref (&self->source);
  self->service->call_async (self->service->server, self->request, on_called, self);
}

/* Of the module that has the verb: who calls one that hangs can still call the others. Nobody's verbs are answered at
 * once. */
static UdsQuota *
get_calls (const UdsService *service, const char *verb)
{
  const char *module = service->get_verb_module (service->server, verb);
  const char *key = module != NULL ? module : "";
  UdsQuota *calls = g_hash_table_lookup (service->calls, key);

  if (calls == NULL)
    {
      calls = uds_quota_new (G_MAXSIZE, UDS_CALLS_SHARE);
      g_hash_table_insert (service->calls, (gpointer) key, calls);
    }
  return calls;
}

/* (transfer full) @body */
static void
call (UdsConnection *self, const char *const *headers, GBytes *body)
{
  self->request = aimx_request_new (self->caller, aimx_request_parser_get_verb (self->parser), headers, body);
  g_clear_pointer (&body, g_bytes_unref);
  g_clear_pointer (&self->parser, aimx_request_parser_free);
  enter (self, STATE_CALLING, 0, 0);
  self->calls = get_calls (self->service, aimx_request_get_verb (self->request));
  if (uds_quota_reserve (self->calls, uds_connection_get_uid (self), 1, run_call, self))
    run_call (self);
}

/* ---- receiving ---- */

static void
on_memory (gpointer user_data)
{
  g_autoptr (UdsConnection) self = (UdsConnection *) g_source_ref (user_data);
  g_autoptr (GBytes) rest = g_steal_pointer (&self->rest);
  gsize length;
  const char *data = g_bytes_get_data (rest, &length);

  self->reserved = aimx_request_parser_get_content_length (self->parser);
  enter (self, STATE_RECEIVING, G_IO_IN, UDS_REQUEST_SECONDS);
  process (self, data, length);
}

/* Whether there is memory for the body now. */
static gboolean
reserve_memory (UdsConnection *self, const char *rest, gsize length)
{
  gsize size = aimx_request_parser_get_content_length (self->parser);

  if (size <= UDS_SMALL_BODY)
    return TRUE;
  if (uds_quota_reserve (self->service->memory, uds_connection_get_uid (self), size, on_memory, self))
    {
      self->reserved = size;
      return TRUE;
    }
  self->rest = g_bytes_new (rest, length);
  enter (self, STATE_WAITING, 0, 0);
  return FALSE;
}

/* Whether the verb is known and the frame goes on. */
static gboolean
accept_verb (UdsConnection *self)
{
  gint64 limit = self->service->get_body_limit (self->service->server, aimx_request_parser_get_verb (self->parser));

  if (limit >= 0)
    {
      aimx_request_parser_set_body_limit (self->parser, (gsize) limit);
      return TRUE;
    }
  /* What it would take nobody knows, so nothing more of it is read. */
  self->sends_more = TRUE;
  call (self, NULL, NULL);
  return FALSE;
}

static void
process (UdsConnection *self, const char *data, gsize length)
{
  AimxFrameStatus status;

  do
    {
      gsize n_taken;

      status = aimx_request_parser_feed (self->parser, data, length, &n_taken);
      data += n_taken;
      length -= n_taken;
      if (status == AIMX_FRAME_VERB && !accept_verb (self))
        return;
      if (status == AIMX_FRAME_HEAD && !reserve_memory (self, data, length))
        return;
    }
  while (status == AIMX_FRAME_VERB || status == AIMX_FRAME_HEAD);
  if (status == AIMX_FRAME_MALFORMED)
    answer_malformed (self);
  else if (status == AIMX_FRAME_COMPLETE)
    {
      self->sends_more = length > 0;
      call (self, aimx_request_parser_get_headers (self->parser), aimx_request_parser_take_body (self->parser));
    }
}

static void
receive_end (UdsConnection *self)
{
  if (!self->received)
    {
      end (self);
      return;
    }
  aimx_request_parser_end (self->parser);
  answer_malformed (self);
}

static void
receive (UdsConnection *self)
{
  char buffer[UDS_READ_SIZE];
  ssize_t n = recv (self->fd, buffer, sizeof buffer, 0);

  if (n > 0)
    {
      self->received = TRUE;
      process (self, buffer, (gsize) n);
    }
  else if (n == 0)
    receive_end (self);
  else if (errno != EAGAIN && errno != EINTR)
    {
      log_drop (self, g_strerror (errno));
      end (self);
    }
}

/* ---- the source ---- */

static void
run_out_of_time (UdsConnection *self)
{
  if (self->state == STATE_RECEIVING)
    log_drop (self, "the request did not come in time");
  else if (self->state == STATE_ANSWERING)
    log_drop (self, "the answer was not taken in time");
  end (self);
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  UdsConnection *self = (UdsConnection *) source;
  gint64 ready_time = g_source_get_ready_time (source);
  gboolean late = ready_time >= 0 && g_source_get_time (source) >= ready_time;
  GIOCondition events = self->watch != NULL ? g_source_query_unix_fd (source, self->watch) : 0;

  /* Between two bytes of a peer that never falls silent the time runs out too. */
  if (late && (events == 0 || g_source_get_time (source) >= self->deadline))
    run_out_of_time (self);
  else if (self->state == STATE_RECEIVING)
    receive (self);
  else if (self->state == STATE_ANSWERING)
    send_answer (self);
  else if (self->state == STATE_DRAINING)
    drain (self);
  return G_SOURCE_CONTINUE;
}

static void
finalize (GSource *source)
{
  UdsConnection *self = (UdsConnection *) source;

  aimx_caller_unref (self->caller);
  g_clear_object (&self->request);
  g_clear_pointer (&self->rest, g_bytes_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self->head);
}

UdsConnection *
uds_connection_new (const UdsService *service, int fd, AimxCaller *caller, UdsConnectionEnded ended, gpointer user_data)
{
  static GSourceFuncs functions = { .dispatch = dispatch, .finalize = finalize };
  UdsConnection *self = (UdsConnection *) g_source_new (&functions, sizeof (UdsConnection));

  g_source_set_static_name (&self->source, "aimx connection");
  self->service = service;
  self->fd = fd;
  self->watch = NULL;
  self->caller = aimx_caller_ref (caller);
  self->ended = ended;
  self->ended_data = user_data;
  self->parser = aimx_request_parser_new ();
  enter (self, STATE_RECEIVING, G_IO_IN, UDS_REQUEST_SECONDS);
  g_source_attach (&self->source, g_main_context_get_thread_default ());
  return self;
}

void
uds_connection_unref (UdsConnection *self)
{
  g_source_unref (&self->source);
}

guint
uds_connection_get_uid (UdsConnection *self)
{
  return aimx_caller_get_uid (self->caller);
}

gboolean
uds_connection_is_receiving (UdsConnection *self)
{
  return self->state == STATE_RECEIVING || self->state == STATE_WAITING;
}

void
uds_connection_drop (UdsConnection *self, const char *why)
{
  log_drop (self, why);
  end (self);
}

void
uds_connection_hurry (UdsConnection *self)
{
  char byte;

  self->hurried = TRUE;
  if (self->state == STATE_WAITING ||
      (self->state == STATE_RECEIVING && !self->received && recv (self->fd, &byte, 1, MSG_PEEK) <= 0))
    {
      end (self);
      return;
    }
  if (self->state == STATE_CALLING)
    return;
  self->deadline = MIN (self->deadline, g_get_monotonic_time () + UDS_STOP_SECONDS * G_USEC_PER_SEC);
  g_source_set_ready_time (&self->source, self->deadline);
}
