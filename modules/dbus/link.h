/* SPDX-License-Identifier: MIT */
/*
 * The way to the bus: a connection of our own, the name on it, and another connection when that one ends, for as long
 * as it takes. Main thread; never blocks.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _BusLink BusLink;

/** BusLinkUp: @connection is there, its name not yet: the place to register objects */
typedef void (*BusLinkUp) (GDBusConnection *connection, gpointer user_data);
/** BusLinkDown: the connection of the last #BusLinkUp is no more */
typedef void (*BusLinkDown) (gpointer user_data);

/**
 * bus_link_new:
 * @address: (nullable): of the bus; %NULL: there is none, and nothing is tried
 * @up: see #BusLinkUp
 * @down: see #BusLinkDown
 * @user_data: for both
 *
 * Begins to connect. Failures are told to the log, once for each time that the bus is away.
 *
 * Returns: (transfer full): a link
 */
BusLink *bus_link_new (const char *address, BusLinkUp up, BusLinkDown down, gpointer user_data);
/** bus_link_free: drops the connection, when there is one; calls @down no more */
void bus_link_free (BusLink *self);
/** bus_link_give_name_back: whoever calls the name finds nobody from now on; the connection stays */
void bus_link_give_name_back (BusLink *self);
/** bus_link_close: calls @closed when what was called by the name before it was given back is answered and the answers
 * are out, or after %BUS_CLOSE_SECONDS, maybe at once; calls @down no more */
void bus_link_close (BusLink *self, BusLinkDown closed, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusLink, bus_link_free)

G_END_DECLS
