/* SPDX-License-Identifier: MIT */
#include "sign.h"

#include "signature/canonicalization.h"
#include "signature/signature-field.h"

#include <gnutls/crypto.h>

static void
hash_piece (const char *data, gsize length, gpointer user_data)
{
  gnutls_hash (user_data, data, length);
}

/* Returns: (transfer full) (nullable): `bh=` of a body */
static char *
hash_body (const char *body, gsize length, GError **error)
{
  gnutls_hash_hd_t hash;
  guint8 digest[DKIM_HASH_SIZE];
  DkimBody canonical;
  int code = gnutls_hash_init (&hash, GNUTLS_DIG_SHA256);

  if (code < 0)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_SIGN, "SHA-256: %s", gnutls_strerror (code));
      return NULL;
    }
  dkim_body_init (&canonical, DKIM_RELAXED, hash_piece, hash);
  dkim_body_feed (&canonical, body, length);
  dkim_body_finish (&canonical);
  gnutls_hash_deinit (hash, digest);
  return g_base64_encode (digest, sizeof digest);
}

/* Appends the field with the signature of one key. */
static gboolean
append_field (GString *text, DkimKey *key, const DkimSignature *signature, GArray *fields, GError **error)
{
  g_autofree char *selector = dkim_selector_for (signature->selector, dkim_key_get_algorithm (key));
  g_autofree char *algorithm = g_strconcat (dkim_algorithm_to_string (dkim_key_get_algorithm (key)), "-sha256", NULL);
  const DkimSignature own = { algorithm, signature->domain, selector, signature->timestamp, signature->body_hash };
  g_autoptr (GString) field = dkim_signature_begin (&own, fields);
  g_autoptr (GString) gathered = dkim_signature_gather (fields, field);
  g_autofree char *value = dkim_key_sign (key, gathered->str, gathered->len, error);

  if (value == NULL)
    return FALSE;
  dkim_signature_finish (field, value);
  g_string_append_len (text, field->str, (gssize) field->len);
  return TRUE;
}

char *
dkim_sign (const DkimDomainKeys *keys, const char *message, gsize length, gint64 timestamp, GError **error)
{
  gsize body;
  g_autoptr (GArray) fields = dkim_fields_split (message, length, &body);
  g_autofree char *body_hash = hash_body (message + body, length - body, error);
  const DkimSignature signature = { NULL, keys->domain, keys->selector, timestamp, body_hash };
  g_autoptr (GString) text = g_string_new (NULL);

  if (body_hash == NULL)
    return NULL;
  for (guint i = 0; i < DKIM_N_ALGORITHMS; i++)
    if (keys->keys[i] != NULL && !append_field (text, keys->keys[i], &signature, fields, error))
      return NULL;
  return g_string_free (g_steal_pointer (&text), FALSE);
}
