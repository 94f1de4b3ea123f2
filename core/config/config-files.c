/* SPDX-License-Identifier: MIT */
/*
 * Files beside the configuration. Whoever writes one holds a change, and with it the lock that other processes respect.
 * Nothing is ever lost: what is kept here are keys.
 */
#include "config-change-private.h"

#include "io/durable-file.h"
#include "io/sys.h"

#include <aimx/error.h>

#include <fcntl.h>
#include <string.h>

#define DIRECTORY_MODE 0700

static gboolean
check_path (const char *path, GError **error)
{
  g_auto (GStrv) components = g_strsplit (path, "/", -1);

  if (!g_strv_contains ((const char *const *) components, ".."))
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "'%s' may not lead out of the configuration directory", path);
  return FALSE;
}

/* ---- reading ---- */

static gboolean
check_file (int fd, const char *path, gsize size_max, gsize *size, GError **error)
{
  struct stat info;

  if (aimx_sys_fstat (fd, &info) < 0)
    return aimx_error_set_errno (error, errno, "look at %s", path);
  if (S_ISREG (info.st_mode) && info.st_size >= 0 && (guint64) info.st_size <= size_max)
    {
      *size = (gsize) info.st_size;
      return TRUE;
    }
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "%s is not a file of at most %" G_GSIZE_FORMAT " bytes", path,
               size_max);
  return FALSE;
}

/* Keys are read, too: what was read is wiped. */
typedef struct
{
  gsize size;
  char data[];
} Secret;

static Secret *
secret_new (gsize size)
{
  Secret *self = g_malloc (sizeof (Secret) + size);

  self->size = size;
  return self;
}

static void
secret_free (gpointer data)
{
  Secret *self = data;

  explicit_bzero (self->data, self->size);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Secret, secret_free)

GBytes *
aimx_config_store_read_file (AimxConfigStore *self, const char *path, gsize size_max, GError **error)
{
  g_autofree char *full = g_build_filename (aimx_config_store_get_directory (self), path, NULL);
  g_auto (AimxFd) fd = -1;
  g_autoptr (Secret) secret = NULL;
  gsize size = 0, n_read = 0;
  const char *data;

  if (!check_path (path, error))
    return NULL;
  fd = aimx_sys_openat (AT_FDCWD, full, O_RDONLY | O_NONBLOCK, 0);
  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_NOT_FOUND, "%s is not there", full);
  else if (fd < 0)
    aimx_error_set_errno (error, errno, "open %s", full);
  if (fd < 0)
    return NULL;
  if (!check_file (fd, full, size_max, &size, error))
    return NULL;
  secret = secret_new (size);
  while (n_read < size)
    {
      ssize_t n = aimx_sys_pread (fd, secret->data + n_read, size - n_read, (off_t) n_read);

      if (n < 0)
        {
          aimx_error_set_errno (error, errno, "read %s", full);
          return NULL;
        }
      if (n == 0)
        break;
      n_read += (gsize) n;
    }
  data = secret->data;
  return g_bytes_new_with_free_func (data, n_read, secret_free, g_steal_pointer (&secret));
}

/* ---- writing ---- */

static AimxDirectory *
open_or_make (AimxDirectory *parent, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (aimx_directory_get_path (parent), name, NULL);
  g_autoptr (GError) why = NULL;
  g_autoptr (AimxDirectory) directory = aimx_directory_open_root (path, AIMX_DIRECTORY_DEFAULT, &why);

  if (directory != NULL)
    return g_steal_pointer (&directory);
  if (!g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return NULL;
    }
  directory =
      aimx_directory_make (parent, name, DIRECTORY_MODE, AIMX_DIRECTORY_KEEP_ID, AIMX_DIRECTORY_KEEP_ID, NULL, error);
  return directory != NULL && aimx_directory_sync (parent, error) ? g_steal_pointer (&directory) : NULL;
}

/* Opens the directory that @path is in, made if need be. @name: (out): what it is called there */
static AimxDirectory *
open_parent (AimxConfigChange *self, const char *path, char **name, GError **error)
{
  g_auto (GStrv) components = g_strsplit (path, "/", -1);
  guint n = g_strv_length (components);
  g_autoptr (AimxDirectory) directory = NULL;

  if (!aimx_config_store_check_guard (self->guard, error) || !check_path (path, error))
    return NULL;
  directory = aimx_directory_ref (self->directory);
  for (guint i = 0; i + 1 < n; i++)
    {
      AimxDirectory *next = open_or_make (directory, components[i], error);

      if (next == NULL)
        return NULL;
      aimx_directory_unref (directory);
      directory = next;
    }
  *name = g_strdup (components[n - 1]);
  return g_steal_pointer (&directory);
}

AimxDurableFile *
aimx_config_file_new (AimxDirectory *directory, const char *name, gconstpointer data, gsize length, GError **error)
{
  g_autofree char *temporary = g_strconcat (".", name, ".new", NULL);
  g_autoptr (AimxDurableFile) file = NULL;

  if (!aimx_directory_remove_tree (directory, temporary, error))
    return NULL;
  file = aimx_durable_file_new (directory, temporary, error);
  return file != NULL && aimx_durable_file_write (file, data, length, error) ? g_steal_pointer (&file) : NULL;
}

/* Returns: (transfer full) (nullable): a durable file in @directory without its name yet */
static AimxDurableFile *
write_new (AimxDirectory *directory, const char *name, gconstpointer data, gsize length, guint mode, GError **error)
{
  g_autoptr (AimxDurableFile) file = aimx_config_file_new (directory, name, data, length, error);

  return file != NULL && aimx_durable_file_set_mode (file, mode, error) && aimx_durable_file_sync (file, error)
             ? g_steal_pointer (&file)
             : NULL;
}

gboolean
aimx_config_change_write_file (AimxConfigChange *self,
                               const char *path,
                               gconstpointer data,
                               gsize length,
                               guint mode,
                               GError **error)
{
  g_autofree char *name = NULL;
  g_autoptr (AimxDirectory) directory = open_parent (self, path, &name, error);
  g_autoptr (AimxDurableFile) file = directory != NULL ? write_new (directory, name, data, length, mode, error) : NULL;

  return file != NULL && aimx_durable_file_publish (file, directory, name, error) &&
         aimx_directory_sync (directory, error);
}

gboolean
aimx_config_change_replace_file (AimxConfigChange *self,
                                 const char *path,
                                 const char *kept_name,
                                 gconstpointer data,
                                 gsize length,
                                 guint mode,
                                 GError **error)
{
  g_autofree char *name = NULL;
  g_autoptr (AimxDirectory) directory = open_parent (self, path, &name, error);
  g_autoptr (AimxDurableFile) file = directory != NULL ? write_new (directory, name, data, length, mode, error) : NULL;

  if (file == NULL || !aimx_directory_link (directory, name, kept_name, error))
    return FALSE;
  if (aimx_directory_sync (directory, error) && aimx_durable_file_replace (file, directory, name, error))
    return aimx_directory_sync (directory, error);
  aimx_directory_unlink (directory, kept_name, NULL);
  return FALSE;
}

gboolean
aimx_config_change_move_file (AimxConfigChange *self, const char *from, const char *to, GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *new_name = NULL;
  g_autoptr (AimxDirectory) source = open_parent (self, from, &name, error);
  struct stat info;
  g_autoptr (AimxDirectory) target = NULL;

  if (source == NULL || !aimx_directory_lookup (source, name, &info, error))
    return FALSE;
  target = open_parent (self, to, &new_name, error);
  return target != NULL && aimx_directory_rename (source, name, target, new_name, error) &&
         aimx_directory_sync (target, error) && aimx_directory_sync (source, error);
}
