/* SPDX-License-Identifier: MIT */
/* A directory of its own for each test, gone afterwards. Any failure ends the test. */
#pragma once

#include <glib.h>
#include <glib/gstdio.h>

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef char ScratchDirectory;

static inline ScratchDirectory *
scratch_directory_new (void)
{
  g_autoptr (GError) error = NULL;
  char *path = g_dir_make_tmp ("aimx-test-XXXXXX", &error);

  g_assert_no_error (error);
  return path;
}

static inline int
scratch_directory_remove_entry (const char *path, const struct stat *info, int type, struct FTW *position)
{
  return remove (path);
}

static inline void
scratch_directory_free (ScratchDirectory *path)
{
  nftw (path, scratch_directory_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  g_free (path);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScratchDirectory, scratch_directory_free)

static inline void
scratch_make_directory (const char *root, const char *path)
{
  g_autofree char *full = g_build_filename (root, path, NULL);

  g_assert_cmpint (g_mkdir_with_parents (full, 0755), ==, 0);
}

static inline void
scratch_write (const char *root, const char *path, const char *text)
{
  g_autofree char *full = g_build_filename (root, path, NULL);
  g_autofree char *parent = g_path_get_dirname (full);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_file_set_contents (full, text, -1, &error);
  g_assert_no_error (error);
}

static inline char *
scratch_read (const char *root, const char *path)
{
  g_autofree char *full = g_build_filename (root, path, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (full, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static inline void
scratch_link (const char *root, const char *target, const char *path)
{
  g_autofree char *full = g_build_filename (root, path, NULL);

  g_assert_cmpint (symlink (target, full), ==, 0);
}

static inline gboolean
scratch_exists (const char *root, const char *path)
{
  g_autofree char *full = g_build_filename (root, path, NULL);
  struct stat info;

  return lstat (full, &info) == 0;
}

static inline int
scratch_compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

/* Names in a directory, sorted, joined by spaces; empty for a missing one. */
static inline char *
scratch_list (const char *root, const char *path)
{
  g_autofree char *full = g_build_filename (root, path, NULL);
  g_autoptr (GDir) dir = g_dir_open (full, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, scratch_compare_names);
  g_ptr_array_add (names, NULL);
  return g_strjoinv (" ", (char **) names->pdata);
}
