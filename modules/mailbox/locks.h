/* SPDX-License-Identifier: MIT */
/*
 * The locks of a change: the mailbox's, and the configuration's on top of it.
 */
#pragma once

#include <aimx/server.h>

G_BEGIN_DECLS

/** mailbox_lock: Returns: (transfer full) (nullable): a guard that covers the mailbox @fqdn; may block */
AimxLockGuard *mailbox_lock (AimxServer *server, const char *fqdn, GError **error);
/**
 * mailbox_begin_change:
 * @server: the server
 * @held: covers the mailbox
 * @error: return location
 *
 * Takes the config lock on top of @held and starts a change; both end with the change. May block.
 *
 * Returns: (transfer full) (nullable): a change
 */
AimxConfigChange *mailbox_begin_change (AimxServer *server, AimxLockGuard *held, GError **error);

G_END_DECLS
