/* SPDX-License-Identifier: MIT */
/* The module's life: one service, which follows the configuration. */
#include "service.h"

#include <aimx/aimx.h>

typedef struct
{
  AimxServer *server;
  ResolverService *service;
  guint subscription;
} Resolver;

static void
resolver_free (gpointer data)
{
  Resolver *self = data;

  g_object_unref (self->service);
  g_free (self);
}

static ResolverUpstream *
read_upstream (AimxServer *server, GError **error)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (server));

  return resolver_upstream_new (config, g_getenv (RESOLVER_VARIABLE), error);
}

static void
on_config_changed (const char *name, GVariant *details, gpointer user_data)
{
  Resolver *self = user_data;
  g_autoptr (ResolverUpstream) upstream = read_upstream (self->server, NULL);

  if (upstream != NULL)
    resolver_service_set_upstream (self->service, upstream);
}

static gboolean
load (AimxModule *module, AimxServer *server, GError **error)
{
  g_autoptr (ResolverUpstream) upstream = read_upstream (server, error);
  Resolver *self;

  if (upstream == NULL)
    return FALSE;
  if (g_getenv (RESOLVER_VARIABLE) != NULL)
    aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", RESOLVER_VARIABLE " is set: this is for tests, not for a server in use");
  self = g_new0 (Resolver, 1);
  self->server = server;
  self->service = resolver_service_new (upstream);
  self->subscription = aimx_event_bus_subscribe (aimx_server_get_event_bus (server), AIMX_EVENT_CONFIG_CHANGED,
                                                 on_config_changed, self, NULL);
  aimx_module_set_data (module, self, resolver_free);
  return aimx_server_provide (server, module, AIMX_TYPE_RESOLVER, G_OBJECT (self->service), error);
}

static void
unload (AimxModule *module, AimxServer *server)
{
  Resolver *self = aimx_module_get_data (module);

  aimx_event_bus_unsubscribe (aimx_server_get_event_bus (server), self->subscription);
  resolver_service_close (self->service);
}

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = "resolver",
  .version = "1.0",
  .summary = "asks the DNS, and remembers",
  .load = load,
  .unload = unload,
};
