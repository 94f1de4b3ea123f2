/* SPDX-License-Identifier: MIT */
/*
 * Worker loops for many connections: each is a thread that waits for one epoll descriptor, which watches all of its
 * connections, with their deadlines in one heap. An idle connection costs a watch and nothing else. The thread has no
 * GMainContext.
 */
#pragma once

#include <aimx/abi.h>

G_BEGIN_DECLS

/**
 * AimxWorker:
 *
 * A worker loop on a thread of its own.
 */
#define AIMX_TYPE_WORKER (aimx_worker_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxWorker, aimx_worker, AIMX, WORKER, GObject)

/**
 * AimxWatch: (skip)
 *
 * One descriptor watched by a worker.
 */
typedef struct _AimxWatch AimxWatch;

/**
 * AimxWatchFunc: (skip)
 * @watch: the watch
 * @events: EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR as they came; 0: the deadline has passed
 * @user_data: from aimx_worker_watch()
 *
 * Runs on the worker's thread; must not block. It may free @watch and others.
 */
typedef void (*AimxWatchFunc) (AimxWatch *watch, guint events, gpointer user_data);

/**
 * aimx_worker_new:
 * @name: name of its thread
 * @error: return location
 *
 * Returns: (transfer full) (nullable): a running worker, its thread called @name
 */
AIMX_API AimxWorker *aimx_worker_new (const char *name, GError **error);

/**
 * aimx_worker_stop:
 * @self: the worker
 *
 * Ends its loop after what is queued and joins its thread; not from the worker itself. Watches must be gone.
 */
AIMX_API void aimx_worker_stop (AimxWorker *self);

/**
 * aimx_worker_is_current:
 * @self: the worker
 *
 * Returns: whether the calling thread is the worker's
 */
AIMX_API gboolean aimx_worker_is_current (AimxWorker *self);

/**
 * aimx_worker_invoke: (skip)
 * @self: the worker
 * @func: what to run
 * @user_data: for @func
 *
 * Runs @func on the worker's thread, soon, in the order of the calls; any thread, never blocks.
 */
AIMX_API void aimx_worker_invoke (AimxWorker *self, void (*func) (gpointer user_data), gpointer user_data);

/**
 * aimx_worker_now:
 * @self: the worker
 *
 * Worker thread.
 *
 * Returns: monotonic microseconds at the start of this turn of the loop
 */
AIMX_API gint64 aimx_worker_now (AimxWorker *self);

/**
 * aimx_worker_watch: (skip)
 * @self: the worker
 * @fd: descriptor; stays the caller's
 * @events: EPOLLIN, EPOLLOUT, EPOLLRDHUP or 0; level-triggered
 * @func: what to call
 * @user_data: for @func
 * @error: return location
 *
 * Worker thread.
 *
 * Returns: (transfer full) (nullable): a watch, to be freed on the worker's thread before @fd is closed
 */
AIMX_API AimxWatch *
aimx_worker_watch (AimxWorker *self, int fd, guint events, AimxWatchFunc func, gpointer user_data, GError **error);

/**
 * aimx_watch_set_events: (skip)
 * @watch: the watch
 * @events: EPOLLIN, EPOLLOUT, EPOLLRDHUP or 0
 *
 * Sets what to wait for; no system call when nothing changes; worker thread.
 */
AIMX_API void aimx_watch_set_events (AimxWatch *watch, guint events);

/**
 * aimx_watch_set_deadline: (skip)
 * @watch: the watch
 * @deadline: monotonic microseconds, 0 for never
 *
 * Sets when to call with events 0, once; worker thread.
 */
AIMX_API void aimx_watch_set_deadline (AimxWatch *watch, gint64 deadline);

/**
 * aimx_watch_free: (skip)
 * @watch: the watch
 *
 * Ends it; worker thread.
 */
AIMX_API void aimx_watch_free (AimxWatch *watch);

G_END_DECLS
