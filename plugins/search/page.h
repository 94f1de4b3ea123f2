/* SPDX-License-Identifier: MIT */
/*
 * One page of results: found in the index, checked against the mail store, newest first. What the index says of a
 * message and the store no longer bears out is not shown.
 */
#pragma once

#include "scope.h"

G_BEGIN_DECLS

/**
 * SearchStaleFunc:
 * @mailbox: canonical name
 * @folder: which folder
 * @stem: a message of which the index says what is not true any more
 * @user_data: from the caller
 */
typedef void (*SearchStaleFunc) (const char *mailbox, AimxFolder folder, const char *stem, gpointer user_data);

/**
 * search_page_write:
 * @index: where it looks
 * @mail: the mail store
 * @question: what is asked
 * @scope: whose mail is shown
 * @stale: (nullable): told of messages that are to be indexed again
 * @user_data: for @stale
 * @builder: an object is begun; gets its members `results` and `next_cursor`
 * @error: return location
 *
 * Returns: %FALSE with %AIMX_ERROR_TEMPORARY when the deadline of @index came, else as search_database_step() says
 */
gboolean search_page_write (SearchDatabase *index,
                            AimxMailStore *mail,
                            const SearchQuestion *question,
                            const SearchScope *scope,
                            SearchStaleFunc stale,
                            gpointer user_data,
                            JsonBuilder *builder,
                            GError **error);

G_END_DECLS
