/* SPDX-License-Identifier: MIT */
/* `aimx domains list`. */
#include "answer.h"
#include "arguments.h"
#include "domain-call.h"
#include "errors.h"
#include "table.h"

#include <stdio.h>

static const CliColumn columns[] = {
  { "DOMAIN" }, { "DEFAULT" }, { "DKIM" }, { "MAILBOXES", TRUE }, { "UNREAD", TRUE }, { "OVERRIDES" }, { NULL },
};

static void
add_domain (CliTable *table, JsonObject *domain)
{
  const char *name = cli_object_get_string (domain, "domain");
  const char *overrides = cli_object_get_string (domain, "overrides");
  gboolean loaded = cli_object_get_boolean (domain, "dkim_loaded");
  gboolean is_default = cli_object_get_boolean (domain, "default");

  cli_table_add (table, CLI_STYLE_HIGHLIGHT, name != NULL ? name : "?");
  cli_table_add (table, CLI_STYLE_SUCCESS,
                 is_default ? cli_mark_text (cli_style_is_rich (stdout), CLI_MARK_SUCCESS) : "");
  cli_table_add (table, loaded ? CLI_STYLE_PLAIN : CLI_STYLE_ERROR, loaded ? "loaded" : "MISSING");
  cli_table_add_number (table, cli_object_get_number (domain, "mailbox_count"));
  cli_table_add_number (table, cli_object_get_number (domain, "unread"));
  cli_table_add (table, CLI_STYLE_DIM, overrides != NULL && *overrides != '\0' ? overrides : "-");
}

static void
print_table (JsonArray *domains)
{
  g_autoptr (CliTable) table = cli_table_new (columns);

  for (guint i = 0; i < json_array_get_length (domains); i++)
    add_domain (table, json_array_get_object_element (domains, i));
  cli_table_print (table);
}

static int
run (CliSession *session, const CliInvocation *invocation)
{
  const CliCall call = { .verb = "DOMAIN-LIST", .access = CLI_ACCESS_ROOT_READ };
  g_autoptr (AimxClientAnswer) answer = NULL;
  g_autoptr (JsonArray) domains = NULL;
  int status = cli_domain_call (session, &call, &answer);

  if (status != CLI_EXIT_DONE)
    return status;
  if (cli_invocation_has (invocation, "json"))
    {
      cli_answer_print (answer);
      return CLI_EXIT_DONE;
    }
  domains = cli_answer_get_array (answer);
  if (domains == NULL)
    return CLI_EXIT_FAILED;
  if (json_array_get_length (domains) == 0)
    puts ("No domains configured.");
  else
    print_table (domains);
  return CLI_EXIT_DONE;
}

static const CliOption options[] = {
  { "json", 0, NULL, FALSE, "print the daemon's JSON" },
  { NULL },
};

const CliCommand cli_command_domains_list = {
  .name = "list",
  .summary = "List the domains with their keys, mailboxes and overrides",
  .example = "sudo aimx domains list",
  .options = options,
  .run = run,
};
