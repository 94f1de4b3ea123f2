/* SPDX-License-Identifier: MIT */
#include "public-key.h"

#include <gnutls/abstract.h>

#define ED25519_SIZE 32

typedef struct gnutls_pubkey_st PublicKey;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PublicKey, gnutls_pubkey_deinit)

static gnutls_datum_t
as_datum (GBytes *bytes)
{
  gsize size;
  gnutls_datum_t datum = { (guint8 *) g_bytes_get_data (bytes, &size), 0 };

  datum.size = (guint) size;
  return datum;
}

/* ---- RSA ---- */

/* Prepends the head of a DER element with @tag and @self as its contents (X.690, 8.1). */
static void
wrap (GByteArray *self, guint8 tag)
{
  const guint8 head[] = { tag, 0x82, (guint8) (self->len >> 8), (guint8) self->len };

  g_byte_array_prepend (self, head, sizeof head);
}

/* SubjectPublicKeyInfo around an RSAPublicKey (RFC 3279, 2.3.1): RFC 6376, 3.6.1, asks for the inner one, but shows the
 * other. Lengths take two bytes, whatever they are. */
static GByteArray *
make_key_info (GBytes *key)
{
  static const guint8 no_unused_bits[] = { 0 };
  static const guint8 rsa_encryption[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                           0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };
  gsize size;
  const guint8 *data = g_bytes_get_data (key, &size);
  GByteArray *info = g_byte_array_new ();

  g_byte_array_append (info, no_unused_bits, sizeof no_unused_bits);
  g_byte_array_append (info, data, (guint) size);
  wrap (info, 0x03);
  g_byte_array_prepend (info, rsa_encryption, sizeof rsa_encryption);
  wrap (info, 0x30);
  return info;
}

static gboolean
import_rsa (gnutls_pubkey_t key, GBytes *data)
{
  const gnutls_datum_t der = as_datum (data);
  g_autoptr (GByteArray) info = NULL;
  gnutls_datum_t wrapped;

  if (gnutls_pubkey_import (key, &der, GNUTLS_X509_FMT_DER) >= 0)
    return gnutls_pubkey_get_pk_algorithm (key, NULL) == GNUTLS_PK_RSA;
  info = make_key_info (data);
  wrapped = (gnutls_datum_t){ info->data, info->len };
  return gnutls_pubkey_import (key, &wrapped, GNUTLS_X509_FMT_DER) >= 0;
}

/* Of a number as DER has it: maybe with a zero before its first byte. */
static guint
count_bytes (const gnutls_datum_t *number)
{
  guint zeros = 0;

  while (zeros < number->size && number->data[zeros] == 0)
    zeros++;
  return number->size - zeros;
}

static gboolean
check_exponent (gnutls_pubkey_t key, GError **error)
{
  gnutls_datum_t modulus = { NULL, 0 }, exponent = { NULL, 0 };
  guint size;

  if (gnutls_pubkey_export_rsa_raw (key, &modulus, &exponent) < 0)
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "p= is no RSA key");
  size = count_bytes (&exponent);
  gnutls_free (modulus.data);
  gnutls_free (exponent.data);
  return size <= DKIM_RSA_EXPONENT_BYTES_MAX ||
         dkim_refuse (error, DKIM_FAULT_POLICY, "the exponent of the key is of %u bytes, which is too large", size);
}

static gboolean
read_rsa (gnutls_pubkey_t key, GBytes *data, GError **error)
{
  guint bits = 0;

  /* A key that is not too large takes much less. */
  if (g_bytes_get_size (data) > DKIM_RSA_BITS_MAX / 4)
    return dkim_refuse (error, DKIM_FAULT_POLICY, "p= is too large");
  if (!import_rsa (key, data))
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "p= is no RSA key");
  gnutls_pubkey_get_pk_algorithm (key, &bits);
  if (bits < DKIM_RSA_BITS_MIN)
    return dkim_refuse (error, DKIM_FAULT_POLICY, "a key of %u bits is too weak (RFC 8301)", bits);
  if (bits > DKIM_RSA_BITS_MAX)
    return dkim_refuse (error, DKIM_FAULT_POLICY, "a key of %u bits is too large", bits);
  return check_exponent (key, error);
}

/* ---- Ed25519 ---- */

static gboolean
read_ed25519 (gnutls_pubkey_t key, GBytes *data, GError **error)
{
  const gnutls_datum_t raw = as_datum (data);

  if (raw.size != ED25519_SIZE || gnutls_pubkey_import_ecc_raw (key, GNUTLS_ECC_CURVE_ED25519, &raw, NULL) < 0)
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "p= is no Ed25519 key");
  return TRUE;
}

/* ---- both ---- */

gboolean
dkim_public_key_verify (const DkimKeyRecord *record,
                        const guint8 digest[DKIM_HASH_SIZE],
                        GBytes *signature,
                        GError **error)
{
  const gnutls_datum_t hash = { (guint8 *) digest, DKIM_HASH_SIZE }, value = as_datum (signature);
  g_autoptr (PublicKey) key = NULL;
  int code;

  if (gnutls_pubkey_init (&key) < 0)
    return dkim_refuse (error, DKIM_FAULT_TEMPERROR, "there is no room for a key");
  if (!(record->algorithm == DKIM_RSA ? read_rsa : read_ed25519) (key, record->key, error))
    return FALSE;
  code = record->algorithm == DKIM_RSA ? gnutls_pubkey_verify_hash2 (key, GNUTLS_SIGN_RSA_SHA256, 0, &hash, &value)
                                       : gnutls_pubkey_verify_data2 (key, GNUTLS_SIGN_EDDSA_ED25519, 0, &hash, &value);
  return code >= 0 || dkim_refuse (error, DKIM_FAULT_FAIL, "the signature is wrong: the header has changed");
}
