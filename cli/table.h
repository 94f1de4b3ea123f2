/* SPDX-License-Identifier: MIT */
/*
 * Rows in columns. A column is as wide as what it holds; when a terminal is too narrow, the widest columns are cut, and
 * nowhere else is anything cut.
 */
#pragma once

#include "style.h"

G_BEGIN_DECLS

/** CLI_TABLE_COLUMNS_MAX: columns of a table at most */
#define CLI_TABLE_COLUMNS_MAX 8

typedef struct _CliTable CliTable;

/**
 * CliColumn:
 * @heading: what it is called; an array of columns ends with a %NULL heading
 * @right: whether it holds numbers, which are aligned by their end
 * @path: whether it holds paths, which are cut at their start
 */
typedef struct
{
  const char *heading;
  gboolean right;
  gboolean path;
} CliColumn;

/** cli_table_new: @columns: static. Returns: (transfer full): an empty table */
CliTable *cli_table_new (const CliColumn *columns);
/** cli_table_free: frees it */
void cli_table_free (CliTable *self);
/** cli_table_add: begins a row, or goes on in it; @text is as it came, and shown by cli_display() */
void cli_table_add (CliTable *self, CliStyle style, const char *text);
/** cli_table_add_number: as cli_table_add() */
void cli_table_add_number (CliTable *self, gint64 number);
/**
 * cli_table_format:
 * @self: a table with complete rows
 * @rich: whether there are colours
 * @width: columns of the terminal, 0 for no limit
 *
 * Returns: (transfer full): the table as text
 */
char *cli_table_format (CliTable *self, gboolean rich, guint width);
/** cli_table_fits: Returns: whether nothing is cut on a terminal of @width columns, 0 for no limit */
gboolean cli_table_fits (CliTable *self, guint width);
/** cli_table_get_width: Returns: columns of the terminal that stdout is, 0 when it is none: no limit */
guint cli_table_get_width (void);
/** cli_table_print: writes it to stdout */
void cli_table_print (CliTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliTable, cli_table_free)

G_END_DECLS
