/* SPDX-License-Identifier: MIT */
/*
 * A DNS that says whatever it likes: the first line of the input is the sender, every other one is the text of a TXT
 * record. Whichever question is asked gets the next line: as a record, as a name, or as an address. The check ends,
 * keeps its limits, and asks for nothing that is no name.
 */
#include "mailauth/spf/check.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* TXT, A or AAAA, PTR and MX of ten hosts each, ten look-ups deep. */
#define QUESTIONS_MAX 300

typedef struct
{
  const char *at;
  const char *end;
} Lines;

static char *
take_line (Lines *self, gsize *length)
{
  const char *line_feed = self->at < self->end ? memchr (self->at, '\n', (gsize) (self->end - self->at)) : NULL;
  const char *end = line_feed != NULL ? line_feed : self->end;
  char *line = g_strndup (self->at, (gsize) (end - self->at));

  *length = (gsize) (end - self->at);
  memcpy (line, self->at, *length);
  self->at = line_feed != NULL ? line_feed + 1 : self->end;
  return line;
}

static AimxDnsAnswer *
make_answer (Lines *lines, AimxDnsType type)
{
  gsize length;
  g_autofree char *line = take_line (lines, &length);
  g_autoptr (GBytes) bytes = g_bytes_new (line, length);
  AimxDnsAnswer *answer = aimx_dns_answer_new (length == 0               ? AIMX_DNS_NO_DATA
                                               : strcmp (line, "!") == 0 ? AIMX_DNS_FAILED
                                                                         : AIMX_DNS_FOUND,
                                               AIMX_DNS_INSECURE, 60, NULL);

  if (aimx_dns_answer_get_status (answer) != AIMX_DNS_FOUND)
    return answer;
  if (type == AIMX_DNS_TXT)
    aimx_dns_answer_add_data (answer, bytes);
  else
    {
      g_auto (GStrv) words = g_strsplit (line, " ", 12);

      for (char **word = words; *word != NULL; word++)
        aimx_dns_answer_add_name (answer, 0, *word);
    }
  return answer;
}

static void
check_results (SpfCheck *check)
{
  const char *explanation = spf_check_get_explanation (check);

  g_assert_cmpuint (spf_check_get_lookups (check), <=, SPF_LOOKUPS_MAX);
  if (explanation != NULL)
    g_assert_true (g_utf8_validate (explanation, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Lines lines = { (const char *) data, (const char *) data + size };
  gsize length;
  g_autofree char *sender = take_line (&lines, &length);
  g_autoptr (SpfCheck) check = spf_check_new (&(SpfClient){ .address = size % 2 == 0 ? "192.0.2.1" : "2001:db8::1",
                                                            .helo = "helo.test",
                                                            .mail_from = sender,
                                                            .receiver = "receiver.test" });
  guint n = 0;

  while (spf_check_step (check) == SPF_PENDING)
    {
      g_assert_cmpuint (n, <, spf_check_get_n_questions (check));
      g_assert_cmpuint (spf_check_get_n_questions (check), <, QUESTIONS_MAX);
      for (; n < spf_check_get_n_questions (check); n++)
        {
          AimxDnsType type;
          const char *name = spf_check_get_question (check, n, &type);
          g_autoptr (AimxDnsAnswer) answer = make_answer (&lines, type);

          g_assert_cmpuint (strlen (name), <=, 253);
          spf_check_answer (check, n, answer);
        }
    }
  check_results (check);
  return 0;
}
