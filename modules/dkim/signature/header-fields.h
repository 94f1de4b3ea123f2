/* SPDX-License-Identifier: MIT */
/* The header fields of a message, as ranges of it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DkimField:
 * @data: where it begins, in the message
 * @length: bytes with its folded lines and its line end
 * @name_length: bytes of its name, which it begins with
 */
typedef struct
{
  const char *data;
  gsize length;
  gsize name_length;
} DkimField;

/**
 * dkim_fields_split:
 * @message: a message with CRLF line ends
 * @length: bytes
 * @body: (out): where its body begins; @length when it has none
 *
 * Lines that are no header field, nor go on with one, are passed over.
 *
 * Returns: (transfer full) (element-type DkimField): the fields in their order, which lie in @message
 */
GArray *dkim_fields_split (const char *message, gsize length, gsize *body);
/** dkim_field_is: Returns: whether @field has that name, compared without case */
gboolean dkim_field_is (const DkimField *field, const char *name);

G_END_DECLS
