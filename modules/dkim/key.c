/* SPDX-License-Identifier: MIT */
#include "key.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>

struct _DkimKey
{
  gatomicrefcount refs;
  DkimAlgorithm algorithm;
  gnutls_x509_privkey_t x509;
  gnutls_privkey_t private_key; /* the same, as what signs */
  gnutls_pubkey_t public_key;
  char *record;
};

static const struct
{
  gnutls_pk_algorithm_t gnutls;
  guint bits, bits_min;
} algorithms[] = {
  [DKIM_RSA] = { GNUTLS_PK_RSA, DKIM_RSA_BITS, DKIM_RSA_BITS_MIN },
  [DKIM_ED25519] = { GNUTLS_PK_EDDSA_ED25519, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_ED25519), 0 },
};

G_STATIC_ASSERT (G_N_ELEMENTS (algorithms) == DKIM_N_ALGORITHMS);

/* What GnuTLS has written, maybe secret. */
typedef gnutls_datum_t Datum;

static void
datum_clear (Datum *self)
{
  if (self->data != NULL)
    gnutls_memset (self->data, 0, self->size);
  gnutls_free (self->data);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Datum, datum_clear)

typedef struct gnutls_pubkey_st PublicKey;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PublicKey, gnutls_pubkey_deinit)

/* @code: what GnuTLS answered; sets @error unless it is success */
static gboolean
check (int code, const char *what, GError **error)
{
  if (code >= 0)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_SIGN, "%s: %s", what, gnutls_strerror (code));
  return FALSE;
}

/* ---- algorithms ---- */

gboolean
dkim_algorithm_from_string (const char *name, DkimAlgorithm *algorithm, GError **error)
{
  for (DkimAlgorithm i = 0; i < DKIM_N_ALGORITHMS; i++)
    if (strcmp (name, dkim_algorithm_to_string (i)) == 0)
      {
        *algorithm = i;
        return TRUE;
      }
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "'%s' is no algorithm for keys: rsa or ed25519", name);
  return FALSE;
}

/* ---- records ---- */

/* Of an Ed25519 key there stand the bare 32 bytes (RFC 8463, 4). */
static gboolean
export_record_data (gnutls_pubkey_t key, DkimAlgorithm algorithm, Datum *data, GError **error)
{
  gnutls_ecc_curve_t curve;

  return check (algorithm == DKIM_ED25519 ? gnutls_pubkey_export_ecc_raw (key, &curve, data, NULL)
                                          : gnutls_pubkey_export2 (key, GNUTLS_X509_FMT_DER, data),
                "write the public key", error);
}

static char *
make_record (gnutls_pubkey_t key, DkimAlgorithm algorithm, GError **error)
{
  g_auto (Datum) data = { NULL, 0 };
  g_autofree char *text = NULL;

  if (!export_record_data (key, algorithm, &data, error))
    return NULL;
  text = g_base64_encode (data.data, data.size);
  return g_strdup_printf ("v=DKIM1; k=%s; p=%s", dkim_algorithm_to_string (algorithm), text);
}

char *
dkim_record_parse_public (DkimAlgorithm algorithm, GBytes *pem, GError **error)
{
  g_autoptr (PublicKey) key = NULL;
  gsize size;
  gnutls_datum_t text = { (guint8 *) g_bytes_get_data (pem, &size), 0 };

  text.size = (guint) size;
  if (!check (gnutls_pubkey_init (&key), "make room for a key", error) ||
      !check (gnutls_pubkey_import (key, &text, GNUTLS_X509_FMT_PEM), "not a public key in PEM", error))
    return NULL;
  if (gnutls_pubkey_get_pk_algorithm (key, NULL) == (int) algorithms[algorithm].gnutls)
    return make_record (key, algorithm, error);
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_SIGN, "not an %s key", dkim_algorithm_to_string (algorithm));
  return NULL;
}

const char *
dkim_key_get_record (const DkimKey *self)
{
  return self->record;
}

/* ---- life ---- */

static DkimKey *
key_new (DkimAlgorithm algorithm, GError **error)
{
  g_autoptr (DkimKey) self = g_new0 (DkimKey, 1);

  g_atomic_ref_count_init (&self->refs);
  self->algorithm = algorithm;
  if (!check (gnutls_x509_privkey_init (&self->x509), "make room for a key", error) ||
      !check (gnutls_privkey_init (&self->private_key), "make room for a key", error) ||
      !check (gnutls_pubkey_init (&self->public_key), "make room for a key", error))
    return NULL;
  return g_steal_pointer (&self);
}

/* What follows from the private key. */
static gboolean
complete (DkimKey *self, GError **error)
{
  if (!check (gnutls_privkey_import_x509 (self->private_key, self->x509, 0), "use the key", error) ||
      !check (gnutls_pubkey_import_privkey (self->public_key, self->private_key, 0, 0), "use the key", error))
    return FALSE;
  self->record = make_record (self->public_key, self->algorithm, error);
  return self->record != NULL;
}

DkimKey *
dkim_key_generate (DkimAlgorithm algorithm, GError **error)
{
  g_autoptr (DkimKey) self = key_new (algorithm, error);

  if (self == NULL ||
      !check (gnutls_x509_privkey_generate (self->x509, algorithms[algorithm].gnutls, algorithms[algorithm].bits, 0),
              "generate a key", error) ||
      !complete (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

static gboolean
check_kind (DkimKey *self, GError **error)
{
  const char *name = dkim_algorithm_to_string (self->algorithm);
  guint bits = 0;
  int kind = gnutls_x509_privkey_get_pk_algorithm2 (self->x509, &bits);

  if (kind != (int) algorithms[self->algorithm].gnutls)
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_SIGN, "not an %s key", name);
  else if (bits < algorithms[self->algorithm].bits_min)
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_SIGN, "a key of %u bits is too weak: no verifier accepts it", bits);
  else
    return TRUE;
  return FALSE;
}

DkimKey *
dkim_key_parse (DkimAlgorithm algorithm, GBytes *pem, GError **error)
{
  g_autoptr (DkimKey) self = key_new (algorithm, error);
  gsize size;
  gnutls_datum_t text = { (guint8 *) g_bytes_get_data (pem, &size), 0 };

  text.size = (guint) size;
  if (self == NULL ||
      !check (gnutls_x509_privkey_import (self->x509, &text, GNUTLS_X509_FMT_PEM), "not a private key in PEM", error) ||
      !check_kind (self, error) || !complete (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

DkimKey *
dkim_key_ref (DkimKey *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
dkim_key_unref (DkimKey *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_pointer (&self->public_key, gnutls_pubkey_deinit);
  g_clear_pointer (&self->private_key, gnutls_privkey_deinit);
  g_clear_pointer (&self->x509, gnutls_x509_privkey_deinit);
  g_free (self->record);
  g_free (self);
}

DkimAlgorithm
dkim_key_get_algorithm (const DkimKey *self)
{
  return self->algorithm;
}

/* ---- signing ---- */

char *
dkim_key_sign (DkimKey *self, const char *data, gsize length, GError **error)
{
  guint8 digest[DKIM_HASH_SIZE];
  const gnutls_datum_t hash = { digest, sizeof digest };
  g_auto (Datum) signature = { NULL, 0 };
  int code = gnutls_hash_fast (GNUTLS_DIG_SHA256, data, length, digest);

  if (code >= 0 && self->algorithm == DKIM_RSA)
    code = gnutls_privkey_sign_hash2 (self->private_key, GNUTLS_SIGN_RSA_SHA256, 0, &hash, &signature);
  else if (code >= 0)
    code = gnutls_privkey_sign_data2 (self->private_key, GNUTLS_SIGN_EDDSA_ED25519, 0, &hash, &signature);
  return check (code, "sign", error) ? g_base64_encode (signature.data, signature.size) : NULL;
}

/* ---- as files ---- */

static void
datum_free (gpointer data)
{
  datum_clear (data);
  g_free (data);
}

/* Whoever has them last wipes them. */
static GBytes *
take_bytes (Datum *data)
{
  Datum *owned = g_new (Datum, 1);

  *owned = *data;
  *data = (Datum){ NULL, 0 };
  return g_bytes_new_with_free_func (owned->data, owned->size, datum_free, owned);
}

GBytes *
dkim_key_export_private (DkimKey *self, GError **error)
{
  g_auto (Datum) pem = { NULL, 0 };
  int code = self->algorithm == DKIM_RSA
                 ? gnutls_x509_privkey_export2 (self->x509, GNUTLS_X509_FMT_PEM, &pem)
                 : gnutls_x509_privkey_export2_pkcs8 (self->x509, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem);

  return check (code, "write the private key", error) ? take_bytes (&pem) : NULL;
}

GBytes *
dkim_key_export_public (DkimKey *self, GError **error)
{
  g_auto (Datum) pem = { NULL, 0 };

  return check (gnutls_pubkey_export2 (self->public_key, GNUTLS_X509_FMT_PEM, &pem), "write the public key", error)
             ? take_bytes (&pem)
             : NULL;
}
