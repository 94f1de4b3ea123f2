/* SPDX-License-Identifier: MIT */
/*
 * What the store and a change of it need of each other, and the changes that only the migration makes.
 */
#pragma once

#include <aimx/config-store.h>
#include <aimx/settings.h>

G_BEGIN_DECLS

/** AIMX_CONFIG_FILE: the configuration in its directory */
#define AIMX_CONFIG_FILE "config.toml"

/** aimx_config_store_open_if_any: as aimx_config_store_open(), but where there is no file that this process may read,
 * nothing is configured, not even a domain */
AimxConfigStore *aimx_config_store_open_if_any (const char *config_dir, GError **error);
/** aimx_config_store_check_guard: whether @guard covers the config; else a critical and %AIMX_ERROR_ORDER */
gboolean aimx_config_store_check_guard (AimxLockGuard *guard, GError **error);
/** aimx_config_store_get_current_text: Returns: (transfer full): what the file holds now, or, with a warning, what it
 * held at the last load */
GBytes *aimx_config_store_get_current_text (AimxConfigStore *self);
/** aimx_config_store_is_changed: whether the file can be read and holds something else than @text */
gboolean aimx_config_store_is_changed (AimxConfigStore *self, GBytes *text);
/** aimx_config_store_swap: shows readers @config, which was read out of @text; @reread: by reading the file again.
 * Emits `changing` before and `changed` after it */
void aimx_config_store_swap (AimxConfigStore *self, AimxConfig *config, GBytes *text, gboolean reread);

/**
 * aimx_config_store_add_settings:
 * @self: the store
 * @plugin: whose they are; static
 * @specs: (nullable): what there is; static
 * @warnings: (element-type utf8): gets a line for each unknown key
 * @error: %AIMX_ERROR_VALIDATION: the snapshot has a value that is not what it has to be; they are not added then
 *
 * From now on a configuration with a wrong value for @plugin is refused, by a reload and by a change. Any thread.
 */
gboolean aimx_config_store_add_settings (AimxConfigStore *self,
                                         const char *plugin,
                                         const AimxSettingSpec *specs,
                                         GPtrArray *warnings,
                                         GError **error);
/** aimx_config_store_parse: Returns: (transfer full) (nullable): @text as a snapshot, its settings of plugins checked;
 * @text: (nullable): as for aimx_config_parse() */
AimxConfig *aimx_config_store_parse (AimxConfigStore *self, const char *text, gsize length, GError **error);

/** aimx_config_change_list_domain: `domain = "x"` becomes `domains = ["x"]`; a file without it stays as it is */
gboolean aimx_config_change_list_domain (AimxConfigChange *self, GError **error);
/**
 * aimx_config_change_rekey_mailboxes:
 * @self: a change
 * @n_rekeyed: (out): how many there were
 * @error: return location
 *
 * Each mailbox whose key has no `@` gets its address as its key; comments, order and all else stay.
 */
gboolean aimx_config_change_rekey_mailboxes (AimxConfigChange *self, guint *n_rekeyed, GError **error);

G_END_DECLS
