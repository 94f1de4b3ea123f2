/* SPDX-License-Identifier: MIT */
/* The one way to a verb. */
#include "call.h"

#include "errors.h"
#include "local.h"
#include "progress.h"

#include <aimx/frame.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define DELIVER_LOCK_WAIT_SECONDS 30
/* Long enough for another command to finish. */
#define CHANGE_LOCK_WAIT_SECONDS 2

/* ---- no daemon, and not here either ---- */

/* What scripts look for: the subject of a verb that edits the configuration. */
static const char *
get_subject (const char *verb)
{
  static const struct
  {
    const char *prefix;
    const char *subject;
  } subjects[] = { { "DOMAIN-", "domain" }, { "HOOK-", "hook" }, { "MAILBOX-", "mailbox" } };

  for (gsize i = 0; i < G_N_ELEMENTS (subjects); i++)
    if (g_str_has_prefix (verb, subjects[i].prefix))
      return subjects[i].subject;
  return NULL;
}

static int
need_daemon (const CliCall *call)
{
  const char *subject = get_subject (call->verb);

  if (subject != NULL)
    cli_error (
        NULL,
        "daemon must be running for non-root %s CRUD; start `aimx serve` or run with sudo to fall back to direct "
        "config edit.",
        subject);
  else
    cli_error (NULL, "daemon must be running for %s; start `aimx serve` or run with sudo.", call->verb);
  return CLI_EXIT_USAGE;
}

static int
need_daemon_to_read (const CliSession *session)
{
  cli_error ("Start `aimx serve`, or run with sudo.", "daemon must be running, since only that and root can read %s",
             session->config_file);
  return CLI_EXIT_USAGE;
}

/* ---- in this process ---- */

static gboolean
owns_data (CliSession *session)
{
  const AimxLocal *local = cli_local_load ();
  AimxServerSettings settings = cli_local_get_settings (session, AIMX_SERVER_CHANGE);

  return local != NULL && local->owns_data (&settings, NULL);
}

static int
check_config_dir (const CliSession *session)
{
  const char *const paths[] = { session->config_dir, session->config_file };
  const int modes[] = { W_OK | X_OK, R_OK };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    if (g_access (paths[i], modes[i]) < 0 && (errno == EACCES || errno == EROFS))
      return cli_error (NULL, "cannot %s %s: run with sudo or set AIMX_CONFIG_DIR", i == 0 ? "write to" : "read",
                        paths[i]);
  return CLI_EXIT_DONE;
}

/* Returns: %CLI_EXIT_DONE when the caller may. */
static int
check_access (CliSession *session, const CliCall *call)
{
  if (call->access == CLI_ACCESS_DAEMON)
    {
      cli_error ("Start `aimx serve`: it reads the configuration when it starts.",
                 "daemon must be running: nothing serves %s", session->socket);
      return CLI_EXIT_USAGE;
    }
  if (call->access == CLI_ACCESS_CONFIG)
    return check_config_dir (session);
  if (call->access == CLI_ACCESS_BARE || geteuid () == 0)
    return CLI_EXIT_DONE;
  if (call->access == CLI_ACCESS_READ)
    return g_access (session->config_file, R_OK) < 0 && errno == EACCES ? need_daemon_to_read (session) : CLI_EXIT_DONE;
  if (call->access == CLI_ACCESS_DELIVER && owns_data (session))
    return CLI_EXIT_DONE;
  return need_daemon (call);
}

static gboolean
open_server (CliSession *session, CliAccess access)
{
  switch (access)
    {
    case CLI_ACCESS_CHANGE:
      return cli_local_open (session, AIMX_SERVER_CHANGE, CHANGE_LOCK_WAIT_SECONDS);
    case CLI_ACCESS_DELIVER:
      return cli_local_open (session, AIMX_SERVER_CHANGE, DELIVER_LOCK_WAIT_SECONDS);
    case CLI_ACCESS_BARE:
      return cli_local_open (session, AIMX_SERVER_BARE, 0);
    case CLI_ACCESS_READ:
    case CLI_ACCESS_ROOT_READ:
    case CLI_ACCESS_CONFIG:
    case CLI_ACCESS_DAEMON:
    default:
      return cli_local_open (session, AIMX_SERVER_READ, 0);
    }
}

static AimxClientAnswer *
call_in_process (CliSession *session, const CliCall *call, int *status)
{
  g_autofree char *fault = NULL;
  g_autofree char *head = aimx_frame_new_request_head (call->verb, call->headers, call->body, &fault);
  g_autoptr (CliProgress) progress = NULL;
  AimxClientAnswer *answer;

  /* What could not have come through the socket must not come in here. */
  if (head == NULL)
    {
      *status = cli_error (NULL, "%s", fault);
      return NULL;
    }
  *status = check_access (session, call);
  if (*status != CLI_EXIT_DONE)
    return NULL;
  if (!open_server (session, call->access))
    {
      *status = CLI_EXIT_FAILED;
      return NULL;
    }
  progress = cli_progress_start ("working");
  answer = cli_local_load ()->call (session->server, call->verb, call->headers, call->body);
  session->in_process = TRUE;
  session->changed = session->changed || (call->access == CLI_ACCESS_CHANGE && answer->code == NULL);
  return answer;
}

/* ---- the daemon ---- */

static int
tell_client_error (const CliSession *session, const GError *error)
{
  switch ((AimxClientError) error->code)
    {
    case AIMX_CLIENT_ERROR_CONNECT:
      cli_error ("Is the daemon's socket there, and may you use it?", "%s", error->message);
      return CLI_EXIT_USAGE;
    case AIMX_CLIENT_ERROR_IO:
    case AIMX_CLIENT_ERROR_TIMED_OUT:
    case AIMX_CLIENT_ERROR_ANSWER:
      return cli_error ("What came of it is not known; the daemon's log says more (`journalctl -u aimx`).", "%s",
                        error->message);
    case AIMX_CLIENT_ERROR_ABSENT:
    case AIMX_CLIENT_ERROR_REQUEST:
    default:
      return cli_error (NULL, "%s", error->message);
    }
}

static AimxClientAnswer *
call_daemon (const CliSession *session, const CliCall *call, GError **error)
{
  guint seconds = call->timeout_seconds > 0 ? call->timeout_seconds : CLI_CALL_USUAL_SECONDS;
  g_autoptr (CliProgress) progress = cli_progress_start ("waiting for the daemon");

  return aimx_client_call (session->socket, call->verb, call->headers, call->body, (int) seconds * 1000, error);
}

AimxClientAnswer *
cli_call (CliSession *session, const CliCall *call, int *status)
{
  g_autoptr (GError) error = NULL;
  AimxClientAnswer *answer;

  if (call->here || call->access == CLI_ACCESS_CONFIG)
    return call_in_process (session, call, status);
  answer = call_daemon (session, call, &error);
  session->in_process = FALSE;
  if (answer != NULL)
    return answer;
  if (g_error_matches (error, AIMX_CLIENT_ERROR, AIMX_CLIENT_ERROR_ABSENT))
    return call_in_process (session, call, status);
  *status = tell_client_error (session, error);
  return NULL;
}

int
cli_call_tell (const AimxClientAnswer *answer, const char *hint)
{
  if (hint == NULL && strcmp (answer->code, "EACCES") == 0 && geteuid () != 0)
    hint = "Try it with sudo, or as the user who owns the mailbox.";
  return cli_error (hint, "[%s] %s", answer->code, answer->reason != NULL ? answer->reason : "");
}

/* What is root's is in no mailbox. */
static const char *
get_hint (const CliCall *call, const AimxClientAnswer *answer)
{
  gboolean for_root = call->access == CLI_ACCESS_ROOT_READ || call->access == CLI_ACCESS_DAEMON;

  return for_root && strcmp (answer->code, "EACCES") == 0 && geteuid () != 0 ? "Try it with sudo." : NULL;
}

int
cli_call_succeeded (CliSession *session, const CliCall *call, AimxClientAnswer **answer, const char *hint)
{
  int status = CLI_EXIT_DONE;
  g_autoptr (AimxClientAnswer) received = cli_call (session, call, &status);

  if (received == NULL)
    return status;
  if (received->code != NULL)
    return cli_call_tell (received, hint != NULL ? hint : get_hint (call, received));
  if (answer != NULL)
    *answer = g_steal_pointer (&received);
  return CLI_EXIT_DONE;
}
