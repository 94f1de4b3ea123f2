/* SPDX-License-Identifier: MIT */
/*
 * The lock that processes respect which change the configuration or the keys beside it, or read all of it anew: a file
 * in the configuration directory. It is held until its descriptor is closed, and waited for, but not for long: whoever
 * waits may hold other locks. May block.
 */
#pragma once

#include "io/directory.h"

G_BEGIN_DECLS

/**
 * aimx_config_lock_take:
 * @directory: the configuration directory
 * @fd: (out) (transfer full): a descriptor, -1 where this process cannot write and therefore changes nothing
 * @error: return location: %AIMX_ERROR_CONFLICT when another process does not let go of it
 *
 * For a change: nobody else changes or reads anew meanwhile.
 */
gboolean aimx_config_lock_take (AimxDirectory *directory, int *fd, GError **error);

/**
 * aimx_config_lock_share:
 * @config_dir: path of the configuration directory
 * @fd: (out) (transfer full): a descriptor, -1 where this process cannot open the file and therefore shares nothing
 * @error: return location: %AIMX_ERROR_CONFLICT as aimx_config_lock_take()
 *
 * For reading what a change writes in several steps: nobody is in the middle of one meanwhile.
 */
gboolean aimx_config_lock_share (const char *config_dir, int *fd, GError **error);

G_END_DECLS
