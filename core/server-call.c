/* SPDX-License-Identifier: MIT */
/*
 * The one path of a verb, whatever door it came through.
 *
 * A call is answered once: by its handler, or by its deadline when that comes first. Whoever is second finds the call
 * answered and only lets go of it. The deadline counts from the moment the call came in, so that a caller is never
 * left waiting; a handler whose turn comes after it does not run at all.
 */
#include "server-internal.h"

#include "request-private.h"
#include "verb-check.h"

#include <aimx/error.h>
#include <aimx/log.h>

typedef struct
{
  AimxServer *server;
  AimxRequest *request;
  const AimxVerb *verb;
  GTask *task;
  GSource *deadline;
  int answered; /* atomic */
  int started;  /* atomic: the handler was reached */
} Call;

static Call *
call_new (AimxServer *server, AimxRequest *request, const AimxVerb *verb, GTask *task)
{
  Call *call = g_atomic_rc_box_new0 (Call);

  call->server = g_object_ref (server);
  call->request = g_object_ref (request);
  call->verb = verb;
  call->task = g_object_ref (task);
  return call;
}

static void
call_clear (gpointer data)
{
  Call *call = data;

  g_clear_pointer (&call->deadline, g_source_unref);
  g_object_unref (call->task);
  g_object_unref (call->request);
  g_object_unref (call->server);
}

static void
call_unref (gpointer call)
{
  g_atomic_rc_box_release_full (call, call_clear);
}

static guint
get_deadline_seconds (const AimxVerb *verb)
{
  return verb->spec->deadline_seconds > 0 ? verb->spec->deadline_seconds : AIMX_VERB_DEADLINE_SECONDS;
}

/* ---- answering ---- */

static void
return_error (GTask *task, const GError *error)
{
  g_task_return_pointer (task, aimx_response_new_error (error), g_object_unref);
}

/* (transfer full) @response */
static void
answer (Call *call, AimxResponse *response)
{
  if (!g_atomic_int_compare_and_exchange (&call->answered, FALSE, TRUE))
    {
      aimx_log (G_LOG_LEVEL_INFO, AIMX_LOG_MODULE, call->verb->module, AIMX_LOG_VERB, call->verb->spec->name, "MESSAGE",
                "the answer to %s came after its deadline and is dropped", call->verb->spec->name);
      g_object_unref (response);
      return;
    }
  g_source_destroy (call->deadline);
  g_task_return_pointer (call->task, response, g_object_unref);
}

static gboolean
on_deadline (gpointer user_data)
{
  Call *call = user_data;
  const AimxVerb *verb = call->verb;
  g_autoptr (GError) error = NULL;

  if (!g_atomic_int_compare_and_exchange (&call->answered, FALSE, TRUE))
    return G_SOURCE_REMOVE;
  g_set_error (&error, AIMX_ERROR, AIMX_ERROR_IO, "%s gave no answer within %u s", verb->spec->name,
               get_deadline_seconds (verb));
  aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_MODULE, verb->module, AIMX_LOG_VERB, verb->spec->name, "MESSAGE",
            g_atomic_int_get (&call->started) ? "module '%s': %s" : "module '%s': %s; its turn had not come",
            verb->module, error->message);
  return_error (call->task, error);
  return G_SOURCE_REMOVE;
}

/* ---- authorization ---- */

static gboolean
set_missing (const Call *call, const char *name, GError **error)
{
  g_set_error (error, AIMX_ERROR, call->verb->spec->missing, "mailbox '%s' does not exist", name);
  return FALSE;
}

/* What is not the caller's does not exist, where the verb says so: the same answer as for a missing one. */
static gboolean
authorize_mailbox (const Call *call, AimxCaller *caller, const AimxMailbox *mailbox, const char *name, GError **error)
{
  const AimxVerbSpec *spec = call->verb->spec;

  if (mailbox == NULL)
    return set_missing (call, name, error);
  if ((spec->flags & AIMX_VERB_HIDES) == 0)
    return aimx_server_authorize (call->server, caller, spec->action, spec->name, mailbox, error);
  return aimx_server_authorize (call->server, caller, spec->action, spec->name, mailbox, NULL) ||
         set_missing (call, name, error);
}

static gboolean
authorize (const Call *call, GError **error)
{
  const AimxVerbSpec *spec = call->verb->spec;
  const AimxHeaderSpec *header = aimx_verb_find_mailbox_header (spec);
  const char *name = header != NULL ? aimx_request_get_header (call->request, header->name) : NULL;
  AimxCaller *caller = aimx_request_get_caller (call->request);
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (call->server));
  g_autofree char *fqdn = name != NULL ? aimx_config_resolve_name (config, name) : NULL;
  const AimxMailbox *mailbox = fqdn != NULL ? aimx_config_get_mailbox (config, fqdn) : NULL;

  aimx_request_set_config (call->request, config, mailbox);
  if (spec->action == AIMX_ACTION_MAILBOX_OWNER && header != NULL)
    return authorize_mailbox (call, caller, mailbox, name, error);
  /* What the other two actions are about only the handler knows. */
  if ((spec->action == AIMX_ACTION_ANYBODY || spec->action == AIMX_ACTION_SYSTEM) &&
      !aimx_server_authorize (call->server, caller, spec->action, spec->name, mailbox, error))
    return FALSE;
  return spec->missing == 0 || mailbox != NULL || set_missing (call, name, error);
}

/* ---- running ---- */

static AimxResponse *
check_answer (const AimxVerb *verb, AimxResponse *response, GError *error)
{
  const char *name = verb->spec->name;
  const char *fault;
  g_autoptr (GError) invalid = NULL;

  if (response == NULL && error != NULL)
    return aimx_response_new_error (error);
  if (response == NULL)
    fault = "neither an answer nor an error";
  else if (error != NULL)
    fault = "an answer and an error";
  else
    fault = aimx_response_find_fault (response, verb->spec->result);
  if (fault == NULL)
    return g_object_ref (response);
  g_set_error (&invalid, AIMX_ERROR, AIMX_ERROR_IO, "%s gave no valid answer", name);
  aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_MODULE, verb->module, AIMX_LOG_VERB, name, "MESSAGE", "module '%s': %s: %s",
            verb->module, invalid->message, fault);
  return aimx_response_new_error (invalid);
}

static void
run_call (gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (AimxResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_atomic_int_get (&call->answered))
    {
      g_atomic_int_set (&call->started, TRUE);
      if (authorize (call, &error))
        response = call->verb->spec->handler (call->request, call->verb->user_data, &error);
      answer (call, check_answer (call->verb, response, error));
    }
  call_unref (call);
}

static void
start_call (Call *call)
{
  call->deadline = g_timeout_source_new_seconds (get_deadline_seconds (call->verb));
  g_source_set_static_name (call->deadline, "aimx deadline of a verb");
  g_source_set_callback (call->deadline, on_deadline, g_atomic_rc_box_acquire (call), call_unref);
  g_source_attach (call->deadline, g_task_get_context (call->task));
  aimx_server_run_call (call->server, call->verb->module, run_call, call);
}

/* The verb, when the request is one that its handler may see. */
static const AimxVerb *
find_verb (AimxServer *self, AimxRequest *request, GError **error)
{
  const char *name = aimx_request_get_verb (request);
  const AimxVerb *verb = aimx_verb_registry_lookup (aimx_server_get_verbs (self), name);

  if (verb == NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_PROTOCOL, "unknown verb '%s'", name);
      return NULL;
    }
  return aimx_verb_check_request (verb->spec, request, error) ? verb : NULL;
}

void
aimx_server_call_async (AimxServer *self, AimxRequest *request, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GError) error = NULL;
  const AimxVerb *verb;

  g_return_if_fail (AIMX_IS_SERVER (self));
  g_return_if_fail (AIMX_IS_REQUEST (request));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, aimx_server_call_async);
  aimx_request_set_server (request, self);
  verb = find_verb (self, request, &error);
  if (verb != NULL)
    start_call (call_new (self, request, verb, task));
  else
    return_error (task, error);
}

AimxResponse *
aimx_server_call_finish (AimxServer *self, GAsyncResult *result)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), NULL);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  AimxResponse **response = user_data;

  *response = aimx_server_call_finish (AIMX_SERVER (source), result);
}

AimxResponse *
aimx_server_call (AimxServer *self, AimxRequest *request)
{
  AimxResponse *response = NULL;

  aimx_server_call_async (self, request, on_answered, &response);
  while (response == NULL)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  return response;
}
