/* SPDX-License-Identifier: MIT */
/*
 * Where the folders of a mailbox are below the data directory, whose they are, and how they are opened.
 */
#include "mail/mail-store-room.h"

#include <string.h>

#define CATCHALL_DIRECTORY "catchall"

void
aimx_mailbox_place_clear (AimxMailboxPlace *self)
{
  g_clear_pointer (&self->domain, g_free);
  g_clear_pointer (&self->local, g_free);
}

const char *
aimx_folder_get_name (AimxFolder folder)
{
  return folder == AIMX_FOLDER_INBOX ? "inbox" : "sent";
}

gboolean
aimx_mailbox_place_init (AimxMailboxPlace *self, const char *fqdn, GError **error)
{
  const char *at = strrchr (fqdn, '@');

  self->domain = self->local = NULL;
  /* `catchall@domain` would be the catchall's directory under another name, and so under another lock. */
  if (at == NULL || strchr (fqdn, '/') != NULL || g_str_has_prefix (fqdn, CATCHALL_DIRECTORY "@") ||
      !aimx_name_check_domain (at + 1, NULL))
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "'%s' is not the address of a mailbox", fqdn);
      return FALSE;
    }
  self->domain = g_strdup (at + 1);
  self->local = g_strndup (fqdn, (gsize) (at - fqdn));
  if (strcmp (self->local, "*") == 0)
    {
      g_free (self->local);
      self->local = g_strdup (CATCHALL_DIRECTORY);
    }
  return TRUE;
}

char *
aimx_mail_store_get_folder_path (AimxMailStore *self, const char *fqdn, AimxFolder folder)
{
  g_auto (AimxMailboxPlace) place = { NULL, NULL };

  if (!aimx_mailbox_place_init (&place, fqdn, NULL))
    return g_strdup (self->data_dir);
  return g_build_filename (self->data_dir, place.domain, aimx_folder_get_name (folder), place.local, NULL);
}

char *
aimx_mail_store_get_message_path (AimxMailStore *self, const char *fqdn, AimxFolder folder, const char *stem)
{
  g_autofree char *directory = aimx_mail_store_get_folder_path (self, fqdn, folder);
  g_autofree char *file = g_strconcat (stem, ".md", NULL);
  g_autofree char *bundle = g_build_filename (directory, stem, NULL);
  g_autoptr (AimxDirectory) inbox = aimx_mail_store_open_folder (self, fqdn, folder, NULL);
  struct stat info;

  if (inbox != NULL && aimx_directory_lookup (inbox, stem, &info, NULL) && S_ISDIR (info.st_mode))
    return g_build_filename (bundle, file, NULL);
  return g_build_filename (directory, file, NULL);
}

AimxDirectory *
aimx_mail_store_open_below (AimxMailStore *self, const char *path, GError **error)
{
  if (self->root != NULL)
    return aimx_directory_open (self->root, path, error);
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_NOT_FOUND, "%s is not there", self->data_dir);
  return NULL;
}

AimxDirectory *
aimx_mail_store_open_folder (AimxMailStore *self, const char *fqdn, AimxFolder folder, GError **error)
{
  g_auto (AimxMailboxPlace) place = { NULL, NULL };
  g_autoptr (GError) why = NULL;
  g_autofree char *path = NULL;
  AimxDirectory *opened;

  if (!aimx_mailbox_place_init (&place, fqdn, error))
    return NULL;
  path = g_strconcat (place.domain, "/", aimx_folder_get_name (folder), "/", place.local, NULL);
  opened = aimx_mail_store_open_below (self, path, &why);
  if (opened != NULL)
    return opened;
  if (g_error_matches (why, AIMX_ERROR, AIMX_ERROR_CONFLICT))
    g_prefix_error (&why, "something else is in the place of a directory of %s; look at it and move it away: ", fqdn);
  g_propagate_error (error, g_steal_pointer (&why));
  return NULL;
}

AimxDirectory *
aimx_mail_store_open_parent (AimxMailStore *self, const char *fqdn, AimxFolder folder, GError **error)
{
  g_auto (AimxMailboxPlace) place = { NULL, NULL };
  g_autofree char *path = NULL;

  if (!aimx_mailbox_place_init (&place, fqdn, error))
    return NULL;
  path = g_strconcat (place.domain, "/", aimx_folder_get_name (folder), NULL);
  return aimx_mail_store_open_below (self, path, error);
}

/* ---- owners ---- */

gboolean
aimx_mail_store_find_owner (AimxMailStore *self, const AimxMailbox *mailbox, AimxOwner *owner, GError **error)
{
  const char *name = aimx_mailbox_get_owner (mailbox);

  *owner = (AimxOwner){ .uid = geteuid (), .gid = getegid (), .give = geteuid () == 0 };
  if (!owner->give)
    return TRUE;
  switch (aimx_accounts_lookup (self->accounts, name, &owner->uid, &owner->gid))
    {
    case AIMX_ACCOUNT_EXISTS:
      return TRUE;
    case AIMX_ACCOUNT_MISSING:
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_NO_ACCOUNT,
                   "the owner of %s, %s, has no account on this machine; create that user",
                   aimx_mailbox_get_name (mailbox), name);
      return FALSE;
    case AIMX_ACCOUNT_UNKNOWN:
    case AIMX_ACCOUNT_FAILED:
    default:
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_TEMPORARY, "the account of %s, owner of %s, cannot be looked up now",
                   name, aimx_mailbox_get_name (mailbox));
      return FALSE;
    }
}

guint
aimx_owner_give_uid (const AimxOwner *self)
{
  return self->give ? self->uid : AIMX_DIRECTORY_KEEP_ID;
}

guint
aimx_owner_give_gid (const AimxOwner *self)
{
  return self->give ? self->gid : AIMX_DIRECTORY_KEEP_ID;
}

gboolean
aimx_mail_store_check_folder (AimxDirectory *folder, const AimxOwner *owner, gboolean check_group, GError **error)
{
  g_autofree char *quoted = NULL;
  struct stat info;

  if (!aimx_directory_get_info (folder, &info, error))
    return FALSE;
  if (info.st_uid == owner->uid && (!check_group || info.st_gid == owner->gid))
    return TRUE;
  quoted = g_shell_quote (aimx_directory_get_path (folder));
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT,
               "%s belongs to %u:%u instead of %u:%u, its mailbox's owner; look at what is in it, then run "
               "`chown -hR %u:%u %s`",
               aimx_directory_get_path (folder), (guint) info.st_uid, (guint) info.st_gid, owner->uid, owner->gid,
               owner->uid, owner->gid, quoted);
  return FALSE;
}

/* ---- durability ---- */

gboolean
aimx_mail_store_sync_above (AimxMailStore *self, const char *fqdn, AimxFolder folder, GError **error)
{
  g_auto (AimxMailboxPlace) place = { NULL, NULL };
  g_autoptr (AimxDirectory) domain = NULL;
  g_autoptr (AimxDirectory) shared = NULL;

  if (!aimx_mailbox_place_init (&place, fqdn, error))
    return FALSE;
  domain = aimx_directory_open (self->root, place.domain, error);
  shared = domain != NULL ? aimx_directory_open (domain, aimx_folder_get_name (folder), error) : NULL;
  return shared != NULL && aimx_sync_group_sync (self->syncs, shared, error) &&
         aimx_sync_group_sync (self->syncs, domain, error) && aimx_sync_group_sync (self->syncs, self->root, error);
}

/* ---- messages in a folder ---- */

char *
aimx_message_path_new (const char *stem, gboolean is_bundle)
{
  return is_bundle ? g_strconcat (stem, "/", stem, ".md", NULL) : g_strconcat (stem, ".md", NULL);
}

char *
aimx_message_stem_of_entry (const char *name, AimxDirectoryEntryType type)
{
  if (name[0] == '.')
    return NULL;
  if (type == AIMX_DIRECTORY_ENTRY_DIRECTORY)
    return g_strdup (name);
  return type == AIMX_DIRECTORY_ENTRY_FILE && g_str_has_suffix (name, ".md") ? g_strndup (name, strlen (name) - 3)
                                                                             : NULL;
}

int
aimx_message_open (AimxDirectory *directory, const char *path, guint uid, struct stat *info, GError **error)
{
  g_auto (AimxFd) fd = aimx_directory_open_file (directory, path, info, error);

  if (fd < 0 || info->st_uid == uid)
    return g_steal_fd (&fd);
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_NOT_FOUND, "%s/%s is not its owner's", aimx_directory_get_path (directory),
               path);
  return -1;
}

gboolean
aimx_message_is_missing (const GError *why)
{
  return g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND) ||
         g_error_matches (why, AIMX_ERROR, AIMX_ERROR_CONFLICT) ||
         g_error_matches (why, AIMX_ERROR, AIMX_ERROR_VALIDATION);
}

gboolean
aimx_message_set_missing (const char *fqdn, const char *id, GError **error)
{
  g_autofree char *shown = g_strescape (id, NULL);

  g_set_error (error, AIMX_ERROR, AIMX_ERROR_NOT_FOUND, "%s has no message '%s'", fqdn, shown);
  return FALSE;
}

int
aimx_message_find (AimxDirectory *folder,
                   const char *id,
                   guint uid,
                   struct stat *info,
                   AimxDirectory **directory,
                   GError **error)
{
  g_autofree char *name = aimx_message_path_new (id, FALSE);
  g_autoptr (GError) why = NULL;
  int fd = aimx_message_open (folder, name, uid, info, &why);

  if (fd >= 0)
    {
      *directory = aimx_directory_ref (folder);
      return fd;
    }
  if (!aimx_message_is_missing (why))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return -1;
    }
  *directory = aimx_directory_open (folder, id, error);
  return *directory != NULL ? aimx_message_open (*directory, name, uid, info, error) : -1;
}
