/* SPDX-License-Identifier: MIT */
/*
 * The server in this process. What it needs (the core and all that the core is linked with) is in a shared object of
 * its own, aimx-local.so, which is loaded when `aimx serve` is called or no daemon answers, and never by a client.
 *
 * Why: starting a process costs 0.6 ms on the machine where this was measured, with GLib 0.8 ms, with json-glib and so
 * GIO 1.8 ms, with the core 4 ms. json-glib is worth its millisecond to the client; the core is not.
 */
#pragma once

#include "session.h"

#include "server-private.h"
#include "wire/client.h"

G_BEGIN_DECLS

/**
 * AimxLocal:
 * @start_log: aimx_log_start(), once; @filter: (nullable): what AIMX_LOG is when it is not set
 * @open: aimx_server_open()
 * @serve: aimx_server_serve()
 * @call: aimx_server_call() as the user of this process; the answer is as the wire would carry it
 * @close: aimx_server_close(), and drops it
 * @owns_data: whether the data directory belongs to the user of this process
 *
 * What aimx-local.so offers, under the symbol %AIMX_LOCAL_SYMBOL.
 */
typedef struct
{
  void (*start_log) (const char *filter);
  AimxServer *(*open) (const AimxServerSettings *settings, GError **error);
  gboolean (*serve) (AimxServer *server, GError **error);
  AimxClientAnswer *(*call) (AimxServer *server, const char *verb, const char *const *headers, GBytes *body);
  void (*close) (AimxServer *server);
  gboolean (*owns_data) (const AimxServerSettings *settings, GError **error);
} AimxLocal;

#define AIMX_LOCAL_SYMBOL "aimx_local"

/** cli_local_load: Returns: (transfer none) (nullable): what aimx-local.so offers, %NULL when the error has been told
 */
const AimxLocal *cli_local_load (void);
/** cli_local_get_settings: Returns: settings for @mode with the directories of @session, which they borrow */
AimxServerSettings cli_local_get_settings (const CliSession *session, AimxServerMode mode);
/** cli_local_open: makes the session's server one of @mode, opening it if need be. Returns: whether it is there; the
 * error has been told */
gboolean cli_local_open (CliSession *session, AimxServerMode mode, guint lock_wait_seconds);
/** cli_local_close: ends the session's server, if there is one */
void cli_local_close (CliSession *session);

G_END_DECLS
