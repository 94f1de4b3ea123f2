/* SPDX-License-Identifier: MIT */
/*
 * AimxMessage, a value: built once by a parser or a composer, then only read. Reading takes no lock; strings handed out
 * live as long as the message. Nothing here fails.
 */
#include "mail/digest.h"

#include <aimx/message.h>

struct _AimxMessage
{
  GObject parent_instance;

  char *fields[AIMX_MESSAGE_N_FIELDS];
  char *body;
  char *body_digest;
  GArray *attachments;
  guint author_count;
};

G_DEFINE_FINAL_TYPE (AimxMessage, aimx_message, G_TYPE_OBJECT)

static void
clear_attachment (gpointer data)
{
  AimxAttachment *attachment = data;

  g_free (attachment->filename);
  g_free (attachment->content_type);
}

static void
aimx_message_finalize (GObject *object)
{
  AimxMessage *self = AIMX_MESSAGE (object);

  for (guint i = 0; i < AIMX_MESSAGE_N_FIELDS; i++)
    g_free (self->fields[i]);
  g_free (self->body);
  g_free (self->body_digest);
  g_array_unref (self->attachments);
  G_OBJECT_CLASS (aimx_message_parent_class)->finalize (object);
}

static void
aimx_message_class_init (AimxMessageClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_message_finalize;
}

static void
aimx_message_init (AimxMessage *self)
{
  self->attachments = g_array_new (FALSE, FALSE, sizeof (AimxAttachment));
  g_array_set_clear_func (self->attachments, clear_attachment);
}

AimxMessage *
aimx_message_new (void)
{
  return g_object_new (AIMX_TYPE_MESSAGE, NULL);
}

void
aimx_message_set (AimxMessage *self, AimxMessageField field, const char *value)
{
  char *copy;

  g_return_if_fail (AIMX_IS_MESSAGE (self));
  g_return_if_fail ((guint) field < AIMX_MESSAGE_N_FIELDS);

  copy = g_strdup (value);
  g_free (self->fields[field]);
  self->fields[field] = copy;
}

const char *
aimx_message_get (AimxMessage *self, AimxMessageField field)
{
  g_return_val_if_fail (AIMX_IS_MESSAGE (self), NULL);
  g_return_val_if_fail ((guint) field < AIMX_MESSAGE_N_FIELDS, NULL);

  return self->fields[field];
}

void
aimx_message_take_body (AimxMessage *self, char *body)
{
  g_return_if_fail (AIMX_IS_MESSAGE (self));

  g_free (self->body);
  self->body = body;
}

const char *
aimx_message_get_body (AimxMessage *self)
{
  g_return_val_if_fail (AIMX_IS_MESSAGE (self), "");

  return self->body != NULL ? self->body : "";
}

void
aimx_message_add_attachment (AimxMessage *self, const AimxAttachment *attachment)
{
  AimxAttachment copy;

  g_return_if_fail (AIMX_IS_MESSAGE (self));
  g_return_if_fail (attachment != NULL && attachment->content_type != NULL);

  copy = *attachment;
  copy.filename = g_strdup (attachment->filename);
  copy.content_type = g_strdup (attachment->content_type);
  g_array_append_val (self->attachments, copy);
}

guint
aimx_message_get_n_attachments (AimxMessage *self)
{
  g_return_val_if_fail (AIMX_IS_MESSAGE (self), 0);

  return self->attachments->len;
}

const AimxAttachment *
aimx_message_get_attachment (AimxMessage *self, guint index)
{
  g_return_val_if_fail (AIMX_IS_MESSAGE (self), NULL);
  g_return_val_if_fail (index < self->attachments->len, NULL);

  return &g_array_index (self->attachments, AimxAttachment, index);
}

void
aimx_message_digest_body (AimxMessage *self, const char *data, gsize length)
{
  g_return_if_fail (AIMX_IS_MESSAGE (self));

  g_free (self->body_digest);
  self->body_digest = aimx_digest_new (data, length);
}

const char *
aimx_message_get_body_digest (AimxMessage *self)
{
  g_return_val_if_fail (AIMX_IS_MESSAGE (self), NULL);

  return self->body_digest;
}

void
aimx_message_set_author_count (AimxMessage *self, guint count)
{
  g_return_if_fail (AIMX_IS_MESSAGE (self));

  self->author_count = count;
}

guint
aimx_message_get_author_count (AimxMessage *self)
{
  g_return_val_if_fail (AIMX_IS_MESSAGE (self), 0);

  return self->author_count;
}
