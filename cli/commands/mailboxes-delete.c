/* SPDX-License-Identifier: MIT */
/* `aimx mailboxes delete`. */
#include "answer.h"
#include "arguments.h"
#include "errors.h"
#include "local.h"
#include "mailbox-call.h"
#include "prompt.h"

#include <string.h>

static gboolean
is_catchall (const char *name)
{
  gsize length = strcspn (name, "@");

  return (length == 1 && name[0] == '*') || (length == 8 && g_ascii_strncasecmp (name, "catchall", 8) == 0);
}

/* How many messages there are, in words. */
static char *
count (JsonObject *mailbox)
{
  gint64 total = cli_object_get_number (mailbox, "total");

  return g_strdup_printf ("%" G_GINT64_FORMAT " message%s in its inbox (%" G_GINT64_FORMAT
                          " unread) and %" G_GINT64_FORMAT " sent",
                          total, total == 1 ? "" : "s", cli_object_get_number (mailbox, "unread"),
                          cli_object_get_number (mailbox, "sent_count"));
}

static CliReply
ask (const CliSession *session, const char *name, gboolean force, JsonObject *mailbox)
{
  g_autofree char *holding = count (mailbox);
  gboolean empty = cli_object_get_number (mailbox, "total") == 0 && cli_object_get_number (mailbox, "sent_count") == 0;

  if (empty)
    return cli_ask_yes (session, "--yes", "Delete mailbox '%s'?", name);
  if (force)
    return cli_ask_yes (session, "--yes", "Delete mailbox '%s' with %s?", name, holding);
  cli_error ("--force deletes it with all that it holds.", "[NONEMPTY] mailbox '%s' has %s", name, holding);
  return CLI_REPLY_NONE;
}

static int delete (CliSession *session, const char *name, gboolean force)
{
  const char *const headers[] = { "Name", name, force ? "Force" : NULL, "true", NULL };
  const CliCall call = {
    .verb = "MAILBOX-DELETE", .access = CLI_ACCESS_CHANGE, .headers = headers, .timeout_seconds = CLI_CALL_LONG_SECONDS
  };
  int status = CLI_EXIT_DONE;
  g_autoptr (AimxClientAnswer) answer = cli_call (session, &call, &status);

  if (answer == NULL)
    return status;
  if (answer->code != NULL)
    return cli_call_tell (answer,
                          strcmp (answer->code, "NONEMPTY") == 0 ? "--force deletes it with all that it holds." : NULL);
  cli_success ("Mailbox '%s' deleted.", name);
  return CLI_EXIT_DONE;
}

static int
run (CliSession *session, const CliInvocation *invocation)
{
  const char *name = cli_invocation_get_argument (invocation, 0);
  gboolean force = cli_invocation_has (invocation, "force");
  g_autoptr (AimxClientAnswer) answer = NULL;
  g_autoptr (JsonObject) mailbox = NULL;
  CliReply reply = CLI_REPLY_YES;
  int status;

  if (is_catchall (name))
    return cli_error ("Take it out of the configuration by hand.", "'%s' is the catchall, which cannot be deleted",
                      name);
  /* Whoever may not delete it is told so before anything is asked; no lock is held while a person thinks. Looked at
   * like whoever changes it, so that a tree of an older release is moved first. */
  status = cli_mailbox_show (session, CLI_ACCESS_CHANGE, name, &answer);
  session->changed = FALSE;
  cli_local_close (session);
  mailbox = status == CLI_EXIT_DONE ? cli_answer_get_object (answer) : NULL;
  if (mailbox == NULL)
    return status == CLI_EXIT_DONE ? CLI_EXIT_FAILED : status;
  if (!cli_invocation_has (invocation, "yes"))
    reply = ask (session, name, force, mailbox);
  if (reply == CLI_REPLY_YES)
    return delete (session, name, force);
  return reply == CLI_REPLY_NO ? CLI_EXIT_DONE : CLI_EXIT_FAILED;
}

static const CliOption options[] = {
  { "yes", 'y', NULL, FALSE, "do not ask" },
  { "force", 0, NULL, FALSE, "also when it holds messages" },
  { NULL },
};

static const CliArgument arguments[] = {
  { "NAME", TRUE, FALSE, "address, or its first part" },
  { NULL },
};

const CliCommand cli_command_mailboxes_delete = {
  .name = "delete",
  .summary = "Delete a mailbox",
  .example = "aimx mailboxes delete support",
  .options = options,
  .arguments = arguments,
  .run = run,
};
