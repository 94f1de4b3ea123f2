/* SPDX-License-Identifier: MIT */
#include "arc.h"

/* ---- the sets ---- */

static ArcSet *
get_set (ArcChain *self, guint instance)
{
  if (instance == 0 || instance > AIMX_ARC_SETS_MAX)
    return NULL;
  self->n_sets = MAX (self->n_sets, instance);
  return &self->sets[instance - 1];
}

static void G_GNUC_PRINTF (2, 3) fail (ArcChain *self, const char *format, ...)
{
  va_list args;

  if (self->reason != NULL)
    return;
  self->result = "fail";
  va_start (args, format);
  self->reason = g_strdup_vprintf (format, args);
  va_end (args);
}

static void
collect_results (ArcChain *self, const guint *results)
{
  if (results[0] > 0)
    fail (self, "an ARC-Authentication-Results field has no instance from 1 to %d", AIMX_ARC_SETS_MAX);
  for (guint i = 1; i <= AIMX_ARC_SETS_MAX; i++)
    if (results[i] > 0)
      get_set (self, i)->n_results = results[i];
}

static void
collect_signatures (ArcChain *self, GPtrArray *signatures)
{
  for (guint i = 0; i < signatures->len; i++)
    {
      const AimxSignature *signature = signatures->pdata[i];
      ArcSet *set = signature->kind != AIMX_SIGNATURE_DKIM ? get_set (self, signature->instance) : NULL;

      if (signature->kind == AIMX_SIGNATURE_DKIM)
        continue;
      if (set == NULL)
        fail (self, "an ARC field has no instance from 1 to %d", AIMX_ARC_SETS_MAX);
      else if (signature->kind == AIMX_SIGNATURE_ARC_MESSAGE)
        {
          set->n_messages++;
          set->message = signature;
        }
      else
        {
          set->n_seals++;
          set->seal = signature;
        }
    }
}

/* ---- validation (RFC 8617, 5.2) ---- */

static void
check_structure (ArcChain *self)
{
  for (guint i = 0; i < self->n_sets; i++)
    {
      const ArcSet *set = &self->sets[i];
      const char *expected = i == 0 ? "none" : "pass";

      if (set->n_results != 1 || set->n_messages != 1 || set->n_seals != 1)
        fail (self, "set %u does not have one field of each kind", i + 1);
      else if (g_strcmp0 (set->seal->chain_validation, expected) != 0)
        fail (self, "the seal of set %u says cv=%.20s where it has to be cv=%s", i + 1,
              set->seal->chain_validation != NULL ? set->seal->chain_validation : "", expected);
    }
}

/* Returns: whether an answer is missing */
static gboolean
check_signature (ArcChain *self, const AimxSignature *signature, const char *what, guint instance)
{
  if (g_strcmp0 (signature->result, "pass") == 0)
    return FALSE;
  if (g_strcmp0 (signature->result, "temperror") == 0)
    return TRUE;
  fail (self, "the %s of set %u does not verify: %s", what, instance,
        signature->reason != NULL ? signature->reason : "no result");
  return FALSE;
}

static void
check_signatures (ArcChain *self)
{
  gboolean unknown = check_signature (self, self->sets[self->n_sets - 1].message, "message signature", self->n_sets);

  for (guint i = self->n_sets; i > 0; i--)
    unknown |= check_signature (self, self->sets[i - 1].seal, "seal", i);
  if (self->reason != NULL)
    return;
  self->result = unknown ? "temperror" : "pass";
  if (unknown)
    self->reason = g_strdup ("a key is not known now");
}

ArcChain *
arc_chain_new (const guint *results, GPtrArray *signatures)
{
  ArcChain *self = g_new0 (ArcChain, 1);

  self->result = "none";
  collect_results (self, results);
  collect_signatures (self, signatures);
  check_structure (self);
  if (self->reason == NULL && self->n_sets > 0)
    check_signatures (self);
  return self;
}

void
arc_chain_free (ArcChain *self)
{
  g_free (self->reason);
  g_free (self);
}
