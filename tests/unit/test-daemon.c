/* SPDX-License-Identifier: MIT */
/* Promises of core/daemon.c and core/pid-file.c: the life of a daemon, as the service manager sees it. */
#include "module-links.h"
#include "pid-file.h"
#include "server-internal.h"

#include <gio/gunixsocketaddress.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEADLINE_SECONDS 20

/* The daemon serves on the main thread; another one is its service manager. */
typedef struct
{
  char *directory;
  char *modules;
  char *runtime_dir;
  char *pid_file;
  guint n_modules;
  GSocket *notify;
  AimxServer *server;
} Fixture;

static void
write_config (Fixture *fixture, const char *text)
{
  g_autofree char *file = g_build_filename (fixture->directory, "config.toml", NULL);

  g_assert_true (g_file_set_contents (file, text, -1, NULL));
}

static GSocket *
bind_notify_socket (void)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (g_getenv ("NOTIFY_SOCKET"));
  g_autoptr (GError) error = NULL;
  GSocket *notify = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT, &error);

  g_assert_no_error (error);
  g_socket_bind (notify, address, FALSE, &error);
  g_assert_no_error (error);
  g_socket_set_timeout (notify, DEADLINE_SECONDS);
  return notify;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->directory = g_dir_make_tmp ("aimx-daemon-XXXXXX", NULL);
  fixture->modules = module_links_new ();
  fixture->runtime_dir = g_build_filename (fixture->directory, "run", NULL);
  fixture->pid_file = g_build_filename (fixture->runtime_dir, "aimx.pid", NULL);
  fixture->notify = bind_notify_socket ();
  write_config (fixture, "domains = [\"a.org\"]\n");
}

static void
clear_up (Fixture *fixture)
{
  g_unlink (g_getenv ("NOTIFY_SOCKET"));
  remove_tree (fixture->modules);
  remove_tree (fixture->directory);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->server != NULL)
    aimx_server_close (fixture->server);
  g_clear_object (&fixture->server);
  g_clear_object (&fixture->notify);
  clear_up (fixture);
  g_free (fixture->directory);
  g_free (fixture->modules);
  g_free (fixture->runtime_dir);
  g_free (fixture->pid_file);
}

static void
add_module (Fixture *fixture, const char *name)
{
  module_links_add (fixture->modules, "modules", name);
  fixture->n_modules++;
}

static void
open_server (Fixture *fixture)
{
  const char *const module_path[] = { fixture->modules, NULL };
  const AimxServerSettings settings = { .mode = AIMX_SERVER_DAEMON,
                                        .runtime_dir = fixture->runtime_dir,
                                        .module_path = module_path };
  g_autoptr (AimxLockManager) locks = aimx_lock_manager_new ();
  g_autoptr (AimxAccounts) accounts = aimx_accounts_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AimxConfigStore) config = aimx_config_store_open (fixture->directory, &error);

  g_assert_no_error (error);
  fixture->server = aimx_server_new (&settings, config, locks, accounts, NULL);
  aimx_server_load_modules (fixture->server);
  g_assert_cmpuint (aimx_module_loader_get_order (aimx_server_get_modules (fixture->server))->len, ==,
                    fixture->n_modules);
}

/* ---- the service manager ---- */

typedef enum
{
  TERMINATE,
  INTERRUPT,
  HANG_UP,
  SHUT_DOWN,
  LOOK,     /* at the pid file */
  CLEAR_UP, /* since this process will not */
  NOTHING,
} Deed;

typedef struct
{
  const char *told; /* what the daemon must say first, empty for nothing */
  Deed deed;
} Step;

typedef struct
{
  Fixture *fixture;
  const Step *steps; /* until `told` is NULL */
} Manager;

static void
wait_until_told (GSocket *notify, const char *what)
{
  char buffer[4096];
  gssize length;

  do
    {
      g_autoptr (GError) error = NULL;

      length = g_socket_receive (notify, buffer, sizeof buffer - 1, NULL, &error);
      g_assert_no_error (error);
      buffer[length] = '\0';
    }
  while (strstr (buffer, what) == NULL);
}

static guint
get_mode (const char *path)
{
  struct stat info;

  g_assert_no_errno (stat (path, &info));
  return info.st_mode & 07777;
}

static void
look_at_pid_file (Fixture *fixture)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (fixture->pid_file, &text, NULL, NULL));
  g_assert_cmpint (atoi (text), ==, getpid ());
  g_assert_cmpuint (get_mode (fixture->pid_file), ==, 0644);
  g_assert_cmpuint (get_mode (fixture->runtime_dir), ==, 0755);
}

static void
do_deed (Fixture *fixture, Deed deed)
{
  static const int signals[] = { [TERMINATE] = SIGTERM, [INTERRUPT] = SIGINT, [HANG_UP] = SIGHUP };

  if (deed == LOOK)
    look_at_pid_file (fixture);
  else if (deed == CLEAR_UP)
    clear_up (fixture);
  else if (deed == SHUT_DOWN)
    aimx_server_shut_down (fixture->server);
  else if (deed != NOTHING)
    kill (getpid (), signals[deed]);
}

static gpointer
manage (gpointer data)
{
  const Manager *manager = data;

  for (const Step *step = manager->steps; step->told != NULL; step++)
    {
      if (*step->told != '\0')
        wait_until_told (manager->fixture->notify, step->told);
      do_deed (manager->fixture, step->deed);
    }
  return NULL;
}

/* Serves while the manager goes through its steps. */
static void
serve (Fixture *fixture, const Step *steps)
{
  Manager manager = { fixture, steps };
  g_autoptr (GError) error = NULL;
  GThread *thread;

  open_server (fixture);
  thread = g_thread_new ("manager", manage, &manager);
  g_assert_true (aimx_server_serve (fixture->server, &error));
  g_assert_no_error (error);
  g_thread_join (thread);
  g_assert_false (g_file_test (fixture->pid_file, G_FILE_TEST_EXISTS));
}

static void
test_it_says_when_it_is_ready_and_when_it_stops (Fixture *fixture, gconstpointer data)
{
  static const Step steps[] = { { "READY=1", LOOK }, { "", TERMINATE }, { "STOPPING=1", NOTHING }, { NULL } };
  mode_t mask = umask (077);

  add_module (fixture, "alpha");
  add_module (fixture, "door");
  serve (fixture, steps);
  umask (mask);
}

static void
test_an_interrupt_ends_it_too (Fixture *fixture, gconstpointer data)
{
  static const Step steps[] = { { "READY=1", INTERRUPT }, { "STOPPING=1", NOTHING }, { NULL } };

  serve (fixture, steps);
}

static void
test_a_hangup_reloads (Fixture *fixture, gconstpointer data)
{
  static const Step steps[] = {
    { "READY=1", HANG_UP }, { "RELOADING=1", NOTHING }, { "READY=1", SHUT_DOWN }, { "STOPPING=1", NOTHING }, { NULL }
  };

  serve (fixture, steps);
}

static gpointer
look_at_blocked_signals (gpointer data)
{
  pthread_sigmask (SIG_BLOCK, NULL, data);
  return NULL;
}

static void
test_no_other_thread_gets_its_signals (Fixture *fixture, gconstpointer data)
{
  sigset_t blocked;

  open_server (fixture);
  g_thread_join (g_thread_new ("other", look_at_blocked_signals, &blocked));
  g_assert_true (sigismember (&blocked, SIGTERM) && sigismember (&blocked, SIGINT) && sigismember (&blocked, SIGHUP));
  aimx_server_close (fixture->server);
  look_at_blocked_signals (&blocked);
  g_assert_false (sigismember (&blocked, SIGTERM) || sigismember (&blocked, SIGINT) || sigismember (&blocked, SIGHUP));
}

static void
test_the_watchdog_is_fed (Fixture *fixture, gconstpointer data)
{
  static const Step steps[] = {
    { "READY=1", NOTHING }, { "WATCHDOG=1", NOTHING }, { "WATCHDOG=1", TERMINATE }, { NULL }
  };

  serve (fixture, steps);
}

static void
test_what_fails_to_start_ends_the_start (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  add_module (fixture, "alpha");
  add_module (fixture, "fails-start");
  open_server (fixture);
  g_assert_false (aimx_server_serve (fixture->server, &error));
  g_assert_nonnull (error);
  g_assert_cmpstr (error->message, ==, "module 'fails-start': the door is stuck");
  g_assert_false (g_file_test (fixture->pid_file, G_FILE_TEST_EXISTS));
}

static void
test_a_second_signal_ends_it_at_once (Fixture *fixture, gconstpointer data)
{
  static const Step steps[] = { { "READY=1", TERMINATE }, { "STOPPING=1", CLEAR_UP }, { "", TERMINATE }, { NULL } };

  if (g_test_subprocess ())
    {
      add_module (fixture, "never-stops");
      serve (fixture, steps);
      return;
    }
  g_test_trap_subprocess (NULL, DEADLINE_SECONDS * G_USEC_PER_SEC, 0);
  g_test_trap_assert_failed ();
  g_assert_false (g_test_trap_reached_timeout ());
}

static void
test_a_pid_file_of_another_process_stays (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (aimx_runtime_dir_make (fixture->runtime_dir, &error));
  g_assert_true (aimx_pid_file_write (fixture->runtime_dir, &error));
  g_assert_no_error (error);
  look_at_pid_file (fixture);
  g_assert_true (g_file_set_contents (fixture->pid_file, "1\n", -1, NULL));
  aimx_pid_file_remove (fixture->runtime_dir);
  g_assert_true (g_file_test (fixture->pid_file, G_FILE_TEST_EXISTS));
}

/* What the service manager puts into the environment, before there is a thread. */
static void
set_environment (void)
{
  g_autofree char *path = g_strdup_printf ("%s/aimx-notify-%d", g_get_tmp_dir (), (int) getpid ());

  g_setenv ("NOTIFY_SOCKET", path, TRUE);
  g_setenv ("WATCHDOG_USEC", "20000", TRUE);
}

#define ADD(name, func) g_test_add ("/daemon/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  set_environment ();
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  aimx_log_start ();
  ADD ("life", test_it_says_when_it_is_ready_and_when_it_stops);
  ADD ("interrupt", test_an_interrupt_ends_it_too);
  ADD ("hangup", test_a_hangup_reloads);
  ADD ("signals-of-threads", test_no_other_thread_gets_its_signals);
  ADD ("watchdog", test_the_watchdog_is_fed);
  ADD ("start-fails", test_what_fails_to_start_ends_the_start);
  ADD ("second-signal", test_a_second_signal_ends_it_at_once);
  ADD ("pid-file", test_a_pid_file_of_another_process_stays);
  return g_test_run ();
}
