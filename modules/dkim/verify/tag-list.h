/* SPDX-License-Identifier: MIT */
/*
 * Tag lists (RFC 6376, 3.2): `name=value; name=value`, what signatures and key records are written in. Bytes beyond
 * ASCII are allowed in values (RFC 8616). All errors are %DKIM_FAULT_PERMERROR.
 */
#pragma once

#include "fault.h"

G_BEGIN_DECLS

/** DKIM_TAGS_MAX: tags of a list; the registries know fewer than 20 */
#define DKIM_TAGS_MAX 64

/**
 * DkimTag:
 * @name: its name, which is case-sensitive
 * @name_length: bytes
 * @value: its value without the white space around it
 * @length: bytes
 * @begin: where the value begins, white space included: after the `=`
 * @end: where it ends: at the `;`, or where the list ends
 *
 * A tag; it lies in the text of its list.
 */
typedef struct
{
  const char *name;
  gsize name_length;
  const char *value;
  gsize length;
  const char *begin;
  const char *end;
} DkimTag;

/** DkimTagList: @n tags in their order */
typedef struct
{
  guint n;
  DkimTag tags[DKIM_TAGS_MAX];
} DkimTagList;

/**
 * dkim_tag_list_parse:
 * @self: (out caller-allocates): the tags; with an error, those before the mistake
 * @text: (array length=length): a list
 * @length: bytes
 * @error: return location
 *
 * Returns: whether it is one; a name that comes twice makes it none
 */
gboolean dkim_tag_list_parse (DkimTagList *self, const char *text, gsize length, GError **error);
/** dkim_tag_list_find: Returns: (nullable): the tag of that name */
const DkimTag *dkim_tag_list_find (const DkimTagList *self, const char *name);

/** dkim_tag_dup: Returns: (transfer full): its value without any white space */
char *dkim_tag_dup (const DkimTag *self);
/** dkim_tag_is: Returns: whether its value is @text, compared without case */
gboolean dkim_tag_is (const DkimTag *self, const char *text);
/** dkim_tag_decode: Returns: (transfer full) (nullable): the bytes that its value is in base64 */
GBytes *dkim_tag_decode (const DkimTag *self, GError **error);
/** dkim_tag_read_number: Returns: whether its value is a number of 1 to @digits digits, put into @number; %G_MAXINT64
 * stands for all that are larger */
gboolean dkim_tag_read_number (const DkimTag *self, guint digits, gint64 *number, GError **error);

/**
 * dkim_tag_next_item:
 * @self: a tag whose value is a list with colons
 * @position: (inout): 0 at first
 * @item: (out): the next item without the white space around it; it may be empty
 * @length: (out): bytes
 *
 * Returns: whether there was one
 */
gboolean dkim_tag_next_item (const DkimTag *self, gsize *position, const char **item, gsize *length);
/** dkim_tag_has_item: Returns: whether @item is in its list with colons, compared without case */
gboolean dkim_tag_has_item (const DkimTag *self, const char *item);

G_END_DECLS
