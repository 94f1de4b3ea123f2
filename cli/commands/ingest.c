/* SPDX-License-Identifier: MIT */
/* `aimx ingest`: the delivery of a message without SMTP. */
#include "answer.h"
#include "call.h"
#include "display.h"
#include "errors.h"
#include "input.h"
#include "message-call.h"

#include <stdio.h>

static GStrv
make_headers (const CliInvocation *invocation)
{
  g_autoptr (GStrvBuilder) headers = g_strv_builder_new ();

  g_strv_builder_add_many (headers, "Rcpt", cli_invocation_get_argument (invocation, 0), NULL);
  cli_message_add_headers (headers, invocation);
  return g_strv_builder_end (headers);
}

static int
print_path (const AimxClientAnswer *answer)
{
  g_autoptr (JsonObject) object = cli_answer_get_object (answer);
  const char *path = object != NULL ? cli_object_get_string (object, "path") : NULL;
  g_autofree char *shown = path != NULL ? cli_display (path) : NULL;

  if (object == NULL)
    return CLI_EXIT_FAILED;
  if (cli_object_get_boolean (object, "duplicate"))
    cli_hint ("This message was there already.");
  if (shown != NULL)
    puts (shown);
  return CLI_EXIT_DONE;
}

static int
run (CliSession *session, const CliInvocation *invocation)
{
  g_auto (GStrv) headers = make_headers (invocation);
  g_autoptr (GBytes) message = cli_input_read (CLI_MESSAGE_MAX);
  g_autoptr (AimxClientAnswer) answer = NULL;
  CliCall call = { .verb = "INGEST", .access = CLI_ACCESS_DELIVER, .headers = (const char *const *) headers };
  int status;

  if (message == NULL)
    return CLI_EXIT_FAILED;
  call.body = message;
  status = cli_call_succeeded (session, &call, &answer, NULL);
  return status == CLI_EXIT_DONE ? print_path (answer) : status;
}

static const CliOption options[] = {
  { "ip", 0, "ADDR", FALSE, "address that it came from" },
  { "helo", 0, "NAME", FALSE, "name that the sender gave" },
  { "mail-from", 0, "ADDRESS", FALSE, "envelope sender, '' for none (default: the Return-Path header)", TRUE },
  { NULL },
};

static const CliArgument arguments[] = {
  { "RCPT", TRUE, FALSE, "address that it is for" },
  { NULL },
};

const CliCommand cli_command_ingest = {
  .name = "ingest",
  .summary = "Store a message from standard input as if it had come over SMTP",
  .example = "aimx ingest info@agents.example < message.eml",
  .group = CLI_GROUP_HIDDEN,
  .options = options,
  .arguments = arguments,
  .run = run,
};
