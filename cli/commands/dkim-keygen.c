/* SPDX-License-Identifier: MIT */
/* `aimx dkim-keygen`: in this process, for whoever may write the configuration directory. */
#include "answer.h"
#include "arguments.h"
#include "call.h"
#include "dns-records.h"
#include "errors.h"

#include <stdio.h>
#include <string.h>

static const char *
get (JsonObject *object, const char *member)
{
  const char *value = cli_object_get_string (object, member);

  return value != NULL ? value : "?";
}

/* The daemon signs with the keys that it has read. */
static void
make_daemon_read_it (const CliSession *session)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AimxClientAnswer) answer =
      aimx_client_call (session->socket, "RELOAD", NULL, NULL, CLI_CALL_USUAL_SECONDS * 1000, &error);

  if (g_error_matches (error, AIMX_CLIENT_ERROR, AIMX_CLIENT_ERROR_ABSENT))
    cli_hint ("The daemon is not running; it will read the key when it starts.");
  else if (answer == NULL)
    cli_warning ("The daemon was not told: %s. `sudo aimx reload` makes it read the key.", error->message);
  else if (answer->code != NULL)
    cli_warning ("The daemon has not read the key: [%s] %s. `sudo aimx reload` makes it.", answer->code,
                 answer->reason != NULL ? answer->reason : "");
  else
    cli_hint ("The daemon has read the key.");
}

static void
print_record (JsonObject *result)
{
  JsonNode *node = json_object_get_member (result, "record");
  g_autoptr (JsonArray) one = json_array_new ();
  g_autoptr (GPtrArray) records = NULL;

  if (node != NULL)
    json_array_add_element (one, json_node_copy (node));
  records = cli_dns_records_new_for_keys (one);
  puts ("\nPublish this DNS record:\n");
  cli_dns_records_print (records);
}

static void
print_kept (JsonObject *result)
{
  g_autofree char *kept = cli_object_join (result, "kept", "\n");
  g_auto (GStrv) paths = g_strsplit (kept, "\n", -1);

  for (char **path = paths; *path != NULL; path++)
    cli_note (CLI_MARK_ARROW, "Old key kept at %s", *path);
}

static void
print_ended_rotation (JsonObject *result)
{
  const char *selector = cli_object_get_string (result, "ended_rotation");

  if (selector != NULL)
    cli_note (CLI_MARK_ARROW,
              "The rotation to selector %s is over; every key that it has made and that is not in use is kept",
              selector);
}

static int
report (const CliSession *session, const AimxClientAnswer *answer)
{
  g_autoptr (JsonObject) result = cli_answer_get_object (answer);
  const char *path = result != NULL ? get (result, "path") : NULL;
  const gboolean generated = result != NULL && cli_object_get_boolean (result, "generated");
  const gboolean selector_written = result != NULL && cli_object_get_boolean (result, "selector_written");

  if (result == NULL)
    return CLI_EXIT_FAILED;
  if (generated)
    cli_success ("DKIM keypair generated: %s", path);
  else
    {
      cli_hint ("Warning: DKIM keys already exist: %s", path);
      cli_hint ("--force makes a new pair and keeps the old one beside it.");
    }
  if (selector_written)
    cli_success ("Selector of %s is %s from now on", get (result, "domain"), get (result, "selector"));
  if (!generated && !selector_written)
    return CLI_EXIT_DONE;
  print_ended_rotation (result);
  print_kept (result);
  print_record (result);
  make_daemon_read_it (session);
  return CLI_EXIT_DONE;
}

/* The options that are given, as headers. */
static GStrv
get_headers (const CliInvocation *invocation)
{
  static const char *const headers[][2] = { { "Domain", "domain" },
                                            { "Selector", "selector" },
                                            { "Algorithm", "algorithm" } };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (headers); i++)
    if (cli_invocation_has (invocation, headers[i][1]))
      g_strv_builder_add_many (builder, headers[i][0], cli_invocation_get (invocation, headers[i][1]), NULL);
  if (cli_invocation_has (invocation, "force"))
    g_strv_builder_add_many (builder, "Force", "true", NULL);
  return g_strv_builder_end (builder);
}

static int
run (CliSession *session, const CliInvocation *invocation)
{
  g_auto (GStrv) headers = get_headers (invocation);
  const CliCall call = { .verb = "DKIM-KEYGEN", .access = CLI_ACCESS_CONFIG, .headers = (const char *const *) headers };
  g_autoptr (AimxClientAnswer) answer = NULL;
  int status = cli_call_succeeded (session, &call, &answer, NULL);

  return status == CLI_EXIT_DONE ? report (session, answer) : status;
}

static const CliOption options[] = {
  { "domain", 0, "DOMAIN", FALSE, "a configured domain (the default one)" },
  { "selector", 0, "NAME", FALSE, "DKIM selector, written to the configuration" },
  { "algorithm", 0, "NAME", FALSE, "rsa or ed25519 (rsa)" },
  { "force", 0, NULL, FALSE, "make a new pair where there is one, which is renamed; ends a rotation" },
  { NULL },
};

const CliCommand cli_command_dkim_keygen = {
  .name = "dkim-keygen",
  .summary = "Make the DKIM key of a domain, and show its DNS record",
  .details = "For whoever may write the configuration directory. A running daemon is told to read it.",
  .example = "sudo aimx dkim-keygen --domain agents.example",
  .group = CLI_GROUP_SERVER,
  .options = options,
  .run = run,
};
