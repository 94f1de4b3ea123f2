/* SPDX-License-Identifier: MIT */
/* Any bytes are a query or not, and no query is an error of SQLite's; any bytes are a text, and what is shown of one
 * that is UTF-8 is too. */
#include "search/database.h"
#include "search/query.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (SearchDatabase *index, const char *query, const char *field)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *expression = search_query_translate (query, field, &error);
  g_autoptr (sqlite3_stmt) statement = NULL;
  gboolean row;

  if (expression == NULL)
    {
      g_assert_error (error, AIMX_ERROR, AIMX_ERROR_MALFORMED);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return;
    }
  statement = search_database_prepare (index, &error,
                                       "SELECT snippet (text, 5, '[', ']', '', 16) FROM text WHERE text MATCH ?1", "s",
                                       expression);
  g_assert_nonnull (statement);
  g_assert_true (search_database_step (index, statement, &row, &error));
  g_assert_no_error (error);
  if (row)
    g_assert_true (g_utf8_validate ((const char *) sqlite3_column_text (statement, 0), -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *query = g_strndup ((const char *) data, size);
  g_autoptr (SearchDatabase) index = search_database_open (NULL, SEARCH_ACCESS_MEMORY, NULL);

  g_assert_true (
      search_database_run (index, NULL, "INSERT INTO text VALUES ('all', 'a', 'b', 'c', 'd', ?1)", "s", query));
  check (index, query, NULL);
  check (index, query, "from");
  return 0;
}
