/* SPDX-License-Identifier: MIT */
/*
 * What goes wrong, told on stderr in one form: `Error: <what>`, then a line that says what to do.
 *
 * All texts pass cli_display(), so that no answer, path or argument can act on the terminal.
 */
#pragma once

#include "style.h"

G_BEGIN_DECLS

/** CliExit: exit statuses */
enum
{
  CLI_EXIT_DONE = 0,
  CLI_EXIT_FAILED = 1, /* refused or failed */
  CLI_EXIT_USAGE = 2,  /* called wrongly, or the daemon is needed and not there */
};

/** cli_error: @hint: (nullable): what to do, a sentence. Returns: %CLI_EXIT_FAILED */
int cli_error (const char *hint, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** cli_usage_error: @text: what is wrong with the command line, in several lines, shown already. Returns:
 * %CLI_EXIT_USAGE */
int cli_usage_error (const char *text);
/** cli_warning: something that the caller should know, with the mark of a warning */
void cli_warning (const char *format, ...) G_GNUC_PRINTF (1, 2);
/** cli_hint: something that the caller may want to know */
void cli_hint (const char *format, ...) G_GNUC_PRINTF (1, 2);
/** cli_say: a line of the result, on stdout */
void cli_say (const char *format, ...) G_GNUC_PRINTF (1, 2);
/** cli_note: a line of the result, on stdout, with a mark */
void cli_note (CliMark mark, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** cli_success: what was asked for is done; on stdout */
#define cli_success(...) cli_note (CLI_MARK_SUCCESS, __VA_ARGS__)

G_END_DECLS
