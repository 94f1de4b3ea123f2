/* SPDX-License-Identifier: MIT */
/*
 * A change of the configuration: edits of the text that keep all else of it, validated before a byte is written,
 * durable before anybody sees them.
 */
#include "config-change-private.h"
#include "config-lock.h"
#include "config-place.h"
#include "config-private.h"

#include "io/sys.h"

#include <aimx/error.h>

#include <string.h>

#define NEW_FILE_MODE 0640

G_DEFINE_TYPE (AimxConfigChange, aimx_config_change, G_TYPE_OBJECT)

/* ---- beginning ---- */

static gboolean
lock_directory (AimxConfigChange *self, GError **error)
{
  self->directory =
      aimx_directory_open_root (aimx_config_store_get_directory (self->store), AIMX_DIRECTORY_DEFAULT, error);
  return self->directory != NULL && aimx_config_store_lock (self->store, self->directory, self->guard, error);
}

AimxConfigChange *
aimx_config_store_begin (AimxConfigStore *self, AimxLockGuard *guard, GError **error)
{
  g_autoptr (AimxConfigChange) change = NULL;
  g_autoptr (GError) why = NULL;
  gsize length;
  const char *data;

  if (!aimx_config_store_check_guard (guard, error))
    return NULL;
  change = g_object_new (AIMX_TYPE_CONFIG_CHANGE, NULL);
  change->store = g_object_ref (self);
  change->guard = g_object_ref (guard);
  if (!lock_directory (change, error))
    return NULL;
  change->text = aimx_config_store_get_current_text (self);
  data = g_bytes_get_data (change->text, &length);
  change->document = toml_document_parse (data != NULL ? data : "", (gssize) length, &why);
  if (change->document != NULL)
    return g_steal_pointer (&change);
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "%s: %s", aimx_config_store_get_file (self), why->message);
  return NULL;
}

/* ---- committing ---- */

AimxConfig *
aimx_config_change_validate (AimxConfigChange *self, GError **error)
{
  gsize length;
  g_autofree char *text = toml_document_to_text (self->document, &length);

  return aimx_config_store_parse (self->store, text, length, error);
}

/* As the file that it replaces. */
static gboolean
copy_access (AimxConfigChange *self, AimxDurableFile *file, GError **error)
{
  struct stat info;

  if (aimx_sys_fstatat (aimx_directory_get_fd (self->place), self->name, &info) == 0)
    return (geteuid () != 0 || aimx_durable_file_give (file, info.st_uid, info.st_gid, error)) &&
           aimx_durable_file_set_mode (file, info.st_mode & ALLPERMS, error);
  if (errno == ENOENT)
    return aimx_durable_file_set_mode (file, NEW_FILE_MODE, error);
  return aimx_error_set_errno (error, errno, "look at %s", aimx_config_store_get_file (self->store));
}

static void
forget_file (AimxConfigChange *self)
{
  g_clear_pointer (&self->file, aimx_durable_file_free);
  g_clear_pointer (&self->place, aimx_directory_unref);
  g_clear_pointer (&self->name, g_free);
}

static gboolean
write_file (AimxConfigChange *self, GBytes *text, GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (text, &length);

  forget_file (self);
  if (!aimx_config_place_find (self->directory, &self->place, &self->name, error))
    return FALSE;
  self->file = aimx_config_file_new (self->place, self->name, data, length, error);
  return self->file != NULL && copy_access (self, self->file, error) && aimx_durable_file_sync (self->file, error);
}

gboolean
aimx_config_change_prepare (AimxConfigChange *self, GError **error)
{
  g_autoptr (GBytes) text = NULL;
  gsize length;
  char *data = toml_document_to_text (self->document, &length);

  text = g_bytes_new_take (data, length);
  if (self->prepared != NULL && g_bytes_equal (self->prepared_text, text))
    return TRUE;
  g_clear_object (&self->prepared);
  g_clear_pointer (&self->prepared_text, g_bytes_unref);
  self->is_written = FALSE;
  self->prepared_text = g_steal_pointer (&text);
  self->prepared = aimx_config_store_parse (self->store, data, length, error);
  if (self->prepared != NULL && write_file (self, self->prepared_text, error))
    return TRUE;
  g_clear_object (&self->prepared);
  return FALSE;
}

/* An editor takes no lock. What it has saved since the file was read must not be lost: between the two a key may have
 * been made, or the mail of a domain deleted. */
static gboolean
replace_file (AimxConfigChange *self, GError **error)
{
  if (aimx_config_store_is_changed (self->store, self->text))
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, "%s has been edited meanwhile, and stays so; run it again",
                   aimx_config_store_get_file (self->store));
      return FALSE;
    }
  if (!aimx_durable_file_replace (self->file, self->place, self->name, error))
    return FALSE;
  g_clear_pointer (&self->file, aimx_durable_file_free);
  g_bytes_unref (self->text);
  self->text = g_bytes_ref (self->prepared_text);
  return TRUE;
}

gboolean
aimx_config_change_write (AimxConfigChange *self, GError **error)
{
  if (!aimx_config_store_check_guard (self->guard, error) || !aimx_config_change_prepare (self, error) ||
      (self->file != NULL && !replace_file (self, error)))
    return FALSE;
  self->is_written = aimx_directory_sync (self->place, error);
  return self->is_written;
}

void
aimx_config_change_publish (AimxConfigChange *self)
{
  g_return_if_fail (self->is_written);
  aimx_config_store_swap (self->store, self->prepared, self->prepared_text, FALSE);
}

gboolean
aimx_config_change_commit (AimxConfigChange *self, GError **error)
{
  if (!aimx_config_change_write (self, error))
    return FALSE;
  aimx_config_change_publish (self);
  return TRUE;
}

static void
aimx_config_change_finalize (GObject *object)
{
  AimxConfigChange *self = AIMX_CONFIG_CHANGE (object);

  forget_file (self);
  g_clear_pointer (&self->directory, aimx_directory_unref);
  g_clear_pointer (&self->document, toml_document_free);
  g_clear_pointer (&self->text, g_bytes_unref);
  g_clear_pointer (&self->prepared_text, g_bytes_unref);
  g_clear_object (&self->prepared);
  if (self->store != NULL)
    aimx_config_store_unlock (self->store, self->guard);
  g_clear_object (&self->guard);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (aimx_config_change_parent_class)->finalize (object);
}

static void
aimx_config_change_class_init (AimxConfigChangeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_config_change_finalize;
}

static void
aimx_config_change_init (AimxConfigChange *self)
{
}
