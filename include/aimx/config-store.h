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

#define AIMX_TYPE_CONFIG_STORE (aimx_config_store_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxConfigStore, aimx_config_store, AIMX, CONFIG_STORE, GObject)

#define AIMX_TYPE_CONFIG_CHANGE (aimx_config_change_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxConfigChange, aimx_config_change, AIMX, CONFIG_CHANGE, GObject)

/** AimxConfigStore::changed: (self, AimxConfig *config): emitted on the committing thread after the swap */

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
/** aimx_config_store_get: Returns: (transfer full): the current snapshot; any thread, never blocks */
AIMX_API AimxConfig *aimx_config_store_get (AimxConfigStore *self);
/** aimx_config_store_get_directory: Returns: (transfer none): the configuration directory */
AIMX_API const char *aimx_config_store_get_directory (AimxConfigStore *self);
/** aimx_config_store_get_file: Returns: (transfer none): the path of `config.toml` */
AIMX_API const char *aimx_config_store_get_file (AimxConfigStore *self);
/**
 * aimx_config_store_reload:
 * @self: the store
 * @guard: covers the config
 * @error: return location
 *
 * Reads the file again; on an error (%AIMX_ERROR_VALIDATION with file and line) the old snapshot stays. May block.
 */
AIMX_API gboolean aimx_config_store_reload (AimxConfigStore *self, AimxLockGuard *guard, GError **error);

/**
 * aimx_config_store_begin:
 * @self: the store
 * @guard: covers the config
 * @error: return location
 *
 * Starts a change on the text that the file holds now (the text of the last load when it cannot be read; when it no
 * longer parses, an error). Takes the lock on the configuration directory that other processes respect, until the
 * change is committed or dropped. May block.
 *
 * Returns: (transfer full) (nullable): a change; dropping it without a commit changes nothing
 */
AIMX_API AimxConfigChange *aimx_config_store_begin (AimxConfigStore *self, AimxLockGuard *guard, GError **error);

/** aimx_config_change_add_mailbox: adds `[mailboxes."<fqdn>"]` with `address` and `owner` */
AIMX_API gboolean aimx_config_change_add_mailbox (AimxConfigChange *self,
                                                  const char *fqdn,
                                                  const char *owner,
                                                  GError **error);
/** aimx_config_change_remove_mailbox: removes the table of @fqdn with its hooks */
AIMX_API gboolean aimx_config_change_remove_mailbox (AimxConfigChange *self, const char *fqdn, GError **error);

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
/** aimx_config_change_write: makes the edited text durable as the file, without showing it to readers yet. May block */
AIMX_API gboolean aimx_config_change_write (AimxConfigChange *self, GError **error);
/** aimx_config_change_publish: swaps the snapshot in; only after a write; cannot fail */
AIMX_API void aimx_config_change_publish (AimxConfigChange *self);
/** aimx_config_change_commit: validate, write, publish. May block */
AIMX_API gboolean aimx_config_change_commit (AimxConfigChange *self, GError **error);

G_END_DECLS
