/* SPDX-License-Identifier: MIT */
/* A module that has itself called for everything, fails to load, and takes nothing back. */
#include <aimx/aimx.h>

static void
say (gpointer data)
{
  aimx_log (G_LOG_LEVEL_INFO, "MESSAGE", "leaky is called with %s", (const char *) data);
}

static void
on_event (const char *name, GVariant *details, gpointer user_data)
{
  say (user_data);
}

static void
on_changed (AimxConfigStore *store, AimxConfig *config, gpointer user_data)
{
  say (user_data);
}

static gboolean
on_timeout (gpointer user_data)
{
  say (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
load (AimxModule *self, AimxServer *server, GError **error)
{
  char *data = g_strdup ("its data");

  aimx_module_set_data (self, data, g_free);
  aimx_event_bus_subscribe (aimx_server_get_event_bus (server), NULL, on_event, data, NULL);
  g_signal_connect (aimx_server_get_config_store (server), "changed", G_CALLBACK (on_changed), data);
  g_timeout_add (1, on_timeout, data);
  return FALSE;
}

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = "leaky",
  .version = "1.0",
  .summary = "takes nothing back",
  .load = load,
};
