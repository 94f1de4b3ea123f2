/* SPDX-License-Identifier: MIT */
/*
 * The objects on one connection of the bus, as each caller may see them. Main thread.
 */
#pragma once

#include "callers.h"
#include "service.h"

G_BEGIN_DECLS

typedef struct _BusTree BusTree;

/** bus_tree_new: Returns: (transfer full): the objects, registered on @connection */
BusTree *bus_tree_new (BusService *service, GDBusConnection *connection);
/** bus_tree_close: takes the objects off the connection and drops @self; calls that came in are still answered */
void bus_tree_close (BusTree *self);
/** bus_tree_get_callers: Returns: (transfer none): who has called */
BusCallers *bus_tree_get_callers (BusTree *self);
/** bus_tree_get_connection: Returns: (transfer none): where it is */
GDBusConnection *bus_tree_get_connection (BusTree *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusTree, bus_tree_close)

G_END_DECLS
