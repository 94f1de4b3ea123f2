/* SPDX-License-Identifier: MIT */
/* DKIM-SHOW: where the keys of a domain are, whether its mail is signed, and what to publish. */
#include "report.h"
#include "signer.h"
#include "verbs.h"

/* By the key in use; else by the public key on disk, which may be all that the caller can read. */
static char *
get_record (const DkimKeyFiles *files, const DkimDomainKeys *keys, DkimAlgorithm algorithm)
{
  return keys->keys[algorithm] != NULL ? g_strdup (dkim_key_get_record (keys->keys[algorithm]))
                                       : dkim_key_files_read_record (files, algorithm);
}

static void
add_records (JsonBuilder *builder, const DkimKeyFiles *files, const DkimDomainKeys *keys)
{
  json_builder_set_member_name (builder, "records");
  json_builder_begin_array (builder);
  for (DkimAlgorithm i = 0; i < DKIM_N_ALGORITHMS; i++)
    {
      g_autofree char *value = get_record (files, keys, i);

      if (value != NULL)
        dkim_report_add_record (builder, keys->domain, keys->selector, i, value);
    }
  json_builder_end_array (builder);
}

static JsonNode *
describe (const DkimKeyFiles *files, const DkimDomainKeys *keys)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  dkim_report_add_string (builder, "domain", keys->domain);
  dkim_report_add_string (builder, "selector", keys->selector);
  dkim_report_add_string (builder, "dkim_dir", keys->directory);
  dkim_report_add_boolean (builder, "loaded", keys->keys[DKIM_RSA] != NULL);
  add_records (builder, files, keys);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  AimxConfig *config = aimx_request_get_config (request);
  const char *name = aimx_request_get_header (request, "Domain");
  const AimxDomain *domain = aimx_config_get_domain (config, name);
  g_autoptr (DkimDomainKeys) keys = domain != NULL ? dkim_signer_lookup (user_data, name) : NULL;
  DkimKeyFiles files = { .store = aimx_server_get_config_store (aimx_request_get_server (request)) };

  if (keys == NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_DOMAIN, "domain '%s' is not in `domains`", name);
      return NULL;
    }
  files.domain = keys->domain;
  files.selector = keys->selector;
  files.is_default = domain == aimx_config_get_default_domain (config);
  return aimx_response_new_json (describe (&files, keys));
}

static const AimxHeaderSpec headers[] = {
  { "Domain", AIMX_HEADER_DOMAIN, AIMX_HEADER_REQUIRED | AIMX_HEADER_POSITIONAL, "a configured domain" },
  { NULL },
};

const AimxVerbSpec dkim_show_verb = {
  .name = "DKIM-SHOW",
  .summary = "show the keys of a domain and the records that publish them",
  .headers = headers,
  .action = AIMX_ACTION_SYSTEM,
  .flags = AIMX_VERB_READ_ONLY,
  .result = AIMX_RESULT_JSON,
  .result_schema = "{\"domain\":\"string\",\"selector\":\"string\",\"dkim_dir\":\"string\",\"loaded\":\"boolean\","
                   "\"records\":\"array\"}",
  .handler = handle,
};
