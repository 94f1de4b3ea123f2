/* SPDX-License-Identifier: MIT */
/*
 * The door to whichever module verifies signatures.
 */
#include <aimx/signature-check.h>

/* ---- one message ---- */

G_DEFINE_INTERFACE (AimxSignatureCheck, aimx_signature_check, G_TYPE_OBJECT)

static void
aimx_signature_check_default_init (AimxSignatureCheckInterface *iface)
{
}

gboolean
aimx_signature_check_update (AimxSignatureCheck *self, const char *data, gsize length)
{
  g_return_val_if_fail (AIMX_IS_SIGNATURE_CHECK (self), FALSE);

  return AIMX_SIGNATURE_CHECK_GET_IFACE (self)->update (self, data, length);
}

void
aimx_signature_check_end (AimxSignatureCheck *self)
{
  g_return_if_fail (AIMX_IS_SIGNATURE_CHECK (self));

  AIMX_SIGNATURE_CHECK_GET_IFACE (self)->end (self);
}

GBytes *
aimx_signature_check_get_header (AimxSignatureCheck *self)
{
  g_return_val_if_fail (AIMX_IS_SIGNATURE_CHECK (self), NULL);

  return AIMX_SIGNATURE_CHECK_GET_IFACE (self)->get_header (self);
}

GPtrArray *
aimx_signature_check_get_signatures (AimxSignatureCheck *self)
{
  g_return_val_if_fail (AIMX_IS_SIGNATURE_CHECK (self), NULL);

  return AIMX_SIGNATURE_CHECK_GET_IFACE (self)->get_signatures (self);
}

guint
aimx_signature_check_count_arc_results (AimxSignatureCheck *self, guint instance)
{
  g_return_val_if_fail (AIMX_IS_SIGNATURE_CHECK (self), 0);
  g_return_val_if_fail (instance <= AIMX_ARC_SETS_MAX, 0);

  return AIMX_SIGNATURE_CHECK_GET_IFACE (self)->count_arc_results (self, instance);
}

void
aimx_signature_check_judge (AimxSignatureCheck *self, guint index, AimxDnsAnswer *key)
{
  g_return_if_fail (AIMX_IS_SIGNATURE_CHECK (self));
  g_return_if_fail (AIMX_IS_DNS_ANSWER (key));

  AIMX_SIGNATURE_CHECK_GET_IFACE (self)->judge (self, index, key);
}

/* ---- the service ---- */

G_DEFINE_INTERFACE (AimxSignatureChecker, aimx_signature_checker, G_TYPE_OBJECT)

static void
aimx_signature_checker_default_init (AimxSignatureCheckerInterface *iface)
{
}

AimxSignatureCheck *
aimx_signature_checker_begin (AimxSignatureChecker *self, gint64 at)
{
  g_return_val_if_fail (AIMX_IS_SIGNATURE_CHECKER (self), NULL);

  return AIMX_SIGNATURE_CHECKER_GET_IFACE (self)->begin (self, at);
}
