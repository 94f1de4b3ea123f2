/* SPDX-License-Identifier: MIT */
/*
 * The system calls of the storage path, each in one place: restarted when a signal interrupts them, always
 * close-on-exec, and open to injected faults in builds with test seams. They fail as the system calls do, with errno.
 */
#pragma once

#include "io/fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

G_BEGIN_DECLS

/** AimxFd: a descriptor that g_auto() closes; -1 for none */
typedef int AimxFd;

static inline void
aimx_fd_clear (AimxFd *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AimxFd, aimx_fd_clear)

/* A statement expression would do; a macro with the call as its argument keeps each wrapper at one line. */
#define AIMX_SYS_RETRY(result, kind, call)                                                                             \
  do                                                                                                                   \
    (result) = aimx_fault_strikes (kind, NULL) ? -1 : (call);                                                          \
  while ((result) < 0 && errno == EINTR)

static inline int
aimx_sys_openat (int dir, const char *path, int flags, mode_t mode)
{
  int fd;

  AIMX_SYS_RETRY (fd, AIMX_FAULT_OPEN, openat (dir, path, flags | O_CLOEXEC, mode));
  return fd;
}

static inline int
aimx_sys_openat2 (int dir, const char *path, int flags, guint64 resolve)
{
  struct open_how how = { .flags = (guint64) (guint) (flags | O_CLOEXEC), .resolve = resolve };
  long fd;

  AIMX_SYS_RETRY (fd, AIMX_FAULT_OPEN, syscall (SYS_openat2, dir, path, &how, sizeof how));
  return (int) fd;
}

static inline int
aimx_sys_mkdirat (int dir, const char *name, mode_t mode)
{
  int result;

  AIMX_SYS_RETRY (result, AIMX_FAULT_MKDIR, mkdirat (dir, name, mode));
  return result;
}

static inline int
aimx_sys_fstat (int fd, struct stat *info)
{
  int result;

  AIMX_SYS_RETRY (result, AIMX_FAULT_STAT, fstat (fd, info));
  return result;
}

/* Never follows a symbolic link. */
static inline int
aimx_sys_fstatat (int dir, const char *name, struct stat *info)
{
  int result;

  AIMX_SYS_RETRY (result, AIMX_FAULT_STAT, fstatat (dir, name, info, AT_SYMLINK_NOFOLLOW));
  return result;
}

static inline int
aimx_sys_statx (int fd, guint mask, struct statx *info)
{
  int result;

  AIMX_SYS_RETRY (result, AIMX_FAULT_STAT, statx (fd, "", AT_EMPTY_PATH, mask, info));
  return result;
}

static inline ssize_t
aimx_sys_readlinkat (int dir, const char *name, char *target, gsize size)
{
  ssize_t n_read;

  AIMX_SYS_RETRY (n_read, AIMX_FAULT_READ, readlinkat (dir, name, target, size));
  return n_read;
}

static inline ssize_t
aimx_sys_pread (int fd, void *buffer, gsize length, off_t offset)
{
  ssize_t n_read;

  do
    n_read = aimx_fault_strikes (AIMX_FAULT_READ, &length) ? -1 : pread (fd, buffer, length, offset);
  while (n_read < 0 && errno == EINTR);
  return n_read;
}

static inline ssize_t
aimx_sys_write (int fd, const void *buffer, gsize length)
{
  ssize_t n_written;

  do
    n_written = aimx_fault_strikes (AIMX_FAULT_WRITE, &length) ? -1 : write (fd, buffer, length);
  while (n_written < 0 && errno == EINTR);
  return n_written;
}

static inline int
aimx_sys_fsync (int fd)
{
  int result;

  AIMX_SYS_RETRY (result, AIMX_FAULT_SYNC, fsync (fd));
  return result;
}

static inline int
aimx_sys_fchown (int fd, uid_t uid, gid_t gid)
{
  int result;

  AIMX_SYS_RETRY (result, AIMX_FAULT_CHOWN, fchown (fd, uid, gid));
  return result;
}

static inline int
aimx_sys_fchmod (int fd, mode_t mode)
{
  int result;

  AIMX_SYS_RETRY (result, AIMX_FAULT_CHMOD, fchmod (fd, mode));
  return result;
}

static inline int
aimx_sys_renameat2 (int from_dir, const char *from, int to_dir, const char *to, guint flags)
{
  int result;

  AIMX_SYS_RETRY (result, AIMX_FAULT_RENAME, renameat2 (from_dir, from, to_dir, to, flags));
  return result;
}

static inline int
aimx_sys_linkat (int from_dir, const char *from, int to_dir, const char *to, int flags)
{
  int result;

  AIMX_SYS_RETRY (result, AIMX_FAULT_LINK, linkat (from_dir, from, to_dir, to, flags));
  return result;
}

static inline int
aimx_sys_unlinkat (int dir, const char *name, int flags)
{
  int result;

  AIMX_SYS_RETRY (result, AIMX_FAULT_UNLINK, unlinkat (dir, name, flags));
  return result;
}

static inline ssize_t
aimx_sys_getdents (int fd, void *buffer, gsize length)
{
  ssize_t n_read;

  AIMX_SYS_RETRY (n_read, AIMX_FAULT_READDIR, getdents64 (fd, buffer, length));
  return n_read;
}

static inline void *
aimx_sys_map (int fd, gsize length)
{
  return aimx_fault_strikes (AIMX_FAULT_MAP, NULL) ? MAP_FAILED : mmap (NULL, length, PROT_READ, MAP_PRIVATE, fd, 0);
}

G_END_DECLS
