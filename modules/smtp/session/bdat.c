/* SPDX-License-Identifier: MIT */
/* BDAT (RFC 3030): chunks of counted bytes, kept exactly as they are. */
#include "session-private.h"

#include <string.h>

static gboolean
parse (const char *argument, gsize *size, gboolean *last)
{
  gsize digits = strspn (argument, "0123456789");
  g_autofree char *number = g_strndup (argument, digits);
  const char *rest = argument + digits;
  guint64 value;

  if (!g_ascii_string_to_unsigned (number, 10, 0, G_MAXINT64, &value, NULL))
    return FALSE;
  *size = (gsize) value;
  rest += strspn (rest, " ");
  *last = g_ascii_strcasecmp (rest, "LAST") == 0;
  return *rest == '\0' || (*last && argument[digits] == ' ');
}

/* Why a chunk of @size bytes is read only to be dropped. */
static SmtpFailure
check (const SmtpSession *self, gsize size)
{
  const SmtpTransaction *transaction = self->transaction;

  if (transaction == NULL || transaction->recipients->len == 1 || transaction->failure != SMTP_FAILURE_NONE)
    return SMTP_FAILURE_OUT_OF_ORDER;
  return size > self->settings->size_limit - transaction->size ? SMTP_FAILURE_TOO_LARGE : SMTP_FAILURE_NONE;
}

void
smtp_command_bdat (SmtpSession *self, const char *argument, gint64 now)
{
  gsize size;
  gboolean last;

  if (!parse (argument, &size, &last))
    {
      smtp_session_reply (self, SMTP_REPLY_BAD_CHUNK, NULL, now);
      smtp_session_close (self, SMTP_END_BAD_CHUNK, now);
      return;
    }
  if (size > self->settings->size_limit)
    {
      smtp_session_reply (self, SMTP_REPLY_TOO_LARGE, NULL, now);
      smtp_session_close (self, SMTP_END_BAD_CHUNK, now);
      return;
    }
  self->chunk_size = self->chunk_left = size;
  self->chunk_last = last;
  self->chunk_failure = check (self, size);
  /* An empty chunk is no progress, however often it comes. */
  if (size == 0 || self->chunk_failure != SMTP_FAILURE_NONE)
    smtp_session_count_command (self, now);
  if (self->action != SMTP_ACTION_NONE)
    return;
  smtp_session_set_input (self, SMTP_INPUT_CHUNK, now);
  if (self->chunk_failure == SMTP_FAILURE_NONE && !self->transaction->chunked)
    {
      self->transaction->chunked = TRUE;
      self->action = SMTP_ACTION_BEGIN_MESSAGE;
    }
  smtp_chunk_go_on (self, now);
}

/* After a failure further chunks are dropped until RSET: the peer may have sent them already. */
static void
finish_failed (SmtpSession *self, SmtpFailure failure, gint64 now)
{
  SmtpTransaction *transaction = self->transaction;

  if (transaction == NULL || failure == SMTP_FAILURE_OUT_OF_ORDER)
    {
      smtp_session_reply (self, SMTP_REPLY_CHUNK_DROPPED, NULL, now);
      return;
    }
  transaction->failure = failure;
  transaction->chunked = TRUE;
  smtp_session_reply (self,
                      failure == SMTP_FAILURE_TOO_LARGE  ? SMTP_REPLY_TOO_LARGE
                      : failure == SMTP_FAILURE_NO_SPACE ? SMTP_REPLY_NO_SPACE
                                                         : SMTP_REPLY_FAILED,
                      NULL, now);
  if (transaction->has_spool && self->action == SMTP_ACTION_NONE)
    self->action = SMTP_ACTION_MESSAGE_ABORTED;
  transaction->has_spool = FALSE;
}

void
smtp_chunk_go_on (SmtpSession *self, gint64 now)
{
  SmtpFailure failure = self->chunk_failure;

  if (self->action != SMTP_ACTION_NONE || self->chunk_left > 0)
    return;
  if (failure == SMTP_FAILURE_NONE)
    failure = self->transaction->failure;
  smtp_session_set_input (self, SMTP_INPUT_COMMAND, now);
  if (failure != SMTP_FAILURE_NONE)
    finish_failed (self, failure, now);
  else if (self->chunk_last)
    self->action = SMTP_ACTION_MESSAGE_COMPLETE;
  else
    {
      g_autofree char *octets = g_strdup_printf ("%" G_GSIZE_FORMAT, self->chunk_size);

      smtp_session_say (self, SMTP_REPLY_CHUNK_OK, octets);
      if (self->chunk_size > 0)
        smtp_session_progress (self);
    }
}

gsize
smtp_chunk_feed (SmtpSession *self, const char *data, gsize length, gint64 now)
{
  gsize n = MIN (length, self->chunk_left);

  self->chunk_left -= n;
  if (self->chunk_failure == SMTP_FAILURE_NONE)
    {
      self->transaction->size += n;
      if (self->transaction->failure == SMTP_FAILURE_NONE)
        smtp_session_store (self, data, n);
    }
  smtp_chunk_go_on (self, now);
  return n;
}
