/* SPDX-License-Identifier: MIT */
/*
 * What happened, told to whoever wants to know, on the main context.
 *
 * An event has a name and a dictionary (`a{sv}`). Emitting copies a reference into a queue and returns: a slow listener
 * never holds up a delivery. Listeners run one after the other in the order in which they subscribed, events in the
 * order in which they were emitted. An event goes to those who had subscribed when it was emitted.
 *
 * Mailboxes and domains that a verb adds or removes have events of their own. When the file was edited and read again,
 * or another module changed it through the store, there is %AIMX_EVENT_CONFIG_CHANGED alone: who has to know of all of
 * them compares snapshots then.
 */
#pragma once

#include <aimx/abi.h>

G_BEGIN_DECLS

/**
 * AIMX_EVENT_MESSAGE_RECEIVED:
 *
 * `mailbox` s (FQDN), `id` s (stem), `trusted` s, `message_id` s, `size` t, `queue_id` s.
 */
#define AIMX_EVENT_MESSAGE_RECEIVED "message-received"

/**
 * AIMX_EVENT_MESSAGE_MARKED:
 *
 * `mailbox` s, `id` s, `read` b.
 */
#define AIMX_EVENT_MESSAGE_MARKED "message-marked"

/**
 * AIMX_EVENT_MAILBOX_ADDED:
 *
 * `mailbox` s, `owner` s.
 */
#define AIMX_EVENT_MAILBOX_ADDED "mailbox-added"

/**
 * AIMX_EVENT_MAILBOX_REMOVED:
 *
 * `mailbox` s, `owner` s.
 */
#define AIMX_EVENT_MAILBOX_REMOVED "mailbox-removed"

/**
 * AIMX_EVENT_DOMAIN_ADDED:
 *
 * `domain` s.
 */
#define AIMX_EVENT_DOMAIN_ADDED "domain-added"

/**
 * AIMX_EVENT_DOMAIN_REMOVED:
 *
 * `domain` s.
 */
#define AIMX_EVENT_DOMAIN_REMOVED "domain-removed"

/**
 * AIMX_EVENT_KEYS_CHANGED:
 *
 * `domain` s; another key of it may be in use, with no change of the configuration.
 */
#define AIMX_EVENT_KEYS_CHANGED "keys-changed"

/**
 * AIMX_EVENT_CONFIG_CHANGED:
 *
 * No keys; the new snapshot is in the store.
 */
#define AIMX_EVENT_CONFIG_CHANGED "config-changed"

/**
 * AIMX_EVENT_QUEUE_MAX:
 *
 * Events that may wait for the main loop; beyond it the oldest is dropped, counted and warned about.
 */
#define AIMX_EVENT_QUEUE_MAX 100000

/**
 * AimxEventBus:
 *
 * Tells what happened to whoever subscribed, on the main context.
 */
#define AIMX_TYPE_EVENT_BUS (aimx_event_bus_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxEventBus, aimx_event_bus, AIMX, EVENT_BUS, GObject)

/**
 * AimxEventFunc:
 * @name: which event
 * @details: its dictionary, `a{sv}`
 * @user_data: from the subscription
 *
 * Runs on the main loop: must not block. One that takes a second or more is told about with the name of its module,
 * and also while it has not returned.
 */
typedef void (*AimxEventFunc) (const char *name, GVariant *details, gpointer user_data);

/**
 * aimx_event_bus_new:
 * @context: (nullable): where listeners are called, %NULL for the default context
 *
 * Returns: (transfer full): a bus; its last reference is dropped on the context
 */
AIMX_API AimxEventBus *aimx_event_bus_new (GMainContext *context);

/**
 * aimx_event_bus_subscribe:
 * @self: the bus
 * @name: (nullable): which event, %NULL for all
 * @func: what to call
 * @user_data: for @func
 * @destroy: (nullable): frees @user_data, on the main context
 *
 * Any thread.
 *
 * Returns: an id for aimx_event_bus_unsubscribe(), never 0
 */
AIMX_API guint aimx_event_bus_subscribe (AimxEventBus *self,
                                         const char *name,
                                         AimxEventFunc func,
                                         gpointer user_data,
                                         GDestroyNotify destroy);

/**
 * aimx_event_bus_unsubscribe:
 * @self: the bus
 * @id: of the subscription
 *
 * Ends a subscription; on the main context @func is not called afterwards.
 */
AIMX_API void aimx_event_bus_unsubscribe (AimxEventBus *self, guint id);

/**
 * aimx_event_bus_emit:
 * @self: the bus
 * @name: which event
 * @details: (nullable): `a{sv}`, a floating reference is taken
 *
 * Any thread, never blocks; costs next to nothing when nobody listens.
 */
AIMX_API void aimx_event_bus_emit (AimxEventBus *self, const char *name, GVariant *details);

/**
 * aimx_event_bus_has_told:
 * @self: the bus
 * @name: which event
 *
 * For whoever answers from what a listener took down, and says whether more is on its way. Any thread, never blocks.
 *
 * Returns: whether the listeners have heard of every event of that name which was emitted before this is called
 */
AIMX_API gboolean aimx_event_bus_has_told (AimxEventBus *self, const char *name);

G_END_DECLS
