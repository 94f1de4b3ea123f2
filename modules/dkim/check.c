/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "key-answer.h"
#include "verify/header-hash.h"
#include "verify/intake.h"
#include "verify/public-key.h"

/* A signature and what is needed to judge it. */
typedef struct
{
  DkimClaim claim; /* first, since it begins with what others see */
  const DkimField *field;
  const DkimBodyHash *body; /* NULL when none is needed */
} Signature;

struct _DkimCheck
{
  GObject parent;
  gint64 at;
  DkimIntake intake;
  gboolean is_over;
  /* Once the header is complete: */
  GBytes *header;
  GArray *fields;        /* (element-type DkimField): in header */
  DkimFieldIndex *index; /* of these; NULL when nobody needs it */
  DkimArcSets *sets;     /* likewise */
  DkimBodyHashes *hashes;
  GPtrArray *signatures; /* (element-type Signature) */
};

static void check_interface_init (AimxSignatureCheckInterface *interface);

G_DEFINE_TYPE_WITH_CODE (DkimCheck,
                         dkim_check,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (AIMX_TYPE_SIGNATURE_CHECK, check_interface_init))

static void
signature_free (Signature *self)
{
  dkim_claim_clear (&self->claim);
  g_free (self);
}

static void
set_fault (Signature *self, const GError *fault)
{
  AimxSignature *shown = &self->claim.shown;

  shown->result = dkim_fault_to_string ((DkimFault) fault->code);
  g_free (shown->reason);
  shown->reason = g_strdup (fault->message);
}

/* ---- which signatures there are ---- */

static const struct
{
  const char *name;
  DkimArcField arc;
  guint max; /* that are verified, from the top */
} kinds[] = {
  [AIMX_SIGNATURE_DKIM] = { "DKIM-Signature", DKIM_ARC_N_FIELDS, AIMX_SIGNATURES_MAX },
  [AIMX_SIGNATURE_ARC_MESSAGE] = { "ARC-Message-Signature", DKIM_ARC_MESSAGE_SIGNATURE, AIMX_ARC_SETS_MAX },
  [AIMX_SIGNATURE_ARC_SEAL] = { "ARC-Seal", DKIM_ARC_SEAL, AIMX_ARC_SETS_MAX },
};

static DkimArcSets *
get_sets (DkimCheck *self)
{
  if (self->sets == NULL)
    self->sets = g_new0 (DkimArcSets, 1);
  return self->sets;
}

static void
add_signature (DkimCheck *self, AimxSignatureKind kind, const DkimField *field, guint position)
{
  Signature *signature = g_new0 (Signature, 1);
  g_autoptr (GError) fault = NULL;

  signature->field = field;
  dkim_claim_init (&signature->claim, kind, field, self->at, &fault);
  if (fault == NULL && self->intake.too_long)
    dkim_refuse (&fault, DKIM_FAULT_POLICY, "the header is longer than %d bytes", AIMX_SIGNED_HEADER_MAX);
  if (position > kinds[kind].max)
    {
      g_clear_error (&fault);
      dkim_refuse (&fault, DKIM_FAULT_POLICY, "only the first %u %s fields are looked at", kinds[kind].max,
                   kinds[kind].name);
    }
  if (fault != NULL)
    set_fault (signature, fault);
  if (kinds[kind].arc != DKIM_ARC_N_FIELDS)
    dkim_arc_sets_add (get_sets (self), kinds[kind].arc, signature->claim.shown.instance, field);
  g_ptr_array_add (self->signatures, signature);
}

static void
find_signatures (DkimCheck *self)
{
  guint n[G_N_ELEMENTS (kinds)] = { 0 };

  for (guint i = 0; i < self->fields->len; i++)
    {
      const DkimField *field = &g_array_index (self->fields, DkimField, i);

      for (AimxSignatureKind kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
        if (n[kind] < AIMX_SIGNATURES_LISTED_MAX && dkim_field_is (field, kinds[kind].name))
          add_signature (self, kind, field, ++n[kind]);
      if (dkim_field_is (field, "ARC-Authentication-Results"))
        dkim_arc_sets_add (get_sets (self), DKIM_ARC_RESULTS, dkim_arc_results_get_instance (field), field);
    }
}

/* What is needed to judge it, beside its key. */
static void
prepare (DkimCheck *self, Signature *signature)
{
  DkimClaim *claim = &signature->claim;
  g_autoptr (GError) fault = NULL;

  if (claim->shown.result != NULL)
    return;
  if (claim->shown.kind == AIMX_SIGNATURE_ARC_SEAL)
    {
      if (!dkim_arc_sets_check (self->sets, dkim_claim_get_first_sealed (claim), claim->shown.instance, &fault))
        set_fault (signature, fault);
      return;
    }
  if (self->index == NULL)
    self->index = dkim_field_index_new (self->fields);
  if (self->hashes == NULL)
    self->hashes = dkim_body_hashes_new ();
  signature->body = dkim_body_hashes_add (self->hashes, claim->body_form, claim->limit);
}

/* Nobody is to ask for a key when the result stands. */
static void
forget_key (gpointer signature, gpointer user_data)
{
  AimxSignature *shown = signature;

  if (shown->result != NULL)
    g_clear_pointer (&shown->key_name, g_free);
}

static void
complete_header (DkimCheck *self)
{
  gsize length, body;
  const char *header;

  self->intake.complete = TRUE;
  self->header = g_string_free_to_bytes (g_steal_pointer (&self->intake.header));
  header = g_bytes_get_data (self->header, &length);
  self->fields = dkim_fields_split (header, length, &body);
  self->signatures = g_ptr_array_new_with_free_func ((GDestroyNotify) signature_free);
  find_signatures (self);
  for (guint i = 0; i < self->signatures->len; i++)
    prepare (self, self->signatures->pdata[i]);
  g_ptr_array_foreach (self->signatures, forget_key, NULL);
}

/* ---- the message ---- */

static gboolean
check_update (AimxSignatureCheck *check, const char *data, gsize length)
{
  DkimCheck *self = DKIM_CHECK (check);
  gboolean completed = FALSE;

  g_return_val_if_fail (!self->is_over, FALSE);

  if (!self->intake.complete)
    {
      gsize taken = dkim_intake_take_header (&self->intake, data, length);

      completed = self->intake.complete;
      if (completed)
        complete_header (self);
      data += taken;
      length -= taken;
    }
  if (self->intake.complete && self->hashes != NULL)
    dkim_intake_take_body (&self->intake, data, length, dkim_body_hashes_update, self->hashes);
  return completed;
}

static void
check_end (AimxSignatureCheck *check)
{
  DkimCheck *self = DKIM_CHECK (check);

  g_return_if_fail (!self->is_over);

  if (!self->intake.complete)
    complete_header (self);
  if (self->hashes != NULL)
    dkim_body_hashes_end (self->hashes);
  self->is_over = TRUE;
}

static GBytes *
check_get_header (AimxSignatureCheck *check)
{
  return DKIM_CHECK (check)->header;
}

static GPtrArray *
check_get_signatures (AimxSignatureCheck *check)
{
  return DKIM_CHECK (check)->signatures;
}

static guint
check_count_arc_results (AimxSignatureCheck *check, guint instance)
{
  const DkimArcSets *sets = DKIM_CHECK (check)->sets;

  return sets != NULL ? sets->sets[instance].n[DKIM_ARC_RESULTS] : 0;
}

/* ---- keys ---- */

static gboolean
check_answer (AimxDnsAnswer *answer, const char *name, GError **error)
{
  const char *reason = aimx_dns_answer_get_reason (answer);

  if (aimx_dns_answer_get_n_records (answer) > 0)
    return TRUE;
  if (aimx_dns_answer_get_status (answer) == AIMX_DNS_FAILED)
    return dkim_refuse (error, DKIM_FAULT_TEMPERROR, "the key at %s cannot be had now%s%s", name,
                        reason != NULL ? ": " : "", reason != NULL ? reason : "");
  return dkim_refuse (error, DKIM_FAULT_PERMERROR, "there is no key at %s", name);
}

static gboolean
fits (const DkimClaim *claim, const DkimKeyRecord *record, GError **error)
{
  if (record->algorithm != claim->algorithm)
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "the key is for %s, the signature is %s",
                        dkim_algorithm_to_string (record->algorithm), claim->shown.algorithm);
  if (record->strict && claim->for_subdomain)
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "the key is not for subdomains, which i= names");
  return TRUE;
}

/* ---- verdicts ---- */

static gboolean
check_body (const Signature *signature, GError **error)
{
  const DkimBodyHash *body = signature->body;

  if (body == NULL)
    return TRUE;
  if (!body->known)
    return dkim_refuse (error, DKIM_FAULT_FAIL, "the body is shorter than was signed");
  if (memcmp (body->digest, g_bytes_get_data (signature->claim.body_hash, NULL), sizeof body->digest) != 0)
    return dkim_refuse (error, DKIM_FAULT_FAIL, "the body has changed");
  return TRUE;
}

static gboolean
hash_header (DkimCheck *self, const Signature *signature, guint8 digest[DKIM_HASH_SIZE], GError **error)
{
  const DkimClaim *claim = &signature->claim;

  if (claim->shown.kind == AIMX_SIGNATURE_ARC_SEAL ? dkim_seal_hash (claim, signature->field, self->sets, digest)
                                                   : dkim_header_hash (claim, signature->field, self->index, digest))
    return TRUE;
  return dkim_refuse (error, DKIM_FAULT_TEMPERROR, "the header cannot be hashed now");
}

static gboolean
verify (DkimCheck *self, Signature *signature, AimxDnsAnswer *answer, GError **error)
{
  g_auto (DkimKeyRecord) record = { 0 };
  guint8 digest[DKIM_HASH_SIZE];

  if (!check_answer (answer, signature->claim.shown.key_name, error) ||
      !dkim_key_answer_find (answer, &record, NULL, NULL, error))
    return FALSE;
  signature->claim.shown.testing = record.testing;
  return fits (&signature->claim, &record, error) && check_body (signature, error) &&
         hash_header (self, signature, digest, error) &&
         dkim_public_key_verify (&record, digest, signature->claim.signature, error);
}

static void
check_judge (AimxSignatureCheck *check, guint index, AimxDnsAnswer *answer)
{
  DkimCheck *self = DKIM_CHECK (check);
  g_autoptr (GError) fault = NULL;
  Signature *signature;

  g_return_if_fail (self->is_over && index < self->signatures->len);
  signature = self->signatures->pdata[index];
  g_return_if_fail (signature->claim.shown.result == NULL);

  if (verify (self, signature, answer, &fault))
    signature->claim.shown.result = "pass";
  else
    set_fault (signature, fault);
}

/* ---- life ---- */

DkimCheck *
dkim_check_new (gint64 at)
{
  DkimCheck *self = g_object_new (DKIM_TYPE_CHECK, NULL);

  self->at = at;
  return self;
}

static void
check_interface_init (AimxSignatureCheckInterface *interface)
{
  interface->update = check_update;
  interface->end = check_end;
  interface->get_header = check_get_header;
  interface->get_signatures = check_get_signatures;
  interface->judge = check_judge;
  interface->count_arc_results = check_count_arc_results;
}

static void
dkim_check_finalize (GObject *object)
{
  DkimCheck *self = DKIM_CHECK (object);

  g_clear_pointer (&self->signatures, g_ptr_array_unref);
  g_clear_pointer (&self->hashes, dkim_body_hashes_free);
  g_clear_pointer (&self->index, dkim_field_index_free);
  g_clear_pointer (&self->sets, g_free);
  g_clear_pointer (&self->fields, g_array_unref);
  g_clear_pointer (&self->header, g_bytes_unref);
  dkim_intake_clear (&self->intake);
  G_OBJECT_CLASS (dkim_check_parent_class)->finalize (object);
}

static void
dkim_check_class_init (DkimCheckClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = dkim_check_finalize;
}

static void
dkim_check_init (DkimCheck *self)
{
  dkim_intake_init (&self->intake, AIMX_SIGNED_HEADER_MAX);
}
