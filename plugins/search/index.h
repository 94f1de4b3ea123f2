/* SPDX-License-Identifier: MIT */
/*
 * What the index holds of the mail, and how it is brought up to date. One thread at a time; transactions are the
 * caller's.
 */
#pragma once

#include "database.h"

G_BEGIN_DECLS

/** SEARCH_BODY_MAX: bytes of a body that are indexed */
#define SEARCH_BODY_MAX (256 * 1024)
/** SEARCH_BATCH: messages in a transaction at most */
#define SEARCH_BATCH 512

/** SEARCH_ID_BITS: of the id of a message, below its date in seconds: a digest of its mailbox, folder and stem, so that
 * an index made anew gives it the same id */
#define SEARCH_ID_BITS 28
/** SEARCH_SECONDS_MAX: dates later than that, in the year 2514, count as that, those before 1970 as 0 */
#define SEARCH_SECONDS_MAX ((G_GINT64_CONSTANT (1) << 34) - 1)

/** search_id_first: Returns: the least id that a message of that second can have */
gint64 search_id_first (gint64 seconds);
/** search_id_last: Returns: the greatest id that a message of that second can have */
gint64 search_id_last (gint64 seconds);

/** SEARCH_N_FOLDERS: how many folders of a mailbox are indexed */
#define SEARCH_N_FOLDERS 2
/** search_folders: which */
extern const AimxFolder search_folders[SEARCH_N_FOLDERS];

/** search_index_begin: begins a transaction */
gboolean search_index_begin (SearchDatabase *self, GError **error);
/** search_index_commit: ends it */
gboolean search_index_commit (SearchDatabase *self, GError **error);
/** search_index_roll_back: undoes it; nothing happens without one */
void search_index_roll_back (SearchDatabase *self);

/** search_index_find_folder: @id: (out): 0 when it is not in the index; @stamp: (out) (optional): as it was set */
gboolean search_index_find_folder (SearchDatabase *self,
                                   const char *mailbox,
                                   AimxFolder folder,
                                   gint64 *id,
                                   guint64 *stamp,
                                   GError **error);
/** search_index_update: puts a message in, as it is in the mail store now, or removes it when it is gone from there */
gboolean search_index_update (SearchDatabase *self,
                              AimxMailStore *mail,
                              const char *mailbox,
                              AimxFolder folder,
                              const char *stem,
                              GError **error);

/**
 * SearchProgressFunc:
 * @n_done: messages since the last call
 * @user_data: from the caller
 *
 * Returns: whether to go on
 */
typedef gboolean (*SearchProgressFunc) (guint n_done, gpointer user_data);

/**
 * search_index_catch_up:
 * @self: the index
 * @mail: the mail store
 * @mailbox: canonical name
 * @folder: which folder
 * @progress: told after each transaction
 * @user_data: for @progress
 * @unreadable: return location for why the mail store cannot list the folder; then nothing changes
 * @error: return location
 *
 * Compares a folder with the index and brings in the difference, newest messages first, in transactions of its own, up
 * to %SEARCH_BATCH messages each. A folder whose stamp is the one that the index has is left at that.
 *
 * Returns: %FALSE with @error, and without one when @progress said so
 */
gboolean search_index_catch_up (SearchDatabase *self,
                                AimxMailStore *mail,
                                const char *mailbox,
                                AimxFolder folder,
                                SearchProgressFunc progress,
                                gpointer user_data,
                                GError **unreadable,
                                GError **error);
/** search_index_forget_others: drops mailboxes that @config has not, in transactions of its own; as
 * search_index_catch_up() */
gboolean search_index_forget_others (SearchDatabase *self,
                                     AimxConfig *config,
                                     SearchProgressFunc progress,
                                     gpointer user_data,
                                     GError **error);

G_END_DECLS
