/* SPDX-License-Identifier: MIT */
/*
 * Whatever a name server says: the first line of the input is the letter of a type and a name to ask for, every other
 * one the data of a record. What comes out is printable, a name can be asked for again, and nothing is longer than it
 * may be.
 */
#include "resolver/answer.h"
#include "resolver/name.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define RECORDS_MAX (RESOLVER_RECORDS_MAX + 10)

/* Four characters a byte at most. */
#define NAME_TEXT_MAX (255 * 4)

static const struct
{
  char letter;
  AimxDnsType type;
} types[] = {
  { 'A', AIMX_DNS_A },   { '6', AIMX_DNS_AAAA }, { 'C', AIMX_DNS_CNAME }, { 'M', AIMX_DNS_MX },
  { 'P', AIMX_DNS_PTR }, { 'T', AIMX_DNS_TXT },  { 'L', AIMX_DNS_TLSA },
};

static void
check_name (const char *name)
{
  g_autofree char *again = resolver_name_read (name, AIMX_DNS_A);
  g_autofree char *lower = g_ascii_strdown (name, -1);

  g_assert_cmpuint (strlen (name), <=, NAME_TEXT_MAX);
  for (const char *at = name; *at != '\0'; at++)
    g_assert_true (g_ascii_isgraph (*at));
  g_assert_cmpstr (again, ==, *name != '\0' ? lower : NULL);
}

static void
check_record (AimxDnsType type, const AimxDnsRecord *record)
{
  const gboolean has_data = type == AIMX_DNS_TXT || type == AIMX_DNS_TLSA;

  g_assert_true ((record->data != NULL) == has_data && (record->text != NULL) == !has_data);
  if (type == AIMX_DNS_CNAME || type == AIMX_DNS_PTR || type == AIMX_DNS_MX)
    check_name (record->text);
}

static void
check_answer (AimxDnsType type, char **records, int *lengths)
{
  const struct ub_result result = { .data = records, .len = lengths, .havedata = records[0] != NULL, .ttl = 60 };
  g_autoptr (AimxDnsAnswer) answer = resolver_answer_new (type, &result);

  g_assert_cmpuint (aimx_dns_answer_get_n_records (answer), <=, RESOLVER_RECORDS_MAX);
  for (guint i = 0; i < aimx_dns_answer_get_n_records (answer); i++)
    check_record (type, aimx_dns_answer_get_record (answer, i));
}

/* Cuts @data, which stays, into lines. */
static void
cut (char *data, size_t size, char **records, int *lengths)
{
  guint n = 0;

  while (size > 0 && n < RECORDS_MAX)
    {
      char *line_feed = memchr (data, '\n', size);
      const size_t length = line_feed != NULL ? (size_t) (line_feed - data) : size;

      records[n] = data;
      lengths[n++] = (int) length;
      data += length;
      size -= length;
      if (line_feed != NULL)
        {
          data++;
          size--;
        }
    }
  records[n] = NULL;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *copy = g_memdup2 (data, size);
  char *records[RECORDS_MAX + 1];
  int lengths[RECORDS_MAX + 1];
  g_autofree char *asked = NULL;
  g_autofree char *name = NULL;

  cut (copy, size, records, lengths);
  if (records[0] == NULL || lengths[0] == 0)
    return 0;
  asked = g_strndup (records[0] + 1, (gsize) lengths[0] - 1);
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].letter == *records[0])
      {
        name = resolver_name_read (asked, types[i].type);
        check_answer (types[i].type, records + 1, lengths + 1);
      }
  if (name != NULL)
    check_name (name);
  return 0;
}
