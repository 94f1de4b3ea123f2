/* SPDX-License-Identifier: MIT */
#include "result-view.h"

#include "display.h"
#include "table.h"

#include <stdio.h>

/* ---- values ---- */

static char *
join (JsonArray *array)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      g_autofree char *one = JSON_NODE_HOLDS_VALUE (element) && json_node_get_value_type (element) == G_TYPE_STRING
                                 ? json_node_dup_string (element)
                                 : json_to_string (element, FALSE);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", one);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
to_text (JsonNode *value)
{
  if (value == NULL || JSON_NODE_HOLDS_NULL (value))
    return g_strdup ("-");
  if (JSON_NODE_HOLDS_ARRAY (value))
    return join (json_node_get_array (value));
  if (JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_STRING)
    return json_node_dup_string (value);
  return json_to_string (value, FALSE);
}

/* ---- tables ---- */

static JsonObject *
get_first_object (JsonNode *node)
{
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  JsonNode *first = array != NULL && json_array_get_length (array) > 0 ? json_array_get_element (array, 0) : NULL;

  return first != NULL && JSON_NODE_HOLDS_OBJECT (first) ? json_node_get_object (first) : NULL;
}

/* (element-type utf8) (transfer container): keys of the rows, as the verb describes them, else as the first row has
 * them */
static GPtrArray *
find_keys (JsonObject *row)
{
  g_autoptr (GList) members = row != NULL ? json_object_get_members (row) : NULL;
  GPtrArray *keys = g_ptr_array_new ();

  for (GList *member = members; member != NULL && keys->len < CLI_TABLE_COLUMNS_MAX; member = member->next)
    g_ptr_array_add (keys, member->data);
  return keys;
}

static gboolean
is_number (JsonObject *described, const char *key)
{
  JsonNode *type = described != NULL ? json_object_get_member (described, key) : NULL;

  return type != NULL && JSON_NODE_HOLDS_VALUE (type) && g_strcmp0 (json_node_get_string (type), "number") == 0;
}

static void
add_row (CliTable *table, JsonNode *element, GPtrArray *keys)
{
  JsonObject *row = JSON_NODE_HOLDS_OBJECT (element) ? json_node_get_object (element) : NULL;

  for (guint i = 0; i < keys->len; i++)
    {
      g_autofree char *text = to_text (row != NULL ? json_object_get_member (row, keys->pdata[i]) : NULL);

      cli_table_add (table, CLI_STYLE_PLAIN, text);
    }
}

static guint
get_widest (GPtrArray *texts)
{
  guint widest = 0;

  for (guint i = 0; i < texts->len; i++)
    widest = MAX (widest, cli_display_width (texts->pdata[i]));
  return widest;
}

static void
append_record (GString *text, JsonNode *element, GPtrArray *keys, GPtrArray *labels)
{
  JsonObject *row = JSON_NODE_HOLDS_OBJECT (element) ? json_node_get_object (element) : NULL;
  guint width = get_widest (labels);

  for (guint i = 0; i < keys->len; i++)
    {
      g_autofree char *value = to_text (row != NULL ? json_object_get_member (row, keys->pdata[i]) : NULL);
      g_autofree char *shown = cli_display (value);
      guint padding = width - cli_display_width (labels->pdata[i]);

      g_string_append_printf (text, "%s:%*s %s\n", (const char *) labels->pdata[i], (int) padding, "", shown);
    }
  g_string_append_c (text, '\n');
}

/* What does not fit beside each other stands below each other, so that nothing is cut. */
static char *
format_records (JsonArray *rows, GPtrArray *keys)
{
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < keys->len; i++)
    g_ptr_array_add (labels, cli_display (keys->pdata[i]));
  for (guint i = 0; i < json_array_get_length (rows); i++)
    append_record (text, json_array_get_element (rows, i), keys, labels);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
format_table (JsonArray *rows, JsonNode *schema, gboolean rich, guint width)
{
  JsonObject *described = get_first_object (schema);
  JsonObject *first = json_array_get_length (rows) > 0 && JSON_NODE_HOLDS_OBJECT (json_array_get_element (rows, 0))
                          ? json_array_get_object_element (rows, 0)
                          : NULL;
  g_autoptr (GPtrArray) keys = find_keys (described != NULL ? described : first);
  g_autoptr (GPtrArray) headings = g_ptr_array_new_with_free_func (g_free);
  CliColumn columns[CLI_TABLE_COLUMNS_MAX + 1] = { { NULL } };
  g_autoptr (CliTable) table = NULL;

  if (keys->len == 0)
    return g_strdup ("");
  for (guint i = 0; i < keys->len; i++)
    {
      char *heading = g_utf8_strup (keys->pdata[i], -1);

      g_ptr_array_add (headings, heading);
      columns[i] = (CliColumn){ heading, is_number (described, keys->pdata[i]) };
    }
  table = cli_table_new (columns);
  for (guint i = 0; i < json_array_get_length (rows); i++)
    add_row (table, json_array_get_element (rows, i), keys);
  return cli_table_fits (table, width) ? cli_table_format (table, rich, width) : format_records (rows, keys);
}

/* ---- the whole ---- */

/* Keys and values of @object, but for @left_out (nullable) and what is null beside a table. */
static void
append_lines (GString *text, JsonObject *object, const char *left_out)
{
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *member = members; member != NULL; member = member->next)
    {
      JsonNode *value = json_object_get_member (object, member->data);
      g_autofree char *shown = NULL;
      g_autofree char *line = NULL;

      if (left_out != NULL && (g_str_equal (member->data, left_out) || JSON_NODE_HOLDS_NULL (value)))
        continue;
      shown = to_text (value);
      line = g_strdup_printf ("%s: %s", (const char *) member->data, shown);
      g_free (shown);
      shown = cli_display (line);
      g_string_append_printf (text, "%s\n", shown);
    }
}

char *
cli_result_format (JsonNode *result, JsonNode *schema, gboolean rich, guint width)
{
  g_autoptr (GString) text = g_string_new (NULL);
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (result) ? json_node_get_object (result) : NULL;
  JsonNode *results = object != NULL ? json_object_get_member (object, "results") : NULL;
  JsonNode *described = schema != NULL && JSON_NODE_HOLDS_OBJECT (schema)
                            ? json_object_get_member (json_node_get_object (schema), "results")
                            : NULL;

  if (JSON_NODE_HOLDS_ARRAY (result))
    return format_table (json_node_get_array (result), schema, rich, width);
  if (results != NULL && JSON_NODE_HOLDS_ARRAY (results))
    {
      g_autofree char *table = format_table (json_node_get_array (results), described, rich, width);

      g_string_append (text, table);
      append_lines (text, object, "results");
    }
  else if (object != NULL)
    append_lines (text, object, NULL);
  else
    {
      g_autofree char *value = to_text (result);
      g_autofree char *shown = cli_display (value);

      g_string_append_printf (text, "%s\n", shown);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
cli_result_print (const AimxClientAnswer *answer, JsonObject *verb)
{
  gsize length = 0;
  const char *body = answer->body != NULL ? g_bytes_get_data (answer->body, &length) : NULL;
  g_autofree char *json = g_strndup (body != NULL ? body : "", length);
  g_autoptr (JsonNode) result = json_from_string (json, NULL);
  JsonNode *schema = json_object_get_member (verb, "result_schema");
  g_autofree char *text = NULL;

  if (answer->detail != NULL)
    {
      g_autofree char *id = cli_display (answer->detail);

      printf ("id: %s\n", id);
      return;
    }
  /* Nothing at all, or what is no JSON. */
  if (result == NULL)
    {
      cli_answer_print (answer);
      return;
    }
  text = cli_result_format (result, schema, cli_style_is_rich (stdout), cli_table_get_width ());
  fputs (text, stdout);
}
