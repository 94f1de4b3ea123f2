/* SPDX-License-Identifier: MIT */
/*
 * The one thread that writes the index of a daemon: it takes in what events tell, and compares the mail with the index
 * when the daemon starts, when the configuration changes, and where a search finds a folder changed.
 *
 * An index that is damaged, of another version, or gone is made anew. Functions are for any thread and never block but
 * for a mutex that nobody holds long.
 */
#pragma once

#include "index.h"
#include "readers.h"

G_BEGIN_DECLS

typedef struct _SearchIndexer SearchIndexer;

/** search_indexer_new: Returns: (transfer full): an indexer at rest; @server and @module outlive it */
SearchIndexer *search_indexer_new (AimxServer *server, AimxModule *module);
/** search_indexer_free: waits for its thread, which has been told to stop */
void search_indexer_free (SearchIndexer *self);
/** search_indexer_start: begins its work, with a comparison of everything */
gboolean search_indexer_start (SearchIndexer *self, GError **error);
/** search_indexer_stop: ends its work after the transaction under way and calls aimx_module_stopped() then */
void search_indexer_stop (SearchIndexer *self);
/** search_indexer_is_running: Returns: whether there is an index to be searched, or going to be */
gboolean search_indexer_is_running (SearchIndexer *self);

/** search_indexer_update: a message came or changed */
void search_indexer_update (SearchIndexer *self, const char *mailbox, AimxFolder folder, const char *stem);
/** search_indexer_look: something happened in a folder; it is compared with the index, now or, when that was done a
 * moment ago, in a moment */
void search_indexer_look (SearchIndexer *self, const char *mailbox, AimxFolder folder);
/** search_indexer_sweep: compares everything */
void search_indexer_sweep (SearchIndexer *self);
/** search_indexer_rebuild: makes the index anew */
void search_indexer_rebuild (SearchIndexer *self, const char *why);
/** search_indexer_is_behind: Returns: whether there is anything to do that it has not done yet */
gboolean search_indexer_is_behind (SearchIndexer *self);
/** search_indexer_get_readers: Returns: (transfer none): connections for searches */
SearchReaders *search_indexer_get_readers (SearchIndexer *self);
/** search_indexer_check: sets @error and returns %FALSE while the index cannot be used, for the reason it names */
gboolean search_indexer_check (SearchIndexer *self, GError **error);

G_END_DECLS
