/* SPDX-License-Identifier: MIT */
/* What a signature signs of a header (RFC 6376, 3.7; RFC 8617, 5.1.1), as a SHA-256. */
#pragma once

#include "arc-sets.h"
#include "claim.h"
#include "field-index.h"

G_BEGIN_DECLS

/**
 * dkim_header_hash:
 * @claim: what @own says: of DKIM or an ARC-Message-Signature
 * @own: the field of the signature
 * @index: (inout): the header; @own in it is signed last, and not for its name in `h=`
 * @digest: (out): the hash
 *
 * Returns: whether it could be made
 */
gboolean
dkim_header_hash (const DkimClaim *claim, const DkimField *own, DkimFieldIndex *index, guint8 digest[DKIM_HASH_SIZE]);
/** dkim_seal_hash: the same for an ARC-Seal, over the sets that it seals, which are complete */
gboolean
dkim_seal_hash (const DkimClaim *claim, const DkimField *own, const DkimArcSets *sets, guint8 digest[DKIM_HASH_SIZE]);

G_END_DECLS
