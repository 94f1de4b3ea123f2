/* SPDX-License-Identifier: MIT */
/*
 * The module: reads its options at start, lets clients in at open.
 */
#include "smtp-server.h"

#include <aimx/error.h>
#include <aimx/module.h>

static const char *
get_single_option (AimxServer *server, const char *name)
{
  const char *const *values = aimx_server_get_option (server, name);

  return values != NULL ? values[0] : NULL;
}

static GVariant *
read_figures (gpointer module)
{
  SmtpServer *self = aimx_module_get_data (module);

  return g_variant_new_parsed ("{'connections': %t}",
                               (guint64) (self != NULL ? smtp_server_count_connections (self) : 0));
}

static gboolean
smtp_load (AimxModule *module, AimxServer *server, GError **error)
{
  return aimx_server_publish_figures (server, module, "smtp", read_figures, module, error);
}

static gboolean
smtp_start (AimxModule *module, AimxServer *server, GError **error)
{
  g_autoptr (AimxIngester) ingester = aimx_server_get_service (server, AIMX_TYPE_INGESTER);
  g_autoptr (AimxVerifier) verifier = aimx_server_get_service (server, AIMX_TYPE_VERIFIER);
  SmtpServer *self;

  if (ingester == NULL)
    return g_set_error_literal (error, AIMX_ERROR, AIMX_ERROR_MODULE, "no module takes messages in (ingest)"), FALSE;
  self = smtp_server_new (server, ingester, verifier);
  aimx_module_set_data (module, self, (GDestroyNotify) smtp_server_free);
  return smtp_server_set_certificate (self, get_single_option (server, "tls-cert"),
                                      get_single_option (server, "tls-key"), error) &&
         smtp_server_bind (self, aimx_server_get_option (server, "bind"), error);
}

static gboolean
smtp_open (AimxModule *module, AimxServer *server, GError **error)
{
  return smtp_server_open (aimx_module_get_data (module), error);
}

static void
on_stopped (gpointer user_data)
{
  aimx_module_stopped (user_data);
}

static void
smtp_stop (AimxModule *module, AimxServer *server)
{
  smtp_server_stop (aimx_module_get_data (module), on_stopped, module);
}

static void
smtp_unload (AimxModule *module, AimxServer *server)
{
  aimx_module_set_data (module, NULL, NULL);
}

static const char *const required[] = { "ingest", NULL };

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .flags = AIMX_MODULE_LISTENER,
  .name = "smtp",
  .version = SMTP_VERSION,
  .summary = "Receives mail over SMTP",
  .requirements = required,
  .load = smtp_load,
  .start = smtp_start,
  .open = smtp_open,
  .stop = smtp_stop,
  .unload = smtp_unload,
};
