/* SPDX-License-Identifier: MIT */
/* What keys there are: RSA (RFC 6376) and Ed25519 (RFC 8463), each over a SHA-256. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** DKIM_RSA_BITS_MIN: verifiers take no less (RFC 8301, 3.2) */
#define DKIM_RSA_BITS_MIN 1024
/** DKIM_HASH_SIZE: bytes of a SHA-256 */
#define DKIM_HASH_SIZE 32

/** DkimAlgorithm: of a key; a domain has a key of the first, and maybe one of the others beside it */
typedef enum
{
  DKIM_RSA,
  DKIM_ED25519,
  DKIM_N_ALGORITHMS,
} DkimAlgorithm;

/** dkim_algorithm_to_string: Returns: (transfer none): `rsa` or `ed25519`, as in the `k=` of a record */
const char *dkim_algorithm_to_string (DkimAlgorithm algorithm);

G_END_DECLS
