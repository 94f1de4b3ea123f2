/* SPDX-License-Identifier: MIT */
/* The order of the two ranks of locks, in one place. */
#include <aimx/server.h>

AimxLockGuard *
aimx_server_lock_mailboxes (AimxServer *self, const char *const *fqdns, GError **error)
{
  g_return_val_if_fail (AIMX_IS_SERVER (self), NULL);
  g_return_val_if_fail (fqdns != NULL, NULL);

  return aimx_lock_manager_acquire (aimx_server_get_lock_manager (self), NULL, AIMX_LOCK_MAILBOX, fqdns, NULL, error);
}

AimxLockGuard *
aimx_server_lock_mailbox (AimxServer *self, const char *fqdn, GError **error)
{
  const char *const fqdns[] = { fqdn, NULL };

  return aimx_server_lock_mailboxes (self, fqdns, error);
}

AimxConfigChange *
aimx_server_begin_change (AimxServer *self, AimxLockGuard *held, GError **error)
{
  g_autoptr (AimxLockGuard) guard = NULL;

  g_return_val_if_fail (AIMX_IS_SERVER (self), NULL);

  guard = aimx_lock_manager_acquire (aimx_server_get_lock_manager (self), held, AIMX_LOCK_CONFIG, NULL, NULL, error);
  return guard != NULL ? aimx_config_store_begin (aimx_server_get_config_store (self), guard, error) : NULL;
}
