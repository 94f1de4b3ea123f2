/* SPDX-License-Identifier: MIT */
/*
 * The command line, read by the descriptors of commands. Options come anywhere, as `--name value`, `--name=value`,
 * `-n value` or `-nvalue`; after `--` there are only arguments.
 */
#pragma once

#include "command.h"

G_BEGIN_DECLS

#define CLI_USAGE_ERROR (cli_usage_error_quark ())
GQuark cli_usage_error_quark (void);

/**
 * CliUsageError:
 * @CLI_USAGE_UNKNOWN_COMMAND: `aimx` has no such command; a plugin may
 * @CLI_USAGE_WRONG: anything else
 */
typedef enum
{
  CLI_USAGE_UNKNOWN_COMMAND,
  CLI_USAGE_WRONG,
} CliUsageError;

/** CliWish: what the command line asks for */
typedef enum
{
  CLI_WISH_RUN,
  CLI_WISH_HELP,
  CLI_WISH_VERSION,
} CliWish;

/**
 * CliInvocation:
 * @wish: what is asked for
 * @command: which command
 * @path: how it is called in full, such as `aimx mailboxes list`
 * @options: name to #GStrv of values, an empty string for a flag
 * @arguments: (array zero-terminated=1): what is no option
 */
struct _CliInvocation
{
  CliWish wish;
  const CliCommand *command;
  char *path;
  GHashTable *options;
  GStrv arguments;
};

/**
 * cli_arguments_parse:
 * @root: the command that has all others
 * @argv: (array zero-terminated=1): the command line without the program's name
 * @error: %CLI_USAGE_ERROR; the message has the nearest match and the usage line
 *
 * Returns: (transfer full) (nullable): what is asked for
 */
CliInvocation *cli_arguments_parse (const CliCommand *root, const char *const *argv, GError **error);
/** cli_invocation_free: frees it */
void cli_invocation_free (CliInvocation *self);

/** cli_invocation_has: Returns: whether the option was given */
gboolean cli_invocation_has (const CliInvocation *self, const char *option);
/** cli_invocation_get: Returns: (transfer none) (nullable): the option's value */
const char *cli_invocation_get (const CliInvocation *self, const char *option);
/** cli_invocation_get_all: Returns: (transfer none) (nullable) (array zero-terminated=1): all values of the option */
const char *const *cli_invocation_get_all (const CliInvocation *self, const char *option);
/** cli_invocation_get_argument: Returns: (transfer none) (nullable): the argument at @index */
const char *cli_invocation_get_argument (const CliInvocation *self, guint index);
/** cli_invocation_fail: tells that the command line is wrong, for what only the command can see. Returns: exit status
 */
int cli_invocation_fail (const CliInvocation *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliInvocation, cli_invocation_free)

G_END_DECLS
