/* SPDX-License-Identifier: MIT */
/* The module's life: it registers its verbs, and has nothing else. */
#include "verbs.h"

#include <aimx/aimx.h>

static gboolean
load (AimxModule *self, AimxServer *server, GError **error)
{
  const AimxVerbSpec *const verbs[] = {
    &mailbox_create_verb,
    &mailbox_delete_verb,
    &mailbox_list_verb,
    &mailbox_show_verb,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (!aimx_server_add_verb (server, self, verbs[i], NULL, error))
      return FALSE;
  return TRUE;
}

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = "mailbox",
  .version = "1.0",
  .summary = "mailboxes come, go and are shown",
  .load = load,
};
