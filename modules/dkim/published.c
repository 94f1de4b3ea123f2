/* SPDX-License-Identifier: MIT */
#include "published.h"

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

static DkimPublished
judge_text (const char *text, const char *expected)
{
  g_autofree char *key = get_key (text);

  if (key == NULL)
    return DKIM_PUBLISHED_MISSING;
  if (*key == '\0')
    return DKIM_PUBLISHED_REVOKED;
  return strcmp (key, expected) == 0 ? DKIM_PUBLISHED_RIGHT : DKIM_PUBLISHED_DIFFERENT;
}

static char *
get_text (AimxDnsAnswer *answer, guint index)
{
  gsize length;
  const char *data = g_bytes_get_data (aimx_dns_answer_get_record (answer, index)->data, &length);

  return g_utf8_make_valid (data != NULL ? data : "", (gssize) length);
}

DkimPublished
dkim_published_judge (AimxDnsAnswer *answer, const char *record, char **found)
{
  g_autofree char *expected = get_key (record);
  DkimPublished result = DKIM_PUBLISHED_MISSING;

  *found = NULL;
  if (aimx_dns_answer_get_status (answer) == AIMX_DNS_FAILED)
    {
      *found = g_strdup (aimx_dns_answer_get_reason (answer));
      return DKIM_PUBLISHED_UNKNOWN;
    }
  for (guint i = 0; i < aimx_dns_answer_get_n_records (answer); i++)
    {
      g_autofree char *text = get_text (answer, i);
      DkimPublished one = judge_text (text, expected);

      if (one == DKIM_PUBLISHED_MISSING || (result != DKIM_PUBLISHED_MISSING && one == DKIM_PUBLISHED_RIGHT))
        continue;
      result = one;
      g_free (*found);
      *found = g_steal_pointer (&text);
    }
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
