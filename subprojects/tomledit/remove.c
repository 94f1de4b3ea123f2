/* SPDX-License-Identifier: MIT */
/*
 * Removing keys: with all that is written of them, wherever it stands, and what was written about them.
 */
#include "document.h"

#include <string.h>

typedef struct
{
  gsize start;
  gsize end;
} Range;

/* Where the first comment begins that stands by itself behind what a section says, after a blank line; else @end. */
static gsize
find_loose_comment (TomlDocument *document, gsize start, gsize end)
{
  gsize line = end;

  while (line > start)
    {
      gsize above = toml_previous_line (document, line);

      if (!toml_is_blank_line (document, above) && !toml_is_comment_line (document, above))
        break;
      line = above;
    }
  while (line < end && toml_is_comment_line (document, line))
    line = toml_line_end (document, line);
  while (line < end && !toml_is_comment_line (document, line))
    line = toml_line_end (document, line);
  return line;
}

static void
collect_sections (TomlDocument *document, const TomlNode *node, GArray *ranges)
{
  GArray *sections = document->sections;

  for (guint i = 1; i < sections->len; i++)
    {
      const TomlSection *section = &g_array_index (sections, TomlSection, i);
      const TomlSection *next = i + 1 < sections->len ? section + 1 : NULL;
      Range range = { toml_comments_above (document, section->line_start), section->end };

      if (!toml_node_is_inside (section->table, node))
        continue;
      if (next != NULL)
        range.end = toml_comments_above (document, range.end);
      if (next == NULL || !toml_node_is_inside (next->table, node))
        range.end = find_loose_comment (document, section->header_end, range.end);
      if (range.end < range.start)
        range.end = range.start;
      g_array_append_val (ranges, range);
    }
}

/* The entries that node is made of, or that a table in braces has: one for each value, whatever dots are in its key. */
static void
collect_entries (const TomlNode *node, GPtrArray *entries)
{
  for (guint i = 0; i < node->items->len; i++)
    {
      TomlNode *child = node->items->pdata[i];

      if (child->origin == TOML_ORIGIN_VALUE)
        g_ptr_array_add (entries, child);
      else
        collect_entries (child, entries);
    }
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const TomlNode *x = *(const TomlNode *const *) a, *y = *(const TomlNode *const *) b;

  return x->start < y->start ? -1 : x->start > y->start;
}

/* The comma before an entry goes with it only when none stays behind it. */
static void
collect_from_braces (TomlDocument *document, const TomlNode *table, GHashTable *leaving, GArray *ranges)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  const char *text = document->text;
  guint n_kept;

  collect_entries (table, entries);
  g_ptr_array_sort (entries, compare_entries);
  for (n_kept = entries->len; n_kept > 0 && g_hash_table_contains (leaving, entries->pdata[n_kept - 1]);)
    n_kept--;
  for (guint i = 0; i < n_kept; i++)
    if (g_hash_table_contains (leaving, entries->pdata[i]))
      {
        const TomlNode *entry = entries->pdata[i], *next = entries->pdata[i + 1];
        Range range = { entry->entry_start, next->entry_start };

        g_array_append_val (ranges, range);
      }
  if (n_kept < entries->len)
    {
      const TomlNode *first = entries->pdata[n_kept], *last = entries->pdata[entries->len - 1];
      Range range = { first->entry_start, last->end };

      while (strchr (" \t,", text[range.start - 1]) != NULL)
        range.start--;
      g_array_append_val (ranges, range);
    }
}

/* Keys of one table: what is written of them between its braces, or those of the table that has dotted keys for it. */
static void
collect_inline (TomlDocument *document, const TomlNode *table, GPtrArray *nodes, GArray *ranges)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  g_autoptr (GHashTable) leaving = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < nodes->len; i++)
    {
      TomlNode *node = nodes->pdata[i];

      if (node->origin == TOML_ORIGIN_VALUE)
        g_ptr_array_add (entries, node);
      else
        collect_entries (node, entries);
    }
  for (guint i = 0; i < entries->len; i++)
    g_hash_table_add (leaving, entries->pdata[i]);
  while (table->origin != TOML_ORIGIN_VALUE)
    table = table->parent;
  collect_from_braces (document, table, leaving, ranges);
}

static int
compare_ranges (gconstpointer a, gconstpointer b)
{
  const Range *x = a, *y = b;

  return x->start < y->start ? -1 : x->start > y->start;
}

static void
collect_lines (TomlDocument *document, const TomlNode *node, GArray *ranges)
{
  if (node->origin == TOML_ORIGIN_VALUE)
    {
      Range range = { toml_comments_above (document, node->line_start), toml_line_end (document, node->end) };

      g_array_append_val (ranges, range);
    }
  else if (node->type == TOML_TYPE_TABLE)
    for (guint i = 0; i < node->items->len; i++)
      {
        const TomlNode *child = node->items->pdata[i];

        if (node->origin == TOML_ORIGIN_DOTTED && child->origin != TOML_ORIGIN_HEADER)
          collect_lines (document, child, ranges);
      }
}

/* Sorts, and makes one of those that touch. */
static void
merge_ranges (GArray *ranges)
{
  guint n = 0;

  g_array_sort (ranges, compare_ranges);
  for (guint i = 0; i < ranges->len; i++)
    {
      const Range range = g_array_index (ranges, Range, i);
      Range *last = n > 0 ? &g_array_index (ranges, Range, n - 1) : NULL;

      if (last != NULL && range.start <= last->end)
        last->end = MAX (last->end, range.end);
      else
        g_array_index (ranges, Range, n++) = range;
    }
  g_array_set_size (ranges, n);
}

static gboolean
remove_ranges (TomlDocument *document, GArray *ranges, GError **error)
{
  g_autoptr (GArray) replacements = toml_replacements_new ();

  merge_ranges (ranges);
  for (guint i = 0; i < ranges->len; i++)
    {
      const Range *range = &g_array_index (ranges, Range, i);
      TomlReplacement replacement = { range->start, range->end, NULL };

      /* The blank lines behind what stands last are above it. */
      if (range->end == document->length)
        while (replacement.start > 0 && toml_is_blank_line (document, toml_previous_line (document, replacement.start)))
          replacement.start = toml_previous_line (document, replacement.start);
      g_array_append_val (replacements, replacement);
    }
  return toml_document_replace (document, replacements, error);
}

/* With the tables that nothing but it has named. */
static void
remove_node (TomlNode *node)
{
  TomlNode *table = node->parent;

  toml_table_remove (table, node);
  if (table->items->len == 0 && (table->origin == TOML_ORIGIN_DOTTED || table->origin == TOML_ORIGIN_IMPLIED))
    remove_node (table);
}

/* nodes: of one table */
static gboolean
remove_nodes (TomlDocument *document, GPtrArray *nodes, GError **error)
{
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (Range));
  const TomlNode *first = nodes->pdata[0];

  if (toml_node_is_in_braces (first))
    collect_inline (document, first->parent, nodes, ranges);
  else
    for (guint i = 0; i < nodes->len; i++)
      {
        collect_lines (document, nodes->pdata[i], ranges);
        collect_sections (document, nodes->pdata[i], ranges);
      }
  for (guint i = 0; i < nodes->len; i++)
    remove_node (nodes->pdata[i]);
  return remove_ranges (document, ranges, error);
}

gboolean
toml_document_remove (TomlDocument *document, const char *const *path, GError **error)
{
  TomlNode *node = toml_document_find (document, path, error);
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();

  if (node == NULL)
    return FALSE;
  g_ptr_array_add (nodes, node);
  return remove_nodes (document, nodes, error);
}

gboolean
toml_document_remove_keys (TomlDocument *document, const char *const *path, const char *const *keys, GError **error)
{
  const TomlNode *table = path[0] == NULL ? document->root : toml_document_find (document, path, error);
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();

  if (table == NULL)
    return FALSE;
  if (table->type != TOML_TYPE_TABLE)
    return toml_set_error (error, TOML_ERROR_TYPE, "'%s' is not a table", table->key), FALSE;
  for (guint i = 0; keys[i] != NULL; i++)
    {
      TomlNode *node = toml_table_find (table, keys[i], strlen (keys[i]));

      if (node == NULL)
        return toml_set_error (error, TOML_ERROR_NOT_FOUND, "'%s' is not there", keys[i]), FALSE;
      g_ptr_array_add (nodes, node);
    }
  return nodes->len == 0 || remove_nodes (document, nodes, error);
}
