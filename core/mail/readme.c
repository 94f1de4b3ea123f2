/* SPDX-License-Identifier: MIT */
/*
 * The guide for agents is a file of the source tree, compiled in. The first line says which version it is.
 */
#include "mail/readme.h"

#include "io/durable-file.h"
#include "io/sys.h"
#include "readme-text.h"

#include <string.h>

#define README      "README.md"
#define README_MODE 0644

/* Written in the data directory itself, which others may not write to: a name that nobody looks for will do. */
#define TEMPORARY ".README.md.new"

static gboolean
is_current (AimxDirectory *root)
{
  const char *end = strchr (aimx_readme_text, '\n');
  gsize length = (gsize) (end - aimx_readme_text) + 1;
  g_autofree char *head = g_malloc (length);
  struct stat info;
  g_auto (AimxFd) fd = aimx_directory_open_file (root, README, &info, NULL);

  return fd >= 0 && aimx_sys_pread (fd, head, length, 0) == (ssize_t) length &&
         memcmp (head, aimx_readme_text, length) == 0;
}

gboolean
aimx_data_readme_write (AimxDirectory *root, GError **error)
{
  g_autoptr (AimxDurableFile) file = NULL;

  if (is_current (root))
    return TRUE;
  if (!aimx_directory_remove_tree (root, TEMPORARY, error))
    return FALSE;
  file = aimx_durable_file_new (root, TEMPORARY, error);
  return file != NULL && aimx_durable_file_write (file, aimx_readme_text, strlen (aimx_readme_text), error) &&
         aimx_durable_file_set_mode (file, README_MODE, error) && aimx_durable_file_sync (file, error) &&
         aimx_durable_file_replace (file, root, README, error) && aimx_directory_sync (root, error);
}
