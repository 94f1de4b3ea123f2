/* SPDX-License-Identifier: MIT */
/*
 * Where the folders of a mailbox are below the data directory, whose they are, and how they are opened and made.
 */
#include "mail/mail-store-room.h"

#include "io/sys.h"

#include <pwd.h>
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
  if (at == NULL || at == fqdn || at[1] == '\0' || strchr (fqdn, '/') != NULL)
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
aimx_mail_store_open_folder (AimxMailStore *self, const char *fqdn, AimxFolder folder, GError **error)
{
  g_auto (AimxMailboxPlace) place = { NULL, NULL };
  g_autofree char *path = NULL;

  if (!aimx_mailbox_place_init (&place, fqdn, error))
    return NULL;
  path = g_strconcat (place.domain, "/", aimx_folder_get_name (folder), "/", place.local, NULL);
  return aimx_directory_open (self->root, path, error);
}

AimxDirectory *
aimx_mail_store_open_parent (AimxMailStore *self, const char *fqdn, AimxFolder folder, GError **error)
{
  g_auto (AimxMailboxPlace) place = { NULL, NULL };
  g_autofree char *path = NULL;

  if (!aimx_mailbox_place_init (&place, fqdn, error))
    return NULL;
  path = g_strconcat (place.domain, "/", aimx_folder_get_name (folder), NULL);
  return aimx_directory_open (self->root, path, error);
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
aimx_mail_store_check_folder (AimxDirectory *folder, const AimxOwner *owner, GError **error)
{
  struct stat info;

  if (!aimx_directory_get_info (folder, &info, error))
    return FALSE;
  if (info.st_uid == owner->uid && (!owner->give || info.st_gid == owner->gid))
    return TRUE;
  g_set_error (
      error, AIMX_ERROR, AIMX_ERROR_CONFLICT,
      "%s belongs to %u:%u instead of its mailbox's owner; look at what is in it, then run `chown -hR %u:%u %s`",
      aimx_directory_get_path (folder), (guint) info.st_uid, (guint) info.st_gid, owner->uid, owner->gid,
      aimx_directory_get_path (folder));
  return FALSE;
}

/* ---- making folders ---- */

/* Opens @name in @parent, made when it is missing and durable then. */
static AimxDirectory *
make_step (AimxDirectory *parent,
           const char *name,
           mode_t mode,
           guint uid,
           guint gid,
           gboolean *created,
           GError **error)
{
  g_autoptr (AimxDirectory) made = aimx_directory_make (parent, name, mode, uid, gid, created, error);

  if (made == NULL || !*created || aimx_directory_sync (parent, error))
    return g_steal_pointer (&made);
  aimx_directory_rmdir (parent, name, NULL);
  return NULL;
}

static AimxDirectory *
make_missing (AimxMailStore *self,
              const char *fqdn,
              AimxFolder folder,
              const AimxOwner *owner,
              gboolean *created,
              GError **error)
{
  g_auto (AimxMailboxPlace) place = { NULL, NULL };
  g_autoptr (AimxDirectory) domain = NULL;
  g_autoptr (AimxDirectory) shared = NULL;
  gboolean above;

  if (!aimx_mailbox_place_init (&place, fqdn, error))
    return NULL;
  domain = make_step (self->root, place.domain, AIMX_SHARED_MODE, AIMX_DIRECTORY_KEEP_ID, AIMX_DIRECTORY_KEEP_ID,
                      &above, error);
  if (domain != NULL)
    shared = make_step (domain, aimx_folder_get_name (folder), AIMX_SHARED_MODE, AIMX_DIRECTORY_KEEP_ID,
                        AIMX_DIRECTORY_KEEP_ID, &above, error);
  if (shared == NULL)
    return NULL;
  return make_step (shared, place.local, AIMX_MAILBOX_MODE, aimx_owner_give_uid (owner), aimx_owner_give_gid (owner),
                    created, error);
}

AimxDirectory *
aimx_mail_store_make_folder (AimxMailStore *self,
                             const char *fqdn,
                             AimxFolder folder,
                             const AimxOwner *owner,
                             gboolean *created,
                             GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (AimxDirectory) opened = aimx_mail_store_open_folder (self, fqdn, folder, &why);

  *created = FALSE;
  if (opened == NULL && g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    opened = make_missing (self, fqdn, folder, owner, created, error);
  else if (opened == NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  if (opened == NULL || (!*created && !aimx_mail_store_check_folder (opened, owner, error)))
    return NULL;
  return g_steal_pointer (&opened);
}

/* ---- messages in a folder ---- */

char *
aimx_mail_store_stem_of (const char *name, gboolean is_directory)
{
  if (name[0] == '.')
    return NULL;
  if (is_directory)
    return g_strdup (name);
  return g_str_has_suffix (name, ".md") && name[3] != '\0' ? g_strndup (name, strlen (name) - 3) : NULL;
}

static int
open_owned_file (AimxDirectory *directory, const char *name, guint uid, struct stat *info, GError **error)
{
  g_auto (AimxFd) fd = aimx_directory_open_file (directory, name, info, error);

  if (fd < 0 || info->st_uid == uid)
    return g_steal_fd (&fd);
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_NOT_FOUND, "%s/%s is not its owner's", aimx_directory_get_path (directory),
               name);
  return -1;
}

int
aimx_mail_store_open_message (AimxDirectory *folder,
                              const char *stem,
                              guint uid,
                              struct stat *info,
                              AimxDirectory **bundle,
                              GError **error)
{
  g_autofree char *file = g_strconcat (stem, ".md", NULL);
  g_autoptr (AimxDirectory) directory = NULL;
  g_autoptr (GError) why = NULL;
  g_auto (AimxFd) fd = -1;

  if (bundle != NULL)
    *bundle = NULL;
  fd = open_owned_file (folder, file, uid, info, &why);
  if (fd >= 0)
    return g_steal_fd (&fd);
  if (!g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND) &&
      !g_error_matches (why, AIMX_ERROR, AIMX_ERROR_CONFLICT))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return -1;
    }
  directory = aimx_directory_open (folder, stem, error);
  if (directory == NULL)
    return -1;
  fd = open_owned_file (directory, file, uid, info, error);
  if (fd >= 0 && bundle != NULL)
    *bundle = g_steal_pointer (&directory);
  return g_steal_fd (&fd);
}
