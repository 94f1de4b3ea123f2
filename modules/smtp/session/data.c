/* SPDX-License-Identifier: MIT */
/*
 * DATA (RFC 5321, 4.1.1.4, 4.5.2): lines end in CRLF and in nothing else, so that no two servers can disagree about
 * where a message ends.
 */
#include "session-private.h"

#include <string.h>

void
smtp_command_data (SmtpSession *self, const char *argument, gint64 now)
{
  SmtpReply refusal;

  if (self->helo == NULL)
    refusal = SMTP_REPLY_GREET_FIRST;
  else if (*argument != '\0')
    refusal = SMTP_REPLY_NO_ARGUMENT;
  else if (self->transaction == NULL)
    refusal = SMTP_REPLY_NEED_MAIL;
  else if (self->transaction->chunked)
    refusal = SMTP_REPLY_CHUNKS_BEGUN;
  else if (self->transaction->recipients->len == 1)
    refusal = SMTP_REPLY_NEED_RCPT;
  else
    {
      self->action = SMTP_ACTION_BEGIN_MESSAGE;
      return;
    }
  smtp_session_reply (self, refusal, NULL, now);
}

/*
 * Reads to the end of a line, or all there is. Each byte is looked at once or twice, whatever it is: what stands before
 * the LF is searched for a CR only until the message has failed.
 */
static gsize
read_line (SmtpTransaction *transaction, const char *data, gsize length, gboolean *bare)
{
  const char *feed = memchr (data, '\n', length);
  gsize n = feed != NULL ? (gsize) (feed - data) : length;

  if (n > 0)
    {
      *bare = *bare || transaction->data_state == SMTP_DATA_CR || memchr (data, '\r', n - 1) != NULL;
      transaction->data_state = data[n - 1] == '\r' ? SMTP_DATA_CR : SMTP_DATA_IN_LINE;
    }
  if (feed == NULL)
    return n;
  *bare = *bare || transaction->data_state != SMTP_DATA_CR;
  transaction->data_state = transaction->data_state == SMTP_DATA_CR ? SMTP_DATA_LINE_START : SMTP_DATA_IN_LINE;
  return n + 1;
}

/* Lines up to a dot that begins one, so that a span is as long as it can be. */
static gsize
read_lines (SmtpSession *self, const char *data, gsize length)
{
  SmtpTransaction *transaction = self->transaction;
  gboolean bare = transaction->failure == SMTP_FAILURE_BARE_NEWLINE;
  gsize n = 0;

  while (n < length && (transaction->data_state != SMTP_DATA_LINE_START || data[n] != '.'))
    n += read_line (transaction, data + n, length - n, &bare);
  if (bare && transaction->failure != SMTP_FAILURE_BARE_NEWLINE)
    smtp_session_fail_message (self, SMTP_FAILURE_BARE_NEWLINE);
  smtp_session_take_contents (self, data, n);
  return n;
}

gsize
smtp_data_feed (SmtpSession *self, const char *data, gsize length, gint64 now)
{
  SmtpTransaction *transaction = self->transaction;

  switch (transaction->data_state)
    {
    case SMTP_DATA_LINE_START:
      if (*data != '.')
        return read_lines (self, data, length);
      /* It goes, whatever follows (RFC 5321, 4.5.2). */
      transaction->data_state = SMTP_DATA_DOT;
      return 1;
    case SMTP_DATA_DOT:
      transaction->data_state = *data == '\r' ? SMTP_DATA_DOT_CR : SMTP_DATA_IN_LINE;
      return *data == '\r' ? 1 : 0;
    case SMTP_DATA_DOT_CR:
      if (*data == '\n')
        {
          smtp_session_finish_message (self, now);
          return 1;
        }
      /* Another CR alone within a line. */
      transaction->data_state = SMTP_DATA_CR;
      return read_lines (self, data, length);
    case SMTP_DATA_IN_LINE:
    case SMTP_DATA_CR:
    default:
      return read_lines (self, data, length);
    }
}
