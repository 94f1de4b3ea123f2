/* SPDX-License-Identifier: MIT */
/* Commands made of verbs. */
#include "plugin-commands.h"

#include "answer.h"
#include "arguments.h"
#include "errors.h"
#include "result-view.h"
#include "verb-list.h"

struct _CliPluginCommands
{
  JsonArray *verbs;
  CliCommand root;
  GPtrArray *commands; /* CliCommand, built in or of a plugin, then NULL */
  GPtrArray *owned;    /* whatever the plugins' consist of */
};

static gpointer
own (CliPluginCommands *self, gpointer memory)
{
  g_ptr_array_add (self->owned, memory);
  return memory;
}

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

/* ---- calling ---- */

/* What a header says whose option comes without a value, %NULL when it needs one. */
static const char *
get_implied_value (JsonObject *header)
{
  const char *type = cli_object_get_string (header, "type");

  if (g_strcmp0 (type, "boolean") == 0)
    return "true";
  return g_strcmp0 (type, "yes-no") == 0 ? "yes" : NULL;
}

/* (transfer full) (nullable) */
static char *
join_arguments (const CliInvocation *invocation)
{
  g_autofree char *joined = g_strjoinv (" ", invocation->arguments);

  return *invocation->arguments != NULL ? g_steal_pointer (&joined) : NULL;
}

/* (transfer full) (nullable) */
static char *
get_value (const CliInvocation *invocation, JsonObject *header, const char *name)
{
  g_autofree char *option = g_ascii_strdown (name, -1);

  if (cli_object_get_boolean (header, "positional"))
    return join_arguments (invocation);
  return g_strdup (cli_invocation_get (invocation, option));
}

static gboolean
answers_json (JsonObject *verb)
{
  return g_strcmp0 (cli_object_get_string (verb, "result"), "json") == 0;
}

/* Whether what @name says as an option is the same for every command, or for every one with that answer. */
static gboolean
is_taken (JsonObject *verb, const char *name)
{
  if (g_ascii_strcasecmp (name, "json") == 0)
    return answers_json (verb);
  for (const CliOption *option = cli_global_options; option->name != NULL; option++)
    if (g_ascii_strcasecmp (option->name, name) == 0)
      return TRUE;
  return FALSE;
}

/* The headers of a verb that can be an argument or an option; the others are for `aimx call`. */
static GPtrArray *
get_headers (JsonObject *verb)
{
  JsonArray *array = cli_object_get_array (verb, "headers");
  GPtrArray *headers = g_ptr_array_new ();

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *header = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *name = header != NULL ? or_empty (cli_object_get_string (header, "name")) : "";

      if (*name != '\0' && (cli_object_get_boolean (header, "positional") || !is_taken (verb, name)))
        g_ptr_array_add (headers, header);
    }
  return headers;
}

static int
run (CliSession *session, const CliInvocation *invocation)
{
  JsonObject *verb = (JsonObject *) invocation->command->data;
  g_autoptr (GPtrArray) headers = get_headers (verb);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) values = NULL;
  g_autoptr (AimxClientAnswer) answer = NULL;
  int status;

  for (guint i = 0; i < headers->len; i++)
    {
      const char *name = cli_object_get_string (headers->pdata[i], "name");
      g_autofree char *value = get_value (invocation, headers->pdata[i], name);

      if (value != NULL)
        g_strv_builder_add_many (builder, name, value, NULL);
      else if (cli_object_get_boolean (headers->pdata[i], "required"))
        return cli_invocation_fail (invocation, "'--%s' is missing", name);
    }
  values = g_strv_builder_end (builder);
  status = cli_verb_call (session, verb, (const char *const *) values, &answer);
  if (status == CLI_EXIT_DONE && answers_json (verb) && cli_invocation_has (invocation, "json"))
    cli_answer_print (answer);
  else if (status == CLI_EXIT_DONE)
    cli_result_print (answer, verb);
  return status;
}

/* ---- making ---- */

static void
add_header (CliPluginCommands *self, JsonObject *header, CliOption *option, CliArgument *argument)
{
  const char *name = cli_object_get_string (header, "name");
  const char *summary = or_empty (cli_object_get_string (header, "summary"));

  if (cli_object_get_boolean (header, "positional"))
    *argument = (CliArgument){
      .name = own (self, g_ascii_strup (name, -1)),
      .required = cli_object_get_boolean (header, "required"),
      .repeats = g_strcmp0 (cli_object_get_string (header, "type"), "string") == 0,
      .summary = summary,
    };
  else
    *option = (CliOption){
      .name = own (self, g_ascii_strdown (name, -1)),
      .value = or_empty (cli_object_get_string (header, "type")),
      .implied = get_implied_value (header),
      .summary = summary,
    };
}

static CliCommand *
make_command (CliPluginCommands *self, JsonObject *verb, const char *name)
{
  CliCommand *command = own (self, g_new0 (CliCommand, 1));
  g_autoptr (GPtrArray) headers = get_headers (verb);
  CliOption *options = own (self, g_new0 (CliOption, headers->len + 2));
  CliArgument *arguments = own (self, g_new0 (CliArgument, 2));
  guint n_options = 0;

  for (guint i = 0; i < headers->len; i++)
    {
      add_header (self, headers->pdata[i], &options[n_options], arguments);
      n_options += options[n_options].name != NULL;
    }
  if (answers_json (verb))
    options[n_options] = (CliOption){ .name = "json", .summary = "print the daemon's JSON" };
  command->name = name;
  command->summary = or_empty (cli_object_get_string (verb, "summary"));
  command->group = CLI_GROUP_PLUGINS;
  command->options = options;
  command->arguments = arguments;
  command->run = run;
  command->data = verb;
  return command;
}

CliPluginCommands *
cli_plugin_commands_new (JsonArray *verbs)
{
  CliPluginCommands *self = g_new0 (CliPluginCommands, 1);

  self->verbs = verbs != NULL ? json_array_ref (verbs) : json_array_new ();
  self->owned = g_ptr_array_new_with_free_func (g_free);
  self->commands = g_ptr_array_new ();
  for (const CliCommand *const *one = cli_root.subcommands; *one != NULL; one++)
    g_ptr_array_add (self->commands, (gpointer) *one);
  for (guint i = 0; i < json_array_get_length (self->verbs); i++)
    {
      JsonObject *verb = json_array_get_object_element (self->verbs, i);
      const char *name = cli_object_get_string (verb, "command");

      if (name != NULL && cli_command_find (&cli_root, name) == NULL)
        g_ptr_array_add (self->commands, make_command (self, verb, name));
    }
  g_ptr_array_add (self->commands, NULL);
  self->root = cli_root;
  self->root.subcommands = (const CliCommand *const *) self->commands->pdata;
  return self;
}

void
cli_plugin_commands_free (CliPluginCommands *self)
{
  g_ptr_array_unref (self->commands);
  g_ptr_array_unref (self->owned);
  json_array_unref (self->verbs);
  g_free (self);
}

const CliCommand *
cli_plugin_commands_get_root (CliPluginCommands *self)
{
  return &self->root;
}
