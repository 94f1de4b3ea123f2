/* SPDX-License-Identifier: MIT */
/*
 * Tables of data, told from those that only lay a page out.
 */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

G_BEGIN_DECLS

/** html_table_is_data: Returns: whether rows and columns of @table mean something */
gboolean html_table_is_data (const xmlNode *table);
/** html_table_get_rows: Returns: (transfer container) (element-type xmlNode): the `tr` of @table, but for those in what
 * is hidden */
GPtrArray *html_table_get_rows (const xmlNode *table);
/** html_table_is_cell: Returns: whether @node is a `td` or `th` */
gboolean html_table_is_cell (const xmlNode *node);

G_END_DECLS
