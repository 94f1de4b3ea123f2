/* SPDX-License-Identifier: MIT */
/* What the server does with the event bus. */
#pragma once

#include <aimx/event-bus.h>
#include <aimx/lock-manager.h>

G_BEGIN_DECLS

/** aimx_event_bus_set_locks: from now on what a listener leaves locked is released; before the first event */
void aimx_event_bus_set_locks (AimxEventBus *self, AimxLockManager *locks);
/** aimx_event_bus_withdraw: ends the subscriptions that @module, by name, still has; main thread */
void aimx_event_bus_withdraw (AimxEventBus *self, const char *module);

G_END_DECLS
