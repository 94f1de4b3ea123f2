/* SPDX-License-Identifier: MIT */
/*
 * Command lines: put together from whatever pieces they come in, bounded, and sent to the function of their verb.
 */
#include "session-private.h"

#include <string.h>

/* What browsers, scanners and confused clients say first. */
static const char *const foreign[] = { "GET ",     "POST ",  "HEAD ", "PUT ", "DELETE ", "OPTIONS ",
                                       "CONNECT ", "TRACE ", "PRI ",  "SSH-", "PATCH ",  "HTTP/" };

/* First byte of a TLS handshake record (RFC 8446, 5.1). */
#define TLS_HANDSHAKE 0x16

typedef void (*Command) (SmtpSession *self, const char *argument, gint64 now);

static void
command_rset (SmtpSession *self, const char *argument, gint64 now)
{
  if (*argument != '\0')
    {
      smtp_session_reply (self, SMTP_REPLY_NO_ARGUMENT, NULL, now);
      return;
    }
  smtp_session_say (self, SMTP_REPLY_OK, NULL);
  smtp_session_end_transaction (self);
}

static void
command_noop (SmtpSession *self, const char *argument, gint64 now)
{
  smtp_session_say (self, SMTP_REPLY_OK, NULL);
}

static void
command_help (SmtpSession *self, const char *argument, gint64 now)
{
  smtp_session_say (self, SMTP_REPLY_HELP, NULL);
}

static void
command_vrfy (SmtpSession *self, const char *argument, gint64 now)
{
  smtp_session_say (self, SMTP_REPLY_VRFY, NULL);
}

static void
command_expn (SmtpSession *self, const char *argument, gint64 now)
{
  smtp_session_reply (self, SMTP_REPLY_NO_EXPN, NULL, now);
}

static void
command_auth (SmtpSession *self, const char *argument, gint64 now)
{
  smtp_session_reply (self, SMTP_REPLY_NO_AUTH, NULL, now);
}

static void
command_quit (SmtpSession *self, const char *argument, gint64 now)
{
  smtp_session_say (self, SMTP_REPLY_BYE, NULL);
  smtp_session_close (self, SMTP_END_QUIT, now);
}

/* Whether a command counts as one without progress is RCPT's and BDAT's own business: they may be part of one. */
static const struct
{
  const char *verb;
  Command run;
  gboolean counts;
} commands[] = {
  { "MAIL", smtp_command_mail, TRUE }, { "RCPT", smtp_command_rcpt, FALSE },
  { "DATA", smtp_command_data, TRUE }, { "BDAT", smtp_command_bdat, FALSE },
  { "EHLO", smtp_command_ehlo, TRUE }, { "HELO", smtp_command_helo, TRUE },
  { "RSET", command_rset, TRUE },      { "QUIT", command_quit, FALSE },
  { "NOOP", command_noop, TRUE },      { "STARTTLS", smtp_command_starttls, TRUE },
  { "VRFY", command_vrfy, TRUE },      { "EXPN", command_expn, TRUE },
  { "HELP", command_help, TRUE },      { "AUTH", command_auth, TRUE },
};

static gboolean
is_foreign (const char *line)
{
  for (guint i = 0; i < G_N_ELEMENTS (foreign); i++)
    if (g_ascii_strncasecmp (line, foreign[i], strlen (foreign[i])) == 0)
      return TRUE;
  return FALSE;
}

void
smtp_command_run (SmtpSession *self, const char *line, gint64 now)
{
  gsize length = strcspn (line, " ");
  const char *argument = line + length + strspn (line + length, " ");

  if (is_foreign (line))
    {
      smtp_session_close (self, SMTP_END_FOREIGN_PROTOCOL, now);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strlen (commands[i].verb) == length && g_ascii_strncasecmp (line, commands[i].verb, length) == 0)
      {
        if (commands[i].counts)
          smtp_session_count_command (self, now);
        if (self->action == SMTP_ACTION_NONE)
          commands[i].run (self, argument, now);
        return;
      }
  smtp_session_count_command (self, now);
  if (self->action == SMTP_ACTION_NONE)
    smtp_session_reply (self, SMTP_REPLY_UNKNOWN_COMMAND, NULL, now);
}

/* ---- lines ---- */

static gboolean
is_text (const char *line, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (((guchar) line[i] < ' ' && line[i] != '\t') || line[i] == 0x7f)
      return FALSE;
  return TRUE;
}

/* @line with its LF. */
static void
take_line (SmtpSession *self, const char *line, gsize length, gint64 now)
{
  g_autofree char *text = NULL;

  if (length > SMTP_MAX_LINE)
    {
      smtp_session_count_command (self, now);
      smtp_session_reply (self, SMTP_REPLY_LINE_TOO_LONG, NULL, now);
      return;
    }
  if (length < 2 || line[length - 2] != '\r')
    {
      smtp_session_reply (self, SMTP_REPLY_BARE_LF_COMMAND, NULL, now);
      smtp_session_close (self, SMTP_END_BARE_NEWLINE, now);
      return;
    }
  if (!is_text (line, length - 2))
    {
      smtp_session_count_command (self, now);
      smtp_session_reply (self, SMTP_REPLY_BAD_LINE, NULL, now);
      return;
    }
  text = g_strchomp (g_strndup (line, length - 2));
  smtp_command_run (self, text, now);
}

/* A line too long is not kept; what is said about it waits for its end. */
static void
keep (SmtpSession *self, const char *data, gsize length)
{
  if (self->skipping_line)
    return;
  if (self->line == NULL)
    self->line = g_string_sized_new (length);
  g_string_append_len (self->line, data, (gssize) length);
  if (self->line->len > SMTP_MAX_LINE)
    {
      g_string_free (g_steal_pointer (&self->line), TRUE);
      self->skipping_line = TRUE;
    }
}

static void
complete_line (SmtpSession *self, const char *data, gsize length, gint64 now)
{
  GString *line;

  if (self->line == NULL && !self->skipping_line)
    {
      take_line (self, data, length, now);
      return;
    }
  keep (self, data, length);
  line = g_steal_pointer (&self->line);
  if (line != NULL)
    take_line (self, line->str, line->len, now);
  else
    take_line (self, "", SMTP_MAX_LINE + 1, now);
  self->skipping_line = FALSE;
  if (line != NULL)
    g_string_free (line, TRUE);
}

gsize
smtp_command_feed (SmtpSession *self, const char *data, gsize length, gint64 now)
{
  const char *feed = memchr (data, '\n', length);
  gsize n = feed != NULL ? (gsize) (feed - data) + 1 : length;

  if (self->line == NULL && !self->skipping_line && data[0] == TLS_HANDSHAKE)
    smtp_session_close (self, SMTP_END_FOREIGN_PROTOCOL, now);
  else if (feed != NULL)
    complete_line (self, data, n, now);
  else
    keep (self, data, n);
  return n;
}
