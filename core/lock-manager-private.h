/* SPDX-License-Identifier: MIT */
/* What the server does with the locks. */
#pragma once

#include <aimx/lock-manager.h>

G_BEGIN_DECLS

/**
 * aimx_lock_manager_acquire_as:
 * @self: the lock manager
 * @module: (nullable): who holds it then, a string that lives for ever; %NULL for the server itself
 *
 * The rest is as for aimx_lock_manager_acquire().
 */
AimxLockGuard *aimx_lock_manager_acquire_as (AimxLockManager *self,
                                             const char *module,
                                             AimxLockGuard *held,
                                             AimxLockRank rank,
                                             const char *const *names,
                                             GCancellable *cancellable,
                                             GError **error);
/**
 * aimx_lock_manager_acquire_for_delivery:
 * @self: the lock manager
 * @mailbox: canonical FQDN
 * @error: %AIMX_ERROR_TEMPORARY when somebody keeps the mailbox locked
 *
 * For the threads that all mail shares: they do not all wait for one mailbox, and none for ever. As long as the lock
 * changes hands, any number waits.
 *
 * Returns: (transfer full) (nullable): a guard
 */
AimxLockGuard *aimx_lock_manager_acquire_for_delivery (AimxLockManager *self, const char *mailbox, GError **error);
/**
 * aimx_lock_manager_release_held:
 * @self: the lock manager
 *
 * A handler, a work or a listener has returned: releases what it has taken by blocking on this thread and still holds,
 * and warns with the name of its module.
 */
void aimx_lock_manager_release_held (AimxLockManager *self);

G_END_DECLS
