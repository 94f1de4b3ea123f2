/* SPDX-License-Identifier: MIT */
/*
 * Marking a stored message: its file is written anew with two keys changed and every other byte as it was.
 */
#include "mail/mail-store-room.h"

#include "io/sys.h"
#include "mail/frontmatter.h"
#include "mail/stem.h"

#include <aimx/log.h>

/* A message file is never larger than what a message decodes to; its owner may have made it anything. */
#define FILE_MAX   (128 * 1024 * 1024)
#define PIECE_SIZE (64 * 1024)

/* No further than to @end: its owner may be writing to it all the time. */
static gboolean
copy_rest (AimxDurableFile *file, int fd, off_t at, off_t end, const char *shown, GError **error)
{
  g_autofree char *piece = g_malloc (PIECE_SIZE);

  while (at < end)
    {
      ssize_t n_read = aimx_sys_pread (fd, piece, (gsize) MIN (end - at, PIECE_SIZE), at);

      if (n_read < 0)
        return aimx_error_set_errno (error, errno, "read %s", shown);
      if (n_read == 0)
        return TRUE;
      if (!aimx_durable_file_write (file, piece, (gsize) n_read, error))
        return FALSE;
      at += n_read;
    }
  return TRUE;
}

static GString *
edit (int fd, const char *shown, gboolean read, gsize *head_length, GError **error)
{
  g_autofree char *read_at = aimx_frontmatter_format_time (g_get_real_time ());
  g_autofree char *text = NULL;
  AimxFrontmatter frontmatter;

  if (!aimx_frontmatter_read (fd, shown, &text, &frontmatter, error))
    return NULL;
  *head_length = frontmatter.length;
  return aimx_frontmatter_mark (&frontmatter, read, read ? read_at : NULL, error);
}

static gboolean
rewrite (AimxMailStore *self,
         AimxDirectory *directory,
         const char *name,
         int fd,
         off_t size,
         const AimxOwner *owner,
         gboolean read,
         GError **error)
{
  g_autofree char *shown = g_strconcat (aimx_directory_get_path (directory), "/", name, NULL);
  g_autofree char *temporary = aimx_mail_store_new_name (self, "mark");
  g_autoptr (AimxDurableFile) file = NULL;
  gsize head_length;
  GString *head = edit (fd, shown, read, &head_length, error);
  gboolean done;

  if (head == NULL)
    return FALSE;
  file = aimx_durable_file_new (self->spool, temporary, error);
  done = file != NULL && aimx_durable_file_write (file, head->str, head->len, error) &&
         copy_rest (file, fd, (off_t) head_length, size, shown, error) &&
         aimx_durable_file_give (file, aimx_owner_give_uid (owner), aimx_owner_give_gid (owner), error) &&
         aimx_durable_file_sync (file, error) && aimx_durable_file_replace (file, directory, name, error);
  g_string_free (head, TRUE);
  return done && aimx_sync_group_sync (self->syncs, directory, error);
}

gboolean
aimx_mail_store_mark (AimxMailStore *self,
                      AimxLockGuard *guard,
                      const AimxMailbox *mailbox,
                      const char *id,
                      gboolean read,
                      GError **error)
{
  const char *fqdn = aimx_mailbox_get_name (mailbox);
  g_autoptr (AimxDirectory) inbox = NULL;
  g_autoptr (AimxDirectory) directory = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GError) why = NULL;
  g_auto (AimxFd) fd = -1;
  AimxOwner owner;
  struct stat info;

  if (!aimx_mail_store_check_change (self, guard, fqdn, error))
    return FALSE;
  if (!aimx_stem_is_acceptable (id))
    return aimx_message_set_missing (fqdn, id, error);
  if (!aimx_mail_store_find_owner (self, mailbox, &owner, error))
    return FALSE;
  inbox = aimx_mail_store_open_folder (self, fqdn, AIMX_FOLDER_INBOX, &why);
  if (inbox != NULL)
    fd = aimx_message_find (inbox, id, owner.uid, &info, &directory, &why);
  if (fd < 0 && aimx_message_is_missing (why))
    return aimx_message_set_missing (fqdn, id, error);
  if (fd < 0)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  name = aimx_message_path_new (id, FALSE);
  if (info.st_size > FILE_MAX)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "%s/%s is too large for a message",
                   aimx_directory_get_path (directory), name);
      return FALSE;
    }
  if (!rewrite (self, directory, name, fd, info.st_size, &owner, read, error))
    return FALSE;
  /* What changes inside of a bundle shows in the stamp of its folder, too. */
  if (directory != inbox && futimens (aimx_directory_get_fd (inbox), NULL) < 0)
    aimx_log (G_LOG_LEVEL_INFO, AIMX_LOG_MAILBOX, fqdn, "MESSAGE", "the time of %s cannot be changed: %s",
              aimx_directory_get_path (inbox), g_strerror (errno));
  return TRUE;
}
