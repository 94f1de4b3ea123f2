/* SPDX-License-Identifier: MIT */
/*
 * AimxModule: the life of one module. Everything runs on the main thread, but for the word that it has stopped.
 */
#include "module-private.h"

#include "acting-module.h"
#include "mail/mail-store-private.h"

#include <aimx/error.h>
#include <aimx/log.h>
#include <aimx/server.h>

#include <string.h>

typedef enum
{
  RUN_NOT_STARTED,
  RUN_STARTED,
  RUN_STOPPING,
  RUN_STOPPED,
} Run;

struct _AimxModule
{
  GObject parent;
  const char *name; /* lives for ever: threads may go on when the module is gone */
  char *file;
  AimxModuleOrigin origin;
  AimxModuleState state;
  char *reason;
  GPtrArray *faults; /* while it loads */
  const AimxModuleDescriptor *descriptor;
  gpointer data;
  GDestroyNotify destroy;
  int run; /* a Run; atomic */
  AimxModuleStoppedFunc stopped_func;
  gpointer stopped_data;
};

G_DEFINE_TYPE (AimxModule, aimx_module, G_TYPE_OBJECT)

const char *
aimx_module_state_to_string (AimxModuleState state)
{
  static const char *const names[] = { "found", "loading", "loaded", "refused", "disabled" };

  return names[state];
}

AimxModule *
aimx_module_new (const char *name, const char *file, AimxModuleOrigin origin)
{
  AimxModule *self = g_object_new (AIMX_TYPE_MODULE, NULL);

  self->name = g_intern_string (name);
  self->file = g_strdup (file);
  self->origin = origin;
  return self;
}

AimxModuleOrigin
aimx_module_get_origin (AimxModule *self)
{
  return self->origin;
}

const char *
aimx_module_get_name (AimxModule *self)
{
  return self->name;
}

const char *
aimx_module_get_file (AimxModule *self)
{
  return self->file;
}

AimxModuleState
aimx_module_get_state (AimxModule *self)
{
  return self->state;
}

const char *
aimx_module_get_reason (AimxModule *self)
{
  return self->reason;
}

const AimxModuleDescriptor *
aimx_module_get_descriptor (AimxModule *self)
{
  return self->descriptor;
}

gboolean
aimx_module_is_listener (AimxModule *self)
{
  return self->descriptor != NULL && (self->descriptor->flags & AIMX_MODULE_LISTENER) != 0;
}

GVariant *
aimx_module_get_setting (AimxModule *self, AimxConfig *config, const char *name)
{
  GVariant *value;

  g_return_val_if_fail (AIMX_IS_MODULE (self), NULL);
  g_return_val_if_fail (AIMX_IS_CONFIG (config), NULL);

  value = aimx_config_get_setting (config, self->name, name);
  if (value != NULL)
    return g_variant_ref (value);
  for (const AimxSettingSpec *spec = self->descriptor->settings; spec != NULL && spec->name != NULL; spec++)
    if (strcmp (spec->name, name) == 0)
      return g_variant_parse (G_VARIANT_TYPE (spec->type), spec->fallback, NULL, NULL, NULL);
  g_return_val_if_reached (NULL);
}

char *
aimx_module_make_private_dir (AimxModule *self, AimxServer *server, GError **error)
{
  g_return_val_if_fail (AIMX_IS_MODULE (self), NULL);

  return aimx_mail_store_make_private_dir (aimx_server_get_mail_store (server), self->name, error);
}

void
aimx_module_set_data (AimxModule *self, gpointer data, GDestroyNotify destroy)
{
  gpointer old = self->data;
  GDestroyNotify old_destroy = self->destroy;

  self->data = data;
  self->destroy = destroy;
  if (old_destroy != NULL && old != NULL)
    old_destroy (old);
}

gpointer
aimx_module_get_data (AimxModule *self)
{
  return self->data;
}

/* ---- left out, or not as it should be ---- */

static void
warn (AimxModule *self, const char *fault)
{
  aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_MODULE, self->name, "MESSAGE", "module '%s': %s", self->name, fault);
}

static void G_GNUC_PRINTF (2, 0) set_reason (AimxModule *self, const char *format, va_list args)
{
  g_free (self->reason);
  self->reason = g_strdup_vprintf (format, args);
}

void
aimx_module_report (AimxModule *self, const char *format, ...)
{
  g_autofree char *before = g_steal_pointer (&self->reason);
  va_list args;

  va_start (args, format);
  set_reason (self, format, args);
  va_end (args);
  warn (self, self->reason);
  if (before != NULL)
    {
      g_autofree char *fault = g_steal_pointer (&self->reason);

      self->reason = g_strconcat (before, "; ", fault, NULL);
    }
}

void
aimx_module_note_fault (AimxModule *self, const char *fault)
{
  if (self->state == AIMX_MODULE_LOADING)
    g_ptr_array_add (self->faults, g_strdup (fault));
  else
    warn (self, fault);
}

void
aimx_module_refuse (AimxModule *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  set_reason (self, format, args);
  va_end (args);
  self->state = AIMX_MODULE_REFUSED;
  aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_MODULE, self->name, "MESSAGE", "module '%s' is refused: %s", self->name,
            self->reason);
}

void
aimx_module_disable (AimxModule *self, const char *reason)
{
  g_free (self->reason);
  self->reason = g_strdup (reason);
  self->state = AIMX_MODULE_DISABLED;
}

/* ---- its life ---- */

void
aimx_module_open_file (AimxModule *self, AimxModuleFileFlags flags)
{
  g_autoptr (GError) error = NULL;

  self->descriptor = aimx_module_file_open (self->file, self->name, flags, &error);
  if (self->descriptor == NULL)
    aimx_module_refuse (self, "%s", error->message);
  else if (self->origin == AIMX_MODULE_PLUGIN)
    aimx_acting_module_add_code (self->name, self->descriptor);
}

/* A module that fails has to say why; one that does not is blamed for that. */
static gboolean
run (AimxModule *self,
     AimxServer *server,
     gboolean (*func) (AimxModule *self, AimxServer *server, GError **error),
     GError **error)
{
  const char *before = aimx_acting_module_set (self->name);
  g_autoptr (GError) why = NULL;
  gboolean done = func == NULL || func (self, server, &why);

  aimx_acting_module_set (before);
  if (done)
    return TRUE;
  if (why == NULL)
    g_set_error (&why, AIMX_ERROR, AIMX_ERROR_MODULE, "it does not say why");
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

void
aimx_module_load (AimxModule *self, AimxServer *server)
{
  g_autoptr (GError) why = NULL;

  self->state = AIMX_MODULE_LOADING;
  if (run (self, server, self->descriptor->load, &why))
    self->state = AIMX_MODULE_LOADED;
  else
    aimx_module_refuse (self, "it could not be loaded: %s", why->message);
  for (guint i = 0; self->state == AIMX_MODULE_LOADED && i < self->faults->len; i++)
    aimx_module_report (self, "%s", (const char *) self->faults->pdata[i]);
}

gboolean
aimx_module_start (AimxModule *self, AimxServer *server, GError **error)
{
  if (!run (self, server, self->descriptor->start, error))
    return FALSE;
  g_atomic_int_set (&self->run, RUN_STARTED);
  return TRUE;
}

gboolean
aimx_module_let_in (AimxModule *self, AimxServer *server, GError **error)
{
  return run (self, server, self->descriptor->open, error);
}

void
aimx_module_stop (AimxModule *self, AimxServer *server, AimxModuleStoppedFunc func, gpointer user_data)
{
  self->stopped_func = func;
  self->stopped_data = user_data;
  if (g_atomic_int_compare_and_exchange (&self->run, RUN_STARTED, RUN_STOPPING) && self->descriptor->stop != NULL)
    {
      const char *before = aimx_acting_module_set (self->name);

      self->descriptor->stop (self, server);
      aimx_acting_module_set (before);
    }
  else
    {
      g_atomic_int_set (&self->run, RUN_STOPPED);
      func (self, user_data);
    }
}

void
aimx_module_stopped (AimxModule *self)
{
  g_return_if_fail (AIMX_IS_MODULE (self));

  if (g_atomic_int_compare_and_exchange (&self->run, RUN_STOPPING, RUN_STOPPED))
    self->stopped_func (self, self->stopped_data);
}

gboolean
aimx_module_has_stopped (AimxModule *self)
{
  return g_atomic_int_get (&self->run) == RUN_STOPPED;
}

void
aimx_module_unload (AimxModule *self, AimxServer *server)
{
  const char *before = aimx_acting_module_set (self->name);

  if (self->descriptor->unload != NULL)
    self->descriptor->unload (self, server);
  aimx_acting_module_set (before);
}

static void
aimx_module_finalize (GObject *object)
{
  AimxModule *self = AIMX_MODULE (object);

  aimx_module_set_data (self, NULL, NULL);
  g_free (self->file);
  g_free (self->reason);
  g_ptr_array_unref (self->faults);
  G_OBJECT_CLASS (aimx_module_parent_class)->finalize (object);
}

static void
aimx_module_class_init (AimxModuleClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_module_finalize;
}

static void
aimx_module_init (AimxModule *self)
{
  self->faults = g_ptr_array_new_with_free_func (g_free);
}
