/* SPDX-License-Identifier: MIT */
/*
 * The file is in WAL mode, so that who reads and who writes do not wait for each other. A commit is not synced: after a
 * power failure the last ones may be missing, and the indexer finds what they held.
 */
#include "database.h"

#include "tokenizer.h"

#include <glib/gstdio.h>

#define BUSY_MSEC 5000
/* Steps of SQLite's machine between two looks at the clock. */
#define PROGRESS_STEPS 10000

#define SCHEMA_VERSION 2

static const char schema[] =
    "CREATE TABLE folder (id INTEGER PRIMARY KEY, mailbox TEXT NOT NULL, name TEXT NOT NULL,"
    " stamp INTEGER NOT NULL DEFAULT 0, UNIQUE (mailbox, name));"
    "CREATE TABLE message (id INTEGER PRIMARY KEY, folder INTEGER NOT NULL, stem TEXT NOT NULL,"
    " stamp INTEGER NOT NULL, UNIQUE (folder, stem));"
    "CREATE VIRTUAL TABLE text USING fts5 (marks, sender, recipients, subject, attachment, body,"
    " tokenize = \"" SEARCH_TOKENIZER " remove_diacritics 2\");"
    "PRAGMA user_version = " G_STRINGIFY (SCHEMA_VERSION) ";";

struct _SearchDatabase
{
  sqlite3 *db;
  gint64 deadline;
  GHashTable *statements; /* SQL -> sqlite3_stmt */
};

static gboolean
set_error (SearchDatabase *self, const char *what, GError **error)
{
  int code = self->db != NULL ? sqlite3_errcode (self->db) & 0xff : SQLITE_NOMEM;
  const char *words = self->db != NULL ? sqlite3_errmsg (self->db) : "out of memory";

  if (code == SQLITE_INTERRUPT)
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_TEMPORARY, "this takes too long to find; name a mailbox, or since when");
  else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, "%s: the index is damaged: %s", what, words);
  else if (code == SQLITE_FULL)
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_NO_SPACE, "%s: %s", what, words);
  else
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "%s: %s", what, words);
  return FALSE;
}

/* ---- statements ---- */

static sqlite3_stmt *
get_statement (SearchDatabase *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);

  if (statement != NULL)
    return statement;
  if (sqlite3_prepare_v3 (self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
    {
      set_error (self, "the index failed", error);
      return NULL;
    }
  g_hash_table_insert (self->statements, g_strdup (sql), statement);
  return statement;
}

static sqlite3_stmt *
prepare (SearchDatabase *self, GError **error, const char *sql, const char *types, va_list args)
{
  sqlite3_stmt *statement = get_statement (self, sql, error);

  for (int i = 0; statement != NULL && types[i] != '\0'; i++)
    if (types[i] == 's')
      sqlite3_bind_text (statement, i + 1, va_arg (args, const char *), -1, SQLITE_STATIC);
    else
      sqlite3_bind_int64 (statement, i + 1, va_arg (args, gint64));
  return statement;
}

sqlite3_stmt *
search_database_prepare (SearchDatabase *self, GError **error, const char *sql, const char *types, ...)
{
  sqlite3_stmt *statement;
  va_list args;

  va_start (args, types);
  statement = prepare (self, error, sql, types, args);
  va_end (args);
  return statement;
}

gboolean
search_database_step (SearchDatabase *self, sqlite3_stmt *statement, gboolean *row, GError **error)
{
  int result = sqlite3_step (statement);

  *row = result == SQLITE_ROW;
  if (result == SQLITE_ROW)
    return TRUE;
  if (result != SQLITE_DONE)
    set_error (self, "the index failed", error);
  search_database_finish (statement);
  return result == SQLITE_DONE;
}

void
search_database_finish (sqlite3_stmt *statement)
{
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
}

gboolean
search_database_run (SearchDatabase *self, GError **error, const char *sql, const char *types, ...)
{
  sqlite3_stmt *statement;
  gboolean row, done;
  va_list args;

  va_start (args, types);
  statement = prepare (self, error, sql, types, args);
  va_end (args);
  done = statement != NULL && search_database_step (self, statement, &row, error);
  if (done && row)
    search_database_finish (statement);
  return done;
}

gint64
search_database_get_changed_id (SearchDatabase *self)
{
  return sqlite3_last_insert_rowid (self->db);
}

static int
on_progress (void *data)
{
  const SearchDatabase *self = data;

  return g_get_monotonic_time () > self->deadline;
}

void
search_database_set_deadline (SearchDatabase *self, gint64 deadline)
{
  self->deadline = deadline;
  sqlite3_progress_handler (self->db, deadline != 0 ? PROGRESS_STEPS : 0, on_progress, self);
}

/* ---- opening ---- */

static gboolean
execute (SearchDatabase *self, const char *sql, GError **error)
{
  return sqlite3_exec (self->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
         set_error (self, "the index cannot be opened", error);
}

static gboolean
read_number (SearchDatabase *self, const char *sql, gint64 *number, GError **error)
{
  sqlite3_stmt *statement = search_database_prepare (self, error, sql, "");
  gboolean row;

  *number = 0;
  if (statement == NULL || !search_database_step (self, statement, &row, error))
    return FALSE;
  if (row)
    *number = sqlite3_column_int64 (statement, 0);
  if (row)
    search_database_finish (statement);
  return TRUE;
}

/* In one transaction, so that there are all tables or none. */
static gboolean
set_up (SearchDatabase *self, GError **error)
{
  gint64 version, n_tables;

  if (!read_number (self, "PRAGMA user_version", &version, error) ||
      !read_number (self, "SELECT count(*) FROM sqlite_master", &n_tables, error))
    return FALSE;
  if (version == SCHEMA_VERSION)
    return TRUE;
  if (version == 0 && n_tables == 0)
    return execute (self, "BEGIN IMMEDIATE", error) && execute (self, schema, error) && execute (self, "COMMIT", error);
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, "the index is of version %" G_GINT64_FORMAT " instead of %d",
               version, SCHEMA_VERSION);
  return FALSE;
}

static void
finalize_statement (gpointer statement)
{
  sqlite3_finalize (statement);
}

/* WAL is a property of the file; to ask for it again would need a lock. What is trusted no more than the mail that it
 * came from has no say in what is done with it. */
static const char *
get_set_up (SearchAccess access)
{
  switch (access)
    {
    case SEARCH_ACCESS_READ:
      return "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON";
    case SEARCH_ACCESS_WRITE:
      return "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384; PRAGMA "
             "trusted_schema = OFF;"
             "PRAGMA cell_size_check = ON";
    case SEARCH_ACCESS_MEMORY:
    default:
      return "PRAGMA journal_mode = OFF; PRAGMA temp_store = MEMORY";
    }
}

SearchDatabase *
search_database_open (const char *path, SearchAccess access, GError **error)
{
  g_autoptr (SearchDatabase) self = g_new0 (SearchDatabase, 1);
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (access != SEARCH_ACCESS_READ ? SQLITE_OPEN_CREATE : 0);
  const char *name = access != SEARCH_ACCESS_MEMORY ? path : ":memory:";

  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, finalize_statement);
  if (sqlite3_open_v2 (name, &self->db, flags, NULL) != SQLITE_OK)
    {
      set_error (self, name, error);
      return NULL;
    }
  sqlite3_busy_timeout (self->db, BUSY_MSEC);
  if (!search_tokenizer_register (self->db))
    {
      g_set_error_literal (error, AIMX_ERROR, AIMX_ERROR_IO, "SQLite has no full-text search (FTS5)");
      return NULL;
    }
  if (!execute (self, get_set_up (access), error) || !set_up (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
search_database_free (SearchDatabase *self)
{
  g_hash_table_unref (self->statements);
  sqlite3_close_v2 (self->db);
  g_free (self);
}

void
search_database_remove (const char *path)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *file = g_strconcat (path, suffixes[i], NULL);

      g_unlink (file);
    }
}
