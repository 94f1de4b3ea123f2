/* SPDX-License-Identifier: MIT */
/*
 * Questions to a person: asked on stderr, answered by one line of stdin. When nobody answers, that is an error that
 * names the option to use instead.
 */
#pragma once

#include "session.h"

G_BEGIN_DECLS

/** CliReply: what came of a question */
typedef enum
{
  CLI_REPLY_YES,
  CLI_REPLY_NO,
  CLI_REPLY_NONE, /* the error has been told */
} CliReply;

/**
 * cli_ask_yes:
 * @session: whether anybody may be asked
 * @option: what answers yes on the command line, such as `--yes`
 * @format: the question, without `[y/N]`
 *
 * Returns: the answer; `Cancelled.` has been said for a no
 */
CliReply cli_ask_yes (const CliSession *session, const char *option, const char *format, ...) G_GNUC_PRINTF (3, 4);
/** cli_ask_line: Returns: (transfer full) (nullable): the answer, %NULL when there is none and the error has been told
 */
char *cli_ask_line (const CliSession *session, const char *option, const char *question);

G_END_DECLS
