/* SPDX-License-Identifier: MIT */
#include "key-access.h"

#include <glib/gstdio.h>
#include <unistd.h>

#define OTHERS_MASK 077

static gboolean
is_trusted (guint uid, const char *config_dir)
{
  GStatBuf info;

  return uid == 0 || uid == geteuid () || (g_stat (config_dir, &info) == 0 && info.st_uid == uid);
}

char *
dkim_key_access_judge (const char *path, const char *config_dir)
{
  GStatBuf info;

  if (g_stat (path, &info) < 0)
    return NULL;
  if ((info.st_mode & OTHERS_MASK) != 0)
    return g_strdup_printf ("%s has mode %04o, so that others than its owner can have the key; `chmod 600` it, and "
                            "replace the key when somebody may have read it",
                            path, (guint) info.st_mode & 07777);
  if (!is_trusted (info.st_uid, config_dir))
    return g_strdup_printf (
        "%s belongs to user %u, who can have the key (mode %04o); `chown` it to the owner of %s, and "
        "replace the key when that user is not to have it",
        path, (guint) info.st_uid, (guint) info.st_mode & 07777, config_dir);
  return NULL;
}
