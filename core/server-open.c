/* SPDX-License-Identifier: MIT */
/* How a server comes about: each step needs the one before, and the first that fails says what to do. */
#include "server-internal.h"

#include "config/config-store-private.h"
#include "config/migration.h"
#include "io/fault.h"

#include <sys/stat.h>

/* A place where there is nothing. */
#define NO_DATA_DIR "/nonexistent"

/* What only reads takes the layout as it is, or says that it is old. */
static AimxMailStore *
open_mail (const AimxServerSettings *settings,
           AimxConfigStore *config,
           AimxLockManager *locks,
           AimxAccounts *accounts,
           GError **error)
{
  g_autoptr (AimxConfig) snapshot = aimx_config_store_get (config);
  gboolean is_bare = settings->mode == AIMX_SERVER_BARE;
  gboolean reads = is_bare || settings->mode == AIMX_SERVER_READ;
  const char *configured = is_bare ? NO_DATA_DIR : aimx_config_get_data_dir (snapshot);
  g_autoptr (AimxMailStore) mail =
      aimx_mail_store_open (settings->data_dir != NULL && !is_bare ? settings->data_dir : configured,
                            reads ? AIMX_MAIL_STORE_READ : AIMX_MAIL_STORE_CHANGE, settings->lock_wait_seconds, config,
                            locks, accounts, error);

  if (mail == NULL)
    return NULL;
  if (reads)
    return aimx_migration_check (mail, config, error) ? g_steal_pointer (&mail) : NULL;
  if (!aimx_migrate (mail, config, locks, error) || !aimx_mail_store_prepare (mail, error))
    return NULL;
  return g_steal_pointer (&mail);
}

static gboolean
set_fault_plan (const AimxServerSettings *settings, GError **error)
{
#ifdef AIMX_TEST_SEAMS
  return settings->mode != AIMX_SERVER_DAEMON || aimx_fault_set_plan_from_environment (error);
#else
  return TRUE;
#endif
}

AimxServer *
aimx_server_open (const AimxServerSettings *settings, GError **error)
{
  g_autoptr (AimxLockManager) locks = aimx_lock_manager_new ();
  g_autoptr (AimxAccounts) accounts = aimx_accounts_new ();
  g_autoptr (AimxConfigStore) config = NULL;
  g_autoptr (AimxMailStore) mail = NULL;
  AimxServer *self;

  g_return_val_if_fail (settings != NULL, NULL);

  umask (077);
  if (!set_fault_plan (settings, error))
    return NULL;
  config = settings->mode == AIMX_SERVER_BARE ? aimx_config_store_open_if_any (settings->config_dir, error)
                                              : aimx_config_store_open (settings->config_dir, error);
  mail = config != NULL ? open_mail (settings, config, locks, accounts, error) : NULL;
  if (mail == NULL)
    return NULL;
  self = aimx_server_new (settings, config, locks, accounts, mail);
  aimx_server_load_modules (self);
  return self;
}
