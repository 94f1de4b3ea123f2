/* SPDX-License-Identifier: MIT */
/*
 * What a signature field says: DKIM-Signature (RFC 6376, 3.5), ARC-Message-Signature and ARC-Seal (RFC 8617, 4.1). A
 * pure function of the field's bytes and of a time.
 */
#pragma once

#include "../signature/header-fields.h"
#include "body-hashes.h"

#include <aimx/signature-check.h>

G_BEGIN_DECLS

/** DKIM_CLOCK_TOLERANCE: seconds that `t=` may lie ahead of our time */
#define DKIM_CLOCK_TOLERANCE (24 * 60 * 60)

/**
 * DkimClaim:
 * @shown: what others see of it; `domain`, `selector` and the like are set as far as they can be read. Must be first
 * @algorithm: of the key
 * @header_form: for the header
 * @body_form: for the body
 * @limit: `l=`, or %DKIM_NO_LIMIT
 * @timestamp: `t=`, or -1
 * @expiration: `x=`, or -1
 * @for_subdomain: `i=` is of a subdomain of `d=`
 * @body_hash: (nullable): `bh=`; %NULL for a seal
 * @signature: (nullable): `b=`
 * @cut_begin: where in the field the value of `b=` begins, white space included
 * @cut_end: where it ends
 */
typedef struct
{
  AimxSignature shown;
  DkimAlgorithm algorithm;
  DkimCanonicalization header_form;
  DkimCanonicalization body_form;
  gint64 limit;
  gint64 timestamp;
  gint64 expiration;
  gboolean for_subdomain;
  GBytes *body_hash;
  GBytes *signature;
  gsize cut_begin;
  gsize cut_end;
} DkimClaim;

/**
 * dkim_claim_init:
 * @self: zeroes
 * @kind: of the field
 * @field: the field
 * @at: when the message was received, in seconds since the epoch
 * @error: %DKIM_FAULT_PERMERROR: the field is wrong; %DKIM_FAULT_POLICY: it is expired, comes from the future, or has
 * an algorithm that is not accepted
 *
 * Returns: whether it is worth a look at its key, which shown.key_name then names. Either way @self is filled as far as
 * the field can be read, and is to be cleared
 */
gboolean dkim_claim_init (DkimClaim *self, AimxSignatureKind kind, const DkimField *field, gint64 at, GError **error);
/** dkim_claim_clear: frees what @self owns */
void dkim_claim_clear (DkimClaim *self);
/** dkim_claim_get_first_sealed: Returns: the first ARC set that a seal is over; its own is the last */
guint dkim_claim_get_first_sealed (const DkimClaim *self);

G_END_DECLS
