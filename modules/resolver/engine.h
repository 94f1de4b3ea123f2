/* SPDX-License-Identifier: MIT */
/*
 * One libunbound context: its cache, its thread, and the questions that are with it.
 *
 * A thread of its own reads the files and makes the context, so that the main loop never waits for them; that of
 * libunbound is a child of it. Neither receives a signal of the process. Everything here is for the main loop only.
 */
#pragma once

#include "upstream.h"

#include <unbound.h>

G_BEGIN_DECLS

/**
 * RESOLVER_IN_FLIGHT_MAX:
 *
 * Questions that an engine has at a time, if the process may open enough files: each has a socket of its own until
 * libunbound gives it up, for libunbound can leave none alone, whether somebody waits for it or not. Beyond that they
 * would wait in libunbound behind each other's time-outs.
 */
#define RESOLVER_IN_FLIGHT_MAX 4000

typedef struct _ResolverEngine ResolverEngine;

/**
 * ResolverEngineFunc:
 * @engine: the engine
 * @error: (nullable): why it can answer nothing
 * @user_data: from the engine's start
 *
 * From now on it takes questions; or it never will.
 */
typedef void (*ResolverEngineFunc) (ResolverEngine *engine, const GError *error, gpointer user_data);

/**
 * ResolverResultFunc:
 * @result: (nullable): what was found; freed afterwards
 * @error: (nullable): what is wrong with libunbound itself
 * @user_data: from the query
 */
typedef void (*ResolverResultFunc) (const struct ub_result *result, const char *error, gpointer user_data);

/** ResolverQuery: belongs to who asks, and stays in place until it is answered or the engine is gone */
typedef struct
{
  ResolverResultFunc func;
  gpointer user_data;
} ResolverQuery;

/**
 * resolver_engine_new:
 * @upstream: whom to ask
 * @func: called once, later; not after the last reference is dropped
 * @user_data: for @func
 *
 * Starts to open. Without a configured trust anchor the system's is used when the servers can prove that they pass
 * DNSSEC on; many in front of a home or a container cannot, and would make every name unknown.
 *
 * Returns: (transfer full): an engine
 */
ResolverEngine *resolver_engine_new (const ResolverUpstream *upstream, ResolverEngineFunc func, gpointer user_data);
/**
 * resolver_engine_new_empty:
 * @other: an engine that is open
 * @func: as for resolver_engine_new()
 * @user_data: for @func
 *
 * Starts to open another that asks the same servers and believes the same keys, and has no answer yet.
 *
 * Returns: (transfer full): an engine
 */
ResolverEngine *resolver_engine_new_empty (ResolverEngine *other, ResolverEngineFunc func, gpointer user_data);
/** resolver_engine_ref: Returns: (transfer full): @self */
ResolverEngine *resolver_engine_ref (ResolverEngine *self);
/** resolver_engine_unref: with the last reference its threads end; questions that it still has are never answered */
void resolver_engine_unref (ResolverEngine *self);
/** resolver_engine_is_open: Returns: whether it takes questions */
gboolean resolver_engine_is_open (ResolverEngine *self);
/** resolver_engine_get_room: Returns: how many questions it may have at a time, %RESOLVER_IN_FLIGHT_MAX at most */
guint resolver_engine_get_room (ResolverEngine *self);
/** resolver_engine_should_reopen: Returns: whether the system names other servers than when it was opened; or whether
 * it goes without DNSSEC, and has for so long that the servers should be tried again */
gboolean resolver_engine_should_reopen (ResolverEngine *self);
/**
 * resolver_engine_ask:
 * @self: an engine that is open
 * @name: as resolver_name_read() gives it
 * @type: number of the type
 * @query: its function is called once, later
 *
 * Returns: (transfer none) (nullable): what is wrong, and the function is not called
 */
const char *resolver_engine_ask (ResolverEngine *self, const char *name, int type, ResolverQuery *query);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ResolverEngine, resolver_engine_unref)

G_END_DECLS
