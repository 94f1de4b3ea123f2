/* SPDX-License-Identifier: MIT */
/*
 * A directory with links to modules as they were built. It is in the build tree, since as root nothing is loaded from
 * below /tmp, where anybody may write.
 */
#pragma once

#include <glib/gstdio.h>
#include <unistd.h>

/* Returns: (transfer full): the new directory */
static inline char *
module_links_new (void)
{
  char *directory = g_build_filename (g_test_get_dir (G_TEST_BUILT), "links-XXXXXX", NULL);

  g_assert_nonnull (g_mkdtemp_full (directory, 0755));
  return directory;
}

/* Links the module @name of tests/unit/@from. */
static inline void
module_links_add (const char *directory, const char *from, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".so", NULL);
  g_autofree char *target = g_test_build_filename (G_TEST_BUILT, from, file, NULL);
  g_autofree char *link = g_build_filename (directory, file, NULL);

  g_assert_no_errno (symlink (target, link));
}

/* Removes a directory of a test with all that is in it. */
static inline void
remove_tree (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *entry;

  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, entry, NULL);

      if (g_unlink (path) < 0)
        remove_tree (path);
    }
  g_rmdir (directory);
}
