/* SPDX-License-Identifier: MIT */
#include "published.h"

#include "key-answer.h"
#include "verify/tag-list.h"

#include <string.h>

/* Returns: (transfer full) (nullable): the `p=` of a key record (RFC 6376, 3.6.1) without any white space; %NULL when
 * it is no key record */
static char *
get_key (const char *record)
{
  DkimTagList tags;
  const DkimTag *key;

  if (!dkim_tag_list_parse (&tags, record, strlen (record), NULL))
    return NULL;
  key = dkim_tag_list_find (&tags, "p");
  return key != NULL ? dkim_tag_dup (key) : NULL;
}

static char *
get_text (AimxDnsAnswer *answer, guint index)
{
  gsize length;
  const char *data = g_bytes_get_data (aimx_dns_answer_get_record (answer, index)->data, &length);

  return g_utf8_make_valid (data != NULL ? data : "", (gssize) length);
}

/* A record that verifiers can use: whether it is the one of the key. */
static gboolean
check_key (const DkimKeyRecord *found, const char *record, GError **error)
{
  g_auto (DkimKeyRecord) expected = { 0 };

  if (!dkim_key_record_init (&expected, record, strlen (record), error))
    return FALSE;
  if (found->algorithm != expected.algorithm)
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "it says k=%s, and the key is for %s",
                        dkim_algorithm_to_string (found->algorithm), dkim_algorithm_to_string (expected.algorithm));
  if (!g_bytes_equal (found->key, expected.key))
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "it is of another key");
  if (found->testing)
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "it says t=y: for a test, so that no signature counts");
  return TRUE;
}

/* What a record is that is not right. */
static DkimPublished
classify (const char *text)
{
  g_autofree char *key = get_key (text);

  if (key == NULL)
    return DKIM_PUBLISHED_MISSING;
  return *key == '\0' ? DKIM_PUBLISHED_REVOKED : DKIM_PUBLISHED_DIFFERENT;
}

DkimPublished
dkim_published_judge (AimxDnsAnswer *answer, const char *record, char **found, char **reason)
{
  g_auto (DkimKeyRecord) read = { 0 };
  g_autoptr (GError) why = NULL;
  DkimPublished result = DKIM_PUBLISHED_RIGHT;
  g_autofree char *text = NULL;
  guint index, n_keys;

  *found = *reason = NULL;
  if (aimx_dns_answer_get_status (answer) == AIMX_DNS_FAILED)
    {
      *found = g_strdup (aimx_dns_answer_get_reason (answer));
      return DKIM_PUBLISHED_UNKNOWN;
    }
  if (aimx_dns_answer_get_n_records (answer) == 0)
    return DKIM_PUBLISHED_MISSING;
  dkim_key_answer_find (answer, &read, &index, &n_keys, &why);
  text = get_text (answer, index);
  if (why != NULL || !check_key (&read, record, &why))
    result = n_keys > 1 ? DKIM_PUBLISHED_DIFFERENT : classify (text);
  if (result == DKIM_PUBLISHED_MISSING)
    return result;
  *found = g_steal_pointer (&text);
  *reason = why != NULL ? g_strdup (why->message) : NULL;
  return result;
}

char *
dkim_published_fingerprint (const char *record)
{
  g_autofree char *text = get_key (record);
  gsize length = 0;
  g_autofree guchar *key = g_base64_decode (text != NULL ? text : "", &length);

  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, key, length);
}
