/* SPDX-License-Identifier: MIT */
/*
 * From what was found to what follows.
 */
#include "findings.h"

/* ---- signatures ---- */

/* A key in testing proves nothing, and its failure means nothing (RFC 6376, 3.6.1). */
static const char *
get_best_signature (const Findings *self)
{
  static const char *const best_first[] = { "pass", "temperror", "neutral", "policy", "fail", "permerror" };
  guint best = G_N_ELEMENTS (best_first);

  for (guint i = 0; self->signatures != NULL && i < self->signatures->len; i++)
    {
      const AimxSignature *signature = self->signatures->pdata[i];

      if (signature->kind != AIMX_SIGNATURE_DKIM || signature->testing)
        continue;
      for (guint rank = 0; rank < best; rank++)
        if (g_str_equal (findings_get_signature_result (signature), best_first[rank]))
          best = rank;
    }
  return best < G_N_ELEMENTS (best_first) ? best_first[best] : "none";
}

static gboolean
is_author_proven (const Findings *self)
{
  if (self->signatures == NULL || dmarc_authors_get_single (self->authors) == NULL || self->authors->domains->len != 1)
    return FALSE;
  for (guint i = 0; i < self->signatures->len; i++)
    {
      const AimxSignature *signature = self->signatures->pdata[i];

      if (dmarc_counts (signature) && signature->whole_body && signature->domain != NULL &&
          domain_is_aligned (self->suffixes, signature->domain, self->authors->domains->pdata[0], FALSE))
        return TRUE;
    }
  return FALSE;
}

/* ---- policies ---- */

static DmarcVerdict
judge_policy (const Findings *self)
{
  const char *spf_domain = self->spf != NULL ? spf_check_get_domain (self->spf) : NULL;
  DmarcEvidence evidence = {
    .suffixes = self->suffixes,
    .authors = self->authors,
    .spf_result = spf_result_get_word (self->spf_result),
    .spf_domain = spf_domain,
    .signatures = self->signatures,
    .draw = self->draw,
  };

  for (guint i = 0; i < DMARC_DOMAINS_MAX; i++)
    for (guint j = 0; j < 2; j++)
      evidence.answers[i][j] = self->policies[i][j];
  return dmarc_judge (&evidence);
}

static ArcChain *
validate_chain (const Findings *self)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  return arc_chain_new (self->arc_results, self->signatures != NULL ? self->signatures : none);
}

AimxAuthentication *
findings_conclude (const Findings *self)
{
  AimxAuthentication *authentication = aimx_authentication_new ();
  g_autoptr (ArcChain) chain = validate_chain (self);
  const Verdicts verdicts = {
    .findings = self,
    .dkim = get_best_signature (self),
    .dmarc = judge_policy (self),
    .arc = chain,
  };
  g_autofree char *field = verdicts_format_field (&verdicts);

  aimx_authentication_set_result (authentication, AIMX_METHOD_SPF, spf_result_get_word (self->spf_result));
  aimx_authentication_set_result (authentication, AIMX_METHOD_DKIM, verdicts.dkim);
  aimx_authentication_set_result (authentication, AIMX_METHOD_DMARC, verdicts.dmarc.result);
  aimx_authentication_set_result (authentication, AIMX_METHOD_ARC, chain->result);
  if (self->iprev != NULL)
    aimx_authentication_set_result (authentication, AIMX_METHOD_IPREV, iprev_get_result (self->iprev));
  aimx_authentication_set_author (authentication, dmarc_authors_get_single (self->authors));
  aimx_authentication_set_author_proven (authentication, is_author_proven (self));
  aimx_authentication_set_disposition (authentication, verdicts.dmarc.disposition);
  aimx_authentication_set_field (authentication, field);
  aimx_authentication_take_details (authentication, verdicts_describe (&verdicts, field));
  return authentication;
}
