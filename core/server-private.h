/* SPDX-License-Identifier: MIT */
/*
 * How a server is made, run and ended: by `aimx serve` as a daemon, and by a command in its own process while there is
 * no daemon.
 */
#pragma once

#include <aimx/server.h>

G_BEGIN_DECLS

/**
 * AimxServerMode:
 * @AIMX_SERVER_DAEMON: serves until it is told to stop; holds the data directory's lock
 * @AIMX_SERVER_CHANGE: in the process of a command, for a verb that changes something; holds the lock too
 * @AIMX_SERVER_READ: in the process of a command, for verbs that only read, or that change the configuration directory
 * alone; takes no lock on the data directory and writes nothing there
 * @AIMX_SERVER_BARE: in the process of a command, for a verb that needs neither configuration nor mail: reads the
 * former where it may, and opens no data directory
 */
typedef enum
{
  AIMX_SERVER_DAEMON,
  AIMX_SERVER_CHANGE,
  AIMX_SERVER_READ,
  AIMX_SERVER_BARE,
} AimxServerMode;

/**
 * AimxServerSettings:
 * @mode: what it is for
 * @config_dir: absolute path
 * @runtime_dir: absolute path
 * @data_dir: (nullable): absolute path, instead of the configured one
 * @binds: (nullable) (array zero-terminated=1): `--bind` values
 * @tls_cert: (nullable): `--tls-cert`
 * @tls_key: (nullable): `--tls-key`
 * @module_path: (nullable) (array zero-terminated=1): directories with modules instead of the usual ones
 * @is_command: (nullable): whether a name is a command already, which no verb can become then
 * @lock_wait_seconds: how long to wait for the data directory's lock
 *
 * Read by aimx_server_open() only; @is_command may be called as long as modules load.
 */
typedef struct
{
  AimxServerMode mode;
  const char *config_dir;
  const char *runtime_dir;
  const char *data_dir;
  const char *const *binds;
  const char *tls_cert;
  const char *tls_key;
  const char *const *module_path;
  gboolean (*is_command) (const char *name);
  guint lock_wait_seconds;
} AimxServerSettings;

/**
 * aimx_server_open:
 * @settings: what to open
 * @error: says what to do about it
 *
 * Sets the umask to 077, reads the configuration, takes the data directory's lock, migrates an old layout, prepares the
 * data directory and loads the modules. Opens no door. Main thread, before its loop runs; may block.
 *
 * Returns: (transfer full) (nullable): a server
 */
AIMX_API AimxServer *aimx_server_open (const AimxServerSettings *settings, GError **error);
/**
 * aimx_server_serve:
 * @self: a server of mode %AIMX_SERVER_DAEMON
 * @error: why it did not start; once it has started nothing sets it
 *
 * Starts the modules, writes the pid file, lets clients in, says that it is ready, and runs the main loop until
 * a signal or aimx_server_shut_down() ends it gracefully. Main thread.
 *
 * Returns: whether it started
 */
AIMX_API gboolean aimx_server_serve (AimxServer *self, GError **error);
/** aimx_server_call: Returns: (transfer full): the answer to @request, waited for; main thread, in-process servers only
 */
AIMX_API AimxResponse *aimx_server_call (AimxServer *self, AimxRequest *request);
/**
 * aimx_server_close:
 * @self: the server, which stays the caller's to unref
 *
 * Waits a few seconds for what still runs, unloads the modules and lets go of the data directory; nothing of it runs
 * afterwards. Should a handler not come back, everything is left to the end of the process instead, and the log says
 * so. Before the last reference is dropped; main thread.
 */
AIMX_API void aimx_server_close (AimxServer *self);

/** aimx_log_start: sends the log to the journal or to stderr, filtered as `AIMX_LOG` says (chapter "daemon" of the
 * book); once, before any thread is made */
AIMX_API void aimx_log_start (void);

G_END_DECLS
