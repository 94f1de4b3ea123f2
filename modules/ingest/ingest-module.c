/* SPDX-License-Identifier: MIT */
/*
 * The module: one service, one verb.
 */
#include "ingest-verb.h"
#include "ingester.h"
#include "parser/message-parser.h"

static gboolean
ingest_load (AimxModule *module, AimxServer *server, GError **error)
{
  g_autoptr (IngestIngester) ingester = ingest_ingester_new (server);

  message_parser_init ();
  if (!aimx_server_provide (server, module, AIMX_TYPE_INGESTER, G_OBJECT (ingester), error) ||
      !aimx_server_add_verb (server, module, &ingest_verb, ingester, error))
    return FALSE;
  aimx_module_set_data (module, g_steal_pointer (&ingester), g_object_unref);
  return TRUE;
}

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = "ingest",
  .version = INGEST_VERSION,
  .summary = "Makes Markdown files of mail",
  .load = ingest_load,
};
