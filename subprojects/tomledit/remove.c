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

static gboolean
is_comment_line (TomlDocument *document, gsize line)
{
  return line < document->length && toml_first_character (document, line) == '#';
}

/* Where the first comment begins that stands by itself behind what a section says, after a blank line; else @end. */
static gsize
find_loose_comment (TomlDocument *document, gsize start, gsize end)
{
  gsize line = end;

  while (line > start)
    {
      gsize above = toml_previous_line (document, line);

      if (!toml_is_blank_line (document, above) && !is_comment_line (document, above))
        break;
      line = above;
    }
  while (line < end && is_comment_line (document, line))
    line = toml_line_end (document, line);
  while (line < end && !is_comment_line (document, line))
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

static Range
inline_entry (TomlDocument *document, const TomlNode *node)
{
  Range range = { node->key_start, node->end };
  const char *text = document->text;

  while (text[range.end] == ' ' || text[range.end] == '\t')
    range.end++;
  if (text[range.end] == ',')
    {
      range.end++;
      while (text[range.end] == ' ' || text[range.end] == '\t')
        range.end++;
      return range;
    }
  range.end = node->end;
  while (text[range.start - 1] == ' ' || text[range.start - 1] == '\t' || text[range.start - 1] == ',')
    range.start--;
  return range;
}

static gboolean
in_inline_table (const TomlNode *node)
{
  for (node = node->parent; node != NULL; node = node->parent)
    if (node->origin == TOML_ORIGIN_VALUE)
      return TRUE;
  return FALSE;
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

gboolean
toml_document_remove (TomlDocument *document, const char *const *path, GError **error)
{
  TomlNode *node = toml_document_find (document, path, error);
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (Range));

  if (node == NULL)
    return FALSE;
  if (in_inline_table (node))
    {
      Range range = inline_entry (document, node);

      return toml_document_splice (document, range.start, range.end, "", error);
    }
  collect_lines (document, node, ranges);
  collect_sections (document, node, ranges);
  return remove_ranges (document, ranges, error);
}

/* In braces the comma of an entry is its neighbour's as well: one at a time. */
static gboolean
remove_inline_keys (TomlDocument *document, const char *const *path, const char *const *keys, GError **error)
{
  g_autofree const char **full = g_new0 (const char *, g_strv_length ((GStrv) path) + 2);
  guint n = 0;

  for (; path[n] != NULL; n++)
    full[n] = path[n];
  for (; *keys != NULL; keys++)
    {
      full[n] = *keys;
      if (!toml_document_remove (document, full, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
toml_document_remove_keys (TomlDocument *document, const char *const *path, const char *const *keys, GError **error)
{
  const TomlNode *table = path[0] == NULL ? document->root : toml_document_find (document, path, error);
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (Range));
  gboolean is_inline = FALSE;

  if (table == NULL)
    return FALSE;
  if (table->type != TOML_TYPE_TABLE)
    return toml_set_error (error, TOML_ERROR_TYPE, "'%s' is not a table", table->key), FALSE;
  for (guint i = 0; keys[i] != NULL; i++)
    {
      const TomlNode *node = toml_table_find (table, keys[i], strlen (keys[i]));

      if (node == NULL)
        return toml_set_error (error, TOML_ERROR_NOT_FOUND, "'%s' is not there", keys[i]), FALSE;
      is_inline = in_inline_table (node);
      if (is_inline)
        continue;
      collect_lines (document, node, ranges);
      collect_sections (document, node, ranges);
    }
  return is_inline ? remove_inline_keys (document, path, keys, error) : remove_ranges (document, ranges, error);
}
