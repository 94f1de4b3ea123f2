/* SPDX-License-Identifier: MIT */
/*
 * AimxServer: owns the parts, and runs what may block on its threads.
 *
 * Deliveries and whatever else modules of ours run share one pool; each plugin has another for its work, and the verbs
 * of each module have one, since what a plugin does may never come back. Verbs and services are registered while
 * modules load and only read afterwards.
 */
#include "crash-note.h"
#include "event-bus-private.h"
#include "lock-manager-private.h"
#include "server-internal.h"

#include <aimx/error.h>
#include <aimx/log.h>

#include <unistd.h>

/* Enough writers to share each sync of a disk that takes many in parallel; idle ones end after a while. */
#define WORK_THREADS 64
/* Of each plugin, for its work; and of each module, for its verbs. */
#define PLUGIN_THREADS 16
#define CALL_THREADS   64

/* How long closing waits for what still runs on the pools. */
#define CLOSE_WAIT_USEC (2 * G_USEC_PER_SEC)

typedef struct
{
  AimxWorkFunc func;
  gpointer user_data;
  const char *module; /* whose work it is; NULL: the server's own */
} Work;

typedef struct
{
  GObject *object;
  AimxModule *module; /* not owned */
} Service;

struct _AimxServer
{
  GObject parent;
  AimxServerMode mode;
  char *runtime_dir;
  char *configured_data_dir; /* NULL when an option has said where the mail is */
  GHashTable *options;       /* name -> GStrv */
  AimxConfigStore *config;
  AimxLockManager *locks;
  AimxAccounts *accounts;
  AimxMailStore *mail;
  AimxEventBus *events;
  AimxAuthorizer *authorizer;
  AimxVerbRegistry *verbs;
  AimxModuleLoader *modules;
  AimxFigures *figures;
  GHashTable *plugins; /* names; complete before the first is loaded */
  gulong config_handler;
  GMutex mutex; /* guards what follows */
  GCond idle;
  guint n_works;        /* queued and running */
  GHashTable *works_of; /* module -> how many of them are its */
  GHashTable *calls_of; /* module -> GThreadPool for its verbs */
  GHashTable *work_of;  /* plugin -> GThreadPool for its work */
  GHashTable *services; /* GType -> Service */
  GThreadPool *work_pool;
  int ending;
};

G_DEFINE_TYPE (AimxServer, aimx_server, G_TYPE_OBJECT)

/* ---- parts ---- */

AimxServerMode
aimx_server_get_mode (AimxServer *self)
{
  return self->mode;
}

AimxConfigStore *
aimx_server_get_config_store (AimxServer *self)
{
  return self->config;
}

AimxLockManager *
aimx_server_get_lock_manager (AimxServer *self)
{
  return self->locks;
}

AimxMailStore *
aimx_server_get_mail_store (AimxServer *self)
{
  return self->mail;
}

AimxEventBus *
aimx_server_get_event_bus (AimxServer *self)
{
  return self->events;
}

AimxAccounts *
aimx_server_get_accounts (AimxServer *self)
{
  return self->accounts;
}

AimxAuthorizer *
aimx_server_get_authorizer (AimxServer *self)
{
  return self->authorizer;
}

AimxVerbRegistry *
aimx_server_get_verbs (AimxServer *self)
{
  return self->verbs;
}

AimxModuleLoader *
aimx_server_get_modules (AimxServer *self)
{
  return self->modules;
}

const char *
aimx_server_get_runtime_dir (AimxServer *self)
{
  return self->runtime_dir;
}

const char *
aimx_server_get_configured_data_dir (AimxServer *self)
{
  return self->configured_data_dir;
}

const char *const *
aimx_server_get_option (AimxServer *self, const char *name)
{
  return g_hash_table_lookup (self->options, name);
}

/* ---- threads ---- */

/* With the mutex held. */
static void
count_work (AimxServer *self, const char *module, int change)
{
  const char *key = aimx_acting_module_name (module);
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->works_of, key)) + (guint) change;

  self->n_works += (guint) change;
  if (n == 0)
    g_hash_table_remove (self->works_of, key);
  else
    g_hash_table_insert (self->works_of, (gpointer) key, GUINT_TO_POINTER (n));
}

static void
run_work (gpointer data, gpointer user_data)
{
  AimxServer *self = user_data;
  g_autofree Work *work = data;
  const char *before = aimx_acting_module_set (work->module);

  work->func (work->user_data);
  aimx_lock_manager_release_held (self->locks);
  aimx_acting_module_set (before);
  g_mutex_lock (&self->mutex);
  count_work (self, work->module, -1);
  if (self->n_works == 0)
    g_cond_broadcast (&self->idle);
  g_mutex_unlock (&self->mutex);
}

static void
push_work (AimxServer *self, GThreadPool *pool, const char *module, AimxWorkFunc func, gpointer user_data)
{
  Work *work = g_new (Work, 1);

  *work = (Work){ func, user_data, module };
  g_mutex_lock (&self->mutex);
  count_work (self, module, 1);
  g_mutex_unlock (&self->mutex);
  /* A thread that cannot be made is no loss as long as there is one: the work is queued all the same. */
  g_thread_pool_push (pool, work, NULL);
}

static void
free_pool (gpointer pool)
{
  g_thread_pool_free (pool, FALSE, TRUE);
}

static GThreadPool *
get_pool (AimxServer *self, GHashTable *pools, const char *module, int n_threads)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GThreadPool *pool = g_hash_table_lookup (pools, module);

  if (pool == NULL)
    {
      pool = g_thread_pool_new (run_work, self, n_threads, FALSE, NULL);
      g_hash_table_insert (pools, (gpointer) module, pool);
    }
  return pool;
}

void
aimx_server_run (AimxServer *self, AimxWorkFunc func, gpointer user_data)
{
  const char *module = aimx_acting_module_find (func);
  gboolean is_plugin;

  g_return_if_fail (AIMX_IS_SERVER (self));
  g_return_if_fail (func != NULL);

  is_plugin = module != NULL && g_hash_table_contains (self->plugins, module);
  push_work (self, is_plugin ? get_pool (self, self->work_of, module, PLUGIN_THREADS) : self->work_pool, module, func,
             user_data);
}

void
aimx_server_run_call (AimxServer *self, const char *module, AimxWorkFunc func, gpointer user_data)
{
  push_work (self, get_pool (self, self->calls_of, module, CALL_THREADS), module, func, user_data);
}

/* Whether everything on the pools has finished in time. */
static gboolean
wait_until_idle (AimxServer *self)
{
  gint64 until = g_get_monotonic_time () + CLOSE_WAIT_USEC;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (self->n_works > 0)
    if (!g_cond_wait_until (&self->idle, &self->mutex, until))
      return FALSE;
  return TRUE;
}

static void
report_running (AimxServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GHashTableIter iter;
  gpointer module, n;

  g_hash_table_iter_init (&iter, self->works_of);
  while (g_hash_table_iter_next (&iter, &module, &n))
    aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_MODULE, module, "MESSAGE",
              "module '%s' still runs something (%u); it is left to the end of the process", (const char *) module,
              GPOINTER_TO_UINT (n));
}

/* ---- verbs, services and figures ---- */

static gboolean
check_loading (AimxModule *module, GError **error)
{
  if (aimx_module_get_state (module) == AIMX_MODULE_LOADING)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_MODULE,
               "module '%s' can register verbs, services and figures only while it loads",
               aimx_module_get_name (module));
  return FALSE;
}

/* For the caller, and for the operator in case that the caller does not look. */
static gboolean
fail (AimxModule *module, GError *why, GError **error)
{
  aimx_module_note_fault (module, why->message);
  g_propagate_error (error, why);
  return FALSE;
}

static void
note_taken_command (AimxServer *self, AimxModule *module, const AimxVerbSpec *spec)
{
  const AimxVerb *other = NULL;
  g_autofree char *fault = NULL;

  if (spec->command == NULL || aimx_verb_registry_lookup (self->verbs, spec->name)->command != NULL)
    return;
  other = aimx_verb_registry_find_command (self->verbs, spec->command);
  fault = other != NULL
              ? g_strdup_printf ("the command '%s' of verb '%s' is refused: verb '%s' of module '%s' has that name",
                                 spec->command, spec->name, other->spec->name, other->module)
              : g_strdup_printf ("the command '%s' of verb '%s' is refused: `aimx` has one of that name", spec->command,
                                 spec->name);
  aimx_module_note_fault (module, fault);
}

gboolean
aimx_server_add_verb (AimxServer *self,
                      AimxModule *module,
                      const AimxVerbSpec *spec,
                      gpointer user_data,
                      GError **error)
{
  g_autoptr (GError) why = NULL;

  g_return_val_if_fail (AIMX_IS_SERVER (self), FALSE);
  g_return_val_if_fail (AIMX_IS_MODULE (module), FALSE);
  g_return_val_if_fail (spec != NULL, FALSE);

  if (!check_loading (module, &why) ||
      !aimx_verb_registry_add (self->verbs, aimx_module_get_name (module), spec, user_data, &why))
    return fail (module, g_steal_pointer (&why), error);
  note_taken_command (self, module, spec);
  return TRUE;
}

gint64
aimx_server_get_body_limit (AimxServer *self, const char *verb)
{
  const AimxVerb *found = aimx_verb_registry_lookup (self->verbs, verb);

  return found != NULL ? (gint64) found->spec->body_limit : -1;
}

const char *
aimx_server_get_verb_module (AimxServer *self, const char *verb)
{
  const AimxVerb *found = aimx_verb_registry_lookup (self->verbs, verb);

  return found != NULL ? found->module : NULL;
}

static void
service_free (gpointer data)
{
  Service *service = data;

  g_object_unref (service->object);
  g_free (service);
}

static gboolean
check_service (AimxModule *module, GType interface, GObject *service, GError **error)
{
  if (!check_loading (module, error))
    return FALSE;
  if (G_TYPE_IS_INTERFACE (interface) && g_type_is_a (G_OBJECT_TYPE (service), interface))
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_MODULE, "what module '%s' provides is no %s",
               aimx_module_get_name (module), g_type_name (interface));
  return FALSE;
}

static gboolean
add_service (AimxServer *self, AimxModule *module, GType interface, GObject *object, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Service *service = g_hash_table_lookup (self->services, GSIZE_TO_POINTER (interface));

  if (service != NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_MODULE, "module '%s' provides %s, which module '%s' does already",
                   aimx_module_get_name (module), g_type_name (interface), aimx_module_get_name (service->module));
      return FALSE;
    }
  service = g_new (Service, 1);
  *service = (Service){ g_object_ref (object), module };
  g_hash_table_insert (self->services, GSIZE_TO_POINTER (interface), service);
  return TRUE;
}

gboolean
aimx_server_provide (AimxServer *self, AimxModule *module, GType interface, GObject *object, GError **error)
{
  g_autoptr (GError) why = NULL;

  g_return_val_if_fail (AIMX_IS_SERVER (self), FALSE);
  g_return_val_if_fail (AIMX_IS_MODULE (module), FALSE);
  g_return_val_if_fail (G_IS_OBJECT (object), FALSE);

  return (check_service (module, interface, object, &why) && add_service (self, module, interface, object, &why)) ||
         fail (module, g_steal_pointer (&why), error);
}

gpointer
aimx_server_get_service (AimxServer *self, GType interface)
{
  g_autoptr (GMutexLocker) locker = NULL;
  const Service *service;

  g_return_val_if_fail (AIMX_IS_SERVER (self), NULL);

  locker = g_mutex_locker_new (&self->mutex);
  service = g_hash_table_lookup (self->services, GSIZE_TO_POINTER (interface));
  return service != NULL ? g_object_ref (service->object) : NULL;
}

gboolean
aimx_server_publish_figures (AimxServer *self,
                             AimxModule *module,
                             const char *group,
                             AimxFiguresFunc func,
                             gpointer user_data,
                             GError **error)
{
  g_autoptr (GError) why = NULL;

  g_return_val_if_fail (AIMX_IS_SERVER (self), FALSE);
  g_return_val_if_fail (AIMX_IS_MODULE (module), FALSE);
  g_return_val_if_fail (group != NULL && func != NULL, FALSE);

  return (check_loading (module, &why) &&
          aimx_figures_add (self->figures, aimx_module_get_name (module), group, func, user_data, &why)) ||
         fail (module, g_steal_pointer (&why), error);
}

GVariant *
aimx_server_read_figures (AimxServer *self)
{
  g_return_val_if_fail (AIMX_IS_SERVER (self), NULL);

  return aimx_figures_read (self->figures);
}

static gboolean
is_of_module (gpointer key, gpointer value, gpointer module)
{
  return ((const Service *) value)->module == module;
}

/* What a module forgets to take back, and would be called with its data when that is gone. */
static void
withdraw_callbacks (AimxServer *self, AimxModule *module)
{
  gpointer data = aimx_module_get_data (module);

  aimx_event_bus_withdraw (self->events, aimx_module_get_name (module));
  g_signal_handlers_disconnect_by_data (self->config, module);
  if (data == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->config, data);
  while (g_source_remove_by_user_data (data))
    ;
}

static void
withdraw (AimxServer *self, AimxModule *module)
{
  withdraw_callbacks (self, module);
  aimx_verb_registry_remove_module (self->verbs, aimx_module_get_name (module));
  aimx_figures_remove_module (self->figures, aimx_module_get_name (module));
  g_mutex_lock (&self->mutex);
  g_hash_table_foreach_remove (self->services, is_of_module, module);
  g_mutex_unlock (&self->mutex);
}

static void
note_plugins (AimxServer *self)
{
  GPtrArray *order = aimx_module_loader_get_order (self->modules);

  for (guint i = 0; i < order->len; i++)
    if (aimx_module_get_origin (order->pdata[i]) == AIMX_MODULE_PLUGIN)
      g_hash_table_add (self->plugins, (gpointer) aimx_module_get_name (order->pdata[i]));
}

void
aimx_server_load_modules (AimxServer *self)
{
  aimx_module_loader_find (self->modules, self->config,
                           self->mode == AIMX_SERVER_DAEMON ? AIMX_MODULE_LOADER_DEFAULT
                                                            : AIMX_MODULE_LOADER_WITHOUT_LISTENERS);
  note_plugins (self);
  aimx_module_loader_load (self->modules, self, withdraw);
}

gboolean
aimx_server_start_modules (AimxServer *self, GError **error)
{
  return aimx_module_loader_start (self->modules, self, withdraw, error);
}

/* ---- authorization ---- */

gboolean
aimx_server_authorize (AimxServer *self,
                       AimxCaller *caller,
                       AimxAction action,
                       const char *verb,
                       const AimxMailbox *mailbox,
                       GError **error)
{
  return aimx_authorizer_decide (self->authorizer, caller, action, verb,
                                 mailbox != NULL ? aimx_mailbox_get_name (mailbox) : NULL,
                                 mailbox != NULL ? aimx_mailbox_get_owner (mailbox) : NULL, error);
}

gboolean
aimx_server_authorize_owner (AimxServer *self,
                             AimxCaller *caller,
                             const char *verb,
                             const char *mailbox,
                             const char *owner,
                             GError **error)
{
  return aimx_authorizer_decide (self->authorizer, caller, AIMX_ACTION_MAILBOX_CREATE, verb, mailbox, owner, error);
}

gboolean
aimx_server_owns (AimxServer *self, AimxCaller *caller, const AimxMailbox *mailbox)
{
  return aimx_authorizer_owns (self->authorizer, caller, aimx_mailbox_get_owner (mailbox));
}

gboolean
aimx_server_owns_cached (AimxServer *self, AimxCaller *caller, const AimxMailbox *mailbox, gboolean *owns)
{
  return aimx_authorizer_owns_cached (self->authorizer, caller, aimx_mailbox_get_owner (mailbox), owns);
}

gboolean
aimx_server_administers (AimxServer *self, AimxCaller *caller)
{
  return aimx_authorizer_administers (self->authorizer, caller);
}

/* ---- the end ---- */

void
aimx_server_shut_down (AimxServer *self)
{
  g_return_if_fail (AIMX_IS_SERVER (self));

  g_atomic_int_set (&self->ending, TRUE);
  g_main_context_wakeup (NULL);
}

gboolean
aimx_server_is_ending (AimxServer *self)
{
  return g_atomic_int_get (&self->ending);
}

/* What still runs needs everything that is here: then it stays until the process ends, which is soon. */
void
aimx_server_close (AimxServer *self)
{
  g_return_if_fail (AIMX_IS_SERVER (self));

  if (self->modules == NULL)
    return;
  if (self->mode == AIMX_SERVER_DAEMON)
    aimx_daemon_unblock_signals ();
  if (!wait_until_idle (self))
    {
      report_running (self);
      g_object_ref (self);
      return;
    }
  aimx_module_loader_unload (self->modules, self, withdraw);
  free_pool (g_steal_pointer (&self->work_pool));
  g_hash_table_remove_all (self->work_of);
  g_hash_table_remove_all (self->calls_of);
  g_hash_table_remove_all (self->services);
  g_clear_signal_handler (&self->config_handler, self->config);
  g_clear_object (&self->events);
  g_clear_object (&self->mail);
  g_clear_pointer (&self->modules, aimx_module_loader_free);
}

/* ---- the object ---- */

static void
on_config_changed (AimxConfigStore *store, AimxConfig *config, gpointer user_data)
{
  AimxServer *self = user_data;

  aimx_event_bus_emit (self->events, AIMX_EVENT_CONFIG_CHANGED, NULL);
}

static void
add_option (AimxServer *self, const char *name, const char *const *values)
{
  if (values != NULL && *values != NULL)
    g_hash_table_insert (self->options, (gpointer) name, g_strdupv ((GStrv) values));
}

static void
take_settings (AimxServer *self, const AimxServerSettings *settings)
{
  const char *const cert[] = { settings->tls_cert, NULL };
  const char *const key[] = { settings->tls_key, NULL };

  self->mode = settings->mode;
  self->runtime_dir = g_strdup (settings->runtime_dir);
  add_option (self, "bind", settings->binds);
  add_option (self, "tls-cert", cert);
  add_option (self, "tls-key", key);
  self->modules = aimx_module_loader_new (settings->module_path);
  aimx_verb_registry_set_commands (self->verbs, settings->is_command);
}

AimxServer *
aimx_server_new (const AimxServerSettings *settings,
                 AimxConfigStore *config,
                 AimxLockManager *locks,
                 AimxAccounts *accounts,
                 AimxMailStore *mail)
{
  AimxServer *self = g_object_new (AIMX_TYPE_SERVER, NULL);

  take_settings (self, settings);
  if (self->mode == AIMX_SERVER_DAEMON)
    {
      aimx_daemon_block_signals ();
      aimx_crash_note_install ();
    }
  self->config = g_object_ref (config);
  if (settings->data_dir == NULL)
    {
      g_autoptr (AimxConfig) snapshot = aimx_config_store_get (config);

      self->configured_data_dir = g_strdup (aimx_config_get_data_dir (snapshot));
    }
  self->locks = g_object_ref (locks);
  self->accounts = g_object_ref (accounts);
  self->mail = mail != NULL ? g_object_ref (mail) : NULL;
  self->events = aimx_event_bus_new (NULL);
  aimx_event_bus_set_locks (self->events, locks);
  self->authorizer =
      aimx_authorizer_new (accounts, geteuid (),
                           self->mode == AIMX_SERVER_READ ? AIMX_AUTHORIZER_KERNEL_DECIDES : AIMX_AUTHORIZER_DEFAULT);
  self->work_pool = g_thread_pool_new (run_work, self, WORK_THREADS, FALSE, NULL);
  self->config_handler = g_signal_connect (config, "changed", G_CALLBACK (on_config_changed), self);
  aimx_server_verbs_add (self->verbs);
  aimx_figures_add_locks (self->figures, locks);
  return self;
}

static void
aimx_server_finalize (GObject *object)
{
  AimxServer *self = AIMX_SERVER (object);

  g_hash_table_unref (self->services);
  g_hash_table_unref (self->plugins);
  g_hash_table_unref (self->work_of);
  g_hash_table_unref (self->calls_of);
  g_hash_table_unref (self->works_of);
  g_hash_table_unref (self->options);
  aimx_verb_registry_free (self->verbs);
  aimx_figures_free (self->figures);
  g_clear_pointer (&self->authorizer, aimx_authorizer_free);
  g_clear_object (&self->accounts);
  g_clear_object (&self->locks);
  g_clear_object (&self->config);
  g_free (self->runtime_dir);
  g_free (self->configured_data_dir);
  g_cond_clear (&self->idle);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (aimx_server_parent_class)->finalize (object);
}

static void
aimx_server_class_init (AimxServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_server_finalize;
}

static void
aimx_server_init (AimxServer *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->idle);
  self->options = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_strfreev);
  self->services = g_hash_table_new_full (NULL, NULL, NULL, service_free);
  self->plugins = g_hash_table_new (g_str_hash, g_str_equal);
  self->work_of = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_pool);
  self->calls_of = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_pool);
  self->works_of = g_hash_table_new (g_str_hash, g_str_equal);
  self->verbs = aimx_verb_registry_new ();
  self->figures = aimx_figures_new ();
}
