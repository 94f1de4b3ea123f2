/* SPDX-License-Identifier: MIT */
/* Reading mail: what is in a folder, and one message of it. No lock: a message comes and goes in one step. */
#include "mail/mail-store-room.h"

#include "mail/stem.h"
#include "mail/stored-message-private.h"

/* File systems keep times in steps of up to 2 s: a change that follows another within one may not show. */
#define SETTLED_SECONDS 2

static void
entry_free (gpointer data)
{
  AimxMessageEntry *entry = data;

  g_free (entry->stem);
  g_free (entry);
}

static guint64
get_settled_stamp (const struct stat *info)
{
  gint64 changed = MAX (info->st_mtim.tv_sec, info->st_ctim.tv_sec);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  return now - changed > SETTLED_SECONDS ? aimx_stamp_of (info) : AIMX_STAMP_UNSETTLED;
}

/* Whether the message file of @stem is there and its owner's. */
static gboolean
stat_message (AimxDirectory *folder, const char *stem, gboolean is_bundle, guint uid, struct stat *info)
{
  g_autofree char *path = aimx_message_path_new (stem, is_bundle);
  g_auto (AimxFd) fd = -1;

  if (!is_bundle)
    return aimx_directory_lookup (folder, path, info, NULL) && S_ISREG (info->st_mode) && info->st_uid == uid;
  fd = aimx_message_open (folder, path, uid, info, NULL);
  return fd >= 0;
}

static gboolean
collect (AimxDirectory *folder, guint uid, GPtrArray *entries, GError **error)
{
  g_autoptr (AimxDirectoryIter) iter = aimx_directory_iterate (folder, error);
  AimxDirectoryEntryType type;
  const char *name;
  struct stat info;

  if (iter == NULL)
    return FALSE;
  for (;;)
    {
      g_autofree char *stem = NULL;
      AimxMessageEntry *entry;

      if (!aimx_directory_iter_next (iter, &name, &type, error))
        return FALSE;
      if (name == NULL)
        return TRUE;
      stem = aimx_message_stem_of_entry (name, type);
      if (stem == NULL || !aimx_stem_is_acceptable (stem) || !g_utf8_validate (stem, -1, NULL) ||
          !stat_message (folder, stem, type == AIMX_DIRECTORY_ENTRY_DIRECTORY, uid, &info))
        continue;
      entry = g_new0 (AimxMessageEntry, 1);
      entry->stem = g_steal_pointer (&stem);
      entry->stamp = aimx_stamp_of (&info);
      g_ptr_array_add (entries, entry);
    }
}

/* FALSE without @error when there is no such folder. */
static gboolean
open_folder (AimxMailStore *self,
             const char *fqdn,
             AimxFolder folder,
             AimxDirectory **opened,
             struct stat *info,
             GError **error)
{
  g_autoptr (GError) why = NULL;

  *opened = aimx_mail_store_open_folder (self, fqdn, folder, &why);
  if (*opened != NULL)
    return aimx_directory_get_info (*opened, info, error);
  if (!g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

guint64
aimx_mail_store_get_folder_stamp (AimxMailStore *self, const char *fqdn, AimxFolder folder)
{
  g_autoptr (AimxDirectory) opened = NULL;
  struct stat info;

  return open_folder (self, fqdn, folder, &opened, &info, NULL) ? get_settled_stamp (&info) : 0;
}

GPtrArray *
aimx_mail_store_list_messages (AimxMailStore *self,
                               const char *fqdn,
                               AimxFolder folder,
                               guint64 *folder_stamp,
                               GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (entry_free);
  g_autoptr (AimxDirectory) opened = NULL;
  g_autoptr (GError) why = NULL;
  struct stat info;

  if (folder_stamp != NULL)
    *folder_stamp = 0;
  if (open_folder (self, fqdn, folder, &opened, &info, &why))
    {
      if (folder_stamp != NULL)
        *folder_stamp = get_settled_stamp (&info);
      collect (opened, info.st_uid, entries, &why);
    }
  if (why == NULL)
    return g_steal_pointer (&entries);
  g_propagate_error (error, g_steal_pointer (&why));
  return NULL;
}

AimxStoredMessage *
aimx_mail_store_read_message (AimxMailStore *self,
                              const char *fqdn,
                              AimxFolder folder,
                              const char *stem,
                              gsize body_max,
                              GError **error)
{
  g_autoptr (AimxDirectory) opened = NULL;
  g_autoptr (AimxDirectory) directory = NULL;
  g_autofree char *shown = NULL;
  g_autoptr (GError) why = NULL;
  g_auto (AimxFd) fd = -1;
  struct stat info;

  if (stem[0] != '.' && aimx_stem_is_acceptable (stem) && open_folder (self, fqdn, folder, &opened, &info, &why))
    fd = aimx_message_find (opened, stem, info.st_uid, &info, &directory, &why);
  if (fd >= 0)
    {
      shown = g_strconcat (aimx_directory_get_path (directory), "/", stem, ".md", NULL);
      return aimx_stored_message_read (fd, &info, shown, body_max, error);
    }
  if (why == NULL || aimx_message_is_missing (why))
    aimx_message_set_missing (fqdn, stem, error);
  else
    g_propagate_error (error, g_steal_pointer (&why));
  return NULL;
}
