/* SPDX-License-Identifier: MIT */
/*
 * The commands that plugins bring: a verb whose descriptor has a command name becomes a command, its headers options
 * and its positional header an argument.
 */
#pragma once

#include "command.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _CliPluginCommands CliPluginCommands;

/** cli_plugin_commands_new: @verbs: (nullable): what VERB-LIST says. Returns: (transfer full): their commands */
CliPluginCommands *cli_plugin_commands_new (JsonArray *verbs);
/** cli_plugin_commands_free: frees them; no invocation of one may be left */
void cli_plugin_commands_free (CliPluginCommands *self);
/** cli_plugin_commands_get_root: Returns: (transfer none): %cli_root with them added; a name that is taken stays whose
 * it is */
const CliCommand *cli_plugin_commands_get_root (CliPluginCommands *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliPluginCommands, cli_plugin_commands_free)

G_END_DECLS
