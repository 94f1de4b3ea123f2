/* SPDX-License-Identifier: MIT */
/* Elements come, go and move; what a person wrote around the others stays. */
#include "tomledit.h"

#include <string.h>

static const char *const path[] = { "a", NULL };

typedef struct
{
  const char *before;
  guint index;
  guint to;
  const char *after;
} Case;

static TomlDocument *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  TomlDocument *document = toml_document_parse (text, -1, &error);

  if (document == NULL)
    g_error ("%s\n%s", error->message, text);
  return document;
}

typedef gboolean (*EditFunc) (TomlDocument *document, const Case *edit, GError **error);

static gboolean
remove_element (TomlDocument *document, const Case *edit, GError **error)
{
  return toml_document_remove_element (document, path, edit->index, error);
}

static gboolean
move_element (TomlDocument *document, const Case *edit, GError **error)
{
  return toml_document_move_element (document, path, edit->index, edit->to, error);
}

static gboolean
append_element (TomlDocument *document, const Case *edit G_GNUC_UNUSED, GError **error)
{
  return toml_document_append_string (document, path, "z", error);
}

/* The text between two lines of other things, with either kind of line ending. */
static char *
in_document (const char *text, gboolean crlf)
{
  g_autoptr (GString) whole = g_string_new ("# first\nb = 1\na = ");

  g_string_append (whole, text);
  g_string_append (whole, "\n# last, with [ \", \" ]\n[c]\n");
  if (crlf)
    g_string_replace (whole, "\n", "\r\n", 0);
  return g_strdup (whole->str);
}

static void
check_cases (const Case *cases, gsize n, EditFunc edit)
{
  for (gsize i = 0; i < n; i++)
    for (int crlf = 0; crlf < 2; crlf++)
      {
        g_autofree char *before = in_document (cases[i].before, crlf);
        g_autofree char *expected = in_document (cases[i].after, crlf);
        g_autoptr (TomlDocument) document = parse (before);
        g_autoptr (GError) error = NULL;
        g_autofree char *got = NULL;
        gboolean done = edit (document, &cases[i], &error);

        g_assert_no_error (error);
        g_assert_true (done);
        got = toml_document_to_text (document, NULL);
        g_assert_cmpstr (got, ==, expected);
      }
}

static void
test_element_of_one_line_is_removed (void)
{
  static const Case cases[] = {
    { "[ \"a\", \"b\" ]", 0, 0, "[ \"b\" ]" },
    { "[ \"a\", \"b\" ]", 1, 0, "[ \"a\" ]" },
    { "[\"a\",\"b\",\"c\"]  # all", 1, 0, "[\"a\",\"c\"]  # all" },
    { "[1 , 2 , 3]", 0, 0, "[2 , 3]" },
    { "[1 , 2 , 3]", 2, 0, "[1 , 2]" },
    { "[ 1, 2, ]", 0, 0, "[ 2, ]" },
    { "[ 1, 2, ]", 1, 0, "[ 1, ]" },
    { "[ 1, 2 , ]", 1, 0, "[ 1 , ]" },
    { "[ \"a\" ]", 0, 0, "[]" },
    { "[\"a\",]", 0, 0, "[]" },
    { "[['a', 'b'], { c = [1, 2], d = '#' }, 1979-05-27 07:32:00, \"\\\"],[\"]", 1, 0,
      "[['a', 'b'], 1979-05-27 07:32:00, \"\\\"],[\"]" },
    { "[['a', 'b'], { c = [1, 2], d = '#' }, 1979-05-27 07:32:00, \"\\\"],[\"]", 3, 0,
      "[['a', 'b'], { c = [1, 2], d = '#' }, 1979-05-27 07:32:00]" },
    { "[[1], [1]]", 0, 0, "[[1]]" },
  };

  check_cases (cases, G_N_ELEMENTS (cases), remove_element);
}

static void
test_element_goes_with_its_line_and_its_comments (void)
{
  static const Case cases[] = {
    { "[\n  1,\n  2,\n  3,\n]", 1, 0, "[\n  1,\n  3,\n]" },
    { "[\n  1,\n  2,\n  3,\n]", 2, 0, "[\n  1,\n  2,\n]" },
    { "[\n  1,\n  2,\n  3\n]", 2, 0, "[\n  1,\n  2\n]" },
    { "[\n  1, # one\n  2  # two\n]", 0, 0, "[\n  2  # two\n]" },
    { "[\n  1, # one\n  2  # two\n]", 1, 0, "[\n  1 # one\n]" },
    { "[\n  1 , # one\n  2  # two\n]", 1, 0, "[\n  1 # one\n]" },
    /* Comment lines directly above are the element's, those further up are not. */
    { "[\n  # all\n\n  # one\n  # more of one\n  1,\n  # two\n  2,\n  # end\n]", 0, 0,
      "[\n  # all\n\n  # two\n  2,\n  # end\n]" },
    { "[\n  # all\n\n  # one\n  1,\n\n  # two\n  2,\n  # end\n]", 1, 0, "[\n  # all\n\n  # one\n  1,\n\n  # end\n]" },
    { "[ # all\n  1,\n  2 ]", 0, 0, "[ # all\n  2 ]" },
    /* The only element. */
    { "[\n  1, # one\n]", 0, 0, "[]" },
    { "[\n  # one\n  1\n]", 0, 0, "[]" },
    { "[ # all\n  1 # one\n]", 0, 0, "[ # all\n]" },
    { "[\n  # all\n\n  1\n  , ]", 0, 0, "[\n  # all\n\n    ]" },
    /* Elements that span lines. */
    { "[\n  [ 1,\n    2 ], # one\n  '''\n# no, comment\n''',\n  \"\"\"\n]\"\"\" # three\n]", 1, 0,
      "[\n  [ 1,\n    2 ], # one\n  \"\"\"\n]\"\"\" # three\n]" },
    { "[\n  [ 1,\n    2 ], # one\n  '''\n# no, comment\n''',\n  \"\"\"\n]\"\"\" # three\n]", 2, 0,
      "[\n  [ 1,\n    2 ], # one\n  '''\n# no, comment\n'''\n]" },
  };

  check_cases (cases, G_N_ELEMENTS (cases), remove_element);
}

static void
test_element_at_a_bracket_is_removed (void)
{
  static const Case cases[] = {
    { "[ 1,   # one\n  2 ]", 0, 0, "[ 2 ]" },
    { "[ 1,   # one\n  2 ]", 1, 0, "[ 1   # one\n]" },
    { "[ 1,\n  2 ]", 1, 0, "[ 1 ]" },
    { "[ 1,\n  2,\n  3, ]", 2, 0, "[ 1,\n  2, ]" },
    { "[ 1,\n  2,\n  3 ]", 0, 0, "[ 2,\n  3 ]" },
    { "[1,\n  # two\n  2]", 0, 0, "[\n  # two\n  2]" },
    { "[1,\n  # two\n  2]", 1, 0, "[1]" },
    { "[1,\n  # more\n\n  # two\n  2]", 1, 0, "[1\n  # more\n\n]" },
  };

  check_cases (cases, G_N_ELEMENTS (cases), remove_element);
}

static void
test_comment_at_a_line_of_several_stays (void)
{
  static const Case cases[] = {
    { "[\n  # ours\n  1, 2, # both\n  3,\n]", 0, 0, "[\n  # ours\n  2, # both\n  3,\n]" },
    { "[\n  # ours\n  1, 2, # both\n  3,\n]", 1, 0, "[\n  # ours\n  1, # both\n  3,\n]" },
    { "[\n  1,\n  2, 3 # both\n]", 2, 0, "[\n  1,\n  2 # both\n]" },
    { "[ 1, 2,\n  3, 4 ]", 2, 0, "[ 1, 2,\n  4 ]" },
    { "[ 1, 2,\n  3, 4 ]", 1, 0, "[ 1,\n  3, 4 ]" },
    { "[ 1, 2,\n  3, 4 ]", 3, 0, "[ 1, 2,\n  3 ]" },
  };

  check_cases (cases, G_N_ELEMENTS (cases), remove_element);
}

static void
test_commas_in_front_are_kept_in_front (void)
{
  static const Case removals[] = {
    { "[\n    1 # one\n  , 2 # two\n  , 3\n]", 0, 0, "[\n    2 # two\n  , 3\n]" },
    { "[\n    1 # one\n  , 2 # two\n  , 3\n]", 1, 0, "[\n    1 # one\n  , 3\n]" },
    { "[\n    1 # one\n  , 2 # two\n  , 3\n]", 2, 0, "[\n    1 # one\n  , 2 # two\n]" },
    { "[ 1 # one\n, 2 # two\n]", 0, 0, "[ 2 # two\n]" },
    { "[ 1 # one\n, 2, # two\n]", 1, 0, "[ 1, # one\n]" },
  };
  static const Case moves[] = {
    { "[\n    1 # one\n  , 2 # two\n  , 3\n]", 2, 1, "[\n    1 # one\n  , 3\n  , 2 # two\n]" },
    { "[\n    1 # one\n  , 2 # two\n  , 3\n]", 1, 2, "[\n    1 # one\n  , 3\n  , 2 # two\n]" },
  };

  check_cases (removals, G_N_ELEMENTS (removals), remove_element);
  check_cases (moves, G_N_ELEMENTS (moves), move_element);
}

static void
test_element_moves_on_its_line (void)
{
  static const Case cases[] = {
    { "[ \"a\", \"b\" ]", 1, 0, "[ \"b\", \"a\" ]" },
    { "[ \"a\", \"b\" ]", 0, 1, "[ \"b\", \"a\" ]" },
    { "[1,2,3,]", 2, 0, "[3,1,2,]" },
    { "[1,2,3,]", 0, 2, "[2,3,1,]" },
    { "[1 , 2 , 3]  # all", 2, 1, "[1 , 3 , 2]  # all" },
    { "[1, 2, 3]", 1, 1, "[1, 2, 3]" },
    { "[\n  1, 2, # both\n  3, 4\n]", 3, 0, "[\n  4, 1, 2, # both\n  3\n]" },
    { "[\n  1, 2, # both\n  3, 4\n]", 0, 3, "[\n  2, # both\n  3, 4, 1\n]" },
    { "[{ a = [1] }, [[2], [3]]]", 1, 0, "[[[2], [3]], { a = [1] }]" },
  };

  check_cases (cases, G_N_ELEMENTS (cases), move_element);
}

static void
test_element_moves_with_its_line_and_its_comments (void)
{
  static const Case cases[] = {
    { "[\n  1, # one\n  2, # two\n  # three\n  3, # 3\n]", 2, 0, "[\n  # three\n  3, # 3\n  1, # one\n  2, # two\n]" },
    { "[\n  1, # one\n  2, # two\n  # three\n  3  # 3\n]", 2, 0, "[\n  # three\n  3,  # 3\n  1, # one\n  2 # two\n]" },
    { "[\n  1, # one\n  2  # two\n]", 0, 1, "[\n  2,  # two\n  1 # one\n]" },
    { "[\n  # head\n\n  # one\n  1,\n\n  2\n  # end\n]", 1, 0, "[\n  # head\n\n  2,\n  # one\n  1\n\n  # end\n]" },
    { "[ 1,   # one\n  2 ]", 1, 0, "[ 2,\n  1   # one\n]" },
    { "[ 1,   # one\n  2 ]", 0, 1, "[ 2,\n  1   # one\n]" },
    { "[ 1,\n  # two\n  2 ]", 1, 0, "[\n  # two\n  2,\n  1 ]" },
    { "[\n  # ours\n  1, 2,\n  3, # three\n]", 2, 0, "[\n  3, # three\n  # ours\n  1, 2,\n]" },
    { "[\n  1, 2, 3,\n  4, # four\n]", 3, 1, "[\n  1,\n  4, # four\n  2, 3,\n]" },
    { "[\n  1, # one\n  2, 3\n]", 2, 0, "[\n  3,\n  1, # one\n  2\n]" },
    { "[\n  1, # one\n  2, 3 # both\n]", 0, 2, "[\n  2, 3, # both\n  1 # one\n]" },
  };

  check_cases (cases, G_N_ELEMENTS (cases), move_element);
}

static void
test_string_is_appended_as_the_last_element_is (void)
{
  static const Case cases[] = {
    { "[]", 0, 0, "[\"z\"]" },
    { "[1]", 0, 0, "[1, \"z\"]" },
    { "[1,2,]", 0, 0, "[1,2,\"z\",]" },
    { "[\n  1, # one\n]", 0, 0, "[\n  1, # one\n  \"z\",\n]" },
    { "[\n  1 # one\n]", 0, 0, "[\n  1, # one\n  \"z\"\n]" },
    { "[\n    1\n  , 2\n]", 0, 0, "[\n    1\n  , 2\n  , \"z\"\n]" },
    { "[ 1,\n  2 ]", 0, 0, "[ 1,\n  2,\n  \"z\" ]" },
    { "[\n  1, 2, # both\n]", 0, 0, "[\n  1, 2, \"z\", # both\n]" },
  };

  check_cases (cases, G_N_ELEMENTS (cases), append_element);
}

static void
test_failing_edit_changes_nothing (void)
{
  static const char text[] = "a = [1, 2]\nb = 'x'\nt = { a = 1 }\n[[c]]\n";
  static const struct
  {
    const char *path[3];
    guint index;
    guint to;
    TomlError code;
  } cases[] = {
    { { "a" }, 2, 0, TOML_ERROR_NOT_FOUND },   { { "a" }, G_MAXUINT, 0, TOML_ERROR_NOT_FOUND },
    { { "b" }, 0, 0, TOML_ERROR_TYPE },        { { "c" }, 0, 0, TOML_ERROR_TYPE },
    { { "t" }, 0, 0, TOML_ERROR_TYPE },        { { "b", "a" }, 0, 0, TOML_ERROR_TYPE },
    { { "d" }, 0, 0, TOML_ERROR_NOT_FOUND },   { { "t", "b" }, 0, 0, TOML_ERROR_NOT_FOUND },
    { { "\xff" }, 0, 0, TOML_ERROR_ENCODING },
  };
  g_autoptr (TomlDocument) document = parse (text);
  g_autofree char *got = NULL;
  GError *error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_false (toml_document_remove_element (document, cases[i].path, cases[i].index, &error));
      g_assert_error (error, TOML_ERROR, (int) cases[i].code);
      g_clear_error (&error);
      g_assert_false (toml_document_move_element (document, cases[i].path, cases[i].index, cases[i].to, &error));
      g_assert_error (error, TOML_ERROR, (int) cases[i].code);
      g_clear_error (&error);
    }
  g_assert_false (toml_document_move_element (document, path, 0, 2, &error));
  g_assert_error (error, TOML_ERROR, TOML_ERROR_NOT_FOUND);
  g_clear_error (&error);
  got = toml_document_to_text (document, NULL);
  g_assert_cmpstr (got, ==, text);
}

/* ---- whatever the layout ---- */

static const char *
pick (const char *const *pieces, guint n)
{
  return pieces[g_test_rand_int_range (0, (gint32) n)];
}

#define PICK(...) pick ((const char *const[]){ __VA_ARGS__ }, G_N_ELEMENTS (((const char *const[]){ __VA_ARGS__ })))

/* Blanks, ends of lines and comments, as they may stand between any two tokens of an array. */
static void
append_space (GString *text)
{
  for (int n = g_test_rand_int_range (0, 3); n > 0; n--)
    g_string_append (text, PICK ("", " ", "  ", "\t", "\n", "\n  ", " # c, ]\n", "\n  # d [\n", "\n\n", "\r\n "));
}

static char *
random_array (guint n)
{
  g_autoptr (GString) text = g_string_new ("[");

  append_space (text);
  for (guint i = 0; i < n; i++)
    {
      g_string_append_printf (text, PICK ("\"%u\"", "'%u'", "'''%u'''", "\"\"\"\\\n  %u\"\"\""), i);
      append_space (text);
      if (i + 1 < n || g_test_rand_bit ())
        {
          g_string_append_c (text, ',');
          append_space (text);
        }
    }
  g_string_append_c (text, ']');
  return g_strdup (text->str);
}

static void
check_elements (TomlDocument *document, const guint *expected, guint n, const char *before)
{
  TomlNode *array = toml_table_get (toml_table_get (toml_document_get_root (document), "t"), "a");
  g_autofree char *after = toml_document_to_text (document, NULL);

  g_test_message ("%s\n=>\n%s", before, after);
  g_assert_cmpuint (toml_array_get_length (array), ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *value = g_strdup_printf ("%u", expected[i]);

      g_assert_cmpstr (toml_node_get_string (toml_array_get (array, i)), ==, value);
    }
}

/* Of an array of numbers in quotes. */
static gboolean
ends_in_comma (const char *array, gsize length)
{
  char last = '\0';

  for (gsize i = 0; i + 1 < length; i++)
    {
      if (array[i] == '#')
        i += strcspn (array + i, "\n");
      if (strchr (" \t\r\n", array[i]) == NULL)
        last = array[i];
    }
  return last == ',';
}

static guint
count (const char *text, const char *what)
{
  g_auto (GStrv) parts = g_strsplit (text, what, -1);

  return g_strv_length (parts) - 1;
}

static void
check_random_edit (guint n)
{
  static const char *const nested[] = { "t", "a", NULL };
  guint index = (guint) g_test_rand_int_range (0, (gint32) n), to = (guint) g_test_rand_int_range (0, (gint32) n);
  gboolean removing = g_test_rand_bit ();
  g_autofree char *array = random_array (n);
  const char *head = PICK ("", "\xef\xbb\xbf", "# [ \"0\" ]\n\n", "x = [ 1 ]\r\n"), *start = "t = { b = 1, a = ";
  const char *end = PICK ("}", " } # it, [\n", ", c = [] }\r\n[u]\n");
  g_autofree char *before = g_strconcat (head, start, array, end, NULL);
  g_autofree char *prefix = g_strconcat (head, start, "[", NULL);
  g_autofree char *suffix = g_strconcat ("]", end, NULL);
  g_autoptr (TomlDocument) document = parse (before);
  g_autofree char *after = NULL;
  guint expected[8], length = 0;
  GError *error = NULL;

  for (guint i = 0; i < n; i++)
    if (i != index)
      expected[length++] = i;
  if (!removing)
    {
      memmove (expected + to + 1, expected + to, (length - to) * sizeof *expected);
      expected[to] = index;
      length++;
    }
  if (removing)
    toml_document_remove_element (document, nested, index, &error);
  else
    toml_document_move_element (document, nested, index, to, &error);
  g_assert_no_error (error);
  check_elements (document, expected, length, before);
  after = toml_document_to_text (document, NULL);
  g_assert_true (g_str_has_prefix (after, prefix));
  g_assert_true (g_str_has_suffix (after, suffix));
  if (length > 0)
    g_assert_cmpint (ends_in_comma (after + strlen (prefix), strlen (after) - strlen (prefix) - strlen (suffix) + 1),
                     ==, ends_in_comma (array + 1, strlen (array) - 1));
  /* No comment is lost when an element moves; a removed one takes its own only. */
  if (!removing)
    {
      g_assert_cmpuint (count (after, "# c, ]"), ==, count (before, "# c, ]"));
      g_assert_cmpuint (count (after, "# d ["), ==, count (before, "# d ["));
    }
}

static void
test_any_layout_keeps_values_and_every_byte_around (void)
{
  for (int i = 0; i < 5000; i++)
    check_random_edit ((guint) g_test_rand_int_range (1, 6));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/toml/array/element-of-one-line-is-removed", test_element_of_one_line_is_removed);
  g_test_add_func ("/toml/array/element-goes-with-its-line-and-its-comments",
                   test_element_goes_with_its_line_and_its_comments);
  g_test_add_func ("/toml/array/element-at-a-bracket-is-removed", test_element_at_a_bracket_is_removed);
  g_test_add_func ("/toml/array/comment-at-a-line-of-several-stays", test_comment_at_a_line_of_several_stays);
  g_test_add_func ("/toml/array/commas-in-front-are-kept-in-front", test_commas_in_front_are_kept_in_front);
  g_test_add_func ("/toml/array/element-moves-on-its-line", test_element_moves_on_its_line);
  g_test_add_func ("/toml/array/element-moves-with-its-line-and-its-comments",
                   test_element_moves_with_its_line_and_its_comments);
  g_test_add_func ("/toml/array/string-is-appended-as-the-last-element-is",
                   test_string_is_appended_as_the_last_element_is);
  g_test_add_func ("/toml/array/failing-edit-changes-nothing", test_failing_edit_changes_nothing);
  g_test_add_func ("/toml/array/any-layout-keeps-values-and-every-byte-around",
                   test_any_layout_keeps_values_and_every_byte_around);
  return g_test_run ();
}
