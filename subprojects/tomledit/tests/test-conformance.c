/* SPDX-License-Identifier: MIT */
/*
 * The TOML project's own conformance files for version 1.0: every valid document means what its JSON says and comes out
 * byte-equal, every invalid one is refused. They are looked for in AIMX_SHARED_DATA/toml-test.
 */
#include "tomledit.h"

#include <json-glib/json-glib.h>
#include <math.h>

static char *
load (const char *root, const char *name, gsize *length)
{
  g_autofree char *path = g_build_filename (root, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, length, &error);
  g_assert_no_error (error);
  return text;
}

static void compare (TomlNode *node, JsonNode *expected);

static void
compare_table (TomlNode *node, JsonObject *object)
{
  g_assert_cmpuint (toml_table_get_size (node), ==, json_object_get_size (object));
  for (guint i = 0; i < toml_table_get_size (node); i++)
    {
      const char *key = toml_table_get_key (node, i);

      g_assert_true (json_object_has_member (object, key));
      compare (toml_table_get_nth (node, i), json_object_get_member (object, key));
    }
}

static void
compare_fractions (const char *got, const char *expected)
{
  /* The files pad or cut fractions to milliseconds; whole seconds and offset are compared as written. */
  const char *a = strchr (got, '.'), *b = strchr (expected, '.');

  if (a == NULL || b == NULL)
    {
      g_assert_cmpstr (got, ==, expected);
      return;
    }
  g_assert_cmpint (strncmp (got, expected, (gsize) (a - got)), ==, 0);
  g_assert_cmpfloat_with_epsilon (g_ascii_strtod (a, NULL), g_ascii_strtod (b, NULL), 0.001);
  g_assert_cmpstr (a + 1 + strspn (a + 1, "0123456789"), ==, b + 1 + strspn (b + 1, "0123456789"));
}

static void
compare_scalar (TomlNode *node, const char *type, const char *value)
{
  static const struct
  {
    const char *name;
    TomlType type;
  } types[] = {
    { "string", TOML_TYPE_STRING },
    { "integer", TOML_TYPE_INTEGER },
    { "float", TOML_TYPE_FLOAT },
    { "bool", TOML_TYPE_BOOLEAN },
    { "datetime", TOML_TYPE_OFFSET_DATE_TIME },
    { "datetime-local", TOML_TYPE_LOCAL_DATE_TIME },
    { "date-local", TOML_TYPE_LOCAL_DATE },
    { "time-local", TOML_TYPE_LOCAL_TIME },
  };
  TomlType expected = TOML_TYPE_TABLE;

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (strcmp (types[i].name, type) == 0)
      expected = types[i].type;
  g_assert_cmpint (toml_node_get_type (node), ==, expected);
  if (expected == TOML_TYPE_STRING)
    g_assert_cmpstr (toml_node_get_string (node), ==, value);
  else if (expected == TOML_TYPE_INTEGER)
    g_assert_cmpint (toml_node_get_integer (node), ==, g_ascii_strtoll (value, NULL, 10));
  else if (expected == TOML_TYPE_BOOLEAN)
    g_assert_cmpint (toml_node_get_boolean (node), ==, strcmp (value, "true") == 0);
  else if (expected != TOML_TYPE_FLOAT)
    compare_fractions (toml_node_get_date_time (node), value);
  else if (strstr (value, "nan") != NULL)
    g_assert_true (isnan (toml_node_get_float (node)));
  else
    g_assert_true (toml_node_get_float (node) == g_ascii_strtod (value, NULL));
}

static void
compare (TomlNode *node, JsonNode *expected)
{
  JsonObject *object;

  if (JSON_NODE_HOLDS_ARRAY (expected))
    {
      JsonArray *array = json_node_get_array (expected);

      g_assert_cmpint (toml_node_get_type (node), ==, TOML_TYPE_ARRAY);
      g_assert_cmpuint (toml_array_get_length (node), ==, json_array_get_length (array));
      for (guint i = 0; i < json_array_get_length (array); i++)
        compare (toml_array_get (node, i), json_array_get_element (array, i));
      return;
    }
  object = json_node_get_object (expected);
  if (json_object_get_size (object) == 2 && json_object_has_member (object, "type") &&
      json_object_has_member (object, "value") && JSON_NODE_HOLDS_VALUE (json_object_get_member (object, "type")))
    compare_scalar (node, json_object_get_string_member (object, "type"),
                    json_object_get_string_member (object, "value"));
  else
    {
      g_assert_cmpint (toml_node_get_type (node), ==, TOML_TYPE_TABLE);
      compare_table (node, object);
    }
}

static void
test_valid (gconstpointer data)
{
  const char *const *file = data;
  g_autofree char *json_name = g_strndup (file[1], strlen (file[1]) - strlen (".toml"));
  g_autofree char *json_file = g_strconcat (json_name, ".json", NULL);
  g_autoptr (GError) error = NULL;
  gsize length, json_length, out_length;
  g_autofree char *text = load (file[0], file[1], &length);
  g_autofree char *json = load (file[0], json_file, &json_length);
  g_autoptr (TomlDocument) document = toml_document_parse (text, (gssize) length, &error);
  g_autofree char *out = NULL;
  g_autoptr (JsonNode) expected = NULL;

  g_assert_no_error (error);
  out = toml_document_to_text (document, &out_length);
  g_assert_cmpmem (out, out_length, text, length);
  expected = json_from_string (json, &error);
  /* json-glib refuses the escapes of a NUL in a string, which no key or value here needs to be compared. */
  if (expected != NULL)
    compare (toml_document_get_root (document), expected);
}

static void
test_invalid (gconstpointer data)
{
  const char *const *file = data;
  g_autoptr (GError) error = NULL;
  gsize length;
  g_autofree char *text = load (file[0], file[1], &length);
  g_autoptr (TomlDocument) document = toml_document_parse (text, (gssize) length, &error);
  guint line, column;

  g_assert_null (document);
  g_assert_true (toml_error_get_position (error, &line, &column));
  g_assert_cmpuint (line, >=, 1);
}

int
main (int argc, char **argv)
{
  const char *shared = g_getenv ("AIMX_SHARED_DATA");
  g_autofree char *root = g_build_filename (shared != NULL ? shared : ".", "toml-test", "tests", NULL);
  g_autofree char *list_file = g_build_filename (root, "files-toml-1.0.0", NULL);
  g_autofree char *list = NULL;
  g_auto (GStrv) names = NULL;

  g_test_init (&argc, &argv, NULL);
  if (!g_file_get_contents (list_file, &list, NULL, NULL))
    {
      g_printerr ("no conformance files at %s\n", root);
      g_print ("1..0 # SKIP no conformance files\n");
      return g_getenv ("CI") != NULL ? 1 : 0;
    }
  names = g_strsplit (list, "\n", -1);
  for (guint i = 0; names[i] != NULL; i++)
    {
      const char **file = g_new0 (const char *, 2);
      g_autofree char *path = g_strconcat ("/toml/", names[i], NULL);

      file[0] = root;
      file[1] = names[i];
      if (!g_str_has_suffix (names[i], ".toml"))
        g_free (file);
      else
        g_test_add_data_func_full (path, file, g_str_has_prefix (names[i], "valid/") ? test_valid : test_invalid,
                                   g_free);
    }
  return g_test_run ();
}
