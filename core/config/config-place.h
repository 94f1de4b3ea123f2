/* SPDX-License-Identifier: MIT */
/*
 * Where the file of the configuration is: in its directory, or where a link there leads, which is the operator's way to
 * keep it elsewhere. May block.
 */
#pragma once

#include "io/directory.h"

G_BEGIN_DECLS

/**
 * aimx_config_place_find:
 * @config_dir: the configuration directory
 * @directory: (out) (transfer full): where the file is, or is to be
 * @name: (out) (transfer full): how it is called there
 * @error: return location: %AIMX_ERROR_CONFLICT when this process is root and somebody else could have a hand in it
 */
gboolean aimx_config_place_find (AimxDirectory *config_dir, AimxDirectory **directory, char **name, GError **error);

G_END_DECLS
