/* SPDX-License-Identifier: MIT */
/* Verifying with the public key of a record. */
#pragma once

#include "fault.h"
#include "key-record.h"

G_BEGIN_DECLS

/** DKIM_RSA_BITS_MAX: a stranger's key makes no more work than one of that many bits */
#define DKIM_RSA_BITS_MAX 8192
/** DKIM_RSA_EXPONENT_BYTES_MAX: nor than with an exponent of that many; they are of 3 bytes everywhere */
#define DKIM_RSA_EXPONENT_BYTES_MAX 8

/**
 * dkim_public_key_verify:
 * @record: a record with a key
 * @digest: SHA-256 of what is signed
 * @signature: the signature: of the hash with RSA (RFC 6376, 3.3), of its bytes as a text with Ed25519 (RFC 8463, 3)
 * @error: %DKIM_FAULT_FAIL: it is wrong; %DKIM_FAULT_POLICY: the key is too weak (RFC 8301, 3.2) or too large;
 * %DKIM_FAULT_PERMERROR: it is no key
 *
 * Returns: whether it is right
 */
gboolean dkim_public_key_verify (const DkimKeyRecord *record,
                                 const guint8 digest[DKIM_HASH_SIZE],
                                 GBytes *signature,
                                 GError **error);

G_END_DECLS
