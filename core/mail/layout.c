/* SPDX-License-Identifier: MIT */
/* The marker is written last when a layout changes, so that it never lies. */
#include "mail/layout.h"

#include "io/durable-file.h"
#include "io/sys.h"
#include "mail/mail-store-room.h"

#include <string.h>

#define MARKER      ".layout-version"
#define MARKER_MODE 0644
#define CURRENT     "2"
#define TEMPORARY   ".layout-version.new"

/* Of a marker that says something else; enough to recognize it. */
#define SHOWN_MAX 64

gboolean
aimx_layout_read_marker (AimxDirectory *root, gboolean *is_current, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autofree char *shown = NULL;
  char held[SHOWN_MAX + 1] = "";
  struct stat info;
  g_auto (AimxFd) fd = aimx_directory_open_file (root, MARKER, &info, &why);
  ssize_t n_read;

  *is_current = FALSE;
  if (fd < 0 && g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    return TRUE;
  if (fd < 0)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  n_read = aimx_sys_pread (fd, held, SHOWN_MAX, 0);
  if (n_read < 0)
    return aimx_error_set_errno (error, errno, "read %s/" MARKER, aimx_directory_get_path (root));
  *is_current = strlen (held) == (gsize) n_read && strcmp (g_strstrip (held), CURRENT) == 0;
  if (*is_current)
    return TRUE;
  shown = g_strescape (held, NULL);
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT,
               "%s/" MARKER " holds \"%s\" instead of \"" CURRENT
               "\"; use the release that wrote it, or restore the file",
               aimx_directory_get_path (root), shown);
  return FALSE;
}

gboolean
aimx_layout_write_marker (AimxDirectory *root, GError **error)
{
  g_autoptr (AimxDurableFile) file = NULL;

  if (!aimx_directory_remove_tree (root, TEMPORARY, error))
    return FALSE;
  file = aimx_durable_file_new (root, TEMPORARY, error);
  return file != NULL && aimx_durable_file_write (file, CURRENT "\n", strlen (CURRENT "\n"), error) &&
         aimx_durable_file_set_mode (file, MARKER_MODE, error) && aimx_durable_file_sync (file, error) &&
         aimx_durable_file_replace (file, root, MARKER, error) && aimx_directory_sync (root, error);
}

AimxRelocation
aimx_layout_get_relocation (AimxDirectory *root, const char *domain)
{
  static const char *const names[] = { "inbox", "sent", NULL };

  return (AimxRelocation){ .from = root, .into = domain, .mode = AIMX_SHARED_MODE, .names = names, .type = S_IFDIR };
}
