/* SPDX-License-Identifier: MIT */
/* Which verbs there are, as VERB-LIST describes them, and calling one by its description. */
#pragma once

#include "answer.h"
#include "call.h"

G_BEGIN_DECLS

/**
 * cli_verb_list:
 * @session: where the daemon is
 * @answer: (out) (transfer full) (optional): what VERB-LIST says
 * @status: (out): with %NULL, the exit status
 *
 * Returns: (transfer full) (nullable): an object a verb; %NULL when the error has been told
 */
JsonArray *cli_verb_list (CliSession *session, AimxClientAnswer **answer, int *status);
/** cli_verb_list_here: Returns: (transfer full) (nullable): the same of a server in this process */
JsonArray *cli_verb_list_here (CliSession *session);
/** cli_verb_list_daemon: Returns: (transfer full) (nullable): the same from a daemon that answers at once, and nothing
 * is told when none does; @absent: (out) (optional): no daemon is there */
JsonArray *cli_verb_list_daemon (const CliSession *session, gboolean *absent);
/** cli_verb_find: Returns: (transfer none) (nullable): the verb whose @key (`name`, `command`) is @value */
JsonObject *cli_verb_find (JsonArray *verbs, const char *key, const char *value);
/** cli_verb_nearest: Returns: (transfer none) (nullable): the name of the verb that may have been meant */
const char *cli_verb_nearest (JsonArray *verbs, const char *name);

/**
 * cli_verb_call:
 * @session: where the daemon is
 * @verb: description of the verb
 * @headers: (array zero-terminated=1): name and value in turn
 * @answer: (out) (transfer full): the answer of a success
 *
 * Calls the verb with what stdin holds when the verb takes a body and stdin is not a terminal.
 *
 * Returns: exit status; what is not %CLI_EXIT_DONE has been told
 */
int cli_verb_call (CliSession *session, JsonObject *verb, const char *const *headers, AimxClientAnswer **answer);

G_END_DECLS
