/* SPDX-License-Identifier: MIT */
/* Promises of modules/smtp/session: commands, addresses, parameters, TLS. */
#include "smtp-conversation.h"

/* ---- one row a rule ---- */

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
  { "a recipient is what the driver takes it for",
    HI "MAIL FROM:<a@b.test> SMTPUTF8\r\nRCPT TO:<user@öur.test>\r\nRCPT TO:<postmaster@MX.test>\r\n" RCPT
       "RCPT TO:<postmaster>\r\nRCPT TO:<nobody@öur.test>\r\nDATA\r\n.\r\n",
    MAIL_OK RCPT_OK RCPT_OK RCPT_OK RCPT_OK
    "550 5.1.1 <nobody@our.test>: no such mailbox\r\n" GO
    "{UTF8SMTP from <a@b.test> to user@our.test,postmaster@MX.test, 0 bytes}\n" STORED,
    "none" },
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
  { "a greeting begins anew", HI MAIL HI RCPT, MAIL_OK HELLO "503 5.5.1 say MAIL first\r\n", "none" },
  { "a greeting that is refused changes nothing", HI MAIL "EHLO\r\n" RCPT,
    MAIL_OK "501 5.5.4 say EHLO and your host name\r\n" RCPT_OK, "none" },
  { "commands that take no argument", HI "RSET x\r\nDATA x\r\n",
    "501 5.5.4 this command takes no argument\r\n501 5.5.4 this command takes no argument\r\n", "none" },
  { "blanks at the end of a line", HI "RSET  \r\n", "250 2.0.0 OK\r\n", "none" },
  { "nothing is said after QUIT", HI "QUIT\r\nNOOP\r\n", "221 2.0.0 bye\r\n", "quit" },
  { "HTTP with lines of its own", "GET / HTTP/1.0\n\n", "", "foreign-protocol" },
  { "SSH", "SSH-2.0-OpenSSH_9.2\r\n", "", "foreign-protocol" },
  { "sizes of any length",
    HI "MAIL FROM:<a@b.test> SIZE=99999999999999999999\r\nMAIL FROM:<> SIZE=1x\r\nMAIL FROM:<> SIZE\r\n",
    "552 5.3.4 the message is too large\r\n501 5.5.4 a parameter is malformed or there twice\r\n501 5.5.4 a parameter "
    "is malformed or there twice\r\n",
    "none" },
  { "BINARYMIME is not announced", HI "MAIL FROM:<> BODY=BINARYMIME\r\n",
    "555 5.5.4 parameter BODY=BINARYMIME is not known\r\n", "none" },
  { "a bracket in a parameter", HI MAIL "RCPT TO:<user@our.test> X=>\r\nRCPT TO:<user@our.test>  >\r\n",
    MAIL_OK "555 5.5.4 parameter X=> is not known\r\n555 5.5.4 parameter > is not known\r\n", "none" },
  { "quotes that are needed stay", HI "MAIL FROM:<\"a b\\\"c\"@b.test>\r\n" RCPT "DATA\r\n.\r\n",
    MAIL_OK RCPT_OK GO "{ESMTP from <\"a b\\\"c\"@b.test> to user@our.test, 0 bytes}\n" STORED, "none" },
  { "a route of the sender is dropped", HI "MAIL FROM:<@r.test:a@b.test>\r\n" RCPT "DATA\r\n.\r\n",
    MAIL_OK RCPT_OK GO "{ESMTP from <a@b.test> to user@our.test, 0 bytes}\n" STORED, "none" },
  { "address literals", HI "MAIL FROM:<a@[192.0.2.1]>\r\nRSET\r\nMAIL FROM:<a@[IPv6:2001:db8::1]>\r\nRSET\r\n",
    MAIL_OK "250 2.0.0 OK\r\n" MAIL_OK "250 2.0.0 OK\r\n", "none" },
  { "what is no address literal",
    HI "MAIL FROM:<a@[host]>\r\nMAIL FROM:<a@[2001:db8::1]>\r\nMAIL FROM:<a@[192.0.2.1>\r\nMAIL "
       "FROM:<a@[IPv6:192.0.2.1]>\r\n",
    "501 5.1.7 that is no address to come from\r\n501 5.1.7 that is no address to come from\r\n501 5.1.7 that is no "
    "address to come from\r\n501 5.1.7 that is no address to come from\r\n",
    "none" },
  { "characters that are not seen",
    HI "MAIL FROM:<a\xe2\x80\xae@b.test> SMTPUTF8\r\nMAIL FROM:<a\xc2\x85@b.test> SMTPUTF8\r\nMAIL FROM:<a\xff@b.test> "
       "SMTPUTF8\r\n",
    "501 5.1.7 that is no address to come from\r\n501 5.1.7 that is no address to come from\r\n501 5.1.7 that is no "
    "address to come from\r\n",
    "none" },
  { "a recipient in another case is the same", HI MAIL RCPT "RCPT TO:<USER@Our.test>\r\nDATA\r\n.\r\n",
    MAIL_OK RCPT_OK RCPT_OK GO "{ESMTP from <a@b.test> to user@our.test, 0 bytes}\n" STORED, "none" },
  { "a recipient that cannot be looked up", HI MAIL "RCPT TO:<later@our.test>\r\n",
    MAIL_OK "451 4.3.0 <later@our.test>: cannot be looked up now, try again later\r\n", "none" },
};

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

static void
test_starttls_takes_no_argument (void)
{
  const DialogueOptions options = { .now = SECONDS, .tls = TRUE };
  static const char said[] = "STARTTLS now\r\n";
  g_autofree char *heard = talk (&options, said, strlen (said), NULL, "none");

  g_assert_cmpstr (heard, ==, "501 5.5.4 this command takes no argument\r\n");
}

static void
test_a_handshake_that_fails_ends_it_unanswered (void)
{
  const DialogueOptions options = { .now = SECONDS, .tls = TRUE };
  g_autoptr (Dialogue) dialogue = dialogue_new (&options);

  g_assert_cmpuint (smtp_session_feed (dialogue->session, "STARTTLS\r\n", 10, SECONDS), ==, 10);
  g_assert_cmpint (smtp_session_get_action (dialogue->session), ==, SMTP_ACTION_START_TLS);
  g_assert_cmpuint (smtp_session_feed (dialogue->session, "x", 1, SECONDS), ==, 0);
  smtp_session_tls_failed (dialogue->session, SMTP_END_TLS_FAILED, SECONDS);
  g_assert_null (smtp_session_take_output (dialogue->session));
  g_assert_cmpstr (dialogue_get_end (dialogue), ==, "tls-failed");
}

/* ---- what comes back, and what goes on ---- */

static void
test_a_sender_may_be_longer_than_a_recipient (void)
{
  const DialogueOptions options = { .now = SECONDS };
  g_autofree char *fits = g_strnfill (SMTP_MAX_LOCAL_PART, 'x');
  g_autofree char *path = g_strnfill (SMTP_MAX_PATH - strlen ("@b.test"), 'x');
  g_autofree char *said = g_strdup_printf (
      HI "MAIL FROM:<x%s@b.test>\r\nMAIL FROM:<%s@b.test>\r\nRCPT TO:<%s@our.test>\r\nRCPT TO:<x%s@our.test>\r\n", path,
      path, fits, fits);
  g_autofree char *heard = talk (&options, said, strlen (said), NULL, "none");

  g_assert_cmpstr (heard, ==,
                   HELLO "501 5.1.7 that is no address to come from\r\n" MAIL_OK RCPT_OK
                         "501 5.1.3 that is no address to go to\r\n");
}

static void
test_no_reply_is_longer_than_512_bytes (void)
{
  g_autofree char *host = g_strnfill (SMTP_MAX_DOMAIN, 'h');
  g_autofree char *greeting = g_strnfill (SMTP_MAX_DOMAIN, 'g');
  g_autofree char *local = g_strnfill (SMTP_MAX_LOCAL_PART, 'x');
  g_autofree char *domain = g_strnfill (SMTP_MAX_PATH - SMTP_MAX_LOCAL_PART - 1, 'd');
  g_autofree char *parameter = g_strnfill (900, 'p');
  g_autofree char *said =
      g_strdup_printf ("EHLO %s\r\nMAIL FROM:<> %s\r\n" MAIL "RCPT TO:<%s@%s>\r\n", greeting, parameter, local, domain);
  const DialogueOptions options = { .now = SECONDS, .host = host };
  g_autofree char *heard = talk (&options, said, strlen (said), NULL, "none");
  g_auto (GStrv) lines = g_strsplit (heard, "\r\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, 8 + 3 + 1);
  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_cmpuint (strlen (lines[i]) + 2, <=, 512);
  g_assert_true (g_str_has_prefix (lines[10], "550 5.7.1 <xxx"));
}

static void
test_replies_carry_nothing_dangerous_back (void)
{
  const DialogueOptions options = { .now = SECONDS };
  static const char said[] = HI "MAIL FROM:<a@b.test> SMTPUTF8\r\nRCPT TO:<\xc3\xa4@else.test>\r\n";
  g_autofree char *heard = talk (&options, said, strlen (said), NULL, "none");

  g_assert_true (
      g_str_has_suffix (heard, "550 5.7.1 <??@else.test>: not a domain of this server, which does not relay\r\n"));
}

static void
test_the_trace_field_names_strangers_harmlessly (void)
{
  const DialogueOptions options = { .now = SECONDS, .peer = "2001:db8::1", .rdns = "evil.test)\r\nX: y" };
  static const char said[] = "EHLO a;(b)\"\\c\r\nMAIL FROM:<> SMTPUTF8\r\n" RCPT "DATA\r\n.\r\n";
  g_autoptr (GString) message = g_string_new (NULL);
  g_autofree char *heard = talk (&options, said, strlen (said), message, "none");

  g_assert_true (g_str_has_suffix (heard, STORED));
  g_assert_cmpstr (message->str, ==,
                   "Received: from a??b???c (evil.test???X:?y [IPv6:2001:db8::1])\r\n"
                   "\tby mx.test with UTF8SMTP id QID;\r\n\tThu, 1 Jan 1970 00:00:00 +0000\r\n");
}

static void
test_facts_say_what_happened (void)
{
  static const char said[] = HI "FOO\r\n" MAIL "RCPT TO:<no@our.test>\r\n" RCPT "DATA\r\n12345\r\n.\r\n";
  g_autoptr (Dialogue) dialogue = talk_until (said);
  SmtpFacts facts;

  smtp_session_get_facts (dialogue->session, &facts);
  g_assert_cmpstr (facts.peer_address, ==, "192.0.2.1");
  g_assert_cmpstr (facts.helo, ==, "me");
  g_assert_null (facts.tls_version);
  g_assert_cmpuint (facts.n_messages, ==, 1);
  g_assert_cmpuint (facts.n_refused, ==, 1);
  g_assert_cmpuint (facts.n_errors, ==, 1);
  g_assert_cmpuint (facts.bytes, ==, strlen ("12345\r\n.\r\n"));
  g_assert_cmpint (facts.started, ==, SECONDS);
  g_assert_cmpint (facts.end, ==, SMTP_END_NONE);
}

/* ---- what there is to log ---- */

static void
assert_refused (const DialogueOptions *options, const char *said, const char *expected)
{
  g_autoptr (Dialogue) dialogue = dialogue_new (options);

  dialogue_run (dialogue, said, strlen (said), 0);
  g_assert_cmpstr (dialogue->refused->str, ==, expected);
}

static void
test_commands_that_are_refused_are_for_the_log (void)
{
  const DialogueOptions options = { .now = SECONDS, .recipients = 1 };

  assert_refused (&options, MAIL HI RCPT MAIL RCPT "RSET\r\nDATA\r\nFOO\r\n",
                  "MAIL FROM:<a@b.test> [-] to [-] id [-]: 503 5.5.1 say EHLO first\n"
                  "RCPT TO:<user@our.test> [-] to [-] id [-]: 503 5.5.1 say MAIL first\n");
  assert_refused (&options, HI "MAIL FROM:<> SIZE=99999999\r\nMAIL FROM:<a\xff@b> x\r\nMAIL FROM:<> X=1\r\n",
                  "MAIL FROM:<> SIZE=99999999 [-] to [-] id [-]: 552 5.3.4 the message is too large\n"
                  "MAIL FROM:<a\xff@b> x [-] to [-] id [-]: 501 5.1.7 that is no address to come from\n"
                  "MAIL FROM:<> X=1 [-] to [-] id [-]: 555 5.5.4 parameter X=1 is not known\n");
  assert_refused (
      &options, HI MAIL "RCPT TO:<x@else.test>\r\nRCPT user\r\n" RCPT "RCPT TO:<b@our.test>\r\n" MAIL,
      "RCPT TO:<x@else.test> [a@b.test] to [-] id [-]: 550 5.7.1 <x@else.test>: not a domain of this server, "
      "which does not relay\n"
      "RCPT user [a@b.test] to [-] id [-]: 501 5.5.4 say RCPT TO:<address>\n"
      "RCPT TO:<b@our.test> [a@b.test] to [-] id [-]: 452 4.5.3 too many recipients; send the others in "
      "another transaction\n"
      "MAIL FROM:<a@b.test> [a@b.test] to [-] id [-]: 503 5.5.1 a transaction is open; say RSET to leave "
      "it\n");
}

static void
test_messages_that_are_refused_are_for_the_log (void)
{
  const DialogueOptions fine = { .now = SECONDS, .size_limit = 10 };
  const DialogueOptions failing = { .now = SECONDS, .deliver = SMTP_STORE_FAILED };
  const DialogueOptions full = { .now = SECONDS, .begin = SMTP_STORE_NO_SPACE };
  static const char begin[] = HI MAIL RCPT "RCPT TO:<b@our.test>\r\n";
  static const struct
  {
    const char *said;
    const char *id;
    const char *reply;
  } messages[] = {
    { "DATA\r\n0123456789\r\n.\r\n", "QID", "552 5.3.4 the message is too large" },
    { "DATA\r\na\nb\r\n.\r\n", "QID", "550 5.6.11 lines of a message end in CRLF; a CR or LF alone was found" },
    { "BDAT 6\r\n012345BDAT 6\r\n012345BDAT 1 LAST\r\nx", "QID", "552 5.3.4 the message is too large" },
    { "BDAT 11\r\n", "-", "552 5.3.4 the message is too large" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autofree char *said = g_strconcat (begin, messages[i].said, NULL);
      g_autofree char *expected = g_strdup_printf ("message [a@b.test] to [user@our.test, b@our.test] id [%s]: %s\n",
                                                   messages[i].id, messages[i].reply);

      assert_refused (&fine, said, expected);
    }
  assert_refused (
      &failing, HI "MAIL FROM:<>\r\n" RCPT "DATA\r\n.\r\n",
      "message [] to [user@our.test] id [QID]: 451 4.3.0 the message could not be stored for everybody, try "
      "again later\n");
  assert_refused (&full, HI MAIL RCPT "DATA\r\n",
                  "message [a@b.test] to [user@our.test] id [-]: 452 4.3.1 no space for the message now, try again "
                  "later\n");
  assert_refused (&fine, HI MAIL RCPT "DATA\r\n.\r\n", "");
}

static void
test_a_connection_too_many_is_told_so (void)
{
  g_autoptr (SmtpSettings) settings = smtp_settings_new ("mx.test", 0, 0, FALSE);
  g_autoptr (GBytes) refusal = smtp_settings_refuse_connection (settings);
  gsize length;
  const char *text = g_bytes_get_data (refusal, &length);

  g_assert_cmpmem (text, length, "421 4.3.2 mx.test: too many connections, try again later\r\n", 58);
}

static void
test_a_peer_that_goes_away_is_told_nothing (void)
{
  static const char said[] = HI MAIL RCPT;
  g_autoptr (Dialogue) dialogue = talk_until (said);

  smtp_session_feed (dialogue->session, "NOOP\r\n", 6, SECONDS);
  smtp_session_disconnected (dialogue->session, SECONDS);
  g_assert_cmpint (smtp_session_get_action (dialogue->session), ==, SMTP_ACTION_CLOSE);
  g_assert_null (smtp_session_take_output (dialogue->session));
  g_assert_cmpstr (dialogue_get_end (dialogue), ==, "disconnected");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_rows ("/smtp/session/", rows, G_N_ELEMENTS (rows));
#define ADD(name, test) g_test_add_func ("/smtp/session/" name, test)
  ADD ("after STARTTLS nothing said before counts", test_after_starttls_nothing_said_before_counts);
  ADD ("bytes after STARTTLS end the session unanswered", test_bytes_after_starttls_end_the_session_unanswered);
  ADD ("STARTTLS takes no argument", test_starttls_takes_no_argument);
  ADD ("a handshake that fails ends it unanswered", test_a_handshake_that_fails_ends_it_unanswered);
  ADD ("a sender may be longer than a recipient", test_a_sender_may_be_longer_than_a_recipient);
  ADD ("no reply is longer than 512 bytes", test_no_reply_is_longer_than_512_bytes);
  ADD ("replies carry nothing dangerous back", test_replies_carry_nothing_dangerous_back);
  ADD ("the trace field names strangers harmlessly", test_the_trace_field_names_strangers_harmlessly);
  ADD ("facts say what happened", test_facts_say_what_happened);
  ADD ("commands that are refused are for the log", test_commands_that_are_refused_are_for_the_log);
  ADD ("messages that are refused are for the log", test_messages_that_are_refused_are_for_the_log);
  ADD ("a connection too many is told so", test_a_connection_too_many_is_told_so);
  ADD ("a peer that goes away is told nothing", test_a_peer_that_goes_away_is_told_nothing);
  return g_test_run ();
}
