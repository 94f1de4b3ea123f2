/* SPDX-License-Identifier: MIT */
/*
 * aimx-local.so: the core, as the command needs it. Linked with libaimx-core, and the only part of the command that is.
 */
#include "local.h"

#include <aimx/aimx.h>

#include <sys/stat.h>
#include <unistd.h>

static void
start_log (const char *filter)
{
  if (filter != NULL)
    g_setenv ("AIMX_LOG", filter, FALSE);
  aimx_log_start ();
}

/* ---- calls ---- */

/* A frame's body has a Content-Length, so a request has one, whatever door it came through. */
static GStrv
complete_headers (const char *const *headers, GBytes *body)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *length = NULL;

  if (headers != NULL)
    g_strv_builder_addv (builder, (const char **) headers);
  if (body != NULL)
    {
      length = g_strdup_printf ("%" G_GSIZE_FORMAT, g_bytes_get_size (body));
      g_strv_builder_add_many (builder, "Content-Length", length, NULL);
    }
  return g_strv_builder_end (builder);
}

static AimxClientAnswer *
make_answer (AimxResponse *response)
{
  AimxClientAnswer *answer = g_new0 (AimxClientAnswer, 1);
  const GError *error = aimx_response_get_error (response);
  GBytes *body = aimx_response_get_body (response);

  if (error != NULL)
    {
      answer->code = g_strdup (aimx_error_get_wire_code (error));
      answer->reason = g_strdup (error->message);
      return answer;
    }
  answer->detail = g_strdup (aimx_response_get_id (response));
  answer->body = body != NULL ? g_bytes_ref (body) : NULL;
  return answer;
}

static AimxClientAnswer *
call (AimxServer *server, const char *verb, const char *const *headers, GBytes *body)
{
  g_autoptr (AimxCaller) caller = aimx_caller_new (geteuid (), getegid (), getpid ());
  g_auto (GStrv) complete = complete_headers (headers, body);
  g_autoptr (AimxRequest) request = aimx_request_new (caller, verb, (const char *const *) complete, body);
  g_autoptr (AimxResponse) response = aimx_server_call (server, request);

  return make_answer (response);
}

static void
close_server (AimxServer *server)
{
  aimx_server_close (server);
  g_object_unref (server);
}

static gboolean
owns_data (const AimxServerSettings *settings, GError **error)
{
  g_autoptr (AimxConfigStore) store = aimx_config_store_open (settings->config_dir, error);
  g_autoptr (AimxConfig) config = store != NULL ? aimx_config_store_get (store) : NULL;
  struct stat info;

  if (config == NULL)
    return FALSE;
  return stat (settings->data_dir != NULL ? settings->data_dir : aimx_config_get_data_dir (config), &info) == 0 &&
         info.st_uid == geteuid ();
}

AIMX_API const AimxLocal aimx_local;
const AimxLocal aimx_local = {
  .start_log = start_log,
  .open = aimx_server_open,
  .serve = aimx_server_serve,
  .call = call,
  .close = close_server,
  .owns_data = owns_data,
};
