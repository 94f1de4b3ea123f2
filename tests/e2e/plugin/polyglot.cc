// SPDX-License-Identifier: MIT
// The plugin of the tutorial in C++, to see that its headers can be used from there.
#include <aimx/aimx.h>

#include <atomic>
#include <string>

namespace
{

struct Polyglot
{
  AimxModule *module;
  guint subscription = 0;
  std::atomic<int> received{ 0 };
};

AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **)
{
  auto *self = static_cast<Polyglot *> (user_data);
  g_autoptr (GVariant) greeting = aimx_module_get_setting (self->module, aimx_request_get_config (request), "greeting");
  const char *name = aimx_request_get_header (request, "Name");
  const std::string text = std::string (g_variant_get_string (greeting, nullptr)) + ", " + name + "!";
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "text");
  json_builder_add_string_value (builder, text.c_str ());
  json_builder_set_member_name (builder, "received");
  json_builder_add_int_value (builder, self->received);
  json_builder_end_object (builder);
  return aimx_response_new_json (json_builder_get_root (builder));
}

const AimxHeaderSpec headers[] = {
  { "Name", AIMX_HEADER_STRING, AIMX_HEADER_REQUIRED | AIMX_HEADER_POSITIONAL, "whom to greet", {} },
  {},
};

const AimxVerbSpec polyglot_verb = {
  .name = "POLYGLOT",
  .summary = "greet somebody in C++",
  .headers = headers,
  .action = AIMX_ACTION_ANYBODY,
  .flags = AIMX_VERB_READ_ONLY,
  .result = AIMX_RESULT_JSON,
  .result_schema = R"({"text":"string","received":"number"})",
  .command = "polyglot",
  .handler = handle,
};

void
on_received (const char *, GVariant *, gpointer user_data)
{
  static_cast<Polyglot *> (user_data)->received++;
}

gboolean
load (AimxModule *module, AimxServer *server, GError **error)
{
  auto *self = new Polyglot{ module };

  aimx_module_set_data (module, self, [] (gpointer data) { delete static_cast<Polyglot *> (data); });
  if (!aimx_server_add_verb (server, module, &polyglot_verb, self, error))
    return FALSE;
  self->subscription = aimx_event_bus_subscribe (aimx_server_get_event_bus (server), AIMX_EVENT_MESSAGE_RECEIVED,
                                                 on_received, self, nullptr);
  return TRUE;
}

void
unload (AimxModule *module, AimxServer *server)
{
  auto *self = static_cast<Polyglot *> (aimx_module_get_data (module));

  aimx_event_bus_unsubscribe (aimx_server_get_event_bus (server), self->subscription);
}

const AimxSettingSpec settings[] = {
  { "greeting", "s", "'Ciao'", 0, 0, "what it says before the name", {} },
  {},
};

}

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = "polyglot",
  .version = "1.0",
  .summary = "greets in C++",
  .load = load,
  .unload = unload,
  .settings = settings,
};
