/* SPDX-License-Identifier: MIT */
/*
 * Modules are code that runs with the daemon's rights, so a daemon that is root loads only what nobody but root can
 * have written or put in its place. The file is opened once, checked by its descriptor and loaded through it.
 *
 * The descriptor stays open for the life of the process. The linker knows a library by the path it was loaded from,
 * here
 * `/proc/self/fd/<n>`: were the number used again, the next module would be taken for this one.
 */
#include "module-file.h"

#include <aimx/error.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define OTHERS_MAY_WRITE (S_IWGRP | S_IWOTH)

gboolean
aimx_module_name_is_valid (const char *name)
{
  return name != NULL && g_ascii_islower (*name) &&
         strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen (name);
}

/* Sets the error; a value to return. */
#define refuse(error, ...) (g_set_error (error, AIMX_ERROR, AIMX_ERROR_MODULE, __VA_ARGS__), FALSE)

/* ---- whose it is ---- */

static gboolean
check_trusted (const char *path, const struct stat *info, GError **error)
{
  if (info->st_uid != 0)
    return refuse (error, "%s belongs to uid %u; a server that is root loads only what is root's", path, info->st_uid);
  if ((info->st_mode & OTHERS_MAY_WRITE) != 0)
    return refuse (error, "%s can be written by others than root (mode %04o); run `chmod go-w %s`", path,
                   info->st_mode & 07777, path);
  return TRUE;
}

static gboolean
check_directories (const char *file, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (file);
  struct stat info;

  for (;;)
    {
      char *parent;

      if (stat (directory, &info) < 0)
        return refuse (error, "cannot look at %s: %s", directory, g_strerror (errno));
      if (!check_trusted (directory, &info, error))
        return FALSE;
      if (strcmp (directory, "/") == 0)
        return TRUE;
      parent = g_path_get_dirname (directory);
      g_free (directory);
      directory = parent;
    }
}

/* Where the path leads through, and where it ends up when there are symbolic links in it. */
static gboolean
check_place (const char *file, GError **error)
{
  g_autofree char *real = NULL;
  char *resolved;

  if (!g_path_is_absolute (file))
    return refuse (error, "%s is not an absolute path", file);
  resolved = realpath (file, NULL);
  if (resolved == NULL)
    return refuse (error, "cannot open %s: %s", file, g_strerror (errno));
  real = g_strdup (resolved);
  free (resolved);
  return check_directories (file, error) && check_directories (real, error);
}

static int
open_checked (const char *file, AimxModuleFileFlags flags, GError **error)
{
  gboolean trusted_only = (flags & AIMX_MODULE_FILE_TRUSTED_ONLY) != 0;
  struct stat info;
  gboolean good;
  int fd;

  if (trusted_only && !check_place (file, error))
    return -1;
  fd = open (file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0 || fstat (fd, &info) < 0)
    good = refuse (error, "cannot open %s: %s", file, g_strerror (errno));
  else if (!S_ISREG (info.st_mode))
    good = refuse (error, "%s is not a regular file", file);
  else
    good = !trusted_only || check_trusted (file, &info, error);
  if (good)
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

/* ---- what it is ---- */

static gboolean
check_descriptor (const char *file, const char *name, const AimxModuleDescriptor *descriptor, GError **error)
{
  guint major, minor;

  if (descriptor == NULL)
    return refuse (error, "%s has no symbol `" AIMX_MODULE_SYMBOL "`; it is not a module of AIMX", file);
  major = descriptor->abi_version >> 16;
  minor = descriptor->abi_version & 0xffff;
  if (major != AIMX_ABI_MAJOR || minor > AIMX_ABI_MINOR)
    return refuse (error, "%s was built for ABI version %u.%u, and this server has %d.%d; %s", file, major, minor,
                   AIMX_ABI_MAJOR, AIMX_ABI_MINOR,
                   major < AIMX_ABI_MAJOR ? "build it again" : "it needs another version of aimx");
  if (descriptor->name == NULL || strcmp (descriptor->name, name) != 0)
    return refuse (error, "%s calls itself '%s'; a module is named like its file", file,
                   descriptor->name != NULL ? descriptor->name : "");
  if (descriptor->version == NULL || descriptor->summary == NULL || descriptor->load == NULL)
    return refuse (error, "%s: its descriptor lacks a version, a summary or the function `load`", file);
  return TRUE;
}

/* The linker names the descriptor's path; people know the file's. */
static gboolean
refuse_linked (GError **error, const char *file, const char *linked, const char *why)
{
  gsize length = strlen (linked);
  const char *hint = "";

  if (why != NULL && strncmp (why, linked, length) == 0 && strncmp (why + length, ": ", 2) == 0)
    why += length + 2;
  if (why != NULL && strstr (why, "undefined symbol") != NULL)
    hint = "; it was built for another version of aimx, or not linked with what it needs";
  return refuse (error, "cannot load %s: %s%s", file, why != NULL ? why : "unknown error", hint);
}

const AimxModuleDescriptor *
aimx_module_file_open (const char *file, const char *name, AimxModuleFileFlags flags, GError **error)
{
  const AimxModuleDescriptor *descriptor;
  char linked[sizeof "/proc/self/fd/-2147483648"];
  void *handle;
  int fd = open_checked (file, flags, error);

  if (fd < 0)
    return NULL;
  g_snprintf (linked, sizeof linked, "/proc/self/fd/%d", fd);
  handle = dlopen (linked, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL)
    {
      refuse_linked (error, file, linked, dlerror ());
      close (fd);
      return NULL;
    }
  descriptor = dlsym (handle, AIMX_MODULE_SYMBOL);
  return check_descriptor (file, name, descriptor, error) ? descriptor : NULL;
}
