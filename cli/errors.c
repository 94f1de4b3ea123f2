/* SPDX-License-Identifier: MIT */
/* Lines to people. What was said on stdout before must not come after them. */
#include "errors.h"

#include "display.h"

static void print_marked (FILE *stream, const char *mark, const char *format, va_list args) G_GNUC_PRINTF (3, 0);

static void
print_marked (FILE *stream, const char *mark, const char *format, va_list args)
{
  g_autofree char *text = g_strdup_vprintf (format, args);
  g_autofree char *shown = cli_display (text);

  fflush (stdout);
  fprintf (stream, "%s%s%s\n", mark, *mark != '\0' ? " " : "", shown);
}

int
cli_error (const char *hint, const char *format, ...)
{
  g_autofree char *prefix = cli_styled (cli_style_is_rich (stderr), CLI_STYLE_ERROR, "Error:");
  va_list args;

  va_start (args, format);
  print_marked (stderr, prefix, format, args);
  va_end (args);
  if (hint != NULL)
    cli_hint ("%s", hint);
  return CLI_EXIT_FAILED;
}

int
cli_usage_error (const char *text)
{
  g_autofree char *prefix = cli_styled (cli_style_is_rich (stderr), CLI_STYLE_ERROR, "error:");

  fflush (stdout);
  fprintf (stderr, "%s %s\n", prefix, text);
  return CLI_EXIT_USAGE;
}

void
cli_warning (const char *format, ...)
{
  g_autofree char *mark = cli_mark (cli_style_is_rich (stderr), CLI_MARK_WARNING);
  va_list args;

  va_start (args, format);
  print_marked (stderr, mark, format, args);
  va_end (args);
}

void
cli_hint (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  print_marked (stderr, "", format, args);
  va_end (args);
}

void
cli_say (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  print_marked (stdout, "", format, args);
  va_end (args);
}

void
cli_note (CliMark mark, const char *format, ...)
{
  g_autofree char *shown = cli_mark (cli_style_is_rich (stdout), mark);
  va_list args;

  va_start (args, format);
  print_marked (stdout, shown, format, args);
  va_end (args);
}
