/* SPDX-License-Identifier: MIT */
/* A listener behind which the speaker stands; it takes its time to end, and says so in the log. */
#include <aimx/aimx.h>

static const char *const requirements[] = { "speaker", NULL };

static gboolean
load (AimxModule *self, AimxServer *server, GError **error)
{
  return TRUE;
}

static void
finish (gpointer module)
{
  aimx_log (G_LOG_LEVEL_INFO, "MESSAGE", "doorman: stopped");
  aimx_module_stopped (module);
}

static void
stop (AimxModule *self, AimxServer *server)
{
  aimx_log (G_LOG_LEVEL_INFO, "MESSAGE", "doorman: stop");
  aimx_server_run (server, finish, self);
}

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .flags = AIMX_MODULE_LISTENER,
  .name = "doorman",
  .version = "1.0",
  .summary = "lets nobody in",
  .requirements = requirements,
  .load = load,
  .stop = stop,
};
