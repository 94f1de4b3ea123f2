/* SPDX-License-Identifier: MIT */
/*
 * Verbs, and other work that may block, on behalf of callers on the bus: of a user's some of each module run at once,
 * some wait, more are refused, so that one user cannot take every thread or all memory, and one module that hangs
 * cannot keep a user from the others. Main thread.
 */
#pragma once

#include <aimx/server.h>

G_BEGIN_DECLS

typedef struct _BusCalls BusCalls;

/** BusCallsAnswered: @response: (nullable): the answer, of success or not; %NULL for work that is done */
typedef void (*BusCallsAnswered) (AimxResponse *response, gpointer user_data);
/** BusCallsIdle: nothing runs and nothing waits any more */
typedef void (*BusCallsIdle) (gpointer user_data);

/** bus_calls_new: Returns: (transfer full): verbs of @server, none of which runs */
BusCalls *bus_calls_new (AimxServer *server);
/** bus_calls_free: frees it; nothing may run */
void bus_calls_free (BusCalls *self);
/**
 * bus_calls_run:
 * @self: the calls
 * @caller: who calls
 * @verb: name as sent
 * @headers: (array zero-terminated=1): name and value in turn
 * @body: (nullable): the body
 * @answered: called once, at once when it is refused
 * @user_data: for @answered
 */
void bus_calls_run (BusCalls *self,
                    AimxCaller *caller,
                    const char *verb,
                    const char *const *headers,
                    GBytes *body,
                    BusCallsAnswered answered,
                    gpointer user_data);
/**
 * bus_calls_run_work:
 * @self: the calls
 * @caller: for whom
 * @work: called on a pool thread
 * @answered: called once afterwards; at once with an answer of failure when it is refused
 * @data: for both
 */
void
bus_calls_run_work (BusCalls *self, AimxCaller *caller, AimxWorkFunc work, BusCallsAnswered answered, gpointer data);
/** bus_calls_stop: refuses what waits and what comes, and calls @idle when the last that runs has been answered */
void bus_calls_stop (BusCalls *self, BusCallsIdle idle, gpointer user_data);
/** bus_calls_get_n_running: Returns: how many run */
guint bus_calls_get_n_running (BusCalls *self);
/** bus_calls_get_n_waiting: Returns: how many wait for others of their user and module */
guint bus_calls_get_n_waiting (BusCalls *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusCalls, bus_calls_free)

G_END_DECLS
