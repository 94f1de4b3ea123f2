/* SPDX-License-Identifier: MIT */
/*
 * The service that takes a message in: parses it once, has it verified once, stores a copy for each recipient.
 */
#pragma once

#include <aimx/envelope.h>

G_BEGIN_DECLS

/**
 * AimxIngester:
 *
 * The service that takes a message in.
 */
#define AIMX_TYPE_INGESTER (aimx_ingester_get_type ())
AIMX_API
G_DECLARE_INTERFACE (AimxIngester, aimx_ingester, AIMX, INGESTER, GObject)

/**
 * AimxDelivery:
 * @recipient: the envelope recipient
 * @mailbox: (nullable): FQDN it went to
 * @id: (nullable): stem of the stored message
 * @duplicate: a retry of what is stored already
 * @error: (nullable): why it failed; %NULL when it is durable on disk
 *
 * What became of one recipient's copy.
 */
typedef struct
{
  char *recipient;
  char *mailbox;
  char *id;
  gboolean duplicate;
  GError *error;
  gpointer reserved[2];
} AimxDelivery;

/**
 * aimx_delivery_free: (skip)
 * @self: a delivery
 *
 * Frees @self.
 */
AIMX_API void aimx_delivery_free (AimxDelivery *self);

/**
 * AimxIngesterInterface:
 * @parent: the base
 * @deliver: does aimx_ingester_deliver()
 *
 * What a provider of #AimxIngester implements.
 */
struct _AimxIngesterInterface
{
  GTypeInterface parent;
  GPtrArray *(*deliver) (AimxIngester *self, const AimxEnvelope *envelope, GBytes *raw);
  gpointer reserved[4];
};

/**
 * aimx_ingester_deliver:
 * @self: the service
 * @envelope: how it came and for whom
 * @raw: the message
 *
 * A message whose envelope has no authentication is verified first. Blocks until each copy is durable or has failed;
 * pool threads only. One recipient's failure does not touch another's copy.
 *
 * Returns: (transfer full) (element-type AimxDelivery): one for each recipient, in their order
 */
AIMX_API GPtrArray *aimx_ingester_deliver (AimxIngester *self, const AimxEnvelope *envelope, GBytes *raw);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxDelivery, aimx_delivery_free)

G_END_DECLS
