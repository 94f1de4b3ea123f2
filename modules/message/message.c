/* SPDX-License-Identifier: MIT */
/* The module's life: it registers its verbs, and has nothing else. */
#include "verbs.h"

#include <aimx/aimx.h>

static gboolean
load (AimxModule *self, AimxServer *server, GError **error)
{
  return aimx_server_add_verb (server, self, &message_mark_read_verb, NULL, error) &&
         aimx_server_add_verb (server, self, &message_mark_unread_verb, NULL, error);
}

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = "message",
  .version = "1.0",
  .summary = "what is done to a stored message",
  .load = load,
};
