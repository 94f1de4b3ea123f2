/* SPDX-License-Identifier: MIT */
/* Questions. */
#include "prompt.h"

#include "display.h"
#include "errors.h"

#include <stdio.h>
#include <stdlib.h>

static char *
read_line (void)
{
  char *line = NULL;
  size_t size = 0;
  char *copy = NULL;

  if (getline (&line, &size, stdin) >= 0)
    copy = g_strstrip (g_strdup (line));
  free (line);
  return copy;
}

static char *
ask (const CliSession *session, const char *option, const char *question, const char *choices)
{
  g_autofree char *shown = cli_display (question);
  g_autofree char *hint = g_strdup_printf ("Answer with %s.", option);
  char *line;

  if (session->noninteractive)
    {
      cli_error (hint, "cannot ask \"%s\": AIMX_NONINTERACTIVE is set", question);
      return NULL;
    }
  fprintf (stderr, "%s%s ", shown, choices);
  fflush (stderr);
  line = read_line ();
  if (line == NULL)
    {
      fputc ('\n', stderr);
      cli_error (hint, "no answer to \"%s\"", question);
    }
  return line;
}

CliReply
cli_ask_yes (const CliSession *session, const char *option, const char *format, ...)
{
  g_autofree char *question = NULL;
  g_autofree char *answer = NULL;
  va_list args;

  va_start (args, format);
  question = g_strdup_vprintf (format, args);
  va_end (args);
  answer = ask (session, option, question, " [y/N]");
  if (answer == NULL)
    return CLI_REPLY_NONE;
  if (g_ascii_strcasecmp (answer, "y") == 0 || g_ascii_strcasecmp (answer, "yes") == 0)
    return CLI_REPLY_YES;
  puts ("Cancelled.");
  return CLI_REPLY_NO;
}

char *
cli_ask_line (const CliSession *session, const char *option, const char *question)
{
  return ask (session, option, question, "");
}
