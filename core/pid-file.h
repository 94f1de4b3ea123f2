/* SPDX-License-Identifier: MIT */
/*
 * The daemon's runtime directory, and the file in it that says which process serves.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * aimx_runtime_dir_make:
 * @runtime_dir: absolute path
 * @error: return location
 *
 * Makes it, `0755` whatever the umask is; one that is there stays as it is.
 */
gboolean aimx_runtime_dir_make (const char *runtime_dir, GError **error);
/** aimx_pid_file_write: writes this process's id to `aimx.pid`, complete or not at all, `0644` */
gboolean aimx_pid_file_write (const char *runtime_dir, GError **error);
/** aimx_pid_file_remove: removes `aimx.pid` if it holds this process's id */
void aimx_pid_file_remove (const char *runtime_dir);

G_END_DECLS
