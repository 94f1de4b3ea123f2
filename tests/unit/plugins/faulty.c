/* SPDX-License-Identifier: MIT */
/* A module whose verbs do what a handler must not. */
#include <aimx/aimx.h>
#include <stdlib.h>

#define N_EVENTS 1000000
#define N_WORKS  1000

/* ---- no answer ---- */

static void
block (gpointer user_data)
{
  GMutex mutex;
  GCond cond;

  g_mutex_init (&mutex);
  g_cond_init (&cond);
  g_mutex_lock (&mutex);
  while (user_data == NULL)
    g_cond_wait (&cond, &mutex);
}

static AimxResponse *
handle_block (AimxRequest *request, gpointer user_data, GError **error)
{
  block (user_data);
  return NULL;
}

static AimxResponse *
handle_forget (AimxRequest *request, gpointer user_data, GError **error)
{
  return NULL;
}

/* ---- wrong answers ---- */

static AimxResponse *
handle_both (AimxRequest *request, gpointer user_data, GError **error)
{
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, "no");
  return aimx_response_new_ack ();
}

static AimxResponse *
handle_shape (AimxRequest *request, gpointer user_data, GError **error)
{
  return aimx_response_new_ack ();
}

static AimxResponse *
handle_garbage (AimxRequest *request, gpointer user_data, GError **error)
{
  JsonNode *node = json_node_alloc ();

  json_node_init_string (node, "\xff\xfe");
  return aimx_response_new_json (node);
}

static AimxResponse *
handle_forged_id (AimxRequest *request, gpointer user_data, GError **error)
{
  return aimx_response_new_id ("x\nCode: EACCES");
}

static AimxResponse *
handle_empty_id (AimxRequest *request, gpointer user_data, GError **error)
{
  return aimx_response_new_id ("");
}

static AimxResponse *
handle_long_error (AimxRequest *request, gpointer user_data, GError **error)
{
  g_autofree char *text = g_strnfill (1000000, '\xff');

  g_set_error_literal (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, text);
  return NULL;
}

/* ---- wrong deeds ---- */

/* What an exception of C++ that nobody catches comes to. */
static AimxResponse *
handle_crash (AimxRequest *request, gpointer user_data, GError **error)
{
  abort ();
}

/* The configuration comes after mailboxes, never before; and says that all is well. */
static AimxResponse *
handle_out_of_rank (AimxRequest *request, gpointer user_data, GError **error)
{
  AimxServer *server = aimx_request_get_server (request);
  g_autoptr (AimxConfigChange) change = aimx_server_begin_change (server, NULL, error);
  g_autoptr (AimxLockGuard) guard = change != NULL ? aimx_server_lock_mailbox (server, "info@agents.test", NULL) : NULL;

  if (change == NULL)
    return NULL;
  return aimx_response_new_id (guard != NULL ? "locked" : "refused");
}

/* Guards that are never released. */
static AimxResponse *
handle_keep (AimxRequest *request, gpointer user_data, GError **error)
{
  return aimx_server_lock_mailbox (aimx_request_get_server (request), "info@agents.test", error) != NULL
             ? aimx_response_new_ack ()
             : NULL;
}

static gpointer
keep (gpointer server)
{
  AimxLockGuard *guard = aimx_server_lock_mailbox (server, "info@agents.test", NULL);

  g_assert (guard != NULL);
  return guard;
}

static AimxResponse *
handle_keep_aside (AimxRequest *request, gpointer user_data, GError **error)
{
  g_thread_join (g_thread_new ("aside", keep, aimx_request_get_server (request)));
  return aimx_response_new_ack ();
}

static void
on_keep (const char *name, GVariant *details, gpointer user_data)
{
  keep (user_data);
}

static AimxResponse *
handle_keep_in_listener (AimxRequest *request, gpointer user_data, GError **error)
{
  aimx_event_bus_emit (aimx_server_get_event_bus (aimx_request_get_server (request)), "keep", NULL);
  return aimx_response_new_ack ();
}

static AimxResponse *
handle_keep_change (AimxRequest *request, gpointer user_data, GError **error)
{
  return aimx_server_begin_change (aimx_request_get_server (request), NULL, error) != NULL ? aimx_response_new_ack ()
                                                                                           : NULL;
}

static gpointer
hoard (gpointer server)
{
  for (guint i = 0; i < N_WORKS; i++)
    aimx_server_run (server, block, NULL);
  return NULL;
}

static AimxResponse *
handle_hoard (AimxRequest *request, gpointer user_data, GError **error)
{
  hoard (aimx_request_get_server (request));
  return aimx_response_new_ack ();
}

/* From a thread that the server knows nothing of. */
static AimxResponse *
handle_hoard_aside (AimxRequest *request, gpointer user_data, GError **error)
{
  g_thread_join (g_thread_new ("aside", hoard, aimx_request_get_server (request)));
  return aimx_response_new_ack ();
}

static void
on_hang (const char *name, GVariant *details, gpointer user_data)
{
  block (user_data);
}

static AimxResponse *
handle_hang (AimxRequest *request, gpointer user_data, GError **error)
{
  aimx_event_bus_emit (aimx_server_get_event_bus (aimx_request_get_server (request)), "hang", NULL);
  return aimx_response_new_ack ();
}

static AimxResponse *
handle_flood (AimxRequest *request, gpointer user_data, GError **error)
{
  aimx_event_bus_emit (aimx_server_get_event_bus (aimx_request_get_server (request)), "dam-breaks", NULL);
  return aimx_response_new_ack ();
}

/* On the main loop, so that nothing of it is taken before it is complete. */
static void
on_dam_breaks (const char *name, GVariant *details, gpointer user_data)
{
  for (guint i = 0; i < N_EVENTS; i++)
    aimx_event_bus_emit (user_data, "flood", NULL);
}

static void
on_flood (const char *name, GVariant *details, gpointer user_data)
{
}

/* ---- the module ---- */

static const AimxVerbSpec specs[] = {
  { .name = "BLOCK", .summary = "never returns", .deadline_seconds = 2, .handler = handle_block },
  { .name = "FORGET", .summary = "says nothing", .handler = handle_forget },
  { .name = "BOTH", .summary = "an answer and an error", .handler = handle_both },
  { .name = "SHAPE", .summary = "not what it promised", .result = AIMX_RESULT_JSON, .handler = handle_shape },
  { .name = "GARBAGE", .summary = "not UTF-8", .result = AIMX_RESULT_JSON, .handler = handle_garbage },
  { .name = "FORGED-ID", .summary = "two lines", .result = AIMX_RESULT_ID, .handler = handle_forged_id },
  { .name = "EMPTY-ID", .summary = "no id", .result = AIMX_RESULT_ID, .handler = handle_empty_id },
  { .name = "LONG-ERROR", .summary = "a million bytes", .handler = handle_long_error },
  { .name = "CRASH", .summary = "ends everything", .handler = handle_crash },
  { .name = "OUT-OF-RANK", .summary = "locks", .result = AIMX_RESULT_ID, .handler = handle_out_of_rank },
  { .name = "HOARD", .summary = "takes all threads", .handler = handle_hoard },
  { .name = "HOARD-ASIDE", .summary = "takes all threads, unseen", .handler = handle_hoard_aside },
  { .name = "KEEP", .summary = "a lock", .handler = handle_keep },
  { .name = "KEEP-ASIDE", .summary = "a lock, unseen", .handler = handle_keep_aside },
  { .name = "KEEP-IN-LISTENER", .summary = "a lock, on the main loop", .handler = handle_keep_in_listener },
  { .name = "KEEP-CHANGE", .summary = "a change", .handler = handle_keep_change },
  { .name = "HANG", .summary = "a listener that never returns", .handler = handle_hang },
  { .name = "FLOOD", .summary = "a million events", .handler = handle_flood },
};

static gboolean
load (AimxModule *self, AimxServer *server, GError **error)
{
  AimxEventBus *bus = aimx_server_get_event_bus (server);

  for (gsize i = 0; i < G_N_ELEMENTS (specs); i++)
    if (!aimx_server_add_verb (server, self, &specs[i], NULL, error))
      return FALSE;
  aimx_event_bus_subscribe (bus, "dam-breaks", on_dam_breaks, bus, NULL);
  aimx_event_bus_subscribe (bus, "flood", on_flood, NULL, NULL);
  aimx_event_bus_subscribe (bus, "hang", on_hang, NULL, NULL);
  aimx_event_bus_subscribe (bus, "keep", on_keep, server, NULL);
  return TRUE;
}

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = "faulty",
  .version = "1.0",
  .summary = "does what a handler must not",
  .load = load,
};
