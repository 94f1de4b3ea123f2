/* SPDX-License-Identifier: MIT */
/*
 * New names for keys, in every place where the old ones are written.
 */
#include "document.h"

#include <string.h>

/* Where a key ends that parsed. */
static gsize
key_end (TomlDocument *document, gsize start)
{
  const char *text = document->text + start;
  const char quote = *text;
  const char *p = text + 1;

  if (quote != '"' && quote != '\'')
    return start + strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-");
  for (; *p != quote; p++)
    if (*p == '\\' && quote == '"')
      p++;
  return start + (gsize) (p + 1 - text);
}

static void
replace_key (TomlDocument *document, gsize start, const char *name, GArray *replacements)
{
  TomlReplacement replacement = { start, key_end (document, start), toml_quote_key (name) };

  g_array_append_val (replacements, replacement);
}

/* Two tables with headers could become one without the parser's seeing it. */
static gboolean
check_renames (const TomlNode *table, const char *const *renames, GError **error)
{
  g_autoptr (GHashTable) old = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) new = g_hash_table_new (g_str_hash, g_str_equal);
  guint n = g_strv_length ((GStrv) renames);

  for (guint i = 0; i < n; i += 2)
    if (!g_hash_table_add (old, (gpointer) renames[i]))
      return toml_set_error (error, TOML_ERROR_DUPLICATE_KEY, "'%s' is to be renamed twice", renames[i]), FALSE;
  for (guint i = 1; i < n; i += 2)
    if (!g_hash_table_add (new, (gpointer) renames[i]) ||
        (!g_hash_table_contains (old, renames[i]) && toml_table_find (table, renames[i], strlen (renames[i])) != NULL))
      return toml_set_error (error, TOML_ERROR_DUPLICATE_KEY, "'%s' is there already", renames[i]), FALSE;
  return TRUE;
}

static gboolean
collect_renames (TomlDocument *document,
                 const TomlNode *table,
                 const char *const *renames,
                 GArray *replacements,
                 GError **error)
{
  for (; renames[0] != NULL; renames += 2)
    {
      const TomlNode *node = toml_table_find (table, renames[0], strlen (renames[0]));

      if (node == NULL)
        return toml_set_error (error, TOML_ERROR_NOT_FOUND, "'%s' is not there", renames[0]), FALSE;
      if (!g_utf8_validate (renames[1], -1, NULL))
        return toml_set_error (error, TOML_ERROR_ENCODING, "the new name of '%s' is not UTF-8", renames[0]), FALSE;
      replace_key (document, node->key_start, renames[1], replacements);
      for (guint i = 0; node->more_keys != NULL && i < node->more_keys->len; i++)
        replace_key (document, g_array_index (node->more_keys, gsize, i), renames[1], replacements);
    }
  return TRUE;
}

/* All leave the index before one comes back: two may exchange their names. */
static void
rename_nodes (const TomlNode *table, const char *const *renames)
{
  guint n = g_strv_length ((GStrv) renames);
  g_autofree TomlNode **nodes = g_new (TomlNode *, n);

  for (guint i = 0; i < n; i += 2)
    nodes[i] = toml_table_find (table, renames[i], strlen (renames[i]));
  for (guint i = 0; i < n; i += 2)
    g_hash_table_remove (table->index, nodes[i]);
  for (guint i = 0; i < n; i += 2)
    {
      g_free (nodes[i]->key);
      nodes[i]->key = g_strdup (renames[i + 1]);
      nodes[i]->key_length = strlen (renames[i + 1]);
      g_hash_table_add (table->index, nodes[i]);
    }
}

gboolean
toml_document_rename_keys (TomlDocument *document, const char *const *path, const char *const *renames, GError **error)
{
  g_autoptr (GArray) replacements = toml_replacements_new ();
  const TomlNode *table = path[0] == NULL ? document->root : toml_document_find (document, path, error);

  if (table == NULL)
    return FALSE;
  if (table->type != TOML_TYPE_TABLE)
    return toml_set_error (error, TOML_ERROR_TYPE, "'%s' is not a table", table->key), FALSE;
  if (!check_renames (table, renames, error) || !collect_renames (document, table, renames, replacements, error))
    return FALSE;
  rename_nodes (table, renames);
  return toml_document_replace (document, replacements, error);
}
