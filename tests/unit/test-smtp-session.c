/* SPDX-License-Identifier: MIT */
/*
 * The SMTP server's side of a conversation, as conversations: what the client says, and what comes of it. Each is held
 * again byte by byte and in other pieces, and must come out the same.
 */
#include "smtp-dialogue.h"

#define SECONDS G_USEC_PER_SEC

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

/* Runs @said in pieces of every kind; returns the transcript after the banner. */
static char *
talk (const DialogueOptions *options, const char *said, gsize length, char **message, const char *end)
{
  static const gsize pieces[] = { 0, 1, 2, 3, 7, 64 };
  g_autofree char *first = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr (Dialogue) dialogue = dialogue_new (options);

      dialogue_run (dialogue, said, length, pieces[i]);
      g_assert_true (g_str_has_prefix (dialogue->transcript->str, BANNER));
      if (first == NULL)
        first = g_strdup (dialogue->transcript->str + strlen (BANNER));
      g_assert_cmpstr (dialogue->transcript->str + strlen (BANNER), ==, first);
      g_assert_cmpstr (dialogue_get_end (dialogue), ==, end);
      if (message == NULL)
        continue;
      if (*message != NULL)
        g_assert_cmpstr (dialogue->stored->str, ==, *message);
      else
        *message = g_strndup (dialogue->stored->str, dialogue->stored->len);
    }
  return g_steal_pointer (&first);
}

/* ---- one row a rule ---- */

typedef struct
{
  const char *promise;
  const char *said;
  const char *heard; /* after the greeting's answer, when it begins with HI */
  const char *end;
} Row;

static const Row rows[] = {
  { "a message is stored", HI MAIL RCPT "DATA\r\nhello\r\n.\r\nQUIT\r\n",
    MAIL_OK RCPT_OK GO "{ESMTP from <a@b.test> to user@our.test, 7 bytes}\n" STORED "221 2.0.0 bye\r\n", "quit" },
  { "HELO gets one line", "HELO me\r\n" MAIL, "250 mx.test\r\n" MAIL_OK, "none" },
  { "commands are case-insensitive", "ehlo me\r\nmail from:<a@b.test>\r\nrcpt to: <user@our.test>\r\n",
    HELLO MAIL_OK RCPT_OK, "none" },
  { "MAIL before a greeting", MAIL, "503 5.5.1 say EHLO first\r\n", "none" },
  { "a second MAIL", HI MAIL MAIL, MAIL_OK "503 5.5.1 a transaction is open; say RSET to leave it\r\n", "none" },
  { "RCPT before MAIL", HI RCPT, "503 5.5.1 say MAIL first\r\n", "none" },
  { "DATA before RCPT", HI MAIL "DATA\r\n", MAIL_OK "503 5.5.1 no recipient was accepted\r\n", "none" },
  { "greeting without argument", "EHLO\r\nHELO \r\n",
    "501 5.5.4 say EHLO and your host name\r\n501 5.5.4 say EHLO and your host name\r\n", "none" },
  { "MAIL syntax", HI "MAIL\r\nMAIL <a@b.test>\r\nMAIL FROM:a@b.test\r\nMAIL FROM:<a@b.test>x\r\nMAIL FROM:<a>\r\n",
    "501 5.5.4 say MAIL FROM:<address>\r\n501 5.5.4 say MAIL FROM:<address>\r\n"
    "501 5.1.7 that is no address to come from\r\n501 5.5.4 a parameter is malformed or there twice\r\n"
    "501 5.1.7 that is no address to come from\r\n",
    "none" },
  { "RCPT syntax", HI MAIL "RCPT\r\nRCPT TO:<>\r\nRCPT TO:<a b@our.test>\r\nRCPT TO:<user>\r\n",
    MAIL_OK "501 5.5.4 say RCPT TO:<address>\r\n501 5.1.3 that is no address to go to\r\n"
            "501 5.1.3 that is no address to go to\r\n501 5.1.3 that is no address to go to\r\n",
    "none" },
  { "the null sender", HI "MAIL FROM:<>\r\n", MAIL_OK, "none" },
  { "parameters of MAIL", HI "MAIL FROM:<a@b.test> SIZE=100 BODY=8BITMIME SMTPUTF8\r\n", MAIL_OK, "none" },
  { "a size over the limit", HI "MAIL FROM:<a@b.test> SIZE=26214401\r\n", "552 5.3.4 the message is too large\r\n",
    "none" },
  { "unknown parameters", HI "MAIL FROM:<a@b.test> RET=HDRS\r\n" MAIL "RCPT TO:<user@our.test> NOTIFY=NEVER\r\n",
    "555 5.5.4 parameter RET=HDRS is not known\r\n" MAIL_OK "555 5.5.4 parameter NOTIFY=NEVER is not known\r\n",
    "none" },
  { "a parameter twice", HI "MAIL FROM:<a@b.test> SIZE=1 SIZE=2\r\n",
    "501 5.5.4 a parameter is malformed or there twice\r\n", "none" },
  { "addresses that are not ASCII need SMTPUTF8",
    HI "MAIL FROM:<\xc3\xbc@b.test>\r\nMAIL FROM:<\xc3\xbc@b.test> SMTPUTF8\r\nRCPT TO:<\xc3\xa4@our.test>\r\n",
    "553 5.6.7 an address that is not ASCII needs SMTPUTF8\r\n" MAIL_OK RCPT_OK, "none" },
  { "relaying", HI MAIL "RCPT TO:<x@else.test>\r\n",
    MAIL_OK "550 5.7.1 <x@else.test>: not a domain of this server, which does not relay\r\n", "none" },
  { "an unknown mailbox", HI MAIL "RCPT TO:<nobody@our.test>\r\n",
    MAIL_OK "550 5.1.1 <nobody@our.test>: no such mailbox\r\n", "none" },
  { "an owner without account", HI MAIL "RCPT TO:<ghost@our.test>\r\n",
    MAIL_OK "451 4.2.1 <ghost@our.test>: the mailbox is not active now, try again later\r\n", "none" },
  { "a recipient twice is one", HI MAIL RCPT RCPT "DATA\r\n.\r\n",
    MAIL_OK RCPT_OK RCPT_OK GO "{ESMTP from <a@b.test> to user@our.test, 0 bytes}\n" STORED, "none" },
  { "postmaster without a domain", HI MAIL "RCPT TO:<PostMaster>\r\nDATA\r\n.\r\n",
    MAIL_OK RCPT_OK GO "{ESMTP from <a@b.test> to postmaster@mx.test, 0 bytes}\n" STORED, "none" },
  { "quotes and routes are resolved", HI MAIL "RCPT TO:<@r.test,@s.test:\"us\\er\"@our.test>\r\nDATA\r\n.\r\n",
    MAIL_OK RCPT_OK GO "{ESMTP from <a@b.test> to user@our.test, 0 bytes}\n" STORED, "none" },
  { "RSET leaves the transaction", HI MAIL "RSET\r\n" MAIL, MAIL_OK "250 2.0.0 OK\r\n" MAIL_OK, "none" },
  { "the other commands", HI "NOOP x\r\nVRFY user\r\nEXPN list\r\nHELP\r\nAUTH PLAIN\r\nFOO\r\n",
    "250 2.0.0 OK\r\n252 2.5.0 send the mail and see\r\n502 5.5.1 lists are not shown\r\n"
    "214 2.0.0 RFC 5321; this server receives mail for its own domains\r\n"
    "502 5.5.1 no authentication here; mail for this server's domains needs none\r\n500 5.5.1 unknown command\r\n",
    "none" },
  { "STARTTLS without a certificate", HI "STARTTLS\r\n", "502 5.5.1 no TLS here\r\n", "none" },
  { "HTTP", "GET / HTTP/1.1\r\nHost: x\r\n", "", "foreign-protocol" },
  { "TLS without STARTTLS", "\x16\x03\x01", "", "foreign-protocol" },
  { "LF alone ends no command", "EHLO me\nMAIL FROM:<a@b.test>\r\n", "500 5.5.2 lines end in CRLF, not in LF alone\r\n",
    "bare-newline" },
  { "control characters are no command", HI "NOOP \x01\r\n", "500 5.5.2 a command line holds text and ends in CRLF\r\n",
    "none" },
  { "smuggling by LF dot LF", HI MAIL RCPT "DATA\r\nx\r\n\n.\nMAIL FROM:<e@vil.test>\r\n.\r\nNOOP\r\n",
    MAIL_OK RCPT_OK GO "550 5.6.11 lines of a message end in CRLF; a CR or LF alone was found\r\n", "bare-newline" },
  { "smuggling by CR dot CR", HI MAIL RCPT "DATA\r\nx\r.\rMAIL FROM:<e@vil.test>\r\n.\r\nNOOP\r\n",
    MAIL_OK RCPT_OK GO "550 5.6.11 lines of a message end in CRLF; a CR or LF alone was found\r\n", "bare-newline" },
  { "smuggling by CRLF dot CR", HI MAIL RCPT "DATA\r\nx\r\n.\rMAIL\r\n.\r\nNOOP\r\n",
    MAIL_OK RCPT_OK GO "550 5.6.11 lines of a message end in CRLF; a CR or LF alone was found\r\n", "bare-newline" },
  { "smuggling by LF dot CRLF", HI MAIL RCPT "DATA\r\nx\n.\r\nRCPT\r\n.\r\nNOOP\r\n",
    MAIL_OK RCPT_OK GO "550 5.6.11 lines of a message end in CRLF; a CR or LF alone was found\r\n", "bare-newline" },
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
  { "ten errors end it", HI "A\r\nA\r\nA\r\nA\r\nA\r\nA\r\nA\r\nA\r\nA\r\nA\r\nNOOP\r\n",
    "500 5.5.1 unknown command\r\n500 5.5.1 unknown command\r\n500 5.5.1 unknown command\r\n500 5.5.1 unknown "
    "command\r\n"
    "500 5.5.1 unknown command\r\n500 5.5.1 unknown command\r\n500 5.5.1 unknown command\r\n500 5.5.1 unknown "
    "command\r\n"
    "500 5.5.1 unknown command\r\n500 5.5.1 unknown command\r\n421 4.7.0 too many errors\r\n",
    "errors" },
};

static void
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
      g_autofree char *message = NULL;
      g_autofree char *heard = talk (&options, said, strlen (said), &message, "none");

      g_assert_true (g_str_has_suffix (heard, STORED));
      g_assert_cmpstr (message, ==, stored);
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
  g_assert_cmpint (dialogue->stored->str[strlen (TRACE) + 5001], ==, '\0');
}

static void
test_what_failed_is_said_after_the_message_was_read (void)
{
  static const struct
  {
    DialogueOptions options;
    const char *heard;
  } cases[] = {
    { { .now = 1, .size_limit = 20 }, GO "552 5.3.4 the message is too large\r\n{aborted}\n250 2.0.0 OK\r\n" },
    { { .now = 1, .store = SMTP_STORE_NO_SPACE },
      GO "452 4.3.1 no space for the message now, try again later\r\n{aborted}\n250 2.0.0 OK\r\n" },
    { { .now = 1, .begin = SMTP_STORE_FAILED }, NULL },
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
  static const char said[] = HI MAIL RCPT "DATA\r\nthis is a message of 34 bytes or more\r\n.\r\nNOOP\r\n";
  static const char cut[] = HI MAIL RCPT "DATA\r\nthis is a message of 34 or more\r\nx\r\n.\r\nNOOP\r\n";

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *text = cases[i].heard != NULL ? cut : said;
      g_autofree char *heard = NULL;

      if (cases[i].heard == NULL)
        continue;
      heard = talk (&cases[i].options, text, strlen (text), NULL, "none");
      g_assert_nonnull (strstr (heard, cases[i].heard));
    }
}

static void
test_chunks_over_the_limit_are_dropped_until_rset (void)
{
  const DialogueOptions options = { .now = SECONDS, .size_limit = 5 };
  static const char said[] = HI MAIL RCPT "BDAT 3\r\nabcBDAT 3\r\ndefBDAT 1 LAST\r\ngRSET\r\n" MAIL;
  g_autofree char *heard = talk (&options, said, strlen (said), NULL, "none");

  g_assert_true (g_str_has_suffix (heard, RCPT_OK
                                   "250 2.0.0 3 octets\r\n552 5.3.4 the message is too large\r\n{aborted}\n"
                                   "503 5.5.1 chunk dropped; say RSET and begin again\r\n250 2.0.0 OK\r\n" MAIL_OK));
}

/* ---- TLS ---- */

static void
test_after_starttls_nothing_said_before_counts (void)
{
  const DialogueOptions options = { .now = SECONDS, .tls = TRUE };
  static const char said[] = HI MAIL "STARTTLS\r\n" MAIL HI "STARTTLS\r\n" MAIL RCPT "DATA\r\n.\r\n";
  g_autofree char *heard = talk (&options, said, strlen (said), NULL, "none");

  g_assert_nonnull (strstr (heard, "250-STARTTLS\r\n"));
  g_assert_nonnull (strstr (heard, "220 2.0.0 start TLS now\r\n{TLS}\n503 5.5.1 say EHLO first\r\n" HELLO
                                   "503 5.5.1 TLS is on already\r\n" MAIL_OK RCPT_OK GO
                                   "{ESMTPS from <a@b.test> to user@our.test, 0 bytes}\n" STORED));
}

static void
test_bytes_after_starttls_end_the_session_unanswered (void)
{
  const DialogueOptions options = { .now = SECONDS, .tls = TRUE };
  g_autoptr (Dialogue) dialogue = dialogue_new (&options);

  dialogue_feed (dialogue, HI, strlen (HI));
  g_string_truncate (dialogue->transcript, 0);
  g_assert_false (dialogue_feed (dialogue, "STARTTLS\r\nNOOP\r\n", 16));
  g_assert_cmpstr (dialogue->transcript->str, ==, "");
  g_assert_cmpstr (dialogue_get_end (dialogue), ==, "injection");
}

/* ---- limits ---- */

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

static char *
repeat (const char *head, const char *line, guint times, const char *tail)
{
  GString *text = g_string_new (head);

  for (guint i = 0; i < times; i++)
    g_string_append (text, line);
  g_string_append (text, tail);
  return g_string_free (text, FALSE);
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

/* ---- time ---- */

static Dialogue *
talk_until (const char *said)
{
  const DialogueOptions options = { .now = SECONDS };
  Dialogue *dialogue = dialogue_new (&options);

  dialogue_run (dialogue, said, strlen (said), 0);
  g_string_truncate (dialogue->transcript, 0);
  return dialogue;
}

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
test_replies_carry_nothing_dangerous_back (void)
{
  const DialogueOptions options = { .now = SECONDS };
  static const char said[] = HI "MAIL FROM:<a@b.test> SMTPUTF8\r\nRCPT TO:<\xe2\x80\xae@else.test>\r\n";
  g_autofree char *heard = talk (&options, said, strlen (said), NULL, "none");

  g_assert_true (
      g_str_has_suffix (heard, "550 5.7.1 <???@else.test>: not a domain of this server, which does not relay\r\n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/smtp/session/", rows[i].promise, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
#define ADD(name, test) g_test_add_func ("/smtp/session/" name, test)
  ADD ("contents survive exactly", test_contents_survive_exactly);
  ADD ("long lines and NUL bytes are kept", test_long_lines_and_nul_bytes_are_kept);
  ADD ("what failed is said after the message was read", test_what_failed_is_said_after_the_message_was_read);
  ADD ("chunks over the limit are dropped until RSET", test_chunks_over_the_limit_are_dropped_until_rset);
  ADD ("after STARTTLS nothing said before counts", test_after_starttls_nothing_said_before_counts);
  ADD ("bytes after STARTTLS end the session unanswered", test_bytes_after_starttls_end_the_session_unanswered);
  ADD ("a long line is skipped whole", test_a_long_line_is_skipped_whole);
  ADD ("commands without progress end it", test_commands_without_progress_end_it);
  ADD ("refused recipients are free before the hundredth", test_refused_recipients_are_free_before_the_hundredth);
  ADD ("recipients over the limit are deferred", test_recipients_over_the_limit_are_deferred);
  ADD ("an idle session ends", test_an_idle_session_ends);
  ADD ("a session without a message ends", test_a_session_without_a_message_ends);
  ADD ("a message that comes too slowly ends", test_a_message_that_comes_too_slowly_ends);
  ADD ("shutting down lets a transaction end", test_shutting_down_lets_a_transaction_end);
  ADD ("replies carry nothing dangerous back", test_replies_carry_nothing_dangerous_back);
  return g_test_run ();
}
