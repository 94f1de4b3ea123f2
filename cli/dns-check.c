/* SPDX-License-Identifier: MIT */
/* Looking whether records are published: the verb compares, this shows. */
#include "dns-check.h"

#include "answer.h"
#include "call.h"
#include "dns-records.h"
#include "errors.h"
#include "local.h"
#include "prompt.h"

#include <string.h>
#include <unistd.h>

/* ---- asking ---- */

/* A PTR record whose address is not known cannot be asked for. */
static GBytes *
make_body (GPtrArray *records)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  for (guint i = 0; i < records->len; i++)
    {
      const CliDnsRecord *record = records->pdata[i];

      if (strchr (record->name, '<') == NULL)
        g_string_append_printf (lines, "%s %s %s\n", record->type, record->name, record->value);
    }
  return g_string_free_to_bytes (g_steal_pointer (&lines));
}

/* AIMX_RESOLVER is meant for this process, and the daemon's may be another. */
static CliAccess
get_access (void)
{
  return g_getenv ("AIMX_RESOLVER") != NULL ? CLI_ACCESS_CONFIG : CLI_ACCESS_ROOT_READ;
}

/* ---- showing ---- */

/* Returns: whether the record is as it should be. */
static gboolean
show (JsonObject *record)
{
  const char *type = cli_object_get_string (record, "type"), *name = cli_object_get_string (record, "name");
  const char *value = cli_object_get_string (record, "value"), *status = cli_object_get_string (record, "status");
  const char *reason = cli_object_get_string (record, "reason");
  g_autofree char *found = cli_object_join (record, "found", ", ");
  g_autofree char *what = g_strdup_printf ("%s %s", type != NULL ? type : "?", name != NULL ? name : "?");

  if (g_strcmp0 (status, "right") == 0)
    cli_success ("%s is right", what);
  else if (g_strcmp0 (status, "found") == 0)
    cli_note (CLI_MARK_WARNING, "%s is there, with %s: see whether it is this server's", what, found);
  else if (g_strcmp0 (status, "different") == 0)
    cli_note (CLI_MARK_FAILURE, "%s is different: it is %s, and should be %s", what, found, value);
  else if (g_strcmp0 (status, "missing") == 0)
    cli_note (CLI_MARK_FAILURE, "%s is missing", what);
  else
    cli_note (CLI_MARK_WARNING, "%s is not known: %s", what, reason != NULL ? reason : "?");
  return g_strcmp0 (status, "right") == 0;
}

/* Returns: whether there was an answer; if not, that has been told. */
static gboolean
check (CliSession *session, GPtrArray *records, gboolean *all_right)
{
  g_autoptr (GBytes) body = make_body (records);
  const CliCall call = { .verb = "DNS-CHECK", .access = get_access (), .body = body };
  int status;
  g_autoptr (AimxClientAnswer) answer = cli_call (session, &call, &status);
  g_autoptr (JsonArray) checked = NULL;

  if (answer != NULL && answer->code != NULL)
    cli_warning ("the DNS was not checked: %s", answer->reason);
  if (answer == NULL || answer->code != NULL)
    return FALSE;
  checked = cli_answer_get_array (answer);
  *all_right = checked != NULL;
  for (guint i = 0; checked != NULL && i < json_array_get_length (checked); i++)
    *all_right = show (json_array_get_object_element (checked, i)) && *all_right;
  return checked != NULL;
}

/* ---- again and again ---- */

static gboolean
is_wanted (CliSession *session)
{
  g_autofree char *reply = cli_ask_line (session, "--no-dns-check", "Press Enter to check these records, q to leave:");

  return reply != NULL && g_ascii_strcasecmp (reply, "q") != 0;
}

static void
check_on_demand (CliSession *session, GPtrArray *records)
{
  gboolean all_right = FALSE;

  while (!all_right)
    {
      /* No lock is held while a person publishes records. */
      cli_local_close (session);
      if (!is_wanted (session))
        {
          cli_hint ("Check them at any time with `aimx doctor`.");
          return;
        }
      if (!check (session, records, &all_right))
        return;
    }
}

void
cli_dns_check_after_publishing (CliSession *session, GPtrArray *records)
{
  gboolean all_right;

  cli_say ("%s", "");
  if (isatty (STDIN_FILENO) && !session->noninteractive)
    check_on_demand (session, records);
  else
    check (session, records, &all_right);
}
