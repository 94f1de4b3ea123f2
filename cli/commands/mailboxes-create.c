/* SPDX-License-Identifier: MIT */
/* `aimx mailboxes create`. */
#include "arguments.h"
#include "call.h"
#include "errors.h"
#include "prompt.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

/* The user who is called like the first part of @name. */
static char *
find_user_of_that_name (const char *name)
{
  g_autofree char *local = g_strndup (name, strcspn (name, "@"));

  return getpwnam (local) != NULL ? g_steal_pointer (&local) : NULL;
}

/* Root makes mailboxes for others, so there must be an owner. %NULL when there is none and the error has been told. */
static char *
choose_owner (const CliSession *session, const CliInvocation *invocation, const char *name)
{
  const char *given = cli_invocation_get (invocation, "owner");
  char *owner = given != NULL ? g_strdup (given) : find_user_of_that_name (name);

  if (owner != NULL)
    return owner;
  if (isatty (STDIN_FILENO) || session->noninteractive)
    return cli_ask_line (session, "--owner USER", "Which user owns the mailbox?");
  cli_error ("Name the user who owns it with --owner USER.", "no user is called like mailbox '%s'", name);
  return NULL;
}

static void
warn_about_owner (const CliInvocation *invocation)
{
  const char *given = cli_invocation_get (invocation, "owner");
  const struct passwd *account = given != NULL ? getpwuid (geteuid ()) : NULL;

  if (account != NULL && strcmp (account->pw_name, given) != 0)
    cli_warning ("--owner ignored for non-root callers; mailbox will be owned by %s", account->pw_name);
}

static int
create (CliSession *session, const char *name, const char *owner)
{
  const char *const headers[] = { "Name", name, owner != NULL ? "Owner" : NULL, owner, NULL };
  const CliCall call = { .verb = "MAILBOX-CREATE", .access = CLI_ACCESS_CHANGE, .headers = headers };
  int status = cli_call_succeeded (session, &call, NULL, NULL);

  if (status == CLI_EXIT_DONE)
    cli_success ("Mailbox '%s' created", name);
  return status;
}

static int
run (CliSession *session, const CliInvocation *invocation)
{
  const char *name = cli_invocation_get_argument (invocation, 0);
  g_autofree char *owner = NULL;

  if (geteuid () != 0)
    {
      warn_about_owner (invocation);
      return create (session, name, NULL);
    }
  owner = choose_owner (session, invocation, name);
  return owner != NULL ? create (session, name, owner) : CLI_EXIT_FAILED;
}

static const CliOption options[] = {
  { "owner", 0, "USER", FALSE, "user who owns it, for root (the user of the same name)" },
  { NULL },
};

static const CliArgument arguments[] = {
  { "NAME", TRUE, FALSE, "address, or its first part" },
  { NULL },
};

const CliCommand cli_command_mailboxes_create = {
  .name = "create",
  .summary = "Make a mailbox; mail for it is taken at once",
  .example = "sudo aimx mailboxes create support --owner agent",
  .options = options,
  .arguments = arguments,
  .run = run,
};
