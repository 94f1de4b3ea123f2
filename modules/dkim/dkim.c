/* SPDX-License-Identifier: MIT */
/* The module's life: two services, verbs around the keys, and in a daemon somebody who has keys replaced in time. */
#include "checker.h"
#include "comparison.h"
#include "rotation-watch.h"
#include "signer.h"
#include "verbs.h"

typedef struct
{
  DkimSigner *signer;
  DkimRotationWatch *watch;   /* NULL unless started */
  DkimComparison *comparison; /* NULL unless started with somebody to ask */
} Dkim;

static void
dkim_free (gpointer data)
{
  Dkim *self = data;

  g_clear_pointer (&self->watch, dkim_rotation_watch_stop);
  g_clear_pointer (&self->comparison, dkim_comparison_free);
  g_object_unref (self->signer);
  g_free (self);
}

static gboolean
load (AimxModule *module, AimxServer *server, GError **error)
{
  const AimxVerbSpec *const verbs[] = { &dkim_keygen_verb, &dkim_show_verb, &domain_rotate_dkim_verb };
  g_autoptr (DkimSigner) signer = dkim_signer_new (aimx_server_get_config_store (server));
  g_autoptr (GObject) checker = g_object_new (DKIM_TYPE_CHECKER, NULL);
  Dkim *self;

  if (!aimx_server_provide (server, module, AIMX_TYPE_SIGNER, G_OBJECT (signer), error) ||
      !aimx_server_provide (server, module, AIMX_TYPE_SIGNATURE_CHECKER, checker, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (!aimx_server_add_verb (server, module, verbs[i], signer, error))
      return FALSE;
  self = g_new0 (Dkim, 1);
  self->signer = g_steal_pointer (&signer);
  aimx_module_set_data (module, self, dkim_free);
  return TRUE;
}

static gboolean
start (AimxModule *module, AimxServer *server, GError **error)
{
  Dkim *self = aimx_module_get_data (module);

  return dkim_signer_start (self->signer, error);
}

/* What goes on in a daemon beside everything else. */
static gboolean
begin (AimxModule *module, AimxServer *server, GError **error)
{
  Dkim *self = aimx_module_get_data (module);
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (server));
  g_autoptr (AimxResolver) resolver = aimx_server_get_service (server, AIMX_TYPE_RESOLVER);

  self->watch = dkim_rotation_watch_start (server, self->signer);
  if (resolver != NULL)
    self->comparison = dkim_comparison_new (resolver, self->signer, config);
  else
    aimx_log (G_LOG_LEVEL_MESSAGE, "MESSAGE", "keys are not compared with the DNS: module 'resolver' is not running");
  return TRUE;
}

static void
stop (AimxModule *module, AimxServer *server)
{
  Dkim *self = aimx_module_get_data (module);

  g_clear_pointer (&self->watch, dkim_rotation_watch_stop);
  g_clear_pointer (&self->comparison, dkim_comparison_free);
  aimx_module_stopped (module);
}

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = "dkim",
  .version = "1.0",
  .summary = "keys of the domains, signing with them, and verifying signatures",
  .load = load,
  .start = start,
  .open = begin,
  .stop = stop,
};
