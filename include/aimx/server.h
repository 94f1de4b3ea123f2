/* SPDX-License-Identifier: MIT */
/*
 * The server owns everything else and is the one thing that a module gets at load.
 */
#pragma once

#include <aimx/account.h>
#include <aimx/config-store.h>
#include <aimx/event-bus.h>
#include <aimx/lock-manager.h>
#include <aimx/mail-store.h>
#include <aimx/module.h>
#include <aimx/request.h>
#include <aimx/verb.h>

G_BEGIN_DECLS

#define AIMX_TYPE_SERVER (aimx_server_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxServer, aimx_server, AIMX, SERVER, GObject)

/**
 * aimx_server_get_config_store:
 * @self: the server
 *
 * Returns: (transfer none): where the configuration is
 */
AIMX_API AimxConfigStore *aimx_server_get_config_store (AimxServer *self);

/**
 * aimx_server_get_lock_manager:
 * @self: the server
 *
 * Returns: (transfer none): the locks
 */
AIMX_API AimxLockManager *aimx_server_get_lock_manager (AimxServer *self);

/**
 * aimx_server_get_mail_store:
 * @self: the server
 *
 * Returns: (transfer none): the mail
 */
AIMX_API AimxMailStore *aimx_server_get_mail_store (AimxServer *self);

/**
 * aimx_server_get_event_bus:
 * @self: the server
 *
 * Returns: (transfer none): the events
 */
AIMX_API AimxEventBus *aimx_server_get_event_bus (AimxServer *self);

/**
 * aimx_server_get_accounts:
 * @self: the server
 *
 * Returns: (transfer none): system accounts
 */
AIMX_API AimxAccounts *aimx_server_get_accounts (AimxServer *self);

/**
 * aimx_server_get_runtime_dir:
 * @self: the server
 *
 * Returns: (transfer none): where sockets go
 */
AIMX_API const char *aimx_server_get_runtime_dir (AimxServer *self);

/**
 * aimx_server_get_option:
 * @self: the server
 * @name: `bind`, `tls-cert` or `tls-key`
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): values of a `serve` option, `bind`, `tls-cert`,
 * `tls-key`
 */
AIMX_API const char *const *aimx_server_get_option (AimxServer *self, const char *name);

/**
 * aimx_server_add_verb:
 * @self: the server
 * @module: who offers it
 * @spec: descriptor, static
 * @user_data: for the handler
 * @error: return location
 *
 * Main thread, while the module loads. %AIMX_ERROR_MODULE when the name is taken or the descriptor is wrong. A module
 * that loads all the same is part of the server, and the log and `aimx modules` tell what it lacks.
 */
AIMX_API gboolean aimx_server_add_verb (AimxServer *self,
                                        AimxModule *module,
                                        const AimxVerbSpec *spec,
                                        gpointer user_data,
                                        GError **error);

/**
 * aimx_server_provide:
 * @self: the server
 * @module: who offers it
 * @interface: GType of a GInterface
 * @service: an object that implements it
 * @error: return location
 *
 * Offers a service to other modules; one provider an interface. Main thread, while the module loads.
 */
AIMX_API gboolean
aimx_server_provide (AimxServer *self, AimxModule *module, GType interface, GObject *service, GError **error);

/**
 * aimx_server_get_service:
 * @self: the server
 * @interface: GType of a GInterface
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable) (type GObject.Object): the provider of @interface
 */
AIMX_API gpointer aimx_server_get_service (AimxServer *self, GType interface);

/**
 * AimxFiguresFunc:
 * @user_data: from aimx_server_publish_figures()
 *
 * Called on the main thread, so it never blocks.
 *
 * Returns: (transfer full): names and numbers as they are now, `a{st}`; maybe floating
 */
typedef GVariant *(*AimxFiguresFunc) (gpointer user_data);

/**
 * aimx_server_publish_figures:
 * @self: the server
 * @module: whose they are
 * @group: `[a-z][a-z0-9]*`, what their names begin with
 * @func: (scope forever): reads them
 * @user_data: for @func
 * @error: return location
 *
 * Offers numbers that tell an operator how the module is: how many clients it has, how much it has done. They are seen
 * on the bus, each as `<group>_<name>`. Main thread, while the module loads; taken back when it is unloaded.
 * %AIMX_ERROR_MODULE when the group is somebody's already or no such name.
 */
AIMX_API gboolean aimx_server_publish_figures (AimxServer *self,
                                               AimxModule *module,
                                               const char *group,
                                               AimxFiguresFunc func,
                                               gpointer user_data,
                                               GError **error);

/**
 * aimx_server_read_figures:
 * @self: the server
 *
 * Main thread; never blocks.
 *
 * Returns: (transfer full): the figures of all modules and of the locks, `a{st}`
 */
AIMX_API GVariant *aimx_server_read_figures (AimxServer *self);

/**
 * aimx_server_call_async:
 * @self: the server
 * @request: what came in
 * @callback: called in the thread-default context of the caller
 * @user_data: for @callback
 *
 * The one path of a verb: look up, validate, authorize, run the handler on the pool, check the shape of its answer,
 * enforce its deadline. Failures of every kind are answers. Main thread.
 */
AIMX_API void
aimx_server_call_async (AimxServer *self, AimxRequest *request, GAsyncReadyCallback callback, gpointer user_data);

/**
 * aimx_server_call_finish:
 * @self: the server
 * @result: what the callback got
 *
 * Returns: (transfer full): the answer, never %NULL
 */
AIMX_API AimxResponse *aimx_server_call_finish (AimxServer *self, GAsyncResult *result);

/**
 * aimx_server_get_body_limit:
 * @self: the server
 * @verb: verb name as sent
 *
 * So that a door can refuse a body before it reads it. Any thread after start.
 *
 * Returns: bytes, 0 for no body, -1 for an unknown verb
 */
AIMX_API gint64 aimx_server_get_body_limit (AimxServer *self, const char *verb);

/**
 * aimx_server_get_verb_module:
 * @self: the server
 * @verb: verb name as sent
 *
 * The handlers of a module share threads with nobody else; a door can share them among its clients. Any thread after
 * start.
 *
 * Returns: (transfer none) (nullable): name of the module that offers it, %NULL for an unknown verb
 */
AIMX_API const char *aimx_server_get_verb_module (AimxServer *self, const char *verb);

/**
 * aimx_server_authorize:
 * @self: the server
 * @caller: who
 * @action: what, but not %AIMX_ACTION_MAILBOX_CREATE
 * @verb: for the log
 * @mailbox: (nullable): on which mailbox; needed for %AIMX_ACTION_MAILBOX_OWNER
 * @error: return location
 *
 * Decides and logs. Blocks on the name service at worst: pool threads only.
 *
 * Returns: whether the caller may; else %AIMX_ERROR_ACCESS, which says no more than that
 */
AIMX_API gboolean aimx_server_authorize (AimxServer *self,
                                         AimxCaller *caller,
                                         AimxAction action,
                                         const char *verb,
                                         const AimxMailbox *mailbox,
                                         GError **error);
/**
 * aimx_server_authorize_owner:
 * @self: the server
 * @caller: who
 * @verb: for the log
 * @mailbox: canonical FQDN, for the log
 * @owner: user name of the owner to be
 * @error: return location
 *
 * For a mailbox that is not there yet: root may give it to anybody, everyone else to themselves only. Decides and logs
 * as aimx_server_authorize() does. Pool threads only.
 *
 * Returns: whether the caller may make a mailbox of @owner; else %AIMX_ERROR_ACCESS
 */
AIMX_API gboolean aimx_server_authorize_owner (AimxServer *self,
                                               AimxCaller *caller,
                                               const char *verb,
                                               const char *mailbox,
                                               const char *owner,
                                               GError **error);
/**
 * aimx_server_owns:
 * @self: the server
 * @caller: who
 * @mailbox: what
 *
 * For listings: the same rule as %AIMX_ACTION_MAILBOX_OWNER without an entry in the log. Pool threads only.
 *
 * In a server of a command's own process that only reads, both say yes: the kernel decides there, by the rights that
 * the process has on the files.
 */
AIMX_API gboolean aimx_server_owns (AimxServer *self, AimxCaller *caller, const AimxMailbox *mailbox);
/**
 * aimx_server_owns_cached:
 * @self: the server
 * @caller: who
 * @mailbox: what
 * @owns: (out): as aimx_server_owns() would say
 *
 * For threads that run a loop. Never blocks; any thread.
 *
 * Returns: whether it is known without the name service; else ask aimx_server_owns() on the pool
 */
AIMX_API gboolean aimx_server_owns_cached (AimxServer *self,
                                           AimxCaller *caller,
                                           const AimxMailbox *mailbox,
                                           gboolean *owns);

/**
 * aimx_server_administers:
 * @self: the server
 * @caller: who
 *
 * For listings. Never blocks; any thread.
 *
 * Returns: the same rule as %AIMX_ACTION_SYSTEM without an entry in the log
 */
AIMX_API gboolean aimx_server_administers (AimxServer *self, AimxCaller *caller);

/**
 * aimx_server_lock_mailboxes:
 * @self: the server
 * @fqdns: (array zero-terminated=1): canonical names in any order
 * @error: return location
 *
 * Takes the locks of mailboxes, the first that a change needs. May block: pool threads only; they are released before
 * the handler or work returns that took them, as aimx_lock_manager_acquire() says.
 *
 * Returns: (transfer full) (nullable): a guard that covers all of them
 */
AIMX_API AimxLockGuard *aimx_server_lock_mailboxes (AimxServer *self, const char *const *fqdns, GError **error);

/**
 * aimx_server_lock_mailbox:
 * @self: the server
 * @fqdn: canonical name
 * @error: return location
 *
 * As aimx_server_lock_mailboxes(), for one.
 *
 * Returns: (transfer full) (nullable): a guard that covers it
 */
AIMX_API AimxLockGuard *aimx_server_lock_mailbox (AimxServer *self, const char *fqdn, GError **error);
/**
 * aimx_server_begin_change:
 * @self: the server
 * @held: (nullable): covers the mailboxes that the change is about
 * @error: return location
 *
 * Takes the config lock on top of @held and starts a change; both end with the change. May block: pool threads only.
 *
 * Returns: (transfer full) (nullable): a change
 */
AIMX_API AimxConfigChange *aimx_server_begin_change (AimxServer *self, AimxLockGuard *held, GError **error);

/**
 * AimxWorkFunc:
 * @user_data: from aimx_server_run()
 *
 * Work for a pool thread.
 */
typedef void (*AimxWorkFunc) (gpointer user_data);

/**
 * aimx_server_run:
 * @self: the server
 * @func: (scope async): what to do; may block
 * @user_data: for @func, which owns it
 *
 * Runs @func on a pool thread. Any thread, never blocks. The pool has as many threads as the disk takes in parallel;
 * what a plugin runs has threads of its own.
 */
AIMX_API void aimx_server_run (AimxServer *self, AimxWorkFunc func, gpointer user_data);

/**
 * aimx_server_shut_down:
 * @self: the server
 *
 * Begins a graceful end, as SIGTERM does. Any thread.
 */
AIMX_API void aimx_server_shut_down (AimxServer *self);

G_END_DECLS
