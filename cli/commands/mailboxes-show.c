/* SPDX-License-Identifier: MIT */
/* `aimx mailboxes show`. */
#include "answer.h"
#include "arguments.h"
#include "display.h"
#include "errors.h"
#include "mailbox-call.h"
#include "style.h"

#include <stdio.h>

static void print_line (const char *key, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
print_line (const char *key, const char *format, ...)
{
  g_autofree char *styled = cli_styled (cli_style_is_rich (stdout), CLI_STYLE_DIM, key);
  g_autofree char *text = NULL;
  g_autofree char *shown = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  shown = cli_display (text);
  printf ("  %s %s\n", styled, shown);
}

static const char *
or_none (const char *text)
{
  return text != NULL && *text != '\0' ? text : "none";
}

/* The names of the hooks on one event. */
static char *
join_hooks (JsonObject *mailbox, const char *event)
{
  JsonArray *hooks = cli_object_get_array (mailbox, "hooks");
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; hooks != NULL && i < json_array_get_length (hooks); i++)
    {
      JsonNode *node = json_array_get_element (hooks, i);
      JsonObject *hook = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      if (hook != NULL && g_strcmp0 (cli_object_get_string (hook, "event"), event) == 0)
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "",
                                or_none (cli_object_get_string (hook, "name")));
    }
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
print_mailbox (JsonObject *mailbox)
{
  g_autofree char *name = cli_display (or_none (cli_object_get_string (mailbox, "name")));
  g_autofree char *styled = cli_styled (cli_style_is_rich (stdout), CLI_STYLE_HEADER, name);
  g_autofree char *senders = cli_object_join (mailbox, "trusted_senders", ", ");
  g_autofree char *on_receive = join_hooks (mailbox, "on_receive");
  g_autofree char *after_send = join_hooks (mailbox, "after_send");

  puts (styled);
  print_line ("address:", "%s", or_none (cli_object_get_string (mailbox, "address")));
  print_line ("owner:", "%s%s", or_none (cli_object_get_string (mailbox, "owner")),
              cli_object_get_boolean (mailbox, "owner_exists") ? "" : " (no such account: the mailbox is inactive)");
  print_line ("trust:", "%s (%s)", or_none (cli_object_get_string (mailbox, "trust")),
              or_none (cli_object_get_string (mailbox, "trust_source")));
  print_line ("trusted senders:", "%s", or_none (senders));
  print_line ("hooks on_receive:", "%s", or_none (on_receive));
  print_line ("hooks after_send:", "%s", or_none (after_send));
  print_line ("inbox:", "%" G_GINT64_FORMAT " (%" G_GINT64_FORMAT " unread)", cli_object_get_number (mailbox, "total"),
              cli_object_get_number (mailbox, "unread"));
  print_line ("sent:", "%" G_GINT64_FORMAT, cli_object_get_number (mailbox, "sent_count"));
  print_line ("inbox path:", "%s", or_none (cli_object_get_string (mailbox, "inbox_path")));
  print_line ("sent path:", "%s", or_none (cli_object_get_string (mailbox, "sent_path")));
}

static int
run (CliSession *session, const CliInvocation *invocation)
{
  g_autoptr (AimxClientAnswer) answer = NULL;
  g_autoptr (JsonObject) mailbox = NULL;
  int status = cli_mailbox_show (session, CLI_ACCESS_READ, cli_invocation_get_argument (invocation, 0), &answer);

  if (status != CLI_EXIT_DONE)
    return status;
  if (cli_invocation_has (invocation, "json"))
    {
      cli_answer_print (answer);
      return CLI_EXIT_DONE;
    }
  mailbox = cli_answer_get_object (answer);
  if (mailbox == NULL)
    return CLI_EXIT_FAILED;
  print_mailbox (mailbox);
  return CLI_EXIT_DONE;
}

static const CliOption options[] = {
  { "json", 0, NULL, FALSE, "print the daemon's JSON" },
  { NULL },
};

static const CliArgument arguments[] = {
  { "NAME", TRUE, FALSE, "address, or its first part" },
  { NULL },
};

const CliCommand cli_command_mailboxes_show = {
  .name = "show",
  .summary = "Show one mailbox: owner, trust, hooks, counts, paths",
  .example = "aimx mailboxes show info",
  .options = options,
  .arguments = arguments,
  .run = run,
};
