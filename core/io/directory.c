/* SPDX-License-Identifier: MIT */
/*
 * Directories by descriptor: openat2(2) with everything refused that could lead elsewhere, or the same promises kept
 * component by component where the kernel or a system call filter does not offer it.
 */
#include "io/directory.h"

#include "io/sys.h"

#include <string.h>
#include <sys/sysmacros.h>

/* openat2(2) gives EAGAIN when a rename races with it and it cannot tell whether it escaped. */
#define RACE_RETRIES 16

#define RESOLVE_SAFELY (RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS)

struct _AimxDirectory
{
  gatomicrefcount refs;
  AimxFd fd;
  AimxDirectoryFlags flags;
  char *path;
};

static gboolean
set_error (GError **error, int code, const char *doing, const char *directory, const char *name)
{
  g_autofree char *path = name != NULL ? g_strconcat (directory, "/", name, NULL) : g_strdup (directory);

  switch (code)
    {
    case ENOENT:
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_NOT_FOUND, "%s %s: it is not there", doing, path);
      return FALSE;
    case ENOTDIR:
    case ELOOP:
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT,
                   "%s %s: a component is not what it should be, or is a symbolic link, which is never followed", doing,
                   path);
      return FALSE;
    case EXDEV:
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, "%s %s: it leads to another mount or outside", doing, path);
      return FALSE;
    case EEXIST:
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, "%s %s: the name is taken", doing, path);
      return FALSE;
    case ENOTEMPTY:
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_NOT_EMPTY, "%s %s: it still has entries", doing, path);
      return FALSE;
    default:
      return aimx_error_set_errno (error, code, "%s %s", doing, path);
    }
}

static gboolean
is_acceptable_component (const char *name, gsize length)
{
  gboolean is_dots = name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.'));

  return length > 0 && length <= NAME_MAX && !is_dots;
}

static gboolean
check_path (AimxDirectory *self, const char *path, GError **error)
{
  const char *component = path;

  for (;;)
    {
      const char *end = strchrnul (component, '/');

      if (!is_acceptable_component (component, (gsize) (end - component)))
        {
          g_autofree char *shown = g_strescape (path, NULL);

          g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "'%s' is not an acceptable name below %s", shown,
                       self->path);
          return FALSE;
        }
      if (*end == '\0')
        return TRUE;
      component = end + 1;
    }
}

static gboolean
check_name (AimxDirectory *self, const char *name, GError **error)
{
  if (strchr (name, '/') != NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "'%s' is not one name below %s", name, self->path);
      return FALSE;
    }
  return check_path (self, name, error);
}

/* Both openers below are given paths that check_path() accepted. They return a descriptor or -1 with errno. */

static int
check_same_mount (int parent, int child)
{
  struct stat above;
  struct statx below;

  if (aimx_sys_fstat (parent, &above) < 0 || aimx_sys_statx (child, STATX_BASIC_STATS, &below) < 0)
    return -1;
  if (makedev (below.stx_dev_major, below.stx_dev_minor) == above.st_dev &&
      (below.stx_attributes & below.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) == 0)
    return 0;
  errno = EXDEV;
  return -1;
}

static int
open_component_wise (int dir, const char *path, int flags, gboolean same_mount)
{
  g_auto (AimxFd) held = -1;
  int at = dir;

  for (;;)
    {
      const char *slash = strchr (path, '/');
      g_autofree char *component = slash != NULL ? g_strndup (path, (gsize) (slash - path)) : g_strdup (path);
      int step_flags = slash != NULL ? O_PATH | O_DIRECTORY | O_NOFOLLOW : flags | O_NOFOLLOW;
      g_auto (AimxFd) next = aimx_sys_openat (at, component, step_flags, 0);

      if (next < 0)
        return -1;
      if (same_mount && check_same_mount (at, next) < 0)
        return -1;
      aimx_fd_clear (&held);
      at = held = g_steal_fd (&next);
      if (slash == NULL)
        return g_steal_fd (&held);
      path = slash + 1;
    }
}

static int
open_below (int dir, AimxDirectoryFlags dir_flags, const char *path, int flags, gboolean same_mount)
{
  guint64 resolve = RESOLVE_SAFELY | (same_mount ? RESOLVE_NO_XDEV : 0);
  int fd = -1;

  if (dir_flags & AIMX_DIRECTORY_COMPONENT_WISE)
    return open_component_wise (dir, path, flags, same_mount);
  for (guint tries = 0; tries < RACE_RETRIES; tries++)
    {
      fd = aimx_sys_openat2 (dir, path, flags, resolve);
      if (fd >= 0 || errno != EAGAIN)
        break;
    }
  return fd;
}

static AimxDirectory *
directory_new (int fd, AimxDirectoryFlags flags, char *path)
{
  AimxDirectory *self = g_new0 (AimxDirectory, 1);

  g_atomic_ref_count_init (&self->refs);
  self->fd = fd;
  self->flags = flags;
  self->path = path;
  return self;
}

AimxDirectory *
aimx_directory_open_root (const char *path, AimxDirectoryFlags flags, GError **error)
{
  g_auto (AimxFd) fd = aimx_sys_openat (AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
  g_auto (AimxFd) probe = -1;

  if (fd < 0)
    {
      set_error (error, errno, "open directory", path, NULL);
      return NULL;
    }
  /* ENOSYS: kernel before 5.6; EPERM: a system call filter that does not know it. */
  probe = aimx_sys_openat2 (fd, ".", O_PATH | O_DIRECTORY, RESOLVE_SAFELY);
  if (probe < 0 && (errno == ENOSYS || errno == EPERM))
    flags |= AIMX_DIRECTORY_COMPONENT_WISE;
  return directory_new (g_steal_fd (&fd), flags, g_strdup (path));
}

static AimxDirectory *
open_directory (AimxDirectory *self, const char *path, gboolean same_mount, GError **error)
{
  int fd;

  if (!check_path (self, path, error))
    return NULL;
  fd = open_below (self->fd, self->flags, path, O_RDONLY | O_DIRECTORY, same_mount);
  if (fd < 0)
    {
      set_error (error, errno, "open directory", self->path, path);
      return NULL;
    }
  return directory_new (fd, self->flags, g_strconcat (self->path, "/", path, NULL));
}

AimxDirectory *
aimx_directory_open (AimxDirectory *self, const char *path, GError **error)
{
  return open_directory (self, path, FALSE, error);
}

AimxDirectory *
aimx_directory_open_same_mount (AimxDirectory *self, const char *path, GError **error)
{
  return open_directory (self, path, TRUE, error);
}

static gboolean
set_up (AimxDirectory *self, mode_t mode, guint uid, guint gid, GError **error)
{
  if ((uid != AIMX_DIRECTORY_KEEP_ID || gid != AIMX_DIRECTORY_KEEP_ID) && aimx_sys_fchown (self->fd, uid, gid) < 0)
    return set_error (error, errno, "change owner of", self->path, NULL);
  if (aimx_sys_fchmod (self->fd, mode) < 0)
    return set_error (error, errno, "change mode of", self->path, NULL);
  return TRUE;
}

AimxDirectory *
aimx_directory_make (AimxDirectory *self,
                     const char *name,
                     mode_t mode,
                     guint uid,
                     guint gid,
                     gboolean *created,
                     GError **error)
{
  g_autoptr (AimxDirectory) made = NULL;
  gboolean is_new;

  if (!check_name (self, name, error))
    return NULL;
  is_new = aimx_sys_mkdirat (self->fd, name, mode & 0700) == 0;
  if (!is_new && errno != EEXIST)
    {
      set_error (error, errno, "make directory", self->path, name);
      return NULL;
    }
  made = aimx_directory_open (self, name, error);
  if (is_new && (made == NULL || !set_up (made, mode, uid, gid, error)))
    {
      aimx_sys_unlinkat (self->fd, name, AT_REMOVEDIR);
      return NULL;
    }
  if (created != NULL)
    *created = is_new;
  return g_steal_pointer (&made);
}

AimxDirectory *
aimx_directory_ref (AimxDirectory *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
aimx_directory_unref (AimxDirectory *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  aimx_fd_clear (&self->fd);
  g_free (self->path);
  g_free (self);
}

int
aimx_directory_get_fd (AimxDirectory *self)
{
  return self->fd;
}

const char *
aimx_directory_get_path (AimxDirectory *self)
{
  return self->path;
}

gboolean
aimx_directory_get_info (AimxDirectory *self, struct stat *info, GError **error)
{
  return aimx_sys_fstat (self->fd, info) == 0 || set_error (error, errno, "look at", self->path, NULL);
}

gboolean
aimx_directory_sync (AimxDirectory *self, GError **error)
{
  return aimx_sys_fsync (self->fd) == 0 || set_error (error, errno, "sync directory", self->path, NULL);
}

int
aimx_directory_open_file (AimxDirectory *self, const char *path, struct stat *info, GError **error)
{
  g_auto (AimxFd) fd = -1;

  if (!check_path (self, path, error))
    return -1;
  fd = open_below (self->fd, self->flags, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, FALSE);
  if (fd < 0 || aimx_sys_fstat (fd, info) < 0)
    {
      /* ENXIO: a socket, which cannot be opened at all. */
      set_error (error, errno == ENXIO ? ELOOP : errno, "open", self->path, path);
      return -1;
    }
  if (!S_ISREG (info->st_mode))
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, "%s/%s is not a regular file", self->path, path);
      return -1;
    }
  return g_steal_fd (&fd);
}

gboolean
aimx_directory_lookup (AimxDirectory *self, const char *name, struct stat *info, GError **error)
{
  if (!check_name (self, name, error))
    return FALSE;
  return aimx_sys_fstatat (self->fd, name, info) == 0 || set_error (error, errno, "look at", self->path, name);
}

gboolean
aimx_directory_unlink (AimxDirectory *self, const char *name, GError **error)
{
  if (!check_name (self, name, error))
    return FALSE;
  return aimx_sys_unlinkat (self->fd, name, 0) == 0 || set_error (error, errno, "remove", self->path, name);
}

gboolean
aimx_directory_link (AimxDirectory *self, const char *name, const char *new_name, GError **error)
{
  if (!check_name (self, name, error) || !check_name (self, new_name, error))
    return FALSE;
  return aimx_sys_linkat (self->fd, name, self->fd, new_name, 0) == 0 ||
         set_error (error, errno, "give another name to", self->path, name);
}

gboolean
aimx_directory_rmdir (AimxDirectory *self, const char *name, GError **error)
{
  if (!check_name (self, name, error))
    return FALSE;
  if (aimx_sys_unlinkat (self->fd, name, AT_REMOVEDIR) == 0)
    return TRUE;
  /* POSIX lets a file system say EEXIST for ENOTEMPTY. */
  return set_error (error, errno == EEXIST ? ENOTEMPTY : errno, "remove directory", self->path, name);
}

static int
claim (AimxDirectory *self, const char *name, gboolean is_directory)
{
  g_auto (AimxFd) fd = -1;

  if (is_directory)
    return aimx_sys_mkdirat (self->fd, name, 0700);
  fd = aimx_sys_openat (self->fd, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0600);
  return fd < 0 ? -1 : 0;
}

/*
 * Some file systems know no RENAME_NOREPLACE. There an empty entry of the same kind claims the name, and rename
 * replaces it; a directory in which something was put meanwhile is not replaced.
 */
static gboolean
rename_over_claim (AimxDirectory *self, const char *name, AimxDirectory *target, const char *new_name, GError **error)
{
  gboolean is_directory;
  struct stat info = { 0 };
  int saved_errno;

  if (!aimx_directory_lookup (self, name, &info, error))
    return FALSE;
  is_directory = S_ISDIR (info.st_mode);
  if (claim (target, new_name, is_directory) < 0)
    return set_error (error, errno, "move to", target->path, new_name);
  if (aimx_sys_renameat2 (self->fd, name, target->fd, new_name, 0) == 0)
    return TRUE;
  saved_errno = errno;
  aimx_sys_unlinkat (target->fd, new_name, is_directory ? AT_REMOVEDIR : 0);
  return set_error (error, saved_errno, "move to", target->path, new_name);
}

gboolean
aimx_directory_rename (AimxDirectory *self,
                       const char *name,
                       AimxDirectory *target,
                       const char *new_name,
                       GError **error)
{
  if (!check_name (self, name, error) || !check_name (target, new_name, error))
    return FALSE;
  if (aimx_sys_renameat2 (self->fd, name, target->fd, new_name, RENAME_NOREPLACE) == 0)
    return TRUE;
  if (errno == EINVAL || errno == ENOSYS)
    return rename_over_claim (self, name, target, new_name, error);
  return set_error (error, errno, "move to", target->path, new_name);
}
