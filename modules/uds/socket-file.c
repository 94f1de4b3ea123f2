/* SPDX-License-Identifier: MIT */
/* The listening socket and its file. */
#include "socket-file.h"

#include "uds-limits.h"

#include <aimx/error.h>

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_NAME "aimx.sock"
/* One name, so that what a crash leaves is found and removed by the next start. */
#define ASIDE_NAME ".aimx.sock"

struct _UdsSocketFile
{
  int fd;
  char *path;  /* where clients look */
  char *aside; /* where it is until then, NULL afterwards */
  dev_t device;
  ino_t inode;
};

static gboolean
set_address (struct sockaddr_un *address, const char *path, GError **error)
{
  *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
  if (g_strlcpy (address->sun_path, path, sizeof address->sun_path) < sizeof address->sun_path)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO,
               "%s is longer than the %u bytes that the path of a socket may have; choose another AIMX_RUNTIME_DIR",
               path, (guint) sizeof address->sun_path - 1);
  return FALSE;
}

static gboolean
set_in_use (const char *path, GError **error)
{
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT,
               "another daemon serves %s; stop it first, or choose another AIMX_RUNTIME_DIR", path);
  return FALSE;
}

/* Whether nobody listens at @path: only then may it be taken. */
static gboolean
check_is_dead (const char *path, GError **error)
{
  struct sockaddr_un address;
  int fd, result, saved_errno;

  if (!set_address (&address, path, error))
    return FALSE;
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return aimx_error_set_errno (error, errno, "cannot make a socket");
  result = connect (fd, (struct sockaddr *) &address, sizeof address);
  saved_errno = errno;
  close (fd);
  if (result < 0 && (saved_errno == ECONNREFUSED || saved_errno == ENOENT))
    return TRUE;
  /* EAGAIN: its queue of connections is full. */
  if (result == 0 || saved_errno == EAGAIN)
    return set_in_use (path, error);
  return aimx_error_set_errno (error, saved_errno, "cannot find out whether a daemon serves %s", path);
}

static gboolean
check_path (const char *path, GError **error)
{
  struct stat info;

  if (lstat (path, &info) < 0)
    return errno == ENOENT || aimx_error_set_errno (error, errno, "cannot look at %s", path);
  if (S_ISSOCK (info.st_mode))
    return check_is_dead (path, error);
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, "%s is in the way and no socket; move it away", path);
  return FALSE;
}

static gboolean
bind_aside (UdsSocketFile *self, GError **error)
{
  struct sockaddr_un address;
  struct stat info;

  if (!set_address (&address, self->aside, error))
    return FALSE;
  if (g_unlink (self->aside) < 0 && errno != ENOENT)
    return aimx_error_set_errno (error, errno, "cannot remove %s", self->aside);
  if (bind (self->fd, (struct sockaddr *) &address, sizeof address) < 0)
    return aimx_error_set_errno (error, errno, "cannot bind a socket at %s", self->aside);
  if (g_chmod (self->aside, 0666) < 0 || lstat (self->aside, &info) < 0)
    return aimx_error_set_errno (error, errno, "cannot set the mode of %s", self->aside);
  self->device = info.st_dev;
  self->inode = info.st_ino;
  if (listen (self->fd, UDS_BACKLOG) < 0)
    return aimx_error_set_errno (error, errno, "cannot listen at %s", self->aside);
  return TRUE;
}

UdsSocketFile *
uds_socket_file_new (const char *directory, GError **error)
{
  g_autoptr (UdsSocketFile) self = g_new0 (UdsSocketFile, 1);

  self->path = g_build_filename (directory, SOCKET_NAME, NULL);
  self->aside = g_build_filename (directory, ASIDE_NAME, NULL);
  self->fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (self->fd < 0)
    {
      aimx_error_set_errno (error, errno, "cannot make a socket");
      return NULL;
    }
  if (!check_path (self->path, error) || !bind_aside (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

int
uds_socket_file_get_fd (UdsSocketFile *self)
{
  return self->fd;
}

static gboolean
is_ours (UdsSocketFile *self, const char *path)
{
  struct stat info;

  return lstat (path, &info) == 0 && info.st_dev == self->device && info.st_ino == self->inode;
}

gboolean
uds_socket_file_publish (UdsSocketFile *self, GError **error)
{
  /* Since the start another daemon may have come, to the path or to the name aside. */
  if (!check_path (self->path, error))
    return FALSE;
  if (!is_ours (self, self->aside))
    return set_in_use (self->path, error);
  if (g_rename (self->aside, self->path) < 0)
    return aimx_error_set_errno (error, errno, "cannot move %s to %s", self->aside, self->path);
  g_clear_pointer (&self->aside, g_free);
  return TRUE;
}

void
uds_socket_file_close (UdsSocketFile *self)
{
  const char *path = self->aside != NULL ? self->aside : self->path;

  if (self->fd < 0)
    return;
  /* The file first: whoever finds it is still heard. */
  if (is_ours (self, path))
    g_unlink (path);
  close (self->fd);
  self->fd = -1;
}

void
uds_socket_file_free (UdsSocketFile *self)
{
  uds_socket_file_close (self);
  g_free (self->path);
  g_free (self->aside);
  g_free (self);
}
