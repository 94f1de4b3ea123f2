/* SPDX-License-Identifier: MIT */
/*
 * Building a copy in the spool: one file, or a bundle when there are attachments. It has its owner, its mode and all of
 * its bytes on disk before anybody can see it.
 */
#include "mail/delivery.h"

#include "io/sys.h"
#include "mail/attachment-names.h"
#include "mail/transfer-decoder.h"

#include <string.h>

#define DEFAULT_TYPE     "application/octet-stream"
#define CONTENT_TYPE_MAX 255

/* Files of one bundle that are open at once, their syncs under way together. */
#define OPEN_FILES_MAX 32

struct _AimxBuiltCopy
{
  AimxMailStore *store;
  char *stem;
  AimxDurableFile *file;  /* of a copy without attachments */
  AimxDirectory *bundle;  /* of one with them */
  char *bundle_name;      /* in the spool; NULL once it is published */
  GPtrArray *files;       /* AimxDurableFile of the bundle, not synced yet */
  const AimxOwner *owner; /* while it is being built */
};

static void
attachment_free (gpointer data)
{
  AimxStoredAttachment *attachment = data;

  g_free (attachment->name);
  g_free (attachment->content_type);
  g_free (attachment);
}

static gboolean
is_content_type (const char *type)
{
  const char *slash = type != NULL ? strchr (type, '/') : NULL;

  if (slash == NULL || slash == type || slash[1] == '\0' || strlen (type) > CONTENT_TYPE_MAX)
    return FALSE;
  for (; *type != '\0'; type++)
    if (!g_ascii_isgraph (*type))
      return FALSE;
  return TRUE;
}

static gboolean
write_text (AimxBuiltCopy *self, AimxDurableFile *file, const GString *text, GError **error)
{
  return aimx_durable_file_write (file, text->str, text->len, error) &&
         aimx_durable_file_give (file, aimx_owner_give_uid (self->owner), aimx_owner_give_gid (self->owner), error);
}

/* ---- one file ---- */

static gboolean
build_file (AimxBuiltCopy *self, const AimxCopy *copy, GError **error)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  GString *text = aimx_copy_format (copy, none);
  gboolean built;

  self->file = aimx_mail_store_new_file (self->store, error);
  built =
      self->file != NULL && write_text (self, self->file, text, error) && aimx_durable_file_sync (self->file, error);
  g_string_free (text, TRUE);
  return built;
}

/* ---- a bundle ---- */

/* They stay in the bundle, which goes as a whole when something fails. */
static gboolean
sync_files (AimxBuiltCopy *self, GError **error)
{
  for (guint i = 0; i < self->files->len; i++)
    {
      if (!aimx_durable_file_sync (self->files->pdata[i], error))
        return FALSE;
      aimx_durable_file_keep (self->files->pdata[i]);
    }
  g_ptr_array_set_size (self->files, 0);
  return TRUE;
}

static AimxDurableFile *
add_file (AimxBuiltCopy *self, const char *name, GError **error)
{
  AimxDurableFile *file = NULL;

  if (self->files->len < OPEN_FILES_MAX || sync_files (self, error))
    file = aimx_durable_file_new (self->bundle, name, error);
  if (file != NULL)
    g_ptr_array_add (self->files, file);
  return file;
}

static gboolean
write_decoded (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  return aimx_durable_file_write (user_data, data, length, error);
}

static gboolean
add_attachment (AimxBuiltCopy *self,
                GBytes *raw,
                const AimxAttachment *attachment,
                AimxStoredAttachment *stored,
                GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (raw, &size);
  AimxDurableFile *file;

  if (attachment->offset > size || attachment->length > size - attachment->offset)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "an attachment lies outside of its message");
      return FALSE;
    }
  file = add_file (self, stored->name, error);
  if (file == NULL ||
      !aimx_transfer_decode (attachment->encoding, data + attachment->offset, attachment->length, write_decoded, file,
                             error) ||
      !aimx_durable_file_give (file, aimx_owner_give_uid (self->owner), aimx_owner_give_gid (self->owner), error))
    return FALSE;
  aimx_durable_file_start_sync (file);
  stored->size = aimx_durable_file_get_size (file);
  return TRUE;
}

static gboolean
add_attachments (AimxBuiltCopy *self, const AimxCopy *copy, GPtrArray *stored, GError **error)
{
  g_autoptr (AimxAttachmentNames) names = aimx_attachment_names_new (copy->stem);

  for (guint i = 0; i < aimx_message_get_n_attachments (copy->message); i++)
    {
      const AimxAttachment *attachment = aimx_message_get_attachment (copy->message, i);
      AimxStoredAttachment *one = g_new0 (AimxStoredAttachment, 1);

      g_ptr_array_add (stored, one);
      one->name = aimx_attachment_names_add (names, attachment->filename, i);
      one->content_type =
          g_strdup (is_content_type (attachment->content_type) ? attachment->content_type : DEFAULT_TYPE);
      if (!add_attachment (self, copy->raw, attachment, one, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_raw (AimxBuiltCopy *self, const AimxCopy *copy, GError **error)
{
  g_autofree char *name = g_strconcat (copy->stem, ".eml", NULL);
  AimxDurableFile *file = add_file (self, name, error);
  gsize size;
  gconstpointer data = g_bytes_get_data (copy->raw, &size);

  if (file == NULL || !aimx_durable_file_write (file, data, size, error) ||
      !aimx_durable_file_give (file, aimx_owner_give_uid (self->owner), aimx_owner_give_gid (self->owner), error))
    return FALSE;
  aimx_durable_file_start_sync (file);
  return TRUE;
}

static gboolean
add_message (AimxBuiltCopy *self, const AimxCopy *copy, GPtrArray *stored, GError **error)
{
  g_autofree char *name = g_strconcat (copy->stem, ".md", NULL);
  AimxDurableFile *file = add_file (self, name, error);
  GString *text;
  gboolean written;

  if (file == NULL)
    return FALSE;
  text = aimx_copy_format (copy, stored);
  written = write_text (self, file, text, error);
  g_string_free (text, TRUE);
  return written;
}

static gboolean
finish_bundle (AimxBuiltCopy *self, GError **error)
{
  if (!sync_files (self, error))
    return FALSE;
  if (self->owner->give &&
      aimx_sys_fchown (aimx_directory_get_fd (self->bundle), self->owner->uid, self->owner->gid) < 0)
    return aimx_error_set_errno (error, errno, "change owner of %s", aimx_directory_get_path (self->bundle));
  return aimx_directory_sync (self->bundle, error);
}

static gboolean
build_bundle (AimxBuiltCopy *self, const AimxCopy *copy, GError **error)
{
  g_autoptr (GPtrArray) stored = g_ptr_array_new_with_free_func (attachment_free);
  gboolean built;

  self->bundle_name = aimx_mail_store_new_name (self->store, "bundle");
  self->bundle = aimx_directory_make (self->store->spool, self->bundle_name, AIMX_MAILBOX_MODE, AIMX_DIRECTORY_KEEP_ID,
                                      AIMX_DIRECTORY_KEEP_ID, NULL, error);
  if (self->bundle == NULL)
    {
      g_clear_pointer (&self->bundle_name, g_free);
      return FALSE;
    }
  built = add_attachments (self, copy, stored, error) && (!copy->keep_raw || add_raw (self, copy, error)) &&
          add_message (self, copy, stored, error) && finish_bundle (self, error);
  g_ptr_array_set_size (self->files, 0);
  return built;
}

/* ---- the copy ---- */

AimxBuiltCopy *
aimx_built_copy_new (AimxMailStore *store, const AimxCopy *copy, const AimxOwner *owner, GError **error)
{
  g_autoptr (AimxBuiltCopy) self = g_new0 (AimxBuiltCopy, 1);
  gboolean bundle = copy->keep_raw || aimx_message_get_n_attachments (copy->message) > 0;

  self->store = store;
  self->stem = g_strdup (copy->stem);
  self->owner = owner;
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) aimx_durable_file_free);
  if (!(bundle ? build_bundle (self, copy, error) : build_file (self, copy, error)))
    return NULL;
  self->owner = NULL;
  return g_steal_pointer (&self);
}

gboolean
aimx_built_copy_publish (AimxBuiltCopy *self, AimxDirectory *inbox, GError **error)
{
  if (self->file != NULL)
    {
      g_autofree char *name = g_strconcat (self->stem, ".md", NULL);

      return aimx_durable_file_publish (self->file, inbox, name, error);
    }
  if (!aimx_directory_rename (self->store->spool, self->bundle_name, inbox, self->stem, error))
    return FALSE;
  g_clear_pointer (&self->bundle_name, g_free);
  return TRUE;
}

void
aimx_built_copy_withdraw (AimxBuiltCopy *self, AimxDirectory *inbox)
{
  g_autofree char *name = self->file != NULL ? g_strconcat (self->stem, ".md", NULL) : g_strdup (self->stem);
  g_autoptr (GError) why = NULL;

  /* Once more when it fails: what is left would be a message that its sender sends again. */
  for (int tries = 0; tries < 3; tries++)
    {
      g_clear_error (&why);
      if (aimx_directory_remove_tree (inbox, name, &why))
        return;
    }
  g_warning ("%s/%s could not be removed after its sync failed: %s", aimx_directory_get_path (inbox), name,
             why->message);
}

void
aimx_built_copy_free (AimxBuiltCopy *self)
{
  g_ptr_array_unref (self->files);
  g_clear_pointer (&self->file, aimx_durable_file_free);
  g_clear_pointer (&self->bundle, aimx_directory_unref);
  if (self->bundle_name != NULL)
    {
      g_autoptr (GError) why = NULL;

      if (!aimx_directory_remove_tree (self->store->spool, self->bundle_name, &why) &&
          !aimx_directory_remove_tree (self->store->spool, self->bundle_name, NULL))
        g_warning ("%s/%s is left until the next start: %s", aimx_directory_get_path (self->store->spool),
                   self->bundle_name, why->message);
    }
  g_free (self->bundle_name);
  g_free (self->stem);
  g_free (self);
}
