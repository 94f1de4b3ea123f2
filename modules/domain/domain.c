/* SPDX-License-Identifier: MIT */
/* The module's life: its verbs get the signer, whose keys come and go with the domains. */
#include "verbs.h"

#include <aimx/aimx.h>

static gboolean
load (AimxModule *self, AimxServer *server, GError **error)
{
  const AimxVerbSpec *const verbs[] = {
    &domain_add_verb, &domain_dns_check_verb, &domain_list_verb, &domain_remove_verb, &domain_set_default_verb,
  };
  AimxSigner *signer = aimx_server_get_service (server, AIMX_TYPE_SIGNER);

  if (signer == NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_MODULE, "no module has the keys of the domains");
      return FALSE;
    }
  aimx_module_set_data (self, signer, g_object_unref);
  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (!aimx_server_add_verb (server, self, verbs[i], signer, error))
      return FALSE;
  return TRUE;
}

static const char *const requirements[] = { "dkim", NULL };

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = "domain",
  .version = "1.0",
  .summary = "domains come, go and are listed",
  .requirements = requirements,
  .load = load,
};
