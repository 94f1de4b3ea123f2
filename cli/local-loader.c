/* SPDX-License-Identifier: MIT */
/* Loading aimx-local.so, and the session's server. */
#include "local.h"

#include "command.h"
#include "errors.h"
#include "progress.h"

#include <dlfcn.h>

#define LOCAL_NAME "aimx-local.so"

/* In a build tree it lies beside the command. */
static char *
find_local (void)
{
  g_autofree char *exe = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *directory = exe != NULL ? g_path_get_dirname (exe) : g_strdup (".");
  g_autofree char *beside = g_build_filename (directory, LOCAL_NAME, NULL);

  return g_file_test (beside, G_FILE_TEST_EXISTS) ? g_steal_pointer (&beside)
                                                  : g_build_filename (AIMX_LOCAL_DIR, LOCAL_NAME, NULL);
}

const AimxLocal *
cli_local_load (void)
{
  g_autofree char *file = find_local ();
  void *handle = dlopen (file, RTLD_LAZY | RTLD_LOCAL);
  const AimxLocal *local = handle != NULL ? dlsym (handle, AIMX_LOCAL_SYMBOL) : NULL;

  if (local == NULL)
    cli_error ("The installation is not complete; install it again.", "cannot load the server: %s", dlerror ());
  return local;
}

static gboolean
is_command (const char *name)
{
  return cli_command_find (&cli_root, name) != NULL;
}

AimxServerSettings
cli_local_get_settings (const CliSession *session, AimxServerMode mode)
{
  return (AimxServerSettings){
    .mode = mode,
    .config_dir = session->config_dir,
    .runtime_dir = session->runtime_dir,
    .data_dir = session->data_dir,
    .is_command = is_command,
  };
}

gboolean
cli_local_open (CliSession *session, AimxServerMode mode, guint lock_wait_seconds)
{
  const AimxLocal *local = cli_local_load ();
  AimxServerSettings settings = cli_local_get_settings (session, mode);
  g_autoptr (CliProgress) progress = NULL;
  g_autoptr (GError) error = NULL;

  if (local == NULL)
    return FALSE;
  /* One that may change may read. */
  if (session->server != NULL &&
      (session->server_mode == (int) mode || (mode == AIMX_SERVER_READ && session->server_mode == AIMX_SERVER_CHANGE)))
    return TRUE;
  cli_local_close (session);
  if (!session->logging)
    local->start_log (session->log_filter);
  session->logging = TRUE;
  settings.lock_wait_seconds = lock_wait_seconds;
  progress = cli_progress_start ("opening the data directory");
  session->server = local->open (&settings, &error);
  session->server_mode = mode;
  g_clear_pointer (&progress, cli_progress_end);
  if (session->server == NULL)
    cli_error (NULL, "%s", error->message);
  return session->server != NULL;
}

void
cli_local_close (CliSession *session)
{
  const AimxLocal *local = session->server != NULL ? cli_local_load () : NULL;

  if (local != NULL)
    local->close (g_steal_pointer (&session->server));
}
