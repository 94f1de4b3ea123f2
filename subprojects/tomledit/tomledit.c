/* SPDX-License-Identifier: MIT */
/*
 * The document as its readers see it: nodes, getters, positions, quoting.
 */
#include "document.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

G_DEFINE_QUARK (toml - error - quark, toml_error)

void
toml_set_error (GError **error, TomlError code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_propagate_error (error, g_error_new_valist (TOML_ERROR, (int) code, format, args));
  va_end (args);
}

void
toml_position (const char *text, gsize offset, guint *line, guint *column)
{
  const char *start = text;

  *line = 1;
  for (const char *p = text; p < text + offset; p++)
    if (*p == '\n')
      {
        (*line)++;
        start = p + 1;
      }
  *column = 1;
  for (const char *p = start; p < text + offset; p++)
    if (((guchar) *p & 0xc0) != 0x80)
      (*column)++;
}

gboolean
toml_error_get_position (const GError *error, guint *line, guint *column)
{
  guint found_line = 0, found_column = 0;
  gboolean found =
      error->domain == TOML_ERROR && sscanf (error->message, "line %u, column %u: ", &found_line, &found_column) == 2;

  if (line != NULL)
    *line = found ? found_line : 0;
  if (column != NULL)
    *column = found ? found_column : 0;
  return found;
}

/* ---- nodes ---- */

TomlNode *
toml_node_new (TomlDocument *document, TomlNode *parent, TomlType type)
{
  TomlNode *node = g_new0 (TomlNode, 1);

  node->document = document;
  node->parent = parent;
  node->type = type;
  if (type == TOML_TYPE_TABLE)
    node->items = g_ptr_array_new_with_free_func ((GDestroyNotify) toml_node_free);
  return node;
}

void
toml_node_free (TomlNode *node)
{
  if (node == NULL)
    return;
  g_clear_pointer (&node->index, g_hash_table_unref);
  g_clear_pointer (&node->items, g_ptr_array_unref);
  g_clear_pointer (&node->more_keys, g_array_unref);
  g_free (node->key);
  g_free (node->text);
  g_free (node);
}

void
toml_node_add_key (TomlNode *node, gsize start)
{
  if (node->more_keys == NULL)
    node->more_keys = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_array_append_val (node->more_keys, start);
}

static guint
hash_key (gconstpointer data)
{
  const TomlNode *node = data;
  guint hash = 5381;

  for (gsize i = 0; i < node->key_length; i++)
    hash = hash * 33 + (guchar) node->key[i];
  return hash;
}

static gboolean
equal_keys (gconstpointer a, gconstpointer b)
{
  const TomlNode *x = a, *y = b;

  return x->key_length == y->key_length && memcmp (x->key, y->key, x->key_length) == 0;
}

void
toml_table_insert (TomlNode *table, TomlNode *child)
{
  g_ptr_array_add (table->items, child);
  if (table->index == NULL)
    table->index = g_hash_table_new (hash_key, equal_keys);
  g_hash_table_add (table->index, child);
}

TomlNode *
toml_table_find (const TomlNode *table, const char *key, gsize length)
{
  const TomlNode probe = { .key = (char *) key, .key_length = length };

  return table->index != NULL ? g_hash_table_lookup (table->index, &probe) : NULL;
}

void
toml_table_remove (TomlNode *table, TomlNode *child)
{
  g_hash_table_remove (table->index, child);
  g_ptr_array_remove (table->items, child);
}

void
toml_table_set (TomlNode *table, const char *key, TomlNode *value)
{
  TomlNode *old = toml_table_find (table, key, strlen (key));

  value->key = g_strdup (key);
  value->key_length = strlen (key);
  value->parent = table;
  if (old != NULL)
    toml_table_remove (table, old);
  toml_table_insert (table, value);
}

static gboolean
equal_items (const TomlNode *a, const TomlNode *b)
{
  if (a->items->len != b->items->len)
    return FALSE;
  for (guint i = 0; i < a->items->len; i++)
    {
      const TomlNode *x = a->items->pdata[i];
      const TomlNode *y = a->type == TOML_TYPE_TABLE ? toml_table_find (b, x->key, x->key_length) : b->items->pdata[i];

      if (y == NULL || !toml_node_equal (x, y))
        return FALSE;
    }
  return TRUE;
}

gboolean
toml_node_equal (const TomlNode *a, const TomlNode *b)
{
  if (a->type != b->type)
    return FALSE;
  switch (a->type)
    {
    case TOML_TYPE_TABLE:
    case TOML_TYPE_ARRAY:
      return equal_items (a, b);
    case TOML_TYPE_INTEGER:
    case TOML_TYPE_BOOLEAN:
      return a->integer == b->integer;
    case TOML_TYPE_FLOAT:
      /* A NaN is what it was, and so is the sign of a zero. */
      return signbit (a->number) == signbit (b->number) &&
             (a->number == b->number || (isnan (a->number) && isnan (b->number)));
    default:
      return a->text_length == b->text_length && memcmp (a->text, b->text, a->text_length) == 0;
    }
}

void
toml_document_free (TomlDocument *document)
{
  if (document == NULL)
    return;
  toml_node_free (document->root);
  g_clear_pointer (&document->sections, g_array_unref);
  g_clear_pointer (&document->comments, g_array_unref);
  g_clear_pointer (&document->lines, g_array_unref);
  g_free (document->text);
  g_free (document);
}

char *
toml_document_to_text (TomlDocument *document, gsize *length)
{
  if (length != NULL)
    *length = document->length;
  return g_memdup2 (document->text, document->length + 1);
}

TomlNode *
toml_document_get_root (TomlDocument *document)
{
  return document->root;
}

/* ---- getters ---- */

TomlType
toml_node_get_type (const TomlNode *node)
{
  return node->type;
}

const char *
toml_type_get_name (TomlType type)
{
  static const char *const names[] = {
    "a table",          "an array", "a string", "an integer", "a float", "a boolean", "a date with time and offset",
    "a date with time", "a date",   "a time",
  };

  return names[type];
}

static GArray *
lines_of (TomlDocument *document)
{
  gsize start = 0;

  if (document->lines != NULL)
    return document->lines;
  document->lines = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_array_append_val (document->lines, start);
  for (const char *p = document->text; (p = memchr (p, '\n', document->length - (gsize) (p - document->text))) != NULL;)
    {
      start = (gsize) (++p - document->text);
      g_array_append_val (document->lines, start);
    }
  return document->lines;
}

/* A document may be asked for the places of all its nodes: each costs a search among the lines. */
static guint
position_of (const TomlNode *node, gsize offset, gboolean want_line)
{
  const GArray *lines = lines_of (node->document);
  guint low = 0, high = lines->len;
  guint line, column;

  while (high - low > 1)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (lines, gsize, middle) <= offset)
        low = middle;
      else
        high = middle;
    }
  if (want_line)
    return low + 1;
  toml_position (node->document->text + g_array_index (lines, gsize, low), offset - g_array_index (lines, gsize, low),
                 &line, &column);
  return column;
}

guint
toml_node_get_line (const TomlNode *node)
{
  return position_of (node, node->start, TRUE);
}

guint
toml_node_get_column (const TomlNode *node)
{
  return position_of (node, node->start, FALSE);
}

guint
toml_node_get_key_line (const TomlNode *node)
{
  return position_of (node, node->key_start, TRUE);
}

guint
toml_node_get_key_column (const TomlNode *node)
{
  return position_of (node, node->key_start, FALSE);
}

const char *
toml_node_get_key (const TomlNode *node, gsize *length)
{
  if (length != NULL)
    *length = node->key_length;
  return node->key;
}

TomlNode *
toml_node_get_parent (const TomlNode *node)
{
  return node->parent;
}

char *
toml_node_get_path (const TomlNode *node)
{
  g_autofree char *above = NULL;
  g_autofree char *own = NULL;
  guint index;

  if (node->parent == NULL)
    return g_strdup ("");
  above = toml_node_get_path (node->parent);
  if (node->key == NULL)
    {
      g_ptr_array_find (node->parent->items, node, &index);
      return g_strdup_printf ("%s[%u]", above, index);
    }
  own = toml_quote_key (node->key);
  return *above == '\0' ? g_steal_pointer (&own) : g_strconcat (above, ".", own, NULL);
}

const char *
toml_node_get_string (const TomlNode *node)
{
  g_return_val_if_fail (node->type == TOML_TYPE_STRING, "");
  return node->text;
}

const char *
toml_node_get_string_with_length (const TomlNode *node, gsize *length)
{
  g_return_val_if_fail (node->type == TOML_TYPE_STRING, "");
  *length = node->text_length;
  return node->text;
}

gint64
toml_node_get_integer (const TomlNode *node)
{
  g_return_val_if_fail (node->type == TOML_TYPE_INTEGER, 0);
  return node->integer;
}

double
toml_node_get_float (const TomlNode *node)
{
  g_return_val_if_fail (node->type == TOML_TYPE_FLOAT, 0);
  return node->number;
}

gboolean
toml_node_get_boolean (const TomlNode *node)
{
  g_return_val_if_fail (node->type == TOML_TYPE_BOOLEAN, FALSE);
  return node->integer != 0;
}

const char *
toml_node_get_date_time (const TomlNode *node)
{
  g_return_val_if_fail (node->type >= TOML_TYPE_OFFSET_DATE_TIME, "");
  return node->text;
}

guint
toml_table_get_size (const TomlNode *table)
{
  g_return_val_if_fail (table->type == TOML_TYPE_TABLE, 0);
  return table->items->len;
}

TomlNode *
toml_table_get (const TomlNode *table, const char *key)
{
  g_return_val_if_fail (table->type == TOML_TYPE_TABLE, NULL);
  return toml_table_find (table, key, strlen (key));
}

const char *
toml_table_get_key (const TomlNode *table, guint index)
{
  return toml_table_get_nth (table, index)->key;
}

TomlNode *
toml_table_get_nth (const TomlNode *table, guint index)
{
  g_return_val_if_fail (table->type == TOML_TYPE_TABLE && index < table->items->len, NULL);
  return table->items->pdata[index];
}

guint
toml_array_get_length (const TomlNode *array)
{
  g_return_val_if_fail (array->type == TOML_TYPE_ARRAY, 0);
  return array->items->len;
}

TomlNode *
toml_array_get (const TomlNode *array, guint index)
{
  g_return_val_if_fail (array->type == TOML_TYPE_ARRAY && index < array->items->len, NULL);
  return array->items->pdata[index];
}

/* ---- quoting ---- */

char *
toml_quote_string (const char *string)
{
  g_autofree char *valid = g_utf8_make_valid (string, -1);
  GString *out = g_string_sized_new (strlen (valid) + 2);
  static const char escaped[] = "\b\t\n\f\r\"\\";
  static const char letters[] = "btnfr\"\\";

  g_string_append_c (out, '"');
  for (const char *p = valid; *p != '\0'; p++)
    {
      const char *found = strchr (escaped, *p);

      if (found != NULL)
        g_string_append_printf (out, "\\%c", letters[found - escaped]);
      else if ((guchar) *p < 0x20 || *p == 0x7f)
        g_string_append_printf (out, "\\u%04X", (guint) *p);
      else
        g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
  return g_string_free (out, FALSE);
}

char *
toml_quote_key (const char *key)
{
  for (const char *p = key; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '-' && *p != '_')
      return toml_quote_string (key);
  return *key != '\0' ? g_strdup (key) : g_strdup ("\"\"");
}
