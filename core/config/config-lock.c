/* SPDX-License-Identifier: MIT */
#include "config/config-lock.h"

#include "config-store-private.h"

#include "io/sys.h"

#include <sys/file.h>

#define LOCK_FILE "." AIMX_CONFIG_FILE ".lock"
/* Whoever can open a file can lock it, and so keep the configuration from being changed. */
#define LOCK_MODE 0600
/* A change takes milliseconds. One that empties a whole domain takes minutes, and is not worth waiting for. */
#define WAIT_SECONDS 5
/* How often a lock held by somebody else is tried. */
#define LOCK_INTERVAL_USEC (10 * 1000)

/* What root makes is to be of use to whom the directory belongs to; where that cannot be, the lock holds all the same.
 */
static void
give_to_owner (AimxDirectory *directory, int fd)
{
  struct stat info, above;

  if (geteuid () != 0 || !aimx_directory_get_info (directory, &above, NULL) || aimx_sys_fstat (fd, &info) < 0 ||
      info.st_uid == above.st_uid)
    return;
  if (aimx_sys_fchown (fd, above.st_uid, above.st_gid) < 0)
    g_debug ("%s/" LOCK_FILE " stays root's: %s", aimx_directory_get_path (directory), g_strerror (errno));
}

static gboolean
wait_for (AimxDirectory *directory, int fd, int operation, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) WAIT_SECONDS * G_USEC_PER_SEC;
  const char *path = aimx_directory_get_path (directory);

  while (flock (fd, operation | LOCK_NB) < 0)
    {
      if (errno == EINTR)
        continue;
      if (errno != EWOULDBLOCK)
        return aimx_error_set_errno (error, errno, "lock %s/" LOCK_FILE, path);
      if (g_get_monotonic_time () >= deadline)
        {
          g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT,
                       "another process is changing the configuration in %s; try again when it is done", path);
          return FALSE;
        }
      g_usleep (LOCK_INTERVAL_USEC);
    }
  return TRUE;
}

static int
open_lock (AimxDirectory *directory, int flags)
{
  int fd = aimx_sys_openat (aimx_directory_get_fd (directory), LOCK_FILE, flags | O_CREAT | O_NOFOLLOW, LOCK_MODE);

  if (fd >= 0)
    give_to_owner (directory, fd);
  return fd;
}

/* Who can make no file there changes nothing: every change is a new file. */
static gboolean
can_change (AimxDirectory *directory)
{
  return faccessat (aimx_directory_get_fd (directory), ".", W_OK, AT_EACCESS) == 0 ||
         (errno != EACCES && errno != EROFS);
}

gboolean
aimx_config_lock_take (AimxDirectory *directory, int *fd, GError **error)
{
  g_auto (AimxFd) lock = open_lock (directory, O_RDWR);
  int why = errno;

  *fd = -1;
  if (lock < 0 && can_change (directory))
    return aimx_error_set_errno (error, why, "open %s/" LOCK_FILE, aimx_directory_get_path (directory));
  if (lock >= 0 && !wait_for (directory, lock, LOCK_EX, error))
    return FALSE;
  *fd = g_steal_fd (&lock);
  return TRUE;
}

gboolean
aimx_config_lock_share (const char *config_dir, int *fd, GError **error)
{
  g_autoptr (AimxDirectory) directory = aimx_directory_open_root (config_dir, AIMX_DIRECTORY_DEFAULT, NULL);
  g_auto (AimxFd) lock = directory != NULL ? open_lock (directory, O_RDONLY) : -1;

  *fd = -1;
  if (lock >= 0 && !wait_for (directory, lock, LOCK_SH, error))
    return FALSE;
  *fd = g_steal_fd (&lock);
  return TRUE;
}
