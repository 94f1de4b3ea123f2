/* SPDX-License-Identifier: MIT */
/* `aimx version`: which build this is, and which one the daemon is when it answers. */
#include "answer.h"
#include "arguments.h"
#include "errors.h"
#include "version-line.h"

#include <stdio.h>

#define TIMEOUT_MSEC 500

static void
print_daemon (const AimxClientAnswer *answer)
{
  g_autoptr (JsonObject) object = cli_answer_get_object (answer);
  g_autofree char *line = NULL;

  if (object == NULL)
    return;
  line = cli_version_format (cli_object_get_string (object, "tag"), cli_object_get_string (object, "git_hash"),
                             cli_object_get_string (object, "target"), cli_object_get_string (object, "build_date"));
  printf ("Daemon: %s\n", line);
}

static int
run (CliSession *session, const CliInvocation *invocation)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AimxClientAnswer) answer = aimx_client_call (session->socket, "VERSION", NULL, NULL, TIMEOUT_MSEC, &error);

  cli_version_print ();
  if (answer != NULL && answer->code == NULL)
    print_daemon (answer);
  else if (answer != NULL)
    cli_warning ("the daemon does not tell its version: [%s] %s", answer->code, answer->reason);
  else if (!g_error_matches (error, AIMX_CLIENT_ERROR, AIMX_CLIENT_ERROR_ABSENT))
    cli_warning ("%s", error->message);
  return CLI_EXIT_DONE;
}

const CliCommand cli_command_version = {
  .name = "version",
  .summary = "Show which build this is, and which one the daemon is",
  .example = "aimx version",
  .group = CLI_GROUP_PLUMBING,
  .run = run,
};
