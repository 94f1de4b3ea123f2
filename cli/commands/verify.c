/* SPDX-License-Identifier: MIT */
/*
 * `aimx verify`: who sent a message, and why mail is marked as it is. Needs no daemon and no configuration, but for the
 * trust of a mailbox.
 */
#include "answer.h"
#include "call.h"
#include "errors.h"
#include "input.h"
#include "message-call.h"
#include "table.h"
#include "verdict-view.h"

#include <stdio.h>

static GStrv
make_headers (const CliInvocation *invocation)
{
  g_autoptr (GStrvBuilder) headers = g_strv_builder_new ();

  cli_message_add_headers (headers, invocation);
  if (cli_invocation_has (invocation, "at"))
    g_strv_builder_add_many (headers, "At", cli_invocation_get (invocation, "at"), NULL);
  if (cli_invocation_has (invocation, "rcpt"))
    g_strv_builder_add_many (headers, "Rcpt", cli_invocation_get (invocation, "rcpt"), NULL);
  return g_strv_builder_end (headers);
}

static int
print_verdict (const AimxClientAnswer *answer)
{
  g_autoptr (JsonObject) verdict = cli_answer_get_object (answer);
  g_autofree char *text = NULL;

  if (verdict == NULL)
    return CLI_EXIT_FAILED;
  text = cli_verdict_format (verdict, cli_style_is_rich (stdout), cli_table_get_width ());
  fputs (text, stdout);
  return CLI_EXIT_DONE;
}

/* Where the DNS is another for this command, the daemon's answers are not what is asked for. */
static gboolean
has_own_resolver (void)
{
  const char *resolver = g_getenv ("AIMX_RESOLVER");

  return resolver != NULL && *resolver != '\0';
}

static int
run (CliSession *session, const CliInvocation *invocation)
{
  g_autoptr (GBytes) message = cli_input_read_file (cli_invocation_get_argument (invocation, 0), CLI_MESSAGE_MAX);
  g_auto (GStrv) headers = make_headers (invocation);
  g_autoptr (AimxClientAnswer) answer = NULL;
  const CliCall call = {
    .verb = "VERIFY",
    .access = cli_invocation_has (invocation, "rcpt") ? CLI_ACCESS_READ : CLI_ACCESS_BARE,
    .headers = (const char *const *) headers,
    .body = message,
    .here = has_own_resolver (),
  };
  int status;

  if (message == NULL)
    return CLI_EXIT_FAILED;
  status = cli_call_succeeded (session, &call, &answer, NULL);
  if (status != CLI_EXIT_DONE)
    return status;
  if (!cli_invocation_has (invocation, "json"))
    return print_verdict (answer);
  cli_answer_print (answer);
  return CLI_EXIT_DONE;
}

static const CliOption options[] = {
  { "ip", 0, "ADDR", FALSE, "address that it came from; without it there is no SPF" },
  { "helo", 0, "NAME", FALSE, "name that the sender gave" },
  { "mail-from", 0, "ADDRESS", FALSE, "envelope sender, '' for none", TRUE },
  { "at", 0, "TIME", FALSE, "when it came (RFC 3339); now by default" },
  { "rcpt", 0, "ADDRESS", FALSE, "tell whether the mailbox of this address trusts it" },
  { "json", 0, NULL, FALSE, "print the verdict as JSON" },
  { NULL },
};

static const CliArgument arguments[] = {
  { "FILE", TRUE, FALSE, "the message, `-` for standard input" },
  { NULL },
};

const CliCommand cli_command_verify = {
  .name = "verify",
  .summary = "Find out who sent a message: SPF, DKIM, DMARC, ARC, and why",
  .example = "aimx verify message.eml --ip 192.0.2.1 --helo mail.example.org --mail-from ann@example.org",
  .group = CLI_GROUP_SERVER,
  .options = options,
  .arguments = arguments,
  .run = run,
};
