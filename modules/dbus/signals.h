/* SPDX-License-Identifier: MIT */
/*
 * What happens, told to each connection that may know of it. Main thread.
 */
#pragma once

#include "service.h"
#include "tree.h"

G_BEGIN_DECLS

typedef struct _BusSignals BusSignals;

/** bus_signals_new: Returns: (transfer full): follows the configuration and the mail from now on */
BusSignals *bus_signals_new (BusService *service);
/** BusSignalsStopped: nothing is being told any more */
typedef void (*BusSignalsStopped) (gpointer user_data);

/** bus_signals_free: frees it; it has stopped, or the pool of the server has nothing to do any more */
void bus_signals_free (BusSignals *self);
/** bus_signals_stop: takes no more events, and calls @stopped when nothing is being told any more, maybe at once */
void bus_signals_stop (BusSignals *self, BusSignalsStopped stopped, gpointer user_data);
/** bus_signals_set_tree: where to tell; @tree: (nullable): %NULL while there is no bus */
void bus_signals_set_tree (BusSignals *self, BusTree *tree);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusSignals, bus_signals_free)

G_END_DECLS
