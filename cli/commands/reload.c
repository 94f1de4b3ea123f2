/* SPDX-License-Identifier: MIT */
/* `aimx reload`: the daemon reads its configuration again. */
#include "arguments.h"
#include "call.h"
#include "errors.h"

static int
run (CliSession *session, const CliInvocation *invocation)
{
  const CliCall call = { .verb = "RELOAD", .access = CLI_ACCESS_DAEMON };
  int status = cli_call_succeeded (session, &call, NULL, "The daemon goes on with the configuration it has.");

  if (status == CLI_EXIT_DONE)
    cli_success ("Configuration reloaded");
  return status;
}

const CliCommand cli_command_reload = {
  .name = "reload",
  .summary = "Make the daemon read its configuration again",
  .details = "A configuration with a mistake is refused and the daemon keeps the one it has.",
  .example = "sudo aimx reload",
  .group = CLI_GROUP_SERVER,
  .run = run,
};
