/* SPDX-License-Identifier: MIT */
/* `aimx reload`: the daemon reads its configuration again. */
#include "arguments.h"
#include "call.h"
#include "errors.h"

#include <string.h>
#include <unistd.h>

static int
run (CliSession *session, const CliInvocation *invocation)
{
  const CliCall call = { .verb = "RELOAD", .access = CLI_ACCESS_DAEMON };
  int status = CLI_EXIT_DONE;
  g_autoptr (AimxClientAnswer) answer = cli_call (session, &call, &status);

  if (answer == NULL)
    return status;
  if (answer->code != NULL && strcmp (answer->code, "EACCES") == 0 && geteuid () != 0)
    return cli_call_tell (answer, "Try it with sudo.");
  if (answer->code != NULL)
    return cli_call_tell (answer, strcmp (answer->code, "VALIDATION") == 0
                                      ? "The daemon goes on with the configuration it has."
                                      : NULL);
  cli_success ("Configuration reloaded");
  return CLI_EXIT_DONE;
}

const CliCommand cli_command_reload = {
  .name = "reload",
  .summary = "Make the daemon read its configuration again",
  .details = "A configuration with a mistake is refused and the daemon keeps the one it has.",
  .example = "sudo aimx reload",
  .group = CLI_GROUP_SERVER,
  .run = run,
};
