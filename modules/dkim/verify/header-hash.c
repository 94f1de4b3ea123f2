/* SPDX-License-Identifier: MIT */
#include "header-hash.h"

#include <gnutls/crypto.h>
#include <string.h>

typedef struct
{
  gnutls_hash_hd_t hash;
  DkimCanonicalization form;
  GString *canonical; /* of one field */
} Hasher;

static gboolean
hasher_init (Hasher *self, DkimCanonicalization form)
{
  if (gnutls_hash_init (&self->hash, GNUTLS_DIG_SHA256) < 0)
    return FALSE;
  self->form = form;
  self->canonical = g_string_new (NULL);
  return TRUE;
}

static void
add_field (Hasher *self, const char *field, gsize length)
{
  g_string_truncate (self->canonical, 0);
  dkim_header_canonicalize (self->form, field, length, self->canonical);
  gnutls_hash (self->hash, self->canonical->str, self->canonical->len);
}

/* The signature's own field: without the value of b=, and without its line end. */
static void
finish (Hasher *self, const DkimClaim *claim, const DkimField *own, guint8 digest[DKIM_HASH_SIZE])
{
  g_autoptr (GString) field = g_string_new_len (own->data, (gssize) claim->cut_begin);
  gsize end = claim->cut_end;

  /* A b= at the very end leaves the line end of the field, which is none of its value. */
  if (end == own->length && end >= claim->cut_begin + 2 && memcmp (own->data + end - 2, "\r\n", 2) == 0)
    end -= 2;
  g_string_append_len (field, own->data + end, (gssize) (own->length - end));
  g_string_truncate (self->canonical, 0);
  dkim_header_canonicalize (self->form, field->str, field->len, self->canonical);
  gnutls_hash (self->hash, self->canonical->str, self->canonical->len - 2);
  gnutls_hash_deinit (self->hash, digest);
  g_string_free (self->canonical, TRUE);
}

gboolean
dkim_header_hash (const DkimClaim *claim, const DkimField *own, DkimFieldIndex *index, guint8 digest[DKIM_HASH_SIZE])
{
  const char *name = claim->shown.signed_fields, *end;
  Hasher hasher;

  if (!hasher_init (&hasher, claim->header_form))
    return FALSE;
  dkim_field_index_rewind (index);
  for (; name != NULL; name = *end == ':' ? end + 1 : NULL)
    {
      const DkimField *field;

      end = strchrnul (name, ':');
      field = dkim_field_index_take (index, name, (gsize) (end - name));
      if (field == own)
        field = dkim_field_index_take (index, name, (gsize) (end - name));
      /* A name too many stands for nothing: none may have been added (RFC 6376, 5.4). */
      if (field != NULL)
        add_field (&hasher, field->data, field->length);
    }
  finish (&hasher, claim, own, digest);
  return TRUE;
}

gboolean
dkim_seal_hash (const DkimClaim *claim, const DkimField *own, const DkimArcSets *sets, guint8 digest[DKIM_HASH_SIZE])
{
  Hasher hasher;

  if (!hasher_init (&hasher, claim->header_form))
    return FALSE;
  for (guint i = dkim_claim_get_first_sealed (claim); i <= claim->shown.instance; i++)
    for (DkimArcField kind = 0; kind < DKIM_ARC_N_FIELDS; kind++)
      if (sets->sets[i].fields[kind] != own)
        add_field (&hasher, sets->sets[i].fields[kind]->data, sets->sets[i].fields[kind]->length);
  finish (&hasher, claim, own, digest);
  return TRUE;
}
