/* SPDX-License-Identifier: MIT */
/* `aimx domains`: its subcommands each have a file of their own. */
#include "command.h"

static const CliCommand *const subcommands[] = {
  &cli_command_domains_list,        &cli_command_domains_add,         &cli_command_domains_remove,
  &cli_command_domains_rotate_dkim, &cli_command_domains_set_default, NULL,
};

const CliCommand cli_command_domains = {
  .name = "domains",
  .alias = "domain",
  .summary = "List, add and remove domains, choose the default",
  .details = "For root. A running daemon takes each change at once.",
  .example = "sudo aimx domains list",
  .group = CLI_GROUP_SERVER,
  .subcommands = subcommands,
};
