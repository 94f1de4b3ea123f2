/* SPDX-License-Identifier: MIT */
/* A module that registers a verb, and then one that the speaker has: its load fails. */
#include <aimx/aimx.h>

static const char *const requirements[] = { "speaker", NULL };

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  return aimx_response_new_ack ();
}

static gboolean
load (AimxModule *self, AimxServer *server, GError **error)
{
  static const AimxVerbSpec own = { .name = "RIVAL", .summary = "its own", .handler = handle };
  static const AimxVerbSpec taken = { .name = "GREET", .summary = "the speaker's", .handler = handle };

  return aimx_server_add_verb (server, self, &own, NULL, error) &&
         aimx_server_add_verb (server, self, &taken, NULL, error);
}

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = "rival",
  .version = "1.0",
  .summary = "wants what the speaker has",
  .requirements = requirements,
  .load = load,
};
