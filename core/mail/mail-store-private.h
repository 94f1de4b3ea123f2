/* SPDX-License-Identifier: MIT */
/*
 * How the server makes the mail store, and what the rest of the storage room needs of it.
 */
#pragma once

#include "io/directory.h"

#include <aimx/mail-store.h>

G_BEGIN_DECLS

/**
 * AimxMailStoreAccess:
 * @AIMX_MAIL_STORE_READ: takes no lock, makes and writes nothing
 * @AIMX_MAIL_STORE_CHANGE: makes the data directory when it is missing and holds its lock
 */
typedef enum
{
  AIMX_MAIL_STORE_READ,
  AIMX_MAIL_STORE_CHANGE,
} AimxMailStoreAccess;

/**
 * aimx_mail_store_open:
 * @data_dir: absolute path
 * @access: what for
 * @lock_wait_seconds: how long to wait for the lock on `<data_dir>/.lock`
 * @config: where snapshots come from
 * @locks: the locks of mailboxes
 * @accounts: the accounts of owners
 * @error: %AIMX_ERROR_CONFLICT names the process that holds the lock
 *
 * Returns: (transfer full) (nullable): the store
 */
AimxMailStore *aimx_mail_store_open (const char *data_dir,
                                     AimxMailStoreAccess access,
                                     guint lock_wait_seconds,
                                     AimxConfigStore *config,
                                     AimxLockManager *locks,
                                     AimxAccounts *accounts,
                                     GError **error);
/**
 * aimx_mail_store_prepare:
 * @self: a store opened for changes, its layout up to date
 * @error: return location
 *
 * Gets the data directory ready to be served: the domain directories with their modes, an empty `.spool`, the README
 * for agents. A directory that one domain lacks is made when a delivery needs it, too.
 */
gboolean aimx_mail_store_prepare (AimxMailStore *self, GError **error);
/** aimx_mail_store_make_private_dir: Returns: (transfer full) (nullable): the path of the directory `0700` that the
 * module @name has to itself, made when it is missing; %AIMX_ERROR_CONFLICT when something else is in its place, or it
 * is somebody else's. Root alone can put anything there, so that the path may be opened */
char *aimx_mail_store_make_private_dir (AimxMailStore *self, const char *name, GError **error);
/** aimx_mail_store_get_root: Returns: (transfer none) (nullable): the data directory, %NULL when it is to be read and
 * not there yet; for the storage room and migration only */
AimxDirectory *aimx_mail_store_get_root (AimxMailStore *self);

G_END_DECLS
