/* SPDX-License-Identifier: MIT */
/* `aimx help [COMMAND]...`: the same as `aimx COMMAND --help`. */
#include "arguments.h"

/* Never run: main() answers it, since only there it is known which commands plugins bring. */
static const CliArgument arguments[] = {
  { "COMMAND", FALSE, TRUE, "the command to explain" },
  { NULL },
};

const CliCommand cli_command_help = {
  .name = "help",
  .summary = "Explain a command",
  .example = "aimx help mailboxes create",
  .group = CLI_GROUP_PLUMBING,
  .arguments = arguments,
};
