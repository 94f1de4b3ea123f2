/* SPDX-License-Identifier: MIT */
/*
 * `aimx domains remove`. Who stands at a terminal and forces it is shown what would go: first the verb is asked without
 * force, which names the mailboxes in the way and changes nothing, or refuses for a reason that no answer could help.
 */
#include "answer.h"
#include "arguments.h"
#include "domain-call.h"
#include "errors.h"
#include "local.h"
#include "prompt.h"

#include <unistd.h>

#define N_MAILBOXES(n) (n), (n) == 1 ? "" : "es"
#define N_MESSAGES(n)  (n), (n) == 1 ? "" : "s"

/* ---- the verb ---- */

static gboolean
is_blocked (JsonObject *outcome)
{
  return g_strcmp0 (cli_object_get_string (outcome, "outcome"), "blocked_by_mailboxes") == 0;
}

/* Returns: exit status; @outcome is what @answer holds. */
static int
call_verb (CliSession *session, const char *domain, gboolean force, AimxClientAnswer **answer, JsonObject **outcome)
{
  const char *const headers[] = { "Domain", domain, "Force", force ? "true" : "false", NULL };
  const CliCall call = {
    .verb = "DOMAIN-REMOVE", .access = CLI_ACCESS_CHANGE, .headers = headers, .timeout_seconds = CLI_CALL_LONG_SECONDS
  };
  int status = cli_domain_call (session, &call, answer);

  if (status != CLI_EXIT_DONE)
    return status;
  *outcome = cli_answer_get_object (*answer);
  if (*outcome == NULL)
    return CLI_EXIT_FAILED;
  /* An answer all the same, but no change. */
  if (is_blocked (*outcome))
    session->changed = FALSE;
  return CLI_EXIT_DONE;
}

/* ---- what came of it ---- */

static guint
count_mailboxes (JsonArray *mailboxes)
{
  return mailboxes != NULL ? json_array_get_length (mailboxes) : 0;
}

static void
print_removed (const char *domain, JsonObject *outcome)
{
  const char *dkim_dir = cli_object_get_string (outcome, "dkim_dir");
  JsonArray *mailboxes = cli_object_get_array (outcome, "cascaded_mailboxes");
  guint n = count_mailboxes (mailboxes);

  if (n > 0)
    cli_success ("Removed domain (cascade) '%s' with %u mailbox%s:", domain, N_MAILBOXES (n));
  else
    cli_success ("Removed domain '%s' from the configuration", domain);
  for (guint i = 0; i < n; i++)
    cli_say ("  - %s", cli_array_get_string (mailboxes, i));
  if (n > 0 && cli_object_get_boolean (outcome, "storage_tree_removed"))
    cli_say ("Storage tree removed.");
  cli_say ("DKIM keypair preserved at %s", dkim_dir != NULL ? dkim_dir : "?");
}

static void
print_blocked (const char *domain, JsonObject *outcome)
{
  const char *dkim_dir = cli_object_get_string (outcome, "dkim_dir");
  JsonArray *mailboxes = cli_object_get_array (outcome, "blocking_mailboxes");
  guint n = count_mailboxes (mailboxes);

  cli_note (CLI_MARK_FAILURE, "Domain '%s' has %u mailbox%s:", domain, N_MAILBOXES (n));
  for (guint i = 0; i < n; i++)
    cli_say ("  %u. %s", i + 1, cli_array_get_string (mailboxes, i));
  cli_say ("To delete them with all their mail: `aimx domains remove %s --force`", domain);
  cli_say ("DKIM keypair preserved at %s", dkim_dir != NULL ? dkim_dir : "?");
}

static int
report (CliSession *session,
        const CliInvocation *invocation,
        const char *domain,
        const AimxClientAnswer *answer,
        JsonObject *outcome)
{
  if (cli_invocation_has (invocation, "json"))
    cli_answer_print (answer);
  else if (is_blocked (outcome))
    print_blocked (domain, outcome);
  else
    print_removed (domain, outcome);
  if (is_blocked (outcome))
    return cli_error (NULL, "refused: domain '%s' still has mailboxes", domain);
  /* It may have been the default domain itself. */
  cli_domain_warn_about_default (session);
  return CLI_EXIT_DONE;
}

/* ---- asking ---- */

typedef struct
{
  guint n_mailboxes;
  gint64 n_messages;
} Loss;

/* Shows the mailboxes of @all that are in the way. */
static Loss
show_loss (JsonArray *all, JsonObject *outcome)
{
  Loss loss = { count_mailboxes (cli_object_get_array (outcome, "blocking_mailboxes")), 0 };

  for (guint i = 0; i < json_array_get_length (all); i++)
    {
      JsonObject *mailbox = json_array_get_object_element (all, i);
      const char *name = cli_object_get_string (mailbox, "name");
      gint64 total = cli_object_get_number (mailbox, "total"), sent = cli_object_get_number (mailbox, "sent_count");

      if (name == NULL || !cli_object_has (outcome, "blocking_mailboxes", name))
        continue;
      cli_hint ("  %s: %" G_GINT64_FORMAT " message%s (%" G_GINT64_FORMAT " unread), %" G_GINT64_FORMAT " sent", name,
                N_MESSAGES (total), cli_object_get_number (mailbox, "unread"), sent);
      loss.n_messages += total + sent;
    }
  return loss;
}

/* Returns: exit status; @reply is meant with %CLI_EXIT_DONE alone. */
static int
ask (CliSession *session, const char *domain, JsonObject *outcome, CliReply *reply)
{
  const CliCall call = { .verb = "MAILBOX-LIST", .access = CLI_ACCESS_ROOT_READ };
  g_autoptr (AimxClientAnswer) answer = NULL;
  g_autoptr (JsonArray) all = NULL;
  Loss loss;
  int status = cli_call_succeeded (session, &call, &answer, NULL);

  if (status != CLI_EXIT_DONE)
    return status;
  all = cli_answer_get_array (answer);
  if (all == NULL)
    return CLI_EXIT_FAILED;
  /* No lock is held while a person thinks. */
  cli_local_close (session);
  cli_hint ("Mailboxes of '%s':", domain);
  loss = show_loss (all, outcome);
  *reply = cli_ask_yes (session, "--yes", "Delete %u mailbox%s with %" G_GINT64_FORMAT " message%s, and domain '%s'?",
                        N_MAILBOXES (loss.n_mailboxes), N_MESSAGES (loss.n_messages), domain);
  return *reply == CLI_REPLY_NONE ? CLI_EXIT_FAILED : CLI_EXIT_DONE;
}

static int
run (CliSession *session, const CliInvocation *invocation)
{
  const char *domain = cli_invocation_get_argument (invocation, 0);
  gboolean force = cli_invocation_has (invocation, "force");
  gboolean asks = force && !cli_invocation_has (invocation, "yes") && isatty (STDIN_FILENO);
  g_autoptr (AimxClientAnswer) answer = NULL;
  g_autoptr (JsonObject) outcome = NULL;
  CliReply reply = CLI_REPLY_YES;
  int status = call_verb (session, domain, force && !asks, &answer, &outcome);

  if (status != CLI_EXIT_DONE)
    return status;
  if (asks && is_blocked (outcome))
    {
      status = ask (session, domain, outcome, &reply);
      if (status != CLI_EXIT_DONE || reply == CLI_REPLY_NO)
        return status;
      g_clear_pointer (&answer, aimx_client_answer_free);
      g_clear_pointer (&outcome, json_object_unref);
      status = call_verb (session, domain, TRUE, &answer, &outcome);
      if (status != CLI_EXIT_DONE)
        return status;
    }
  return report (session, invocation, domain, answer, outcome);
}

static const CliOption options[] = {
  { "force", 0, NULL, FALSE, "delete its mailboxes with all their mail" },
  { "yes", 'y', NULL, FALSE, "do not ask" },
  { "json", 0, NULL, FALSE, "print the daemon's JSON" },
  { NULL },
};

static const CliArgument arguments[] = {
  { "DOMAIN", TRUE, FALSE, "a configured domain" },
  { NULL },
};

const CliCommand cli_command_domains_remove = {
  .name = "remove",
  .summary = "Remove a domain; its DKIM keys stay on disk",
  .details = "A domain with mailboxes is removed with --force alone, which asks first on a terminal.",
  .example = "sudo aimx domains remove old.example",
  .options = options,
  .arguments = arguments,
  .run = run,
};
