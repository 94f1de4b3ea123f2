/* SPDX-License-Identifier: MIT */
/* The module's life: one service, and a verb that shows what it finds. */
#include "verbs.h"
#include "verifier.h"

static gboolean
load (AimxModule *module, AimxServer *server, GError **error)
{
  g_autoptr (MailauthVerifier) verifier = mailauth_verifier_new (server);

  if (!aimx_server_provide (server, module, AIMX_TYPE_VERIFIER, G_OBJECT (verifier), error) ||
      !aimx_server_add_verb (server, module, &verify_verb, verifier, error))
    return FALSE;
  aimx_module_set_data (module, g_steal_pointer (&verifier), g_object_unref);
  return TRUE;
}

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = "mailauth",
  .version = "1.0",
  .summary = "SPF, DMARC and ARC: who sent a message",
  .load = load,
};
