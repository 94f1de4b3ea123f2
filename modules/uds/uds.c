/* SPDX-License-Identifier: MIT */
/* The module: its parts and its life. */
#include "listener.h"
#include "socket-file.h"
#include "uds-limits.h"

#include <aimx/aimx.h>

typedef struct
{
  UdsService service;
  UdsListener *listener;
  UdsSocketFile *socket_file;
} Uds;

static void
uds_free (gpointer data)
{
  Uds *self = data;

  uds_listener_free (self->listener);
  g_clear_pointer (&self->socket_file, uds_socket_file_free);
  uds_quota_free (self->service.memory);
  g_hash_table_unref (self->service.calls);
  g_free (self);
}

static GVariant *
read_figures (gpointer user_data)
{
  const Uds *self = user_data;

  return g_variant_new_parsed ("{'connections': %t}", (guint64) uds_listener_get_n_connections (self->listener));
}

static gboolean
load (AimxModule *module, AimxServer *server, GError **error)
{
  Uds *self = g_new0 (Uds, 1);

  self->service = (UdsService){
    .server = server,
    .get_body_limit = aimx_server_get_body_limit,
    .get_verb_module = aimx_server_get_verb_module,
    .call_async = aimx_server_call_async,
    .call_finish = aimx_server_call_finish,
    .memory = uds_quota_new (UDS_BODY_MEMORY, UDS_BODY_MEMORY_SHARE),
    .calls = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) uds_quota_free),
  };
  self->listener = uds_listener_new (&self->service);
  aimx_module_set_data (module, self, uds_free);
  return aimx_server_publish_figures (server, module, "socket", read_figures, self, error);
}

static gboolean
start (AimxModule *module, AimxServer *server, GError **error)
{
  Uds *self = aimx_module_get_data (module);

  self->socket_file = uds_socket_file_new (aimx_server_get_runtime_dir (server), error);
  return self->socket_file != NULL;
}

static gboolean
let_in (AimxModule *module, AimxServer *server, GError **error)
{
  Uds *self = aimx_module_get_data (module);

  uds_listener_open (self->listener, uds_socket_file_get_fd (self->socket_file));
  return uds_socket_file_publish (self->socket_file, error);
}

static void
on_idle (gpointer user_data)
{
  aimx_module_stopped (user_data);
}

static void
stop (AimxModule *module, AimxServer *server)
{
  Uds *self = aimx_module_get_data (module);

  uds_listener_stop (self->listener, on_idle, module);
  uds_socket_file_close (self->socket_file);
}

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = "uds",
  .version = "0.1.0",
  .summary = "AIMX/1 on a Unix socket",
  .flags = AIMX_MODULE_LISTENER,
  .load = load,
  .start = start,
  .open = let_in,
  .stop = stop,
};
