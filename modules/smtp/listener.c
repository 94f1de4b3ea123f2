/* SPDX-License-Identifier: MIT */
/*
 * Binding, listening, accepting. When descriptors run out, clients wait in the kernel's queue until some are free
 * again; the loop does not spin on them.
 */
#include "listener.h"

#include <aimx/error.h>
#include <aimx/log.h>

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Clients accepted in one turn, so that those who are served get theirs. */
#define ACCEPTS_A_TURN 64
/* How long clients wait when no descriptor is left for them. */
#define PAUSE (1 * G_USEC_PER_SEC)
/* Between two warnings about that. */
#define WARNING_INTERVAL (60 * G_USEC_PER_SEC)

struct _SmtpListener
{
  int fd;
  SmtpAddress bound;
  char address[SMTP_ADDRESS_TEXT];
  AimxWorker *worker;
  AimxWatch *watch;
  SmtpAcceptFunc func;
  gpointer user_data;
  gint64 warned;
};

/* ---- taking the address ---- */

/* Returns: %FALSE, always */
static gboolean
set_error (const char *address, int saved_errno, GError **error)
{
  const char *advice = "";

  if (saved_errno == EADDRINUSE)
    advice = "; another program listens there (`ss -ltnp` shows which): stop it, or choose another address with --bind";
  else if (saved_errno == EACCES)
    advice = "; ports below 1024 need privileges: run as root, or choose another port, such as --bind 0.0.0.0:2525";
  else if (saved_errno == EADDRNOTAVAIL)
    advice = "; no interface of this machine has that address (`ip address` shows them)";
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "cannot listen on %s: %s%s", address, g_strerror (saved_errno),
               advice);
  return FALSE;
}

static gboolean
set_option (int fd, int level, int option, int value)
{
  return setsockopt (fd, level, option, &value, sizeof value) == 0;
}

static gboolean
bind_socket (SmtpListener *self, const SmtpAddress *address)
{
  self->bound.length = sizeof self->bound.v6;
  self->fd = socket (address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (self->fd < 0 || !set_option (self->fd, SOL_SOCKET, SO_REUSEADDR, 1) ||
      (address->any.sa_family == AF_INET6 && !set_option (self->fd, IPPROTO_IPV6, IPV6_V6ONLY, 0)) ||
      /* Replies are written whole; accepted sockets inherit it. */
      !set_option (self->fd, IPPROTO_TCP, TCP_NODELAY, 1) || bind (self->fd, &address->any, address->length) < 0 ||
      getsockname (self->fd, &self->bound.any, &self->bound.length) < 0)
    return FALSE;
  smtp_address_write (&self->bound, self->address);
  return TRUE;
}

SmtpListener *
smtp_listener_bind (const char *text, GError **error)
{
  g_autoptr (SmtpListener) self = g_new0 (SmtpListener, 1);
  SmtpAddress address;

  self->fd = -1;
  if (!smtp_address_parse (text, &address, error))
    return NULL;
  if (bind_socket (self, &address))
    return g_steal_pointer (&self);
  set_error (text, errno, error);
  return NULL;
}

const char *
smtp_listener_get_address (SmtpListener *self)
{
  return self->address;
}

gboolean
smtp_listener_check_other (SmtpListener *self, SmtpListener *other, GError **error)
{
  if (!smtp_address_overlaps (&self->bound, &other->bound))
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION,
               "cannot listen on both %s and %s: one takes the clients of the other ([::] serves IPv4 and IPv6); "
               "leave one --bind out",
               other->address, self->address);
  return FALSE;
}

gboolean
smtp_listener_listen (SmtpListener *self, GError **error)
{
  return listen (self->fd, SOMAXCONN) == 0 || set_error (self->address, errno, error);
}

/* ---- accepting ---- */

static void
pause_accepting (SmtpListener *self, int saved_errno)
{
  gint64 now = aimx_worker_now (self->worker);

  aimx_watch_set_events (self->watch, 0);
  aimx_watch_set_deadline (self->watch, now + PAUSE);
  if (self->warned != 0 && now - self->warned < WARNING_INTERVAL)
    return;
  self->warned = now;
  aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE",
            "clients at %s have to wait: %s; raise the limit of open files (LimitNOFILE= in the unit)", self->address,
            g_strerror (saved_errno));
}

/* Whether to go on with the next client. */
static gboolean
accept_one (SmtpListener *self)
{
  SmtpAddress peer = { .length = sizeof peer.v6 };
  int fd = accept4 (self->fd, &peer.any, &peer.length, SOCK_NONBLOCK | SOCK_CLOEXEC);

  if (fd >= 0)
    {
      self->func (fd, &peer, self->user_data);
      return TRUE;
    }
  switch (errno)
    {
    case EAGAIN:
      return FALSE;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      pause_accepting (self, errno);
      return FALSE;
    default:
      /* The client has gone before it was accepted, or its network has. */
      return TRUE;
    }
}

static void
on_client (AimxWatch *watch, guint events, gpointer user_data)
{
  SmtpListener *self = user_data;

  aimx_watch_set_events (watch, EPOLLIN);
  for (int i = 0; i < ACCEPTS_A_TURN && accept_one (self); i++)
    ;
}

gboolean
smtp_listener_open (SmtpListener *self, AimxWorker *worker, SmtpAcceptFunc func, gpointer user_data, GError **error)
{
  self->worker = worker;
  self->func = func;
  self->user_data = user_data;
  self->watch = aimx_worker_watch (worker, self->fd, EPOLLIN, on_client, self, error);
  return self->watch != NULL;
}

void
smtp_listener_close (SmtpListener *self)
{
  g_clear_pointer (&self->watch, aimx_watch_free);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

void
smtp_listener_free (SmtpListener *self)
{
  smtp_listener_close (self);
  g_free (self);
}
