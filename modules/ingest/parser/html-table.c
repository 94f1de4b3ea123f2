/* SPDX-License-Identifier: MIT */
/*
 * Most tables in mail lay out: they hold other tables, lists or headings, have one column or one row, or say so.
 */
#include "parser/html-table.h"

#include "parser/html-element.h"

gboolean
html_table_is_cell (const xmlNode *node)
{
  return html_element_is (node, "td") || html_element_is (node, "th");
}

static void
add_rows (const xmlNode *node, GPtrArray *rows)
{
  for (xmlNode *child = node->children; child != NULL; child = child->next)
    if (html_element_is (child, "tr"))
      g_ptr_array_add (rows, child);
    else if (child->type == XML_ELEMENT_NODE && html_element_is_hidden (child))
      continue;
    else if (child->type == XML_ELEMENT_NODE && !html_element_is (child, "table") && !html_table_is_cell (child))
      add_rows (child, rows);
}

GPtrArray *
html_table_get_rows (const xmlNode *table)
{
  GPtrArray *rows = g_ptr_array_new ();

  add_rows (table, rows);
  return rows;
}

/* What does not fit on a line of a table. */
static gboolean
holds_blocks (const xmlNode *node)
{
  static const char *const blocks[] = { "table", "ul", "ol", "dl", "blockquote", "pre", "hr",
                                        "h1",    "h2", "h3", "h4", "h5",         "h6" };

  for (const xmlNode *child = node->children; child != NULL; child = child->next)
    {
      for (guint i = 0; i < G_N_ELEMENTS (blocks); i++)
        if (html_element_is (child, blocks[i]))
          return TRUE;
      if (holds_blocks (child))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_blank (const xmlNode *text)
{
  return text->content == NULL || text->content[strspn ((const char *) text->content, " \t\r\n\f")] == '\0';
}

/* What is in a table and in none of its cells: a browser shows it before the table. */
static gboolean
holds_strays (const xmlNode *node)
{
  for (const xmlNode *child = node->children; child != NULL; child = child->next)
    if (child->type != XML_ELEMENT_NODE)
      {
        if (!is_blank (child))
          return TRUE;
      }
    else if (html_table_is_cell (child))
      {
        if (!html_element_is (node, "tr"))
          return TRUE;
      }
    else if (!html_element_is_hidden (child) && !html_element_is (child, "caption") &&
             (html_element_is (child, "img") || holds_strays (child)))
      return TRUE;
  return FALSE;
}

static guint
count_cells (const xmlNode *row)
{
  guint count = 0;

  for (const xmlNode *child = row->children; child != NULL; child = child->next)
    count += html_table_is_cell (child) ? 1 : 0;
  return count;
}

gboolean
html_table_is_data (const xmlNode *table)
{
  g_autofree char *role = html_element_get (table, "role");
  g_autoptr (GPtrArray) rows = NULL;
  guint n_wide = 0;

  if (role != NULL && (g_ascii_strcasecmp (role, "presentation") == 0 || g_ascii_strcasecmp (role, "none") == 0))
    return FALSE;
  if (holds_blocks (table) || holds_strays (table))
    return FALSE;
  rows = html_table_get_rows (table);
  for (guint i = 0; i < rows->len; i++)
    n_wide += count_cells (g_ptr_array_index (rows, i)) > 1 ? 1 : 0;
  return n_wide > 1;
}
