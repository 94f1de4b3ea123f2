/* SPDX-License-Identifier: MIT */
#include "key-answer.h"

static void
read_record (AimxDnsAnswer *answer, guint index, DkimKeyRecord *record, GError **why)
{
  gsize length;
  const char *text = g_bytes_get_data (aimx_dns_answer_get_record (answer, index)->data, &length);

  dkim_key_record_clear (record);
  g_clear_error (why);
  *record = (DkimKeyRecord){ 0 };
  dkim_key_record_init (record, text, length, why);
}

static gboolean
is_key_record (AimxDnsAnswer *answer, guint index)
{
  g_auto (DkimKeyRecord) record = { 0 };
  g_autoptr (GError) why = NULL;

  read_record (answer, index, &record, &why);
  return record.is_key;
}

gboolean
dkim_key_answer_find (AimxDnsAnswer *answer, DkimKeyRecord *record, guint *index, guint *n_keys, GError **error)
{
  g_autoptr (GError) why = NULL;
  guint n = 0, found = 0;

  for (guint i = 0; i < aimx_dns_answer_get_n_records (answer); i++)
    if (is_key_record (answer, i) && n++ == 0)
      found = i;
  read_record (answer, found, record, &why);
  if (index != NULL)
    *index = found;
  if (n_keys != NULL)
    *n_keys = n;
  if (n > 1)
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "there is more than one key in its place");
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}
