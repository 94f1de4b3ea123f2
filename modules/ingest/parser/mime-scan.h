/* SPDX-License-Identifier: MIT */
/*
 * Finds the parts of a message as ranges of its bytes (RFC 2046): one pass over the lines, whatever they say, and
 * nothing is copied but what few fields tell about a part.
 *
 * Delimiter lines are matched whole, so that boundaries may begin with one another. The innermost multipart with that
 * boundary takes it, which ends those within. A part that has no end ends with its parent; the message ends all.
 */
#pragma once

#include "parser/header-block.h"
#include "parser/parameters.h"

#include <aimx/message.h>

G_BEGIN_DECLS

/**
 * MimePart:
 * @depth: 0 for the message itself
 * @after: index of the first part that is not within this one
 * @start: offset of the first byte of its content
 * @length: bytes of its content
 * @type: (nullable): content type in lower case, %NULL when missing or malformed
 * @charset: (nullable): of text
 * @filename: (nullable): as named by either field
 * @content_id: (nullable): without angle brackets
 * @root: (nullable): of multipart/related: the Content-ID of its root, without angle brackets
 * @encoding: transfer encoding
 * @multipart: whether its parts follow
 * @attached: Content-Disposition says so
 * @unread: what is within was over a limit
 * @flowed: it is text whose lines were broken within words (RFC 3676, `delsp=yes`)
 */
typedef struct
{
  guint depth;
  guint after;
  gsize start;
  gsize length;
  char *type;
  char *charset;
  char *filename;
  char *content_id;
  char *root;
  AimxTransferEncoding encoding;
  gboolean multipart;
  gboolean attached;
  gboolean unread;
  gboolean flowed;
} MimePart;

/**
 * MimeScan:
 * @header: the message's own header
 * @body: offset of the first byte behind it
 * @parts: (element-type MimePart): in the order of the message, the message itself first
 */
typedef struct
{
  HeaderBlock header;
  gsize body;
  GArray *parts;
} MimeScan;

/** mime_scan_new: Returns: (transfer full): the parts of @size bytes of a message, which must outlive them */
MimeScan *mime_scan_new (const char *raw, gsize size, Charsets *charsets);
void mime_scan_free (MimeScan *self);
/** mime_scan_get_part: Returns: (transfer none): the part @index */
const MimePart *mime_scan_get_part (const MimeScan *self, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MimeScan, mime_scan_free)

G_END_DECLS
