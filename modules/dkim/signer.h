/* SPDX-License-Identifier: MIT */
/*
 * The signer service: the keys in use, which follow the configuration.
 *
 * In a daemon all keys are read at its start, and readers copy a pointer. In a command's own process they are read when
 * somebody asks, and nobody is warned: the caller may not be able to read keys.
 */
#pragma once

#include "key-map.h"

G_BEGIN_DECLS

#define DKIM_TYPE_SIGNER (dkim_signer_get_type ())
G_DECLARE_FINAL_TYPE (DkimSigner, dkim_signer, DKIM, SIGNER, GObject)

/** dkim_signer_new: Returns: (transfer full): a signer that lives no longer than @store */
DkimSigner *dkim_signer_new (AimxConfigStore *store);
/**
 * dkim_signer_start:
 * @self: the signer
 * @error: %AIMX_ERROR_SIGN: the default domain has no usable key
 *
 * For a daemon: reads all keys, and from now on warns of domains without a usable one. May block.
 */
gboolean dkim_signer_start (DkimSigner *self, GError **error);
/** dkim_signer_lookup: Returns: (transfer full) (nullable): what is known of a configured domain */
DkimDomainKeys *dkim_signer_lookup (DkimSigner *self, const char *domain);
/** dkim_signer_renew: reads the keys of @domain again, which somebody has changed; @config: the domain's; may block */
void dkim_signer_renew (DkimSigner *self, AimxConfig *config, const char *domain);

G_END_DECLS
