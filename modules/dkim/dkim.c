/* SPDX-License-Identifier: MIT */
/* The module's life: two services, and verbs around the keys. */
#include "checker.h"
#include "signer.h"
#include "verbs.h"

static gboolean
load (AimxModule *module, AimxServer *server, GError **error)
{
  const AimxVerbSpec *const verbs[] = { &dkim_keygen_verb, &dkim_show_verb };
  g_autoptr (DkimSigner) signer = dkim_signer_new (aimx_server_get_config_store (server));
  g_autoptr (GObject) checker = g_object_new (DKIM_TYPE_CHECKER, NULL);

  if (!aimx_server_provide (server, module, AIMX_TYPE_SIGNER, G_OBJECT (signer), error) ||
      !aimx_server_provide (server, module, AIMX_TYPE_SIGNATURE_CHECKER, checker, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (!aimx_server_add_verb (server, module, verbs[i], signer, error))
      return FALSE;
  aimx_module_set_data (module, g_steal_pointer (&signer), g_object_unref);
  return TRUE;
}

static gboolean
start (AimxModule *module, AimxServer *server, GError **error)
{
  return dkim_signer_start (aimx_module_get_data (module), error);
}

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = "dkim",
  .version = "1.0",
  .summary = "keys of the domains, signing with them, and verifying signatures",
  .load = load,
  .start = start,
};
