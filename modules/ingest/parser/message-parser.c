/* SPDX-License-Identifier: MIT */
/*
 * Scan, header, body, digest.
 */
#include "parser/message-parser.h"

#include "parser/message-body.h"
#include "parser/message-header.h"

#include <gmime/gmime.h>
#include <libxml/parser.h>

#define NOTE_UNREADABLE                                                                                                \
  "[This message could not be read: it says that it has parts, but has none. It is attached as message.eml.]\n"

void
message_parser_init (void)
{
  static gsize initialized;

  if (!g_once_init_enter (&initialized))
    return;
  g_mime_init ();
  xmlInitParser ();
  g_once_init_leave (&initialized, 1);
}

static void
keep_unread (AimxMessage *message, gsize size)
{
  AimxAttachment whole = {
    .filename = (char *) "message.eml",
    .content_type = (char *) "message/rfc822",
    .length = size,
    .encoding = AIMX_TRANSFER_IDENTITY,
  };

  aimx_message_take_body (message, g_strdup (NOTE_UNREADABLE));
  aimx_message_add_attachment (message, &whole);
}

AimxMessage *
message_parse (GBytes *raw)
{
  gsize size;
  const char *data = g_bytes_get_data (raw, &size);
  g_autoptr (Charsets) charsets = charsets_new ();
  g_autoptr (MimeScan) scan = mime_scan_new (data, size, charsets);
  AimxMessage *message = aimx_message_new ();

  message_header_read (message, &scan->header, charsets);
  if (!message_body_read (message, scan, data, charsets))
    keep_unread (message, size);
  aimx_message_digest_body (message, data + scan->body, size - scan->body);
  return message;
}
