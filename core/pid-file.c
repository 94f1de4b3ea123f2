/* SPDX-License-Identifier: MIT */
/* The pid file. */
#include "pid-file.h"

#include <aimx/error.h>

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define PID_FILE "aimx.pid"

gboolean
aimx_runtime_dir_make (const char *runtime_dir, GError **error)
{
  gboolean is_there = g_file_test (runtime_dir, G_FILE_TEST_IS_DIR);
  int why;

  if (is_there ? g_access (runtime_dir, W_OK | X_OK) == 0
               : g_mkdir_with_parents (runtime_dir, 0755) == 0 && g_chmod (runtime_dir, 0755) == 0)
    return TRUE;
  why = errno;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "cannot %s the runtime directory %s: %s%s",
               is_there ? "write to" : "make", runtime_dir, g_strerror (why),
               why == EACCES ? "; run as root, or name another one in AIMX_RUNTIME_DIR" : "");
  return FALSE;
}

/* What the file holds while it is ours. */
static char *
own_text (void)
{
  return g_strdup_printf ("%d\n", (int) getpid ());
}

gboolean
aimx_pid_file_write (const char *runtime_dir, GError **error)
{
  g_autofree char *file = g_build_filename (runtime_dir, PID_FILE, NULL);
  g_autofree char *text = own_text ();
  g_autoptr (GError) why = NULL;

  if (!g_file_set_contents_full (file, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, &why))
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "cannot write the pid file: %s", why->message);
      return FALSE;
    }
  if (g_chmod (file, 0644) < 0)
    return aimx_error_set_errno (error, errno, "cannot set the mode of %s", file);
  return TRUE;
}

void
aimx_pid_file_remove (const char *runtime_dir)
{
  g_autofree char *file = g_build_filename (runtime_dir, PID_FILE, NULL);
  g_autofree char *own = own_text ();
  g_autofree char *text = NULL;

  if (g_file_get_contents (file, &text, NULL, NULL) && strcmp (text, own) == 0)
    g_unlink (file);
}
