/* SPDX-License-Identifier: MIT */
/*
 * Removing all that is in a directory whose owner may be hostile.
 *
 * Descending as deep as somebody cared to nest would need a descriptor a level, and climbing back by `..` would end
 * wherever that somebody moves the directory meanwhile. So nothing descends: what a subdirectory holds is removed, its
 * own subdirectories are moved up beside it, and rounds over the top go on until one finds nothing.
 */
#include "io/directory.h"

/* Rounds that find entries although nothing was moved up: each means that somebody else puts them in. */
#define IDLE_ROUNDS_MAX 100
#define MOVED_MAX       1000000
#define NAME_TRIES      16

typedef struct
{
  AimxDirectory *top;
  guint64 name_start;
  guint64 n_moved;
} Emptying;

static gboolean
is_fine_when_missing (gboolean done, GError **local, GError **error)
{
  if (done)
    return TRUE;
  if (g_error_matches (*local, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    {
      g_clear_error (local);
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (local));
  return FALSE;
}

static gboolean
unlink_entry (AimxDirectory *directory, const char *name, GError **error)
{
  g_autoptr (GError) local = NULL;

  return is_fine_when_missing (aimx_directory_unlink (directory, name, &local), &local, error);
}

static gboolean
move_up (Emptying *self, AimxDirectory *from, const char *name, GError **error)
{
  g_autoptr (GError) local = NULL;
  gboolean moved = FALSE;

  if (self->n_moved == MOVED_MAX)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO,
                   "emptying %s stopped after %d nested directories; the same request again goes on",
                   aimx_directory_get_path (self->top), MOVED_MAX);
      return FALSE;
    }
  for (guint tries = 0; tries < NAME_TRIES && !moved; tries++)
    {
      g_autofree char *new_name =
          g_strdup_printf (".aimx-emptying-%016" G_GINT64_MODIFIER "x", self->name_start + self->n_moved++);

      g_clear_error (&local);
      moved = aimx_directory_rename (from, name, self->top, new_name, &local);
      if (!moved && !g_error_matches (local, AIMX_ERROR, AIMX_ERROR_CONFLICT))
        break;
    }
  return is_fine_when_missing (moved, &local, error);
}

static gboolean
empty_child (Emptying *self, AimxDirectory *child, GError **error)
{
  g_autoptr (AimxDirectoryIter) iter = aimx_directory_iterate (child, error);
  AimxDirectoryEntryType type;
  const char *name;

  if (iter == NULL)
    return FALSE;
  for (;;)
    {
      if (!aimx_directory_iter_next (iter, &name, &type, error))
        return FALSE;
      if (name == NULL)
        return TRUE;
      if (!(type == AIMX_DIRECTORY_ENTRY_DIRECTORY ? move_up (self, child, name, error)
                                                   : unlink_entry (child, name, error)))
        return FALSE;
    }
}

static gboolean
remove_child (Emptying *self, const char *name, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (AimxDirectory) child = aimx_directory_open_same_mount (self->top, name, &local);

  if (child == NULL)
    return is_fine_when_missing (FALSE, &local, error);
  if (!empty_child (self, child, error))
    return FALSE;
  /* Somebody put something in: the next round comes back to it. */
  if (aimx_directory_rmdir (self->top, name, &local) || g_error_matches (local, AIMX_ERROR, AIMX_ERROR_NOT_EMPTY))
    return TRUE;
  return is_fine_when_missing (FALSE, &local, error);
}

static gboolean
run_round (Emptying *self, gboolean *found, GError **error)
{
  g_autoptr (AimxDirectoryIter) iter = aimx_directory_iterate (self->top, error);
  AimxDirectoryEntryType type;
  const char *name;

  *found = FALSE;
  if (iter == NULL)
    return FALSE;
  for (;;)
    {
      if (!aimx_directory_iter_next (iter, &name, &type, error))
        return FALSE;
      if (name == NULL)
        return TRUE;
      *found = TRUE;
      if (!(type == AIMX_DIRECTORY_ENTRY_DIRECTORY ? remove_child (self, name, error)
                                                   : unlink_entry (self->top, name, error)))
        return FALSE;
    }
}

gboolean
aimx_directory_empty (AimxDirectory *self, GError **error)
{
  Emptying emptying = { self, ((guint64) g_random_int () << 32) | g_random_int (), 0 };
  guint n_idle = 0;

  for (;;)
    {
      guint64 n_moved_before = emptying.n_moved;
      gboolean found;

      if (!run_round (&emptying, &found, error))
        return FALSE;
      if (!found)
        return TRUE;
      if (emptying.n_moved == n_moved_before && ++n_idle > IDLE_ROUNDS_MAX)
        {
          g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "entries keep appearing in %s while it is being emptied",
                       aimx_directory_get_path (self));
          return FALSE;
        }
    }
}

gboolean
aimx_directory_remove_tree (AimxDirectory *self, const char *name, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (AimxDirectory) tree = NULL;
  struct stat info;

  if (!aimx_directory_lookup (self, name, &info, &local))
    return is_fine_when_missing (FALSE, &local, error);
  if (!S_ISDIR (info.st_mode))
    return unlink_entry (self, name, error);
  tree = aimx_directory_open_same_mount (self, name, &local);
  if (tree == NULL || !aimx_directory_empty (tree, &local))
    return is_fine_when_missing (FALSE, &local, error);
  return is_fine_when_missing (aimx_directory_rmdir (self, name, &local), &local, error);
}
