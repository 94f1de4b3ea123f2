/* SPDX-License-Identifier: MIT */
/*
 * What the files that make up the server need of each other.
 */
#pragma once

#include "acting-module.h"
#include "authorizer.h"
#include "figures.h"
#include "module-loader.h"
#include "server-private.h"
#include "verb-registry.h"

G_BEGIN_DECLS

/**
 * aimx_server_new:
 * @settings: as for aimx_server_open()
 * @config: where the configuration is
 * @locks: the locks
 * @accounts: the accounts
 * @mail: (nullable): the mail
 *
 * Puts the parts together and registers the server's own verbs; no module is loaded yet.
 *
 * Returns: (transfer full): a server
 */
AimxServer *aimx_server_new (const AimxServerSettings *settings,
                             AimxConfigStore *config,
                             AimxLockManager *locks,
                             AimxAccounts *accounts,
                             AimxMailStore *mail);
/** aimx_daemon_block_signals: keeps the signals that end or reload a daemon from every thread that is made from now on;
 * before the first one is */
void aimx_daemon_block_signals (void);
/** aimx_daemon_unblock_signals: they do again what they do in any process */
void aimx_daemon_unblock_signals (void);

/** aimx_server_load_modules: finds and loads the modules; main thread */
void aimx_server_load_modules (AimxServer *self);
/** aimx_server_start_modules: starts them, before anybody is let in; main thread */
gboolean aimx_server_start_modules (AimxServer *self, GError **error);

/** aimx_server_get_mode: Returns: what the server is for */
AimxServerMode aimx_server_get_mode (AimxServer *self);
/** aimx_server_get_configured_data_dir: Returns: (nullable): where the configuration that the server started with says
 * that the mail is; %NULL when an option says so instead */
const char *aimx_server_get_configured_data_dir (AimxServer *self);
/** aimx_server_get_verbs: Returns: (transfer none): which verbs there are */
AimxVerbRegistry *aimx_server_get_verbs (AimxServer *self);
/** aimx_server_get_modules: Returns: (transfer none): which modules there are */
AimxModuleLoader *aimx_server_get_modules (AimxServer *self);
/** aimx_server_get_authorizer: Returns: (transfer none): who may do what */
AimxAuthorizer *aimx_server_get_authorizer (AimxServer *self);
/** aimx_server_is_ending: Returns: whether a graceful end has begun; any thread */
gboolean aimx_server_is_ending (AimxServer *self);
/** aimx_server_run_call: as aimx_server_run(), on the threads that the verbs of @module have to themselves, so that a
 * handler that does not come back holds up no delivery and nobody else's verbs */
void aimx_server_run_call (AimxServer *self, const char *module, AimxWorkFunc func, gpointer user_data);

/** aimx_server_verbs_add: registers VERSION, RELOAD, MODULE-LIST and VERB-LIST */
void aimx_server_verbs_add (AimxVerbRegistry *verbs);

/**
 * aimx_server_reload:
 * @self: the server
 * @error: return location
 *
 * Reads the configuration again, under its lock; both outcomes are logged. On an error the one in use stays. Pool
 * threads only.
 */
gboolean aimx_server_reload (AimxServer *self, GError **error);
/** aimx_server_report_config: logs what an operator should look at in the configuration in use; may block */
void aimx_server_report_config (AimxServer *self);

G_END_DECLS
