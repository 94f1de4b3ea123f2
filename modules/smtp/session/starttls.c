/* SPDX-License-Identifier: MIT */
/* STARTTLS (RFC 3207): afterwards nothing that was said in the clear counts. */
#include "session-private.h"

void
smtp_command_starttls (SmtpSession *self, const char *argument, gint64 now)
{
  SmtpReply refusal;

  if (self->tls_version != NULL)
    refusal = SMTP_REPLY_TLS_ALREADY;
  else if (!self->settings->offer_starttls)
    refusal = SMTP_REPLY_NO_TLS;
  else if (*argument != '\0')
    refusal = SMTP_REPLY_NO_ARGUMENT;
  else if (self->transaction != NULL && self->transaction->chunked)
    refusal = SMTP_REPLY_CHUNKS_BEGUN;
  else
    {
      smtp_session_end_transaction (self);
      smtp_session_say (self, SMTP_REPLY_START_TLS, NULL);
      self->action = SMTP_ACTION_START_TLS;
      return;
    }
  smtp_session_reply (self, refusal, NULL, now);
}
