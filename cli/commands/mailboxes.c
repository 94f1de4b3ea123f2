/* SPDX-License-Identifier: MIT */
/* `aimx mailboxes`: its subcommands each have a file of their own. */
#include "command.h"

static const CliCommand *const subcommands[] = {
  &cli_command_mailboxes_list,
  &cli_command_mailboxes_show,
  &cli_command_mailboxes_create,
  &cli_command_mailboxes_delete,
  NULL,
};

const CliCommand cli_command_mailboxes = {
  .name = "mailboxes",
  .alias = "mailbox",
  .summary = "List, show, create and delete mailboxes",
  .details = "NAME is an address such as info@agents.example, or only its first part, which means the default domain.",
  .example = "aimx mailboxes list",
  .group = CLI_GROUP_OPERATIONS,
  .subcommands = subcommands,
};
