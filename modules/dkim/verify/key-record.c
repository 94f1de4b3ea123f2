/* SPDX-License-Identifier: MIT */
#include "key-record.h"

#include "tag-list.h"

#include <string.h>

/* A version is no must, but must be the first tag (RFC 6376, 3.6.1), and is not case-insensitive as words are. */
static gboolean
check_version (const DkimTagList *list, GError **error)
{
  const DkimTag *version = dkim_tag_list_find (list, "v");

  if (version == NULL)
    return TRUE;
  if (version != &list->tags[0] || version->length != 5 || memcmp (version->value, "DKIM1", 5) != 0)
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "the record does not begin with v=DKIM1");
  return TRUE;
}

static gboolean
read_algorithm (DkimKeyRecord *self, const DkimTagList *list, GError **error)
{
  const DkimTag *type = dkim_tag_list_find (list, "k");

  for (DkimAlgorithm i = 0; i < DKIM_N_ALGORITHMS; i++)
    if (type == NULL ? i == DKIM_RSA : dkim_tag_is (type, dkim_algorithm_to_string (i)))
      {
        self->algorithm = i;
        return TRUE;
      }
  return dkim_refuse (error, DKIM_FAULT_PERMERROR, "k= names a kind of keys that is not known");
}

/* Unknown words in these lists stand for what others may do with the key. */
static gboolean
check_use (const DkimTagList *list, GError **error)
{
  const DkimTag *hashes = dkim_tag_list_find (list, "h"), *services = dkim_tag_list_find (list, "s");

  if (hashes != NULL && !dkim_tag_has_item (hashes, "sha256"))
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "the key is not for SHA-256");
  if (services != NULL && !dkim_tag_has_item (services, "*") && !dkim_tag_has_item (services, "email"))
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "the key is not for e-mail");
  return TRUE;
}

static gboolean
read_key (DkimKeyRecord *self, const DkimTagList *list, GError **error)
{
  const DkimTag *key = dkim_tag_list_find (list, "p");

  if (key == NULL)
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "the record has no p=");
  if (key->length == 0)
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "the key is revoked: p= is empty");
  self->key = dkim_tag_decode (key, error);
  return self->key != NULL;
}

gboolean
dkim_key_record_init (DkimKeyRecord *self, const char *text, gsize length, GError **error)
{
  DkimTagList list;
  const DkimTag *flags;

  if (!dkim_tag_list_parse (&list, text, length, error) || !check_version (&list, error))
    return FALSE;
  self->is_key = dkim_tag_list_find (&list, "p") != NULL;
  flags = dkim_tag_list_find (&list, "t");
  self->testing = flags != NULL && dkim_tag_has_item (flags, "y");
  self->strict = flags != NULL && dkim_tag_has_item (flags, "s");
  return read_algorithm (self, &list, error) && check_use (&list, error) && read_key (self, &list, error);
}

void
dkim_key_record_clear (DkimKeyRecord *self)
{
  g_clear_pointer (&self->key, g_bytes_unref);
}
