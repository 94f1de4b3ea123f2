/* SPDX-License-Identifier: MIT */
/*
 * The fields of a header (RFC 5322, 2.2), read from bytes.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HeaderField:
 * @name: (array length=name_length): without white space before the colon
 * @name_length: its bytes
 * @value: (array length=value_length): what follows the colon, folded as it came
 * @value_length: its bytes, without the end of the last line
 *
 * A field as a part of the header that it was read from.
 */
typedef struct
{
  const char *name;
  gsize name_length;
  const char *value;
  gsize value_length;
} HeaderField;

/** header_take_field: reads the field that begins at @at, which moves behind it; lines that are no field are passed
 * over. Returns: whether there is one before @end */
gboolean header_take_field (const char **at, const char *end, HeaderField *field);
/** header_field_is: Returns: whether the name is @name, compared without case */
gboolean header_field_is (const HeaderField *field, const char *name);

G_END_DECLS
