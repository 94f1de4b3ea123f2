/* SPDX-License-Identifier: MIT */
/* Takes clients in. */
#include "listener.h"

#include "uds-limits.h"

#include <aimx/error.h>
#include <aimx/frame.h>
#include <aimx/log.h>

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct _UdsListener
{
  const UdsService *service;
  int fd; /* not owned */
  GSource *source;
  GQueue connections; /* of UdsConnection, oldest first */
  GHashTable *counts; /* uid -> number of its connections, where there are any */
  UdsListenerIdle idle;
  gpointer idle_data;
};

static void watch (UdsListener *self);

UdsListener *
uds_listener_new (const UdsService *service)
{
  UdsListener *self = g_new0 (UdsListener, 1);

  self->service = service;
  self->fd = -1;
  self->counts = g_hash_table_new (NULL, NULL);
  g_queue_init (&self->connections);
  return self;
}

static void
clear_source (UdsListener *self)
{
  if (self->source == NULL)
    return;
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

void
uds_listener_free (UdsListener *self)
{
  clear_source (self);
  self->idle = NULL;
  while (self->connections.head != NULL)
    uds_connection_drop (self->connections.head->data, "the module is unloaded");
  g_hash_table_unref (self->counts);
  g_free (self);
}

guint
uds_listener_get_n_connections (UdsListener *self)
{
  return self->connections.length;
}

/* ---- room ---- */

static guint
get_count (UdsListener *self, guint uid)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, GUINT_TO_POINTER (uid)));
}

static void
change_count (UdsListener *self, guint uid, int by)
{
  guint count = get_count (self, uid) + (guint) by;

  if (count > 0)
    g_hash_table_insert (self->counts, GUINT_TO_POINTER (uid), GUINT_TO_POINTER (count));
  else
    g_hash_table_remove (self->counts, GUINT_TO_POINTER (uid));
}

static void
on_ended (UdsConnection *connection, gpointer user_data)
{
  UdsListener *self = user_data;

  g_queue_remove (&self->connections, connection);
  change_count (self, uds_connection_get_uid (connection), -1);
  uds_connection_unref (connection);
  if (self->idle != NULL && self->connections.length == 0)
    self->idle (self->idle_data);
}

static guint
find_greediest (UdsListener *self)
{
  GHashTableIter iter;
  gpointer uid, count, greediest = NULL;
  guint most = 0;

  g_hash_table_iter_init (&iter, self->counts);
  while (g_hash_table_iter_next (&iter, &uid, &count))
    if (GPOINTER_TO_UINT (count) > most)
      {
        most = GPOINTER_TO_UINT (count);
        greediest = uid;
      }
  return GPOINTER_TO_UINT (greediest);
}

static UdsConnection *
find_oldest_receiving (UdsListener *self, guint uid)
{
  for (GList *link = self->connections.head; link != NULL; link = link->next)
    if (uds_connection_get_uid (link->data) == uid && uds_connection_is_receiving (link->data))
      return link->data;
  return NULL;
}

/* So that nobody can lock the others out, and root can always come in. */
static gboolean
make_room (UdsListener *self, guint uid)
{
  guint greediest = find_greediest (self);
  guint own = uid == 0 ? 0 : get_count (self, uid) + 1;
  UdsConnection *victim = NULL;

  if (get_count (self, greediest) > own)
    victim = find_oldest_receiving (self, greediest);
  if (victim == NULL)
    return FALSE;
  uds_connection_drop (victim, "its place is needed");
  return TRUE;
}

/* ---- clients ---- */

/* The socket's buffer is empty, so that this cannot block. */
static void
turn_away (int fd, AimxError code, const char *reason)
{
  g_autoptr (GError) error = g_error_new_literal (AIMX_ERROR, (int) code, reason);
  g_autofree char *frame = aimx_frame_new_error (aimx_error_get_wire_code (error), reason);

  if (send (fd, frame, strlen (frame), MSG_NOSIGNAL) < 0)
    aimx_log (G_LOG_LEVEL_DEBUG, "MESSAGE", "a client went away before it was turned away: %s", g_strerror (errno));
  close (fd);
}

static gboolean
get_credentials (int fd, struct ucred *credentials)
{
  socklen_t size = sizeof *credentials;

  /* A socket that has none says (uid_t) -1. */
  return getsockopt (fd, SOL_SOCKET, SO_PEERCRED, credentials, &size) == 0 && size == sizeof *credentials &&
         credentials->uid != (uid_t) -1;
}

static void
report_full (UdsListener *self, const struct ucred *credentials)
{
  g_autofree char *uid = g_strdup_printf ("%u", (guint) credentials->uid);

  aimx_log (G_LOG_LEVEL_INFO, AIMX_LOG_UID, uid, "MESSAGE", "uid %s, pid %d: turned away, there are %u clients already",
            uid, (int) credentials->pid, self->connections.length);
}

void
uds_listener_add (UdsListener *self, int fd)
{
  struct ucred credentials;
  g_autoptr (AimxCaller) caller = NULL;

  if (!get_credentials (fd, &credentials))
    {
      aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "the kernel does not say who a client is, so it is turned away");
      turn_away (fd, AIMX_ERROR_ACCESS, "not authorized");
      return;
    }
  if (self->connections.length >= UDS_CONNECTIONS_MAX && !make_room (self, credentials.uid))
    {
      report_full (self, &credentials);
      turn_away (fd, AIMX_ERROR_TEMPORARY, "the daemon has too many clients; try again later");
      return;
    }
  caller = aimx_caller_new (credentials.uid, credentials.gid, credentials.pid);
  change_count (self, credentials.uid, 1);
  g_queue_push_tail (&self->connections, uds_connection_new (self->service, fd, caller, on_ended, self));
}

/* ---- accepting ---- */

static gboolean
on_pause_over (gpointer user_data)
{
  UdsListener *self = user_data;

  clear_source (self);
  watch (self);
  return G_SOURCE_REMOVE;
}

/* A connection that cannot be accepted stays readable: without a pause the loop would spin. */
static void
pause_accepting (UdsListener *self, int saved_errno)
{
  aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "cannot accept clients for now: %s", g_strerror (saved_errno));
  clear_source (self);
  self->source = g_timeout_source_new (UDS_ACCEPT_PAUSE_MSEC);
  g_source_set_callback (self->source, on_pause_over, self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
}

static gboolean
on_client (int listening_fd, GIOCondition events, gpointer user_data)
{
  UdsListener *self = user_data;

  for (guint i = 0; i < UDS_ACCEPTS_A_TURN; i++)
    {
      int fd = accept4 (listening_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

      if (fd >= 0)
        uds_listener_add (self, fd);
      else if (errno == EAGAIN)
        break;
      else if (errno != EINTR && errno != ECONNABORTED)
        {
          pause_accepting (self, errno);
          break;
        }
    }
  return G_SOURCE_CONTINUE;
}

static void
watch (UdsListener *self)
{
  self->source = g_unix_fd_source_new (self->fd, G_IO_IN);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_client), self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
}

void
uds_listener_open (UdsListener *self, int fd)
{
  self->fd = fd;
  watch (self);
}

void
uds_listener_stop (UdsListener *self, UdsListenerIdle idle, gpointer user_data)
{
  GList *next;

  clear_source (self);
  for (GList *link = self->connections.head; link != NULL; link = next)
    {
      next = link->next;
      uds_connection_hurry (link->data);
    }
  self->idle = idle;
  self->idle_data = user_data;
  if (self->connections.length == 0)
    idle (user_data);
}
