/* SPDX-License-Identifier: MIT */
/*
 * Whether a message is proven to come from the domain of its author, and what that domain asks to do if not (RFC 7489,
 * 6.6.2). A pure function.
 */
#pragma once

#include "author.h"
#include "domain.h"
#include "record.h"

#include <aimx/authentication.h>
#include <aimx/signature-check.h>

G_BEGIN_DECLS

/**
 * DmarcEvidence:
 * @suffixes: the list of public suffixes
 * @authors: who is said to have written it
 * @answers: (array): for each of the first %DMARC_DOMAINS_MAX domains of @authors two answers for TXT: at its
 * `_dmarc.`, and at that of its organizational domain, %NULL where the two are one
 * @spf_result: the word of SPF
 * @spf_domain: (nullable): whose record was checked, normalized
 * @signatures: (nullable) (element-type AimxSignature): all signatures, judged; %NULL: they could not be checked
 * @draw: 0 to 99: less than `pct=` means that the policy applies
 *
 * What is known about a message.
 */
typedef struct
{
  const psl_ctx_t *suffixes;
  const DmarcAuthors *authors;
  AimxDnsAnswer *answers[DMARC_DOMAINS_MAX][2];
  const char *spf_result;
  const char *spf_domain;
  GPtrArray *signatures;
  guint draw;
} DmarcEvidence;

/**
 * DmarcVerdict:
 * @result: the word of RFC 8601
 * @reason: (nullable): why there is no better one, for people
 * @has_policy: whether a record applies
 * @policy: what it asks for, `sp=` taken into account
 * @spf_aligned: SPF passed, for a domain that is aligned
 * @dkim_aligned: a signature passed, with a key that is not in testing, of a domain that is aligned
 * @disposition: what is asked for now, `pct=` taken into account; to refuse it when not all can be asked
 */
typedef struct
{
  const char *result;
  const char *reason;
  gboolean has_policy;
  DmarcPolicy policy;
  gboolean spf_aligned;
  gboolean dkim_aligned;
  AimxDisposition disposition;
} DmarcVerdict;

/** dmarc_get_question: Returns: (transfer full) (nullable): where the record of @domain, or with @organizational that
 * of its organizational domain is; %NULL: nowhere else */
char *dmarc_get_question (const psl_ctx_t *suffixes, const char *domain, gboolean organizational);
/** dmarc_judge: Returns: what comes of @evidence */
DmarcVerdict dmarc_judge (const DmarcEvidence *evidence);
/** dmarc_counts: Returns: whether @signature passed, with a key that is not in testing (RFC 6376, 3.6.1) */
gboolean dmarc_counts (const AimxSignature *signature);

G_END_DECLS
