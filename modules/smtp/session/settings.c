/* SPDX-License-Identifier: MIT */
/* What sessions are told by the configuration. */
#include "session-private.h"

SmtpSettings *
smtp_settings_new (const char *host, gsize size_limit, guint max_recipients, gboolean offer_starttls)
{
  SmtpSettings *self = g_new0 (SmtpSettings, 1);

  g_atomic_ref_count_init (&self->refs);
  self->host = g_strdup (host);
  self->size_limit = size_limit != 0 ? size_limit : SMTP_SIZE_LIMIT;
  self->max_recipients = max_recipients != 0 ? max_recipients : SMTP_MAX_RECIPIENTS;
  self->offer_starttls = offer_starttls;
  return self;
}

SmtpSettings *
smtp_settings_ref (SmtpSettings *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
smtp_settings_unref (SmtpSettings *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->host);
  g_free (self);
}

GBytes *
smtp_settings_refuse_connection (const SmtpSettings *self)
{
  GString *output = g_string_new (NULL);

  smtp_reply_append (output, SMTP_REPLY_TOO_MANY_CONNECTIONS, self->host);
  return g_string_free_to_bytes (output);
}
