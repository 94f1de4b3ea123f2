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
#define CONTENT_TYPE_MAX 127
/* Parts of a message at most, as the parser promises. */
#define ATTACHMENTS_MAX 1000

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

/* RFC 2045, 5.1: two tokens. */
static gboolean
is_content_type (const char *type)
{
  const char *slash = type != NULL ? strchr (type, '/') : NULL;

  if (slash == NULL || slash == type || slash[1] == '\0' || strlen (type) > CONTENT_TYPE_MAX)
    return FALSE;
  for (const char *at = type; *at != '\0'; at++)
    if (at != slash && (!g_ascii_isgraph (*at) || strchr ("()<>@,;:\\\"/[]?=", *at) != NULL))
      return FALSE;
  return TRUE;
}

/* Whoever parsed the message promised all of this; but the parser met bytes from strangers. */
static gboolean
check_attachments (const AimxCopy *copy, GError **error)
{
  gsize size = g_bytes_get_size (copy->raw);
  guint n = aimx_message_get_n_attachments (copy->message);
  gsize total = 0;
  guint i;

  for (i = 0; i < n; i++)
    {
      const AimxAttachment *attachment = aimx_message_get_attachment (copy->message, i);

      if (attachment->offset > size || attachment->length > size - attachment->offset ||
          attachment->length > size - total)
        break;
      total += attachment->length;
    }
  if (i == n && n <= ATTACHMENTS_MAX)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO,
               "attachment %u of %u is not where it could be in a message of %" G_GSIZE_FORMAT " bytes", i + 1, n,
               size);
  return FALSE;
}

static gboolean
give (AimxBuiltCopy *self, AimxDurableFile *file, GError **error)
{
  return aimx_durable_file_give (file, aimx_owner_give_uid (self->owner), aimx_owner_give_gid (self->owner), error);
}

static gboolean
write_message (AimxBuiltCopy *self, AimxDurableFile *file, const AimxCopy *copy, GPtrArray *stored, GError **error)
{
  GString *text = aimx_copy_format (copy, stored);
  gboolean written = aimx_durable_file_write (file, text->str, text->len, error) && give (self, file, error);

  g_string_free (text, TRUE);
  return written;
}

/* ---- one file ---- */

static gboolean
build_file (AimxBuiltCopy *self, const AimxCopy *copy, GError **error)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  self->file = aimx_mail_store_new_file (self->store, error);
  return self->file != NULL && write_message (self, self->file, copy, none, error) &&
         aimx_durable_file_sync (self->file, error);
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
  const guint8 *data = g_bytes_get_data (raw, NULL);
  AimxDurableFile *file = add_file (self, stored->name, error);

  if (file == NULL ||
      !aimx_transfer_decode (attachment->encoding, data + attachment->offset, attachment->length, write_decoded, file,
                             error) ||
      !give (self, file, error))
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

  if (file == NULL || !aimx_durable_file_write (file, data, size, error) || !give (self, file, error))
    return FALSE;
  aimx_durable_file_start_sync (file);
  return TRUE;
}

static gboolean
add_message (AimxBuiltCopy *self, const AimxCopy *copy, GPtrArray *stored, GError **error)
{
  g_autofree char *name = aimx_message_path_new (copy->stem, FALSE);
  AimxDurableFile *file = add_file (self, name, error);

  return file != NULL && write_message (self, file, copy, stored, error);
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
make_bundle (AimxBuiltCopy *self, GError **error)
{
  g_autofree char *name = aimx_mail_store_new_name (self->store, "bundle");
  gboolean created = FALSE;

  self->bundle = aimx_directory_make (self->store->spool, name, AIMX_MAILBOX_MODE, AIMX_DIRECTORY_KEEP_ID,
                                      AIMX_DIRECTORY_KEEP_ID, &created, error);
  if (self->bundle == NULL)
    return FALSE;
  if (!created)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "%s was left by another process",
                   aimx_directory_get_path (self->bundle));
      return FALSE;
    }
  self->bundle_name = g_steal_pointer (&name);
  return TRUE;
}

static gboolean
build_bundle (AimxBuiltCopy *self, const AimxCopy *copy, GError **error)
{
  g_autoptr (GPtrArray) stored = g_ptr_array_new_with_free_func (attachment_free);
  gboolean built;

  if (!check_attachments (copy, error) || !make_bundle (self, error))
    return FALSE;
  built = add_attachments (self, copy, stored, error) && (!copy->keep_raw || add_raw (self, copy, error)) &&
          add_message (self, copy, stored, error) && finish_bundle (self, error);
  /* Files that are not kept go before their directory. */
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
      g_autofree char *name = aimx_message_path_new (self->stem, FALSE);

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
  g_autofree char *name = self->file != NULL ? aimx_message_path_new (self->stem, FALSE) : g_strdup (self->stem);
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
