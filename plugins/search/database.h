/* SPDX-License-Identifier: MIT */
/*
 * A connection to the index: opening it, its tables, and statements, which are prepared once. One thread at a time.
 *
 *   folder   one row a folder of a mailbox, with the stamp that it had when all of it was in the index
 *   message  one row a message; its id is made of its date and its name, so that ids are in the order of dates
 *   text     what is searched, under the same ids. Its column `marks` holds tokens that say where the message is and
 * how it is: `all`; `inbox` or `sent`; `f<id of the folder>`; `read` or `unread`; `attached` or `bare`. So one look-up
 * finds the words, whose they are, and in which state
 */
#pragma once

#include <aimx/aimx.h>
#include <sqlite3.h>

G_BEGIN_DECLS

typedef struct _SearchDatabase SearchDatabase;

/**
 * SearchAccess:
 * @SEARCH_ACCESS_READ: an index that is there; waits for nobody who writes
 * @SEARCH_ACCESS_WRITE: makes it when it is missing; one connection at a time
 * @SEARCH_ACCESS_MEMORY: a new one, in no file
 */
typedef enum
{
  SEARCH_ACCESS_READ,
  SEARCH_ACCESS_WRITE,
  SEARCH_ACCESS_MEMORY,
} SearchAccess;

/**
 * search_database_open:
 * @path: (nullable): the file
 * @access: what for
 * @error: return location
 *
 * Opens the index. What is no index of this version is %AIMX_ERROR_CONFLICT.
 *
 * Returns: (transfer full) (nullable): a connection
 */
SearchDatabase *search_database_open (const char *path, SearchAccess access, GError **error);
/** search_database_free: closes it */
void search_database_free (SearchDatabase *self);
/** search_database_remove: deletes the files of the index at @path */
void search_database_remove (const char *path);

/**
 * search_database_prepare:
 * @self: the connection
 * @error: return location
 * @sql: a statement, made of constants alone
 * @types: one letter a parameter: `s` a string, maybe %NULL, that outlives the statement's use; `i` a gint64
 * @...: parameters
 *
 * Returns: (transfer none) (nullable): the statement, ready to be stepped
 */
sqlite3_stmt *search_database_prepare (SearchDatabase *self, GError **error, const char *sql, const char *types, ...);
/** search_database_step: @row: (out): whether there is one; at the end and after an error the statement is reset. What
 * says that the file is damaged is %AIMX_ERROR_CONFLICT, what was interrupted %AIMX_ERROR_TEMPORARY */
gboolean search_database_step (SearchDatabase *self, sqlite3_stmt *statement, gboolean *row, GError **error);
/** search_database_finish: done with a statement */
void search_database_finish (sqlite3_stmt *statement);
/** search_database_run: runs a statement for what it changes; arguments as for search_database_prepare() */
gboolean search_database_run (SearchDatabase *self, GError **error, const char *sql, const char *types, ...);
/** search_database_get_changed_id: Returns: the id of the row inserted last */
gint64 search_database_get_changed_id (SearchDatabase *self);
/** search_database_set_deadline: interrupts statements after @deadline, monotonic microseconds; 0 for never */
void search_database_set_deadline (SearchDatabase *self, gint64 deadline);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SearchDatabase, search_database_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, search_database_finish)

G_END_DECLS
