/* SPDX-License-Identifier: MIT */
/* Reading answers. */
#include "answer.h"

#include "display.h"
#include "errors.h"

#include <stdio.h>
#include <unistd.h>

static JsonNode *
parse (const AimxClientAnswer *answer)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  gsize length = 0;
  const char *text = answer->body != NULL ? g_bytes_get_data (answer->body, &length) : NULL;

  if (text == NULL || !json_parser_load_from_data (parser, text, (gssize) length, NULL))
    return NULL;
  return json_parser_steal_root (parser);
}

static gboolean
holds_objects (JsonArray *array)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!JSON_NODE_HOLDS_OBJECT (json_array_get_element (array, i)))
      return FALSE;
  return TRUE;
}

static void
tell_not_understood (void)
{
  cli_error ("Is the daemon of another version? `aimx version` shows both.",
             "the daemon's answer cannot be understood");
}

JsonArray *
cli_answer_get_array (const AimxClientAnswer *answer)
{
  g_autoptr (JsonNode) root = parse (answer);

  if (root != NULL && JSON_NODE_HOLDS_ARRAY (root) && holds_objects (json_node_get_array (root)))
    return json_node_dup_array (root);
  tell_not_understood ();
  return NULL;
}

JsonObject *
cli_answer_get_object (const AimxClientAnswer *answer)
{
  g_autoptr (JsonNode) root = parse (answer);

  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    return json_node_dup_object (root);
  tell_not_understood ();
  return NULL;
}

void
cli_answer_print (const AimxClientAnswer *answer)
{
  gsize length = 0;
  const char *text = answer->body != NULL ? g_bytes_get_data (answer->body, &length) : NULL;
  g_autofree char *shown = NULL;

  if (length == 0)
    return;
  if (isatty (STDOUT_FILENO))
    {
      shown = cli_display_lines (text, length);
      fputs (shown, stdout);
    }
  else
    fwrite (text, 1, length, stdout);
  if (text[length - 1] != '\n')
    fputc ('\n', stdout);
}

/* ---- members ---- */

static JsonNode *
get_value (JsonObject *object, const char *key, GType type)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type ? node : NULL;
}

const char *
cli_object_get_string (JsonObject *object, const char *key)
{
  JsonNode *node = get_value (object, key, G_TYPE_STRING);

  return node != NULL ? json_node_get_string (node) : NULL;
}

gint64
cli_object_get_number (JsonObject *object, const char *key)
{
  JsonNode *node = get_value (object, key, G_TYPE_INT64);

  return node != NULL ? json_node_get_int (node) : 0;
}

gboolean
cli_object_get_boolean (JsonObject *object, const char *key)
{
  JsonNode *node = get_value (object, key, G_TYPE_BOOLEAN);

  return node != NULL && json_node_get_boolean (node);
}

JsonArray *
cli_object_get_array (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

const char *
cli_array_get_string (JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node)
                                                                                          : "?";
}

char *
cli_object_join (JsonObject *object, const char *key, const char *separator)
{
  JsonArray *array = cli_object_get_array (object, key);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? separator : "", cli_array_get_string (array, i));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

gboolean
cli_object_has (JsonObject *object, const char *key, const char *value)
{
  JsonArray *array = cli_object_get_array (object, key);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (g_strcmp0 (cli_array_get_string (array, i), value) == 0)
      return TRUE;
  return FALSE;
}
