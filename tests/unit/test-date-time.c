/* SPDX-License-Identifier: MIT */
/* Promises of modules/ingest/parser/date-time.h. */
#include "parser/date-time.h"

#include <string.h>

static const struct
{
  const char *text;
  const char *time; /* nullable */
} dates[] = {
  { "Tue, 01 Jul 2025 10:00:00 +0200", "2025-07-01T10:00:00+02:00" },
  { " Tue, 1 Jul 2025 10:00:00 -0330\r\n", "2025-07-01T10:00:00-03:30" },
  { "1 jul 2025 10:00 +0000", "2025-07-01T10:00:00Z" },
  { "TUE,1 JUL 2025 10:00:00 -0000", "2025-07-01T10:00:00Z" },
  { "Tue,\r\n\t1 Jul\r\n 2025 10:00:00\r\n +0200", "2025-07-01T10:00:00+02:00" },
  /* RFC 5322, appendix A.5 and A.6.3 */
  { "Thu,\r\n  13\r\n    Feb\r\n      1969\r\n  23:32\r\n  -0330 (Newfoundland Time)", "1969-02-13T23:32:00-03:30" },
  { "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "1997-11-21T09:55:06-06:00" },
  { "21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06Z" },
  { "Tue, 1 Jul 2025 10:00:00 +0200 (CEST)", "2025-07-01T10:00:00+02:00" },
  { "Tue, 1 Jul 2025 10:00:00 +0200 (a (nested\\)) comment) (b)", "2025-07-01T10:00:00+02:00" },
  { "(a)Tue(b),(c)1(d)Jul(e)2025(f)10(g):(h)00(i):(j)00(k)GMT(l)", "2025-07-01T10:00:00Z" },
  /* years of old */
  { "1 Jul 25 10:00:00 GMT", "2025-07-01T10:00:00Z" },
  { "1 Jul 49 10:00:00 GMT", "2049-07-01T10:00:00Z" },
  { "1 Jul 50 10:00:00 GMT", "1950-07-01T10:00:00Z" },
  { "1 Jul 125 10:00:00 GMT", "2025-07-01T10:00:00Z" },
  { "1 Jan 1900 00:00:00 GMT", "1900-01-01T00:00:00Z" },
  { "31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59Z" },
  { "1 Jul 0001 10:00:00 GMT", NULL },
  { "31 Dec 1899 10:00:00 GMT", NULL },
  { "1 Jul 5 10:00:00 GMT", NULL },
  { "1 Jul 12025 10:00:00 GMT", NULL },
  /* days that there are */
  { "29 Feb 2024 10:00:00 GMT", "2024-02-29T10:00:00Z" },
  { "29 Feb 2025 10:00:00 GMT", NULL },
  { "31 Jun 2025 10:00:00 GMT", NULL },
  { "0 Jul 2025 10:00:00 GMT", NULL },
  { "001 Jul 2025 10:00:00 GMT", NULL },
  { "1 Juli 2025 10:00:00 GMT", NULL },
  { "1 07 2025 10:00:00 GMT", NULL },
  { "Die, 1 Jul 2025 10:00:00 GMT", NULL },
  { "Tu, 1 Jul 2025 10:00:00 GMT", NULL },
  /* times of day */
  { "1 Jul 2025 23:59:60 +0000", "2025-07-01T23:59:59Z" },
  { "1 Jul 2025 23:59:61 +0000", NULL },
  { "1 Jul 2025 24:00:00 +0000", NULL },
  { "1 Jul 2025 10:60:00 +0000", NULL },
  { "1 Jul 2025 10:00:00.123 +0200", NULL },
  { "1 Jul 2025 10.00.00 +0000", NULL },
  { "1 Jul 2025 10:0:00 +0000", NULL },
  { "1 Jul 2025 10:00:000 +0000", NULL },
  { "1 Jul 2025 10:00: +0000", NULL },
  { "1 Jul 2025 10 +0000", NULL },
  { "1 Jul 2025 1000 +0000", NULL },
  { "1 Jul 2025 +0000", NULL },
  /* zones */
  { "1 Jul 2025 10:00:00 UT", "2025-07-01T10:00:00Z" },
  { "1 Jul 2025 10:00:00 est", "2025-07-01T10:00:00-05:00" },
  { "1 Jul 2025 10:00:00 EDT", "2025-07-01T10:00:00-04:00" },
  { "1 Jul 2025 10:00:00 CST", "2025-07-01T10:00:00-06:00" },
  { "1 Jul 2025 10:00:00 CDT", "2025-07-01T10:00:00-05:00" },
  { "1 Jul 2025 10:00:00 MST", "2025-07-01T10:00:00-07:00" },
  { "1 Jul 2025 10:00:00 MDT", "2025-07-01T10:00:00-06:00" },
  { "1 Jul 2025 10:00:00 PST", "2025-07-01T10:00:00-08:00" },
  { "1 Jul 2025 10:00:00 PDT", "2025-07-01T10:00:00-07:00" },
  { "1 Jul 2025 10:00:00 Z", "2025-07-01T10:00:00Z" },
  { "1 Jul 2025 10:00:00 a", "2025-07-01T10:00:00Z" },
  { "1 Jul 2025 10:00:00 J", NULL },
  { "1 Jul 2025 10:00:00 CEST", NULL },
  { "1 Jul 2025 10:00:00 GMT EST", NULL },
  { "1 Jul 2025 10:00:00 +2359", "2025-07-01T10:00:00+23:59" },
  { "1 Jul 2025 10:00:00 +2400", NULL },
  { "1 Jul 2025 10:00:00 +0060", NULL },
  { "1 Jul 2025 10:00:00 +9999", NULL },
  { "1 Jul 2025 10:00:00 +020", NULL },
  { "1 Jul 2025 10:00:00 +02", NULL },
  { "1 Jul 2025 10:00:00 +02000", NULL },
  { "1 Jul 2025 10:00:00 +", NULL },
  { "1 Jul 2025 10:00:00 0200", NULL },
  { "1 Jul 2025 10:00:00", NULL },
  /* what senders do */
  { "Tue, 01 Jul 2025 10:00:00 +02:00", "2025-07-01T10:00:00+02:00" },
  { "Tue, 01 Jul 2025 10:00:00 -00:30", "2025-07-01T10:00:00-00:30" },
  { "Tue, 01 Jul 2025 10:00:00 +02:0", NULL },
  { "Tue, 01 Jul 2025 10:00:00 +2:00", NULL },
  { "Tue, 01 Jul 2025 10:00:00 UTC", "2025-07-01T10:00:00Z" },
  { "Tue, 01 Jul 2025 10:00:00 GMT+0200", "2025-07-01T10:00:00+02:00" },
  { "Tue, 01 Jul 2025 10:00:00 GMT-02:00 (x)", "2025-07-01T10:00:00-02:00" },
  { "Tue, 01 Jul 2025 10:00:00 GMT+2", NULL },
  { "Tue, 01 Jul 2025 10:00:00 EST+0200", NULL },
  { "Tue 1 Jul 2025 9:05:03 +0200", "2025-07-01T09:05:03+02:00" },
  /* other things */
  { "", NULL },
  { "Tue", NULL },
  { "Tue,", NULL },
  { ", 1 Jul 2025 10:00:00 +0200", NULL },
  { "yesterday around noon", NULL },
  { "2025-07-01T10:00:00+02:00", NULL },
  { "Tue Jul  1 10:00:00 2025", NULL },
  { "Tuesday, 01-Jul-25 10:00:00 GMT", NULL },
  { "Tue, 1 Jul 2025 10:00:00 +0200 (CEST", NULL },
  { "Tue, 1 Jul 2025 10:00:00 +0200 CEST)", NULL },
  { "Tue, 1 Jul 2025 10:00:00 +0200 x", NULL },
};

static void
test_what_is_certainly_a_time_is_read_and_nothing_else (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (dates); i++)
    {
      g_autofree char *time = date_time_to_rfc3339 (dates[i].text, strlen (dates[i].text));

      g_test_message ("%s", dates[i].text);
      g_assert_cmpstr (time, ==, dates[i].time);
    }
}

static void
test_no_byte_behind_the_text_is_read (void)
{
  static const char text[] = "Tue, 01 Jul 2025 10:00:00 GMT+02:00 (\\";

  for (gsize length = 0; length < sizeof text; length++)
    {
      g_autofree char *copy = g_memdup2 (text, length);
      g_autofree char *time = date_time_to_rfc3339 (copy, length);

      g_assert_true (time == NULL || g_str_has_prefix (time, "2025-07-01T10:00:00"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/date-time/what-is-certainly-a-time-is-read-and-nothing-else",
                   test_what_is_certainly_a_time_is_read_and_nothing_else);
  g_test_add_func ("/date-time/no-byte-behind-the-text-is-read", test_no_byte_behind_the_text_is_read);
  return g_test_run ();
}
