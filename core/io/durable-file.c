/* SPDX-License-Identifier: MIT */
/*
 * Files that appear complete. Where the file system can, they have no name until they are published: linking one is
 * cheaper than moving a named one (no lock over all renames of a file system, one directory changed instead of two) and
 * a crash leaves nothing to clear up. Else they have a temporary name and are renamed.
 */
#include "io/durable-file.h"

#include "io/sys.h"

#include <aimx/log.h>

struct _AimxDurableFile
{
  AimxDirectory *directory;
  char *name; /* NULL when it has none (any more) that is ours to remove */
  AimxFd fd;
  guint64 size;
};

static const char *
shown_name (AimxDurableFile *self)
{
  return self->name != NULL ? self->name : "(new file)";
}

static gboolean
set_error (AimxDurableFile *self, GError **error, int code, const char *doing)
{
  return aimx_error_set_errno (error, code, "%s %s/%s", doing, aimx_directory_get_path (self->directory),
                               shown_name (self));
}

/* linkat on a descriptor needs a privilege on most kernels; by way of /proc it needs none. */
static int
link_descriptor (int fd, int target, const char *name)
{
  char path[sizeof "/proc/self/fd/" + 3 * sizeof (int)];

  if (aimx_sys_linkat (fd, "", target, name, AT_EMPTY_PATH) == 0)
    return 0;
  if (errno != ENOENT)
    return -1;
  g_snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
  return aimx_sys_linkat (AT_FDCWD, path, target, name, AT_SYMLINK_FOLLOW);
}

gboolean
aimx_durable_file_can_be_nameless (AimxDirectory *directory)
{
  int dir = aimx_directory_get_fd (directory);
  g_auto (AimxFd) fd = aimx_sys_openat (dir, ".", O_TMPFILE | O_WRONLY, 0600);
  g_autofree char *name = g_strdup_printf ("nameless-%08x%08x", g_random_int (), g_random_int ());

  if (fd < 0 || link_descriptor (fd, dir, name) < 0)
    return FALSE;
  return aimx_sys_unlinkat (dir, name, 0) == 0;
}

AimxDurableFile *
aimx_durable_file_new (AimxDirectory *directory, const char *name, GError **error)
{
  int dir = aimx_directory_get_fd (directory);
  AimxDurableFile *self;
  int fd;

  if (name != NULL)
    fd = aimx_sys_openat (dir, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0600);
  else
    fd = aimx_sys_openat (dir, ".", O_TMPFILE | O_WRONLY, 0600);
  if (fd < 0)
    {
      aimx_error_set_errno (error, errno, "create %s/%s", aimx_directory_get_path (directory),
                            name != NULL ? name : "(new file)");
      return NULL;
    }
  self = g_new0 (AimxDurableFile, 1);
  self->directory = aimx_directory_ref (directory);
  self->name = g_strdup (name);
  self->fd = fd;
  return self;
}

gboolean
aimx_durable_file_write (AimxDurableFile *self, gconstpointer data, gsize length, GError **error)
{
  const char *rest = data;

  while (length > 0)
    {
      ssize_t n_written = aimx_sys_write (self->fd, rest, length);

      if (n_written < 0)
        return set_error (self, error, errno, "write");
      rest += n_written;
      length -= (gsize) n_written;
      self->size += (guint64) n_written;
    }
  return TRUE;
}

guint64
aimx_durable_file_get_size (AimxDurableFile *self)
{
  return self->size;
}

gboolean
aimx_durable_file_give (AimxDurableFile *self, guint uid, guint gid, GError **error)
{
  if (uid == AIMX_DIRECTORY_KEEP_ID && gid == AIMX_DIRECTORY_KEEP_ID)
    return TRUE;
  return aimx_sys_fchown (self->fd, uid, gid) == 0 || set_error (self, error, errno, "change owner of");
}

gboolean
aimx_durable_file_set_mode (AimxDurableFile *self, mode_t mode, GError **error)
{
  return aimx_sys_fchmod (self->fd, mode) == 0 || set_error (self, error, errno, "change mode of");
}

void
aimx_durable_file_start_sync (AimxDurableFile *self)
{
  /* A hint: what it fails with, the sync proper meets again. */
  if (sync_file_range (self->fd, 0, 0, SYNC_FILE_RANGE_WRITE) < 0)
    return;
}

gboolean
aimx_durable_file_sync (AimxDurableFile *self, GError **error)
{
  return aimx_sys_fsync (self->fd) == 0 || set_error (self, error, errno, "sync");
}

/* For file systems that know no RENAME_NOREPLACE. */
static int
link_and_unlink (AimxDurableFile *self, int target, const char *name)
{
  int dir = aimx_directory_get_fd (self->directory);
  int saved_errno;

  if (aimx_sys_linkat (dir, self->name, target, name, 0) < 0)
    return -1;
  if (aimx_sys_unlinkat (dir, self->name, 0) == 0)
    return 0;
  /* Two names would be two traces of one message: take the new one back and let the caller fail. */
  saved_errno = errno;
  aimx_sys_unlinkat (target, name, 0);
  errno = saved_errno;
  return -1;
}

static int
move_without_replacing (AimxDurableFile *self, int target, const char *name)
{
  int dir = aimx_directory_get_fd (self->directory);

  if (self->name == NULL)
    return link_descriptor (self->fd, target, name);
  if (aimx_sys_renameat2 (dir, self->name, target, name, RENAME_NOREPLACE) == 0)
    return 0;
  return errno == EINVAL || errno == ENOSYS ? link_and_unlink (self, target, name) : -1;
}

gboolean
aimx_durable_file_publish (AimxDurableFile *self, AimxDirectory *target, const char *name, GError **error)
{
  if (move_without_replacing (self, aimx_directory_get_fd (target), name) == 0)
    {
      g_clear_pointer (&self->name, g_free);
      return TRUE;
    }
  if (errno == EEXIST)
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, "%s/%s: the name is taken", aimx_directory_get_path (target),
                 name);
  else
    aimx_error_set_errno (error, errno, "move new file to %s/%s", aimx_directory_get_path (target), name);
  return FALSE;
}

gboolean
aimx_durable_file_replace (AimxDurableFile *self, AimxDirectory *target, const char *name, GError **error)
{
  g_return_val_if_fail (self->name != NULL, FALSE);

  if (aimx_sys_renameat2 (aimx_directory_get_fd (self->directory), self->name, aimx_directory_get_fd (target), name,
                          0) < 0)
    return aimx_error_set_errno (error, errno, "move new file to %s/%s", aimx_directory_get_path (target), name);
  g_clear_pointer (&self->name, g_free);
  return TRUE;
}

void
aimx_durable_file_keep (AimxDurableFile *self)
{
  g_clear_pointer (&self->name, g_free);
}

void
aimx_durable_file_free (AimxDurableFile *self)
{
  if (self->name != NULL && aimx_sys_unlinkat (aimx_directory_get_fd (self->directory), self->name, 0) < 0)
    aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "%s/%s could not be removed: %s",
              aimx_directory_get_path (self->directory), self->name, g_strerror (errno));
  aimx_fd_clear (&self->fd);
  g_free (self->name);
  aimx_directory_unref (self->directory);
  g_free (self);
}
