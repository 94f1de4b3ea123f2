/* SPDX-License-Identifier: MIT */
/*
 * hello: a plugin in one page. It greets, and says how many messages have come since the daemon started.
 */
#include <aimx/aimx.h>

typedef struct
{
  AimxModule *module;
  guint subscription;
  int n_received; /* atomic: events come on the main loop, calls run on the pool */
} Hello;

/* ---- the verb ---- */

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  Hello *self = (Hello *) user_data;
  g_autoptr (GVariant) greeting = aimx_module_get_setting (self->module, aimx_request_get_config (request), "greeting");
  const char *name = aimx_request_get_header (request, "Name");
  g_autofree char *text =
      g_strdup_printf ("%s, %s!", g_variant_get_string (greeting, NULL), name != NULL ? name : "world");
  g_autofree char *loud = g_utf8_strup (text, -1);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "text");
  json_builder_add_string_value (builder, aimx_request_get_boolean (request, "Loud", FALSE) ? loud : text);
  json_builder_set_member_name (builder, "received");
  json_builder_add_int_value (builder, g_atomic_int_get (&self->n_received));
  json_builder_end_object (builder);
  return aimx_response_new_json (json_builder_get_root (builder));
}

static const AimxHeaderSpec headers[] = {
  { "Name", AIMX_HEADER_STRING, AIMX_HEADER_POSITIONAL, "whom to greet" },
  { "Loud", AIMX_HEADER_BOOLEAN, AIMX_HEADER_OPTIONAL, "in capitals" },
  { NULL },
};

static const AimxVerbSpec hello_verb = {
  .name = "HELLO",
  .summary = "greet somebody, and count the mail",
  .headers = headers,
  .action = AIMX_ACTION_ANYBODY,
  .flags = AIMX_VERB_READ_ONLY,
  .result = AIMX_RESULT_JSON,
  .result_schema = "{\"text\":\"string\",\"received\":\"number\"}",
  .command = "hello",
  .handler = handle,
};

/* ---- the event ---- */

static void
on_received (const char *name, GVariant *details, gpointer user_data)
{
  Hello *self = (Hello *) user_data;

  g_atomic_int_inc (&self->n_received);
}

/* ---- the module ---- */

static gboolean
load (AimxModule *module, AimxServer *server, GError **error)
{
  Hello *self = g_new0 (Hello, 1);

  self->module = module;
  aimx_module_set_data (module, self, g_free);
  if (!aimx_server_add_verb (server, module, &hello_verb, self, error))
    return FALSE;
  self->subscription = aimx_event_bus_subscribe (aimx_server_get_event_bus (server), AIMX_EVENT_MESSAGE_RECEIVED,
                                                 on_received, self, NULL);
  return TRUE;
}

static void
unload (AimxModule *module, AimxServer *server)
{
  Hello *self = (Hello *) aimx_module_get_data (module);

  aimx_event_bus_unsubscribe (aimx_server_get_event_bus (server), self->subscription);
}

static const AimxSettingSpec settings[] = {
  { "greeting", "s", "'Hello'", 0, 0, "what it says before the name" },
  { NULL },
};

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = "hello",
  .version = "1.0",
  .summary = "greets, and counts the mail",
  .load = load,
  .unload = unload,
  .settings = settings,
};
