/* SPDX-License-Identifier: MIT */
/*
 * The guide for agents in the data directory.
 */
#pragma once

#include "io/directory.h"

G_BEGIN_DECLS

/** aimx_data_readme_write: writes `README.md` into the data directory @root unless the one there is of this version;
 * may block */
gboolean aimx_data_readme_write (AimxDirectory *root, GError **error);

G_END_DECLS
