/* SPDX-License-Identifier: MIT */
/*
 * Everything that was found out about one message, and what follows from it: the values that others read.
 */
#pragma once

#include "arc.h"
#include "dmarc/policy.h"
#include "iprev.h"
#include "spf/check.h"

G_BEGIN_DECLS

/**
 * Findings:
 * @suffixes: the list of public suffixes
 * @authserv_id: who says so (RFC 8601, 2.5)
 * @address: (nullable): of the client, as text
 * @helo: (nullable): as it greeted
 * @mail_from: (nullable): as sent; %NULL for the null sender
 * @spf: (nullable): the check; %NULL without an address
 * @spf_result: what it came to; %SPF_PENDING: not known in time
 * @iprev: (nullable): the reverse look-up; %NULL without an address
 * @authors: who is said to have written it
 * @policies: answers for the policies of the authors' domains, as dmarc_judge() takes them
 * @arc_results: ARC-Authentication-Results fields of each instance, as arc_chain_new() takes them
 * @signatures: (nullable) (element-type AimxSignature): judged; %NULL: they could not be checked
 * @draw: 0 to 99, for `pct=`
 */
typedef struct
{
  const psl_ctx_t *suffixes;
  char *authserv_id;
  char *address;
  char *helo;
  char *mail_from;
  SpfCheck *spf;
  SpfResult spf_result;
  Iprev *iprev;
  DmarcAuthors *authors;
  AimxDnsAnswer *policies[DMARC_DOMAINS_MAX][2];
  guint arc_results[AIMX_ARC_SETS_MAX + 1];
  GPtrArray *signatures;
  guint draw;
} Findings;

/**
 * Verdicts:
 * @findings: from which they follow
 * @dkim: of all signatures the best that counts
 * @dmarc: whether the author is proven
 * @arc: the chain
 *
 * What follows, before it is written down.
 */
typedef struct
{
  const Findings *findings;
  const char *dkim;
  DmarcVerdict dmarc;
  ArcChain *arc;
} Verdicts;

/** findings_clear: frees what @self holds */
void findings_clear (Findings *self);
/** findings_conclude: Returns: (transfer full): what follows from @self */
AimxAuthentication *findings_conclude (const Findings *self);
/** findings_get_signature_result: Returns: (transfer none): the word for @signature, known or not */
const char *findings_get_signature_result (const AimxSignature *signature);

/** verdicts_format_field: Returns: (transfer full): the value of an Authentication-Results field (RFC 8601), on one
 * line; nothing that a stranger wrote can be taken for a part of it that it is not */
char *verdicts_format_field (const Verdicts *self);
/** verdicts_describe: Returns: (transfer full): an object as the verb `VERIFY` answers, but for `trusted` */
JsonNode *verdicts_describe (const Verdicts *self, const char *field);

G_END_DECLS
