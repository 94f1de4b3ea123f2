/* SPDX-License-Identifier: MIT */
/*
 * An SPF check over pipes, for a test that plays the DNS.
 *
 * Reads lines of fields with tabs between them: first ADDRESS, HELO, MAIL-FROM and RECEIVER. Asks with `? TYPE NAME`, a
 * line each, and reads an answer a line, in that order: a word for its status, then its records; those of TXT in hex.
 * Ends with `= RESULT EXPLANATION`, and begins again.
 */
#include "mailauth/spf/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static GStrv
read_fields (void)
{
  g_autofree char *line = NULL;
  gsize size = 0;
  gssize length = getline (&line, &size, stdin);

  if (length < 0)
    return NULL;
  g_strchomp (line);
  return g_strsplit (line, "\t", -1);
}

static AimxDnsStatus
get_status (const char *word)
{
  static const char *const words[] = {
    [AIMX_DNS_FOUND] = "found",
    [AIMX_DNS_NO_DATA] = "no-data",
    [AIMX_DNS_NO_NAME] = "no-name",
    [AIMX_DNS_FAILED] = "failed",
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (word, words[i]))
      return (AimxDnsStatus) i;
  g_error ("'%s' is no status", word);
}

static GBytes *
read_hex (const char *text)
{
  gsize length = strlen (text) / 2;
  guint8 *bytes = g_malloc (length + 1);

  for (gsize i = 0; i < length; i++)
    bytes[i] = (guint8) (g_ascii_xdigit_value (text[2 * i]) << 4 | g_ascii_xdigit_value (text[2 * i + 1]));
  return g_bytes_new_take (bytes, length);
}

static AimxDnsAnswer *
read_answer (AimxDnsType type)
{
  g_auto (GStrv) fields = read_fields ();
  AimxDnsAnswer *answer;

  g_assert_nonnull (fields);
  answer = aimx_dns_answer_new (get_status (fields[0]), AIMX_DNS_INSECURE, 60, NULL);
  for (char **field = fields + 1; *field != NULL; field++)
    if (type == AIMX_DNS_TXT)
      {
        g_autoptr (GBytes) data = read_hex (*field);

        aimx_dns_answer_add_data (answer, data);
      }
    else
      aimx_dns_answer_add_name (answer, 0, *field);
  return answer;
}

static void
run (SpfCheck *check)
{
  guint answered = 0;
  SpfResult result;

  while ((result = spf_check_step (check)) == SPF_PENDING)
    {
      guint n = spf_check_get_n_questions (check);

      g_assert_cmpuint (answered, <, n);
      for (; answered < n; answered++)
        {
          AimxDnsType type;
          const char *name = spf_check_get_question (check, answered, &type);
          g_autoptr (AimxDnsAnswer) answer = NULL;

          printf ("? %d %s\n", (int) type, name);
          fflush (stdout);
          answer = read_answer (type);
          spf_check_answer (check, answered, answer);
        }
    }
  printf ("= %s %s\n", spf_result_get_word (result),
          spf_check_get_explanation (check) != NULL ? spf_check_get_explanation (check) : "");
  fflush (stdout);
}

int
main (void)
{
  g_auto (GStrv) fields = NULL;

  while ((fields = read_fields ()) != NULL)
    {
      g_autoptr (SpfCheck) check = NULL;

      g_assert_cmpuint (g_strv_length (fields), ==, 4);
      check = spf_check_new (&(SpfClient){
          .address = fields[0], .helo = fields[1], .mail_from = fields[2], .receiver = fields[3], .now = 1795536000 });
      g_assert_nonnull (check);
      run (check);
      g_clear_pointer (&fields, g_strfreev);
    }
  return EXIT_SUCCESS;
}
