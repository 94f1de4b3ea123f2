/* SPDX-License-Identifier: MIT */
/*
 * The verbs that are always there: which build this is, read the configuration again, which modules and which verbs
 * there are.
 */
#include "server-internal.h"

#include "wire/version.h"

/* ---- VERSION ---- */

static void
add_string (JsonBuilder *builder, const char *key, const char *value)
{
  json_builder_set_member_name (builder, key);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static AimxResponse *
handle_version (AimxRequest *request, gpointer user_data, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_string (builder, "tag", aimx_version_get_tag ());
  add_string (builder, "git_hash", aimx_version_get_commit ());
  add_string (builder, "target", aimx_version_get_target ());
  add_string (builder, "build_date", aimx_version_get_date ());
  json_builder_end_object (builder);
  return aimx_response_new_json (json_builder_get_root (builder));
}

/* ---- RELOAD ---- */

static AimxResponse *
handle_reload (AimxRequest *request, gpointer user_data, GError **error)
{
  return aimx_server_reload (aimx_request_get_server (request), error) ? aimx_response_new_ack () : NULL;
}

/* ---- MODULE-LIST ---- */

/* Those of @module, none for %NULL. */
static void
add_verbs_of (JsonBuilder *builder, GPtrArray *verbs, const char *module)
{
  json_builder_set_member_name (builder, "verbs");
  json_builder_begin_array (builder);
  for (guint i = 0; i < verbs->len; i++)
    {
      const AimxVerb *verb = verbs->pdata[i];

      if (g_strcmp0 (verb->module, module) == 0)
        json_builder_add_string_value (builder, verb->spec->name);
    }
  json_builder_end_array (builder);
}

static void
add_module (JsonBuilder *builder, AimxModule *module, GPtrArray *verbs)
{
  const AimxModuleDescriptor *descriptor = aimx_module_get_descriptor (module);
  AimxModuleState state = aimx_module_get_state (module);

  json_builder_begin_object (builder);
  add_string (builder, "name", aimx_module_get_name (module));
  add_string (builder, "version", descriptor != NULL ? descriptor->version : NULL);
  add_string (builder, "file", aimx_module_get_file (module));
  add_string (builder, "state", aimx_module_state_to_string (state));
  add_string (builder, "reason", aimx_module_get_reason (module));
  add_verbs_of (builder, verbs, state == AIMX_MODULE_LOADED ? aimx_module_get_name (module) : NULL);
  json_builder_end_object (builder);
}

static AimxResponse *
handle_module_list (AimxRequest *request, gpointer user_data, GError **error)
{
  AimxServer *server = aimx_request_get_server (request);
  GPtrArray *modules = aimx_module_loader_get_modules (aimx_server_get_modules (server));
  g_autoptr (GPtrArray) verbs = aimx_verb_registry_list (aimx_server_get_verbs (server));
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < modules->len; i++)
    add_module (builder, modules->pdata[i], verbs);
  json_builder_end_array (builder);
  return aimx_response_new_json (json_builder_get_root (builder));
}

/* ---- VERB-LIST ---- */

static const char *const header_types[] = {
  [AIMX_HEADER_STRING] = "string",   [AIMX_HEADER_BOOLEAN] = "boolean", [AIMX_HEADER_YES_NO] = "yes-no",
  [AIMX_HEADER_INTEGER] = "integer", [AIMX_HEADER_MAILBOX] = "mailbox", [AIMX_HEADER_DOMAIN] = "domain",
  [AIMX_HEADER_ADDRESS] = "address", [AIMX_HEADER_TIME] = "time",
};
static const char *const actions[] = {
  [AIMX_ACTION_ANYBODY] = "anybody",
  [AIMX_ACTION_SYSTEM] = "system",
  [AIMX_ACTION_MAILBOX_CREATE] = "mailbox-create",
  [AIMX_ACTION_MAILBOX_OWNER] = "mailbox-owner",
};
static const char *const shapes[] = {
  [AIMX_RESULT_ACK] = "ack",
  [AIMX_RESULT_ID] = "id",
  [AIMX_RESULT_JSON] = "json",
};
static const struct
{
  AimxVerbFlags flag;
  const char *name;
} flag_names[] = {
  { AIMX_VERB_READ_ONLY, "read-only" },   { AIMX_VERB_DESTRUCTIVE, "destructive" },
  { AIMX_VERB_NO_HEADERS, "no-headers" }, { AIMX_VERB_BODY_REQUIRED, "body-required" },
  { AIMX_VERB_HIDES, "hides" },
};

/* A refused header is none: it is not shown. */
static void
add_headers (JsonBuilder *builder, const AimxHeaderSpec *header)
{
  json_builder_set_member_name (builder, "headers");
  json_builder_begin_array (builder);
  for (; header != NULL && header->name != NULL; header++)
    {
      if ((header->flags & AIMX_HEADER_REFUSED) != 0)
        continue;
      json_builder_begin_object (builder);
      add_string (builder, "name", header->name);
      add_string (builder, "type", header_types[header->type]);
      json_builder_set_member_name (builder, "required");
      json_builder_add_boolean_value (builder, (header->flags & AIMX_HEADER_REQUIRED) != 0);
      json_builder_set_member_name (builder, "positional");
      json_builder_add_boolean_value (builder, (header->flags & AIMX_HEADER_POSITIONAL) != 0);
      add_string (builder, "summary", header->summary);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_flags (JsonBuilder *builder, AimxVerbFlags flags)
{
  json_builder_set_member_name (builder, "flags");
  json_builder_begin_array (builder);
  for (gsize i = 0; i < G_N_ELEMENTS (flag_names); i++)
    if ((flags & flag_names[i].flag) != 0)
      json_builder_add_string_value (builder, flag_names[i].name);
  json_builder_end_array (builder);
}

static void
add_schema (JsonBuilder *builder, const char *schema)
{
  json_builder_set_member_name (builder, "result_schema");
  if (schema != NULL)
    json_builder_add_value (builder, json_from_string (schema, NULL));
  else
    json_builder_add_null_value (builder);
}

static void
add_number (JsonBuilder *builder, const char *key, gsize value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_int_value (builder, (gint64) value);
}

static void
add_verb (JsonBuilder *builder, const AimxVerb *verb)
{
  const AimxVerbSpec *spec = verb->spec;

  json_builder_begin_object (builder);
  add_string (builder, "name", spec->name);
  add_string (builder, "summary", spec->summary);
  add_headers (builder, spec->headers);
  add_number (builder, "body_limit", spec->body_limit);
  add_flags (builder, spec->flags);
  add_string (builder, "action", actions[spec->action]);
  add_string (builder, "command", verb->command);
  add_string (builder, "result", shapes[spec->result]);
  add_schema (builder, spec->result_schema);
  add_string (builder, "module", verb->module);
  add_number (builder, "deadline", spec->deadline_seconds > 0 ? spec->deadline_seconds : AIMX_VERB_DEADLINE_SECONDS);
  json_builder_end_object (builder);
}

static AimxResponse *
handle_verb_list (AimxRequest *request, gpointer user_data, GError **error)
{
  g_autoptr (GPtrArray) verbs = aimx_verb_registry_list (aimx_server_get_verbs (aimx_request_get_server (request)));
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < verbs->len; i++)
    add_verb (builder, verbs->pdata[i]);
  json_builder_end_array (builder);
  return aimx_response_new_json (json_builder_get_root (builder));
}

/* ---- descriptors ---- */

static const AimxVerbSpec specs[] = {
  {
      .name = "VERSION",
      .summary = "which build the daemon is",
      .action = AIMX_ACTION_ANYBODY,
      .flags = AIMX_VERB_READ_ONLY | AIMX_VERB_NO_HEADERS,
      .result = AIMX_RESULT_JSON,
      .result_schema =
          "{\"tag\": \"string\", \"git_hash\": \"string\", \"target\": \"string\", \"build_date\": \"string\"}",
      .handler = handle_version,
  },
  {
      .name = "RELOAD",
      .summary = "read the configuration again",
      .action = AIMX_ACTION_SYSTEM,
      .result = AIMX_RESULT_ACK,
      .handler = handle_reload,
  },
  {
      .name = "MODULE-LIST",
      .summary = "which modules there are, and why one is not loaded",
      .action = AIMX_ACTION_SYSTEM,
      .flags = AIMX_VERB_READ_ONLY,
      .result = AIMX_RESULT_JSON,
      .result_schema = "[{\"name\": \"string\", \"version\": \"string\", \"file\": \"string\", \"state\": \"string\", "
                       "\"reason\": \"string\", \"verbs\": \"array\"}]",
      .handler = handle_module_list,
  },
  {
      .name = "VERB-LIST",
      .summary = "which verbs there are, with what each takes and answers",
      .action = AIMX_ACTION_ANYBODY,
      .flags = AIMX_VERB_READ_ONLY,
      .result = AIMX_RESULT_JSON,
      .result_schema =
          "[{\"name\": \"string\", \"summary\": \"string\", \"headers\": \"array\", \"body_limit\": \"number\", "
          "\"flags\": \"array\", \"action\": \"string\", \"command\": \"string\", \"result\": \"string\", "
          "\"result_schema\": \"any\", \"module\": \"string\", \"deadline\": \"number\"}]",
      .handler = handle_verb_list,
  },
};

void
aimx_server_verbs_add (AimxVerbRegistry *verbs)
{
  for (gsize i = 0; i < G_N_ELEMENTS (specs); i++)
    {
      g_autoptr (GError) error = NULL;

      if (!aimx_verb_registry_add (verbs, AIMX_CORE_MODULE, &specs[i], NULL, &error))
        g_error ("%s", error->message);
    }
}
