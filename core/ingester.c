/* SPDX-License-Identifier: MIT */
/*
 * The door to whichever module takes messages in, and the value that it answers with.
 */
#include <aimx/ingester.h>

G_DEFINE_INTERFACE (AimxIngester, aimx_ingester, G_TYPE_OBJECT)

static void
aimx_ingester_default_init (AimxIngesterInterface *iface)
{
}

GPtrArray *
aimx_ingester_deliver (AimxIngester *self, const AimxEnvelope *envelope, GBytes *raw)
{
  g_return_val_if_fail (AIMX_IS_INGESTER (self), NULL);
  g_return_val_if_fail (envelope != NULL && raw != NULL, NULL);

  return AIMX_INGESTER_GET_IFACE (self)->deliver (self, envelope, raw);
}

void
aimx_delivery_free (AimxDelivery *self)
{
  if (self == NULL)
    return;
  g_free (self->recipient);
  g_free (self->mailbox);
  g_free (self->id);
  g_clear_error (&self->error);
  g_free (self);
}
