/* SPDX-License-Identifier: MIT */
/*
 * Colours and marks by what they mean: the one place that knows an escape sequence. On a terminal, unless NO_COLOR or
 * TERM=dumb says otherwise; elsewhere the words alone must do.
 */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

/** CliStyle: what a text means */
typedef enum
{
  CLI_STYLE_PLAIN,
  CLI_STYLE_SUCCESS,
  CLI_STYLE_WARNING,
  CLI_STYLE_ERROR,
  CLI_STYLE_HIGHLIGHT,
  CLI_STYLE_DIM,
  CLI_STYLE_HEADER,
} CliStyle;

/** CliMark: what a line says */
typedef enum
{
  CLI_MARK_SUCCESS,
  CLI_MARK_FAILURE,
  CLI_MARK_WARNING,
  CLI_MARK_ARROW,
} CliMark;

/** cli_style_is_wanted: @term, @no_color: (nullable): the variables. Returns: whether there are colours */
gboolean cli_style_is_wanted (gboolean is_terminal, const char *term, const char *no_color);
/** cli_style_is_rich: Returns: whether what is written to @stream has colours */
gboolean cli_style_is_rich (FILE *stream);
/** cli_styled: Returns: (transfer full): @text in colour when @rich */
char *cli_styled (gboolean rich, CliStyle style, const char *text);
/** cli_mark_text: Returns: (transfer none): the mark without a colour */
const char *cli_mark_text (gboolean rich, CliMark mark);
/** cli_mark: Returns: (transfer full): the mark, a coloured sign when @rich, else a word in brackets */
char *cli_mark (gboolean rich, CliMark mark);

G_END_DECLS
