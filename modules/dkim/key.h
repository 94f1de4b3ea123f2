/* SPDX-License-Identifier: MIT */
/*
 * A key to sign with: RSA (RFC 6376) or Ed25519 (RFC 8463). Immutable and counted; any thread. No file access.
 */
#pragma once

#include "signature/algorithm.h"

#include <aimx/aimx.h>

G_BEGIN_DECLS

/** DKIM_RSA_BITS: of a new key */
#define DKIM_RSA_BITS 2048

typedef struct _DkimKey DkimKey;

/** dkim_algorithm_from_string: Returns: whether @name is one, put into @algorithm; else %AIMX_ERROR_VALIDATION */
gboolean dkim_algorithm_from_string (const char *name, DkimAlgorithm *algorithm, GError **error);

/** dkim_key_generate: Returns: (transfer full) (nullable): a new key; takes some 100 ms for RSA; %AIMX_ERROR_SIGN */
DkimKey *dkim_key_generate (DkimAlgorithm algorithm, GError **error);
/**
 * dkim_key_parse:
 * @algorithm: which kind it must be
 * @pem: a private key in PEM, PKCS#1 or PKCS#8
 * @error: %AIMX_ERROR_SIGN: no such key, of another kind, or too weak
 *
 * Returns: (transfer full) (nullable): the key
 */
DkimKey *dkim_key_parse (DkimAlgorithm algorithm, GBytes *pem, GError **error);
/** dkim_key_ref: Returns: (transfer full): @self */
DkimKey *dkim_key_ref (DkimKey *self);
/** dkim_key_unref: drops a reference */
void dkim_key_unref (DkimKey *self);

/** dkim_key_get_algorithm: Returns: which kind it is */
DkimAlgorithm dkim_key_get_algorithm (const DkimKey *self);
/** dkim_key_export_private: Returns: (transfer full) (nullable): PEM, RSA as PKCS#1, Ed25519 as PKCS#8 */
GBytes *dkim_key_export_private (DkimKey *self, GError **error);
/** dkim_key_export_public: Returns: (transfer full) (nullable): SubjectPublicKeyInfo in PEM */
GBytes *dkim_key_export_public (DkimKey *self, GError **error);
/** dkim_key_get_record: Returns: (transfer none): value of the TXT record that publishes it (RFC 6376, 3.6.1) */
const char *dkim_key_get_record (const DkimKey *self);
/** dkim_key_sign: Returns: (transfer full) (nullable): the signature of @length bytes, in base64: of their SHA-256
 * (RFC 8463, 3, for Ed25519); %AIMX_ERROR_SIGN */
char *dkim_key_sign (DkimKey *self, const char *data, gsize length, GError **error);
/** dkim_record_parse_public: Returns: (transfer full) (nullable): the same from a public key in PEM;
 * %AIMX_ERROR_SIGN */
char *dkim_record_parse_public (DkimAlgorithm algorithm, GBytes *pem, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkimKey, dkim_key_unref)

G_END_DECLS
