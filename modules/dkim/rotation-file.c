/* SPDX-License-Identifier: MIT */
#include "rotation-file.h"

#define GROUP         "rotation"
#define FILE_NAME     "rotation"
#define SWITCHED_NAME "rotation-switched"
#define FILE_SIZE_MAX 4096
#define FILE_MODE     0644
#define STAMP_FORMAT  "%Y%m%dT%H%M%SZ"

DkimRotation *
dkim_rotation_new (const char *selector, const char *old_selector)
{
  DkimRotation *self = g_new0 (DkimRotation, 1);

  self->selector = g_strdup (selector);
  self->old_selector = g_strdup (old_selector);
  return self;
}

void
dkim_rotation_free (DkimRotation *self)
{
  g_free (self->selector);
  g_free (self->old_selector);
  g_free (self);
}

static char *
get_path (const DkimKeyFiles *files, const char *name)
{
  g_autofree char *directory = dkim_key_files_get_directory (files);

  return g_build_filename (directory, name, NULL);
}

/* ---- reading ---- */

static gboolean
set_damaged (const DkimKeyFiles *files, const char *name, const char *why, GError **error)
{
  g_autofree char *path = get_path (files, name);

  g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, "%s/%s is damaged: %s; move it aside to start anew",
               aimx_config_store_get_directory (files->store), path, why);
  return FALSE;
}

static GKeyFile *
read_file (const DkimKeyFiles *files, const char *name, GError **error)
{
  g_autofree char *path = get_path (files, name);
  g_autoptr (GBytes) bytes = aimx_config_store_read_file (files->store, path, FILE_SIZE_MAX, error);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) why = NULL;

  if (bytes == NULL)
    return NULL;
  if (!g_key_file_load_from_bytes (file, bytes, G_KEY_FILE_NONE, &why))
    {
      set_damaged (files, name, why->message, error);
      return NULL;
    }
  return g_steal_pointer (&file);
}

/* Returns: whether the file says so, or is not there */
static gboolean
read_switched (DkimRotation *self, const DkimKeyFiles *files, const char *name, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (GKeyFile) file = read_file (files, name, &why);
  g_autofree char *text = NULL;
  g_autoptr (GDateTime) time = NULL;

  if (file == NULL && g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    return TRUE;
  if (file == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  text = g_key_file_get_string (file, GROUP, "switched", NULL);
  time = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;
  if (time == NULL)
    return set_damaged (files, name, "it has no time", error);
  self->switched_at = g_date_time_to_unix (time);
  return TRUE;
}

static DkimRotation *
read_both (const DkimKeyFiles *files, const char *name, const char *switched_name, GError **error)
{
  g_autoptr (GKeyFile) file = read_file (files, name, error);
  g_autoptr (DkimRotation) self = NULL;

  if (file == NULL)
    return NULL;
  self = g_new0 (DkimRotation, 1);
  self->selector = g_key_file_get_string (file, GROUP, "selector", NULL);
  self->old_selector = g_key_file_get_string (file, GROUP, "old_selector", NULL);
  if (self->selector == NULL || self->old_selector == NULL || !aimx_name_check_selector (self->selector, NULL))
    {
      set_damaged (files, name, "it does not name two selectors", error);
      return NULL;
    }
  return read_switched (self, files, switched_name, error) ? g_steal_pointer (&self) : NULL;
}

DkimRotation *
dkim_rotation_read (const DkimKeyFiles *files, GError **error)
{
  return read_both (files, FILE_NAME, SWITCHED_NAME, error);
}

DkimRotation *
dkim_rotation_read_last (const DkimKeyFiles *files, const char *selector)
{
  g_autofree char *name = g_strconcat (FILE_NAME ".", selector, NULL);
  g_autofree char *switched_name = g_strconcat (SWITCHED_NAME ".", selector, NULL);
  g_autoptr (DkimRotation) self = read_both (files, name, switched_name, NULL);

  return self != NULL && self->switched_at != 0 ? g_steal_pointer (&self) : NULL;
}

/* ---- writing ---- */

static gboolean
write_file (const DkimKeyFiles *files, AimxConfigChange *change, const char *name, GKeyFile *file, GError **error)
{
  g_autofree char *path = get_path (files, name);
  gsize length;
  g_autofree char *text = g_key_file_to_data (file, &length, NULL);

  return aimx_config_change_write_file (change, path, text, length, FILE_MODE, error);
}

static char *
format_now (const char *format)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  return g_date_time_format (now, format);
}

/* The selector becomes part of the name; and the time, when it was used before. */
static gboolean
put_away (DkimRotation *self, const DkimKeyFiles *files, AimxConfigChange *change, const char *name, GError **error)
{
  g_autofree char *path = get_path (files, name);
  g_autofree char *kept = g_strconcat (path, ".", self->selector, NULL);
  g_autofree char *now = format_now (STAMP_FORMAT);
  g_autofree char *stamped = g_strconcat (kept, ".", now, NULL);
  g_autoptr (GError) why = NULL;

  if (aimx_config_change_move_file (change, path, kept, &why) ||
      g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    return TRUE;
  if (g_error_matches (why, AIMX_ERROR, AIMX_ERROR_CONFLICT))
    return aimx_config_change_move_file (change, path, stamped, error);
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

gboolean
dkim_rotation_forget_switch (DkimRotation *self, const DkimKeyFiles *files, AimxConfigChange *change, GError **error)
{
  self->switched_at = 0;
  return put_away (self, files, change, SWITCHED_NAME, error);
}

gboolean
dkim_rotation_begin (DkimRotation *self, const DkimKeyFiles *files, AimxConfigChange *change, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *now = format_now ("%Y-%m-%dT%H:%M:%SZ");

  g_key_file_set_string (file, GROUP, "selector", self->selector);
  g_key_file_set_string (file, GROUP, "old_selector", self->old_selector);
  g_key_file_set_string (file, GROUP, "started", now);
  /* Who moved one of the two aside has left the time of another switch. */
  return dkim_rotation_forget_switch (self, files, change, error) && write_file (files, change, FILE_NAME, file, error);
}

gboolean
dkim_rotation_mark_switched (DkimRotation *self, const DkimKeyFiles *files, AimxConfigChange *change, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *text = g_date_time_format_iso8601 (now);

  if (self->switched_at != 0)
    return TRUE;
  g_key_file_set_string (file, GROUP, "switched", text);
  if (!write_file (files, change, SWITCHED_NAME, file, error))
    return FALSE;
  self->switched_at = g_date_time_to_unix (now);
  return TRUE;
}

/* ---- the end ---- */

/* In this order: one that says since when, and is left alone, would count for the next rotation. */
gboolean
dkim_rotation_end (DkimRotation *self, const DkimKeyFiles *files, AimxConfigChange *change, GError **error)
{
  return put_away (self, files, change, SWITCHED_NAME, error) && put_away (self, files, change, FILE_NAME, error);
}

gboolean
dkim_rotation_has_used (const DkimKeyFiles *files, const char *selector)
{
  g_autofree char *path = get_path (files, FILE_NAME);
  g_autofree char *kept = g_strconcat (path, ".", selector, NULL);
  g_autoptr (GBytes) bytes = aimx_config_store_read_file (files->store, kept, FILE_SIZE_MAX, NULL);

  return bytes != NULL;
}
