/* SPDX-License-Identifier: MIT */
/*
 * The index is written by one connection. Whatever it says may be behind the mail store, never the other way round: a
 * message is read after its file was there, and its stamp is that of the bytes that were read.
 */
#include "index.h"

#include "entry.h"

#include <string.h>

#define ID_MASK ((G_GINT64_CONSTANT (1) << SEARCH_ID_BITS) - 1)

const AimxFolder search_folders[SEARCH_N_FOLDERS] = { AIMX_FOLDER_INBOX, AIMX_FOLDER_SENT };

gint64
search_id_first (gint64 seconds)
{
  return CLAMP (seconds, 0, SEARCH_SECONDS_MAX) << SEARCH_ID_BITS;
}

gint64
search_id_last (gint64 seconds)
{
  return search_id_first (seconds) | ID_MASK;
}

gboolean
search_index_begin (SearchDatabase *self, GError **error)
{
  return search_database_run (self, error, "BEGIN IMMEDIATE", "");
}

gboolean
search_index_commit (SearchDatabase *self, GError **error)
{
  return search_database_run (self, error, "COMMIT", "");
}

void
search_index_roll_back (SearchDatabase *self)
{
  search_database_run (self, NULL, "ROLLBACK", "");
}

/* ---- folders ---- */

gboolean
search_index_find_folder (SearchDatabase *self,
                          const char *mailbox,
                          AimxFolder folder,
                          gint64 *id,
                          guint64 *stamp,
                          GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      search_database_prepare (self, error, "SELECT id, stamp FROM folder WHERE mailbox = ?1 AND name = ?2", "ss",
                               mailbox, aimx_folder_get_name (folder));
  gboolean row;

  *id = 0;
  if (statement == NULL || !search_database_step (self, statement, &row, error))
    return FALSE;
  if (row)
    *id = sqlite3_column_int64 (statement, 0);
  if (stamp != NULL)
    *stamp = row ? (guint64) sqlite3_column_int64 (statement, 1) : 0;
  return TRUE;
}

static gboolean
make_folder (SearchDatabase *self, const char *mailbox, AimxFolder folder, gint64 *id, GError **error)
{
  if (!search_database_run (self, error, "INSERT INTO folder (mailbox, name) VALUES (?1, ?2)", "ss", mailbox,
                            aimx_folder_get_name (folder)))
    return FALSE;
  *id = search_database_get_changed_id (self);
  return TRUE;
}

static gboolean
set_stamp (SearchDatabase *self, gint64 folder, guint64 stamp, GError **error)
{
  return search_database_run (self, error, "UPDATE folder SET stamp = ?1 WHERE id = ?2", "ii", (gint64) stamp, folder);
}

/* ---- one message ---- */

/* FNV-1a: equal for equal names, wherever and whenever it is computed. */
static gint64
digest (const char *mailbox, AimxFolder folder, const char *stem)
{
  g_autofree char *name = g_strjoin ("/", mailbox, aimx_folder_get_name (folder), stem, NULL);
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (const char *at = name; *at != '\0'; at++)
    hash = (hash ^ (guchar) *at) * G_GUINT64_CONSTANT (0x100000001b3);
  return (gint64) (hash ^ hash >> 32) & ID_MASK;
}

/* @id: (out): 0 when there is none. */
static gboolean
find_message (SearchDatabase *self, gint64 folder, const char *stem, gint64 *id, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      search_database_prepare (self, error, "SELECT id FROM message WHERE folder = ?1 AND stem = ?2", "is", folder,
                               stem);
  gboolean row;

  *id = 0;
  if (statement == NULL || !search_database_step (self, statement, &row, error))
    return FALSE;
  if (row)
    *id = sqlite3_column_int64 (statement, 0);
  return TRUE;
}

/* The first id from @wanted on that nobody has, in the same second. */
static gboolean
find_free_id (SearchDatabase *self, gint64 wanted, gint64 *id, GError **error)
{
  gboolean row = TRUE;

  for (*id = wanted; row; *id = row ? (*id & ~ID_MASK) | ((*id + 1) & ID_MASK) : *id)
    {
      g_autoptr (sqlite3_stmt) statement =
          search_database_prepare (self, error, "SELECT 1 FROM message WHERE id = ?1", "i", *id);

      if (statement == NULL || !search_database_step (self, statement, &row, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
remove_id (SearchDatabase *self, gint64 id, GError **error)
{
  return search_database_run (self, error, "DELETE FROM text WHERE rowid = ?1", "i", id) &&
         search_database_run (self, error, "DELETE FROM message WHERE id = ?1", "i", id);
}

static char *
make_marks (gint64 folder_id, AimxFolder folder, const SearchEntry *entry)
{
  return g_strdup_printf ("all %s f%" G_GINT64_FORMAT " %s %s", aimx_folder_get_name (folder), folder_id,
                          entry->read ? "read" : "unread", entry->attached ? "attached" : "bare");
}

static gboolean
insert (SearchDatabase *self,
        gint64 id,
        gint64 folder_id,
        const char *stem,
        const char *marks,
        const SearchEntry *entry,
        AimxStoredMessage *message,
        GError **error)
{
  return search_database_run (self, error, "INSERT INTO message (id, folder, stem, stamp) VALUES (?1, ?2, ?3, ?4)",
                              "iisi", id, folder_id, stem, (gint64) aimx_stored_message_get_stamp (message)) &&
         search_database_run (self, error,
                              "INSERT INTO text (rowid, marks, sender, recipients, subject, attachment, body)"
                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                              "issssss", id, marks, entry->sender, entry->recipients, entry->subject,
                              entry->attachments, aimx_stored_message_get_body (message));
}

static gboolean
forget_message (SearchDatabase *self, gint64 folder_id, const char *stem, GError **error)
{
  gint64 id;

  return find_message (self, folder_id, stem, &id, error) && (id == 0 || remove_id (self, id, error));
}

gboolean
search_index_update (SearchDatabase *self,
                     AimxMailStore *mail,
                     const char *mailbox,
                     AimxFolder folder,
                     const char *stem,
                     GError **error)
{
  g_auto (SearchEntry) entry = { 0 };
  g_autoptr (AimxStoredMessage) message = NULL;
  g_autofree char *marks = NULL;
  g_autoptr (GError) why = NULL;
  gint64 folder_id, id;

  message = aimx_mail_store_read_message (mail, mailbox, folder, stem, SEARCH_BODY_MAX, &why);
  /* What cannot be read is not there to be found; the next look at the folder tries again. */
  if (message == NULL && !g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_MAILBOX, mailbox, "MESSAGE", "a message is not indexed: %s", why->message);
  if (!search_index_find_folder (self, mailbox, folder, &folder_id, NULL, error) ||
      (folder_id != 0 && !forget_message (self, folder_id, stem, error)))
    return FALSE;
  if (message == NULL)
    return TRUE;
  if (folder_id == 0 && !make_folder (self, mailbox, folder, &folder_id, error))
    return FALSE;
  search_entry_init (&entry, message, stem);
  marks = make_marks (folder_id, folder, &entry);
  id = search_id_first (entry.seconds) | digest (mailbox, folder, stem);
  return find_free_id (self, id, &id, error) && insert (self, id, folder_id, stem, marks, &entry, message, error);
}

/* ---- catching up ---- */

typedef struct
{
  SearchDatabase *index;
  SearchProgressFunc progress;
  gpointer user_data;
  guint n_waiting;  /* changes of the transaction under way */
  guint n_messages; /* that came, changed or went with them */
} Batch;

static gboolean
batch_flush (Batch *self, GError **error)
{
  guint n_messages = self->n_messages;

  if (self->n_waiting == 0)
    return TRUE;
  self->n_waiting = self->n_messages = 0;
  return search_index_commit (self->index, error) && self->progress (n_messages, self->user_data);
}

/* Before each change. */
static gboolean
batch_next (Batch *self, GError **error)
{
  if (self->n_waiting == SEARCH_BATCH && !batch_flush (self, error))
    return FALSE;
  return self->n_waiting++ > 0 || search_index_begin (self->index, error);
}

static gboolean
batch_update (Batch *self,
              AimxMailStore *mail,
              const char *mailbox,
              AimxFolder folder,
              const char *stem,
              GError **error)
{
  if (!batch_next (self, error))
    return FALSE;
  self->n_messages++;
  return search_index_update (self->index, mail, mailbox, folder, stem, error);
}

/* (transfer full) (element-type utf8 guint64): what the index holds of a folder; stamps are stored in the keys'
 * values. */
static GHashTable *
load_known (SearchDatabase *self, gint64 folder, GError **error)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (sqlite3_stmt) statement =
      search_database_prepare (self, error, "SELECT stem, stamp FROM message WHERE folder = ?1", "i", folder);
  gboolean row;

  while (statement != NULL && search_database_step (self, statement, &row, error))
    {
      guint64 stamp;

      if (!row)
        return g_steal_pointer (&known);
      stamp = (guint64) sqlite3_column_int64 (statement, 1);
      g_hash_table_insert (known, g_strdup ((const char *) sqlite3_column_text (statement, 0)),
                           g_memdup2 (&stamp, sizeof stamp));
    }
  return NULL;
}

static int
compare_newest_first (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(AimxMessageEntry *const *) b)->stem, (*(AimxMessageEntry *const *) a)->stem);
}

/* What came and what changed, newest first; @known keeps what is gone. */
static gboolean
bring_in (Batch *batch,
          AimxMailStore *mail,
          const char *mailbox,
          AimxFolder folder,
          GPtrArray *entries,
          GHashTable *known,
          GError **error)
{
  g_ptr_array_sort (entries, compare_newest_first);
  for (guint i = 0; i < entries->len; i++)
    {
      const AimxMessageEntry *entry = entries->pdata[i];
      const guint64 *stamp = g_hash_table_lookup (known, entry->stem);
      gboolean is_known = stamp != NULL && *stamp == entry->stamp;

      g_hash_table_remove (known, entry->stem);
      if (!is_known && !batch_update (batch, mail, mailbox, folder, entry->stem, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
drop_gone (Batch *batch, AimxMailStore *mail, const char *mailbox, AimxFolder folder, GHashTable *gone, GError **error)
{
  GHashTableIter iter;
  gpointer stem;

  g_hash_table_iter_init (&iter, gone);
  while (g_hash_table_iter_next (&iter, &stem, NULL))
    if (!batch_update (batch, mail, mailbox, folder, stem, error))
      return FALSE;
  return TRUE;
}

static gboolean
catch_up (Batch *batch,
          AimxMailStore *mail,
          const char *mailbox,
          AimxFolder folder,
          GError **unreadable,
          GError **error)
{
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GHashTable) known = NULL;
  guint64 stamp, old_stamp;
  gint64 id;

  if (!search_index_find_folder (batch->index, mailbox, folder, &id, &old_stamp, error))
    return FALSE;
  stamp = aimx_mail_store_get_folder_stamp (mail, mailbox, folder);
  if (stamp == old_stamp && stamp > AIMX_STAMP_UNSETTLED)
    return TRUE;
  entries = aimx_mail_store_list_messages (mail, mailbox, folder, &stamp, unreadable);
  if (entries == NULL)
    return TRUE;
  known = load_known (batch->index, id, error);
  if (known == NULL)
    return FALSE;
  if (entries->len == 0 && g_hash_table_size (known) == 0 && stamp == old_stamp)
    return TRUE;
  return bring_in (batch, mail, mailbox, folder, entries, known, error) &&
         drop_gone (batch, mail, mailbox, folder, known, error) && batch_next (batch, error) &&
         (id != 0 || search_index_find_folder (batch->index, mailbox, folder, &id, NULL, error)) &&
         (id != 0 || make_folder (batch->index, mailbox, folder, &id, error)) &&
         set_stamp (batch->index, id, stamp, error) && batch_flush (batch, error);
}

gboolean
search_index_catch_up (SearchDatabase *self,
                       AimxMailStore *mail,
                       const char *mailbox,
                       AimxFolder folder,
                       SearchProgressFunc progress,
                       gpointer user_data,
                       GError **unreadable,
                       GError **error)
{
  Batch batch = { self, progress, user_data, 0, 0 };

  if (catch_up (&batch, mail, mailbox, folder, unreadable, error))
    return TRUE;
  if (batch.n_waiting > 0)
    search_index_roll_back (self);
  return FALSE;
}

/* ---- mailboxes that are gone ---- */

/* (transfer full) (element-type gint64): ids of folders whose mailbox @config has not. */
static GArray *
find_others (SearchDatabase *self, AimxConfig *config, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (sqlite3_stmt) statement = search_database_prepare (self, error, "SELECT id, mailbox FROM folder", "");
  gboolean row;

  while (statement != NULL && search_database_step (self, statement, &row, error))
    {
      gint64 id;

      if (!row)
        return g_steal_pointer (&ids);
      id = sqlite3_column_int64 (statement, 0);
      if (aimx_config_get_mailbox (config, (const char *) sqlite3_column_text (statement, 1)) == NULL)
        g_array_append_val (ids, id);
    }
  return NULL;
}

/* Some of a folder, and the folder when nothing is left; @left: (out): whether there is more. */
static gboolean
forget_some (Batch *batch, gint64 folder, gboolean *left, GError **error)
{
  gint64 ids[SEARCH_BATCH];
  guint n = 0;
  g_autoptr (sqlite3_stmt) statement =
      search_database_prepare (batch->index, error, "SELECT id FROM message WHERE folder = ?1 LIMIT ?2", "ii", folder,
                               (gint64) SEARCH_BATCH);

  *left = TRUE;
  while (*left && n < SEARCH_BATCH)
    {
      if (statement == NULL || !search_database_step (batch->index, statement, left, error))
        return FALSE;
      if (*left)
        ids[n++] = sqlite3_column_int64 (statement, 0);
    }
  g_clear_pointer (&statement, search_database_finish);
  for (guint i = 0; i < n; i++)
    if (!batch_next (batch, error) || !remove_id (batch->index, ids[i], error))
      return FALSE;
  if (!*left && (!batch_next (batch, error) ||
                 !search_database_run (batch->index, error, "DELETE FROM folder WHERE id = ?1", "i", folder)))
    return FALSE;
  return batch_flush (batch, error);
}

gboolean
search_index_forget_others (SearchDatabase *self,
                            AimxConfig *config,
                            SearchProgressFunc progress,
                            gpointer user_data,
                            GError **error)
{
  Batch batch = { self, progress, user_data, 0, 0 };
  g_autoptr (GArray) ids = find_others (self, config, error);

  if (ids == NULL)
    return FALSE;
  for (guint i = 0; i < ids->len; i++)
    for (gboolean left = TRUE; left;)
      if (!forget_some (&batch, g_array_index (ids, gint64, i), &left, error))
        {
          if (batch.n_waiting > 0)
            search_index_roll_back (self);
          return FALSE;
        }
  return TRUE;
}
