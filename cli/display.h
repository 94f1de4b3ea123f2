/* SPDX-License-Identifier: MIT */
/*
 * Text from elsewhere, as a person may see it. Mail, names and answers can hold anything: escape sequences that a
 * terminal would obey, line ends that forge rows, overrides that turn text around. Whatever does something instead of
 * being seen is shown by its number.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** cli_display: Returns: (transfer full): @text as valid UTF-8 in one line without control characters */
char *cli_display (const char *text);
/** cli_display_lines: as cli_display(), but line ends and tabs stay */
char *cli_display_lines (const char *text, gsize length);
/** cli_display_width: Returns: how many columns of a terminal @text takes, which cli_display() has seen to */
guint cli_display_width (const char *text);
/** cli_display_cut: Returns: (transfer full): @text within @width columns, the last an ellipsis when something is
 * missing */
char *cli_display_cut (const char *text, guint width);
/** cli_display_cut_start: as cli_display_cut(), but the end stays, as it matters more in a path */
char *cli_display_cut_start (const char *text, guint width);

G_END_DECLS
