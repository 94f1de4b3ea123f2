/* SPDX-License-Identifier: MIT */
/* Verbs by their descriptions. */
#include "verb-list.h"

#include "errors.h"
#include "input.h"
#include "nearest.h"

#include <unistd.h>

#define AT_ONCE_MSEC 500
/* The daemon ends a verb at its deadline; its answer to that must not be missed. */
#define DEADLINE_SLACK_SECONDS 15

static JsonArray *
list (CliSession *session, gboolean here, AimxClientAnswer **answer, int *status)
{
  const CliCall call = { .verb = "VERB-LIST", .access = CLI_ACCESS_READ, .here = here };
  g_autoptr (AimxClientAnswer) received = NULL;
  JsonArray *verbs;

  *status = cli_call_succeeded (session, &call, &received, NULL);
  if (*status != CLI_EXIT_DONE)
    return NULL;
  verbs = cli_answer_get_array (received);
  if (verbs == NULL)
    *status = CLI_EXIT_FAILED;
  if (answer != NULL)
    *answer = g_steal_pointer (&received);
  return verbs;
}

JsonArray *
cli_verb_list (CliSession *session, AimxClientAnswer **answer, int *status)
{
  return list (session, FALSE, answer, status);
}

JsonArray *
cli_verb_list_here (CliSession *session)
{
  int status;

  return list (session, TRUE, NULL, &status);
}

JsonArray *
cli_verb_list_daemon (const CliSession *session, gboolean *absent)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AimxClientAnswer) answer =
      aimx_client_call (session->socket, "VERB-LIST", NULL, NULL, AT_ONCE_MSEC, &error);

  if (absent != NULL)
    *absent = g_error_matches (error, AIMX_CLIENT_ERROR, AIMX_CLIENT_ERROR_ABSENT);
  return answer != NULL && answer->code == NULL ? cli_answer_get_array (answer) : NULL;
}

JsonObject *
cli_verb_find (JsonArray *verbs, const char *key, const char *value)
{
  for (guint i = 0; i < json_array_get_length (verbs); i++)
    {
      JsonObject *verb = json_array_get_object_element (verbs, i);

      if (g_strcmp0 (cli_object_get_string (verb, key), value) == 0)
        return verb;
    }
  return NULL;
}

const char *
cli_verb_nearest (JsonArray *verbs, const char *name)
{
  g_autofree char *upper = g_ascii_strup (name, -1);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < json_array_get_length (verbs); i++)
    {
      const char *one = cli_object_get_string (json_array_get_object_element (verbs, i), "name");

      if (one != NULL)
        g_ptr_array_add (names, (gpointer) one);
    }
  return cli_nearest (upper, (const char *const *) names->pdata, names->len);
}

/* ---- calling one ---- */

static CliAccess
get_access (JsonObject *verb)
{
  const char *name = cli_object_get_string (verb, "name");
  gboolean for_root = g_strcmp0 (cli_object_get_string (verb, "action"), "system") == 0;

  if (cli_object_has (verb, "flags", "read-only"))
    return for_root ? CLI_ACCESS_ROOT_READ : CLI_ACCESS_READ;
  if (g_strcmp0 (name, "RELOAD") == 0)
    return CLI_ACCESS_DAEMON;
  return g_strcmp0 (name, "INGEST") == 0 ? CLI_ACCESS_DELIVER : CLI_ACCESS_CHANGE;
}

/* Returns: whether @body is what the verb gets, maybe nothing. */
static gboolean
read_body (JsonObject *verb, GBytes **body)
{
  gint64 limit = cli_object_get_number (verb, "body_limit");

  if (limit <= 0 || isatty (STDIN_FILENO))
    return TRUE;
  *body = cli_input_read ((gsize) limit);
  return *body != NULL;
}

int
cli_verb_call (CliSession *session, JsonObject *verb, const char *const *headers, AimxClientAnswer **answer)
{
  g_autoptr (GBytes) body = NULL;
  gint64 deadline = CLAMP (cli_object_get_number (verb, "deadline"), 0, G_MAXINT16);
  CliCall call = {
    .verb = cli_object_get_string (verb, "name"),
    .access = get_access (verb),
    .headers = headers,
    .timeout_seconds = deadline > 0 ? (guint) deadline + DEADLINE_SLACK_SECONDS : 0,
  };

  if (!read_body (verb, &body))
    return CLI_EXIT_FAILED;
  call.body = body;
  return cli_call_succeeded (session, &call, answer, NULL);
}
