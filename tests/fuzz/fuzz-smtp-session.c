/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a conversation. The first byte chooses what the driver answers; the rest is said once in one piece and
 * once in pieces, which must come to the same.
 */
#include "../unit/smtp-dialogue.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_replies (const char *transcript)
{
  g_auto (GStrv) lines = g_strsplit (transcript, "\n", -1);

  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      gsize length = strlen (lines[i]);

      if (*lines[i] == '{')
        continue;
      g_assert_cmpuint (length, <, 512);
      g_assert_true (length > 4 && lines[i][length - 1] == '\r');
      for (int digit = 0; digit < 3; digit++)
        g_assert_true (g_ascii_isdigit (lines[i][digit]));
      g_assert_true (lines[i][3] == ' ' || lines[i][3] == '-');
      for (gsize at = 0; at + 1 < length; at++)
        g_assert_true (g_ascii_isprint (lines[i][at]));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  DialogueOptions options = { .now = G_USEC_PER_SEC };
  g_autoptr (Dialogue) whole = NULL;
  g_autoptr (Dialogue) pieces = NULL;

  if (size == 0)
    return 0;
  options.tls = (data[0] & 1) != 0;
  options.size_limit = (data[0] & 2) != 0 ? 40 : 0;
  options.store = (data[0] & 4) != 0 ? SMTP_STORE_NO_SPACE : SMTP_STORE_OK;
  options.deliver = (data[0] & 8) != 0 ? SMTP_STORE_FAILED : SMTP_STORE_OK;
  whole = dialogue_new (&options);
  pieces = dialogue_new (&options);
  dialogue_run (whole, (const char *) data + 1, size - 1, 0);
  dialogue_run (pieces, (const char *) data + 1, size - 1, 1 + (data[0] >> 4));
  check_replies (whole->transcript->str);
  g_assert_cmpstr (whole->transcript->str, ==, pieces->transcript->str);
  g_assert_true (g_string_equal (whole->stored, pieces->stored));
  g_assert_cmpstr (dialogue_get_end (whole), ==, dialogue_get_end (pieces));
  return 0;
}
