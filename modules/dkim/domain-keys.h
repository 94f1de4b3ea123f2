/* SPDX-License-Identifier: MIT */
/*
 * What happens to keys when their domain comes or goes. They stay where they are, and beside them the selector under
 * which they were published, so that the domain can come back as it was. May block.
 */
#pragma once

#include "key-files.h"

G_BEGIN_DECLS

/** dkim_domain_prepare: does aimx_signer_prepare() */
gboolean dkim_domain_prepare (AimxConfigStore *store, AimxConfigChange *change, const char *domain, GError **error);
/** dkim_domain_release: does aimx_signer_release() */
gboolean dkim_domain_release (AimxConfigStore *store, AimxConfigChange *change, const char *domain, GError **error);

G_END_DECLS
