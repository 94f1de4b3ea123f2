/* SPDX-License-Identifier: MIT */
/*
 * Where the current snapshot is, and the only way to change it.
 *
 * A change needs the config guard. It is made on the text that the file holds at that moment, keeps everything it does
 * not mean to change, and is parsed and validated before a byte is written. Writing is durable and atomic; only then
 * readers see the new snapshot.
 */
#pragma once

#include <aimx/config.h>
#include <aimx/lock-manager.h>

G_BEGIN_DECLS

/**
 * AimxConfigStore:
 *
 * Where the current snapshot of the configuration is.
 */
#define AIMX_TYPE_CONFIG_STORE (aimx_config_store_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxConfigStore, aimx_config_store, AIMX, CONFIG_STORE, GObject)

/**
 * AimxConfigChange:
 *
 * A change of the configuration that is being made; nobody sees it before it is published. One thread at a time.
 */
#define AIMX_TYPE_CONFIG_CHANGE (aimx_config_change_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxConfigChange, aimx_config_change, AIMX, CONFIG_CHANGE, GObject)

/**
 * AimxConfigStore::changing:
 * @self: the store
 * @config: what readers see next
 * @reread: whether it comes from reading the file again, so that what lies beside the file may have changed, too
 *
 * Emitted on the committing thread right before the swap, for what readers of @config have to find in place. May block;
 * handlers must not change the configuration.
 */

/**
 * AimxConfigStore::changed:
 * @self: the store
 * @config: what readers see now
 *
 * Emitted on the committing thread after the swap.
 */

/**
 * aimx_config_store_open:
 * @config_dir: absolute path
 * @error: return location
 *
 * Loads `config.toml` of @config_dir. May block.
 *
 * Returns: (transfer full) (nullable): a store; errors name file, line, column and the repair
 */
AIMX_API AimxConfigStore *aimx_config_store_open (const char *config_dir, GError **error);

/**
 * aimx_config_store_get:
 * @self: the store
 *
 * Returns: (transfer full): the current snapshot; any thread, never blocks
 */
AIMX_API AimxConfig *aimx_config_store_get (AimxConfigStore *self);

/**
 * aimx_config_store_get_directory:
 * @self: the store
 *
 * Returns: (transfer none): the configuration directory
 */
AIMX_API const char *aimx_config_store_get_directory (AimxConfigStore *self);

/**
 * aimx_config_store_get_file:
 * @self: the store
 *
 * Returns: (transfer none): the path of `config.toml`
 */
AIMX_API const char *aimx_config_store_get_file (AimxConfigStore *self);

/**
 * aimx_config_store_reload:
 * @self: the store
 * @guard: covers the config
 * @error: return location
 *
 * Reads the file again, when no other process is in the middle of a change; on an error (%AIMX_ERROR_VALIDATION with
 * file and line, %AIMX_ERROR_CONFLICT when another process does not finish its change) the old snapshot stays. May
 * block.
 */
AIMX_API gboolean aimx_config_store_reload (AimxConfigStore *self, AimxLockGuard *guard, GError **error);

/**
 * aimx_config_store_begin:
 * @self: the store
 * @guard: covers the config
 * @error: return location
 *
 * Starts a change on the text that the file holds now (the text of the last load when it cannot be read; when it no
 * longer parses, an error). Takes the lock that other processes respect, a file in the configuration directory, until
 * the change is dropped; %AIMX_ERROR_CONFLICT when one of them keeps it for seconds. May block.
 *
 * Returns: (transfer full) (nullable): a change; dropping it without a commit changes nothing
 */
AIMX_API AimxConfigChange *aimx_config_store_begin (AimxConfigStore *self, AimxLockGuard *guard, GError **error);

/**
 * aimx_config_change_add_mailbox:
 * @self: a change
 * @fqdn: canonical name
 * @owner: user name of its owner
 * @error: return location
 *
 * Adds `[mailboxes."<fqdn>"]` with `address` and `owner`.
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
AIMX_API gboolean aimx_config_change_add_mailbox (AimxConfigChange *self,
                                                  const char *fqdn,
                                                  const char *owner,
                                                  GError **error);

/**
 * aimx_config_change_remove_mailbox:
 * @self: a change
 * @fqdn: canonical name
 * @error: return location
 *
 * Removes the table of @fqdn with its hooks.
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
AIMX_API gboolean aimx_config_change_remove_mailbox (AimxConfigChange *self, const char *fqdn, GError **error);

/**
 * aimx_config_change_add_domain:
 * @self: a change
 * @domain: name of a domain, in lower case
 * @selector: (nullable): its DKIM selector, %NULL to inherit one
 * @error: return location
 *
 * Appends @domain to `domains`, and its `dkim_selector` when @selector is not %NULL.
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
AIMX_API gboolean aimx_config_change_add_domain (AimxConfigChange *self,
                                                 const char *domain,
                                                 const char *selector,
                                                 GError **error);

/**
 * aimx_config_change_remove_domain:
 * @self: a change
 * @domain: name of a domain, in lower case
 * @error: return location
 *
 * Removes @domain from `domains`, its mailboxes with their hooks, and its overrides.
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
AIMX_API gboolean aimx_config_change_remove_domain (AimxConfigChange *self, const char *domain, GError **error);

/**
 * aimx_config_change_set_default_domain:
 * @self: a change
 * @domain: name of a domain, in lower case
 * @error: return location
 *
 * Moves @domain to the first place in `domains`.
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
AIMX_API gboolean aimx_config_change_set_default_domain (AimxConfigChange *self, const char *domain, GError **error);

/**
 * aimx_config_change_set_dkim_selector:
 * @self: a change
 * @domain: name of a domain, in lower case
 * @selector: DKIM selector
 * @error: return location
 *
 * Sets `dkim_selector` of @domain.
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
AIMX_API gboolean aimx_config_change_set_dkim_selector (AimxConfigChange *self,
                                                        const char *domain,
                                                        const char *selector,
                                                        GError **error);

/**
 * aimx_config_change_validate:
 * @self: a change
 * @error: return location
 *
 * Parses and validates the text as edited. Writing and publishing do it too; this is for whoever has to know before
 * doing something else.
 *
 * Returns: (transfer full) (nullable): the snapshot that a commit would publish
 */
AIMX_API AimxConfig *aimx_config_change_validate (AimxConfigChange *self, GError **error);

/**
 * aimx_config_change_prepare:
 * @self: a change
 * @error: return location
 *
 * Validates the text as edited, and makes it durable beside the file: a commit has only a rename left to do then. For
 * whoever is about to do what cannot be taken back, and has to know first that the configuration can be written. May
 * block.
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
AIMX_API gboolean aimx_config_change_prepare (AimxConfigChange *self, GError **error);

/**
 * aimx_config_change_write:
 * @self: a change
 * @error: return location
 *
 * Makes the edited text durable as the file, without showing it to readers yet. A file that is a link stays one, and
 * what it leads to is replaced; root refuses that with %AIMX_ERROR_CONFLICT where others could have put it in place.
 * A file that somebody has edited since the change began stays as it is: %AIMX_ERROR_CONFLICT, too. May block.
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
AIMX_API gboolean aimx_config_change_write (AimxConfigChange *self, GError **error);

/**
 * aimx_config_change_publish:
 * @self: a change
 *
 * Swaps the snapshot in; only after a write; cannot fail.
 */
AIMX_API void aimx_config_change_publish (AimxConfigChange *self);

/**
 * aimx_config_change_commit:
 * @self: a change
 * @error: return location
 *
 * Validate, write, publish. May block.
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
AIMX_API gboolean aimx_config_change_commit (AimxConfigChange *self, GError **error);

/* ---- files beside the configuration, such as keys ---- */

/* A path is relative to the configuration directory, of one component or more; %AIMX_ERROR_VALIDATION when one of them
 * is `..`. Links on the way are the operator's, and followed. */

/**
 * aimx_config_store_read_file:
 * @self: the store
 * @path: which file
 * @size_max: bytes at most
 * @error: return location
 *
 * May block.
 *
 * Returns: (transfer full) (nullable): what is in it; %AIMX_ERROR_NOT_FOUND when it is not there, %AIMX_ERROR_IO
 */
AIMX_API GBytes *aimx_config_store_read_file (AimxConfigStore *self, const char *path, gsize size_max, GError **error);

/**
 * aimx_config_change_write_file:
 * @self: a change, which keeps other writers away
 * @path: where; directories on the way are made, `0700`
 * @data: what
 * @length: bytes
 * @mode: permissions, whatever the umask is
 * @error: return location
 *
 * Makes a new file, durable when it returns %TRUE, at once and not with the commit. May block.
 *
 * Returns: %FALSE with %AIMX_ERROR_CONFLICT when something is there already
 */
AIMX_API gboolean aimx_config_change_write_file (AimxConfigChange *self,
                                                 const char *path,
                                                 gconstpointer data,
                                                 gsize length,
                                                 guint mode,
                                                 GError **error);

/**
 * aimx_config_change_replace_file:
 * @self: a change
 * @path: a file that is there
 * @kept_name: what it is called from then on, in its directory; not taken yet
 * @data: what is in the new one
 * @length: bytes
 * @mode: permissions, whatever the umask is
 * @error: return location
 *
 * Puts a new file in the place of another, which keeps its bytes under another name. There is no moment without a file
 * at @path, and each of its contents is durable. May block.
 *
 * Returns: %FALSE with %AIMX_ERROR_NOT_FOUND when @path is not there, %AIMX_ERROR_CONFLICT when @kept_name is
 */
AIMX_API gboolean aimx_config_change_replace_file (AimxConfigChange *self,
                                                   const char *path,
                                                   const char *kept_name,
                                                   gconstpointer data,
                                                   gsize length,
                                                   guint mode,
                                                   GError **error);

/**
 * aimx_config_change_move_file:
 * @self: a change
 * @from: which file
 * @to: where it goes; directories on the way are made, `0700`
 * @error: return location
 *
 * Renames a file without ever replacing another; durable when it returns %TRUE, at once. May block.
 *
 * Returns: %FALSE with %AIMX_ERROR_NOT_FOUND when @from is not there, %AIMX_ERROR_CONFLICT when @to is
 */
AIMX_API gboolean aimx_config_change_move_file (AimxConfigChange *self,
                                                const char *from,
                                                const char *to,
                                                GError **error);

G_END_DECLS
