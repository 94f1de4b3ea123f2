/* SPDX-License-Identifier: MIT */
/* What the help says, put together from the descriptors of commands. */
#pragma once

#include "command.h"

G_BEGIN_DECLS

/** cli_help_get_usage: @path: how @command is called. Returns: (transfer full): its usage line, without line end */
char *cli_help_get_usage (const CliCommand *command, const char *path);
/** cli_help_format: Returns: (transfer full): the help of @command: for `aimx` itself the groups of commands */
char *cli_help_format (const CliCommand *command, const char *path, gboolean rich);

G_END_DECLS
