/* SPDX-License-Identifier: MIT */
/* Key records (RFC 6376, 3.6.1; RFC 8463): what a TXT record says of a key, and of its use. No keys are read here. */
#pragma once

#include "../signature/algorithm.h"
#include "fault.h"

G_BEGIN_DECLS

/**
 * DkimKeyRecord:
 * @is_key: whether it is a key record, if one that cannot be used
 * @algorithm: `k=`
 * @key: (nullable): `p=`: SubjectPublicKeyInfo or RSAPublicKey in DER; of Ed25519 the bare bytes
 * @testing: `t=y`
 * @strict: `t=s`: `i=` must be of the very domain of `d=`
 */
typedef struct
{
  gboolean is_key;
  DkimAlgorithm algorithm;
  GBytes *key;
  gboolean testing;
  gboolean strict;
} DkimKeyRecord;

/**
 * dkim_key_record_init:
 * @self: zeroes
 * @text: (array length=length): the record
 * @length: bytes
 * @error: %DKIM_FAULT_PERMERROR: it is no key record, or none for e-mail that is signed over SHA-256; or the key is
 * revoked
 *
 * Returns: whether it has a key to use. Either way @self is filled as far as the record can be read, and is to be
 * cleared
 */
gboolean dkim_key_record_init (DkimKeyRecord *self, const char *text, gsize length, GError **error);
/** dkim_key_record_clear: frees what @self owns */
void dkim_key_record_clear (DkimKeyRecord *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DkimKeyRecord, dkim_key_record_clear)

G_END_DECLS
