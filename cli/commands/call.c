/* SPDX-License-Identifier: MIT */
/* `aimx call`: any verb, for people and scripts, and the list of them. */
#include "arguments.h"
#include "display.h"
#include "errors.h"
#include "style.h"
#include "verb-list.h"

#include <stdio.h>
#include <string.h>

/* ---- --list ---- */

static void
print_header (JsonObject *header, gboolean rich)
{
  const char *name = cli_object_get_string (header, "name");
  const char *type = cli_object_get_string (header, "type");
  const char *summary = cli_object_get_string (header, "summary");
  gboolean required = cli_object_get_boolean (header, "required");
  g_autofree char *form =
      g_strdup_printf (required ? "%s=<%s>" : "[%s=<%s>]", name != NULL ? name : "?", type != NULL ? type : "?");
  g_autofree char *shown = cli_display (form);
  g_autofree char *shown_summary = cli_display (summary != NULL ? summary : "");
  g_autofree char *styled = cli_styled (rich, CLI_STYLE_DIM, shown_summary);

  printf ("    %s%*s  %s\n", shown, (int) MAX (0, 28 - (int) cli_display_width (shown)), "", styled);
}

static void
print_verb (JsonObject *verb, gboolean rich)
{
  const char *name = cli_object_get_string (verb, "name");
  const char *summary = cli_object_get_string (verb, "summary");
  JsonArray *headers = cli_object_get_array (verb, "headers");
  g_autofree char *shown = cli_display (name != NULL ? name : "?");
  g_autofree char *styled = cli_styled (rich, CLI_STYLE_HIGHLIGHT, shown);
  g_autofree char *shown_summary = cli_display (summary != NULL ? summary : "");
  gboolean takes_body = cli_object_get_number (verb, "body_limit") > 0;

  printf ("%s%s: %s\n", styled, takes_body ? " < body" : "", shown_summary);
  for (guint i = 0; headers != NULL && i < json_array_get_length (headers); i++)
    {
      JsonNode *node = json_array_get_element (headers, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        print_header (json_node_get_object (node), rich);
    }
}

static int
list (CliSession *session, gboolean as_json)
{
  g_autoptr (AimxClientAnswer) answer = NULL;
  int status;
  g_autoptr (JsonArray) verbs = cli_verb_list (session, &answer, &status);

  if (verbs == NULL)
    return status;
  if (as_json)
    {
      cli_answer_print (answer);
      return CLI_EXIT_DONE;
    }
  for (guint i = 0; i < json_array_get_length (verbs); i++)
    print_verb (json_array_get_object_element (verbs, i), cli_style_is_rich (stdout));
  return CLI_EXIT_DONE;
}

/* ---- a call ---- */

/* (nullable): %NULL when an argument is no header and the error has been told */
static GStrv
parse_headers (const CliInvocation *invocation)
{
  g_autoptr (GStrvBuilder) headers = g_strv_builder_new ();

  for (guint i = 1; cli_invocation_get_argument (invocation, i) != NULL; i++)
    {
      const char *argument = cli_invocation_get_argument (invocation, i);
      const char *equals = strchr (argument, '=');
      g_autofree char *name = equals != NULL ? g_strndup (argument, (gsize) (equals - argument)) : NULL;

      if (name == NULL || *name == '\0')
        {
          cli_invocation_fail (invocation, "'%s' is no header; write Name=value", argument);
          return NULL;
        }
      g_strv_builder_add_many (headers, name, equals + 1, NULL);
    }
  return g_strv_builder_end (headers);
}

static int
tell_unknown (JsonArray *verbs, const char *name)
{
  const char *nearest = cli_verb_nearest (verbs, name);
  g_autofree char *hint = nearest != NULL ? g_strdup_printf ("A similar verb exists: %s", nearest)
                                          : g_strdup ("`aimx call --list` shows all verbs.");

  return cli_error (hint, "[PROTOCOL] unknown verb '%s'", name);
}

static int
call (CliSession *session, const char *name, const char *const *headers)
{
  int status;
  g_autoptr (JsonArray) verbs = cli_verb_list (session, NULL, &status);
  JsonObject *verb = verbs != NULL ? cli_verb_find (verbs, "name", name) : NULL;
  g_autoptr (AimxClientAnswer) answer = NULL;

  if (verb == NULL)
    return verbs != NULL ? tell_unknown (verbs, name) : status;
  status = cli_verb_call (session, verb, headers, &answer);
  if (status != CLI_EXIT_DONE)
    return status;
  cli_answer_print (answer);
  cli_hint ("OK%s%s", answer->detail != NULL ? " " : "", answer->detail != NULL ? answer->detail : "");
  return CLI_EXIT_DONE;
}

static int
run (CliSession *session, const CliInvocation *invocation)
{
  const char *name = cli_invocation_get_argument (invocation, 0);
  g_auto (GStrv) headers = NULL;

  if (cli_invocation_has (invocation, "list"))
    return list (session, cli_invocation_has (invocation, "json"));
  if (name == NULL)
    return cli_invocation_fail (invocation, "<VERB> is missing; --list shows all verbs");
  headers = parse_headers (invocation);
  return headers != NULL ? call (session, name, (const char *const *) headers) : CLI_EXIT_USAGE;
}

static const CliOption options[] = {
  { "list", 0, NULL, FALSE, "show all verbs with their headers" },
  { "json", 0, NULL, FALSE, "with --list: print the daemon's JSON" },
  { NULL },
};

static const CliArgument arguments[] = {
  { "VERB", FALSE, FALSE, "verb of the protocol" },
  { "Name=value", FALSE, TRUE, "its headers" },
  { NULL },
};

const CliCommand cli_command_call = {
  .name = "call",
  .summary = "Call any verb of the daemon",
  .details =
      "What the verb answers goes to stdout, its status to stderr. A body is read from stdin when the verb takes one\n"
      "and stdin is not a terminal.",
  .example = "aimx call MARK-READ Mailbox=info Id=2025-03-14-092653-quarterly-figures",
  .group = CLI_GROUP_PLUMBING,
  .options = options,
  .arguments = arguments,
  .run = run,
};
