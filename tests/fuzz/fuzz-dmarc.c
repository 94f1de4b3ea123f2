/* SPDX-License-Identifier: MIT */
/*
 * The first line of the input is a DMARC record, the rest the header of a message. What is read keeps its form: a
 * policy is one of three, an author has an address that is text, a domain is a name.
 */
#include "mailauth/dmarc/author.h"
#include "mailauth/dmarc/domain.h"
#include "mailauth/dmarc/record.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_record (const char *text, gsize length)
{
  DmarcRecord record;

  if (!dmarc_record_is (text, length) || !dmarc_record_parse (&record, text, length))
    return;
  g_assert_cmpuint (record.policy, <=, DMARC_POLICY_REJECT);
  g_assert_cmpuint (record.subdomain_policy, <=, DMARC_POLICY_REJECT);
  g_assert_cmpuint (record.percent, <=, 100);
}

static void
check_authors (const char *header, gsize length)
{
  g_autoptr (DmarcAuthors) authors = dmarc_authors_new (header, length);
  const char *single = dmarc_authors_get_single (authors);

  g_assert_cmpuint (authors->addresses->len, <=, DMARC_AUTHORS_MAX);
  g_assert_true (!authors->has_hidden || authors->malformed != NULL);
  if (single != NULL)
    {
      g_assert_true (g_utf8_validate (single, -1, NULL));
      g_assert_nonnull (strchr (single, '@'));
      g_assert_cmpuint (authors->domains->len, <=, 1);
    }
  for (guint i = 0; i < authors->domains->len; i++)
    {
      g_autofree char *again = domain_normalize (authors->domains->pdata[i]);

      g_assert_cmpstr (again, ==, authors->domains->pdata[i]);
      /* No list: every domain is its own organization. */
      g_assert_cmpstr (domain_get_organizational (NULL, again), ==, again);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data;
  const char *line_feed = size > 0 ? memchr (text, '\n', size) : NULL;
  gsize length = line_feed != NULL ? (gsize) (line_feed - text) : size;

  check_record (text, length);
  if (line_feed != NULL)
    check_authors (line_feed + 1, size - length - 1);
  return 0;
}
