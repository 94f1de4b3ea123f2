/* SPDX-License-Identifier: MIT */
/* EHLO and HELO (RFC 5321, 4.1.1.1). */
#include "session-private.h"

#include <string.h>

/* Characters of the greeting that come back: with the longest host name the line stays within 512 (RFC 5321,
 * 4.5.3.1.5). */
#define GREETING_SHOWN 200

/* A host name or an address literal; clients put much else here, so anything printable goes. */
static gboolean
is_greeting (const char *argument)
{
  gsize length = strlen (argument);

  if (length == 0 || length > SMTP_MAX_DOMAIN)
    return FALSE;
  for (; *argument != '\0'; argument++)
    if (!g_ascii_isgraph (*argument))
      return FALSE;
  return TRUE;
}

static gboolean
greet (SmtpSession *self, const char *argument, gboolean extended, gint64 now)
{
  if (!is_greeting (argument))
    {
      smtp_session_reply (self, SMTP_REPLY_BAD_GREETING, NULL, now);
      return FALSE;
    }
  smtp_session_abandon_transaction (self, now);
  g_free (self->helo);
  self->helo = g_strdup (argument);
  self->extended = extended;
  return self->action != SMTP_ACTION_CLOSE;
}

void
smtp_command_helo (SmtpSession *self, const char *argument, gint64 now)
{
  if (greet (self, argument, FALSE, now))
    smtp_session_say (self, SMTP_REPLY_HELO, self->settings->host);
}

void
smtp_command_ehlo (SmtpSession *self, const char *argument, gint64 now)
{
  if (!greet (self, argument, TRUE, now))
    return;
  if (self->output == NULL)
    self->output = g_string_new (NULL);
  g_string_append_printf (self->output, "250-%s Hello %.*s\r\n", self->settings->host, GREETING_SHOWN, argument);
  g_string_append_printf (self->output, "250-SIZE %" G_GSIZE_FORMAT "\r\n250-8BITMIME\r\n250-PIPELINING\r\n",
                          self->settings->size_limit);
  if (self->settings->offer_starttls && self->tls_version == NULL)
    g_string_append (self->output, "250-STARTTLS\r\n");
  g_string_append_printf (self->output,
                          "250-ENHANCEDSTATUSCODES\r\n250-CHUNKING\r\n250-SMTPUTF8\r\n250 LIMITS RCPTMAX=%u\r\n",
                          self->settings->max_recipients);
}
