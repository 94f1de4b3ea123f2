/* SPDX-License-Identifier: MIT */
/* `aimx modules`: what the server consists of. */
#include "answer.h"
#include "arguments.h"
#include "call.h"
#include "errors.h"
#include "table.h"

#include <stdio.h>

static const CliColumn columns[] = { { "NAME" }, { "VERSION" }, { "STATE" }, { "VERBS" }, { "FILE", .path = TRUE },
                                     { NULL } };

static CliStyle
get_style (const char *state)
{
  if (g_strcmp0 (state, "loaded") == 0)
    return CLI_STYLE_SUCCESS;
  return g_strcmp0 (state, "refused") == 0 ? CLI_STYLE_ERROR : CLI_STYLE_DIM;
}

static const char *
or_dash (const char *text)
{
  return text != NULL && *text != '\0' ? text : "-";
}

static void
add_module (CliTable *table, JsonObject *module)
{
  const char *state = cli_object_get_string (module, "state");
  g_autofree char *verbs = cli_object_join (module, "verbs", ", ");

  cli_table_add (table, CLI_STYLE_HIGHLIGHT, or_dash (cli_object_get_string (module, "name")));
  cli_table_add (table, CLI_STYLE_PLAIN, or_dash (cli_object_get_string (module, "version")));
  cli_table_add (table, get_style (state), or_dash (state));
  cli_table_add (table, CLI_STYLE_PLAIN, or_dash (verbs));
  cli_table_add (table, CLI_STYLE_DIM, or_dash (cli_object_get_string (module, "file")));
}

static void
print_reason (JsonObject *module)
{
  const char *reason = cli_object_get_string (module, "reason");
  const char *state = cli_object_get_string (module, "state");
  CliMark mark = CLI_MARK_ARROW;

  if (g_strcmp0 (state, "refused") == 0)
    mark = CLI_MARK_FAILURE;
  else if (g_strcmp0 (state, "loaded") == 0)
    mark = CLI_MARK_WARNING;
  if (reason != NULL)
    cli_note (mark, "%s: %s", or_dash (cli_object_get_string (module, "name")), reason);
}

static void
print_table (JsonArray *modules)
{
  g_autoptr (CliTable) table = cli_table_new (columns);

  for (guint i = 0; i < json_array_get_length (modules); i++)
    add_module (table, json_array_get_object_element (modules, i));
  cli_table_print (table);
  for (guint i = 0; i < json_array_get_length (modules); i++)
    print_reason (json_array_get_object_element (modules, i));
}

static int
run (CliSession *session, const CliInvocation *invocation)
{
  const CliCall call = { .verb = "MODULE-LIST", .access = CLI_ACCESS_ROOT_READ };
  g_autoptr (AimxClientAnswer) answer = NULL;
  g_autoptr (JsonArray) modules = NULL;
  int status;

  /* The answer says why a module is refused; the log need not say it again. */
  session->log_filter = "error";
  status = cli_call_succeeded (session, &call, &answer, NULL);
  if (status != CLI_EXIT_DONE)
    return status;
  if (cli_invocation_has (invocation, "json"))
    {
      cli_answer_print (answer);
      return CLI_EXIT_DONE;
    }
  modules = cli_answer_get_array (answer);
  if (modules == NULL)
    return CLI_EXIT_FAILED;
  print_table (modules);
  return CLI_EXIT_DONE;
}

static const CliOption options[] = {
  { "json", 0, NULL, FALSE, "print the daemon's JSON" },
  { NULL },
};

const CliCommand cli_command_modules = {
  .name = "modules",
  .summary = "List loaded and refused modules",
  .details = "For root, and for the user that a daemon without root's rights runs as.",
  .example = "sudo aimx modules",
  .group = CLI_GROUP_SERVER,
  .options = options,
  .run = run,
};
