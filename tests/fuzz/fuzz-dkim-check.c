/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a message with keys: what the DNS would have, a line for each record of name, space, value; a line `--`;
 * the message. Every signature gets a result, which is the same however the message is cut.
 */
#include "dkim/check.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* More answers take more time and find nothing. */
#define ANSWERS_MAX 16

static AimxDnsAnswer *
look_up (char **records, const char *name)
{
  AimxDnsAnswer *answer = aimx_dns_answer_new (AIMX_DNS_FOUND, AIMX_DNS_INSECURE, 0, NULL);

  for (; *records != NULL; records++)
    if (g_str_has_prefix (*records, name) && (*records)[strlen (name)] == ' ' &&
        aimx_dns_answer_get_n_records (answer) < ANSWERS_MAX)
      {
        const char *value = *records + strlen (name) + 1;
        g_autoptr (GBytes) data = g_bytes_new (value, strlen (value));

        aimx_dns_answer_add_data (answer, data);
      }
  return answer;
}

/* @step: 0 for pieces of many lengths */
static AimxSignatureCheck *
check (const char *message, gsize length, gsize step, char **records)
{
  AimxSignatureCheck *self = AIMX_SIGNATURE_CHECK (dkim_check_new (1700000000));
  g_autoptr (GRand) lengths = g_rand_new_with_seed ((guint32) length);
  GPtrArray *signatures;

  while (length > 0)
    {
      gsize n = step > 0 ? step : (gsize) g_rand_int_range (lengths, 1, 100);

      n = MIN (n, length);
      aimx_signature_check_update (self, message, n);
      message += n;
      length -= n;
    }
  aimx_signature_check_end (self);
  signatures = aimx_signature_check_get_signatures (self);
  for (guint i = 0; i < signatures->len; i++)
    {
      const AimxSignature *signature = signatures->pdata[i];

      g_assert_true ((signature->key_name == NULL) == (signature->result != NULL));
      if (signature->key_name != NULL)
        {
          g_autoptr (AimxDnsAnswer) answer = look_up (records, signature->key_name);

          aimx_signature_check_judge (self, i, answer);
        }
    }
  return self;
}

static void
compare (AimxSignatureCheck *first, AimxSignatureCheck *second)
{
  GPtrArray *signatures = aimx_signature_check_get_signatures (first);
  GPtrArray *others = aimx_signature_check_get_signatures (second);

  g_assert_true (g_bytes_equal (aimx_signature_check_get_header (first), aimx_signature_check_get_header (second)));
  g_assert_cmpuint (signatures->len, ==, others->len);
  for (guint i = 0; i <= AIMX_ARC_SETS_MAX; i++)
    g_assert_cmpuint (aimx_signature_check_count_arc_results (first, i), ==,
                      aimx_signature_check_count_arc_results (second, i));
  for (guint i = 0; i < signatures->len; i++)
    {
      const AimxSignature *a = signatures->pdata[i], *b = others->pdata[i];

      g_assert_nonnull (a->result);
      g_assert_true ((strcmp (a->result, "pass") == 0) == (a->reason == NULL));
      g_assert_cmpstr (a->result, ==, b->result);
      g_assert_cmpstr (a->reason, ==, b->reason);
      g_assert_cmpint (a->whole_body, ==, b->whole_body);
      g_assert_cmpint (a->testing, ==, b->testing);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data;
  const char *mark = memmem (text, size, "\n--\n", 4);
  const char *message = mark != NULL ? mark + 4 : text;
  g_autofree char *keys = g_strndup (text, mark != NULL ? (gsize) (mark - text) : 0);
  g_auto (GStrv) records = g_strsplit (keys, "\n", -1);
  gsize length = size - (gsize) (message - text);
  g_autoptr (AimxSignatureCheck) whole = check (message, length, MAX (length, 1), records);
  g_autoptr (AimxSignatureCheck) bytes = check (message, length, 1, records);
  g_autoptr (AimxSignatureCheck) pieces = check (message, length, 0, records);

  compare (whole, bytes);
  compare (whole, pieces);
  return 0;
}
