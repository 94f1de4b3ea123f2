/* SPDX-License-Identifier: MIT */
#include "policy.h"

#include <string.h>

/* What looking for the record of a domain came to. */
typedef enum
{
  DISCOVERY_FAILED, /* not known now */
  DISCOVERY_NONE,
  DISCOVERY_FOUND,
} Discovery;

/* ---- discovery (RFC 7489, 6.6.3) ---- */

char *
dmarc_get_question (const psl_ctx_t *suffixes, const char *domain, gboolean organizational)
{
  const char *of = organizational ? domain_get_organizational (suffixes, domain) : domain;

  return organizational && g_str_equal (of, domain) ? NULL : g_strconcat ("_dmarc.", of, NULL);
}

/* Of several records none counts; @any: (out): whether there is one at all */
static Discovery
read_answer (AimxDnsAnswer *answer, DmarcRecord *record, gboolean *any)
{
  guint n_found = 0;
  gboolean is_fine = FALSE;

  if (aimx_dns_answer_get_status (answer) == AIMX_DNS_FAILED)
    return DISCOVERY_FAILED;
  for (guint i = 0; i < aimx_dns_answer_get_n_records (answer); i++)
    {
      GBytes *bytes = aimx_dns_answer_get_record (answer, i)->data;
      gsize length = 0;
      const char *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

      if (data == NULL || !dmarc_record_is (data, length))
        continue;
      n_found++;
      is_fine = dmarc_record_parse (record, data, length);
    }
  *any = n_found > 0;
  return n_found == 1 && is_fine ? DISCOVERY_FOUND : DISCOVERY_NONE;
}

/* @answers: for the domain, and (nullable) for its organizational one, whose policy for those below it counts here. */
static Discovery
discover (AimxDnsAnswer *const answers[2], DmarcRecord *record, DmarcPolicy *policy)
{
  gboolean any = FALSE;
  Discovery discovery = read_answer (answers[0], record, &any);

  *policy = record->policy;
  if (discovery != DISCOVERY_NONE || any || answers[1] == NULL)
    return discovery;
  discovery = read_answer (answers[1], record, &any);
  *policy = record->subdomain_policy;
  return discovery;
}

/* ---- alignment (RFC 7489, 3.1) ---- */

gboolean
dmarc_counts (const AimxSignature *signature)
{
  return signature->kind == AIMX_SIGNATURE_DKIM && !signature->testing && g_strcmp0 (signature->result, "pass") == 0;
}

/* Whether an aligned domain has, or may still turn out to have, the proof. */
typedef struct
{
  gboolean spf;
  gboolean dkim;
  gboolean unknown;
} Alignment;

static void
align_signatures (const DmarcEvidence *evidence, const char *domain, gboolean strict, Alignment *alignment)
{
  if (evidence->signatures == NULL)
    alignment->unknown = TRUE;
  for (guint i = 0; evidence->signatures != NULL && i < evidence->signatures->len; i++)
    {
      const AimxSignature *signature = evidence->signatures->pdata[i];

      if (signature->kind != AIMX_SIGNATURE_DKIM || signature->domain == NULL ||
          !domain_is_aligned (evidence->suffixes, signature->domain, domain, strict))
        continue;
      alignment->dkim |= dmarc_counts (signature);
      alignment->unknown |= g_strcmp0 (signature->result, "temperror") == 0;
    }
}

static Alignment
align (const DmarcEvidence *evidence, const char *domain, const DmarcRecord *record)
{
  Alignment alignment = { 0 };

  if (evidence->spf_domain != NULL &&
      domain_is_aligned (evidence->suffixes, evidence->spf_domain, domain, record->strict_spf))
    {
      alignment.spf = g_str_equal (evidence->spf_result, "pass");
      alignment.unknown = g_str_equal (evidence->spf_result, "temperror");
    }
  align_signatures (evidence, domain, record->strict_dkim, &alignment);
  return alignment;
}

/* ---- the verdict ---- */

/* RFC 7489, 6.6.4: where the policy is not for this message, the next milder one is. */
static AimxDisposition
get_disposition (DmarcPolicy policy, guint percent, guint draw)
{
  if (draw >= percent && policy > DMARC_POLICY_NONE)
    policy--;
  switch (policy)
    {
    case DMARC_POLICY_QUARANTINE:
      return AIMX_DISPOSITION_QUARANTINE;
    case DMARC_POLICY_REJECT:
      return AIMX_DISPOSITION_REJECT;
    case DMARC_POLICY_NONE:
    default:
      return AIMX_DISPOSITION_NONE;
    }
}

static void
judge_alignment (const DmarcEvidence *evidence,
                 const Alignment *alignment,
                 const DmarcRecord *record,
                 DmarcVerdict *self)
{
  if (alignment->spf || alignment->dkim)
    {
      self->result = "pass";
      return;
    }
  if (alignment->unknown)
    {
      self->result = "temperror";
      self->reason = "what could prove the domain of the author is not known now";
      return;
    }
  self->result = "fail";
  self->reason = evidence->authors->malformed;
  if (self->reason == NULL)
    self->reason = "neither SPF nor a signature proves the domain of the author";
  self->disposition = get_disposition (self->policy, record->percent, evidence->draw);
}

static DmarcVerdict
judge_domain (const DmarcEvidence *evidence, guint index)
{
  DmarcVerdict self = { .result = "none" };
  DmarcRecord record = { 0 };
  Discovery discovery = discover (evidence->answers[index], &record, &self.policy);
  Alignment alignment = { 0 };

  if (discovery != DISCOVERY_FOUND)
    record = (DmarcRecord){ 0 };
  /* No proof is about an author whom others may read as somebody else. */
  if (evidence->authors->malformed == NULL)
    alignment = align (evidence, evidence->authors->domains->pdata[index], &record);
  self.spf_aligned = alignment.spf;
  self.dkim_aligned = alignment.dkim;
  self.has_policy = discovery == DISCOVERY_FOUND;
  if (self.has_policy)
    judge_alignment (evidence, &alignment, &record, &self);
  else if (discovery == DISCOVERY_FAILED)
    {
      self.result = "temperror";
      self.reason = "the DNS did not answer for the policy of the author's domain";
    }
  else
    self.reason = "the author's domain has no policy";
  return self;
}

/* Nobody speaks for several domains: the strictest of those policies applies that are asked for (RFC 7489, 6.6.1). */
static DmarcVerdict
judge_several (const DmarcEvidence *evidence)
{
  DmarcVerdict self = { .result = "fail", .reason = "the message names several authors, in several domains or fields" };

  for (guint i = 0; i < MIN (evidence->authors->domains->len, DMARC_DOMAINS_MAX); i++)
    {
      DmarcRecord record = { 0 };
      DmarcPolicy policy;

      if (discover (evidence->answers[i], &record, &policy) != DISCOVERY_FOUND)
        continue;
      self.policy = self.has_policy ? MAX (self.policy, policy) : policy;
      self.has_policy = TRUE;
      self.disposition = MAX (self.disposition, get_disposition (policy, record.percent, evidence->draw));
    }
  return self;
}

static DmarcVerdict
judge_authors (const DmarcEvidence *evidence)
{
  const DmarcAuthors *authors = evidence->authors;

  if (authors->n_fields > 1 || authors->domains->len > 1)
    return judge_several (evidence);
  if (authors->domains->len == 1)
    return judge_domain (evidence, 0);
  return (DmarcVerdict){
    .result = "permerror",
    .reason = authors->malformed != NULL ? authors->malformed : "the author's address has no domain",
  };
}

/* Whose policy is not asked for is refused where policies are obeyed (RFC 7489, 6.6.1). */
DmarcVerdict
dmarc_judge (const DmarcEvidence *evidence)
{
  DmarcVerdict self = judge_authors (evidence);

  if (evidence->authors->domains->len > DMARC_DOMAINS_MAX)
    self.reason = "the message names authors in more domains than are asked for their policies";
  else if (evidence->authors->has_hidden)
    self.reason = evidence->authors->malformed;
  else
    return self;
  self.disposition = AIMX_DISPOSITION_REJECT;
  return self;
}
