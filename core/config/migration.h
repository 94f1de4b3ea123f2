/* SPDX-License-Identifier: MIT */
/*
 * From the layout for a single domain to that for many: data directory, keys and configuration, once.
 */
#pragma once

#include "mail/mail-store-private.h"

G_BEGIN_DECLS

/**
 * aimx_migrate:
 * @store: opened for changes
 * @config: the configuration; its snapshot is the migrated one afterwards
 * @locks: for the config guard
 * @error: begins with `upgrade migration failed:` and names the step
 *
 * Brings an old layout up to date and marks the data directory; does nothing when it is up to date. Every step is
 * atomic, and a start after a crash between two of them goes on where it stopped. Before any listener; may block.
 */
gboolean aimx_migrate (AimxMailStore *store, AimxConfigStore *config, AimxLockManager *locks, GError **error);
/**
 * aimx_migration_check:
 * @store: opened for reading
 * @config: the configuration
 * @error: says to start `aimx serve` once when the layout is not up to date
 *
 * For whoever only reads.
 */
gboolean aimx_migration_check (AimxMailStore *store, AimxConfigStore *config, GError **error);

G_END_DECLS
