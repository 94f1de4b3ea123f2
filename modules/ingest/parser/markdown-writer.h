/* SPDX-License-Identifier: MIT */
/*
 * Writes Markdown: collapses white space, escapes what would be read as markup, separates blocks, and indents what is
 * within quotes and lists.
 */
#pragma once

#include "parser/parser-limits.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * MarkdownWriter:
 * @out: what was written
 * @prefix: what each line begins with, of all quotes and lists that are open
 * @markers: what the next line has instead for the last of them, which have no text yet
 * @n_levels: quotes and lists that are open
 * @n_due: of these the last ones, whose markers are due
 * @n_ignored: open within these, but too deep to be shown
 * @prefix_lengths: of @prefix, without each level
 * @marker_lengths: of @markers, without each level
 * @breaks: line breaks due before the next text
 * @blank: a blank is due before the next text
 * @flat: one line only: breaks are blanks
 * @in_cell: of a table: `|` is escaped
 * @in_link: brackets are escaped
 * @sizeless: what is read has the font size 0; whoever writes text leaves it out
 * @keeps_lines: what is read has line breaks; whoever writes text breaks lines there
 */
typedef struct
{
  GString *out;
  GString *prefix;
  GString *markers;
  guint n_levels;
  guint n_due;
  guint n_ignored;
  gsize prefix_lengths[MARKDOWN_INDENT_MAX];
  gsize marker_lengths[MARKDOWN_INDENT_MAX];
  guint breaks;
  gboolean blank;
  gboolean flat;
  gboolean in_cell;
  gboolean in_link;
  gboolean sizeless;
  gboolean keeps_lines;
} MarkdownWriter;

void markdown_writer_init (MarkdownWriter *self);
/** markdown_writer_finish: Returns: (transfer full): what was written */
GString *markdown_writer_finish (MarkdownWriter *self);
/** markdown_writer_is_full: Returns: whether %MARKDOWN_MAX is reached; nothing more is written then */
gboolean markdown_writer_is_full (const MarkdownWriter *self);

/** markdown_writer_break: what follows stands on a new line (1) or behind an empty one (2) */
void markdown_writer_break (MarkdownWriter *self, guint breaks);
/** markdown_writer_line_break: a line break in a paragraph; two of them end it */
void markdown_writer_line_break (MarkdownWriter *self);
/** markdown_writer_blank: what follows is a word of its own */
void markdown_writer_blank (MarkdownWriter *self);
/** markdown_writer_text: text for people; white space collapses */
void markdown_writer_text (MarkdownWriter *self, const char *text);
/** markdown_writer_markup: as it is, on the line of the text before and after it */
void markdown_writer_markup (MarkdownWriter *self, const char *text);
/** markdown_writer_line: as it is, a line of its own */
void markdown_writer_line (MarkdownWriter *self, const char *text);
/** markdown_writer_push: what follows begins with @marker, then each line with @prefix; without text neither is seen */
void markdown_writer_push (MarkdownWriter *self, const char *marker, const char *prefix);
/** markdown_writer_pop: ends the innermost markdown_writer_push() */
void markdown_writer_pop (MarkdownWriter *self);

G_END_DECLS
