/* SPDX-License-Identifier: MIT */
/*
 * The whole verdict as JSON: every key always, null where nothing is known.
 */
#include "findings.h"

/* ---- members ---- */

/* @value: (nullable): as a stranger may have written it */
static void
add_string (JsonBuilder *builder, const char *key, const char *value)
{
  g_autofree char *valid = value != NULL && *value != '\0' ? g_utf8_make_valid (value, -1) : NULL;

  json_builder_set_member_name (builder, key);
  if (valid != NULL)
    json_builder_add_string_value (builder, valid);
  else
    json_builder_add_null_value (builder);
}

static void
add_number (JsonBuilder *builder, const char *key, guint value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_int_value (builder, value);
}

static void
add_boolean (JsonBuilder *builder, const char *key, gboolean value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_boolean_value (builder, value);
}

static void
begin_object (JsonBuilder *builder, const char *key)
{
  json_builder_set_member_name (builder, key);
  json_builder_begin_object (builder);
}

static void
begin_array (JsonBuilder *builder, const char *key)
{
  json_builder_set_member_name (builder, key);
  json_builder_begin_array (builder);
}

/* ---- methods ---- */

/* The words of the domain where there are some, else our own reason. */
static const char *
get_explanation (SpfCheck *spf)
{
  const char *explanation = spf_check_get_explanation (spf);

  return explanation != NULL ? explanation : spf_check_get_reason (spf);
}

static void
describe_spf (JsonBuilder *builder, const Findings *findings)
{
  SpfCheck *spf = findings->spf;

  begin_object (builder, "spf");
  add_string (builder, "result", spf_result_get_word (findings->spf_result));
  add_string (builder, "domain", spf != NULL ? spf_check_get_domain (spf) : NULL);
  add_string (builder, "mechanism", spf != NULL ? spf_check_get_mechanism (spf) : NULL);
  add_string (builder, "explanation", spf != NULL ? get_explanation (spf) : "the address of the client is not known");
  add_number (builder, "lookups", spf != NULL ? spf_check_get_lookups (spf) : 0);
  json_builder_end_object (builder);
}

static void
describe_signature (JsonBuilder *builder, const AimxSignature *signature)
{
  json_builder_begin_object (builder);
  add_string (builder, "domain", signature->domain);
  add_string (builder, "selector", signature->selector);
  add_string (builder, "algorithm", signature->algorithm);
  add_string (builder, "result", findings_get_signature_result (signature));
  add_string (builder, "reason", signature->reason);
  add_boolean (builder, "testing", signature->testing);
  json_builder_end_object (builder);
}

static void
describe_signatures (JsonBuilder *builder, const Findings *findings)
{
  begin_array (builder, "dkim");
  for (guint i = 0; findings->signatures != NULL && i < findings->signatures->len; i++)
    {
      const AimxSignature *signature = findings->signatures->pdata[i];

      if (signature->kind == AIMX_SIGNATURE_DKIM)
        describe_signature (builder, signature);
    }
  json_builder_end_array (builder);
}

static const char *
get_disposition_word (AimxDisposition disposition)
{
  static const char *const words[] = {
    [AIMX_DISPOSITION_NONE] = "none",
    [AIMX_DISPOSITION_QUARANTINE] = "quarantine",
    [AIMX_DISPOSITION_REJECT] = "reject",
  };

  return words[disposition];
}

static void
describe_dmarc (JsonBuilder *builder, const Verdicts *verdicts)
{
  const GPtrArray *domains = verdicts->findings->authors->domains;
  const DmarcVerdict *dmarc = &verdicts->dmarc;

  begin_object (builder, "dmarc");
  add_string (builder, "result", dmarc->result);
  add_string (builder, "domain", domains->len == 1 ? domains->pdata[0] : NULL);
  add_string (builder, "policy", dmarc->has_policy ? dmarc_policy_get_word (dmarc->policy) : NULL);
  add_boolean (builder, "spf_aligned", dmarc->spf_aligned);
  add_boolean (builder, "dkim_aligned", dmarc->dkim_aligned);
  add_string (builder, "disposition", get_disposition_word (dmarc->disposition));
  json_builder_end_object (builder);
}

/* The reason of its message signature, else that of its seal. */
static char *
get_set_reason (const ArcSet *set)
{
  if (set->message == NULL || set->message->reason != NULL)
    return g_strdup (set->message != NULL ? set->message->reason : "there is no ARC-Message-Signature");
  if (set->seal == NULL)
    return g_strdup ("there is no ARC-Seal");
  return set->seal->reason != NULL ? g_strconcat ("its seal: ", set->seal->reason, NULL) : NULL;
}

static void
describe_set (JsonBuilder *builder, guint instance, const ArcSet *set)
{
  g_autofree char *reason = get_set_reason (set);

  json_builder_begin_object (builder);
  add_number (builder, "instance", instance);
  add_string (builder, "domain", set->message != NULL ? set->message->domain : NULL);
  add_string (builder, "selector", set->message != NULL ? set->message->selector : NULL);
  add_string (builder, "result", set->message != NULL ? findings_get_signature_result (set->message) : NULL);
  add_string (builder, "reason", reason);
  json_builder_end_object (builder);
}

static void
describe_arc (JsonBuilder *builder, const ArcChain *chain)
{
  begin_object (builder, "arc");
  add_string (builder, "result", chain->result);
  begin_array (builder, "chain");
  for (guint i = 0; i < chain->n_sets; i++)
    describe_set (builder, i + 1, &chain->sets[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
describe_iprev (JsonBuilder *builder, Iprev *iprev)
{
  begin_object (builder, "iprev");
  add_string (builder, "result", iprev != NULL ? iprev_get_result (iprev) : "none");
  add_string (builder, "name", iprev != NULL ? iprev_get_name (iprev) : NULL);
  json_builder_end_object (builder);
}

JsonNode *
verdicts_describe (const Verdicts *self, const char *field)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  describe_spf (builder, self->findings);
  describe_signatures (builder, self->findings);
  describe_dmarc (builder, self);
  describe_arc (builder, self->arc);
  describe_iprev (builder, self->findings->iprev);
  add_string (builder, "authentication_results", field);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}
