/* SPDX-License-Identifier: MIT */
/*
 * Making the folders of a mailbox, and what is above them. A folder has its owner before anybody can see it: one that a
 * crash left half-made in its place would be somebody else's, and keep out the mailbox's mail.
 */
#include "mail/mail-store-room.h"

static AimxDirectory *
make_shared (AimxDirectory *parent, const char *name, GError **error)
{
  return aimx_directory_make (parent, name, AIMX_SHARED_MODE, AIMX_DIRECTORY_KEEP_ID, AIMX_DIRECTORY_KEEP_ID, NULL,
                              error);
}

/* A folder in the spool, with its owner. */
static gboolean
make_aside (AimxMailStore *self, const char *name, const AimxOwner *owner, GError **error)
{
  gboolean is_new;
  g_autoptr (AimxDirectory) made =
      aimx_directory_make (self->spool, name, AIMX_MAILBOX_MODE, aimx_owner_give_uid (owner),
                           aimx_owner_give_gid (owner), &is_new, error);

  if (made == NULL || is_new)
    return made != NULL;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "%s was left by another process", aimx_directory_get_path (made));
  return FALSE;
}

static AimxDirectory *
make_last (AimxMailStore *self,
           AimxDirectory *shared,
           const char *local,
           const AimxOwner *owner,
           gboolean *created,
           GError **error)
{
  g_autofree char *name = aimx_mail_store_new_name (self, "folder");

  if (!make_aside (self, name, owner, error))
    return NULL;
  *created = aimx_directory_rename (self->spool, name, shared, local, error);
  if (*created)
    return aimx_directory_open (shared, local, error);
  aimx_directory_rmdir (self->spool, name, NULL);
  return NULL;
}

static AimxDirectory *
make_missing (AimxMailStore *self,
              const AimxMailboxPlace *place,
              AimxFolder folder,
              const AimxOwner *owner,
              gboolean *created,
              GError **error)
{
  g_autoptr (AimxDirectory) domain = make_shared (self->root, place->domain, error);
  g_autoptr (AimxDirectory) shared = domain != NULL ? make_shared (domain, aimx_folder_get_name (folder), error) : NULL;

  return shared != NULL ? make_last (self, shared, place->local, owner, created, error) : NULL;
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
    {
      g_autoptr (AimxMailboxRecord) record = aimx_mail_store_get_record (self, fqdn);
      g_auto (AimxMailboxPlace) place = { NULL, NULL };

      g_clear_error (&why);
      if (aimx_mailbox_place_init (&place, fqdn, &why))
        opened = make_missing (self, &place, folder, owner, created, &why);
      aimx_mailbox_record_note_made (record);
    }
  if (opened == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return NULL;
    }
  return *created || aimx_mail_store_check_folder (opened, owner, FALSE, error) ? g_steal_pointer (&opened) : NULL;
}
