/* SPDX-License-Identifier: MIT */
/*
 * What the parts of this module share.
 */
#pragma once

#include "calls.h"

#include <aimx/signer.h>

G_BEGIN_DECLS

/**
 * BusService:
 * @server: the server
 * @signer: (nullable): whose keys there are
 * @calls: for what callers want
 * @version: properties of the manager, `a{sv}`
 *
 * Outlives everything that uses it.
 */
typedef struct
{
  AimxServer *server;
  AimxSigner *signer;
  BusCalls *calls;
  GVariant *version;
} BusService;

/** bus_service_has_key: Returns: whether mail of @domain can be signed; never blocks, any thread */
static inline gboolean
bus_service_has_key (const BusService *self, const AimxDomain *domain)
{
  return self->signer != NULL && aimx_signer_has_key (self->signer, aimx_domain_get_name (domain));
}

G_END_DECLS
