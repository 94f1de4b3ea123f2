/* SPDX-License-Identifier: MIT */
/*
 * What one run of the command works with: the directories of the installation that it is about, whether somebody is
 * there to be asked, and the server in its own process once one was needed.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _AimxServer AimxServer;

/**
 * CliSession:
 * @config_dir: absolute path
 * @runtime_dir: absolute path
 * @data_dir: (nullable): absolute path, %NULL for what the configuration says
 * @socket: path of the daemon's socket
 * @config_file: path of the configuration
 * @noninteractive: nothing may be asked
 * @server: (nullable): a server in this process, see cli_call()
 * @server_mode: #AimxServerMode of @server
 * @log_filter: what of the log of @server is shown when AIMX_LOG does not say
 * @logging: that log has been started
 * @in_process: the last answer came from @server, not from the daemon
 * @changed: @server has changed something that a daemon will only know after a restart
 */
typedef struct
{
  char *config_dir;
  char *runtime_dir;
  char *data_dir;
  char *socket;
  char *config_file;
  gboolean noninteractive;
  AimxServer *server;
  int server_mode;
  const char *log_filter;
  gboolean logging;
  gboolean in_process;
  gboolean changed;
} CliSession;

/** cli_session_new: Returns: (transfer full): one as the environment says */
CliSession *cli_session_new (void);
/** cli_session_set_data_dir: @option: (nullable): `--data-dir`, which goes before the environment; a server that was
 * opened with another directory is closed */
void cli_session_set_data_dir (CliSession *self, const char *option);
/** cli_session_free: ends the server in this process, if there is one */
void cli_session_free (CliSession *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliSession, cli_session_free)

G_END_DECLS
