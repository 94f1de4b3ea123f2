/* SPDX-License-Identifier: MIT */
/* Edits change what they must and keep every other byte. */
#include "document.h"

static const char config[] = "# The head.\n"
                             "domains = [ \"a.com\",   # first\n"
                             "  \"b.com\" ]\n"
                             "\n"
                             "trust='none'  # for now\n"
                             "unknown = {x=1,y = 2}\n"
                             "\n"
                             "# about info\n"
                             "[mailboxes.\"info@a.com\"]\n"
                             "address = \"info@a.com\"\n"
                             "owner=\"me\"\n"
                             "\n"
                             "[[mailboxes.\"info@a.com\".hooks]]\n"
                             "event = \"on_receive\"\n"
                             "\n"
                             "# about x\n"
                             "[mailboxes.\"x@a.com\"]\n"
                             "address = \"x@a.com\"\n"
                             "owner = \"me\"\n"
                             "\n"
                             "[ domain . \"b.com\" ] # odd\n"
                             "dkim_selector = \"s\"\n";

typedef gboolean (*EditFunc) (TomlDocument *, GError **);

static char *
replace (const char *text, const char *from, const char *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, 2);

  g_assert_nonnull (parts[1]);
  return g_strconcat (parts[0], to, parts[1], NULL);
}

static void
expect (TomlDocument *document, const char *text)
{
  g_autofree char *got = toml_document_to_text (document, NULL);

  g_assert_cmpstr (got, ==, text);
}

static TomlDocument *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  TomlDocument *document = toml_document_parse (text, -1, &error);

  g_assert_no_error (error);
  return document;
}

#define PATH(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
test_value_is_replaced_in_place (void)
{
  g_autoptr (TomlDocument) document = parse (config);
  g_autofree char *expected = replace (config, "'none'", "\"verified\"");

  g_assert_true (toml_document_set_string (document, PATH ("trust"), "verified", NULL));
  expect (document, expected);
  g_assert_cmpstr (toml_node_get_string (toml_table_get (toml_document_get_root (document), "trust")), ==, "verified");
}

static void
test_array_is_appended_to (void)
{
  g_autoptr (TomlDocument) document = parse (config);
  g_autofree char *expected = replace (config, "\"b.com\" ]", "\"b.com\",\n  \"c.com\" ]");

  g_assert_true (toml_document_append_string (document, PATH ("domains"), "c.com", NULL));
  expect (document, expected);
}

static void
test_table_added_among_its_kind_can_be_removed (void)
{
  g_autoptr (TomlDocument) document = parse (config);
  const char *const *path = PATH ("mailboxes", "new@a.com");
  g_autofree char *expected =
      replace (config, "[ domain", "[mailboxes.\"new@a.com\"]\naddress = \"new@a.com\"\nowner = \"you\"\n\n[ domain");

  g_assert_true (toml_document_add_table (document, path, NULL));
  g_assert_true (toml_document_set_string (document, PATH ("mailboxes", "new@a.com", "address"), "new@a.com", NULL));
  g_assert_true (toml_document_set_string (document, PATH ("mailboxes", "new@a.com", "owner"), "you", NULL));
  expect (document, expected);
  g_assert_true (toml_document_remove (document, path, NULL));
  expect (document, config);
}

static void
test_table_goes_with_its_comment_and_sub_tables (void)
{
  g_autoptr (TomlDocument) document = parse (config);
  g_autofree char *expected =
      replace (config,
               "# about info\n[mailboxes.\"info@a.com\"]\naddress = \"info@a.com\"\nowner=\"me\"\n\n"
               "[[mailboxes.\"info@a.com\".hooks]]\nevent = \"on_receive\"\n\n",
               "");

  g_assert_true (toml_document_remove (document, PATH ("mailboxes", "info@a.com"), NULL));
  expect (document, expected);
}

/* What stands by itself is not a table's, and nobody but its writer knows what it is about. */
static void
test_a_comment_by_itself_outlives_the_table_before_it (void)
{
  static const struct
  {
    const char *before;
    const char *after;
  } cases[] = {
    { "a = 1\n\n[t]\nx = 1\n\n# last words\n", "a = 1\n\n# last words\n" },
    { "a = 1\n\n# of t\n[t]\nx = 1\n# of x\n\n\n# last\n\n# words", "a = 1\n\n# last\n\n# words" },
    { "[t]\nx = 1\n\n# ---- others ----\n\n# of u\n[u]\n", "# ---- others ----\n\n# of u\n[u]\n" },
    { "[t]\nx = 1\n\n# of u\n[u]\n", "# of u\n[u]\n" },
    { "[t]\nx = 1\n# of t\n[u]\n", "# of t\n[u]\n" },
    { "[t]\nx = 1\n\n# in t\n\n[t.v]\n\n# last\n", "# last\n" },
    { "[t]\nx = \"\"\"\n\n# text\n\"\"\"\n", "" },
    { "[t]\n\n# nothing in it\n", "# nothing in it\n" },
    { "a = 1\n\n[t]\nx = 1\n\n", "a = 1\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TomlDocument) document = toml_document_parse (cases[i].before, -1, NULL);

      g_assert_true (toml_document_remove (document, PATH ("t"), NULL));
      expect (document, cases[i].after);
    }
}

/* Removed at once or one after the other, what is left is the same. */
static void
test_several_keys_go_as_each_would (void)
{
  static const char *const texts[] = {
    "a = 1 # of a\nb = 2\n\n# of c\nc = 3\nd = 4\n",
    "d = 1\n\n# of a\n[a]\nx = 1\n\n[b]\n\n# loose\n\n[c]\ny = 1\n\n",
    "[d]\n\n[a]\nx = 1\n\n[[b]]\n\n# of b\n[[b]]\n\n[a.z]\n[c]\n",
    "a.x = 1\nd = 2\na.y = 3\nb = [\n 1,\n]\nc = {}",
  };
  static const char *const sets[][4] = { { "a" }, { "a", "b" }, { "b", "c" }, { "c", "a" }, { "a", "b", "c" } };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (sets); j++)
      {
        g_autoptr (TomlDocument) one_by_one = toml_document_parse (texts[i], -1, NULL);
        g_autoptr (TomlDocument) at_once = toml_document_parse (texts[i], -1, NULL);
        g_autofree char *expected = NULL;

        for (const char *const *key = sets[j]; *key != NULL; key++)
          g_assert_true (toml_document_remove (one_by_one, PATH (*key), NULL));
        g_assert_true (toml_document_remove_keys (at_once, PATH (NULL), sets[j], NULL));
        expected = toml_document_to_text (one_by_one, NULL);
        expect (at_once, expected);
      }
}

static void
test_several_keys_of_an_inline_table_go (void)
{
  g_autoptr (TomlDocument) document = toml_document_parse ("t = {a=1, b=2, c=3} # t\n", -1, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (toml_document_remove_keys (document, PATH ("t"), PATH ("c", "a"), NULL));
  expect (document, "t = {b=2} # t\n");
  g_assert_false (toml_document_remove_keys (document, PATH ("t"), PATH ("b", "x"), &error));
  g_assert_error (error, TOML_ERROR, TOML_ERROR_NOT_FOUND);
  expect (document, "t = {b=2} # t\n");
}

static void
test_last_table_added_at_the_end_can_be_removed (void)
{
  static const char *const texts[] = { "a = 1\n", "a = 1\n\n[b]\n", "", "a = 1", "# only a comment\n", "a = 1\r\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (TomlDocument) document = parse (texts[i]);
      g_autofree char *got = NULL;

      g_assert_true (toml_document_add_table (document, PATH ("t"), NULL));
      g_assert_true (toml_document_set_string (document, PATH ("t", "k"), "v", NULL));
      g_assert_true (toml_document_remove (document, PATH ("t"), NULL));
      got = toml_document_to_text (document, NULL);
      if (i == 3)
        g_assert_cmpstr (got, ==, "a = 1\n");
      else
        g_assert_cmpstr (got, ==, texts[i]);
    }
}

static void
test_inline_table_is_edited_in_its_line (void)
{
  g_autoptr (TomlDocument) document = parse (config);
  g_autofree char *added = replace (config, "{x=1,y = 2}", "{x=1,y = 2, z = 3 }");
  g_autofree char *removed = replace (config, "{x=1,y = 2}", "{y = 2}");

  g_assert_true (toml_document_set_text (document, PATH ("unknown", "z"), "3", NULL));
  expect (document, added);
  g_clear_pointer (&document, toml_document_free);
  document = parse (config);
  g_assert_true (toml_document_remove (document, PATH ("unknown", "x"), NULL));
  expect (document, removed);
}

static gboolean
set_key (TomlDocument *document, GError **error)
{
  return toml_document_set_text (document, PATH ("t", "k"), "2", error);
}

static gboolean
remove_table (TomlDocument *document, GError **error)
{
  return toml_document_remove (document, PATH ("t"), error);
}

static gboolean
add_table (TomlDocument *document, GError **error)
{
  return toml_document_add_table (document, PATH ("t", "u"), error);
}

static void
test_line_of_a_string_is_no_comment (void)
{
  static const struct
  {
    EditFunc edit;
    const char *before;
    const char *after;
  } cases[] = {
    { set_key, "[t]\ns = \"\"\"\n# Acme\"\"\"\n", "[t]\ns = \"\"\"\n# Acme\"\"\"\nk = 2\n" },
    { set_key, "[t]\ns = [\n '''\n\n# Acme''']# t\n# of u\n[u]\n",
      "[t]\ns = [\n '''\n\n# Acme''']# t\nk = 2\n# of u\n[u]\n" },
    { remove_table, "s = '''\n# Acme'''\nt = 1\n", "s = '''\n# Acme'''\n" },
    { remove_table, "[s]\ns = '''\n# Acme'''\n[t]\nt = '''\n\n# text'''\n# of u\n[u]\n",
      "[s]\ns = '''\n# Acme'''\n# of u\n[u]\n" },
    { remove_table, "[t]\nt = '''\n\n# text'''\n\n# loose\n", "# loose\n" },
    { add_table, "[t]\ns = '''\n# Acme'''\n[v]\n", "[t]\ns = '''\n# Acme'''\n\n[t.u]\n\n[v]\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TomlDocument) document = parse (cases[i].before);
      g_autoptr (GError) error = NULL;

      cases[i].edit (document, &error);
      g_assert_no_error (error);
      expect (document, cases[i].after);
    }
}

/* Dotted keys in braces name a table that stands nowhere by itself. */
static void
test_dotted_keys_in_braces_go_with_all_they_name (void)
{
  static const struct
  {
    const char *before;
    const char *path[5];
    const char *after;
  } cases[] = {
    { "t = {x.a = 1, x.b = 2, y = 3} # t\n", { "t", "x" }, "t = {y = 3} # t\n" },
    { "t = {x.a = 1, y = 3, x.b = 2}\n", { "t", "x" }, "t = {y = 3}\n" },
    { "t = { y = 3 , x.a = 1, x.\"b.c\".d = [2,\n3] }\n", { "t", "x" }, "t = { y = 3 }\n" },
    { "t = { x.a = 1, x.b = 2 }\n", { "t", "x" }, "t = { }\n" },
    { "t = {'q q'.b.c = true, \"#h\" = 2}\n", { "t", "q q", "b", "c" }, "t = {\"#h\" = 2}\n" },
    { "t = {x.a.b = 1, x.a.c = 2, x.d = 3}\n", { "t", "x", "a" }, "t = {x.d = 3}\n" },
    { "t = {x.a.b = 1, x.a.c = 2, x.d = 3}\n", { "t", "x", "a", "c" }, "t = {x.a.b = 1, x.d = 3}\n" },
    { "t = {x.a = {b.c = 1, b.d = {}}, x.e = 2}\n", { "t", "x", "a", "b" }, "t = {x.a = {}, x.e = 2}\n" },
    { "[s]\nt.u = {x . a=1,x . b=2,y=3}\n", { "s", "t", "u", "x" }, "[s]\nt.u = {y=3}\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TomlDocument) document = parse (cases[i].before);
      g_autoptr (GError) error = NULL;

      toml_document_remove (document, cases[i].path, &error);
      g_assert_no_error (error);
      expect (document, cases[i].after);
    }
}

static void
test_several_dotted_keys_of_braces_go (void)
{
  g_autoptr (TomlDocument) document = parse ("t = { a.x = 1, b = 2, a.y = 3, c.z = 4, d = 5, c.w = 6 }\n");

  g_assert_true (toml_document_remove_keys (document, PATH ("t"), PATH ("c", "a"), NULL));
  expect (document, "t = { b = 2, d = 5 }\n");
  g_assert_true (toml_document_remove_keys (document, PATH ("t"), PATH ("b", "d"), NULL));
  expect (document, "t = { }\n");
}

static void
test_key_is_added_to_dotted_keys_where_they_are (void)
{
  g_autoptr (TomlDocument) document = parse ("t = {x.a.b = 1, y = 2}\nu.v = 1\n[s]\nt.u = {x.a = 1}\nv.w = 1\n");

  g_assert_true (toml_document_set_text (document, PATH ("t", "x", "a", "c d"), "3", NULL));
  g_assert_true (toml_document_set_text (document, PATH ("s", "t", "u", "x", "b"), "{}", NULL));
  g_assert_true (toml_document_set_text (document, PATH ("s", "v", "x"), "2", NULL));
  g_assert_true (toml_document_set_text (document, PATH ("u", "w"), "2", NULL));
  expect (document, "t = {x.a.b = 1, y = 2, x.a.\"c d\" = 3 }\nu.v = 1\nu.w = 2\n[s]\nt.u = {x.a = 1, x.b = {} }\n"
                    "v.w = 1\nv.x = 2\n");
}

/* Braces take no header, and no headers define more of what is in them. */
static void
test_table_is_added_to_braces_as_an_entry (void)
{
  static const struct
  {
    const char *before;
    const char *after;
  } cases[] = {
    { "t = {}\n", "t = { \"a@b\" = { k = \"v\" } }\n" },
    { "t = { x = {} } # t\n[u]\n", "t = { x = {}, \"a@b\" = { k = \"v\" } } # t\n[u]\n" },
    { "t = {x.y = 1}", "t = {x.y = 1, \"a@b\" = { k = \"v\" } }" },
    { "t.x = 1\n", "t.x = 1\n\n[t.\"a@b\"]\nk = \"v\"\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TomlDocument) document = parse (cases[i].before);
      g_autoptr (GError) error = NULL;

      toml_document_add_table (document, PATH ("t", "a@b"), &error);
      g_assert_no_error (error);
      toml_document_set_string (document, PATH ("t", "a@b", "k"), "v", &error);
      g_assert_no_error (error);
      expect (document, cases[i].after);
    }
}

static void
test_edit_that_would_say_something_else_is_refused (void)
{
  static const char text[] = "a = 1\nb = 2 # two\n";
  const TomlReplacement pieces[] = { { 4, 5, NULL }, { 0, 6, NULL }, { 0, 5, NULL } };
  const char *const instead[] = { "2", NULL, "a = 1\nc = 3" };

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr (TomlDocument) document = parse (text);
      g_autoptr (GArray) replacements = toml_replacements_new ();
      g_autoptr (GError) error = NULL;
      TomlReplacement piece = { pieces[i].start, pieces[i].end, g_strdup (instead[i]) };
      TomlNode *root = toml_document_get_root (document);

      toml_table_remove (root, toml_table_get (root, "b"));
      g_array_append_val (replacements, piece);
      g_assert_false (toml_document_replace (document, replacements, &error));
      g_assert_error (error, TOML_ERROR, TOML_ERROR_EDIT);
      expect (document, text);
      root = toml_document_get_root (document);
      g_assert_cmpuint (toml_table_get_size (root), ==, 2);
      g_assert_cmpint (toml_node_get_integer (toml_table_get (root, "b")), ==, 2);
    }
}

static void
test_key_is_renamed_wherever_it_is_written (void)
{
  static const char before[] = "domain = 'a.com' # mine\n"
                               "mailboxes.\"dot\\\"ted\".owner = \"d\"\n"
                               "mailboxes . 'quo\"ted' = { owner = \"info\" }\n"
                               "mailboxes.\"dot\\\"ted\".address = \"d\"\n"
                               "[other.info]\n"
                               "[[x.info.hooks]]\n"
                               "info = 1\n"
                               "[[ x. info .hooks ]] # info\n"
                               "[x.info]\n"
                               "[x.old]\n";
  g_autofree char *middle = replace (before, "domain =", "domains =");
  g_autoptr (TomlDocument) document = parse (before);

  g_assert_true (toml_document_rename_keys (document, PATH (NULL), PATH ("domain", "domains"), NULL));
  expect (document, middle);
  g_assert_true (toml_document_rename_keys (document, PATH ("x"), PATH ("old", "info", "info", "in@a.com"), NULL));
  g_assert_true (
      toml_document_rename_keys (document, PATH ("mailboxes"), PATH ("dot\"ted", "d", "quo\"ted", "q"), NULL));
  expect (document, "domains = 'a.com' # mine\n"
                    "mailboxes.d.owner = \"d\"\n"
                    "mailboxes . q = { owner = \"info\" }\n"
                    "mailboxes.d.address = \"d\"\n"
                    "[other.info]\n"
                    "[[x.\"in@a.com\".hooks]]\n"
                    "info = 1\n"
                    "[[ x. \"in@a.com\" .hooks ]] # info\n"
                    "[x.\"in@a.com\"]\n"
                    "[x.info]\n");
}

static void
test_failing_edit_changes_nothing (void)
{
  g_autoptr (TomlDocument) document = parse (config);
  GError *error = NULL;

  g_assert_false (toml_document_add_table (document, PATH ("mailboxes", "x@a.com"), &error));
  g_assert_error (error, TOML_ERROR, TOML_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_false (toml_document_set_string (document, PATH ("trust", "x"), "y", &error));
  g_assert_error (error, TOML_ERROR, TOML_ERROR_TYPE);
  g_clear_error (&error);
  g_assert_false (toml_document_remove (document, PATH ("nothing"), &error));
  g_assert_error (error, TOML_ERROR, TOML_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (toml_document_set_text (document, PATH ("trust"), "1\ny = 2", &error));
  g_assert_error (error, TOML_ERROR, TOML_ERROR_SYNTAX);
  g_clear_error (&error);
  g_assert_false (toml_document_rename_keys (document, PATH (NULL), PATH ("mailboxes", "domain"), &error));
  g_assert_error (error, TOML_ERROR, TOML_ERROR_DUPLICATE_KEY);
  g_clear_error (&error);
  g_assert_false (toml_document_rename_keys (document, PATH (NULL), PATH ("mailboxes", "x", "mailboxes", "y"), &error));
  g_assert_error (error, TOML_ERROR, TOML_ERROR_DUPLICATE_KEY);
  g_clear_error (&error);
  g_assert_false (toml_document_rename_keys (document, PATH ("trust"), PATH ("a", "b"), &error));
  g_assert_error (error, TOML_ERROR, TOML_ERROR_TYPE);
  g_clear_error (&error);
  g_assert_false (toml_document_set_string (document, PATH ("trust"), "\xff", &error));
  g_assert_error (error, TOML_ERROR, TOML_ERROR_ENCODING);
  g_clear_error (&error);
  expect (document, config);
}

static void
test_deep_nesting_is_refused (void)
{
  g_autoptr (GString) text = g_string_new ("a = ");
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 100000; i++)
    g_string_append_c (text, '[');
  g_assert_null (toml_document_parse (text->str, (gssize) text->len, &error));
  g_assert_error (error, TOML_ERROR, TOML_ERROR_DEPTH);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/toml/edit/value-is-replaced-in-place", test_value_is_replaced_in_place);
  g_test_add_func ("/toml/edit/array-is-appended-to", test_array_is_appended_to);
  g_test_add_func ("/toml/edit/table-added-among-its-kind-can-be-removed",
                   test_table_added_among_its_kind_can_be_removed);
  g_test_add_func ("/toml/edit/table-goes-with-its-comment-and-sub-tables",
                   test_table_goes_with_its_comment_and_sub_tables);
  g_test_add_func ("/toml/edit/a-comment-by-itself-outlives-the-table-before-it",
                   test_a_comment_by_itself_outlives_the_table_before_it);
  g_test_add_func ("/toml/edit/several-keys-go-as-each-would", test_several_keys_go_as_each_would);
  g_test_add_func ("/toml/edit/several-keys-of-an-inline-table-go", test_several_keys_of_an_inline_table_go);
  g_test_add_func ("/toml/edit/last-table-added-at-the-end-can-be-removed",
                   test_last_table_added_at_the_end_can_be_removed);
  g_test_add_func ("/toml/edit/inline-table-is-edited-in-its-line", test_inline_table_is_edited_in_its_line);
  g_test_add_func ("/toml/edit/line-of-a-string-is-no-comment", test_line_of_a_string_is_no_comment);
  g_test_add_func ("/toml/edit/dotted-keys-in-braces-go-with-all-they-name",
                   test_dotted_keys_in_braces_go_with_all_they_name);
  g_test_add_func ("/toml/edit/several-dotted-keys-of-braces-go", test_several_dotted_keys_of_braces_go);
  g_test_add_func ("/toml/edit/key-is-added-to-dotted-keys-where-they-are",
                   test_key_is_added_to_dotted_keys_where_they_are);
  g_test_add_func ("/toml/edit/table-is-added-to-braces-as-an-entry", test_table_is_added_to_braces_as_an_entry);
  g_test_add_func ("/toml/edit/edit-that-would-say-something-else-is-refused",
                   test_edit_that_would_say_something_else_is_refused);
  g_test_add_func ("/toml/edit/key-is-renamed-wherever-it-is-written", test_key_is_renamed_wherever_it_is_written);
  g_test_add_func ("/toml/edit/failing-edit-changes-nothing", test_failing_edit_changes_nothing);
  g_test_add_func ("/toml/deep-nesting-is-refused", test_deep_nesting_is_refused);
  return g_test_run ();
}
