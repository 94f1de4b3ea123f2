/* SPDX-License-Identifier: MIT */
#include <aimx/signer.h>

G_DEFINE_INTERFACE (AimxSigner, aimx_signer, G_TYPE_OBJECT)

static void
aimx_signer_default_init (AimxSignerInterface *interface)
{
}

gboolean
aimx_signer_prepare (AimxSigner *self, AimxConfigChange *change, const char *domain, GError **error)
{
  g_return_val_if_fail (AIMX_IS_SIGNER (self), FALSE);

  return AIMX_SIGNER_GET_IFACE (self)->prepare (self, change, domain, error);
}

gboolean
aimx_signer_adopt (AimxSigner *self, AimxConfigChange *change, const char *domain, GError **error)
{
  g_return_val_if_fail (AIMX_IS_SIGNER (self), FALSE);

  return AIMX_SIGNER_GET_IFACE (self)->adopt (self, change, domain, error);
}

gboolean
aimx_signer_release (AimxSigner *self, AimxConfigChange *change, const char *domain, GError **error)
{
  g_return_val_if_fail (AIMX_IS_SIGNER (self), FALSE);

  return AIMX_SIGNER_GET_IFACE (self)->release == NULL ||
         AIMX_SIGNER_GET_IFACE (self)->release (self, change, domain, error);
}

gboolean
aimx_signer_has_key (AimxSigner *self, const char *domain)
{
  g_return_val_if_fail (AIMX_IS_SIGNER (self), FALSE);

  return AIMX_SIGNER_GET_IFACE (self)->has_key (self, domain);
}

char *
aimx_signer_get_directory (AimxSigner *self, const char *domain)
{
  g_return_val_if_fail (AIMX_IS_SIGNER (self), NULL);

  return AIMX_SIGNER_GET_IFACE (self)->get_directory (self, domain);
}

char *
aimx_signer_sign (AimxSigner *self, const char *domain, GBytes *message, GError **error)
{
  g_return_val_if_fail (AIMX_IS_SIGNER (self), NULL);

  return AIMX_SIGNER_GET_IFACE (self)->sign (self, domain, message, error);
}
