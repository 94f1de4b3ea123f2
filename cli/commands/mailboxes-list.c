/* SPDX-License-Identifier: MIT */
/* `aimx mailboxes list`. */
#include "answer.h"
#include "arguments.h"
#include "call.h"
#include "display.h"
#include "errors.h"
#include "table.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

static const CliColumn columns[] = {
  { "MAILBOX" }, { "INBOX", TRUE }, { "UNREAD", TRUE }, { "SENT", TRUE }, { "OWNER" }, { NULL },
};
/* Others than root see only what is theirs. */
static const CliColumn own_columns[] = {
  { "MAILBOX" }, { "INBOX", TRUE }, { "UNREAD", TRUE }, { "SENT", TRUE }, { NULL },
};

/**
 * Filter:
 * @own: only those of the caller
 * @domain: (nullable): only in that domain
 * @n_of_others: how many @own has kept out
 */
typedef struct
{
  gboolean own;
  const char *domain;
  guint n_of_others;
} Filter;

/* Names of one account are all the same. What has no owner is a directory that others than root are shown when it is
 * theirs. */
static gboolean
is_own (JsonObject *mailbox)
{
  const char *owner = cli_object_get_string (mailbox, "owner");
  const struct passwd *account = owner != NULL ? getpwnam (owner) : NULL;

  return owner != NULL ? account != NULL && account->pw_uid == geteuid () : geteuid () != 0;
}

static gboolean
is_in_domain (const char *name, const char *domain)
{
  const char *at = name != NULL ? strrchr (name, '@') : NULL;

  return at != NULL && g_ascii_strcasecmp (at + 1, domain) == 0;
}

static gboolean
is_kept (Filter *filter, JsonObject *mailbox)
{
  if (filter->domain != NULL && !is_in_domain (cli_object_get_string (mailbox, "name"), filter->domain))
    return FALSE;
  if (!filter->own || is_own (mailbox))
    return TRUE;
  filter->n_of_others++;
  return FALSE;
}

static JsonArray *
apply (Filter *filter, JsonArray *all)
{
  JsonArray *kept = json_array_new ();

  for (guint i = 0; i < json_array_get_length (all); i++)
    if (is_kept (filter, json_array_get_object_element (all, i)))
      json_array_add_object_element (kept, json_object_ref (json_array_get_object_element (all, i)));
  return kept;
}

/* ---- output ---- */

static void
add_mailbox (CliTable *table, JsonObject *mailbox, gboolean with_owner)
{
  const char *name = cli_object_get_string (mailbox, "name");
  const char *owner = cli_object_get_string (mailbox, "owner");
  gint64 unread = cli_object_get_number (mailbox, "unread");
  gboolean registered = cli_object_get_boolean (mailbox, "registered");
  g_autofree char *shown = g_strdup_printf ("%s%s", name != NULL ? name : "?", registered ? "" : " (unregistered)");
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, unread);

  cli_table_add (table, registered ? CLI_STYLE_PLAIN : CLI_STYLE_WARNING, shown);
  cli_table_add_number (table, cli_object_get_number (mailbox, "total"));
  cli_table_add (table, unread > 0 ? CLI_STYLE_HIGHLIGHT : CLI_STYLE_PLAIN, number);
  cli_table_add_number (table, cli_object_get_number (mailbox, "sent_count"));
  if (with_owner)
    cli_table_add (table, CLI_STYLE_PLAIN, owner != NULL ? owner : "-");
}

/* Counts of what could not be read are none. */
static void
print_problems (JsonArray *mailboxes)
{
  for (guint i = 0; i < json_array_get_length (mailboxes); i++)
    {
      JsonObject *mailbox = json_array_get_object_element (mailboxes, i);
      const char *name = cli_object_get_string (mailbox, "name");
      const char *problem = cli_object_get_string (mailbox, "problem");

      if (problem != NULL)
        cli_warning ("the mail of %s is not counted: %s", name != NULL ? name : "?", problem);
    }
}

static void
print_table (JsonArray *mailboxes)
{
  gboolean with_owner = geteuid () == 0;
  g_autoptr (CliTable) table = cli_table_new (with_owner ? columns : own_columns);

  for (guint i = 0; i < json_array_get_length (mailboxes); i++)
    add_mailbox (table, json_array_get_object_element (mailboxes, i), with_owner);
  cli_table_print (table);
  print_problems (mailboxes);
}

static void
print_none (const Filter *filter)
{
  if (filter->domain != NULL)
    cli_say ("No mailboxes in '%s'. Make one with `aimx mailboxes create NAME@%s`.", filter->domain, filter->domain);
  else
    cli_say ("No mailboxes configured. Make one with `aimx mailboxes create NAME`.");
  if (filter->n_of_others > 0 && geteuid () == 0)
    cli_hint ("%u belong%s to other users: `aimx mailboxes list --all` shows everybody's.", filter->n_of_others,
              filter->n_of_others == 1 ? "s" : "");
}

static void
print_json (JsonArray *mailboxes)
{
  g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), mailboxes);
  g_autofree char *text = json_to_string (node, FALSE);
  g_autofree char *shown = isatty (STDOUT_FILENO) ? cli_display (text) : g_strdup (text);

  puts (shown);
}

static int
run (CliSession *session, const CliInvocation *invocation)
{
  const CliCall call = { .verb = "MAILBOX-LIST", .access = CLI_ACCESS_READ };
  gboolean all = cli_invocation_has (invocation, "all");
  Filter filter = { .domain = cli_invocation_get (invocation, "domain") };
  g_autoptr (AimxClientAnswer) answer = NULL;
  g_autoptr (JsonArray) everything = NULL;
  g_autoptr (JsonArray) mailboxes = NULL;
  int status;

  if (all && geteuid () != 0)
    return cli_error ("Without it the list shows your own.", "--all requires root");
  status = cli_call_succeeded (session, &call, &answer, NULL);
  everything = status == CLI_EXIT_DONE ? cli_answer_get_array (answer) : NULL;
  if (everything == NULL)
    return status == CLI_EXIT_DONE ? CLI_EXIT_FAILED : status;
  /* The daemon has answered with what is the caller's own; root's answer, and one from this process, is everybody's. */
  filter.own = !all && (geteuid () == 0 || session->in_process);
  mailboxes = apply (&filter, everything);
  if (cli_invocation_has (invocation, "json"))
    print_json (mailboxes);
  else if (json_array_get_length (mailboxes) == 0)
    print_none (&filter);
  else
    print_table (mailboxes);
  return CLI_EXIT_DONE;
}

static const CliOption options[] = {
  { "all", 0, NULL, FALSE, "everybody's, for root" },
  { "domain", 0, "DOMAIN", FALSE, "only those of one domain" },
  { "json", 0, NULL, FALSE, "print JSON" },
  { NULL },
};

const CliCommand cli_command_mailboxes_list = {
  .name = "list",
  .summary = "List your mailboxes with how many messages they hold",
  .example = "aimx mailboxes list --domain agents.example",
  .options = options,
  .run = run,
};
