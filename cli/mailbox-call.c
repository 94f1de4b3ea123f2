/* SPDX-License-Identifier: MIT */
/* Verbs on a mailbox. */
#include "mailbox-call.h"

#include "errors.h"

#include <unistd.h>

int
cli_mailbox_show (CliSession *session, CliAccess access, const char *name, AimxClientAnswer **answer)
{
  const char *const headers[] = { "Mailbox", name, NULL };
  const CliCall call = { .verb = "MAILBOX-SHOW", .access = access, .headers = headers };
  int status = CLI_EXIT_DONE;

  *answer = cli_call (session, &call, &status);
  if (*answer == NULL)
    return status;
  if (g_strcmp0 ((*answer)->code, "ENOENT") == 0)
    return cli_error (geteuid () == 0 ? "`aimx mailboxes list --all` shows everybody's."
                                      : "`aimx mailboxes list` shows those that are yours.",
                      "Mailbox '%s' does not exist", name);
  return (*answer)->code != NULL ? cli_call_tell (*answer, NULL) : CLI_EXIT_DONE;
}
