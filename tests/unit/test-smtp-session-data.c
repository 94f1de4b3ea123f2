/* SPDX-License-Identifier: MIT */
/* Promises of modules/smtp/session: contents of messages by DATA and BDAT, and where they end. */
#include "smtp-conversation.h"

static const Row rows[] = {
  { "chunks", HI MAIL RCPT "BDAT 3\r\na\n\rBDAT 2 LAST\r\n.\nQUIT\r\n",
    MAIL_OK RCPT_OK "250 2.0.0 3 octets\r\n{ESMTP from <a@b.test> to user@our.test, 5 bytes}\n" STORED
                    "221 2.0.0 bye\r\n",
    "quit" },
  { "an empty last chunk", HI MAIL RCPT "BDAT 1\r\nxBDAT 0 LAST\r\n",
    MAIL_OK RCPT_OK "250 2.0.0 1 octets\r\n{ESMTP from <a@b.test> to user@our.test, 1 bytes}\n" STORED, "none" },
  { "a chunk out of order is dropped", HI "BDAT 6\r\nQUIT\r\nNOOP\r\n",
    "503 5.5.1 chunk dropped; say RSET and begin again\r\n250 2.0.0 OK\r\n", "none" },
  { "a chunk that cannot be told from commands", HI MAIL RCPT "BDAT x\r\nNOOP\r\n",
    MAIL_OK RCPT_OK "501 5.5.4 say BDAT and a number of octets\r\n", "bad-chunk" },
  { "a chunk over the limit by itself", HI MAIL RCPT "BDAT 26214401\r\n",
    MAIL_OK RCPT_OK "552 5.3.4 the message is too large\r\n", "bad-chunk" },
  { "DATA and RCPT among chunks", HI MAIL RCPT "BDAT 1\r\nxDATA\r\n" RCPT "RSET\r\n",
    MAIL_OK RCPT_OK "250 2.0.0 1 octets\r\n503 5.5.1 BDAT has begun; go on with it or say RSET\r\n"
                    "503 5.5.1 BDAT has begun; go on with it or say RSET\r\n250 2.0.0 OK\r\n{aborted}\n",
    "none" },
  { "RSET among chunks", HI MAIL RCPT "BDAT 0\r\nBDAT 3\r\nabcDATA\r\nRSET\r\nBDAT 1\r\nx" MAIL,
    MAIL_OK RCPT_OK
    "250 2.0.0 0 octets\r\n250 2.0.0 3 octets\r\n503 5.5.1 BDAT has begun; go on with it or say RSET\r\n"
    "250 2.0.0 OK\r\n{aborted}\n503 5.5.1 chunk dropped; say RSET and begin again\r\n" MAIL_OK,
    "none" },
  { "a chunk without recipients is dropped", HI MAIL "BDAT 6 LAST\r\nQUIT\r\n" RCPT,
    MAIL_OK "503 5.5.1 chunk dropped; say RSET and begin again\r\n" RCPT_OK, "none" },
  { "an empty message in one chunk", HI MAIL RCPT "bdat 0 last\r\n",
    MAIL_OK RCPT_OK "{ESMTP from <a@b.test> to user@our.test, 0 bytes}\n" STORED, "none" },
  { "QUIT among chunks", HI MAIL RCPT "BDAT 1\r\nxQUIT\r\n", MAIL_OK RCPT_OK "250 2.0.0 1 octets\r\n221 2.0.0 bye\r\n",
    "quit" },
  { "several messages", HI MAIL RCPT "DATA\r\na\r\n.\r\n" MAIL RCPT "BDAT 1 LAST\r\nb" MAIL RCPT "DATA\r\n.\r\n",
    MAIL_OK RCPT_OK GO "{ESMTP from <a@b.test> to user@our.test, 3 bytes}\n" STORED MAIL_OK RCPT_OK
                       "{ESMTP from <a@b.test> to user@our.test, 1 bytes}\n" STORED MAIL_OK RCPT_OK GO
                       "{ESMTP from <a@b.test> to user@our.test, 0 bytes}\n" STORED,
    "none" },
};

/* ---- contents ---- */

static void
test_contents_survive_exactly (void)
{
  const DialogueOptions options = { .now = SECONDS };
  static const struct
  {
    const char *sent;
    const char *stored;
  } cases[] = {
    { "a\r\n", "a\r\n" },
    { "", "" },
    { "..\r\n...x\r\n.y\r\n", ".\r\n..x\r\ny\r\n" },
    { "\r\n\r\n", "\r\n\r\n" },
    { "\x80\xff 8-bit \xc3\xbc\r\nlast\r\n", "\x80\xff 8-bit \xc3\xbc\r\nlast\r\n" },
    { "no dot.\r\n at the end .\r\n", "no dot.\r\n at the end .\r\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *said = g_strconcat (HI MAIL RCPT "DATA\r\n", cases[i].sent, ".\r\n", NULL);
      g_autofree char *stored = g_strconcat (TRACE, cases[i].stored, NULL);
      g_autoptr (GString) message = g_string_new (NULL);
      g_autofree char *heard = talk (&options, said, strlen (said), message, "none");

      g_assert_true (g_str_has_suffix (heard, STORED));
      g_assert_cmpstr (message->str, ==, stored);
    }
}

static void
test_long_lines_and_nul_bytes_are_kept (void)
{
  const DialogueOptions options = { .now = SECONDS };
  g_autoptr (GString) said = g_string_new (HI MAIL RCPT "DATA\r\n");
  g_autoptr (Dialogue) dialogue = dialogue_new (&options);
  g_autofree char *line = g_strnfill (5000, 'x');

  g_string_append (said, line);
  g_string_append_len (said, "\0\0\r\n.\r\n", 7);
  dialogue_run (dialogue, said->str, said->len, 0);
  g_assert_cmpuint (dialogue->stored->len, ==, strlen (TRACE) + 5004);
  g_assert_true (dialogue->stored->str[strlen (TRACE) + 5001] == '\0');
}

/* ---- where a message ends ---- */

static void
test_a_bare_newline_anywhere_ends_the_session (void)
{
  static const char *const contents[] = {
    "x\r\n\n.\nMAIL FROM:<e@vil.test>\r\n",
    "x\r\n\n.\r\nMAIL FROM:<e@vil.test>\r\n",
    "x\n.\r\nRCPT\r\n",
    "x\n.\nRCPT\r\n",
    "x\r.\rMAIL FROM:<e@vil.test>\r\n",
    "x\r.\r\nMAIL FROM:<e@vil.test>\r\n",
    "x\r\n.\rMAIL\r\n",
    "x\r\n.\nMAIL\r\n",
    "x\r\n.\r\rMAIL\r\n",
    "x\r\n.\r.\r\nMAIL\r\n",
    "\n.\r\nMAIL\r\n",
    "\r.\r\nMAIL\r\n",
    "\n",
    "\r",
    "\r\r\n",
    "x\r\r\n",
    "x\n\r\n",
    ".\r\r\n",
    "..\n\r\n",
    "x\r\n\r.\r\nMAIL\r\n",
    "x\r\n.\r\r\n.x\r\n",
  };
  const DialogueOptions options = { .now = SECONDS };

  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      /* What a smuggled command would be answered to is never read: the session ends with the message. */
      g_autofree char *said = g_strconcat (HI MAIL RCPT "DATA\r\n", contents[i], "\r\n.\r\nNOOP\r\n", NULL);
      g_autoptr (GString) message = g_string_new (NULL);
      g_autofree char *heard = talk (&options, said, strlen (said), message, "bare-newline");

      g_assert_true (
          g_str_has_suffix (heard, RCPT_OK GO
                            "{aborted}\n550 5.6.11 lines of a message end in CRLF; a CR or LF alone was found\r\n"));
      g_assert_cmpuint (message->len, ==, 0);
    }
}

static void
test_a_message_that_has_failed_is_dropped_before_its_end (void)
{
  static const char said[] = HI MAIL RCPT "DATA\r\n";
  g_autoptr (Dialogue) dialogue = talk_until (said);

  g_assert_cmpuint (smtp_session_feed (dialogue->session, "a\nb", 3, SECONDS), ==, 3);
  g_assert_cmpint (smtp_session_get_action (dialogue->session), ==, SMTP_ACTION_MESSAGE_ABORTED);
  smtp_session_message_dropped (dialogue->session, SECONDS);
  g_assert_cmpint (smtp_session_get_action (dialogue->session), ==, SMTP_ACTION_NONE);
  g_assert_null (smtp_session_take_output (dialogue->session));
}

static void
test_a_message_costs_no_more_than_it_is_long (void)
{
  /* A scanner that looks ahead from each byte of these would not end in the time of the test. */
  static const char bytes[] = "\r\n.x";
  gsize length = 8 * 1024 * 1024;

  for (const char *byte = bytes; *byte != '\0'; byte++)
    {
      g_autoptr (Dialogue) dialogue = talk_until (HI MAIL RCPT "DATA\r\n");
      g_autofree char *contents = g_strnfill (length, *byte);

      g_assert_true (dialogue_feed (dialogue, contents, length));
    }
}

static void
test_a_long_message_of_short_lines_is_one_span (void)
{
  g_autoptr (Dialogue) dialogue = talk_until (HI MAIL RCPT "DATA\r\n");
  g_autofree char *contents = repeat ("", "line\r\n", 10000, "");
  gsize length;

  g_assert_cmpuint (smtp_session_feed (dialogue->session, contents, strlen (contents), SECONDS), ==, strlen (contents));
  g_assert_cmpint (smtp_session_get_action (dialogue->session), ==, SMTP_ACTION_STORE_DATA);
  g_assert_true (smtp_session_get_span (dialogue->session, &length) == contents);
  g_assert_cmpuint (length, ==, strlen (contents));
}

/* ---- failures ---- */

static void
test_what_failed_is_said_after_the_message_was_read (void)
{
  static const struct
  {
    DialogueOptions options;
    const char *heard;
  } cases[] = {
    { { .now = 1, .size_limit = 20 }, GO "{aborted}\n552 5.3.4 the message is too large\r\n250 2.0.0 OK\r\n" },
    { { .now = 1, .store = SMTP_STORE_NO_SPACE },
      GO "{aborted}\n452 4.3.1 no space for the message now, try again later\r\n250 2.0.0 OK\r\n" },
    { { .now = 1, .deliver = SMTP_STORE_FAILED },
      GO "{ESMTP from <a@b.test> to user@our.test, 36 bytes}\n"
         "451 4.3.0 the message could not be stored for everybody, try again later\r\n250 2.0.0 OK\r\n" },
    { { .now = 1, .deliver = SMTP_STORE_NO_SPACE },
      GO "{ESMTP from <a@b.test> to user@our.test, 36 bytes}\n"
         "452 4.3.1 no space for the message now, try again later\r\n250 2.0.0 OK\r\n" },
    { { .now = 1, .deliver = SMTP_STORE_GONE },
      GO "{ESMTP from <a@b.test> to user@our.test, 36 bytes}\n"
         "550 5.1.1 the mailboxes of all recipients have gone\r\n250 2.0.0 OK\r\n" },
  };
  static const char said[] = HI MAIL RCPT "DATA\r\nthis is a message of 34 or more\r\nx\r\n.\r\nNOOP\r\n";

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *heard = talk (&cases[i].options, said, strlen (said), NULL, "none");

      g_assert_true (g_str_has_suffix (heard, cases[i].heard));
    }
}

static void
test_chunks_over_the_limit_are_dropped_until_rset (void)
{
  const DialogueOptions options = { .now = SECONDS, .size_limit = 5 };
  static const char said[] = HI MAIL RCPT "BDAT 3\r\nabcBDAT 3\r\ndefBDAT 1 LAST\r\ngRSET\r\n" MAIL;
  g_autofree char *heard = talk (&options, said, strlen (said), NULL, "none");

  g_assert_true (g_str_has_suffix (heard, RCPT_OK
                                   "250 2.0.0 3 octets\r\n{aborted}\n552 5.3.4 the message is too large\r\n"
                                   "503 5.5.1 chunk dropped; say RSET and begin again\r\n250 2.0.0 OK\r\n" MAIL_OK));
}

static void
test_without_a_spool_nothing_is_read (void)
{
  static const char said[] = HI MAIL RCPT "DATA\r\n" MAIL;
  const DialogueOptions failed = { .now = SECONDS, .begin = SMTP_STORE_FAILED };
  const DialogueOptions full = { .now = SECONDS, .begin = SMTP_STORE_NO_SPACE };
  g_autofree char *heard_failed = talk (&failed, said, strlen (said), NULL, "none");
  g_autofree char *heard_full = talk (&full, said, strlen (said), NULL, "none");

  g_assert_true (
      g_str_has_suffix (heard_failed, RCPT_OK
                        "451 4.3.0 the message could not be stored for everybody, try again later\r\n" MAIL_OK));
  g_assert_true (
      g_str_has_suffix (heard_full, RCPT_OK "452 4.3.1 no space for the message now, try again later\r\n" MAIL_OK));
}

static void
test_a_chunk_that_fails_is_read_first (void)
{
  static const char said[] = HI MAIL RCPT "BDAT 6\r\nQUIT\r\nBDAT 1 LAST\r\nxRSET\r\n" MAIL;
  const DialogueOptions begin = { .now = SECONDS, .begin = SMTP_STORE_NO_SPACE };
  const DialogueOptions spool = { .now = SECONDS, .store = SMTP_STORE_NO_SPACE };
  g_autofree char *heard_begin = talk (&begin, said, strlen (said), NULL, "none");
  g_autofree char *heard_spool = talk (&spool, said, strlen (said), NULL, "none");
  static const char rest[] = "452 4.3.1 no space for the message now, try again later\r\n"
                             "503 5.5.1 chunk dropped; say RSET and begin again\r\n250 2.0.0 OK\r\n" MAIL_OK;

  g_assert_true (g_str_has_suffix (heard_begin, rest));
  g_assert_true (g_str_has_suffix (heard_spool, rest));
  g_assert_null (strstr (heard_begin, "{aborted}"));
  g_assert_nonnull (strstr (heard_spool, RCPT_OK "{aborted}\n"));
}

static void
test_the_last_chunk_ends_the_transaction_when_it_fails_too (void)
{
  const DialogueOptions large = { .now = SECONDS, .size_limit = 5 };
  const DialogueOptions full = { .now = SECONDS, .store = SMTP_STORE_NO_SPACE };
  static const char said[] = HI MAIL RCPT "BDAT 3\r\nabcBDAT 3 LAST\r\ndef" MAIL;
  static const char one[] = HI MAIL RCPT "BDAT 3 LAST\r\nabc" MAIL;
  g_autofree char *heard_large = talk (&large, said, strlen (said), NULL, "none");
  g_autofree char *heard_full = talk (&full, one, strlen (one), NULL, "none");

  g_assert_true (g_str_has_suffix (heard_large,
                                   "250 2.0.0 3 octets\r\n{aborted}\n552 5.3.4 the message is too large\r\n" MAIL_OK));
  g_assert_true (
      g_str_has_suffix (heard_full, "{aborted}\n452 4.3.1 no space for the message now, try again later\r\n" MAIL_OK));
}

static void
test_chunks_of_which_the_end_is_unknown_end_the_session (void)
{
  static const char *const arguments[] = {
    "", " ", " -1", " +1", " x", " 1x", " 1LAST", " 1 FIRST", " LAST", " 1 LAST x", " 0x10", " 99999999999999999999"
  };
  const DialogueOptions options = { .now = SECONDS };

  for (guint i = 0; i < G_N_ELEMENTS (arguments); i++)
    {
      g_autofree char *said = g_strconcat (HI MAIL RCPT "BDAT", arguments[i], "\r\nNOOP\r\n", NULL);
      g_autofree char *heard = talk (&options, said, strlen (said), NULL, "bad-chunk");

      g_assert_true (g_str_has_suffix (heard, RCPT_OK "501 5.5.4 say BDAT and a number of octets\r\n"));
    }
}

static void
test_chunks_keep_every_byte (void)
{
  const DialogueOptions options = { .now = SECONDS };
  g_autoptr (GString) said = g_string_new (HI MAIL RCPT "BDAT 256\r\n");
  g_autoptr (GString) message = g_string_new (NULL);
  g_autoptr (GString) expected = g_string_new (TRACE);
  g_autofree char *heard = NULL;

  for (int c = 0; c < 256; c++)
    g_string_append_c (said, (char) c);
  g_string_append (said, "BDAT 9 LAST\r\n\r\n.\r\n..\n\r");
  for (int c = 0; c < 256; c++)
    g_string_append_c (expected, (char) c);
  g_string_append (expected, "\r\n.\r\n..\n\r");
  heard = talk (&options, said->str, said->len, message, "none");
  g_assert_true (g_str_has_suffix (heard, STORED));
  g_assert_true (g_string_equal (message, expected));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_rows ("/smtp/session/data/", rows, G_N_ELEMENTS (rows));
#define ADD(name, test) g_test_add_func ("/smtp/session/data/" name, test)
  ADD ("contents survive exactly", test_contents_survive_exactly);
  ADD ("long lines and NUL bytes are kept", test_long_lines_and_nul_bytes_are_kept);
  ADD ("a bare newline anywhere ends the session", test_a_bare_newline_anywhere_ends_the_session);
  ADD ("a message that has failed is dropped before its end", test_a_message_that_has_failed_is_dropped_before_its_end);
  ADD ("a message costs no more than it is long", test_a_message_costs_no_more_than_it_is_long);
  ADD ("a long message of short lines is one span", test_a_long_message_of_short_lines_is_one_span);
  ADD ("what failed is said after the message was read", test_what_failed_is_said_after_the_message_was_read);
  ADD ("without a spool nothing is read", test_without_a_spool_nothing_is_read);
  ADD ("a chunk that fails is read first", test_a_chunk_that_fails_is_read_first);
  ADD ("the last chunk ends the transaction when it fails too",
       test_the_last_chunk_ends_the_transaction_when_it_fails_too);
  ADD ("chunks over the limit are dropped until RSET", test_chunks_over_the_limit_are_dropped_until_rset);
  ADD ("chunks of which the end is unknown end the session", test_chunks_of_which_the_end_is_unknown_end_the_session);
  ADD ("chunks keep every byte", test_chunks_keep_every_byte);
  return g_test_run ();
}
