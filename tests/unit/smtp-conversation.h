/* SPDX-License-Identifier: MIT */
/*
 * Tests written as conversations: what the client says, and what comes of it. Each is held again byte by byte and in
 * other pieces, and must come out the same.
 */
#pragma once

#include "smtp-dialogue.h"

#define SECONDS ((gint64) G_USEC_PER_SEC)

#define HI     "EHLO me\r\n"
#define MAIL   "MAIL FROM:<a@b.test>\r\n"
#define RCPT   "RCPT TO:<user@our.test>\r\n"
#define BANNER "220 mx.test ESMTP aimx\r\n"
#define HELLO                                                                                                          \
  "250-mx.test Hello me\r\n250-SIZE 26214400\r\n250-8BITMIME\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n"         \
  "250-CHUNKING\r\n250-SMTPUTF8\r\n250 LIMITS RCPTMAX=100\r\n"
#define MAIL_OK "250 2.1.0 sender OK\r\n"
#define RCPT_OK "250 2.1.5 recipient OK\r\n"
#define GO      "354 send the message, end it with <CRLF>.<CRLF>\r\n"
#define STORED  "250 2.0.0 QID stored\r\n"
#define TRACE                                                                                                          \
  "Received: from me (unknown [192.0.2.1])\r\n\tby mx.test with ESMTP id QID;\r\n\tThu, 1 Jan 1970 00:00:00 +0000\r\n"

/* Runs @said in pieces of every kind; returns the transcript after the banner. @stored: (nullable): all messages */
static inline char *
talk (const DialogueOptions *options, const char *said, gsize length, GString *stored, const char *end)
{
  static const gsize pieces[] = { 0, 1, 2, 3, 7, 64, DIALOGUE_ANY_PIECES, DIALOGUE_ANY_PIECES };
  g_autoptr (Dialogue) first = dialogue_new (options);
  const char *heard;

  dialogue_run (first, said, length, 0);
  g_assert_cmpstr (dialogue_get_end (first), ==, end);
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr (Dialogue) again = dialogue_new (options);

      dialogue_run (again, said, length, pieces[i]);
      g_assert_cmpstr (again->transcript->str, ==, first->transcript->str);
      g_assert_cmpstr (again->refused->str, ==, first->refused->str);
      g_assert_true (g_string_equal (again->stored, first->stored));
      g_assert_cmpstr (dialogue_get_end (again), ==, end);
    }
  if (stored != NULL)
    g_string_append_len (stored, first->stored->str, (gssize) first->stored->len);
  heard = strchr (first->transcript->str, '\n') + 1;
  return g_strdup (heard);
}

typedef struct
{
  const char *promise;
  const char *said;
  const char *heard; /* after the greeting's answer, when it begins with HI */
  const char *end;
} Row;

static inline void
test_row (gconstpointer data)
{
  const DialogueOptions options = { .now = SECONDS };
  const Row *row = data;
  g_autofree char *heard = talk (&options, row->said, strlen (row->said), NULL, row->end);
  gboolean greeted = g_str_has_prefix (row->said, HI) && !g_str_has_prefix (row->heard, HELLO);

  if (greeted)
    g_assert_true (g_str_has_prefix (heard, HELLO));
  g_assert_cmpstr (heard + (greeted ? strlen (HELLO) : 0), ==, row->heard);
}

static inline void
add_rows (const char *prefix, const Row *rows, guint n_rows)
{
  for (guint i = 0; i < n_rows; i++)
    {
      g_autofree char *path = g_strconcat (prefix, rows[i].promise, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
}

/* @line so many times between @head and @tail. */
static inline char *
repeat (const char *head, const char *line, guint times, const char *tail)
{
  GString *text = g_string_new (head);

  for (guint i = 0; i < times; i++)
    g_string_append (text, line);
  g_string_append (text, tail);
  return g_string_free (text, FALSE);
}

/* A session after @said, its transcript empty. */
static inline Dialogue *
talk_until (const char *said)
{
  const DialogueOptions options = { .now = SECONDS };
  Dialogue *dialogue = dialogue_new (&options);

  dialogue_run (dialogue, said, strlen (said), 0);
  g_string_truncate (dialogue->transcript, 0);
  return dialogue;
}
