/* SPDX-License-Identifier: MIT */
/* `aimx domains rotate-dkim`: new keys for a domain; called again, or with --status, how far they are. */
#include "answer.h"
#include "arguments.h"
#include "dns-records.h"
#include "domain-call.h"
#include "errors.h"

#include <stdio.h>
#include <string.h>

static const char *
get (JsonObject *object, const char *member)
{
  const char *value = cli_object_get_string (object, member);

  return value != NULL ? value : "?";
}

/* ---- the new keys are not in use yet ---- */

static void
explain_record (JsonObject *record)
{
  const char *dns = get (record, "dns");
  const char *name = get (record, "name");

  if (strcmp (dns, "right") == 0)
    cli_success ("%s is there.", name);
  else if (strcmp (dns, "missing") == 0)
    cli_note (CLI_MARK_ARROW, "%s is not there yet.", name);
  else if (strcmp (dns, "unknown") == 0)
    cli_note (CLI_MARK_ARROW, "%s cannot be looked up now: %s", name, get (record, "found"));
  else
    cli_note (CLI_MARK_ARROW, "%s is not right: %s. The DNS has: %s", name, get (record, "reason"),
              get (record, "found"));
}

static void
print_waiting (JsonObject *result)
{
  JsonArray *keys = cli_object_get_array (result, "records");
  g_autoptr (GPtrArray) records = cli_dns_records_new_for_keys (keys);

  cli_success ("%s has a new DKIM key, selector %s", get (result, "domain"), get (result, "selector"));
  puts ("\nPublish in the DNS:\n");
  cli_dns_records_print (records);
  putchar ('\n');
  for (guint i = 0; keys != NULL && i < json_array_get_length (keys); i++)
    if (JSON_NODE_HOLDS_OBJECT (json_array_get_element (keys, i)))
      explain_record (json_array_get_object_element (keys, i));
  cli_hint ("The old key signs until the DNS shows the new one. The daemon looks every five minutes; so does this "
            "command when it is called again.");
}

/* ---- they are ---- */

static void
print_switched (JsonObject *result)
{
  g_autofree char *old = cli_object_join (result, "old_records", ", ");

  cli_success ("Mail of %s is signed with the key of selector %s", get (result, "domain"), get (result, "selector"));
  cli_note (CLI_MARK_ARROW, "Leave in the DNS for mail that is under way: %s", old);
  cli_hint ("The old key is put aside on %s; --finish does it now.", get (result, "retires_at"));
}

static void
print_done (JsonObject *result)
{
  JsonArray *kept = cli_object_get_array (result, "kept");
  g_autofree char *old = cli_object_join (result, "old_records", ", ");

  cli_success ("Mail of %s is signed with the key of selector %s since %s; the old one is put aside",
               get (result, "domain"), get (result, "selector"), get (result, "switched_at"));
  for (guint i = 0; kept != NULL && i < json_array_get_length (kept); i++)
    cli_note (CLI_MARK_ARROW, "Old key kept at %s", cli_array_get_string (kept, i));
  cli_hint ("A few days from now, when the last mail signed with it has arrived, remove from the DNS: %s", old);
  if (kept == NULL || json_array_get_length (kept) == 0)
    cli_hint ("--again replaces the key once more.");
}

static void
print_none (JsonObject *result)
{
  cli_success ("No key of %s is being replaced; its selector is %s", get (result, "domain"), get (result, "selector"));
}

static void
print (JsonObject *result)
{
  const char *state = get (result, "state");

  if (strcmp (state, "switched") == 0)
    print_switched (result);
  else if (strcmp (state, "done") == 0)
    print_done (result);
  else if (strcmp (state, "none") == 0)
    print_none (result);
  else
    print_waiting (result);
}

static int
conclude (JsonObject *result, gboolean finishes)
{
  if (!finishes || strcmp (get (result, "state"), "done") == 0)
    return CLI_EXIT_DONE;
  return cli_error ("Publish what is shown above, and try again.",
                    "The DNS does not show the new key: the old one signs");
}

/* ---- the command ---- */

static const char *const switches[][2] = { { "Finish", "finish" }, { "Status", "status" }, { "Again", "again" } };

static int
run (CliSession *session, const CliInvocation *invocation)
{
  gboolean finishes = cli_invocation_has (invocation, "finish") && !cli_invocation_has (invocation, "status");
  g_autoptr (GStrvBuilder) headers = g_strv_builder_new ();
  g_autoptr (AimxClientAnswer) answer = NULL;
  g_autoptr (JsonObject) result = NULL;
  g_auto (GStrv) list = NULL;
  CliCall call = { .verb = "DOMAIN-ROTATE-DKIM", .access = CLI_ACCESS_CHANGE };
  int status;

  g_strv_builder_add_many (headers, "Domain", cli_invocation_get_argument (invocation, 0), NULL);
  if (cli_invocation_has (invocation, "selector"))
    g_strv_builder_add_many (headers, "Selector", cli_invocation_get (invocation, "selector"), NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (switches); i++)
    if (cli_invocation_has (invocation, switches[i][1]))
      g_strv_builder_add_many (headers, switches[i][0], "true", NULL);
  list = g_strv_builder_end (headers);
  call.headers = (const char *const *) list;
  status = cli_domain_call (session, &call, &answer);
  if (status != CLI_EXIT_DONE)
    return status;
  result = cli_answer_get_object (answer);
  if (result == NULL)
    return CLI_EXIT_FAILED;
  if (cli_invocation_has (invocation, "json"))
    cli_answer_print (answer);
  else
    print (result);
  return conclude (result, finishes);
}

static const CliOption options[] = {
  { "selector", 0, "NAME", FALSE, "of the new key (one made of today's date)" },
  { "finish", 0, NULL, FALSE, "put the old key aside at once, when the DNS shows the new one" },
  { "status", 0, NULL, FALSE, "say how far it is, and do nothing" },
  { "again", 0, NULL, FALSE, "begin another when one has just ended" },
  { "json", 0, NULL, FALSE, "print how far it is as JSON" },
  { NULL },
};

static const CliArgument arguments[] = {
  { "DOMAIN", TRUE, FALSE, "a configured domain" },
  { NULL },
};

const CliCommand cli_command_domains_rotate_dkim = {
  .name = "rotate-dkim",
  .summary = "Replace the DKIM key of a domain, without a gap",
  .details = "Makes a new key under a new selector and shows the record to publish. Mail is signed with it from the "
             "moment the DNS shows the record; a week later the old key is put aside. Called again, it goes on "
             "and says how far that is; --status only says it. Another rotation is begun two weeks after the last "
             "switch, or with --again or --selector.",
  .example = "sudo aimx domains rotate-dkim agents.example",
  .options = options,
  .arguments = arguments,
  .run = run,
};
