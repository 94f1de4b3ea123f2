/* SPDX-License-Identifier: MIT */
/*
 * System accounts, cached for 60 seconds, so that no thread that runs a loop ever waits for a name service.
 */
#pragma once

#include <aimx/abi.h>

G_BEGIN_DECLS

/**
 * AIMX_ACCOUNT_CACHE_SECONDS:
 *
 * How long an answer, also a negative one, is believed.
 */
#define AIMX_ACCOUNT_CACHE_SECONDS 60

/**
 * AimxAccounts:
 *
 * The cache of system accounts.
 */
#define AIMX_TYPE_ACCOUNTS (aimx_accounts_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxAccounts, aimx_accounts, AIMX, ACCOUNTS, GObject)

/**
 * AimxAccountState:
 * @AIMX_ACCOUNT_UNKNOWN: not in the cache; ask with aimx_accounts_lookup() on the pool
 * @AIMX_ACCOUNT_EXISTS: uid and gid are set
 * @AIMX_ACCOUNT_MISSING: the name service says that there is none
 * @AIMX_ACCOUNT_FAILED: the name service could not be asked; treat as temporary
 *
 * What is known of an account.
 */
typedef enum
{
  AIMX_ACCOUNT_UNKNOWN,
  AIMX_ACCOUNT_EXISTS,
  AIMX_ACCOUNT_MISSING,
  AIMX_ACCOUNT_FAILED,
} AimxAccountState;

/**
 * aimx_accounts_new:
 *
 * Returns: (transfer full): an empty cache
 */
AIMX_API AimxAccounts *aimx_accounts_new (void);

/**
 * aimx_accounts_peek:
 * @self: the cache
 * @name: user name
 * @uid: (out) (optional): user id
 * @gid: (out) (optional): primary group id
 *
 * Answers from the cache alone. Never blocks; any thread.
 *
 * Returns: %AIMX_ACCOUNT_UNKNOWN when the cache has no fresh answer
 */
AIMX_API AimxAccountState aimx_accounts_peek (AimxAccounts *self, const char *name, guint *uid, guint *gid);

/**
 * aimx_accounts_lookup:
 * @self: the cache
 * @name: user name
 * @uid: (out) (optional): user id
 * @gid: (out) (optional): primary group id
 *
 * Answers from the cache or asks the name service. May block: pool threads only.
 *
 * Returns: never %AIMX_ACCOUNT_UNKNOWN
 */
AIMX_API AimxAccountState aimx_accounts_lookup (AimxAccounts *self, const char *name, guint *uid, guint *gid);

/**
 * aimx_accounts_get_name:
 * @self: the cache
 * @uid: user id
 *
 * May block: pool threads only.
 *
 * Returns: (transfer full) (nullable): the user name of @uid, %NULL when it has none
 */
AIMX_API char *aimx_accounts_get_name (AimxAccounts *self, guint uid);

/**
 * aimx_accounts_forget:
 * @self: the cache
 *
 * Drops every cached answer, after a reload; any thread.
 */
AIMX_API void aimx_accounts_forget (AimxAccounts *self);

G_END_DECLS
