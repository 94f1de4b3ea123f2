/* SPDX-License-Identifier: MIT */
/*
 * One call over the daemon's socket: what is left to send and what comes back are watched together, so that an answer
 * given early is read and not lost to a full socket.
 */
#include "wire/client.h"

#include <aimx/frame.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define READ_SIZE (64 * 1024)

GQuark
aimx_client_error_quark (void)
{
  return g_quark_from_static_string ("aimx-client-error-quark");
}

typedef struct
{
  int fd;
  gint64 deadline; /* monotonic microseconds, G_MAXINT64 for none */
  char *head;
  GBytes *body; /* not owned */
  gsize sent;   /* of head and body together */
  gsize to_send;
  gsize received;
  AimxResponseParser *parser;
} Call;

static void
call_clear (Call *call)
{
  if (call->fd >= 0)
    close (call->fd);
  g_free (call->head);
  aimx_response_parser_unref (call->parser);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Call, call_clear)

void
aimx_client_answer_free (AimxClientAnswer *self)
{
  g_free (self->code);
  g_free (self->reason);
  g_free (self->detail);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self);
}

static gboolean
timed_out (GError **error)
{
  g_set_error (error, AIMX_CLIENT_ERROR, AIMX_CLIENT_ERROR_TIMED_OUT, "the daemon did not answer in time");
  return FALSE;
}

static gboolean
broken (GError **error, int saved_errno)
{
  g_set_error (error, AIMX_CLIENT_ERROR, AIMX_CLIENT_ERROR_IO, "the connection to the daemon broke: %s",
               g_strerror (saved_errno));
  return FALSE;
}

/* While the daemon's queue of new connections is full, connect() waits; only SO_SNDTIMEO ends that. */
static gboolean
limit_connect (Call *call)
{
  gint64 left = call->deadline - g_get_monotonic_time ();
  struct timeval limit = { left / G_USEC_PER_SEC, left % G_USEC_PER_SEC };

  if (call->deadline == G_MAXINT64)
    return TRUE;
  return left > 0 && setsockopt (call->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0;
}

static gboolean
call_connect (Call *call, const char *path, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int result;

  if (g_strlcpy (address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path)
    {
      g_set_error (error, AIMX_CLIENT_ERROR, AIMX_CLIENT_ERROR_CONNECT, "%s: longer than a socket's path can be", path);
      return FALSE;
    }
  call->fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (call->fd < 0)
    {
      g_set_error (error, AIMX_CLIENT_ERROR, AIMX_CLIENT_ERROR_CONNECT, "make a socket: %s", g_strerror (errno));
      return FALSE;
    }
  do
    {
      if (!limit_connect (call))
        return timed_out (error);
      result = connect (call->fd, (struct sockaddr *) &address, sizeof address);
    }
  while (result < 0 && errno == EINTR);
  if (result == 0)
    return TRUE;
  if (errno == EAGAIN)
    return timed_out (error);
  g_set_error (error, AIMX_CLIENT_ERROR,
               errno == ENOENT || errno == ECONNREFUSED ? AIMX_CLIENT_ERROR_ABSENT : AIMX_CLIENT_ERROR_CONNECT,
               "connect to %s: %s", path, g_strerror (errno));
  return FALSE;
}

static gboolean
call_send (Call *call, GError **error)
{
  gsize head_length = strlen (call->head);
  gsize of_head = MIN (call->sent, head_length);
  gsize of_body = call->sent - of_head;
  struct iovec parts[2] = { { call->head + of_head, head_length - of_head }, { NULL, 0 } };
  struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
  ssize_t n;

  if (call->body != NULL)
    {
      gsize size;
      const char *data = g_bytes_get_data (call->body, &size);

      parts[1] = (struct iovec){ (char *) data + of_body, size - of_body };
    }
  n = sendmsg (call->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n >= 0)
    call->sent += (gsize) n;
  else if (errno == EPIPE || errno == ECONNRESET)
    /* The daemon has heard enough; what it said about it may still be there to read. */
    call->to_send = call->sent;
  else if (errno != EAGAIN && errno != EINTR)
    return broken (error, errno);
  return TRUE;
}

static gboolean
call_ended (Call *call, gboolean *done, GError **error)
{
  *done = aimx_response_parser_end (call->parser) == AIMX_FRAME_COMPLETE;
  if (*done)
    return TRUE;
  g_set_error (error, AIMX_CLIENT_ERROR, AIMX_CLIENT_ERROR_IO, "the daemon closed the connection %s",
               call->received == 0 ? "without an answer" : "in the middle of its answer");
  return FALSE;
}

static gboolean
call_receive (Call *call, gboolean *done, GError **error)
{
  char buffer[READ_SIZE];
  ssize_t n = recv (call->fd, buffer, sizeof buffer, MSG_DONTWAIT);

  if (n == 0 || (n < 0 && errno == ECONNRESET))
    return call_ended (call, done, error);
  if (n < 0)
    return errno == EAGAIN || errno == EINTR || broken (error, errno);
  call->received += (gsize) n;
  call->to_send = call->sent;
  switch (aimx_response_parser_feed (call->parser, buffer, (gsize) n))
    {
    case AIMX_FRAME_COMPLETE:
      *done = TRUE;
      return TRUE;
    case AIMX_FRAME_MALFORMED:
      g_set_error (error, AIMX_CLIENT_ERROR, AIMX_CLIENT_ERROR_ANSWER, "%s",
                   aimx_response_parser_get_fault (call->parser));
      return FALSE;
    case AIMX_FRAME_MORE:
    case AIMX_FRAME_VERB:
    case AIMX_FRAME_HEAD:
    default:
      return TRUE;
    }
}

/* Waits until something can be sent or received, and does that. */
static gboolean
call_turn (Call *call, gboolean *done, GError **error)
{
  struct pollfd poll_fd = { call->fd, POLLIN | (call->sent < call->to_send ? POLLOUT : 0), 0 };
  gint64 left = call->deadline - g_get_monotonic_time ();
  int wait = call->deadline == G_MAXINT64 ? -1 : (int) MIN ((left + 999) / 1000, G_MAXINT);

  if (left <= 0)
    return timed_out (error);
  if (poll (&poll_fd, 1, wait) < 0)
    return errno == EINTR || broken (error, errno);
  if ((poll_fd.revents & POLLOUT) != 0 && !call_send (call, error))
    return FALSE;
  if ((poll_fd.revents & ~POLLOUT) != 0)
    return call_receive (call, done, error);
  return TRUE;
}

static AimxClientAnswer *
call_take_answer (Call *call)
{
  AimxClientAnswer *answer = g_new0 (AimxClientAnswer, 1);

  answer->code = g_strdup (aimx_response_parser_get_code (call->parser));
  *(answer->code != NULL ? &answer->reason : &answer->detail) = g_strdup (aimx_response_parser_get_text (call->parser));
  answer->body = aimx_response_parser_take_body (call->parser);
  return answer;
}

AimxClientAnswer *
aimx_client_call (const char *socket,
                  const char *verb,
                  const char *const *headers,
                  GBytes *body,
                  int timeout_msec,
                  GError **error)
{
  g_auto (Call) call = { .fd = -1, .body = body, .parser = aimx_response_parser_new () };
  g_autofree char *fault = NULL;
  gboolean done = FALSE;

  call.deadline = timeout_msec < 0 ? G_MAXINT64 : g_get_monotonic_time () + timeout_msec * G_GINT64_CONSTANT (1000);
  call.head = aimx_frame_new_request_head (verb, headers, body, &fault);
  if (call.head == NULL)
    {
      g_set_error (error, AIMX_CLIENT_ERROR, AIMX_CLIENT_ERROR_REQUEST, "%s", fault);
      return NULL;
    }
  call.to_send = strlen (call.head) + (body != NULL ? g_bytes_get_size (body) : 0);
  if (!call_connect (&call, socket, error))
    return NULL;
  while (!done)
    if (!call_turn (&call, &done, error))
      return NULL;
  return call_take_answer (&call);
}
