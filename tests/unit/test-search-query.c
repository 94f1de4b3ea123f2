/* SPDX-License-Identifier: MIT */
/* What people type, and what SQLite finds by it. */
#include "search/database.h"
#include "search/query.h"

#include <aimx/error.h>

/* Messages by their letters: sender, recipients, subject, attachment, body. */
static const char *const messages[][6] = {
  { "Ann <ann@example.com>", "info@agents.test", "Invoice for March", "invoice.pdf", "Pay net 30 days please" },
  { "bob@example.org", "info@agents.test", "Café menu", "", "Crème brûlée, 30 net; INVOICE follows" },
  { "Cy OR Dee <cy@example.com>", "sales@agents.test", "not a draft", "", "order 42-17 AND more; Straße 日本語 text" },
};

static SearchDatabase *
fill_index (void)
{
  g_autoptr (GError) error = NULL;
  SearchDatabase *index = search_database_open (NULL, SEARCH_ACCESS_MEMORY, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    g_assert_true (
        search_database_run (index, &error, "INSERT INTO text VALUES ('all inbox f1 unread bare', ?1, ?2, ?3, ?4, ?5)",
                             "sssss", messages[i][0], messages[i][1], messages[i][2], messages[i][3], messages[i][4]));
  return index;
}

/* (transfer full): letters of the messages that @expression finds. */
static char *
find (SearchDatabase *index, const char *expression)
{
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement =
      search_database_prepare (index, &error, "SELECT rowid FROM text WHERE text MATCH ?1 ORDER BY rowid", "s",
                               expression);
  GString *found = g_string_new (NULL);
  gboolean row = TRUE;

  while (row)
    {
      if (!search_database_step (index, statement, &row, &error))
        g_error ("%s: %s", expression, error->message);
      if (row)
        g_string_append_c (found, (char) ('a' + sqlite3_column_int (statement, 0) - 1));
    }
  return g_string_free (found, FALSE);
}

static void
assert_finds (SearchDatabase *index, const char *query, const char *field, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *expression = search_query_translate (query, field, &error);
  g_autofree char *found = NULL;

  g_assert_no_error (error);
  found = find (index, expression);
  if (!g_str_equal (found, expected))
    g_error ("'%s' finds '%s' instead of '%s' by %s", query, found, expected, expression);
}

static void
test_queries_find_what_they_say (void)
{
  static const struct
  {
    const char *query;
    const char *found;
  } cases[] = {
    { "invoice", "ab" },
    { "INVOICE", "ab" },
    { "invoice march", "a" },
    { "invoice AND march", "a" },
    { "cafe", "b" },
    { "creme BRULEE", "b" },
    { "\"net 30\"", "a" },
    { "\"30 net\"", "b" },
    { "\"net 3\"*", "a" },
    { "inv*", "ab" },
    { "inv", "" },
    { "march OR menu", "ab" },
    { "march OR menu OR order", "abc" },
    { "invoice -march", "b" },
    { "invoice NOT march", "b" },
    { "invoice AND NOT march", "b" },
    { "-invoice", "c" },
    { "-march -menu", "c" },
    { "-\"net 30\"", "bc" },
    { "-(march OR menu)", "c" },
    { "invoice (march OR menu)", "ab" },
    { "invoice -(march OR menu)", "" },
    { "(invoice march) OR order", "ac" },
    { "from:ann", "a" },
    { "From:ann", "a" },
    { "subject:invoice", "a" },
    { "body:invoice", "b" },
    { "attachment:invoice", "a" },
    { "to:sales", "c" },
    { "subject:(march OR menu)", "ab" },
    { "subject:\"for march\"", "a" },
    { "subject:inv*", "a" },
    { "-subject:invoice", "bc" },
    { "from:example.com -from:ann", "c" },
    { "ann@example.com", "a" },
    { "example.com", "ac" },
    { "42-17", "c" },
    { "17-42", "" },
    { "\"or\" cy", "c" },
    { "or", "c" },
    { "and", "c" },
    { "\"NOT\"", "c" },
    { "unknown:ann", "" },
    { "http://x", "" },
    { "日本語", "c" },
    { "straße", "c" },
    { "  invoice \t march ", "a" },
    { "menu\"30 net\"", "b" },
    { "a:b:c", "" },
    { "invoice - march", "a" },
    { "— invoice & march!", "a" },
    { "invoice -!", "ab" },
    { "subject:! menu", "b" },
    /* What FTS5 has, and people cannot reach. */
    { "marks:unread", "" },
    { "unread", "" },
    { "f1", "" },
    { "invoice NEAR march", "" },
    { "'; DROP TABLE text; --x", "" },
    { "^invoice", "ab" },
    { "{subject}:invoice", "" },
    { "invoice+march", "" },
  };
  g_autoptr (SearchDatabase) index = fill_index ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_finds (index, cases[i].query, NULL, cases[i].found);
}

static void
test_a_field_can_be_given_for_the_whole (void)
{
  g_autoptr (SearchDatabase) index = fill_index ();
  g_autoptr (GError) error = NULL;

  assert_finds (index, "ann OR cy", "from", "ac");
  assert_finds (index, "-ann", "from", "bc");
  assert_finds (index, "invoice", "subject", "a");
  g_assert_null (search_query_translate ("subject:x", "from", &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_MALFORMED);
}

static void
test_what_cannot_be_read_is_said (void)
{
  static const char *const cases[][2] = {
    { "", "missing" },
    { "  ", "missing" },
    { "\"open", "not closed" },
    { "(a", "not closed" },
    { "a)", "closes nothing" },
    { "()€", "before ')'" },
    { "a OR", "missing at its end" },
    { "OR a", "before 'OR'" },
    { "a AND", "AND" },
    { "AND a", "before 'AND'" },
    { "NOT", "follows NOT" },
    { "a NOT", "follows NOT" },
    { "a AND OR b", "AND" },
    { "\"\"", "needs a word" },
    { "!?", "needs a word" },
    { "*", "needs a word" },
    { "- !", "needs a word" },
    { "-", "needs a word" },
    { "subject:", "subject:" },
    { "subject: x", "subject:" },
    { "a NOT NOT b", "NOT" },
    { "a -OR", "follows NOT" },
    { "subject:from:x", NULL },
    { "subject:(from:x)", "inside" },
    { "\xff", "UTF-8" },
    { "💩", "needs a word" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *expression = search_query_translate (cases[i][0], NULL, &error);

      if (cases[i][1] == NULL)
        {
          g_assert_no_error (error);
          continue;
        }
      if (expression != NULL || !g_error_matches (error, AIMX_ERROR, AIMX_ERROR_MALFORMED) ||
          strstr (error->message, cases[i][1]) == NULL)
        g_error ("'%s': %s", cases[i][0], error != NULL ? error->message : expression);
    }
}

/* As deep, and with as many words, as a query may be. */
static char *
make_query (guint depth, guint terms)
{
  GString *query = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append (query, "a OR b -subject:c -(");
  g_string_append (query, "e");
  for (guint i = 3 * depth + 1; i < terms; i++)
    g_string_append (query, i % 2 == 0 ? " f*" : " OR f*");
  for (guint i = 0; i < depth; i++)
    g_string_append_c (query, ')');
  return g_string_free (query, FALSE);
}

static void
test_limits_are_inside_of_those_of_sqlite (void)
{
  g_autoptr (SearchDatabase) index = fill_index ();
  g_autofree char *largest = make_query (SEARCH_QUERY_DEPTH_MAX, SEARCH_QUERY_TERMS_MAX);
  g_autofree char *too_deep = make_query (SEARCH_QUERY_DEPTH_MAX + 1, 0);
  g_autofree char *too_long = make_query (1, SEARCH_QUERY_TERMS_MAX + 1);
  g_autofree char *expression = search_query_translate (largest, NULL, NULL);
  g_autofree char *inner =
      g_strdup_printf ("(marks : \"f1\" OR marks : \"f2\") AND (marks : \"all\") AND (%s)", expression);
  g_autofree char *found = NULL;

  g_assert_nonnull (expression);
  found = find (index, inner);
  g_assert_null (search_query_translate (too_deep, NULL, NULL));
  g_assert_null (search_query_translate (too_long, NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/search-query/queries-find-what-they-say", test_queries_find_what_they_say);
  g_test_add_func ("/search-query/a-field-can-be-given-for-the-whole", test_a_field_can_be_given_for_the_whole);
  g_test_add_func ("/search-query/what-cannot-be-read-is-said", test_what_cannot_be_read_is_said);
  g_test_add_func ("/search-query/limits-are-inside-of-those-of-sqlite", test_limits_are_inside_of_those_of_sqlite);
  return g_test_run ();
}
