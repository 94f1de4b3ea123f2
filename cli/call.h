/* SPDX-License-Identifier: MIT */
/*
 * The one way from a command to a verb: to the daemon when it answers, else to the same verb of a server in this
 * process, as far as the caller may.
 */
#pragma once

#include "session.h"

#include "wire/client.h"

G_BEGIN_DECLS

/** CLI_CALL_USUAL_SECONDS: the daemon ends a verb after 60 s unless its descriptor says otherwise; its answer must not
 * be missed */
#define CLI_CALL_USUAL_SECONDS 75

/** CLI_CALL_LONG_SECONDS: the same for verbs that delete mail, which have ten minutes */
#define CLI_CALL_LONG_SECONDS 615

/**
 * CliAccess:
 * @CLI_ACCESS_BARE: needs neither configuration nor mail: in this process for everybody
 * @CLI_ACCESS_READ: changes nothing: in this process for everybody, with their own rights on the files
 * @CLI_ACCESS_ROOT_READ: changes nothing, and is for root
 * @CLI_ACCESS_CHANGE: changes something: in this process for root
 * @CLI_ACCESS_CONFIG: changes files in the configuration directory: always in this process, for whoever may write there
 * @CLI_ACCESS_DELIVER: stores a message: in this process for root and the owner of the data directory
 * @CLI_ACCESS_DAEMON: means something to a daemon only
 *
 * Who may run a verb in this process.
 */
typedef enum
{
  CLI_ACCESS_BARE,
  CLI_ACCESS_READ,
  CLI_ACCESS_ROOT_READ,
  CLI_ACCESS_CHANGE,
  CLI_ACCESS_CONFIG,
  CLI_ACCESS_DELIVER,
  CLI_ACCESS_DAEMON,
} CliAccess;

/**
 * CliCall:
 * @verb: name of the verb
 * @access: who may run it in this process
 * @headers: (nullable) (array zero-terminated=1): name and value in turn
 * @body: (nullable): what goes with it
 * @here: in this process even when there is a daemon
 * @timeout_seconds: how long the daemon may take, 0 for the usual time
 */
typedef struct
{
  const char *verb;
  CliAccess access;
  const char *const *headers;
  GBytes *body;
  gboolean here;
  guint timeout_seconds;
} CliCall;

/**
 * cli_call:
 * @session: where the daemon is, and the server in this process
 * @call: what to do
 * @status: (out): with %NULL, the exit status
 *
 * Returns: (transfer full) (nullable): an answer, success or error; %NULL when there is none and the error has been
 * told
 */
AimxClientAnswer *cli_call (CliSession *session, const CliCall *call, int *status);
/**
 * cli_call_succeeded:
 * @session: where the daemon is
 * @call: what to do
 * @answer: (out) (transfer full) (nullable) (optional): the answer of a success
 * @hint: (nullable): what to do when the verb refuses
 *
 * As cli_call(), for whoever has nothing to do with an error but to tell it.
 *
 * Returns: exit status
 */
int cli_call_succeeded (CliSession *session, const CliCall *call, AimxClientAnswer **answer, const char *hint);
/** cli_call_tell: tells the error that @answer is. Returns: exit status */
int cli_call_tell (const AimxClientAnswer *answer, const char *hint);

G_END_DECLS
