/* SPDX-License-Identifier: MIT */
/* A plugin with one verb, WORDS, which counts the words of its body. */
#include "plugin.h"

/* ---- the verb ---- */

static gint64
count_words (const char *text, gsize length)
{
  gboolean inside = FALSE;
  gint64 n = 0;

  for (gsize i = 0; i < length; i++)
    {
      gboolean is_word = !g_ascii_isspace (text[i]);

      n += is_word && !inside;
      inside = is_word;
    }
  return n;
}

/* Runs on a thread of its own, several at once. */
static AimxResponse *
handle_words (AimxRequest *request, gpointer user_data, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  gsize length;
  const char *text = (const char *) g_bytes_get_data (aimx_request_get_body (request), &length);

  if (!g_utf8_validate (text, (gssize) length, NULL))
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "the text is not UTF-8");
      return NULL;
    }
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "words");
  json_builder_add_int_value (builder, count_words (text, length));
  json_builder_end_object (builder);
  return aimx_response_new_json (json_builder_get_root (builder));
}

const AimxVerbSpec words_verb = {
  .name = "WORDS",
  .summary = "count the words of a text",
  .body_limit = 1024 * 1024,
  .action = AIMX_ACTION_ANYBODY,
  .flags = AIMX_VERB_READ_ONLY | AIMX_VERB_BODY_REQUIRED,
  .result = AIMX_RESULT_JSON,
  .result_schema = "{\"words\":\"number\"}",
  .command = "words",
  .handler = handle_words,
};

/* ---- the module ---- */

static gboolean
load (AimxModule *module, AimxServer *server, GError **error)
{
  return aimx_server_add_verb (server, module, &words_verb, NULL, error);
}

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = PLUGIN_NAME,
  .version = PLUGIN_VERSION,
  .summary = "counts words",
  .load = load,
};
