/* SPDX-License-Identifier: MIT */
#include "config/config-place.h"

#include "config-store-private.h"

#include "io/sys.h"

#include <limits.h>

#define LINKS_MAX 8

/* A place as it is being looked for. */
typedef struct
{
  AimxDirectory *directory;
  char *name;
} Place;

static void
place_clear (Place *self)
{
  g_clear_pointer (&self->directory, aimx_directory_unref);
  g_clear_pointer (&self->name, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static char *
read_link (const Place *self, GError **error)
{
  char target[PATH_MAX];
  ssize_t n = aimx_sys_readlinkat (aimx_directory_get_fd (self->directory), self->name, target, sizeof target);

  if (n < 0)
    {
      aimx_error_set_errno (error, errno, "read the link %s/%s", aimx_directory_get_path (self->directory), self->name);
      return NULL;
    }
  return g_strndup (target, (gsize) n);
}

/* Root writes only where nobody else decides what is written over, and what is written is found again. */
static gboolean
check_hands (const Place *self, const struct stat *link, const Place *next, GError **error)
{
  struct stat info;

  if (geteuid () != 0)
    return TRUE;
  if (!aimx_directory_get_info (next->directory, &info, error))
    return FALSE;
  if (link->st_uid == 0 && info.st_uid == 0 && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT,
               "%s/%s is a link to %s/%s, which others than root can put in place; nothing is written there: give the "
               "link and that directory to root alone, or keep the file itself in %s",
               aimx_directory_get_path (self->directory), self->name, aimx_directory_get_path (next->directory),
               next->name, aimx_directory_get_path (self->directory));
  return FALSE;
}

static gboolean
follow (Place *self, const struct stat *link, GError **error)
{
  g_autofree char *target = read_link (self, error);
  g_autofree char *path = NULL;
  g_autofree char *parent = NULL;
  g_auto (Place) next = { 0 };

  if (target == NULL)
    return FALSE;
  path = g_path_is_absolute (target) ? g_strdup (target)
                                     : g_build_filename (aimx_directory_get_path (self->directory), target, NULL);
  parent = g_path_get_dirname (path);
  next.name = g_path_get_basename (path);
  next.directory = aimx_directory_open_root (parent, AIMX_DIRECTORY_DEFAULT, error);
  if (next.directory == NULL || !check_hands (self, link, &next, error))
    return FALSE;
  place_clear (self);
  *self = (Place){ g_steal_pointer (&next.directory), g_steal_pointer (&next.name) };
  return TRUE;
}

gboolean
aimx_config_place_find (AimxDirectory *config_dir, AimxDirectory **directory, char **name, GError **error)
{
  g_auto (Place) place = { aimx_directory_ref (config_dir), g_strdup (AIMX_CONFIG_FILE) };
  struct stat info = { 0 };

  for (guint i = 0; i <= LINKS_MAX; i++)
    {
      int found = aimx_sys_fstatat (aimx_directory_get_fd (place.directory), place.name, &info);

      if (found < 0 && errno != ENOENT)
        return aimx_error_set_errno (error, errno, "look at %s/%s", aimx_directory_get_path (place.directory),
                                     place.name);
      if (found < 0 || !S_ISLNK (info.st_mode))
        {
          *directory = g_steal_pointer (&place.directory);
          *name = g_steal_pointer (&place.name);
          return TRUE;
        }
      if (!follow (&place, &info, error))
        return FALSE;
    }
  return aimx_error_set_errno (error, ELOOP, "follow %s/" AIMX_CONFIG_FILE, aimx_directory_get_path (config_dir));
}
