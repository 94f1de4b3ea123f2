/* SPDX-License-Identifier: MIT */
/*
 * ARC (RFC 8617): what became of a message on its way through those who sealed it. A pure function. Anybody can seal,
 * so that a chain says who claims what, and no more.
 */
#pragma once

#include <aimx/signature-check.h>

G_BEGIN_DECLS

/**
 * ArcSet:
 * @n_results: ARC-Authentication-Results fields of the instance
 * @n_messages: ARC-Message-Signature fields
 * @n_seals: ARC-Seal fields
 * @message: (nullable): the ARC-Message-Signature; unowned
 * @seal: (nullable): the ARC-Seal; unowned
 *
 * What one of those on the way added.
 */
typedef struct
{
  guint n_results;
  guint n_messages;
  guint n_seals;
  const AimxSignature *message;
  const AimxSignature *seal;
} ArcSet;

/**
 * ArcChain:
 * @result: `none`, `pass`, `fail`; `temperror` when an answer of the DNS is missing that could make it pass
 * @reason: (nullable): why it is not `pass`, for people
 * @n_sets: the greatest instance there is
 * @sets: the set of instance n at n - 1
 */
typedef struct
{
  const char *result;
  char *reason;
  guint n_sets;
  ArcSet sets[AIMX_ARC_SETS_MAX];
} ArcChain;

/**
 * arc_chain_new:
 * @results: (array fixed-size=51): how many ARC-Authentication-Results fields there are of each instance, at 0 of none
 * @signatures: (element-type AimxSignature): all signatures, judged
 *
 * Validates the chain (RFC 8617, 5.2).
 *
 * Returns: (transfer full): the chain; it borrows from @signatures
 */
ArcChain *arc_chain_new (const guint *results, GPtrArray *signatures);
/** arc_chain_free: frees it */
void arc_chain_free (ArcChain *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArcChain, arc_chain_free)

G_END_DECLS
