/* SPDX-License-Identifier: MIT */
/*
 * Edits: each makes the nodes say what is wanted, and works out one new text, which takes the old one's place when it
 * says just that. So a document is never in a state that its text does not say, and an edit that would go wrong changes
 * nothing.
 */
#include "document.h"

#include <string.h>

void
toml_document_exchange (TomlDocument *document, TomlDocument *edited)
{
  TomlDocument old = *document;

  *document = *edited;
  *edited = old;
  /* Nodes know the document that holds them: exchange contents, then point them home. */
  for (guint side = 0; side < 2; side++)
    {
      TomlDocument *home = side == 0 ? document : edited;
      g_autoptr (GPtrArray) open = g_ptr_array_new ();

      g_ptr_array_add (open, home->root);
      while (open->len > 0)
        {
          TomlNode *node = g_ptr_array_steal_index (open, open->len - 1);

          node->document = home;
          for (guint i = 0; node->items != NULL && i < node->items->len; i++)
            g_ptr_array_add (open, node->items->pdata[i]);
        }
    }
}

/* The text with its replacements, when it says what the nodes say. */
static TomlDocument *
parse_edited (TomlDocument *document, const GString *text, GError **error)
{
  g_autoptr (TomlDocument) edited = toml_document_parse (text->str, (gssize) text->len, error);

  if (edited == NULL || toml_node_equal (edited->root, document->root))
    return g_steal_pointer (&edited);
  toml_set_error (error, TOML_ERROR_EDIT, "the edit would change more than it should; make it by hand");
  return NULL;
}

static void
replacement_clear (gpointer data)
{
  g_free (((TomlReplacement *) data)->text);
}

GArray *
toml_replacements_new (void)
{
  GArray *replacements = g_array_new (FALSE, FALSE, sizeof (TomlReplacement));

  g_array_set_clear_func (replacements, replacement_clear);
  return replacements;
}

static int
compare_replacements (gconstpointer a, gconstpointer b)
{
  const TomlReplacement *x = a, *y = b;

  if (x->start != y->start)
    return x->start < y->start ? -1 : 1;
  return x->end < y->end ? -1 : x->end > y->end;
}

gboolean
toml_document_replace (TomlDocument *document, GArray *replacements, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (TomlDocument) edited = NULL;
  gboolean is_right;
  gsize done = 0;

  g_array_sort (replacements, compare_replacements);
  for (guint i = 0; i < replacements->len; i++)
    {
      const TomlReplacement *replacement = &g_array_index (replacements, TomlReplacement, i);

      g_string_append_len (text, document->text + done, (gssize) (replacement->start - done));
      g_string_append (text, replacement->text != NULL ? replacement->text : "");
      done = replacement->end;
    }
  g_string_append_len (text, document->text + done, (gssize) (document->length - done));
  edited = parse_edited (document, text, error);
  is_right = edited != NULL;
  if (!is_right)
    edited = toml_document_parse (document->text, (gssize) document->length, NULL);
  toml_document_exchange (document, edited);
  return is_right;
}

const char *
toml_document_newline (TomlDocument *document)
{
  const char *first = memchr (document->text, '\n', document->length);

  return first != NULL && first > document->text && first[-1] == '\r' ? "\r\n" : "\n";
}

/* ---- paths ---- */

static char *
path_to_header (const char *const *path, guint n)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = toml_quote_key (path[i]);

      g_string_append_printf (out, "%s%s", i > 0 ? "." : "", key);
    }
  return g_string_free (out, FALSE);
}

static gboolean
check_path (const char *const *path, GError **error)
{
  for (guint i = 0; path[i] != NULL; i++)
    if (!g_utf8_validate (path[i], -1, NULL))
      return toml_set_error (error, TOML_ERROR_ENCODING, "a key is not UTF-8"), FALSE;
  return TRUE;
}

/* The node at the first n keys; %NULL without an error when it is not there. */
static TomlNode *
find (TomlDocument *document, const char *const *path, guint n, GError **error)
{
  TomlNode *node = document->root;

  for (guint i = 0; i < n && node != NULL; i++)
    {
      if (node->type == TOML_TYPE_ARRAY && node->origin == TOML_ORIGIN_HEADER)
        node = node->items->pdata[node->items->len - 1];
      if (node->type != TOML_TYPE_TABLE)
        {
          g_autofree char *where = path_to_header (path, i);

          toml_set_error (error, TOML_ERROR_TYPE, "'%s' is %s, not a table", where, toml_type_get_name (node->type));
          return NULL;
        }
      node = toml_table_find (node, path[i], strlen (path[i]));
    }
  return node;
}

TomlNode *
toml_document_find (TomlDocument *document, const char *const *path, GError **error)
{
  GError *local = NULL;
  TomlNode *node;

  if (!check_path (path, error))
    return NULL;
  node = find (document, path, g_strv_length ((GStrv) path), &local);
  if (node == NULL && local == NULL)
    {
      g_autofree char *where = path_to_header (path, g_strv_length ((GStrv) path));

      toml_set_error (&local, TOML_ERROR_NOT_FOUND, "'%s' is not there", where);
    }
  if (local != NULL)
    g_propagate_error (error, local);
  return node;
}

gboolean
toml_node_is_inside (const TomlNode *node, const TomlNode *ancestor)
{
  for (; node != NULL; node = node->parent)
    if (node == ancestor)
      return TRUE;
  return FALSE;
}

gboolean
toml_node_is_in_braces (const TomlNode *node)
{
  for (node = node->parent; node != NULL; node = node->parent)
    if (node->origin == TOML_ORIGIN_VALUE)
      return TRUE;
  return FALSE;
}

/* ---- lines ---- */

gsize
toml_line_end (TomlDocument *document, gsize offset)
{
  const char *newline = memchr (document->text + offset, '\n', document->length - offset);

  return newline != NULL ? (gsize) (newline - document->text) + 1 : document->length;
}

gsize
toml_previous_line (TomlDocument *document, gsize line)
{
  for (line--; line > 0 && document->text[line - 1] != '\n'; line--)
    ;
  return line;
}

static char
first_character (TomlDocument *document, gsize line)
{
  while (document->text[line] == ' ' || document->text[line] == '\t')
    line++;
  return document->text[line];
}

/* Where the comment lines begin that stand directly above a line. */
gsize
toml_comments_above (TomlDocument *document, gsize line)
{
  while (line > 0)
    {
      gsize above = toml_previous_line (document, line);

      if (!toml_is_comment_line (document, above))
        break;
      line = above;
    }
  return line;
}

gboolean
toml_is_blank_line (TomlDocument *document, gsize line)
{
  char c = first_character (document, line);

  return line < document->length && (c == '\n' || c == '\r');
}

static int
compare_offsets (gconstpointer a, gconstpointer b)
{
  const gsize *x = a, *y = b;

  return *x < *y ? -1 : *x > *y;
}

gboolean
toml_is_comment_line (TomlDocument *document, gsize line)
{
  return g_array_binary_search (document->comments, &line, compare_offsets, NULL);
}

/* ---- adding ---- */

/* Where a new line of a table with a header goes: after its last key-value line, else right after the header. */
static gsize
end_of_lines (TomlDocument *document, const TomlNode *table)
{
  for (guint i = 0; i < document->sections->len; i++)
    {
      const TomlSection *section = &g_array_index (document->sections, TomlSection, i);
      gsize last = section->header_end;

      if (section->table != table)
        continue;
      for (gsize line = last; line < section->end;)
        {
          gsize next = toml_line_end (document, line);

          if (!toml_is_blank_line (document, line) && !toml_is_comment_line (document, line))
            last = next;
          line = next;
        }
      return MIN (last, section->end);
    }
  return document->length;
}

static gboolean
ends_in_newline (TomlDocument *document, gsize offset)
{
  return offset == 0 || document->text[offset - 1] == '\n' ||
         (offset == 3 && memcmp (document->text, "\xef\xbb\xbf", 3) == 0);
}

static TomlReplacement
insertion (gsize where, char *text)
{
  return (TomlReplacement){ where, where, text };
}

/* (transfer full): in a table with a header. @key: as TOML writes it, maybe dotted */
static TomlReplacement
add_line (TomlDocument *document, const TomlNode *table, const char *key, const char *toml)
{
  gsize where = end_of_lines (document, table);
  const char *newline = toml_document_newline (document);
  gboolean ended = ends_in_newline (document, where);

  return insertion (where, g_strconcat (ended ? "" : newline, key, " = ", toml,
                                        where == document->length && !ended ? "" : newline, NULL));
}

/* (transfer full): in a table in braces */
static TomlReplacement
add_entry (TomlDocument *document, const TomlNode *table, const char *key, const char *toml)
{
  gsize where = table->end - 1;

  while (document->text[where - 1] == ' ' || document->text[where - 1] == '\t')
    where--;
  return insertion (where, g_strconcat (table->items->len > 0 ? ", " : " ", key, " = ", toml,
                                        document->text[where] == '}' ? " " : "", NULL));
}

/* (transfer full): a section of its own, for a table that only longer headers name */
static TomlReplacement
add_section (TomlDocument *document, const char *header, const char *key, const char *toml)
{
  const char *newline = toml_document_newline (document);

  return insertion (document->length, g_strconcat (ends_in_newline (document, document->length) ? "" : newline, newline,
                                                   "[", header, "]", newline, key, " = ", toml, newline, NULL));
}

/* (transfer full): the keys below table, the last of path, joined by dots, in front of which go those that a table
 * named by dotted keys alone has below the nearest that has a header or braces; that one is table then. */
static char *
dotted_key (const TomlNode **table, const char *const *path)
{
  g_autoptr (GString) dotted = g_string_new (NULL);
  g_autofree char *below = path_to_header (path, g_strv_length ((GStrv) path));

  for (; (*table)->origin == TOML_ORIGIN_DOTTED; *table = (*table)->parent)
    {
      g_autofree char *name = toml_quote_key ((*table)->key);

      g_string_prepend_c (dotted, '.');
      g_string_prepend (dotted, name);
    }
  return g_strconcat (dotted->str, below, NULL);
}

TomlNode *
toml_parse_value (const char *toml, GError **error)
{
  g_autofree char *probe = g_strconcat ("x = ", toml, NULL);
  g_autoptr (TomlDocument) document = toml_document_parse (probe, -1, error);
  TomlNode *node;

  if (document == NULL)
    return NULL;
  node = document->root->items->len == 1 ? document->root->items->pdata[0] : NULL;
  if (node == NULL || node->end != document->length)
    {
      toml_set_error (error, TOML_ERROR_SYNTAX, "'%s' is not one value", toml);
      return NULL;
    }
  g_hash_table_remove (document->root->index, node);
  g_ptr_array_steal_index (document->root->items, 0);
  g_clear_pointer (&node->key, g_free);
  return node;
}

static gboolean
replace_one (TomlDocument *document, TomlReplacement replacement, GError **error)
{
  g_autoptr (GArray) replacements = toml_replacements_new ();

  g_array_append_val (replacements, replacement);
  return toml_document_replace (document, replacements, error);
}

/* The table that a key which is not there is to be added to. */
static TomlNode *
find_table (TomlDocument *document, const char *const *path, guint n, GError **error)
{
  GError *local = NULL;
  TomlNode *table = find (document, path, n, &local);

  if (table != NULL && table->type == TOML_TYPE_ARRAY && table->origin == TOML_ORIGIN_HEADER)
    table = table->items->pdata[table->items->len - 1];
  if (local == NULL && table == NULL)
    toml_set_error (&local, TOML_ERROR_NOT_FOUND, "the table of '%s' is not there", path[n]);
  else if (local == NULL && table->type != TOML_TYPE_TABLE)
    toml_set_error (&local, TOML_ERROR_TYPE, "the table of '%s' is not there", path[n]);
  if (local == NULL)
    return table;
  g_propagate_error (error, local);
  return NULL;
}

static TomlReplacement
add_key (TomlDocument *document, const TomlNode *table, const char *const *path, const char *toml)
{
  guint n = g_strv_length ((GStrv) path);
  g_autofree char *header = path_to_header (path, n - 1);
  const TomlNode *owner = table;
  g_autofree char *key = dotted_key (&owner, path + n - 1);

  if (owner->origin == TOML_ORIGIN_VALUE)
    return add_entry (document, owner, key, toml);
  if (owner->origin == TOML_ORIGIN_IMPLIED)
    return add_section (document, header, key, toml);
  return add_line (document, owner, key, toml);
}

gboolean
toml_document_set_text (TomlDocument *document, const char *const *path, const char *toml, GError **error)
{
  guint n = g_strv_length ((GStrv) path);
  GError *local = NULL;
  TomlNode *node, *table, *value;
  TomlReplacement replacement;

  if (!check_path (path, error))
    return FALSE;
  node = find (document, path, n, &local);
  if (node != NULL && node->origin != TOML_ORIGIN_VALUE)
    toml_set_error (&local, TOML_ERROR_TYPE, "'%s' is a table with sections of its own; remove it first", path[n - 1]);
  if (local != NULL)
    return g_propagate_error (error, local), FALSE;
  table = node != NULL ? node->parent : find_table (document, path, n - 1, error);
  value = table != NULL ? toml_parse_value (toml, error) : NULL;
  if (value == NULL)
    return FALSE;
  if (node != NULL)
    replacement = (TomlReplacement){ node->start, node->end, g_strdup (toml) };
  else
    replacement = add_key (document, table, path, toml);
  toml_table_set (table, path[n - 1], value);
  return replace_one (document, replacement, error);
}

gboolean
toml_document_set_string (TomlDocument *document, const char *const *path, const char *value, GError **error)
{
  g_autofree char *quoted = NULL;

  if (!g_utf8_validate (value, -1, NULL))
    return toml_set_error (error, TOML_ERROR_ENCODING, "the value is not UTF-8"), FALSE;
  quoted = toml_quote_string (value);
  return toml_document_set_text (document, path, quoted, error);
}

/* After the last section of the table's siblings, so that tables of a kind stay together; else at the end. */
static gsize
place_of_table (TomlDocument *document, const TomlNode *parent)
{
  gsize place = document->length;
  GArray *sections = document->sections;

  for (guint i = 1; parent != NULL && parent != document->root && i < sections->len; i++)
    {
      const TomlSection *section = &g_array_index (sections, TomlSection, i);

      if (toml_node_is_inside (section->table, parent))
        place = i + 1 < sections->len ? toml_comments_above (document, section->end) : document->length;
    }
  return place;
}

/* Braces take no header. */
static TomlReplacement
add_inline_table (TomlDocument *document, const TomlNode *table, const char *const *path)
{
  const TomlNode *owner = table;
  g_autofree char *key = dotted_key (&owner, path);

  return add_entry (document, owner, key, "{}");
}

static TomlReplacement
add_header (TomlDocument *document, const TomlNode *parent, const char *header)
{
  const char *newline = toml_document_newline (document);
  gsize where = place_of_table (document, parent);
  g_autoptr (GString) section = g_string_new (NULL);

  if (!ends_in_newline (document, where))
    g_string_append (section, newline);
  if (where > 0 &&
      !(ends_in_newline (document, where) && toml_is_blank_line (document, toml_previous_line (document, where))))
    g_string_append (section, newline);
  g_string_append_printf (section, "[%s]%s", header, newline);
  if (where < document->length && !toml_is_blank_line (document, where))
    g_string_append (section, newline);
  return insertion (where, g_string_free (g_steal_pointer (&section), FALSE));
}

gboolean
toml_document_add_table (TomlDocument *document, const char *const *path, GError **error)
{
  guint n = g_strv_length ((GStrv) path), n_there = n - 1;
  g_autofree char *header = NULL;
  GError *local = NULL;
  TomlNode *parent;
  TomlReplacement replacement;

  if (!check_path (path, error))
    return FALSE;
  header = path_to_header (path, n);
  if (find (document, path, n, &local) != NULL)
    toml_set_error (&local, TOML_ERROR_EXISTS, "'%s' is there already", header);
  if (local != NULL)
    return g_propagate_error (error, local), FALSE;
  while (find (document, path, n_there, NULL) == NULL)
    n_there--;
  parent = find_table (document, path, n_there, error);
  if (parent == NULL)
    return FALSE;
  if (parent->origin == TOML_ORIGIN_VALUE || toml_node_is_in_braces (parent))
    replacement = add_inline_table (document, parent, path + n_there);
  else
    replacement = add_header (document, find (document, path, n - 1, NULL), header);
  for (; n_there < n; n_there++)
    {
      TomlNode *table = toml_node_new (document, parent, TOML_TYPE_TABLE);

      toml_table_set (parent, path[n_there], table);
      parent = table;
    }
  return replace_one (document, replacement, error);
}
