/* SPDX-License-Identifier: MIT */
/*
 * A DNS of a test's own: a zone as text, and what it answers.
 *
 * A line of a zone is `NAME TYPE VALUE`. `NAME FAIL` answers nothing, whatever is asked; a name that is in no line is
 * not there. TXT values are taken as they are, with `\xNN` for other bytes; MX has its preference before the name; a
 * PTR has the address for its name.
 */
#pragma once

#include <aimx/resolver.h>

#include <string.h>

static inline const char *
scripted_dns_get_type_name (AimxDnsType type)
{
  return type == AIMX_DNS_A      ? "A"
         : type == AIMX_DNS_AAAA ? "AAAA"
         : type == AIMX_DNS_MX   ? "MX"
         : type == AIMX_DNS_PTR  ? "PTR"
                                 : "TXT";
}

static inline void
scripted_dns_add_record (AimxDnsAnswer *answer, AimxDnsType type, const char *value)
{
  if (type == AIMX_DNS_TXT)
    {
      g_autofree char *bytes = g_strcompress (value);
      g_autoptr (GBytes) data = g_bytes_new (bytes, strlen (bytes));

      aimx_dns_answer_add_data (answer, data);
    }
  else if (type == AIMX_DNS_MX)
    {
      const char *blank = strchr (value, ' ');

      aimx_dns_answer_add_name (answer, (guint) g_ascii_strtoull (value, NULL, 10), blank + 1);
    }
  else
    aimx_dns_answer_add_name (answer, 0, value);
}

/* Returns: (transfer full): what @zone answers */
static inline AimxDnsAnswer *
scripted_dns_answer (const char *zone, const char *name, AimxDnsType type)
{
  g_auto (GStrv) lines = g_strsplit (zone, "\n", -1);
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  AimxDnsAnswer *answer;
  gboolean is_there = FALSE;
  gboolean fails = FALSE;

  for (char **line = lines; *line != NULL; line++)
    {
      g_auto (GStrv) words = g_strsplit (*line, " ", 3);

      if (g_strv_length (words) < 2 || g_ascii_strcasecmp (words[0], name) != 0)
        continue;
      is_there = TRUE;
      fails |= strcmp (words[1], "FAIL") == 0;
      if (strcmp (words[1], scripted_dns_get_type_name (type)) == 0)
        g_ptr_array_add (values, *line + strlen (words[0]) + strlen (words[1]) + 2);
    }
  answer = aimx_dns_answer_new (fails             ? AIMX_DNS_FAILED
                                : values->len > 0 ? AIMX_DNS_FOUND
                                : is_there        ? AIMX_DNS_NO_DATA
                                                  : AIMX_DNS_NO_NAME,
                                AIMX_DNS_INSECURE, 60, fails ? "the zone says so" : NULL);
  for (guint i = 0; !fails && i < values->len; i++)
    scripted_dns_add_record (answer, type, values->pdata[i]);
  return answer;
}
