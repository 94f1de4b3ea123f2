/* SPDX-License-Identifier: MIT */
/* Promises of cli/result-view.c: answers of verbs that the command knows by their description alone. */
#include "result-view.h"

static const struct
{
  const char *name;
  const char *result;
  const char *schema; /* NULL for none */
  const char *expected;
  guint width;
} cases[] = {
  { "an-array-is-a-table-of-what-is-described", "[{\"b\":2,\"a\":\"x\",\"more\":true},{\"a\":\"longer\",\"b\":10}]",
    "[{\"a\":\"string\",\"b\":\"number\"}]",
    "A        B\n"
    "x        2\n"
    "longer  10\n" },
  { "results-are-a-table-and-the-rest-follows", "{\"results\":[{\"id\":\"1\"}],\"next_cursor\":null,\"indexing\":true}",
    "{\"results\":[{\"id\":\"string\"}],\"next_cursor\":\"string or null\",\"indexing\":\"boolean\"}",
    "ID\n"
    "1\n"
    "indexing: true\n" },
  { "without-a-description-the-first-row-tells", "[{\"a\":null,\"b\":[\"x\",1]}]", NULL,
    "A  B\n"
    "-  x, 1\n" },
  { "no-rows-leave-the-headings", "[]", "[{\"a\":\"string\"}]", "A\n" },
  { "nothing-known-is-nothing-shown", "[]", NULL, "" },
  { "an-object-is-lines", "{\"text\":\"Hello\",\"n\":3,\"none\":null,\"deep\":{\"x\":1}}", NULL,
    "text: Hello\n"
    "n: 3\n"
    "none: -\n"
    "deep: {\"x\":1}\n" },
  { "a-value-is-a-line", "42", NULL, "42\n" },
  { "what-a-terminal-obeys-is-shown-by-number", "{\"a\":\"x\\u001b[31m\\ny\"}", NULL, "a: x\\x1b[31m\\ny\n" },
  { "rows-that-are-no-objects-are-empty", "[{\"a\":1},7]", NULL,
    "A\n"
    "1\n"
    "-\n" },
  { "rows-that-fit-a-terminal-are-a-table", "[{\"a\":\"12345\",\"bee\":\"67890\"}]", NULL,
    "A      BEE\n"
    "12345  67890\n",
    12 },
  { "rows-that-do-not-fit-are-records", "{\"results\":[{\"a\":\"12345\",\"bee\":\"67890\"},{\"a\":1}],\"n\":2}", NULL,
    "a:   12345\n"
    "bee: 67890\n"
    "\n"
    "a:   1\n"
    "bee: -\n"
    "\n"
    "n: 2\n",
    11 },
};

static void
test_case (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (JsonNode) result = json_from_string (cases[i].result, NULL);
  g_autoptr (JsonNode) schema = cases[i].schema != NULL ? json_from_string (cases[i].schema, NULL) : NULL;
  g_autofree char *text = cli_result_format (result, schema, FALSE, cases[i].width);

  g_assert_cmpstr (text, ==, cases[i].expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/result-view/", cases[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_case);
    }
  return g_test_run ();
}
