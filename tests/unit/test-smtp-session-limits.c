/* SPDX-License-Identifier: MIT */
/* Promises of modules/smtp/session: what a peer may do, and for how long. */
#include "smtp-conversation.h"

static void
test_a_long_line_is_skipped_whole (void)
{
  const DialogueOptions options = { .now = SECONDS };
  g_autofree char *tail = g_strnfill (SMTP_MAX_LINE, 'x');
  g_autofree char *fits = g_strnfill (SMTP_MAX_LINE - strlen ("NOOP \r\n"), 'x');
  g_autofree char *said = g_strconcat (HI "NOOP ", tail, "\r\nNOOP ", fits, "\r\n", NULL);
  g_autofree char *heard = talk (&options, said, strlen (said), NULL, "none");

  g_assert_cmpstr (heard, ==, HELLO "500 5.5.2 line too long\r\n250 2.0.0 OK\r\n");
}

static void
test_commands_without_progress_end_it (void)
{
  const DialogueOptions options = { .now = SECONDS };
  g_autofree char *fine = repeat (HI, "NOOP\r\n", SMTP_MAX_IDLE_COMMANDS - 3, MAIL RCPT "NOOP\r\n");
  g_autofree char *over = repeat (HI, "NOOP\r\n", SMTP_MAX_IDLE_COMMANDS, "");
  g_autofree char *heard = talk (&options, fine, strlen (fine), NULL, "none");
  g_autofree char *ended = talk (&options, over, strlen (over), NULL, "no-progress");

  g_assert_true (g_str_has_suffix (heard, "250 2.0.0 OK\r\n"));
  g_assert_true (g_str_has_suffix (ended, "421 4.7.0 too many commands without a message\r\n"));
}

static void
test_refused_recipients_are_free_before_the_hundredth (void)
{
  const DialogueOptions options = { .now = SECONDS };
  g_autofree char *fine = repeat (HI MAIL, "RCPT TO:<no@our.test>\r\n", SMTP_FREE_REFUSALS - 1, RCPT);
  g_autofree char *over = repeat (HI MAIL, "RCPT TO:<no@our.test>\r\n", SMTP_FREE_REFUSALS + SMTP_MAX_ERRORS, "");
  g_autofree char *heard = talk (&options, fine, strlen (fine), NULL, "none");
  g_autofree char *ended = talk (&options, over, strlen (over), NULL, "errors");

  g_assert_true (g_str_has_suffix (heard, RCPT_OK));
  g_assert_true (g_str_has_suffix (ended, "421 4.7.0 too many errors\r\n"));
}

static void
test_recipients_over_the_limit_are_deferred (void)
{
  const DialogueOptions options = { .now = SECONDS, .recipients = 2 };
  static const char said[] =
      HI MAIL "RCPT TO:<a@our.test>\r\nRCPT TO:<b@our.test>\r\nRCPT TO:<c@our.test>\r\nDATA\r\n.\r\n";
  g_autofree char *heard = talk (&options, said, strlen (said), NULL, "none");

  g_assert_true (g_str_has_suffix (heard, "452 4.5.3 too many recipients; send the others in another transaction\r\n" GO
                                          "{ESMTP from <a@b.test> to a@our.test,b@our.test, 0 bytes}\n" STORED));
}

static void
test_postmaster_alone_is_one_recipient_too (void)
{
  const DialogueOptions options = { .now = SECONDS, .recipients = 1 };
  static const char again[] = HI MAIL "RCPT TO:<postmaster@mx.test>\r\nRCPT TO:<postmaster>\r\n";
  static const char over[] = HI MAIL RCPT "RCPT TO:<postmaster>\r\n";
  g_autofree char *heard = talk (&options, again, strlen (again), NULL, "none");
  g_autofree char *heard_over = talk (&options, over, strlen (over), NULL, "none");

  g_assert_true (g_str_has_suffix (heard, RCPT_OK RCPT_OK));
  g_assert_true (g_str_has_suffix (heard_over, RCPT_OK
                                   "452 4.5.3 too many recipients; send the others in another transaction\r\n"));
}

static void
test_a_line_that_is_too_long_may_not_end_in_lf_alone (void)
{
  const DialogueOptions options = { .now = SECONDS };
  g_autofree char *long_line = g_strnfill (3000, 'x');
  g_autofree char *said = g_strconcat (HI, long_line, "\nNOOP\r\n", NULL);
  g_autofree char *web = g_strconcat ("GET /", long_line, " HTTP/1.1\r\nHost: x\r\n", NULL);
  g_autofree char *heard = talk (&options, said, strlen (said), NULL, "bare-newline");
  g_autofree char *heard_web = talk (&options, web, strlen (web), NULL, "foreign-protocol");

  g_assert_cmpstr (heard, ==, HELLO "500 5.5.2 lines end in CRLF, not in LF alone\r\n");
  g_assert_cmpstr (heard_web, ==, "");
}

static void
test_ten_errors_end_it (void)
{
  const DialogueOptions options = { .now = SECONDS };
  g_autofree char *over = repeat (HI, "A\r\n", SMTP_MAX_ERRORS, "NOOP\r\n");
  g_autofree char *expected =
      repeat (HELLO, "500 5.5.1 unknown command\r\n", SMTP_MAX_ERRORS, "421 4.7.0 too many errors\r\n");
  g_autofree char *heard = talk (&options, over, strlen (over), NULL, "errors");

  g_assert_cmpstr (heard, ==, expected);
}

static void
test_a_stored_message_makes_up_for_errors (void)
{
  const DialogueOptions options = { .now = SECONDS };
  g_autofree char *errors = repeat ("", "A\r\n", SMTP_MAX_ERRORS - 1, MAIL RCPT "DATA\r\n.\r\n");
  g_autofree char *said = repeat (HI, errors, 3, "NOOP\r\n");
  g_autofree char *heard = talk (&options, said, strlen (said), NULL, "none");

  g_assert_true (g_str_has_suffix (heard, STORED "250 2.0.0 OK\r\n"));
}

static void
test_any_number_of_messages_may_follow (void)
{
  const DialogueOptions options = { .now = SECONDS };
  g_autofree char *said = repeat (HI, MAIL "RCPT TO:<no@our.test>\r\n" RCPT "DATA\r\n.\r\n", 100, "");
  g_autofree char *heard = talk (&options, said, strlen (said), NULL, "none");

  g_assert_true (g_str_has_suffix (heard, STORED));
}

static void
test_transactions_that_are_given_up_end_it (void)
{
  static const char *const ways[] = { "RSET\r\n", "EHLO me\r\n", "HELO me\r\n", "BDAT 1\r\nxRSET\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      const DialogueOptions options = { .now = SECONDS };
      g_autofree char *once = g_strconcat (MAIL RCPT, ways[i], NULL);
      g_autofree char *fine = repeat (HI, once, SMTP_MAX_ABANDONED, "NOOP\r\n");
      g_autofree char *over = repeat (HI, once, SMTP_MAX_ABANDONED + 1, "NOOP\r\n");
      g_autofree char *heard = talk (&options, fine, strlen (fine), NULL, "none");
      g_autofree char *ended = talk (&options, over, strlen (over), NULL, "no-progress");

      g_assert_true (g_str_has_suffix (heard, "250 2.0.0 OK\r\n"));
      g_assert_true (g_str_has_suffix (ended, "421 4.7.0 too many commands without a message\r\n"));
    }
}

static void
test_a_message_makes_up_for_transactions_that_are_given_up (void)
{
  const DialogueOptions options = { .now = SECONDS };
  g_autofree char *given_up = repeat ("", MAIL RCPT "RSET\r\n", SMTP_MAX_ABANDONED, MAIL RCPT "DATA\r\n.\r\n");
  g_autofree char *said = repeat (HI, given_up, 3, "");
  g_autofree char *heard = talk (&options, said, strlen (said), NULL, "none");

  g_assert_true (g_str_has_suffix (heard, STORED));
}

static void
test_nothing_follows_the_last_reply (void)
{
  const DialogueOptions options = { .now = SECONDS };
  g_autofree char *said = repeat (HI, "NOOP\r\n", SMTP_MAX_IDLE_COMMANDS - 1, "\x01\r\n\x01\r\n");
  g_autofree char *heard = talk (&options, said, strlen (said), NULL, "no-progress");

  g_assert_true (g_str_has_suffix (heard, "250 2.0.0 OK\r\n421 4.7.0 too many commands without a message\r\n"));
}

static void
test_a_recipient_again_and_again_is_no_progress (void)
{
  const DialogueOptions options = { .now = SECONDS };
  g_autofree char *said = repeat (HI MAIL, RCPT, SMTP_MAX_IDLE_COMMANDS + 2, "");
  g_autofree char *heard = talk (&options, said, strlen (said), NULL, "no-progress");

  g_assert_true (g_str_has_suffix (heard, RCPT_OK "421 4.7.0 too many commands without a message\r\n"));
}

static void
test_chunks_are_progress_unless_they_are_empty (void)
{
  const DialogueOptions options = { .now = SECONDS };
  g_autofree char *fine = repeat (HI MAIL RCPT, "BDAT 1\r\nx", 3 * SMTP_MAX_IDLE_COMMANDS, "");
  g_autofree char *over = repeat (HI MAIL RCPT, "BDAT 0\r\n", SMTP_MAX_IDLE_COMMANDS + 1, "");
  g_autofree char *heard = talk (&options, fine, strlen (fine), NULL, "none");
  g_autofree char *ended = talk (&options, over, strlen (over), NULL, "no-progress");

  g_assert_true (g_str_has_suffix (heard, "250 2.0.0 1 octets\r\n"));
  g_assert_true (g_str_has_suffix (ended, "421 4.7.0 too many commands without a message\r\n"));
}

static void
test_recipients_over_the_limit_are_free_before_the_thousandth (void)
{
  const DialogueOptions options = { .now = SECONDS, .recipients = 1 };
  g_autofree char *fine = repeat (HI MAIL RCPT, "RCPT TO:<more@our.test>\r\n", SMTP_FREE_EXCESS - 1, "NOOP\r\n");
  g_autofree char *over = repeat (HI MAIL RCPT, "RCPT TO:<more@our.test>\r\n", SMTP_FREE_EXCESS + SMTP_MAX_ERRORS, "");
  g_autofree char *heard = talk (&options, fine, strlen (fine), NULL, "none");
  g_autofree char *ended = talk (&options, over, strlen (over), NULL, "errors");

  g_assert_true (
      g_str_has_suffix (heard,
                        "452 4.5.3 too many recipients; send the others in another transaction\r\n250 2.0.0 OK\r\n"));
  g_assert_true (g_str_has_suffix (ended, "421 4.7.0 too many errors\r\n"));
}

static void
test_a_hundred_recipients_are_accepted (void)
{
  const DialogueOptions options = { .now = SECONDS };
  g_autoptr (GString) said = g_string_new (HI MAIL);
  g_autofree char *expected = repeat (HELLO MAIL_OK, RCPT_OK, SMTP_MAX_RECIPIENTS,
                                      "452 4.5.3 too many recipients; send the others in another transaction\r\n");
  g_autofree char *heard = NULL;

  for (guint i = 0; i <= SMTP_MAX_RECIPIENTS; i++)
    g_string_append_printf (said, "RCPT TO:<user%u@our.test>\r\n", i);
  heard = talk (&options, said->str, said->len, NULL, "none");
  g_assert_cmpstr (heard, ==, expected);
}

/* ---- time ---- */

static void
assert_expires (Dialogue *dialogue, gint64 now, const char *said, const char *end)
{
  g_assert_cmpint (smtp_session_get_deadline (dialogue->session), ==, now);
  smtp_session_expire (dialogue->session, now - 1);
  g_assert_cmpint (smtp_session_get_action (dialogue->session), ==, SMTP_ACTION_NONE);
  smtp_session_expire (dialogue->session, now);
  dialogue_collect (dialogue);
  g_assert_cmpstr (dialogue->transcript->str, ==, said);
  g_assert_cmpstr (dialogue_get_end (dialogue), ==, end);
  g_assert_cmpint (smtp_session_get_deadline (dialogue->session), ==, now + SMTP_CLOSE_TIMEOUT);
}

static void
test_an_idle_session_ends (void)
{
  g_autoptr (Dialogue) dialogue = talk_until (HI);

  assert_expires (dialogue, SECONDS + SMTP_IDLE_TIMEOUT, "421 4.4.2 idle for too long\r\n", "idle");
}

static void
test_a_session_without_a_message_ends (void)
{
  g_autoptr (Dialogue) dialogue = talk_until (HI);

  for (int minute = 4; minute < 10; minute += 4)
    {
      dialogue->options.now = SECONDS + minute * 60 * SECONDS;
      dialogue_feed (dialogue, "NOOP\r\n", 6);
    }
  g_string_truncate (dialogue->transcript, 0);
  assert_expires (dialogue, SECONDS + SMTP_COMMAND_TIMEOUT, "421 4.4.2 no message for too long\r\n", "no-message");
}

static void
test_a_message_that_comes_too_slowly_ends (void)
{
  g_autoptr (Dialogue) dialogue = talk_until (HI MAIL RCPT "DATA\r\n");
  g_autofree char *enough = g_strnfill (SMTP_MIN_RATE * 300, 'x');

  dialogue->options.now += 60 * SECONDS;
  dialogue_feed (dialogue, enough, strlen (enough));
  dialogue->options.now = SECONDS + SMTP_RATE_WINDOW;
  smtp_session_expire (dialogue->session, dialogue->options.now);
  g_assert_cmpint (smtp_session_get_action (dialogue->session), ==, SMTP_ACTION_NONE);
  dialogue->options.now += 120 * SECONDS;
  dialogue_feed (dialogue, "y", 1);
  assert_expires (dialogue, SECONDS + 2 * SMTP_RATE_WINDOW, "421 4.4.2 the message comes too slowly\r\n", "too-slow");
}

static void
test_shutting_down_lets_a_transaction_end (void)
{
  g_autoptr (Dialogue) idle = talk_until (HI);
  g_autoptr (Dialogue) busy = talk_until (HI MAIL RCPT "DATA\r\n");
  g_autoptr (Dialogue) stuck = talk_until (HI MAIL RCPT "DATA\r\n");

  smtp_session_shut_down (idle->session, 2 * SECONDS);
  g_assert_cmpstr (dialogue_get_end (idle), ==, "shut-down");
  smtp_session_shut_down (busy->session, 2 * SECONDS);
  g_assert_cmpint (smtp_session_get_action (busy->session), ==, SMTP_ACTION_NONE);
  g_assert_false (dialogue_feed (busy, "x\r\n.\r\n", 6));
  g_assert_nonnull (
      strstr (busy->transcript->str, STORED "421 4.3.2 the server is shutting down, try again later\r\n"));
  smtp_session_shut_down (stuck->session, 2 * SECONDS);
  assert_expires (stuck, 2 * SECONDS + SMTP_SHUTDOWN_GRACE,
                  "421 4.3.2 the server is shutting down, try again later\r\n", "shut-down");
}

static void
test_chunks_may_not_trickle (void)
{
  g_autoptr (Dialogue) dialogue = talk_until (HI MAIL RCPT);
  gint64 began = SECONDS;

  /* Each chunk is quick by itself. */
  for (int minute = 0; minute < 5; minute++)
    {
      dialogue->options.now = began + minute * 60 * SECONDS;
      g_assert_true (dialogue_feed (dialogue, "BDAT 2\r\nab", 10));
    }
  g_string_truncate (dialogue->transcript, 0);
  assert_expires (dialogue, began + SMTP_RATE_WINDOW, "421 4.4.2 the message comes too slowly\r\n", "too-slow");
}

static void
test_time_between_chunks_is_command_state (void)
{
  g_autoptr (Dialogue) dialogue = talk_until (HI MAIL RCPT);
  g_autofree char *chunk = g_strnfill (SMTP_MIN_RATE * 300, 'x');
  g_autofree char *said = g_strdup_printf ("BDAT %u\r\n%s", SMTP_MIN_RATE * 300, chunk);

  for (int minute = 0; minute < 10; minute += 4)
    {
      dialogue->options.now = SECONDS + minute * 60 * SECONDS;
      smtp_session_expire (dialogue->session, dialogue->options.now);
      g_assert_true (dialogue_feed (dialogue, said, strlen (said)));
    }
  smtp_session_expire (dialogue->session, SECONDS + 9 * 60 * SECONDS);
  g_string_truncate (dialogue->transcript, 0);
  assert_expires (dialogue, SECONDS + SMTP_COMMAND_TIMEOUT, "421 4.4.2 no message for too long\r\n", "no-message");
}

static void
test_a_message_renews_the_time_for_commands (void)
{
  g_autoptr (Dialogue) dialogue = talk_until (HI);

  for (int minute = 4; minute <= 40; minute += 4)
    {
      dialogue->options.now = SECONDS + minute * 60 * SECONDS;
      smtp_session_expire (dialogue->session, dialogue->options.now);
      g_assert_true (dialogue_feed (dialogue, MAIL RCPT "DATA\r\n.\r\n", strlen (MAIL RCPT "DATA\r\n.\r\n")));
    }
}

static void
test_no_time_runs_while_the_driver_has_its_turn (void)
{
  static const char data[] = "DATA\r\nx\r\n.\r\n";
  g_autoptr (Dialogue) dialogue = talk_until (HI MAIL RCPT);
  SmtpSession *session = dialogue->session;
  gint64 now = SECONDS;
  gsize at = 0;

  /* Each answer takes an hour: to begin, to store the trace field and a line, to deliver. */
  for (guint i = 0; i < 4; i++)
    {
      at += smtp_session_feed (session, data + at, strlen (data) - at, now);
      g_assert_cmpint (smtp_session_get_deadline (session), ==, 0);
      now += 3600 * SECONDS;
      smtp_session_expire (session, now);
      dialogue->options.now = now;
      g_assert_true (dialogue_act (dialogue));
      smtp_session_expire (session, now);
      g_assert_cmpstr (dialogue_get_end (dialogue), ==, "none");
    }
  dialogue_collect (dialogue);
  g_assert_true (g_str_has_suffix (dialogue->transcript->str, STORED));
}

static void
test_no_time_runs_while_the_driver_does_not_read (void)
{
  g_autoptr (Dialogue) dialogue = talk_until (HI MAIL RCPT "DATA\r\n");
  gint64 later = SECONDS + 3600 * SECONDS;

  smtp_session_read_again (dialogue->session, later);
  g_assert_cmpint (smtp_session_get_deadline (dialogue->session), ==, later + SMTP_RATE_WINDOW);
  smtp_session_expire (dialogue->session, later);
  g_assert_cmpint (smtp_session_get_action (dialogue->session), ==, SMTP_ACTION_NONE);
}

static void
test_shutting_down_waits_for_no_command (void)
{
  g_autoptr (Dialogue) dialogue = talk_until (HI MAIL);
  static const char farewell[] = "250 2.0.0 OK\r\n421 4.3.2 the server is shutting down, try again later\r\n";

  smtp_session_shut_down (dialogue->session, SECONDS);
  g_assert_cmpint (smtp_session_get_action (dialogue->session), ==, SMTP_ACTION_NONE);
  g_assert_false (dialogue_feed (dialogue, "RSET\r\n" MAIL, strlen ("RSET\r\n" MAIL)));
  g_assert_cmpstr (dialogue->transcript->str, ==, farewell);
  g_assert_cmpstr (dialogue_get_end (dialogue), ==, "shut-down");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add_func ("/smtp/session/limits/" name, test)
  ADD ("a long line is skipped whole", test_a_long_line_is_skipped_whole);
  ADD ("a line that is too long may not end in LF alone", test_a_line_that_is_too_long_may_not_end_in_lf_alone);
  ADD ("ten errors end it", test_ten_errors_end_it);
  ADD ("a stored message makes up for errors", test_a_stored_message_makes_up_for_errors);
  ADD ("any number of messages may follow", test_any_number_of_messages_may_follow);
  ADD ("transactions that are given up end it", test_transactions_that_are_given_up_end_it);
  ADD ("a message makes up for transactions that are given up",
       test_a_message_makes_up_for_transactions_that_are_given_up);
  ADD ("commands without progress end it", test_commands_without_progress_end_it);
  ADD ("nothing follows the last reply", test_nothing_follows_the_last_reply);
  ADD ("a recipient again and again is no progress", test_a_recipient_again_and_again_is_no_progress);
  ADD ("chunks are progress unless they are empty", test_chunks_are_progress_unless_they_are_empty);
  ADD ("a hundred recipients are accepted", test_a_hundred_recipients_are_accepted);
  ADD ("recipients over the limit are deferred", test_recipients_over_the_limit_are_deferred);
  ADD ("postmaster alone is one recipient too", test_postmaster_alone_is_one_recipient_too);
  ADD ("recipients over the limit are free before the thousandth",
       test_recipients_over_the_limit_are_free_before_the_thousandth);
  ADD ("refused recipients are free before the hundredth", test_refused_recipients_are_free_before_the_hundredth);
  ADD ("an idle session ends", test_an_idle_session_ends);
  ADD ("a session without a message ends", test_a_session_without_a_message_ends);
  ADD ("a message renews the time for commands", test_a_message_renews_the_time_for_commands);
  ADD ("a message that comes too slowly ends", test_a_message_that_comes_too_slowly_ends);
  ADD ("chunks may not trickle", test_chunks_may_not_trickle);
  ADD ("time between chunks is command state", test_time_between_chunks_is_command_state);
  ADD ("no time runs while the driver has its turn", test_no_time_runs_while_the_driver_has_its_turn);
  ADD ("no time runs while the driver does not read", test_no_time_runs_while_the_driver_does_not_read);
  ADD ("shutting down lets a transaction end", test_shutting_down_lets_a_transaction_end);
  ADD ("shutting down waits for no command", test_shutting_down_waits_for_no_command);
  return g_test_run ();
}
