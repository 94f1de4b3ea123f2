/* SPDX-License-Identifier: MIT */
/* What the index keeps of one message. */
#pragma once

#include <aimx/aimx.h>

G_BEGIN_DECLS

/**
 * SearchEntry:
 * @seconds: when it was sent, for all that is known, since the epoch
 * @date: its date in RFC 3339, as it is shown
 * @attachments: their names, one a line
 *
 * The values of a message, all of them set.
 */
typedef struct
{
  gint64 seconds;
  char *date;
  char *sender;
  char *recipients;
  char *subject;
  char *attachments;
  gboolean read;
  gboolean attached;
} SearchEntry;

/** search_entry_init: what there is to know of @message, which is called @stem */
void search_entry_init (SearchEntry *self, AimxStoredMessage *message, const char *stem);
/** search_entry_clear: frees what it holds */
void search_entry_clear (SearchEntry *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SearchEntry, search_entry_clear)

G_END_DECLS
