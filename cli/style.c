/* SPDX-License-Identifier: MIT */
/* Colours and marks. Sixteen-colour codes, so that a terminal's own theme decides what they look like. */
#include "style.h"

#include <unistd.h>

#define RESET "\033[0m"

static const char *const codes[] = {
  [CLI_STYLE_PLAIN] = "",           [CLI_STYLE_SUCCESS] = "\033[32m",  [CLI_STYLE_WARNING] = "\033[33m",
  [CLI_STYLE_ERROR] = "\033[1;31m", [CLI_STYLE_HIGHLIGHT] = "\033[1m", [CLI_STYLE_DIM] = "\033[2m",
  [CLI_STYLE_HEADER] = "\033[1m",
};

static const struct
{
  const char *sign;
  const char *word;
  CliStyle style;
} marks[] = {
  [CLI_MARK_SUCCESS] = { "✓", "[OK]", CLI_STYLE_SUCCESS },
  [CLI_MARK_FAILURE] = { "✗", "[FAIL]", CLI_STYLE_ERROR },
  [CLI_MARK_WARNING] = { "▲", "[WARN]", CLI_STYLE_WARNING },
  [CLI_MARK_ARROW] = { "→", "[>]", CLI_STYLE_DIM },
};

gboolean
cli_style_is_wanted (gboolean is_terminal, const char *term, const char *no_color)
{
  return is_terminal && (no_color == NULL || *no_color == '\0') && term != NULL && g_strcmp0 (term, "dumb") != 0;
}

gboolean
cli_style_is_rich (FILE *stream)
{
  return cli_style_is_wanted (isatty (fileno (stream)), g_getenv ("TERM"), g_getenv ("NO_COLOR"));
}

char *
cli_styled (gboolean rich, CliStyle style, const char *text)
{
  return rich && style != CLI_STYLE_PLAIN ? g_strconcat (codes[style], text, RESET, NULL) : g_strdup (text);
}

const char *
cli_mark_text (gboolean rich, CliMark mark)
{
  return rich && g_get_charset (NULL) ? marks[mark].sign : marks[mark].word;
}

char *
cli_mark (gboolean rich, CliMark mark)
{
  return cli_styled (rich, marks[mark].style, cli_mark_text (rich, mark));
}
