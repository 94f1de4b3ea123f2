/* SPDX-License-Identifier: MIT */
/* Whose mail a search may show. */
#pragma once

#include "index.h"
#include "question.h"

G_BEGIN_DECLS

/**
 * SearchScope:
 * @names: names of the mailboxes, borrowed from the snapshot of the request, sorted
 * @set: the same
 */
typedef struct
{
  GPtrArray *names;
  GHashTable *set;
} SearchScope;

/** search_scope_init: the mailboxes that the caller may read, or the one that is asked for. %AIMX_ERROR_NO_ENTRY when
 * there is none of that name for the caller. Pool threads only; @self is to be cleared also after an error */
gboolean search_scope_init (SearchScope *self, AimxRequest *request, const SearchQuestion *question, GError **error);
/** search_scope_clear: frees what it holds */
void search_scope_clear (SearchScope *self);
/** search_scope_set_missing: says that there is no mailbox of that name; Returns: %FALSE, always */
gboolean search_scope_set_missing (const char *name, GError **error);
/** search_scope_has: Returns: whether @mailbox is in it */
gboolean search_scope_has (const SearchScope *self, const char *mailbox);
/** search_scope_remove: leaves a mailbox out, by its place in the names */
void search_scope_remove (SearchScope *self, guint place);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SearchScope, search_scope_clear)

G_END_DECLS
