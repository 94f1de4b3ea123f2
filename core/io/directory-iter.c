/* SPDX-License-Identifier: MIT */
/*
 * Walking a directory with getdents64(2) into one bounded buffer, on a descriptor with a position of its own.
 */
#include "io/directory.h"

#include "io/sys.h"

#include <string.h>

#define BUFFER_SIZE (32 * 1024)

struct _AimxDirectoryIter
{
  AimxDirectory *directory;
  AimxFd fd;
  gsize filled;
  gsize position;
  /* Aligned for struct dirent64. */
  guint64 buffer[BUFFER_SIZE / sizeof (guint64)];
};

AimxDirectoryIter *
aimx_directory_iterate (AimxDirectory *self, GError **error)
{
  AimxDirectoryIter *iter;
  int fd = aimx_sys_openat (aimx_directory_get_fd (self), ".", O_RDONLY | O_DIRECTORY, 0);

  if (fd < 0)
    {
      aimx_error_set_errno (error, errno, "read directory %s", aimx_directory_get_path (self));
      return NULL;
    }
  iter = g_malloc (sizeof *iter);
  iter->directory = aimx_directory_ref (self);
  iter->fd = fd;
  iter->filled = iter->position = 0;
  return iter;
}

static gboolean
fill (AimxDirectoryIter *self, GError **error)
{
  ssize_t n_read = aimx_sys_getdents (self->fd, self->buffer, sizeof self->buffer);

  self->position = 0;
  self->filled = n_read > 0 ? (gsize) n_read : 0;
  /* ENOENT: the directory itself was removed while it was read; it has no more entries. */
  if (n_read >= 0 || errno == ENOENT)
    return TRUE;
  return aimx_error_set_errno (error, errno, "read directory %s", aimx_directory_get_path (self->directory));
}

static AimxDirectoryEntryType
type_of_mode (mode_t mode)
{
  if (S_ISREG (mode))
    return AIMX_DIRECTORY_ENTRY_FILE;
  return S_ISDIR (mode) ? AIMX_DIRECTORY_ENTRY_DIRECTORY : AIMX_DIRECTORY_ENTRY_OTHER;
}

/* File systems that do not keep the type in the directory leave it to a look at the entry; FALSE when it is gone. */
static gboolean
find_type (AimxDirectoryIter *self,
           const struct dirent64 *entry,
           gboolean *exists,
           AimxDirectoryEntryType *type,
           GError **error)
{
  struct stat info;

  *exists = TRUE;
  if (entry->d_type != DT_UNKNOWN)
    {
      *type = type_of_mode (DTTOIF (entry->d_type));
      return TRUE;
    }
  if (aimx_sys_fstatat (self->fd, entry->d_name, &info) == 0)
    {
      *type = type_of_mode (info.st_mode);
      return TRUE;
    }
  *exists = FALSE;
  return errno == ENOENT ||
         aimx_error_set_errno (error, errno, "look at %s/%s", aimx_directory_get_path (self->directory), entry->d_name);
}

gboolean
aimx_directory_iter_next (AimxDirectoryIter *self, const char **name, AimxDirectoryEntryType *type, GError **error)
{
  gboolean exists = FALSE;

  *name = NULL;
  *type = AIMX_DIRECTORY_ENTRY_OTHER;
  while (!exists)
    {
      const struct dirent64 *entry;

      if (self->position == self->filled && !fill (self, error))
        return FALSE;
      if (self->filled == 0)
        return TRUE;
      entry = (const struct dirent64 *) ((const char *) self->buffer + self->position);
      self->position += entry->d_reclen;
      if (g_str_equal (entry->d_name, ".") || g_str_equal (entry->d_name, ".."))
        continue;
      if (!find_type (self, entry, &exists, type, error))
        return FALSE;
      *name = entry->d_name;
    }
  return TRUE;
}

void
aimx_directory_iter_free (AimxDirectoryIter *self)
{
  aimx_fd_clear (&self->fd);
  aimx_directory_unref (self->directory);
  g_free (self);
}
