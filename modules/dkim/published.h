/* SPDX-License-Identifier: MIT */
/* Whether the DNS shows the record of a key. */
#pragma once

#include "key.h"

#include <aimx/resolver.h>

G_BEGIN_DECLS

/**
 * DkimPublished:
 * @DKIM_PUBLISHED_UNKNOWN: the DNS cannot be asked, or does not answer now
 * @DKIM_PUBLISHED_MISSING: there is no key record of that name
 * @DKIM_PUBLISHED_REVOKED: there is one without a key (`p=` is empty)
 * @DKIM_PUBLISHED_DIFFERENT: there is one of another key, or one by which no verifier believes this key
 * @DKIM_PUBLISHED_RIGHT: there is one of this key, by which verifiers believe it
 */
typedef enum
{
  DKIM_PUBLISHED_UNKNOWN,
  DKIM_PUBLISHED_MISSING,
  DKIM_PUBLISHED_REVOKED,
  DKIM_PUBLISHED_DIFFERENT,
  DKIM_PUBLISHED_RIGHT,
} DkimPublished;

/**
 * dkim_published_judge:
 * @answer: TXT records at the name of the key
 * @record: what the record of the key should say, as dkim_key_get_record() has it
 * @found: (out) (transfer full) (nullable): the key record that was found, as UTF-8 whatever it was; or, for
 * %DKIM_PUBLISHED_UNKNOWN, why
 * @reason: (out) (transfer full) (nullable): why that is not right, for %DKIM_PUBLISHED_DIFFERENT and
 * %DKIM_PUBLISHED_REVOKED
 *
 * Any thread. The record is read as verification reads it; one for a test (`t=y`) is not right, and neither is one of
 * several (RFC 6376, 3.6.2.2).
 *
 * Returns: what the DNS shows
 */
DkimPublished dkim_published_judge (AimxDnsAnswer *answer, const char *record, char **found, char **reason);
/**
 * dkim_published_fingerprint:
 * @record: a key record
 *
 * The SHA-256 of the key itself: for RSA what `openssl pkey -pubin -outform DER | sha256sum` says of its public key.
 *
 * Returns: (transfer full): in hexadecimal; that of nothing when @record has no key
 */
char *dkim_published_fingerprint (const char *record);

G_END_DECLS
