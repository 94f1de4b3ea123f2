/* SPDX-License-Identifier: MIT */
/*
 * Clients are accepted on the first loop, counted, and given to the loop that has the fewest. Settings for their
 * sessions are made there, when the configuration or the certificate has changed since the last client.
 *
 * Everything that may still need the server (a connection, an open door, a look at the certificate) holds it; the last
 * that lets go after smtp_server_stop() says that it has stopped.
 */
#include "smtp-server.h"

#include "admission.h"
#include "connection.h"
#include "listener.h"

#include <aimx/error.h>
#include <aimx/log.h>

#include <sys/resource.h>
#include <unistd.h>

#define DEFAULT_BIND "0.0.0.0:25"
#define DEFAULT_CERT "/etc/ssl/aimx/cert.pem"
#define DEFAULT_KEY  "/etc/ssl/aimx/key.pem"

/* Descriptors for everything but clients: modules, logs, directories, files of deliveries. */
#define OTHER_DESCRIPTORS 256
/* For each five descriptors of clients: four sockets, and the spool file of one large message. When more of them come
 * than that, a message whose file cannot be made is refused for now. */
#define SOCKETS           4
#define SOCKETS_AND_FILES 5

struct _SmtpServer
{
  AimxServer *aimx;
  AimxIngester *ingester;
  AimxVerifier *verifier; /* nullable */
  SmtpCertificate *certificate;
  SmtpQueueIds queue_ids;
  SmtpAdmission *admission;
  gboolean is_root;
  guint descriptor_max; /* clients that the limit of open files allows */
  GPtrArray *listeners;
  GPtrArray *loops;
  guint subscription;

  /* On the first loop's thread: the settings and what they were made from. */
  SmtpSettings *settings;
  AimxConfig *settings_config;
  gboolean settings_tls;

  GMutex mutex; /* guards what follows */
  GCond released;
  guint n_holders;
  void (*stopped) (gpointer user_data);
  gpointer stopped_data;
};

/* ---- holding ---- */

static void
hold (SmtpServer *self)
{
  g_mutex_lock (&self->mutex);
  self->n_holders++;
  g_mutex_unlock (&self->mutex);
}

static void
release (SmtpServer *self)
{
  void (*stopped) (gpointer user_data) = NULL;
  gpointer stopped_data = NULL;

  g_mutex_lock (&self->mutex);
  if (--self->n_holders == 0)
    {
      stopped = g_steal_pointer (&self->stopped);
      stopped_data = self->stopped_data;
      g_cond_broadcast (&self->released);
    }
  g_mutex_unlock (&self->mutex);
  /* Freeing may have begun already; @self is not touched any more. */
  if (stopped != NULL)
    stopped (stopped_data);
}

static void
wait_until_released (SmtpServer *self)
{
  g_mutex_lock (&self->mutex);
  while (self->n_holders > 0)
    g_cond_wait (&self->released, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

/* ---- what connections need ---- */

AimxServer *
smtp_server_get_aimx (SmtpServer *self)
{
  return self->aimx;
}

AimxIngester *
smtp_server_get_ingester (SmtpServer *self)
{
  return self->ingester;
}

AimxVerifier *
smtp_server_get_verifier (SmtpServer *self)
{
  return self->verifier;
}

SmtpCertificate *
smtp_server_get_certificate (SmtpServer *self)
{
  return self->certificate;
}

SmtpQueueIds *
smtp_server_get_queue_ids (SmtpServer *self)
{
  return &self->queue_ids;
}

gboolean
smtp_server_gives_to_owners (SmtpServer *self)
{
  return self->is_root;
}

void
smtp_server_leave (SmtpServer *self, SmtpLoop *loop, const struct in6_addr *network)
{
  smtp_admission_leave (self->admission, network);
  g_atomic_int_dec_and_test (&loop->n_connections);
  release (self);
}

/* ---- accepting; on the first loop ---- */

static SmtpSettings *
get_settings (SmtpServer *self, AimxConfig *config)
{
  g_autoptr (AimxTlsCredentials) credentials = smtp_certificate_get (self->certificate);
  gboolean tls = credentials != NULL;

  if (self->settings == NULL || config != self->settings_config || tls != self->settings_tls)
    {
      g_clear_pointer (&self->settings, smtp_settings_unref);
      self->settings = smtp_settings_new (aimx_domain_get_name (aimx_config_get_default_domain (config)), 0, 0, tls);
      g_set_object (&self->settings_config, config);
      self->settings_tls = tls;
    }
  return self->settings;
}

static SmtpLoop *
choose_loop (SmtpServer *self)
{
  SmtpLoop *chosen = self->loops->pdata[0];

  for (guint i = 1; i < self->loops->len; i++)
    {
      SmtpLoop *loop = self->loops->pdata[i];

      if (g_atomic_int_get (&loop->n_connections) < g_atomic_int_get (&chosen->n_connections))
        chosen = loop;
    }
  return chosen;
}

typedef struct
{
  SmtpLoop *loop;
  SmtpSettings *settings;
  SmtpAddress peer;
  int fd;
} Handover;

static void
take_over (gpointer user_data)
{
  Handover *self = user_data;

  smtp_connection_start (self->loop, self->fd, &self->peer, self->settings);
  smtp_settings_unref (self->settings);
  g_free (self);
}

static void
hand_over (SmtpServer *self, int fd, const SmtpAddress *peer, SmtpSettings *settings)
{
  Handover *handover = g_new (Handover, 1);

  *handover = (Handover){ choose_loop (self), smtp_settings_ref (settings), *peer, fd };
  g_atomic_int_inc (&handover->loop->n_connections);
  hold (self);
  if (aimx_worker_is_current (handover->loop->worker))
    take_over (handover);
  else
    aimx_worker_invoke (handover->loop->worker, take_over, handover);
}

static void
refuse (int fd, const SmtpAddress *peer, SmtpSettings *settings, const char *why)
{
  g_autoptr (GBytes) reply = smtp_settings_refuse_connection (settings);
  char host[SMTP_ADDRESS_TEXT];

  smtp_address_write_host (peer, host);
  /* The send buffer of a new socket has room for a line, or the client does without it. */
  if (send (fd, g_bytes_get_data (reply, NULL), g_bytes_get_size (reply), MSG_NOSIGNAL) >= 0)
    shutdown (fd, SHUT_WR);
  close (fd);
  aimx_log (G_LOG_LEVEL_INFO, AIMX_LOG_PEER, host, "MESSAGE", "connection of %s is refused: %s", host, why);
}

static void
on_accepted (int fd, const SmtpAddress *peer, gpointer user_data)
{
  SmtpServer *self = user_data;
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (self->aimx));
  struct in6_addr network = smtp_address_get_network (peer);
  guint max = MIN (aimx_config_get_max_connections (config), self->descriptor_max);
  SmtpSettings *settings = get_settings (self, config);

  switch (smtp_admission_enter (self->admission, &network, max, aimx_config_get_max_connections_per_address (config)))
    {
    case SMTP_ADMITTED:
      hand_over (self, fd, peer, settings);
      break;
    case SMTP_TOO_MANY:
      refuse (fd, peer, settings, "too many connections");
      break;
    case SMTP_TOO_MANY_FROM_ADDRESS:
      refuse (fd, peer, settings, "too many connections from its address");
      break;
    }
}

/* ---- starting ---- */

SmtpServer *
smtp_server_new (AimxServer *aimx, AimxIngester *ingester, AimxVerifier *verifier)
{
  SmtpServer *self = g_new0 (SmtpServer, 1);

  self->aimx = aimx;
  self->ingester = g_object_ref (ingester);
  self->verifier = verifier != NULL ? g_object_ref (verifier) : NULL;
  self->admission = smtp_admission_new ();
  self->is_root = geteuid () == 0;
  self->listeners = g_ptr_array_new_with_free_func ((GDestroyNotify) smtp_listener_free);
  self->loops = g_ptr_array_new_with_free_func ((GDestroyNotify) smtp_loop_free);
  g_mutex_init (&self->queue_ids.mutex);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->released);
  return self;
}

gboolean
smtp_server_set_certificate (SmtpServer *self, const char *cert_file, const char *key_file, GError **error)
{
  gboolean given = cert_file != NULL || key_file != NULL;
  g_autoptr (GError) why = NULL;

  if (given && (cert_file == NULL || key_file == NULL))
    return g_set_error_literal (error, AIMX_ERROR, AIMX_ERROR_VALIDATION,
                                "--tls-cert and --tls-key need each other: give both or none"),
           FALSE;
  self->certificate = smtp_certificate_new (given ? cert_file : DEFAULT_CERT, given ? key_file : DEFAULT_KEY);
  if (smtp_certificate_load (self->certificate, &why))
    return TRUE;
  if (!given && g_error_matches (why, AIMX_ERROR, AIMX_ERROR_IO))
    {
      aimx_log (
          G_LOG_LEVEL_WARNING, "MESSAGE",
          "%s; STARTTLS is not offered: mail comes in the clear; put a certificate and its key there, or name them "
          "with --tls-cert and --tls-key",
          why->message);
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* Root may go beyond the hard limit; whoever may not is left with it. */
static void
raise_hard_limit (struct rlimit *limit, rlim_t wanted)
{
  struct rlimit higher = { .rlim_cur = wanted, .rlim_max = wanted };

  if (limit->rlim_max < wanted && setrlimit (RLIMIT_NOFILE, &higher) == 0)
    *limit = higher;
}

/* As many clients as open files allow. */
static void
raise_descriptor_limit (SmtpServer *self)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (self->aimx));
  guint wanted = aimx_config_get_max_connections (config);
  struct rlimit limit;

  self->descriptor_max = G_MAXUINT;
  if (getrlimit (RLIMIT_NOFILE, &limit) < 0)
    return;
  raise_hard_limit (&limit, (rlim_t) wanted * SOCKETS_AND_FILES / SOCKETS + OTHER_DESCRIPTORS);
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit (RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
    return;
  self->descriptor_max =
      (guint) ((limit.rlim_cur - MIN (limit.rlim_cur / 2, OTHER_DESCRIPTORS)) / SOCKETS_AND_FILES * SOCKETS);
  if (self->descriptor_max < wanted)
    aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE",
              "%u connections are allowed, but only %" G_GUINT64_FORMAT
              " open files: %u are served at once; raise the limit (LimitNOFILE= in the unit)",
              wanted, (guint64) limit.rlim_cur, self->descriptor_max);
}

static gboolean
start_loops (SmtpServer *self, GError **error)
{
  guint n_loops = CLAMP (g_get_num_processors (), 1, SMTP_LOOPS_MAX);

  for (guint i = 0; i < n_loops; i++)
    {
      g_autofree char *name = g_strdup_printf ("smtp-%u", i);
      SmtpLoop *loop = smtp_loop_new (self, name, error);

      if (loop == NULL)
        return FALSE;
      g_ptr_array_add (self->loops, loop);
    }
  return TRUE;
}

static gboolean
add_listener (SmtpServer *self, const char *address, GError **error)
{
  g_autoptr (SmtpListener) listener = smtp_listener_bind (address, error);

  if (listener == NULL)
    return FALSE;
  for (guint i = 0; i < self->listeners->len; i++)
    if (!smtp_listener_check_other (listener, self->listeners->pdata[i], error))
      return FALSE;
  g_ptr_array_add (self->listeners, g_steal_pointer (&listener));
  return TRUE;
}

gboolean
smtp_server_bind (SmtpServer *self, const char *const *binds, GError **error)
{
  const char *const standard[] = { DEFAULT_BIND, NULL };

  raise_descriptor_limit (self);
  if (binds == NULL || *binds == NULL)
    binds = standard;
  for (; *binds != NULL; binds++)
    if (!add_listener (self, *binds, error))
      return FALSE;
  return start_loops (self, error);
}

/* ---- open ---- */

/* A certificate that an operator put in place becomes known with the reload, not only when a client asks for TLS. */
static void
refresh_certificate (gpointer user_data)
{
  SmtpServer *self = user_data;

  smtp_certificate_refresh (self->certificate);
  release (self);
}

static void
on_config_changed (const char *name, GVariant *details, gpointer user_data)
{
  SmtpServer *self = user_data;

  hold (self);
  aimx_server_run (self->aimx, refresh_certificate, self);
}

static void
open_doors (gpointer user_data)
{
  SmtpServer *self = user_data;
  SmtpLoop *loop = self->loops->pdata[0];

  for (guint i = 0; i < self->listeners->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!smtp_listener_open (self->listeners->pdata[i], loop->worker, on_accepted, self, &error))
        aimx_log (G_LOG_LEVEL_CRITICAL, "MESSAGE", "%s", error->message);
    }
}

gboolean
smtp_server_open (SmtpServer *self, GError **error)
{
  SmtpLoop *loop = self->loops->pdata[0];

  for (guint i = 0; i < self->listeners->len; i++)
    {
      if (!smtp_listener_listen (self->listeners->pdata[i], error))
        return FALSE;
      aimx_log (G_LOG_LEVEL_MESSAGE, "MESSAGE", "listening for SMTP on %s",
                smtp_listener_get_address (self->listeners->pdata[i]));
    }
  self->subscription = aimx_event_bus_subscribe (aimx_server_get_event_bus (self->aimx), AIMX_EVENT_CONFIG_CHANGED,
                                                 on_config_changed, self, NULL);
  aimx_worker_invoke (loop->worker, open_doors, self);
  return TRUE;
}

guint
smtp_server_count_connections (SmtpServer *self)
{
  guint n = 0;

  for (guint i = 0; i < self->loops->len; i++)
    n += (guint) g_atomic_int_get (&((SmtpLoop *) self->loops->pdata[i])->n_connections);
  return n;
}

const char *
smtp_server_get_address (SmtpServer *self, guint index)
{
  return index < self->listeners->len ? smtp_listener_get_address (self->listeners->pdata[index]) : NULL;
}

/* ---- the end ---- */

static void
shut_down_loop (gpointer user_data)
{
  smtp_loop_shut_down (user_data);
}

static void
abandon_loop (gpointer user_data)
{
  smtp_loop_abandon (user_data);
}

static void
close_doors (gpointer user_data)
{
  SmtpServer *self = user_data;

  for (guint i = 0; i < self->listeners->len; i++)
    smtp_listener_close (self->listeners->pdata[i]);
}

/* Doors first, so that what is handed over before reaches its loop before the end does. */
static void
end_loops (SmtpServer *self, void (*end) (gpointer user_data))
{
  for (guint i = 0; i < self->loops->len; i++)
    {
      SmtpLoop *loop = self->loops->pdata[i];

      aimx_worker_invoke (loop->worker, end, loop);
    }
}

static void
shut_down (gpointer user_data)
{
  SmtpServer *self = user_data;

  close_doors (self);
  end_loops (self, shut_down_loop);
  release (self);
}

static void
abandon (gpointer user_data)
{
  SmtpServer *self = user_data;

  close_doors (self);
  end_loops (self, abandon_loop);
  release (self);
}

static void
end_on_first_loop (SmtpServer *self, void (*end) (gpointer user_data))
{
  SmtpLoop *loop = self->loops->pdata[0];

  if (self->subscription != 0)
    aimx_event_bus_unsubscribe (aimx_server_get_event_bus (self->aimx), self->subscription);
  self->subscription = 0;
  hold (self);
  aimx_worker_invoke (loop->worker, end, self);
}

static void
set_stopped (SmtpServer *self, void (*stopped) (gpointer user_data), gpointer user_data)
{
  g_mutex_lock (&self->mutex);
  self->stopped = stopped;
  self->stopped_data = user_data;
  g_mutex_unlock (&self->mutex);
}

void
smtp_server_stop (SmtpServer *self, void (*stopped) (gpointer user_data), gpointer user_data)
{
  set_stopped (self, stopped, user_data);
  end_on_first_loop (self, shut_down);
}

void
smtp_server_free (SmtpServer *self)
{
  if (self->loops->len > 0)
    {
      set_stopped (self, NULL, NULL);
      end_on_first_loop (self, abandon);
      wait_until_released (self);
    }
  g_ptr_array_unref (self->loops);
  g_ptr_array_unref (self->listeners);
  g_clear_pointer (&self->settings, smtp_settings_unref);
  g_clear_object (&self->settings_config);
  g_clear_pointer (&self->certificate, smtp_certificate_free);
  smtp_admission_free (self->admission);
  g_object_unref (self->ingester);
  g_clear_object (&self->verifier);
  g_mutex_clear (&self->queue_ids.mutex);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->released);
  g_free (self);
}
