/* SPDX-License-Identifier: MIT */
/* MAIL (RFC 5321, 4.1.1.2). */
#include "session-private.h"

#include <string.h>

static void
begin_transaction (SmtpSession *self, const SmtpParameters *parameters, char *sender)
{
  SmtpTransaction *transaction = g_new0 (SmtpTransaction, 1);

  transaction->mail_from = sender;
  transaction->utf8 = parameters->utf8;
  transaction->recipients = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (transaction->recipients, NULL);
  self->transaction = transaction;
}

/* What is wrong with @path and the parameters after it; SMTP_REPLY_SENDER_OK when nothing is. */
static SmtpReply
parse (SmtpSession *self, const char *path, SmtpParameters *parameters, char **sender, char **unknown)
{
  const char *rest = NULL;
  SmtpPathResult result = smtp_path_parse (path, TRUE, &rest, sender);

  if (result == SMTP_PATH_MALFORMED || (**sender != '\0' && strchr (*sender, '@') == NULL))
    return SMTP_REPLY_BAD_SENDER;
  switch (smtp_parameters_parse (rest, parameters, unknown))
    {
    case SMTP_PARAMETERS_UNKNOWN:
      return SMTP_REPLY_UNKNOWN_PARAMETER;
    case SMTP_PARAMETERS_MALFORMED:
      return SMTP_REPLY_BAD_PARAMETER;
    case SMTP_PARAMETERS_OK:
    default:
      break;
    }
  if (result == SMTP_PATH_NON_ASCII && !parameters->utf8)
    return SMTP_REPLY_NON_ASCII;
  return parameters->size > self->settings->size_limit ? SMTP_REPLY_TOO_LARGE : SMTP_REPLY_SENDER_OK;
}

void
smtp_command_mail (SmtpSession *self, const char *argument, gint64 now)
{
  g_autofree char *sender = NULL;
  g_autofree char *unknown = NULL;
  SmtpParameters parameters;
  SmtpReply reply;

  if (self->helo == NULL)
    reply = SMTP_REPLY_GREET_FIRST;
  else if (self->transaction != NULL)
    reply = SMTP_REPLY_NESTED_MAIL;
  else if (g_ascii_strncasecmp (argument, "FROM:", 5) != 0)
    reply = SMTP_REPLY_BAD_MAIL;
  else
    reply = parse (self, argument + 5 + strspn (argument + 5, " "), &parameters, &sender, &unknown);
  if (reply == SMTP_REPLY_SENDER_OK)
    begin_transaction (self, &parameters, g_steal_pointer (&sender));
  else
    smtp_session_note_command (self, "MAIL", argument, reply, unknown);
  smtp_session_reply (self, reply, unknown, now);
}
