/* SPDX-License-Identifier: MIT */
/* The key record among what the DNS has at the name of a key: for who verifies, and for who looks at his own. */
#pragma once

#include "verify/key-record.h"

#include <aimx/resolver.h>

G_BEGIN_DECLS

/**
 * dkim_key_answer_find:
 * @answer: TXT records, at least one
 * @record: (out): zeroes; filled as dkim_key_record_init() does from the key record, or from the first record when none
 * is one; to be cleared
 * @index: (out) (optional): of that record in @answer
 * @n_keys: (out) (optional): key records in @answer
 * @error: %DKIM_FAULT_PERMERROR
 *
 * Of several records the result is undefined (RFC 6376, 3.6.2.2): those that are no key records are passed over, since
 * a wildcard may have put them there; but of two keys, if one is revoked, none is taken, or the order of an answer
 * would decide.
 *
 * Returns: whether there is a key to use
 */
gboolean
dkim_key_answer_find (AimxDnsAnswer *answer, DkimKeyRecord *record, guint *index, guint *n_keys, GError **error);

G_END_DECLS
