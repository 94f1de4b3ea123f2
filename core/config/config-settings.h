/* SPDX-License-Identifier: MIT */
/*
 * Settings of plugins: read with the configuration, whoever they are for, and held against what a plugin declares once
 * it is there.
 */
#pragma once

#include <aimx/config.h>
#include <aimx/settings.h>

G_BEGIN_DECLS

typedef struct _AimxConfigLoader AimxConfigLoader;
typedef struct _TomlNode TomlNode;

/** aimx_config_loader_load_settings: the tables in `[plugin]` */
gboolean aimx_config_loader_load_settings (AimxConfigLoader *self, TomlNode *root);
/** aimx_setting_specs_check: Returns: %NULL when @specs (nullable) are such as settings.h says, else (transfer full)
 * what is wrong with them */
char *aimx_setting_specs_check (const AimxSettingSpec *specs);
/**
 * aimx_config_check_settings:
 * @self: the snapshot
 * @plugin: whose settings
 * @specs: (nullable): what there is
 * @warnings: (element-type utf8): gets a line for each key that is not among @specs
 * @error: %AIMX_ERROR_VALIDATION with file, line, column and repair
 *
 * Returns: whether every value is what it has to be
 */
gboolean aimx_config_check_settings (AimxConfig *self,
                                     const char *plugin,
                                     const AimxSettingSpec *specs,
                                     GPtrArray *warnings,
                                     GError **error);

G_END_DECLS
