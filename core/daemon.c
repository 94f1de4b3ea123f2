/* SPDX-License-Identifier: MIT */
/*
 * The daemon's life: modules start, the pid file says who serves, doors open, the main loop runs, and it all ends in
 * good order.
 *
 * The end: doors first, and only when whoever was inside has been served the modules behind them, which have a time of
 * their own. A second signal ends the process at once.
 *
 * Signals are read from a descriptor (signalfd(2)) and blocked in every thread: none is ever handled on a thread that
 * is busy with something else.
 */
#include "pid-file.h"
#include "server-internal.h"

#include <aimx/error.h>
#include <aimx/log.h>

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

/* What is in progress at a door gets 30 s, and then it has to be said, stored or let go. */
#define DOORS_MSEC 35000
/* With the doors' it is less than the service manager waits (TimeoutStopSec=). */
#define OTHERS_MSEC 5000

typedef struct
{
  AimxServer *server;
  int signals; /* signalfd */
  guint signal_watch;
  guint watchdog;
} Daemon;

static GPtrArray *
get_modules (Daemon *self)
{
  return aimx_module_loader_get_order (aimx_server_get_modules (self->server));
}

/* ---- signals ---- */

static sigset_t
get_signals (void)
{
  sigset_t signals;

  sigemptyset (&signals);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGINT);
  sigaddset (&signals, SIGHUP);
  return signals;
}

void
aimx_daemon_block_signals (void)
{
  sigset_t signals = get_signals ();

  pthread_sigmask (SIG_BLOCK, &signals, NULL);
}

void
aimx_daemon_unblock_signals (void)
{
  sigset_t signals = get_signals ();

  pthread_sigmask (SIG_UNBLOCK, &signals, NULL);
}

static void
on_end_signal (Daemon *self)
{
  if (aimx_server_is_ending (self->server))
    {
      aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "told to stop again: ending at once");
      aimx_pid_file_remove (aimx_server_get_runtime_dir (self->server));
      _exit (EXIT_FAILURE);
    }
  aimx_server_shut_down (self->server);
}

/* What comes of it is logged. */
static void
reload (gpointer user_data)
{
  g_autoptr (AimxServer) server = user_data;

  aimx_server_reload (server, NULL);
}

static void
on_hangup (Daemon *self)
{
  if (!aimx_server_is_ending (self->server))
    aimx_server_run (self->server, reload, g_object_ref (self->server));
}

static gboolean
on_signals (gint fd, GIOCondition condition, gpointer user_data)
{
  struct signalfd_siginfo info;

  while (read (fd, &info, sizeof info) == sizeof info)
    if (info.ssi_signo == SIGHUP)
      on_hangup (user_data);
    else
      on_end_signal (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
feed_watchdog (gpointer user_data)
{
  sd_notify (0, "WATCHDOG=1");
  return G_SOURCE_CONTINUE;
}

static gboolean
watch_signals (Daemon *self, GError **error)
{
  sigset_t signals = get_signals ();

  signal (SIGPIPE, SIG_IGN);
  /* A file that may not become as large is an error of that write, and not the end of the server. */
  signal (SIGXFSZ, SIG_IGN);
  self->signals = signalfd (-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (self->signals < 0)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "cannot watch for signals: %s", g_strerror (errno));
      return FALSE;
    }
  self->signal_watch = g_unix_fd_add (self->signals, G_IO_IN, on_signals, self);
  return TRUE;
}

/* The watchdog is fed by the main loop, since that is what must not hang. */
static void
start_watchdog (Daemon *self)
{
  guint64 usec = 0;

  if (sd_watchdog_enabled (0, &usec) > 0)
    self->watchdog = g_timeout_add_full (G_PRIORITY_HIGH, (guint) MAX (usec / 2000, 1), feed_watchdog, self, NULL);
}

static void
unwatch (Daemon *self)
{
  g_clear_handle_id (&self->signal_watch, g_source_remove);
  if (self->signals >= 0)
    close (self->signals);
  g_clear_handle_id (&self->watchdog, g_source_remove);
}

/* ---- starting ---- */

static gboolean
start (Daemon *self, GError **error)
{
  const char *runtime_dir = aimx_server_get_runtime_dir (self->server);

  return aimx_runtime_dir_make (runtime_dir, error) && aimx_server_start_modules (self->server, error) &&
         aimx_pid_file_write (runtime_dir, error) &&
         aimx_module_loader_let_in (aimx_server_get_modules (self->server), self->server, error);
}

static void
say_ready (Daemon *self)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (self->server));
  GPtrArray *modules = get_modules (self);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < modules->len; i++)
    g_string_append_printf (names, " %s", aimx_module_get_name (modules->pdata[i]));
  aimx_log (G_LOG_LEVEL_MESSAGE, "MESSAGE", "ready: %u domains, %u mailboxes; modules:%s",
            aimx_config_get_domains (config)->len, aimx_config_get_mailboxes (config)->len, names->str);
  sd_notify (0, "READY=1");
}

/* ---- ending ---- */

static void
end (Daemon *self)
{
  AimxModuleLoader *modules = aimx_server_get_modules (self->server);

  sd_notify (0, "STOPPING=1");
  aimx_module_loader_stop (modules, self->server, TRUE, DOORS_MSEC);
  aimx_module_loader_stop (modules, self->server, FALSE, OTHERS_MSEC);
  aimx_pid_file_remove (aimx_server_get_runtime_dir (self->server));
}

/* ---- serving ---- */

/* So that none of them stays on unnoticed; the fault plan and AIMX_RESOLVER are announced where they are read. */
static void
report_test_seams (void)
{
  static const char *const seams[] = { "AIMX_TEST_MAIL_DROP", "AIMX_TEST_MX_PORT", "AIMX_SANDBOX_FORCE_FALLBACK",
                                       "AIMX_TEST_SKIP_AUTHZ_CHECK" };

  for (gsize i = 0; i < G_N_ELEMENTS (seams); i++)
    if (g_getenv (seams[i]) != NULL)
      aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "%s is set: this is for tests, not for a server in use", seams[i]);
}

static void
report_account (AimxServer *server)
{
  g_autofree char *name = aimx_accounts_get_name (aimx_server_get_accounts (server), geteuid ());

  if (geteuid () != 0)
    aimx_log (G_LOG_LEVEL_MESSAGE, "MESSAGE",
              "this server is not root: it stores all mail as %s and can give it to nobody else",
              name != NULL ? name : "an account without a name");
}

gboolean
aimx_server_serve (AimxServer *self, GError **error)
{
  Daemon daemon = { .server = self, .signals = -1 };
  gboolean started;

  g_return_val_if_fail (AIMX_IS_SERVER (self), FALSE);
  g_return_val_if_fail (aimx_server_get_mode (self) == AIMX_SERVER_DAEMON, FALSE);
  g_return_val_if_fail (g_main_context_acquire (NULL), FALSE);

  report_test_seams ();
  report_account (self);
  aimx_server_report_config (self);
  start_watchdog (&daemon);
  started = watch_signals (&daemon, error) && start (&daemon, error);
  if (started)
    {
      say_ready (&daemon);
      while (!aimx_server_is_ending (self))
        g_main_context_iteration (NULL, TRUE);
      aimx_log (G_LOG_LEVEL_MESSAGE, "MESSAGE", "stopping");
    }
  end (&daemon);
  unwatch (&daemon);
  g_main_context_release (NULL);
  return started;
}
