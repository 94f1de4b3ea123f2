/* SPDX-License-Identifier: MIT */
/*
 * The door as a whole: a server, and the bus that it is on while there is one. Main thread.
 */
#pragma once

#include <aimx/server.h>

G_BEGIN_DECLS

typedef struct _BusDoor BusDoor;

/** BusDoorClosed: nothing of the door is at work any more */
typedef void (*BusDoorClosed) (gpointer user_data);

/** bus_door_new: Returns: (transfer full): a door to @server, still closed */
BusDoor *bus_door_new (AimxServer *server);
/** bus_door_free: frees it; it was never opened, or @closed was called, or the pool of the server has nothing to do any
 * more */
void bus_door_free (BusDoor *self);
/** bus_door_read_figures: Returns: (transfer floating): how many connections and calls there are, `a{st}` */
GVariant *bus_door_read_figures (BusDoor *self);
/** bus_door_open: goes on the bus at @address, (nullable): %NULL when there is none */
void bus_door_open (BusDoor *self, const char *address);
/** bus_door_close: takes no more calls, lets those that run finish, leaves the bus, and calls @closed, maybe at once */
void bus_door_close (BusDoor *self, BusDoorClosed closed, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusDoor, bus_door_free)

G_END_DECLS
