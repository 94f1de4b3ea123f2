/* SPDX-License-Identifier: MIT */
/* Connections by which searches read the index, kept for the next search. Any thread. */
#pragma once

#include "database.h"

G_BEGIN_DECLS

typedef struct _SearchReaders SearchReaders;

/** search_readers_new: Returns: (transfer full): none yet */
SearchReaders *search_readers_new (void);
/** search_readers_free: once all were given back */
void search_readers_free (SearchReaders *self);
/** search_readers_set_path: from now on the index is @path, (nullable) %NULL when there is none; connections to what
 * was there before end as they are given back */
void search_readers_set_path (SearchReaders *self, const char *path);
/** search_readers_is_current: Returns: whether the file that the path led to is still there; blocks on the disk only */
gboolean search_readers_is_current (SearchReaders *self);
/** search_readers_take: @generation: (out): for search_readers_give_back(); Returns: (transfer full) (nullable): a
 * connection; %NULL without @error when there is no index yet */
SearchDatabase *search_readers_take (SearchReaders *self, guint *generation, GError **error);
/** search_readers_give_back: @reader: (transfer full) */
void search_readers_give_back (SearchReaders *self, SearchDatabase *reader, guint generation);

G_END_DECLS
