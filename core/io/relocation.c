/* SPDX-License-Identifier: MIT */
/* One rename an entry; the directories are synced before anybody is told. */
#include "io/relocation.h"

/* What is called @name in @directory, if anything is: @found. */
static gboolean
look (AimxDirectory *directory, const char *name, gboolean *found, struct stat *info, GError **error)
{
  g_autoptr (GError) why = NULL;

  *found = aimx_directory_lookup (directory, name, info, &why);
  if (*found || g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

gboolean
aimx_relocation_find_pending (const AimxRelocation *self, gboolean *pending, GError **error)
{
  *pending = FALSE;
  for (const char *const *name = self->names; *name != NULL && !*pending; name++)
    {
      struct stat info;

      if (!look (self->from, *name, pending, &info, error))
        return FALSE;
    }
  return TRUE;
}

/* Where the entries go, NULL without an error when it is not there yet. */
static AimxDirectory *
open_target (const AimxRelocation *self, GError **error)
{
  g_autoptr (GError) why = NULL;
  AimxDirectory *target = aimx_directory_open (self->from, self->into, &why);

  if (target == NULL && !g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&why));
  return target;
}

static gboolean
conflict (const AimxRelocation *self, const char *name, GError **error, const char *what)
{
  const char *from = aimx_directory_get_path (self->from);

  g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, "%s/%s cannot become %s/%s/%s: %s", from, name, from, self->into,
               name, what);
  return FALSE;
}

/* Files are not asked: a union file system can show them on another device than their directory. */
static gboolean
is_same_device (const AimxRelocation *self, AimxDirectory *target, const struct stat *entry, GError **error)
{
  struct stat from, into;

  if (!aimx_directory_get_info (self->from, &from, error) ||
      !aimx_directory_get_info (target != NULL ? target : self->from, &into, error))
    return FALSE;
  return from.st_dev == into.st_dev && (!S_ISDIR (entry->st_mode) || entry->st_dev == from.st_dev);
}

static gboolean
check_entry (const AimxRelocation *self, AimxDirectory *target, const char *name, GError **error)
{
  struct stat info, taken;
  gboolean pending, both = FALSE;
  g_autoptr (GError) why = NULL;

  if (!look (self->from, name, &pending, &info, error))
    return FALSE;
  if (!pending)
    return TRUE;
  if ((info.st_mode & S_IFMT) != self->type)
    return conflict (self, name, error,
                     self->type == S_IFDIR ? "it is not a directory; put a directory there or move it away"
                                           : "it is not a regular file; put a file there or move it away");
  if (target != NULL && !look (target, name, &both, &taken, error))
    return FALSE;
  if (both)
    return conflict (self, name, error, "both are there; look which one is right and move the other away");
  if (is_same_device (self, target, &info, &why))
    return TRUE;
  if (why == NULL)
    return conflict (self, name, error, "they are on different file systems; move it by hand");
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

gboolean
aimx_relocation_check (const AimxRelocation *self, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (AimxDirectory) target = open_target (self, &why);

  if (why != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  for (const char *const *name = self->names; *name != NULL; name++)
    if (!check_entry (self, target, *name, error))
      return FALSE;
  return TRUE;
}

static gboolean
move_entry (const AimxRelocation *self, AimxDirectory *target, const char *name, GPtrArray *moves, GError **error)
{
  gboolean pending;
  struct stat info;

  if (!look (self->from, name, &pending, &info, error))
    return FALSE;
  if (!pending)
    return TRUE;
  if (!aimx_directory_rename (self->from, name, target, name, error))
    return FALSE;
  g_ptr_array_add (moves, g_strdup_printf ("%s/%s -> %s/%s", aimx_directory_get_path (self->from), name,
                                           aimx_directory_get_path (target), name));
  return TRUE;
}

gboolean
aimx_relocation_run (const AimxRelocation *self, GPtrArray *moves, GError **error)
{
  g_autoptr (AimxDirectory) target = NULL;
  gboolean pending;

  if (!aimx_relocation_find_pending (self, &pending, error))
    return FALSE;
  if (!pending)
    return TRUE;
  target = aimx_directory_make (self->from, self->into, self->mode, AIMX_DIRECTORY_KEEP_ID, AIMX_DIRECTORY_KEEP_ID,
                                NULL, error);
  if (target == NULL)
    return FALSE;
  for (const char *const *name = self->names; *name != NULL; name++)
    if (!move_entry (self, target, *name, moves, error))
      return FALSE;
  return aimx_directory_sync (target, error) && aimx_directory_sync (self->from, error);
}
