/* SPDX-License-Identifier: MIT */
/*
 * The `.md` file of one recipient's copy: frontmatter in the published order, then the body.
 */
#include "mail/delivery.h"

#include "mail/frontmatter.h"

#include <aimx/utf8.h>

#include <string.h>

/* Bytes that one string may take in the file; and in one where that makes the frontmatter longer than its readers read.
 */
#define STRING_MAX       (32 * 1024)
#define STRING_MAX_SMALL 1024
/* Bytes for keys that are added to a stored message. */
#define ROOM_TO_MARK 256

const char *
aimx_copy_get_sender (const AimxEnvelope *envelope, AimxMessage *message)
{
  const char *sender =
      envelope->mail_from != NULL ? envelope->mail_from : aimx_message_get (message, AIMX_MESSAGE_RETURN_PATH);

  return sender != NULL ? sender : "";
}

static void
add_headers (const AimxCopy *self, AimxFrontmatterWriter *writer)
{
  g_autofree char *received_at = aimx_frontmatter_format_time (self->envelope->received_at);
  const char *subject = aimx_message_get (self->message, AIMX_MESSAGE_SUBJECT);
  const char *date = aimx_message_get (self->message, AIMX_MESSAGE_DATE);

  aimx_frontmatter_writer_add_string (writer, "id", self->stem);
  aimx_frontmatter_writer_add_string (writer, "message_id", aimx_message_get (self->message, AIMX_MESSAGE_MESSAGE_ID));
  aimx_frontmatter_writer_add_string (writer, "thread_id", self->thread_id);
  aimx_frontmatter_writer_add_string (writer, "from", aimx_message_get (self->message, AIMX_MESSAGE_FROM));
  aimx_frontmatter_writer_add_string (writer, "to", aimx_message_get (self->message, AIMX_MESSAGE_TO));
  aimx_frontmatter_writer_add_filled (writer, "cc", aimx_message_get (self->message, AIMX_MESSAGE_CC));
  aimx_frontmatter_writer_add_filled (writer, "reply_to", aimx_message_get (self->message, AIMX_MESSAGE_REPLY_TO));
  aimx_frontmatter_writer_add_string (writer, "delivered_to", self->recipient);
  aimx_frontmatter_writer_add_string (writer, "subject", subject != NULL ? subject : "(no subject)");
  aimx_frontmatter_writer_add_string (writer, "date", date != NULL ? date : received_at);
  aimx_frontmatter_writer_add_string (writer, "received_at", received_at);
  aimx_frontmatter_writer_add_filled (writer, "received_from_ip", self->envelope->peer_address);
  aimx_frontmatter_writer_add_integer (writer, "size_bytes", g_bytes_get_size (self->raw));
}

static void
add_results (const AimxCopy *self, AimxFrontmatterWriter *writer)
{
  aimx_frontmatter_writer_add_filled (writer, "in_reply_to",
                                      aimx_message_get (self->message, AIMX_MESSAGE_IN_REPLY_TO));
  aimx_frontmatter_writer_add_filled (writer, "references", aimx_message_get (self->message, AIMX_MESSAGE_REFERENCES));
  aimx_frontmatter_writer_add_filled (writer, "list_id", aimx_message_get (self->message, AIMX_MESSAGE_LIST_ID));
  aimx_frontmatter_writer_add_filled (writer, "auto_submitted",
                                      aimx_message_get (self->message, AIMX_MESSAGE_AUTO_SUBMITTED));
  aimx_frontmatter_writer_add_string (writer, "dkim", self->verdict->dkim);
  aimx_frontmatter_writer_add_string (writer, "spf", self->verdict->spf);
  aimx_frontmatter_writer_add_string (writer, "dmarc", self->verdict->dmarc);
  aimx_frontmatter_writer_add_string (writer, "trusted", self->verdict->trusted);
  aimx_frontmatter_writer_add_string (writer, "mailbox", self->mailbox);
  aimx_frontmatter_writer_add_boolean (writer, "read", FALSE);
  aimx_frontmatter_writer_add_filled (writer, "arc", self->verdict->arc);
  aimx_frontmatter_writer_add_filled (writer, "auth_detail", self->verdict->auth_detail);
  aimx_frontmatter_writer_add_string (writer, "envelope_from", aimx_copy_get_sender (self->envelope, self->message));
  aimx_frontmatter_writer_add_filled (writer, "queue_id", self->envelope->queue_id);
  aimx_frontmatter_writer_add_filled (writer, "retry_key", self->retry_key);
}

static void
add_attachment (AimxFrontmatterWriter *writer, const AimxStoredAttachment *attachment)
{
  aimx_frontmatter_writer_begin_table (writer, "attachments");
  aimx_frontmatter_writer_add_string (writer, "filename", attachment->name);
  aimx_frontmatter_writer_add_string (writer, "path", attachment->name);
  aimx_frontmatter_writer_add_string (writer, "content_type", attachment->content_type);
  aimx_frontmatter_writer_add_integer (writer, "size", attachment->size);
}

/* Whoever parsed the message promised valid text and a last line feed; what a file says is checked again. */
static void
append_body (GString *text, const char *body)
{
  gsize length = strlen (body);

  if (aimx_utf8_validate (body, length, NULL))
    g_string_append_len (text, body, (gssize) length);
  else
    {
      g_autofree char *valid = g_utf8_make_valid (body, (gssize) length);

      g_string_append (text, valid);
    }
  if (length > 0 && body[length - 1] != '\n')
    g_string_append_c (text, '\n');
}

static GString *
format_frontmatter (const AimxCopy *self, GPtrArray *attachments, gsize string_max)
{
  g_autoptr (AimxFrontmatterWriter) writer = aimx_frontmatter_writer_new (string_max);

  add_headers (self, writer);
  add_results (self, writer);
  for (guint i = 0; i < attachments->len; i++)
    add_attachment (writer, attachments->pdata[i]);
  return aimx_frontmatter_writer_finish (writer);
}

GString *
aimx_copy_format (const AimxCopy *self, GPtrArray *attachments)
{
  GString *text = format_frontmatter (self, attachments, STRING_MAX);

  if (text->len > AIMX_FRONTMATTER_MAX - ROOM_TO_MARK)
    {
      g_string_free (text, TRUE);
      text = format_frontmatter (self, attachments, STRING_MAX_SMALL);
    }
  append_body (text, aimx_message_get_body (self->message));
  return text;
}
