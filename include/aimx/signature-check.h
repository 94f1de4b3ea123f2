/* SPDX-License-Identifier: MIT */
/*
 * The service that verifies signatures on messages: DKIM (RFC 6376, 8301, 8463), and with the same means those of ARC
 * (RFC 8617). It takes bytes and DNS answers and gives results; it asks nobody and opens nothing.
 */
#pragma once

#include <aimx/resolver.h>

G_BEGIN_DECLS

/**
 * AimxSignatureKind:
 * @AIMX_SIGNATURE_DKIM: a DKIM-Signature field
 * @AIMX_SIGNATURE_ARC_MESSAGE: an ARC-Message-Signature field
 * @AIMX_SIGNATURE_ARC_SEAL: an ARC-Seal field: over the ARC sets up to its own instance (RFC 8617, 5.1.1)
 *
 * Which field a signature is.
 */
typedef enum
{
  AIMX_SIGNATURE_DKIM,
  AIMX_SIGNATURE_ARC_MESSAGE,
  AIMX_SIGNATURE_ARC_SEAL,
} AimxSignatureKind;

/**
 * AIMX_SIGNATURES_MAX:
 *
 * DKIM-Signature fields of a message that are verified, from the top; others read `policy`.
 */
#define AIMX_SIGNATURES_MAX 8

/**
 * AIMX_SIGNATURES_LISTED_MAX:
 *
 * Fields of a kind that are listed, so that no header makes a long list; those after them are passed over.
 */
#define AIMX_SIGNATURES_LISTED_MAX 64

/**
 * AIMX_ARC_SETS_MAX:
 *
 * ARC sets of a chain (RFC 8617, 4.2.1).
 */
#define AIMX_ARC_SETS_MAX 50

/**
 * AIMX_SIGNED_HEADER_MAX:
 *
 * Bytes of the header of a message that are looked at; in a longer one no signature verifies.
 */
#define AIMX_SIGNED_HEADER_MAX (1024 * 1024)

/**
 * AimxSignature:
 * @kind: which field it is
 * @instance: `i=` of ARC, 0 when it is missing or wrong; 0 for DKIM
 * @domain: (nullable): `d=`, lower case, A-labels; %NULL when it cannot be read
 * @selector: (nullable): `s=`, likewise
 * @algorithm: (nullable): `a=`, lower case
 * @chain_validation: (nullable): `cv=` of a seal, lower case
 * @key_name: (nullable): where the key record is; %NULL when no key is needed because the result stands
 * @result: (nullable): the word of RFC 8601, 2.7.1: `pass`, `fail`, `policy`, `neutral`, `temperror`, `permerror`;
 * %NULL until it is known
 * @reason: (nullable): why not `pass`, for people
 * @whole_body: the body hash covers all of the body, whatever is appended on the way: it has no `l=`; %FALSE for a seal
 * @testing: the key record says `t=y`
 * @signed_fields: (nullable): `h=` as sent
 *
 * One signature and what became of it. Owned by its check.
 */
typedef struct
{
  AimxSignatureKind kind;
  guint instance;
  char *domain;
  char *selector;
  char *algorithm;
  char *chain_validation;
  char *key_name;
  const char *result;
  char *reason;
  gboolean whole_body;
  gboolean testing;
  char *signed_fields;
  gpointer reserved[4];
} AimxSignature;

/* ---- one message ---- */

/**
 * AimxSignatureCheck:
 *
 * Verifies the signatures of one message.
 */
#define AIMX_TYPE_SIGNATURE_CHECK (aimx_signature_check_get_type ())
AIMX_API
G_DECLARE_INTERFACE (AimxSignatureCheck, aimx_signature_check, AIMX, SIGNATURE_CHECK, GObject)

/**
 * AimxSignatureCheckInterface:
 * @parent: the base
 * @update: does aimx_signature_check_update()
 * @end: does aimx_signature_check_end()
 * @get_header: does aimx_signature_check_get_header()
 * @get_signatures: does aimx_signature_check_get_signatures()
 * @judge: does aimx_signature_check_judge()
 * @count_arc_results: does aimx_signature_check_count_arc_results()
 *
 * What #AimxSignatureCheck is made of.
 */
struct _AimxSignatureCheckInterface
{
  GTypeInterface parent;
  gboolean (*update) (AimxSignatureCheck *self, const char *data, gsize length);
  void (*end) (AimxSignatureCheck *self);
  GBytes *(*get_header) (AimxSignatureCheck *self);
  GPtrArray *(*get_signatures) (AimxSignatureCheck *self);
  void (*judge) (AimxSignatureCheck *self, guint index, AimxDnsAnswer *key);
  guint (*count_arc_results) (AimxSignatureCheck *self, guint instance);
  gpointer reserved[7];
};

/**
 * aimx_signature_check_update:
 * @self: a check
 * @data: (array length=length): the next bytes of the message, as they are transported; a LF without a CR counts as the
 * end of a line as well
 * @length: how many
 *
 * Hashes the bytes as they arrive. The work is proportional to @length and to the signatures of the message, memory
 * to its header. One thread at a time.
 *
 * Returns: %TRUE once, when these bytes completed the header: aimx_signature_check_get_signatures() says from now on
 * which keys are needed
 */
AIMX_API gboolean aimx_signature_check_update (AimxSignatureCheck *self, const char *data, gsize length);

/**
 * aimx_signature_check_end:
 * @self: a check
 *
 * The message is over; a header without an end ends here. Before the first aimx_signature_check_judge().
 */
AIMX_API void aimx_signature_check_end (AimxSignatureCheck *self);

/**
 * aimx_signature_check_get_header:
 * @self: a check
 *
 * Returns: (transfer none): the header block with the ends of its lines, without the empty line after it; what fits
 * %AIMX_SIGNED_HEADER_MAX of a longer one. Once it is complete
 */
AIMX_API GBytes *aimx_signature_check_get_header (AimxSignatureCheck *self);

/**
 * aimx_signature_check_get_signatures:
 * @self: a check
 *
 * Returns: (transfer none) (element-type AimxSignature): the signatures in the order of the header; once it is
 * complete
 */
AIMX_API GPtrArray *aimx_signature_check_get_signatures (AimxSignatureCheck *self);

/**
 * aimx_signature_check_count_arc_results:
 * @self: a check
 * @instance: 1 to %AIMX_ARC_SETS_MAX; 0: those whose instance is missing or wrong
 *
 * Returns: how many ARC-Authentication-Results fields (RFC 8617, 4.1.1) of @instance the header has; once it is
 * complete
 */
AIMX_API guint aimx_signature_check_count_arc_results (AimxSignatureCheck *self, guint instance);

/**
 * aimx_signature_check_judge:
 * @self: a check whose message is over
 * @index: which signature; one that has a key_name and no result yet
 * @key: the answer to the question for TXT at its key_name
 *
 * Sets the result. Takes the time of a verification with a public key: threads that run no loop only, one at a time.
 */
AIMX_API void aimx_signature_check_judge (AimxSignatureCheck *self, guint index, AimxDnsAnswer *key);

/* ---- the service ---- */

/**
 * AimxSignatureChecker:
 *
 * The service that verifies signatures.
 */
#define AIMX_TYPE_SIGNATURE_CHECKER (aimx_signature_checker_get_type ())
AIMX_API
G_DECLARE_INTERFACE (AimxSignatureChecker, aimx_signature_checker, AIMX, SIGNATURE_CHECKER, GObject)

/**
 * AimxSignatureCheckerInterface:
 * @parent: the base
 * @begin: does aimx_signature_checker_begin()
 *
 * What a provider of #AimxSignatureChecker implements.
 */
struct _AimxSignatureCheckerInterface
{
  GTypeInterface parent;
  AimxSignatureCheck *(*begin) (AimxSignatureChecker *self, gint64 at);
  gpointer reserved[4];
};

/**
 * aimx_signature_checker_begin:
 * @self: the service
 * @at: seconds since the epoch
 *
 * Returns: (transfer full): a check of a message that counts as received @at, in seconds since the epoch; any
 * thread, never blocks
 */
AIMX_API AimxSignatureCheck *aimx_signature_checker_begin (AimxSignatureChecker *self, gint64 at);

G_END_DECLS
