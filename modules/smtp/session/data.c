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
      self->transaction->data_state = SMTP_DATA_LINE_START;
      self->action = SMTP_ACTION_BEGIN_MESSAGE;
      return;
    }
  smtp_session_reply (self, refusal, NULL, now);
}

static void
fail_bare_newline (SmtpTransaction *transaction)
{
  transaction->failure = SMTP_FAILURE_BARE_NEWLINE;
}

/* Contents that are known to be good. */
static void
take (SmtpSession *self, const char *span, gsize length)
{
  SmtpTransaction *transaction = self->transaction;

  transaction->size += length;
  if (transaction->size > self->settings->size_limit && transaction->failure == SMTP_FAILURE_NONE)
    transaction->failure = SMTP_FAILURE_TOO_LARGE;
  if (transaction->failure == SMTP_FAILURE_NONE)
    smtp_session_store (self, span, length);
}

static void
finish (SmtpSession *self, gint64 now)
{
  if (self->transaction->failure != SMTP_FAILURE_NONE)
    {
      smtp_session_refuse_message (self, self->transaction->failure, now);
      return;
    }
  smtp_session_set_input (self, SMTP_INPUT_COMMAND, now);
  self->action = SMTP_ACTION_MESSAGE_COMPLETE;
}

/*
 * Inside a line: takes whole lines for as long as no dot begins one, so that one span is as long as what came.
 * Returns: how many bytes, their last CR held back
 */
static gsize
take_lines (SmtpSession *self, const char *data, gsize length)
{
  SmtpTransaction *transaction = self->transaction;
  const char *end = data + length;
  const char *at = data;

  while (at < end)
    {
      const char *feed = memchr (at, '\n', (gsize) (end - at));
      const char *stop = feed != NULL ? feed : end;
      const char *cr = memchr (at, '\r', (gsize) (stop - at));

      if (cr == NULL && feed == NULL)
        {
          at = end;
          break;
        }
      if (cr == end - 1)
        {
          transaction->data_state = SMTP_DATA_CR;
          take (self, data, (gsize) (cr - data));
          return length;
        }
      if (feed == NULL || cr == NULL || cr != feed - 1)
        {
          /* A CR without LF or a LF without CR: nothing of this message will be kept. */
          fail_bare_newline (transaction);
          return (gsize) ((cr != NULL ? cr : feed) + 1 - data);
        }
      at = feed + 1;
      if (at == end || *at == '.')
        {
          transaction->data_state = SMTP_DATA_LINE_START;
          break;
        }
    }
  take (self, data, (gsize) (at - data));
  return (gsize) (at - data);
}

gsize
smtp_data_feed (SmtpSession *self, const char *data, gsize length, gint64 now)
{
  SmtpTransaction *transaction = self->transaction;
  char c = *data;

  switch (transaction->data_state)
    {
    case SMTP_DATA_LINE_START:
      transaction->data_state = c == '.' ? SMTP_DATA_DOT : SMTP_DATA_IN_LINE;
      return c == '.' ? 1 : 0;
    case SMTP_DATA_DOT:
      /* The dot goes, whatever follows (RFC 5321, 4.5.2). */
      transaction->data_state = c == '\r' ? SMTP_DATA_DOT_CR : SMTP_DATA_IN_LINE;
      return c == '\r' ? 1 : 0;
    case SMTP_DATA_DOT_CR:
      transaction->data_state = SMTP_DATA_IN_LINE;
      if (c == '\n')
        finish (self, now);
      else
        fail_bare_newline (transaction);
      return c == '\n' ? 1 : 0;
    case SMTP_DATA_CR:
      transaction->data_state = c == '\n' ? SMTP_DATA_LINE_START : SMTP_DATA_IN_LINE;
      if (c == '\n')
        take (self, "\r\n", 2);
      else
        fail_bare_newline (transaction);
      return c == '\n' ? 1 : 0;
    case SMTP_DATA_IN_LINE:
    default:
      return take_lines (self, data, length);
    }
}
