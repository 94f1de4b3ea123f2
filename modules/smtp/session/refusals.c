/* SPDX-License-Identifier: MIT */
/* What the peer was refused, kept until the driver takes it: a session does not log. */
#include "session-private.h"

#include <string.h>

static char *
write_reply (SmtpReply reply, const char *detail)
{
  GString *text = g_string_new (NULL);

  smtp_reply_append (text, reply, detail);
  g_string_truncate (text, text->len - strlen ("\r\n"));
  return g_string_free (text, FALSE);
}

static SmtpRefusal *
note (SmtpSession *self, SmtpReply reply, const char *detail)
{
  const SmtpTransaction *transaction = self->transaction;
  SmtpRefusal *refusal = g_new0 (SmtpRefusal, 1);

  refusal->mail_from = transaction != NULL ? g_strdup (transaction->mail_from) : NULL;
  refusal->reply = write_reply (reply, detail);
  g_queue_push_tail (&self->refusals, refusal);
  return refusal;
}

void
smtp_session_note_command (SmtpSession *self,
                           const char *verb,
                           const char *argument,
                           SmtpReply reply,
                           const char *detail)
{
  note (self, reply, detail)->command = g_strconcat (verb, " ", argument, NULL);
}

void
smtp_session_note_message (SmtpSession *self, SmtpReply reply)
{
  const SmtpTransaction *transaction = self->transaction;
  SmtpRefusal *refusal = note (self, reply, NULL);

  refusal->queue_id = g_strdup (transaction->queue_id);
  refusal->recipients = g_strjoinv (", ", (char **) transaction->recipients->pdata);
}

SmtpRefusal *
smtp_session_take_refusal (SmtpSession *self)
{
  return g_queue_pop_head (&self->refusals);
}

void
smtp_refusal_free (SmtpRefusal *self)
{
  g_free (self->command);
  g_free (self->queue_id);
  g_free (self->mail_from);
  g_free (self->recipients);
  g_free (self->reply);
  g_free (self);
}
