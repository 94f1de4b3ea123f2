/* SPDX-License-Identifier: MIT */
/* Any bytes as the value of a signature field: what is read of it lies in it, and a mistake is named. */
#include "dkim/verify/claim.h"
#include "dkim/verify/fault.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const char *const names[] = {
  [AIMX_SIGNATURE_DKIM] = "DKIM-Signature",
  [AIMX_SIGNATURE_ARC_MESSAGE] = "ARC-Message-Signature",
  [AIMX_SIGNATURE_ARC_SEAL] = "ARC-Seal",
};

static void
check_claim (const DkimClaim *claim, const DkimField *field)
{
  g_assert_nonnull (claim->shown.key_name);
  g_assert_nonnull (claim->signature);
  g_assert_cmpuint (g_bytes_get_size (claim->signature), >, 0);
  g_assert_cmpuint (claim->cut_begin, <=, claim->cut_end);
  g_assert_cmpuint (claim->cut_end, <=, field->length);
  g_assert_true (field->data[claim->cut_begin - 1] == '=');
  g_assert_cmpint (claim->limit, >=, 0);
  g_assert_true (claim->shown.kind == AIMX_SIGNATURE_DKIM || claim->shown.instance > 0);
  g_assert_true ((claim->shown.kind == AIMX_SIGNATURE_ARC_SEAL) == (claim->shown.chain_validation != NULL));
  g_assert_true ((claim->shown.kind == AIMX_SIGNATURE_ARC_SEAL) == (claim->body_hash == NULL));
  g_assert_true ((claim->shown.kind == AIMX_SIGNATURE_ARC_SEAL) == (claim->shown.signed_fields == NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  for (AimxSignatureKind kind = AIMX_SIGNATURE_DKIM; kind <= AIMX_SIGNATURE_ARC_SEAL; kind++)
    {
      g_autoptr (GString) text = g_string_new (names[kind]);
      g_autoptr (GError) fault = NULL;
      DkimClaim claim = { 0 };
      DkimField field;

      g_string_append_c (text, ':');
      g_string_append_len (text, (const char *) data, (gssize) size);
      field = (DkimField){ text->str, text->len, strlen (names[kind]) };
      if (dkim_claim_init (&claim, kind, &field, 1700000000, &fault))
        check_claim (&claim, &field);
      else
        g_assert_true (fault != NULL && g_utf8_validate (fault->message, -1, NULL));
      dkim_claim_clear (&claim);
    }
  return 0;
}
