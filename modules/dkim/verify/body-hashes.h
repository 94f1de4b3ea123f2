/* SPDX-License-Identifier: MIT */
/*
 * The hashes of a body while it arrives: each canonicalization is made once, and hashed once by SHA-256 however many
 * signatures ask for it and at however many lengths.
 */
#pragma once

#include "../signature/algorithm.h"
#include "../signature/canonicalization.h"

G_BEGIN_DECLS

/** DKIM_NO_LIMIT: of a body that is signed whole */
#define DKIM_NO_LIMIT G_MAXINT64

typedef struct _DkimBodyHashes DkimBodyHashes;

/**
 * DkimBodyHash:
 * @limit: of how many bytes of the canonical body, or %DKIM_NO_LIMIT
 * @known: whether the body was that long
 * @digest: the hash, when it is known
 *
 * Owned by its DkimBodyHashes.
 */
typedef struct
{
  gint64 limit;
  gboolean known;
  guint8 digest[DKIM_HASH_SIZE];
} DkimBodyHash;

/** dkim_body_hashes_new: Returns: (transfer full): nothing to hash yet */
DkimBodyHashes *dkim_body_hashes_new (void);
/** dkim_body_hashes_free: frees it */
void dkim_body_hashes_free (DkimBodyHashes *self);
/** dkim_body_hashes_add: Returns: (transfer none): a hash that is to be made; before there is any body */
const DkimBodyHash *dkim_body_hashes_add (DkimBodyHashes *self, DkimCanonicalization form, gint64 limit);
/** dkim_body_hashes_update: takes the next piece of the body, with CRLF line ends: a DkimSink */
void dkim_body_hashes_update (const char *data, gsize length, gpointer self);
/** dkim_body_hashes_end: the body is over: all hashes that can be made are known */
void dkim_body_hashes_end (DkimBodyHashes *self);

G_END_DECLS
