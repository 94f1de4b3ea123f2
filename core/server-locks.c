/* SPDX-License-Identifier: MIT */
/* The order of the two ranks of locks, in one place. */
#include "acting-module.h"
#include "lock-manager-private.h"

#include <aimx/server.h>

/* Whoever calls one of these; not for what they call. */
#define CALLER aimx_acting_module_find (__builtin_return_address (0))

static AimxLockGuard *
lock_mailboxes (AimxServer *self, const char *module, const char *const *fqdns, GError **error)
{
  return aimx_lock_manager_acquire_as (aimx_server_get_lock_manager (self), module, NULL, AIMX_LOCK_MAILBOX, fqdns,
                                       NULL, error);
}

AimxLockGuard *
aimx_server_lock_mailboxes (AimxServer *self, const char *const *fqdns, GError **error)
{
  g_return_val_if_fail (AIMX_IS_SERVER (self), NULL);
  g_return_val_if_fail (fqdns != NULL, NULL);

  return lock_mailboxes (self, CALLER, fqdns, error);
}

AimxLockGuard *
aimx_server_lock_mailbox (AimxServer *self, const char *fqdn, GError **error)
{
  const char *const fqdns[] = { fqdn, NULL };

  g_return_val_if_fail (AIMX_IS_SERVER (self), NULL);
  g_return_val_if_fail (fqdn != NULL, NULL);

  return lock_mailboxes (self, CALLER, fqdns, error);
}

AimxConfigChange *
aimx_server_begin_change (AimxServer *self, AimxLockGuard *held, GError **error)
{
  g_autoptr (AimxLockGuard) guard = NULL;

  g_return_val_if_fail (AIMX_IS_SERVER (self), NULL);

  guard = aimx_lock_manager_acquire_as (aimx_server_get_lock_manager (self), CALLER, held, AIMX_LOCK_CONFIG, NULL, NULL,
                                        error);
  return guard != NULL ? aimx_config_store_begin (aimx_server_get_config_store (self), guard, error) : NULL;
}
