/* SPDX-License-Identifier: MIT */
/*
 * The lock that processes respect which change the configuration or the keys beside it, or read all of it anew: a file
 * in the configuration directory. It is held until its descriptor is closed, and waited for, but not for long: whoever
 * waits may hold other locks. May block.
 */
#pragma once

#include "io/directory.h"

#include <aimx/config-store.h>

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

/**
 * aimx_config_store_lock:
 * @self: the store
 * @directory: the configuration directory
 * @guard: under which a change is made
 * @error: return location
 *
 * Takes the lock that processes respect, also from a change that outlived its guard.
 *
 * Returns: %FALSE with %AIMX_ERROR_CONFLICT when another process does not let go of it
 */
gboolean aimx_config_store_lock (AimxConfigStore *self, AimxDirectory *directory, AimxLockGuard *guard, GError **error);
/** aimx_config_store_unlock: lets go of that lock when it still is the one taken under @guard; any thread */
void aimx_config_store_unlock (AimxConfigStore *self, AimxLockGuard *guard);

G_END_DECLS
