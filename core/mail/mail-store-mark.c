/* SPDX-License-Identifier: MIT */
/*
 * Marking a stored message: its file is written anew with two keys changed and every other byte as it was.
 */
#include "mail/mail-store-room.h"

#include "io/sys.h"
#include "mail/frontmatter.h"
#include "mail/stem.h"

#include <string.h>

/* A message file is never larger than what a message decodes to; its owner may have made it anything. */
#define FILE_MAX   (128 * 1024 * 1024)
#define PIECE_SIZE (64 * 1024)

static gboolean
copy_rest (AimxDurableFile *file, int fd, off_t at, const char *shown, GError **error)
{
  g_autofree char *piece = g_malloc (PIECE_SIZE);

  for (;;)
    {
      ssize_t n_read = aimx_sys_pread (fd, piece, PIECE_SIZE, at);

      if (n_read < 0)
        return aimx_error_set_errno (error, errno, "read %s", shown);
      if (n_read == 0)
        return TRUE;
      if (!aimx_durable_file_write (file, piece, (gsize) n_read, error))
        return FALSE;
      at += n_read;
    }
}

static GString *
edit (int fd, const char *shown, gboolean read, gsize *head_length, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *read_at = g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");
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
         copy_rest (file, fd, (off_t) head_length, shown, error) &&
         aimx_durable_file_give (file, aimx_owner_give_uid (owner), aimx_owner_give_gid (owner), error) &&
         aimx_durable_file_sync (file, error) && aimx_durable_file_replace (file, directory, name, error);
  g_string_free (head, TRUE);
  return done && aimx_sync_group_sync (self->syncs, directory, error);
}

/* What is wrong with a name or a file is one answer to the caller: there is no such message. */
static gboolean
set_not_found (const AimxMailbox *mailbox, const char *id, GError **error)
{
  g_autofree char *shown = g_strescape (id, NULL);

  g_set_error (error, AIMX_ERROR, AIMX_ERROR_NOT_FOUND, "%s has no message '%s'", aimx_mailbox_get_name (mailbox),
               shown);
  return FALSE;
}

static gboolean
translate (GError *why, const AimxMailbox *mailbox, const char *id, GError **error)
{
  if (g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND) ||
      g_error_matches (why, AIMX_ERROR, AIMX_ERROR_CONFLICT) ||
      g_error_matches (why, AIMX_ERROR, AIMX_ERROR_VALIDATION))
    {
      g_error_free (why);
      return set_not_found (mailbox, id, error);
    }
  g_propagate_error (error, why);
  return FALSE;
}

gboolean
aimx_mail_store_mark (AimxMailStore *self,
                      AimxLockGuard *guard,
                      const AimxMailbox *mailbox,
                      const char *id,
                      gboolean read,
                      GError **error)
{
  g_autoptr (AimxDirectory) inbox = NULL;
  g_autoptr (AimxDirectory) bundle = NULL;
  g_autofree char *name = g_strconcat (id, ".md", NULL);
  g_auto (AimxFd) fd = -1;
  GError *why = NULL;
  AimxOwner owner;
  struct stat info;

  if (!aimx_mail_store_check_change (self, guard, aimx_mailbox_get_name (mailbox), error))
    return FALSE;
  if (!aimx_stem_is_acceptable (id))
    return set_not_found (mailbox, id, error);
  if (!aimx_mail_store_find_owner (self, mailbox, &owner, error))
    return FALSE;
  inbox = aimx_mail_store_open_folder (self, aimx_mailbox_get_name (mailbox), AIMX_FOLDER_INBOX, &why);
  if (inbox != NULL)
    fd = aimx_mail_store_open_message (inbox, id, owner.uid, &info, &bundle, &why);
  if (fd < 0)
    return translate (why, mailbox, id, error);
  if (info.st_size > FILE_MAX)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "%s is too large for a message", name);
      return FALSE;
    }
  return rewrite (self, bundle != NULL ? bundle : inbox, name, fd, &owner, read, error);
}
