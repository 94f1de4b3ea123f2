/* SPDX-License-Identifier: MIT */
/* `aimx domains set-default`. */
#include "arguments.h"
#include "domain-call.h"
#include "errors.h"

static int
run (CliSession *session, const CliInvocation *invocation)
{
  const char *domain = cli_invocation_get_argument (invocation, 0);
  const char *const headers[] = { "Domain", domain, NULL };
  const CliCall call = { .verb = "DOMAIN-SET-DEFAULT", .access = CLI_ACCESS_CHANGE, .headers = headers };
  int status = cli_domain_call (session, &call, NULL);

  if (status != CLI_EXIT_DONE)
    return status;
  cli_success ("Default domain is '%s'", domain);
  cli_domain_warn_about_default (session);
  return CLI_EXIT_DONE;
}

static const CliArgument arguments[] = {
  { "DOMAIN", TRUE, FALSE, "a configured domain" },
  { NULL },
};

const CliCommand cli_command_domains_set_default = {
  .name = "set-default",
  .summary = "Make a domain the one that names without a domain mean",
  .details = "It is also the name that the server greets other servers with.",
  .example = "sudo aimx domains set-default agents.example",
  .arguments = arguments,
  .run = run,
};
