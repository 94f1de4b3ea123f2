/* SPDX-License-Identifier: MIT */
#include "body-hashes.h"

#include <gnutls/crypto.h>

/* One canonicalization. */
typedef struct
{
  DkimBody body;
  gnutls_hash_hd_t hash; /* NULL when it cannot be made; then nothing gets known */
  gint64 length;         /* that is hashed */
  GPtrArray *wanted;     /* (element-type DkimBodyHash): by their limits */
  guint n_passed;        /* of these */
} Stream;

struct _DkimBodyHashes
{
  Stream *streams[DKIM_RELAXED + 1]; /* NULL when nobody asks for it */
};

/* @wanted: of all that has come up to here */
static void
make_known (Stream *self, DkimBodyHash *wanted)
{
  gnutls_hash_hd_t copy = gnutls_hash_copy (self->hash);

  wanted->known = copy != NULL;
  if (copy != NULL)
    gnutls_hash_deinit (copy, wanted->digest);
}

static gint64
get_next_limit (const Stream *self)
{
  return self->n_passed < self->wanted->len ? ((DkimBodyHash *) self->wanted->pdata[self->n_passed])->limit
                                            : DKIM_NO_LIMIT;
}

static void
take_canonical (const char *data, gsize length, gpointer user_data)
{
  Stream *self = user_data;

  if (self->hash == NULL)
    return;
  while (get_next_limit (self) - self->length <= (gint64) length)
    {
      gsize n = (gsize) (get_next_limit (self) - self->length);

      gnutls_hash (self->hash, data, n);
      data += n;
      length -= n;
      self->length += (gint64) n;
      make_known (self, self->wanted->pdata[self->n_passed++]);
    }
  gnutls_hash (self->hash, data, length);
  self->length += (gint64) length;
}

static void
end_stream (Stream *self)
{
  dkim_body_finish (&self->body);
  if (self->hash == NULL)
    return;
  /* Those of no byte of an empty body, and the one of the whole. */
  for (; self->n_passed < self->wanted->len; self->n_passed++)
    if (get_next_limit (self) == self->length || get_next_limit (self) == DKIM_NO_LIMIT)
      make_known (self, self->wanted->pdata[self->n_passed]);
}

static Stream *
stream_new (DkimCanonicalization form)
{
  Stream *self = g_new0 (Stream, 1);

  self->wanted = g_ptr_array_new_with_free_func (g_free);
  if (gnutls_hash_init (&self->hash, GNUTLS_DIG_SHA256) < 0)
    self->hash = NULL;
  dkim_body_init (&self->body, form, take_canonical, self);
  return self;
}

static void
stream_free (Stream *self)
{
  if (self->hash != NULL)
    gnutls_hash_deinit (self->hash, NULL);
  g_ptr_array_unref (self->wanted);
  g_free (self);
}

static const DkimBodyHash *
want (Stream *self, gint64 limit)
{
  DkimBodyHash *wanted;
  guint i = 0;

  while (i < self->wanted->len && ((DkimBodyHash *) self->wanted->pdata[i])->limit < limit)
    i++;
  if (i < self->wanted->len && ((DkimBodyHash *) self->wanted->pdata[i])->limit == limit)
    return self->wanted->pdata[i];
  wanted = g_new0 (DkimBodyHash, 1);
  wanted->limit = limit;
  g_ptr_array_insert (self->wanted, (int) i, wanted);
  return wanted;
}

/* ---- all of them ---- */

DkimBodyHashes *
dkim_body_hashes_new (void)
{
  return g_new0 (DkimBodyHashes, 1);
}

void
dkim_body_hashes_free (DkimBodyHashes *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->streams); i++)
    g_clear_pointer (&self->streams[i], stream_free);
  g_free (self);
}

const DkimBodyHash *
dkim_body_hashes_add (DkimBodyHashes *self, DkimCanonicalization form, gint64 limit)
{
  if (self->streams[form] == NULL)
    self->streams[form] = stream_new (form);
  return want (self->streams[form], limit);
}

void
dkim_body_hashes_update (const char *data, gsize length, gpointer user_data)
{
  DkimBodyHashes *self = user_data;

  for (gsize i = 0; i < G_N_ELEMENTS (self->streams); i++)
    if (self->streams[i] != NULL)
      dkim_body_feed (&self->streams[i]->body, data, length);
}

void
dkim_body_hashes_end (DkimBodyHashes *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->streams); i++)
    if (self->streams[i] != NULL)
      end_stream (self->streams[i]);
}
