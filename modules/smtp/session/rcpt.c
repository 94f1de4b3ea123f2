/* SPDX-License-Identifier: MIT */
/* RCPT (RFC 5321, 4.1.1.3): whether a recipient has a mailbox is the driver's to say. */
#include "session-private.h"

#include <string.h>

/* Refusals within a transaction are how stale lists look: the first ones are free. */
static void
refuse (SmtpSession *self, SmtpReply reply, guint *count, guint n_free, gint64 now)
{
  g_autofree char *argument = g_strconcat ("TO:<", self->recipient, ">", NULL);

  self->n_refused++;
  smtp_session_note_command (self, "RCPT", argument, reply, self->recipient);
  smtp_session_say (self, reply, self->recipient);
  if (++*count < n_free)
    return;
  smtp_session_count_command (self, now);
  smtp_session_count_error (self, now);
}

static gboolean
is_accepted (const SmtpTransaction *transaction, const char *recipient)
{
  for (guint i = 0; i + 1 < transaction->recipients->len; i++)
    if (g_ascii_strcasecmp (transaction->recipients->pdata[i], recipient) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_excess (const SmtpSession *self)
{
  return self->transaction->recipients->len - 1 >= self->settings->max_recipients &&
         !is_accepted (self->transaction, self->recipient);
}

static void
accept (SmtpSession *self, char *recipient)
{
  GPtrArray *recipients = self->transaction->recipients;

  recipients->pdata[recipients->len - 1] = recipient;
  g_ptr_array_add (recipients, NULL);
}

/* SMTP_REPLY_RECIPIENT_OK when it can be asked for. None of the parameters that there are is announced (RFC 3461...).
 */
static SmtpReply
parse (SmtpSession *self, const char *path, char **recipient, const char **parameters)
{
  const char *rest = NULL;
  SmtpPathResult result = smtp_path_parse (path, FALSE, &rest, recipient);

  if (result == SMTP_PATH_MALFORMED || (*rest != '\0' && *rest != ' '))
    return SMTP_REPLY_BAD_RECIPIENT;
  *parameters = rest + strspn (rest, " ");
  if (**parameters != '\0')
    return SMTP_REPLY_UNKNOWN_PARAMETER;
  if (result == SMTP_PATH_NON_ASCII && !self->transaction->utf8)
    return SMTP_REPLY_NON_ASCII;
  /* RFC 5321, 4.5.1: in any case, and without a domain. */
  return strchr (*recipient, '@') != NULL || g_ascii_strcasecmp (*recipient, "postmaster") == 0
             ? SMTP_REPLY_RECIPIENT_OK
             : SMTP_REPLY_BAD_RECIPIENT;
}

static SmtpReply
check_order (const SmtpSession *self)
{
  if (self->helo == NULL)
    return SMTP_REPLY_GREET_FIRST;
  if (self->transaction == NULL)
    return SMTP_REPLY_NEED_MAIL;
  return self->transaction->chunked ? SMTP_REPLY_CHUNKS_BEGUN : SMTP_REPLY_RECIPIENT_OK;
}

void
smtp_command_rcpt (SmtpSession *self, const char *argument, gint64 now)
{
  SmtpReply reply = check_order (self);
  g_autofree char *recipient = NULL;
  const char *parameters = NULL;

  if (reply == SMTP_REPLY_RECIPIENT_OK && g_ascii_strncasecmp (argument, "TO:", 3) != 0)
    reply = SMTP_REPLY_BAD_RCPT;
  if (reply == SMTP_REPLY_RECIPIENT_OK)
    reply = parse (self, argument + 3 + strspn (argument + 3, " "), &recipient, &parameters);
  if (reply != SMTP_REPLY_RECIPIENT_OK)
    {
      smtp_session_count_command (self, now);
      if (self->action != SMTP_ACTION_NONE)
        return;
      smtp_session_note_command (self, "RCPT", argument, reply, parameters);
      smtp_session_reply (self, reply, parameters, now);
      return;
    }
  g_free (self->recipient);
  self->recipient = g_steal_pointer (&recipient);
  /* Which address postmaster alone is the driver has to say. */
  if (strchr (self->recipient, '@') != NULL && is_excess (self))
    refuse (self, SMTP_REPLY_TOO_MANY_RECIPIENTS, &self->transaction->n_excess, SMTP_FREE_EXCESS, now);
  else
    self->action = SMTP_ACTION_VERIFY_RECIPIENT;
}

const char *
smtp_session_get_recipient (const SmtpSession *self)
{
  g_return_val_if_fail (self->action == SMTP_ACTION_VERIFY_RECIPIENT, NULL);

  return self->recipient;
}

void
smtp_session_recipient_result (SmtpSession *self, SmtpRecipientVerdict verdict, const char *address, gint64 now)
{
  static const SmtpReply replies[] = {
    [SMTP_RECIPIENT_ACCEPTED] = SMTP_REPLY_RECIPIENT_OK,     [SMTP_RECIPIENT_NOT_LOCAL] = SMTP_REPLY_NOT_LOCAL,
    [SMTP_RECIPIENT_UNKNOWN] = SMTP_REPLY_UNKNOWN_RECIPIENT, [SMTP_RECIPIENT_NO_ACCOUNT] = SMTP_REPLY_NO_ACCOUNT,
    [SMTP_RECIPIENT_UNAVAILABLE] = SMTP_REPLY_UNAVAILABLE,
  };

  g_return_if_fail (self->action == SMTP_ACTION_VERIFY_RECIPIENT);

  smtp_session_resume (self, now);
  if (address != NULL)
    {
      g_free (self->recipient);
      self->recipient = g_strdup (address);
    }
  if (verdict != SMTP_RECIPIENT_ACCEPTED)
    refuse (self, replies[verdict], &self->transaction->n_refused, SMTP_FREE_REFUSALS, now);
  else if (is_excess (self))
    refuse (self, SMTP_REPLY_TOO_MANY_RECIPIENTS, &self->transaction->n_excess, SMTP_FREE_EXCESS, now);
  else if (is_accepted (self->transaction, self->recipient))
    {
      /* No progress, however often it comes. */
      smtp_session_count_command (self, now);
      smtp_session_say (self, SMTP_REPLY_RECIPIENT_OK, NULL);
    }
  else
    {
      smtp_session_progress (self);
      smtp_session_say (self, SMTP_REPLY_RECIPIENT_OK, NULL);
      accept (self, g_steal_pointer (&self->recipient));
    }
  g_clear_pointer (&self->recipient, g_free);
}
