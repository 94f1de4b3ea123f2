/* SPDX-License-Identifier: MIT */
/*
 * Every reply in one table: code, enhanced status code (RFC 3463; none before a greeting and for 354), words. `$`
 * stands for the detail.
 */
#include "session-private.h"

/* Bytes of a detail that are shown: a reply line is at most 512 (RFC 5321, 4.5.3.1.5). */
#define DETAIL_MAX 320

static const struct
{
  int code;
  const char *status;
  const char *text;
} replies[] = {
  [SMTP_REPLY_BANNER] = { 220, NULL, "$ ESMTP aimx" },
  [SMTP_REPLY_HELO] = { 250, NULL, "$" },
  [SMTP_REPLY_OK] = { 250, "2.0.0", "OK" },
  [SMTP_REPLY_SENDER_OK] = { 250, "2.1.0", "sender OK" },
  [SMTP_REPLY_RECIPIENT_OK] = { 250, "2.1.5", "recipient OK" },
  [SMTP_REPLY_START_DATA] = { 354, NULL, "send the message, end it with <CRLF>.<CRLF>" },
  [SMTP_REPLY_CHUNK_OK] = { 250, "2.0.0", "$ octets" },
  [SMTP_REPLY_STORED] = { 250, "2.0.0", "$ stored" },
  [SMTP_REPLY_START_TLS] = { 220, "2.0.0", "start TLS now" },
  [SMTP_REPLY_HELP] = { 214, "2.0.0", "RFC 5321; this server receives mail for its own domains" },
  [SMTP_REPLY_VRFY] = { 252, "2.5.0", "send the mail and see" },
  [SMTP_REPLY_BYE] = { 221, "2.0.0", "bye" },
  [SMTP_REPLY_GREET_FIRST] = { 503, "5.5.1", "say EHLO first" },
  [SMTP_REPLY_NESTED_MAIL] = { 503, "5.5.1", "a transaction is open; say RSET to leave it" },
  [SMTP_REPLY_NEED_MAIL] = { 503, "5.5.1", "say MAIL first" },
  [SMTP_REPLY_NEED_RCPT] = { 503, "5.5.1", "no recipient was accepted" },
  [SMTP_REPLY_CHUNKS_BEGUN] = { 503, "5.5.1", "BDAT has begun; go on with it or say RSET" },
  [SMTP_REPLY_CHUNK_DROPPED] = { 503, "5.5.1", "chunk dropped; say RSET and begin again" },
  [SMTP_REPLY_TLS_ALREADY] = { 503, "5.5.1", "TLS is on already" },
  [SMTP_REPLY_NO_TLS] = { 502, "5.5.1", "no TLS here" },
  [SMTP_REPLY_NO_ARGUMENT] = { 501, "5.5.4", "this command takes no argument" },
  [SMTP_REPLY_NO_EXPN] = { 502, "5.5.1", "lists are not shown" },
  [SMTP_REPLY_NO_AUTH] = { 502, "5.5.1", "no authentication here; mail for this server's domains needs none" },
  [SMTP_REPLY_UNKNOWN_COMMAND] = { 500, "5.5.1", "unknown command" },
  [SMTP_REPLY_LINE_TOO_LONG] = { 500, "5.5.2", "line too long" },
  [SMTP_REPLY_BAD_LINE] = { 500, "5.5.2", "a command line holds text and ends in CRLF" },
  [SMTP_REPLY_BARE_LF_COMMAND] = { 500, "5.5.2", "lines end in CRLF, not in LF alone" },
  [SMTP_REPLY_BAD_GREETING] = { 501, "5.5.4", "say EHLO and your host name" },
  [SMTP_REPLY_BAD_MAIL] = { 501, "5.5.4", "say MAIL FROM:<address>" },
  [SMTP_REPLY_BAD_RCPT] = { 501, "5.5.4", "say RCPT TO:<address>" },
  [SMTP_REPLY_BAD_SENDER] = { 501, "5.1.7", "that is no address to come from" },
  [SMTP_REPLY_BAD_RECIPIENT] = { 501, "5.1.3", "that is no address to go to" },
  [SMTP_REPLY_BAD_PARAMETER] = { 501, "5.5.4", "a parameter is malformed or there twice" },
  [SMTP_REPLY_UNKNOWN_PARAMETER] = { 555, "5.5.4", "parameter $ is not known" },
  [SMTP_REPLY_NON_ASCII] = { 553, "5.6.7", "an address that is not ASCII needs SMTPUTF8" },
  [SMTP_REPLY_BAD_CHUNK] = { 501, "5.5.4", "say BDAT and a number of octets" },
  [SMTP_REPLY_TOO_LARGE] = { 552, "5.3.4", "the message is too large" },
  [SMTP_REPLY_NOT_LOCAL] = { 550, "5.7.1", "<$>: not a domain of this server, which does not relay" },
  [SMTP_REPLY_UNKNOWN_RECIPIENT] = { 550, "5.1.1", "<$>: no such mailbox" },
  [SMTP_REPLY_NO_ACCOUNT] = { 451, "4.2.1", "<$>: the mailbox is not active now, try again later" },
  [SMTP_REPLY_UNAVAILABLE] = { 451, "4.3.0", "<$>: cannot be looked up now, try again later" },
  [SMTP_REPLY_TOO_MANY_RECIPIENTS] = { 452, "4.5.3", "too many recipients; send the others in another transaction" },
  [SMTP_REPLY_NO_SPACE] = { 452, "4.3.1", "no space for the message now, try again later" },
  [SMTP_REPLY_FAILED] = { 451, "4.3.0", "the message could not be stored for everybody, try again later" },
  [SMTP_REPLY_GONE] = { 550, "5.1.1", "the mailboxes of all recipients have gone" },
  [SMTP_REPLY_UNWANTED] = { 550, "5.7.1", "the domain of its author asks to refuse such mail (DMARC)" },
  [SMTP_REPLY_BARE_NEWLINE] = { 550, "5.6.11", "lines of a message end in CRLF; a CR or LF alone was found" },
  [SMTP_REPLY_TOO_MANY_ERRORS] = { 421, "4.7.0", "too many errors" },
  [SMTP_REPLY_NO_PROGRESS] = { 421, "4.7.0", "too many commands without a message" },
  [SMTP_REPLY_IDLE] = { 421, "4.4.2", "idle for too long" },
  [SMTP_REPLY_NO_MESSAGE] = { 421, "4.4.2", "no message for too long" },
  [SMTP_REPLY_TOO_SLOW] = { 421, "4.4.2", "the message comes too slowly" },
  [SMTP_REPLY_SHUT_DOWN] = { 421, "4.3.2", "the server is shutting down, try again later" },
  [SMTP_REPLY_TOO_MANY_CONNECTIONS] = { 421, "4.3.2", "$: too many connections, try again later" },
};

/* What the peer said comes back as printable ASCII, so that it forges no reply and breaks no terminal. */
static void
append_detail (GString *output, const char *detail)
{
  for (gsize i = 0; i < DETAIL_MAX && detail[i] != '\0'; i++)
    g_string_append_c (output, g_ascii_isprint (detail[i]) ? detail[i] : '?');
}

void
smtp_reply_append (GString *output, SmtpReply reply, const char *detail)
{
  g_string_append_printf (output, "%d ", replies[reply].code);
  if (replies[reply].status != NULL)
    g_string_append_printf (output, "%s ", replies[reply].status);
  for (const char *at = replies[reply].text; *at != '\0'; at++)
    if (*at == '$' && detail != NULL)
      append_detail (output, detail);
    else
      g_string_append_c (output, *at);
  g_string_append (output, "\r\n");
}

gboolean
smtp_reply_is_error (SmtpReply reply)
{
  return replies[reply].code >= 500;
}
