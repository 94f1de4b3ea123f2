/* SPDX-License-Identifier: MIT */
/* A module that offers what others have, and does not look at what comes of it. */
#include <aimx/aimx.h>

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  return aimx_response_new_ack ();
}

static GVariant *
read_figures (gpointer user_data)
{
  return g_variant_new ("a{st}", NULL);
}

static const AimxVerbSpec specs[] = {
  { .name = "INGEST", .summary = "a verb of ours", .handler = handle },
  { .name = "MIMIC", .summary = "a command of ours", .command = "serve", .handler = handle },
  { .name = "MIMIC-HELLO", .summary = "a command of another plugin", .command = "hello", .handler = handle },
};

static gboolean
load (AimxModule *self, AimxServer *server, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (specs); i++)
    aimx_server_add_verb (server, self, &specs[i], NULL, NULL);
  aimx_server_publish_figures (server, self, "locks", read_figures, NULL, NULL);
  return TRUE;
}

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = "mimic",
  .version = "1.0",
  .summary = "offers what others have",
  .load = load,
};
