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

/* After a failed chunk others follow until RSET: the peer may have sent them already. */
static gboolean
is_in_order (const SmtpSession *self)
{
  const SmtpTransaction *transaction = self->transaction;

  return transaction != NULL && transaction->recipients->len > 1 && transaction->failure == SMTP_FAILURE_NONE;
}

/* What follows in the stream cannot be told from commands, or would not be worth reading. */
static void
give_up (SmtpSession *self, SmtpReply reply, gint64 now)
{
  smtp_session_reply (self, reply, NULL, now);
  smtp_session_close (self, SMTP_END_BAD_CHUNK, now);
}

static void
begin_chunk (SmtpSession *self, gsize size, gboolean last, gint64 now)
{
  self->chunk_size = self->chunk_left = size;
  self->chunk_last = last;
  self->chunk_dropped = !is_in_order (self);
  smtp_session_set_input (self, SMTP_INPUT_CHUNK, now);
  if (!self->chunk_dropped && !self->transaction->chunked)
    {
      self->transaction->chunked = TRUE;
      self->action = SMTP_ACTION_BEGIN_MESSAGE;
    }
  smtp_chunk_go_on (self, now);
}

void
smtp_command_bdat (SmtpSession *self, const char *argument, gint64 now)
{
  gsize size;
  gboolean last;

  if (!parse (argument, &size, &last))
    {
      give_up (self, SMTP_REPLY_BAD_CHUNK, now);
      return;
    }
  if (size > self->settings->size_limit)
    {
      if (is_in_order (self))
        smtp_session_note_message (self, SMTP_REPLY_TOO_LARGE);
      give_up (self, SMTP_REPLY_TOO_LARGE, now);
      return;
    }
  /* An empty chunk is no progress, however often it comes. */
  if (size == 0 || !is_in_order (self))
    smtp_session_count_command (self, now);
  if (self->action == SMTP_ACTION_NONE)
    begin_chunk (self, size, last, now);
}

void
smtp_chunk_go_on (SmtpSession *self, gint64 now)
{
  g_autofree char *octets = NULL;

  if (self->action != SMTP_ACTION_NONE || self->chunk_left > 0)
    return;
  smtp_session_set_input (self, SMTP_INPUT_COMMAND, now);
  if (self->chunk_dropped)
    smtp_session_reply (self, SMTP_REPLY_CHUNK_DROPPED, NULL, now);
  else if (self->chunk_last)
    smtp_session_finish_message (self, now);
  else if (self->transaction->failure != SMTP_FAILURE_NONE)
    {
      smtp_session_note_message (self, smtp_session_get_refusal (self->transaction->failure));
      smtp_session_reply (self, smtp_session_get_refusal (self->transaction->failure), NULL, now);
    }
  else
    {
      octets = g_strdup_printf ("%" G_GSIZE_FORMAT, self->chunk_size);
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
  if (!self->chunk_dropped)
    smtp_session_take_contents (self, data, n);
  smtp_chunk_go_on (self, now);
  return n;
}
