/* SPDX-License-Identifier: MIT */
/* The module's life. */
#include "door.h"

#include <aimx/aimx.h>

static void
door_free (gpointer door)
{
  bus_door_free (door);
}

static GVariant *
read_figures (gpointer door)
{
  return bus_door_read_figures (door);
}

static gboolean
load (AimxModule *module, AimxServer *server, GError **error)
{
  BusDoor *door = bus_door_new (server);

  aimx_module_set_data (module, door, door_free);
  return aimx_server_publish_figures (server, module, "bus", read_figures, door, error);
}

/* A machine without a bus is as good as any. */
static gboolean
let_in (AimxModule *module, AimxServer *server, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, &why);

  if (address == NULL)
    aimx_log (G_LOG_LEVEL_INFO, "MESSAGE", "not on the bus: %s", why->message);
  bus_door_open (aimx_module_get_data (module), address);
  return TRUE;
}

static void
on_closed (gpointer user_data)
{
  aimx_module_stopped (user_data);
}

static void
stop (AimxModule *module, AimxServer *server)
{
  bus_door_close (aimx_module_get_data (module), on_closed, module);
}

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = "dbus",
  .version = "1.0",
  .summary = "the same verbs and state on D-Bus",
  .flags = AIMX_MODULE_LISTENER,
  .load = load,
  .open = let_in,
  .stop = stop,
};
