/* SPDX-License-Identifier: MIT */
/*
 * Who is at the other end of a connection of the bus: the bus is asked once, and its answer kept until the connection
 * ends. Whoever was asked about is also who gets signals. Main thread.
 */
#pragma once

#include <aimx/caller.h>

G_BEGIN_DECLS

typedef struct _BusCallers BusCallers;

/** BusPeer: a connection and who it is; immutable, shared with the pool */
typedef struct
{
  char *name; /* unique name */
  AimxCaller *caller;
} BusPeer;

/** bus_peer_unref: drops a reference; any thread */
void bus_peer_unref (BusPeer *self);

/** BusCallerFunc: @caller: (nullable): %NULL when it cannot be told, then @why says so */
typedef void (*BusCallerFunc) (AimxCaller *caller, const char *why, gpointer user_data);

/** bus_callers_new: Returns: (transfer full): nobody yet, on @connection */
BusCallers *bus_callers_new (GDBusConnection *connection);
/** bus_callers_free: forgets everybody; who still waits is told */
void bus_callers_free (BusCallers *self);
/** bus_callers_identify: calls @func with who @name is: at once when that is known, and in the order of asking for each
 * name */
void bus_callers_identify (BusCallers *self, const char *name, BusCallerFunc func, gpointer user_data);
/** bus_callers_list: Returns: (transfer full) (element-type BusPeer): those whose identity is known */
GPtrArray *bus_callers_list (BusCallers *self);
/** bus_callers_get_size: Returns: how many connections are remembered */
guint bus_callers_get_size (BusCallers *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusCallers, bus_callers_free)

G_END_DECLS
