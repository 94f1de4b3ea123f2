/* SPDX-License-Identifier: MIT */
/* The order of the two ranks, in one place. */
#include "locks.h"

AimxLockGuard *
mailbox_lock (AimxServer *server, const char *fqdn, GError **error)
{
  const char *const names[] = { fqdn, NULL };

  return aimx_lock_manager_acquire (aimx_server_get_lock_manager (server), NULL, AIMX_LOCK_MAILBOX, names, NULL, error);
}

AimxConfigChange *
mailbox_begin_change (AimxServer *server, AimxLockGuard *held, GError **error)
{
  g_autoptr (AimxLockGuard) guard =
      aimx_lock_manager_acquire (aimx_server_get_lock_manager (server), held, AIMX_LOCK_CONFIG, NULL, NULL, error);

  return guard != NULL ? aimx_config_store_begin (aimx_server_get_config_store (server), guard, error) : NULL;
}
