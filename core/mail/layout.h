/* SPDX-License-Identifier: MIT */
/*
 * How mail is laid out in the data directory: the marker that says so, and the layout that went before, with the two
 * folders of the only domain at the top.
 */
#pragma once

#include "io/relocation.h"

G_BEGIN_DECLS

/**
 * aimx_layout_read_marker:
 * @root: the data directory
 * @is_current: (out): whether the layout is marked as the one of this program; %FALSE for no marker
 * @error: return location
 *
 * Returns: %FALSE when there is a marker that cannot be read or says something else: %AIMX_ERROR_CONFLICT names the
 * file and what it holds
 */
gboolean aimx_layout_read_marker (AimxDirectory *root, gboolean *is_current, GError **error);
/** aimx_layout_write_marker: marks the layout as the one of this program; durable, in one step */
gboolean aimx_layout_write_marker (AimxDirectory *root, GError **error);
/** aimx_layout_get_relocation: Returns: what has to move so that the folders at the top become those of @domain; both
 * arguments stay the caller's */
AimxRelocation aimx_layout_get_relocation (AimxDirectory *root, const char *domain);

G_END_DECLS
