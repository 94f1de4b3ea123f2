/* SPDX-License-Identifier: MIT */
/*
 * The config store: the current snapshot, and the text that it was read out of.
 */
#include "config-lock.h"
#include "config-private.h"
#include "config-settings.h"
#include "config-store-private.h"

#include "io/sys.h"

#include <aimx/error.h>
#include <glib/gstdio.h>
#include <unistd.h>

struct _AimxConfigStore
{
  GObject parent;
  char *directory;
  char *file;
  GMutex mutex; /* guards what follows, for as long as it takes to copy */
  AimxConfig *config;
  GBytes *text;
  GArray *declared;          /* of Declared */
  int lock;                  /* that processes respect, -1 while there is no change */
  AimxLockGuard *lock_guard; /* the guard of who has it */
};

G_DEFINE_TYPE (AimxConfigStore, aimx_config_store, G_TYPE_OBJECT)

static guint changing_signal, changed_signal;

/* ---- the store ---- */

static GBytes *
read_file (AimxConfigStore *self, GError **error)
{
  g_autoptr (GError) why = NULL;
  char *text;
  gsize length;

  if (g_file_get_contents (self->file, &text, &length, &why))
    return g_bytes_new_take (text, length);
  if (g_error_matches (why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "%s is not there; run `sudo aimx setup`, or set AIMX_CONFIG_DIR",
                 self->file);
  else
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "%s", why->message);
  return NULL;
}

/* What a plugin declares. */
typedef struct
{
  const char *plugin;
  const AimxSettingSpec *specs;
} Declared;

/* Warnings join those of the snapshot, which nobody sees yet. */
static gboolean
check_settings (AimxConfigStore *self, AimxConfig *config, GError **error)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new ();
  g_autoptr (GArray) declared = NULL;

  g_mutex_lock (&self->mutex);
  declared = g_array_copy (self->declared);
  g_mutex_unlock (&self->mutex);
  for (guint i = 0; i < declared->len; i++)
    {
      const Declared *one = &g_array_index (declared, Declared, i);

      if (!aimx_config_check_settings (config, one->plugin, one->specs, warnings, error))
        {
          g_ptr_array_foreach (warnings, (GFunc) (void (*) (void)) g_free, NULL);
          return FALSE;
        }
    }
  for (guint i = 0; i < warnings->len; i++)
    g_ptr_array_insert (config->warnings, (int) config->warnings->len - 1, warnings->pdata[i]);
  return TRUE;
}

AimxConfig *
aimx_config_store_parse (AimxConfigStore *self, const char *text, gsize length, GError **error)
{
  g_autoptr (AimxConfig) config = aimx_config_parse (self->file, text, length, error);

  return config != NULL && check_settings (self, config, error) ? g_steal_pointer (&config) : NULL;
}

gboolean
aimx_config_store_add_settings (AimxConfigStore *self,
                                const char *plugin,
                                const AimxSettingSpec *specs,
                                GPtrArray *warnings,
                                GError **error)
{
  const Declared declared = { plugin, specs };
  g_autoptr (AimxConfig) config = aimx_config_store_get (self);

  if (!aimx_config_check_settings (config, plugin, specs, warnings, error))
    return FALSE;
  g_mutex_lock (&self->mutex);
  g_array_append_val (self->declared, declared);
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

static AimxConfig *
parse_bytes (AimxConfigStore *self, GBytes *text, GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (text, &length);

  return aimx_config_store_parse (self, data != NULL ? data : "", length, error);
}

void
aimx_config_store_swap (AimxConfigStore *self, AimxConfig *config, GBytes *text, gboolean reread)
{
  g_autoptr (AimxConfig) old = NULL;

  g_signal_emit (self, changing_signal, 0, config, reread);
  g_mutex_lock (&self->mutex);
  old = self->config;
  self->config = g_object_ref (config);
  g_clear_pointer (&self->text, g_bytes_unref);
  self->text = g_bytes_ref (text);
  g_mutex_unlock (&self->mutex);
  g_signal_emit (self, changed_signal, 0, config);
}

static AimxConfigStore *
make_store (const char *config_dir)
{
  AimxConfigStore *self = g_object_new (AIMX_TYPE_CONFIG_STORE, NULL);

  self->directory = g_strdup (config_dir);
  self->file = g_build_filename (config_dir, AIMX_CONFIG_FILE, NULL);
  return self;
}

AimxConfigStore *
aimx_config_store_open (const char *config_dir, GError **error)
{
  g_autoptr (AimxConfigStore) self = make_store (config_dir);
  g_autoptr (GBytes) text = NULL;
  g_autoptr (AimxConfig) config = NULL;

  text = read_file (self, error);
  config = text != NULL ? parse_bytes (self, text, error) : NULL;
  if (config == NULL)
    return NULL;
  aimx_config_store_swap (self, config, text, TRUE);
  return g_steal_pointer (&self);
}

AimxConfigStore *
aimx_config_store_open_if_any (const char *config_dir, GError **error)
{
  g_autoptr (AimxConfigStore) self = make_store (config_dir);
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
  g_autoptr (AimxConfig) config = NULL;

  if (g_access (self->file, R_OK) == 0)
    return aimx_config_store_open (config_dir, error);
  config = aimx_config_store_parse (self, NULL, 0, error);
  if (config == NULL)
    return NULL;
  aimx_config_store_swap (self, config, nothing, TRUE);
  return g_steal_pointer (&self);
}

AimxConfig *
aimx_config_store_get (AimxConfigStore *self)
{
  AimxConfig *config;

  g_mutex_lock (&self->mutex);
  config = g_object_ref (self->config);
  g_mutex_unlock (&self->mutex);
  return config;
}

const char *
aimx_config_store_get_directory (AimxConfigStore *self)
{
  return self->directory;
}

const char *
aimx_config_store_get_file (AimxConfigStore *self)
{
  return self->file;
}

gboolean
aimx_config_store_check_guard (AimxLockGuard *guard, GError **error)
{
  if (guard != NULL && aimx_lock_guard_covers (guard, AIMX_LOCK_CONFIG, NULL))
    return TRUE;
  g_critical ("the configuration was to be changed without its lock");
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_ORDER, "the configuration was to be changed without its lock");
  return FALSE;
}

/* ---- the lock that processes respect ---- */

static void
set_lock (AimxConfigStore *self, int lock, AimxLockGuard *guard)
{
  g_autoptr (AimxLockGuard) old_guard = NULL;
  g_auto (AimxFd) old = -1;

  g_mutex_lock (&self->mutex);
  old = self->lock;
  old_guard = self->lock_guard;
  self->lock = lock;
  self->lock_guard = guard != NULL ? g_object_ref (guard) : NULL;
  g_mutex_unlock (&self->mutex);
}

/* A change that has outlived its guard can do nothing any more, and keeps nobody out. */
static void
drop_lock_left_behind (AimxConfigStore *self)
{
  gboolean is_left;

  g_mutex_lock (&self->mutex);
  is_left = self->lock_guard != NULL && !aimx_lock_guard_covers (self->lock_guard, AIMX_LOCK_CONFIG, NULL);
  g_mutex_unlock (&self->mutex);
  if (is_left)
    set_lock (self, -1, NULL);
}

gboolean
aimx_config_store_lock (AimxConfigStore *self, AimxDirectory *directory, AimxLockGuard *guard, GError **error)
{
  int lock;

  drop_lock_left_behind (self);
  if (!aimx_config_lock_take (directory, &lock, error))
    return FALSE;
  set_lock (self, lock, guard);
  return TRUE;
}

void
aimx_config_store_unlock (AimxConfigStore *self, AimxLockGuard *guard)
{
  gboolean is_its;

  g_mutex_lock (&self->mutex);
  is_its = self->lock_guard == guard;
  g_mutex_unlock (&self->mutex);
  if (is_its)
    set_lock (self, -1, NULL);
}

/* ---- reading again ---- */

gboolean
aimx_config_store_reload (AimxConfigStore *self, AimxLockGuard *guard, GError **error)
{
  g_auto (AimxFd) lock = -1;
  g_autoptr (GBytes) text = NULL;
  g_autoptr (AimxConfig) config = NULL;

  if (!aimx_config_store_check_guard (guard, error))
    return FALSE;
  drop_lock_left_behind (self);
  /* Until the keys are read as well, which is before readers see the new snapshot. */
  if (!aimx_config_lock_share (self->directory, &lock, error))
    return FALSE;
  text = read_file (self, error);
  config = text != NULL ? parse_bytes (self, text, error) : NULL;
  if (config == NULL)
    return FALSE;
  aimx_config_store_swap (self, config, text, TRUE);
  return TRUE;
}

GBytes *
aimx_config_store_get_current_text (AimxConfigStore *self)
{
  GBytes *text = read_file (self, NULL);

  if (text != NULL)
    return text;
  g_mutex_lock (&self->mutex);
  text = g_bytes_ref (self->text);
  g_mutex_unlock (&self->mutex);
  g_warning ("%s cannot be read; the change is made on the text of the last load", self->file);
  return text;
}

gboolean
aimx_config_store_is_changed (AimxConfigStore *self, GBytes *text)
{
  g_autoptr (GBytes) now = read_file (self, NULL);

  return now != NULL && !g_bytes_equal (now, text);
}

static void
aimx_config_store_finalize (GObject *object)
{
  AimxConfigStore *self = AIMX_CONFIG_STORE (object);

  g_clear_object (&self->config);
  g_clear_pointer (&self->text, g_bytes_unref);
  g_array_unref (self->declared);
  set_lock (self, -1, NULL);
  g_free (self->directory);
  g_free (self->file);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (aimx_config_store_parent_class)->finalize (object);
}

static void
aimx_config_store_class_init (AimxConfigStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_config_store_finalize;
  changing_signal = g_signal_new ("changing", AIMX_TYPE_CONFIG_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 2, AIMX_TYPE_CONFIG, G_TYPE_BOOLEAN);
  changed_signal = g_signal_new ("changed", AIMX_TYPE_CONFIG_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, AIMX_TYPE_CONFIG);
}

static void
aimx_config_store_init (AimxConfigStore *self)
{
  g_mutex_init (&self->mutex);
  self->declared = g_array_new (FALSE, FALSE, sizeof (Declared));
  self->lock = -1;
}
