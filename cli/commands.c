/* SPDX-License-Identifier: MIT */
/* Which commands there are, in the order of the help, and what they all take. */
#include "command.h"

#include <string.h>

const CliOption cli_global_options[] = {
  [CLI_GLOBAL_DATA_DIR] = { "data-dir", 0, "PATH", FALSE, "where the mail is; also AIMX_DATA_DIR" },
  [CLI_GLOBAL_HELP] = { "help", 'h', NULL, FALSE, "show help" },
  [CLI_GLOBAL_VERSION] = { "version", 'V', NULL, FALSE, "show which build this is" },
  { NULL },
};

static const CliCommand *const commands[] = {
  &cli_command_mailboxes, &cli_command_serve,   &cli_command_domains, &cli_command_dkim_keygen,
  &cli_command_verify,    &cli_command_modules, &cli_command_reload,  &cli_command_call,
  &cli_command_version,   &cli_command_help,    &cli_command_ingest,  NULL,
};

const CliCommand cli_root = {
  .name = "aimx",
  .summary = "E-mail addresses for agents, on a server of your own",
  .subcommands = commands,
};

const CliCommand *
cli_command_find (const CliCommand *command, const char *name)
{
  for (const CliCommand *const *one = command->subcommands; one != NULL && *one != NULL; one++)
    if (strcmp ((*one)->name, name) == 0 || g_strcmp0 ((*one)->alias, name) == 0)
      return *one;
  return NULL;
}
