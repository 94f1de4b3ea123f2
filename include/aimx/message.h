/* SPDX-License-Identifier: MIT */
/*
 * One message as a value: header fields decoded, the body as text, attachments as ranges of the raw message. Parsing
 * makes one, storing takes one; neither knows the other. Not thread-safe while being built, immutable afterwards.
 */
#pragma once

#include <aimx/abi.h>

G_BEGIN_DECLS

/**
 * AimxMessage:
 *
 * One message as a value.
 */
#define AIMX_TYPE_MESSAGE (aimx_message_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxMessage, aimx_message, AIMX, MESSAGE, GObject)

/**
 * AimxMessageField:
 * @AIMX_MESSAGE_MESSAGE_ID: Message-ID
 * @AIMX_MESSAGE_FROM: From
 * @AIMX_MESSAGE_TO: To
 * @AIMX_MESSAGE_CC: Cc
 * @AIMX_MESSAGE_REPLY_TO: Reply-To
 * @AIMX_MESSAGE_SUBJECT: Subject
 * @AIMX_MESSAGE_DATE: Date, as RFC 3339 with its offset kept; %NULL when absent or unparsable
 * @AIMX_MESSAGE_IN_REPLY_TO: In-Reply-To
 * @AIMX_MESSAGE_REFERENCES: References
 * @AIMX_MESSAGE_LIST_ID: List-Id
 * @AIMX_MESSAGE_AUTO_SUBMITTED: Auto-Submitted
 * @AIMX_MESSAGE_RETURN_PATH: Return-Path
 * @AIMX_MESSAGE_N_FIELDS: how many there are
 *
 * The header fields kept, as the frontmatter shows them: decoded UTF-8, no control characters, ids without angle
 * brackets, address lists joined with `, `.
 */
typedef enum
{
  AIMX_MESSAGE_MESSAGE_ID,
  AIMX_MESSAGE_FROM,
  AIMX_MESSAGE_TO,
  AIMX_MESSAGE_CC,
  AIMX_MESSAGE_REPLY_TO,
  AIMX_MESSAGE_SUBJECT,
  AIMX_MESSAGE_DATE,
  AIMX_MESSAGE_IN_REPLY_TO,
  AIMX_MESSAGE_REFERENCES,
  AIMX_MESSAGE_LIST_ID,
  AIMX_MESSAGE_AUTO_SUBMITTED,
  AIMX_MESSAGE_RETURN_PATH,
  AIMX_MESSAGE_N_FIELDS,
} AimxMessageField;

/**
 * AimxTransferEncoding:
 * @AIMX_TRANSFER_IDENTITY: not at all: `7bit`, `8bit`, `binary`
 * @AIMX_TRANSFER_BASE64: `base64`
 * @AIMX_TRANSFER_QUOTED_PRINTABLE: `quoted-printable`
 * @AIMX_TRANSFER_UUENCODE: `x-uuencode` and its other names
 *
 * How the bytes of an attachment's range are encoded (RFC 2045, 6).
 */
typedef enum
{
  AIMX_TRANSFER_IDENTITY,
  AIMX_TRANSFER_BASE64,
  AIMX_TRANSFER_QUOTED_PRINTABLE,
  AIMX_TRANSFER_UUENCODE,
} AimxTransferEncoding;

/**
 * AimxAttachment:
 * @filename: (nullable): as the sender named it, decoded; the store makes it safe
 * @content_type: `type/subtype`
 * @offset: first byte in the raw message
 * @length: bytes in the raw message
 * @encoding: how these bytes are encoded
 *
 * No byte of a message belongs to two attachments: storing one that says otherwise fails.
 */
typedef struct
{
  char *filename;
  char *content_type;
  gsize offset;
  gsize length;
  AimxTransferEncoding encoding;
} AimxAttachment;

/**
 * aimx_message_new:
 *
 * Returns: (transfer full): an empty message
 */
AIMX_API AimxMessage *aimx_message_new (void);

/**
 * aimx_message_set:
 * @self: a message
 * @field: which field
 * @value: (nullable): the decoded value, %NULL for absent
 *
 * Sets a field, %NULL for absent.
 */
AIMX_API void aimx_message_set (AimxMessage *self, AimxMessageField field, const char *value);

/**
 * aimx_message_get:
 * @self: a message
 * @field: which field
 *
 * Returns: (transfer none) (nullable): a field, %NULL when absent
 */
AIMX_API const char *aimx_message_get (AimxMessage *self, AimxMessageField field);

/**
 * aimx_message_take_body:
 * @self: a message
 * @body: (transfer full): UTF-8, lines end in LF, the last too unless empty
 *
 * Sets the text.
 */
AIMX_API void aimx_message_take_body (AimxMessage *self, char *body);

/**
 * aimx_message_get_body:
 * @self: a message
 *
 * Returns: (transfer none): the text, maybe empty
 */
AIMX_API const char *aimx_message_get_body (AimxMessage *self);

/**
 * aimx_message_add_attachment:
 * @self: a message
 * @attachment: what to copy
 *
 * Appends one; strings are copied.
 */
AIMX_API void aimx_message_add_attachment (AimxMessage *self, const AimxAttachment *attachment);

/**
 * aimx_message_get_n_attachments:
 * @self: a message
 *
 * Returns: how many
 */
AIMX_API guint aimx_message_get_n_attachments (AimxMessage *self);

/**
 * aimx_message_get_attachment:
 * @self: a message
 * @index: which, from 0
 *
 * Returns: (transfer none): the attachment @index, which must be there
 */
AIMX_API const AimxAttachment *aimx_message_get_attachment (AimxMessage *self, guint index);

/**
 * aimx_message_digest_body:
 * @self: a message
 * @data: (array length=length) (element-type guint8): everything after the header block
 * @length: how many
 *
 * Takes the digest, by which a retry is known, of everything after the header block.
 */
AIMX_API void aimx_message_digest_body (AimxMessage *self, const char *data, gsize length);

/**
 * aimx_message_get_body_digest:
 * @self: a message
 *
 * Returns: (transfer none) (nullable): the SHA-256 in hex; %NULL: not taken
 */
AIMX_API const char *aimx_message_get_body_digest (AimxMessage *self);

/**
 * aimx_message_set_author_count:
 * @self: a message
 * @count: how many
 *
 * Sets how many From addresses there are in all From fields; trust needs exactly one.
 */
AIMX_API void aimx_message_set_author_count (AimxMessage *self, guint count);

/**
 * aimx_message_get_author_count:
 * @self: a message
 *
 * Returns: as set
 */
AIMX_API guint aimx_message_get_author_count (AimxMessage *self);

G_END_DECLS
