/* SPDX-License-Identifier: MIT */
/*
 * Mailboxes as directories: made, emptied, removed, counted, and found without configuration.
 */
#include "mail/mail-store-room.h"

#include "mail/frontmatter.h"

#include <string.h>

static const AimxFolder folders[AIMX_FOLDER_N] = { AIMX_FOLDER_INBOX, AIMX_FOLDER_SENT };

/* ---- making ---- */

static gboolean
create_folders (AimxMailStore *self, const char *fqdn, const AimxOwner *owner, guint *created, GError **error)
{
  for (guint i = 0; i < AIMX_FOLDER_N; i++)
    {
      gboolean made;
      g_autoptr (AimxDirectory) folder = aimx_mail_store_make_folder (self, fqdn, folders[i], owner, &made, error);

      if (made)
        *created |= 1u << folders[i];
      if (folder == NULL || !aimx_mail_store_check_folder (folder, owner, owner->give, error) ||
          !aimx_mail_store_sync_above (self, fqdn, folders[i], error))
        return FALSE;
    }
  return TRUE;
}

gboolean
aimx_mail_store_create_mailbox (AimxMailStore *self,
                                AimxLockGuard *guard,
                                const char *fqdn,
                                guint uid,
                                guint gid,
                                guint *created,
                                GError **error)
{
  const gboolean root = geteuid () == 0;
  const AimxOwner owner = { .uid = root ? uid : geteuid (), .gid = root ? gid : getegid (), .give = root };

  *created = 0;
  if (!aimx_mail_store_check_change (self, guard, fqdn, error))
    return FALSE;
  if (create_folders (self, fqdn, &owner, created, error))
    return TRUE;
  aimx_mail_store_undo_create (self, guard, fqdn, *created);
  *created = 0;
  return FALSE;
}

static gboolean
remove_folder (AimxMailStore *self, const char *fqdn, AimxFolder folder, GError **error)
{
  g_autoptr (AimxDirectory) parent = aimx_mail_store_open_parent (self, fqdn, folder, error);
  g_auto (AimxMailboxPlace) place = { NULL, NULL };

  return parent != NULL && aimx_mailbox_place_init (&place, fqdn, error) &&
         aimx_directory_rmdir (parent, place.local, error);
}

void
aimx_mail_store_undo_create (AimxMailStore *self, AimxLockGuard *guard, const char *fqdn, guint created)
{
  if (!aimx_mail_store_check_change (self, guard, fqdn, NULL))
    return;
  for (guint i = 0; i < AIMX_FOLDER_N; i++)
    {
      g_autoptr (GError) why = NULL;

      if ((created & (1u << folders[i])) != 0 && !remove_folder (self, fqdn, folders[i], &why))
        g_warning ("a directory of the mailbox %s, which was not created after all, stays: %s", fqdn, why->message);
    }
}

/* ---- emptying and removing ---- */

static gboolean
wipe_folder (AimxMailStore *self, const char *fqdn, AimxFolder folder, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (AimxDirectory) directory = aimx_mail_store_open_folder (self, fqdn, folder, &why);

  if (directory != NULL)
    return aimx_directory_empty (directory, error) && aimx_directory_sync (directory, error);
  if (g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

gboolean
aimx_mail_store_wipe_mailbox (AimxMailStore *self, AimxLockGuard *guard, const char *fqdn, GError **error)
{
  gboolean wiped;

  if (!aimx_mail_store_check_change (self, guard, fqdn, error))
    return FALSE;
  wiped = wipe_folder (self, fqdn, AIMX_FOLDER_INBOX, error) && wipe_folder (self, fqdn, AIMX_FOLDER_SENT, error);
  aimx_mail_store_forget_record (self, fqdn);
  return wiped;
}

void
aimx_mail_store_remove_mailbox_dirs (AimxMailStore *self, AimxLockGuard *guard, const char *fqdn)
{
  if (!aimx_mail_store_check_change (self, guard, fqdn, NULL))
    return;
  for (guint i = 0; i < AIMX_FOLDER_N; i++)
    remove_folder (self, fqdn, folders[i], NULL);
  aimx_mail_store_forget_record (self, fqdn);
}

/* ---- counting ---- */

/* Whether @path is a message, and, when somebody asks, whether it was read; what has no frontmatter was not. */
static gboolean
look_at_message (AimxDirectory *folder, const char *path, guint uid, gboolean *read)
{
  g_autofree char *text = NULL;
  AimxFrontmatter frontmatter;
  struct stat info;
  g_auto (AimxFd) fd = aimx_message_open (folder, path, uid, &info, NULL);

  if (fd >= 0 && read != NULL)
    *read = aimx_frontmatter_read (fd, path, &text, &frontmatter, NULL) &&
            aimx_frontmatter_get_boolean (&frontmatter, "read", FALSE);
  return fd >= 0;
}

static gboolean
count_entries (AimxDirectory *folder, guint64 *messages, guint64 *unread, guint64 *entries, GError **error)
{
  g_autoptr (AimxDirectoryIter) iter = aimx_directory_iterate (folder, error);
  AimxDirectoryEntryType type;
  const char *name;
  struct stat info;

  if (iter == NULL || !aimx_directory_get_info (folder, &info, error))
    return FALSE;
  for (;;)
    {
      g_autofree char *stem = NULL;
      g_autofree char *path = NULL;
      gboolean read = FALSE;

      if (!aimx_directory_iter_next (iter, &name, &type, error))
        return FALSE;
      if (name == NULL)
        return TRUE;
      ++*entries;
      stem = aimx_message_stem_of_entry (name, type);
      if (stem == NULL)
        continue;
      path = aimx_message_path_new (stem, type == AIMX_DIRECTORY_ENTRY_DIRECTORY);
      if (!look_at_message (folder, path, info.st_uid, unread != NULL ? &read : NULL))
        continue;
      ++*messages;
      if (unread != NULL)
        *unread += !read;
    }
}

static gboolean
count_folder (AimxMailStore *self,
              const char *fqdn,
              AimxFolder folder,
              guint64 *messages,
              guint64 *unread,
              guint64 *entries,
              GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (AimxDirectory) directory = aimx_mail_store_open_folder (self, fqdn, folder, &why);

  if (directory != NULL)
    return count_entries (directory, messages, unread, entries, error);
  if (g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

gboolean
aimx_mail_store_count (AimxMailStore *self, const char *fqdn, AimxMailCounts *counts, GError **error)
{
  memset (counts, 0, sizeof *counts);
  return count_folder (self, fqdn, AIMX_FOLDER_INBOX, &counts->total, &counts->unread, &counts->inbox_entries, error) &&
         count_folder (self, fqdn, AIMX_FOLDER_SENT, &counts->sent, NULL, &counts->sent_entries, error);
}

/* ---- strays ---- */

static void
stray_free (gpointer data)
{
  AimxStray *stray = data;

  g_free (stray->fqdn);
  g_free (stray);
}

static int
compare_strays (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(AimxStray *const *) a)->fqdn, (*(AimxStray *const *) b)->fqdn);
}

/* The mailbox that a directory stands for; NULL when no mailbox could be kept in it. */
static char *
fqdn_of (const char *local, const char *domain)
{
  g_auto (AimxMailboxPlace) place = { NULL, NULL };
  g_autofree char *fqdn = g_strconcat (strcmp (local, "catchall") == 0 ? "*" : local, "@", domain, NULL);

  if (strchr (local, '@') != NULL || local[0] == '.' || !g_utf8_validate (local, -1, NULL) ||
      !aimx_mailbox_place_init (&place, fqdn, NULL))
    return NULL;
  return g_steal_pointer (&fqdn);
}

typedef struct
{
  AimxConfig *config;
  GHashTable *known; /* FQDNs found */
  GPtrArray *strays;
} Search;

static gboolean
search_folder (Search *self, AimxDirectory *folder, const char *domain, GError **error)
{
  g_autoptr (AimxDirectoryIter) iter = aimx_directory_iterate (folder, error);
  AimxDirectoryEntryType type;
  const char *name;

  if (iter == NULL)
    return FALSE;
  for (;;)
    {
      g_autofree char *fqdn = NULL;
      struct stat info;
      AimxStray *stray;

      if (!aimx_directory_iter_next (iter, &name, &type, error))
        return FALSE;
      if (name == NULL)
        return TRUE;
      fqdn = type == AIMX_DIRECTORY_ENTRY_DIRECTORY ? fqdn_of (name, domain) : NULL;
      if (fqdn == NULL || aimx_config_get_mailbox (self->config, fqdn) != NULL ||
          g_hash_table_contains (self->known, fqdn) || !aimx_directory_lookup (folder, name, &info, NULL))
        continue;
      stray = g_new0 (AimxStray, 1);
      stray->fqdn = g_steal_pointer (&fqdn);
      stray->uid = info.st_uid;
      g_hash_table_add (self->known, stray->fqdn);
      g_ptr_array_add (self->strays, stray);
    }
}

static gboolean
is_no_folder (const GError *why)
{
  return g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND) ||
         g_error_matches (why, AIMX_ERROR, AIMX_ERROR_CONFLICT);
}

static gboolean
search_domain (Search *self, AimxDirectory *root, const char *domain, GError **error)
{
  for (guint i = 0; i < AIMX_FOLDER_N; i++)
    {
      g_autofree char *path = g_strconcat (domain, "/", aimx_folder_get_name (folders[i]), NULL);
      g_autoptr (GError) why = NULL;
      g_autoptr (AimxDirectory) folder = aimx_directory_open (root, path, &why);

      if (folder != NULL ? search_folder (self, folder, domain, error) : is_no_folder (why))
        continue;
      if (why != NULL)
        g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  return TRUE;
}

GPtrArray *
aimx_mail_store_list_strays (AimxMailStore *self, AimxConfig *config, GError **error)
{
  g_autoptr (GPtrArray) strays = g_ptr_array_new_with_free_func (stray_free);
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (AimxDirectoryIter) iter = self->root != NULL ? aimx_directory_iterate (self->root, error) : NULL;
  Search search = { config, known, strays };
  AimxDirectoryEntryType type;
  const char *name;

  if (self->root == NULL)
    return g_steal_pointer (&strays);
  if (iter == NULL)
    return NULL;
  for (;;)
    {
      if (!aimx_directory_iter_next (iter, &name, &type, error))
        return NULL;
      if (name == NULL)
        break;
      if (type == AIMX_DIRECTORY_ENTRY_DIRECTORY && aimx_name_check_domain (name, NULL) &&
          !search_domain (&search, self->root, name, error))
        return NULL;
    }
  g_ptr_array_sort (strays, compare_strays);
  return g_steal_pointer (&strays);
}
