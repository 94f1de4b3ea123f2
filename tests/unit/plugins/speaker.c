/* SPDX-License-Identifier: MIT */
/*
 * A module that uses the core: verbs that answer well, badly and late, a service, and an end that takes its time. What
 * it says in the log tells a test what happened when.
 */
#include <aimx/aimx.h>

typedef struct
{
  GMutex mutex;
  GCond cond;
  gboolean released;
} Speaker;

/* ---- the service ---- */

#define TEST_TYPE_TAKER (test_taker_get_type ())
G_DECLARE_FINAL_TYPE (TestTaker, test_taker, TEST, TAKER, GObject)

struct _TestTaker
{
  GObject parent;
};

static GPtrArray *
deliver (AimxIngester *self, const AimxEnvelope *envelope, GBytes *raw)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) aimx_delivery_free);
}

static void
implement_ingester (AimxIngesterInterface *iface)
{
  iface->deliver = deliver;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestTaker,
                               test_taker,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (AIMX_TYPE_INGESTER, implement_ingester))

static void
test_taker_class_init (TestTakerClass *klass)
{
}

static void
test_taker_init (TestTaker *self)
{
}

/* ---- verbs ---- */

static AimxResponse *
handle_greet (AimxRequest *request, gpointer user_data, GError **error)
{
  return aimx_response_new_id ("hello");
}

static AimxResponse *
handle_mumble (AimxRequest *request, gpointer user_data, GError **error)
{
  return NULL;
}

static AimxResponse *
handle_ponder (AimxRequest *request, gpointer user_data, GError **error)
{
  Speaker *speaker = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&speaker->mutex);

  while (!speaker->released)
    g_cond_wait (&speaker->cond, &speaker->mutex);
  return aimx_response_new_ack ();
}

static AimxResponse *
handle_wake (AimxRequest *request, gpointer user_data, GError **error)
{
  Speaker *speaker = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&speaker->mutex);

  speaker->released = TRUE;
  g_cond_broadcast (&speaker->cond);
  return aimx_response_new_ack ();
}

static const AimxVerbSpec specs[] = {
  { .name = "GREET", .summary = "says hello", .result = AIMX_RESULT_ID, .handler = handle_greet },
  { .name = "MUMBLE", .summary = "says nothing", .handler = handle_mumble },
  { .name = "PONDER", .summary = "waits for WAKE", .deadline_seconds = 1, .handler = handle_ponder },
  { .name = "WAKE", .summary = "ends the wait", .handler = handle_wake },
};

/* ---- the module ---- */

static gboolean
load (AimxModule *self, AimxServer *server, GError **error)
{
  g_autoptr (GObject) taker = g_object_new (TEST_TYPE_TAKER, NULL);
  Speaker *speaker = g_new0 (Speaker, 1);

  aimx_module_set_data (self, speaker, g_free);
  for (gsize i = 0; i < G_N_ELEMENTS (specs); i++)
    if (!aimx_server_add_verb (server, self, &specs[i], speaker, error))
      return FALSE;
  return aimx_server_provide (server, self, AIMX_TYPE_INGESTER, taker, error);
}

static gboolean
start (AimxModule *self, AimxServer *server, GError **error)
{
  static const AimxVerbSpec late = { .name = "LATE", .summary = "comes too late", .handler = handle_greet };
  g_autoptr (GError) why = NULL;

  if (!aimx_server_add_verb (server, self, &late, NULL, &why))
    aimx_log (G_LOG_LEVEL_INFO, "MESSAGE", "%s: too late: %s", aimx_module_get_name (self), why->message);
  return TRUE;
}

static gboolean
let_in (AimxModule *self, AimxServer *server, GError **error)
{
  aimx_log (G_LOG_LEVEL_INFO, "MESSAGE", "%s: open", aimx_module_get_name (self));
  return TRUE;
}

static void
finish (gpointer module)
{
  aimx_log (G_LOG_LEVEL_INFO, "MESSAGE", "%s: stopped", aimx_module_get_name (module));
  aimx_module_stopped (module);
}

static void
stop (AimxModule *self, AimxServer *server)
{
  aimx_log (G_LOG_LEVEL_INFO, "MESSAGE", "%s: stop", aimx_module_get_name (self));
  aimx_server_run (server, finish, self);
}

static void
unload (AimxModule *self, AimxServer *server)
{
  aimx_log (G_LOG_LEVEL_INFO, "MESSAGE", "%s: unload", aimx_module_get_name (self));
}

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = "speaker",
  .version = "1.0",
  .summary = "answers well, badly and late",
  .load = load,
  .start = start,
  .open = let_in,
  .stop = stop,
  .unload = unload,
};
