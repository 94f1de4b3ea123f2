/* SPDX-License-Identifier: MIT */
/* Any bytes as a message: there is one, its text is text, its attachments lie within the bytes and apart, and every
 * limit holds. */
#include "parser/message-parser.h"
#include "parser/parser-limits.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_text (const char *text)
{
  g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) raw = g_bytes_new_static (data, size);
  g_autoptr (AimxMessage) message = NULL;
  const char *body;
  guint n_attachments;
  gsize at = 0;

  message_parser_init ();
  message = message_parse (raw);
  body = aimx_message_get_body (message);
  n_attachments = aimx_message_get_n_attachments (message);
  check_text (body);
  g_assert_true (*body == '\0' || body[strlen (body) - 1] == '\n');
  for (int field = 0; field < AIMX_MESSAGE_N_FIELDS; field++)
    check_text (aimx_message_get (message, field));
  g_assert_cmpuint (n_attachments, <=, MIME_PARTS_MAX);
  g_assert_cmpuint (strlen (aimx_message_get_body_digest (message)), ==, 64);
  for (guint i = 0; i < n_attachments; i++)
    {
      const AimxAttachment *attachment = aimx_message_get_attachment (message, i);

      check_text (attachment->filename);
      check_text (attachment->content_type);
      g_assert_cmpuint (attachment->offset, >=, at);
      g_assert_cmpuint (attachment->length, <=, size);
      g_assert_cmpuint (attachment->offset, <=, size - attachment->length);
      at = attachment->offset + attachment->length;
    }
  return 0;
}
