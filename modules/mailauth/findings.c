/* SPDX-License-Identifier: MIT */
#include "findings.h"

void
findings_clear (Findings *self)
{
  g_free (self->authserv_id);
  g_free (self->address);
  g_free (self->helo);
  g_free (self->mail_from);
  g_clear_pointer (&self->spf, spf_check_free);
  g_clear_pointer (&self->iprev, iprev_free);
  g_clear_pointer (&self->authors, dmarc_authors_free);
  for (guint i = 0; i < DMARC_DOMAINS_MAX; i++)
    for (guint j = 0; j < 2; j++)
      g_clear_object (&self->policies[i][j]);
  g_clear_pointer (&self->signatures, g_ptr_array_unref);
}

const char *
findings_get_signature_result (const AimxSignature *signature)
{
  return signature->result != NULL ? signature->result : "temperror";
}
