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
  smtp_session_abandon_transaction (self, now);
  smtp_session_say (self, SMTP_REPLY_OK, NULL);
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

static void
run (SmtpSession *self, const char *line, gint64 now)
{
  gsize length = strcspn (line, " ");
  const char *argument = line + length + strspn (line + length, " ");

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

static void
refuse_line (SmtpSession *self, SmtpReply reply, gint64 now)
{
  smtp_session_count_command (self, now);
  if (self->action == SMTP_ACTION_NONE)
    smtp_session_reply (self, reply, NULL, now);
}

/* @line with its LF, or as much of it as was kept. */
static void
take_line (SmtpSession *self, GString *line, gboolean ends_in_crlf, gint64 now)
{
  if (is_foreign (line->str))
    smtp_session_close (self, SMTP_END_FOREIGN_PROTOCOL, now);
  else if (!ends_in_crlf)
    {
      smtp_session_reply (self, SMTP_REPLY_BARE_LF_COMMAND, NULL, now);
      smtp_session_close (self, SMTP_END_BARE_NEWLINE, now);
    }
  else if (line->len > SMTP_MAX_LINE)
    refuse_line (self, SMTP_REPLY_LINE_TOO_LONG, now);
  else if (!is_text (line->str, line->len - 2))
    refuse_line (self, SMTP_REPLY_BAD_LINE, now);
  else
    run (self, g_strchomp (line->str), now);
}

gsize
smtp_command_feed (SmtpSession *self, const char *data, gsize length, gint64 now)
{
  const char *feed = memchr (data, '\n', length);
  gsize n = feed != NULL ? (gsize) (feed - data) + 1 : length;
  gboolean had_cr = self->line_ends_in_cr;
  g_autoptr (GString) line = g_steal_pointer (&self->line);

  if (line == NULL && *data == TLS_HANDSHAKE)
    {
      smtp_session_close (self, SMTP_END_FOREIGN_PROTOCOL, now);
      return n;
    }
  if (line == NULL)
    {
      line = g_string_sized_new (MIN (n, SMTP_MAX_LINE + 1));
      had_cr = FALSE;
    }
  g_string_append_len (line, data, (gssize) MIN (n, SMTP_MAX_LINE + 1 - line->len));
  if (feed != NULL)
    take_line (self, line, n > 1 ? data[n - 2] == '\r' : had_cr, now);
  else
    {
      self->line = g_steal_pointer (&line);
      self->line_ends_in_cr = data[n - 1] == '\r';
    }
  return n;
}
