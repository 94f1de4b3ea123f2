/* SPDX-License-Identifier: MIT */
/*
 * What a command is: a descriptor that says how it is called, and the function that runs it. Each command has a file
 * of its own in cli/commands/; the parser, the help and the list of commands work on descriptors alone.
 */
#pragma once

#include "session.h"

G_BEGIN_DECLS

/**
 * CliOption:
 * @name: without its two dashes; an array of options ends with a %NULL name
 * @letter: for `-<letter>`, 0 for none
 * @value: (nullable): what the help calls its value, %NULL for a flag
 * @repeats: whether it may come more than once
 * @summary: one line for people
 * @may_be_empty: whether an empty value means something
 * @implied: (nullable): its value when it comes without one; another one is in the same word, `--name=value`
 */
typedef struct
{
  const char *name;
  char letter;
  const char *value;
  gboolean repeats;
  const char *summary;
  gboolean may_be_empty;
  const char *implied;
} CliOption;

/**
 * CliArgument:
 * @name: what the help calls it; an array of arguments ends with a %NULL name
 * @required: whether it must be there
 * @repeats: whether more of its kind may follow; the last one only
 * @summary: one line for people
 */
typedef struct
{
  const char *name;
  gboolean required;
  gboolean repeats;
  const char *summary;
} CliArgument;

/** CliGroup: where the help lists a command */
typedef enum
{
  CLI_GROUP_HIDDEN,
  CLI_GROUP_OPERATIONS,
  CLI_GROUP_SERVER,
  CLI_GROUP_PLUMBING,
  CLI_GROUP_PLUGINS,
} CliGroup;

typedef struct _CliCommand CliCommand;
typedef struct _CliInvocation CliInvocation;

/**
 * CliRunFunc:
 * @session: where and for whom
 * @invocation: how it was called
 *
 * Returns: exit status
 */
typedef int (*CliRunFunc) (CliSession *session, const CliInvocation *invocation);

/**
 * CliCommand:
 * @name: as typed
 * @alias: (nullable): another name for it
 * @summary: one line for people
 * @details: (nullable): what more there is to say
 * @example: (nullable): a line to copy
 * @group: where the help lists it
 * @options: (nullable): its options
 * @arguments: (nullable): its arguments
 * @subcommands: (nullable) (array zero-terminated=1): with these it does nothing by itself
 * @run: (nullable): what it does
 * @data: for @run
 */
struct _CliCommand
{
  const char *name;
  const char *alias;
  const char *summary;
  const char *details;
  const char *example;
  CliGroup group;
  const CliOption *options;
  const CliArgument *arguments;
  const CliCommand *const *subcommands;
  CliRunFunc run;
  gconstpointer data;
};

/** cli_root: `aimx` itself, whose subcommands are all commands */
extern const CliCommand cli_root;
/** Where in %cli_global_options is what */
enum
{
  CLI_GLOBAL_DATA_DIR,
  CLI_GLOBAL_HELP,
  CLI_GLOBAL_VERSION,
};

/** cli_global_options: the options that every command takes */
extern const CliOption cli_global_options[];

extern const CliCommand cli_command_call;
extern const CliCommand cli_command_dkim_keygen;
extern const CliCommand cli_command_domains;
extern const CliCommand cli_command_domains_add;
extern const CliCommand cli_command_domains_list;
extern const CliCommand cli_command_domains_remove;
extern const CliCommand cli_command_domains_rotate_dkim;
extern const CliCommand cli_command_domains_set_default;
extern const CliCommand cli_command_help;
extern const CliCommand cli_command_ingest;
extern const CliCommand cli_command_mailboxes;
extern const CliCommand cli_command_mailboxes_create;
extern const CliCommand cli_command_mailboxes_delete;
extern const CliCommand cli_command_mailboxes_list;
extern const CliCommand cli_command_mailboxes_show;
extern const CliCommand cli_command_modules;
extern const CliCommand cli_command_reload;
extern const CliCommand cli_command_serve;
extern const CliCommand cli_command_verify;
extern const CliCommand cli_command_version;

/** cli_command_find: Returns: (nullable): the subcommand of @command with that name or alias */
const CliCommand *cli_command_find (const CliCommand *command, const char *name);

G_END_DECLS
