/* SPDX-License-Identifier: MIT */
/* Any bytes as a key record, and the key in it as one to verify with. */
#include "dkim/verify/public-key.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const guint8 digest[DKIM_HASH_SIZE] = { 1, 2, 3 };
  g_auto (DkimKeyRecord) record = { 0 };
  g_autoptr (GError) fault = NULL;
  g_autoptr (GBytes) signature = g_bytes_new (data, size);

  if (dkim_key_record_init (&record, (const char *) data, size, &fault))
    {
      g_assert_cmpuint (g_bytes_get_size (record.key), >, 0);
      g_assert_false (dkim_public_key_verify (&record, digest, signature, &fault));
    }
  g_assert_true (fault != NULL && g_utf8_validate (fault->message, -1, NULL));
  return 0;
}
