/* SPDX-License-Identifier: MIT */
/*
 * Events become signals.
 *
 * What changed is found by comparing snapshots, so that a change of the file that was read again is told like one that
 * a verb made. Events wait in a queue; whatever is there is worked off on the pool, one batch at a time, so that
 * everything is told in the order in which it happened.
 */
#include "signals.h"

#include "audience.h"
#include "names.h"
#include "work.h"

#include <aimx/log.h>

/* A message received, or another configuration. */
typedef struct
{
  AimxConfig *config; /* NULL: a message */
  char *mailbox;
  char *id;
} Event;

struct _BusSignals
{
  BusService *service;
  BusTree *tree; /* NULL while there is no bus */
  guint config_events;
  guint message_events;
  guint key_events;
  GQueue *events; /* of Event */
  guint64 dropped;
  gboolean working;
  BusSnapshot *snapshot;     /* the one last told; while it works the pool's */
  BusSignalsStopped stopped; /* set once it stops */
  gpointer stopped_data;
};

typedef struct
{
  BusSignals *signals;
  BusAudience audience;
  GQueue *events;
} Batch;

static void work_off (BusSignals *self);

static void
event_free (Event *event)
{
  g_clear_object (&event->config);
  g_free (event->mailbox);
  g_free (event->id);
  g_free (event);
}

static void
free_events (GQueue *events)
{
  g_queue_free_full (events, (GDestroyNotify) event_free);
}

/* ---- on the pool ---- */

static void
tell_event (Batch *batch, const Event *event)
{
  BusSignals *signals = batch->signals;
  g_autoptr (BusSnapshot) before = NULL;
  const AimxMailbox *mailbox;

  if (event->config == NULL)
    {
      mailbox = aimx_config_get_mailbox (signals->snapshot->config, event->mailbox);
      if (mailbox != NULL)
        bus_audience_tell_message (&batch->audience, mailbox, event->id);
      return;
    }
  before = g_steal_pointer (&signals->snapshot);
  signals->snapshot = bus_snapshot_new (signals->service, event->config);
  bus_audience_tell_change (&batch->audience, before, signals->snapshot);
}

static void
tell_batch (gpointer user_data)
{
  Batch *batch = user_data;

  for (GList *link = batch->events->head; link != NULL; link = link->next)
    tell_event (batch, link->data);
}

/* ---- on the main thread ---- */

static void
on_told (gpointer user_data)
{
  Batch *batch = user_data;
  BusSignals *self = batch->signals;

  g_clear_object (&batch->audience.connection);
  g_ptr_array_unref (batch->audience.peers);
  free_events (batch->events);
  g_free (batch);
  self->working = FALSE;
  if (self->stopped != NULL)
    self->stopped (self->stopped_data);
  else
    work_off (self);
}

static void
work_off (BusSignals *self)
{
  Batch *batch;

  if (self->working || g_queue_is_empty (self->events))
    return;
  batch = g_new0 (Batch, 1);
  batch->signals = self;
  batch->events = g_steal_pointer (&self->events);
  batch->audience.service = self->service;
  if (self->tree != NULL)
    batch->audience.connection = g_object_ref (bus_tree_get_connection (self->tree));
  batch->audience.peers =
      self->tree != NULL ? bus_callers_list (bus_tree_get_callers (self->tree)) : g_ptr_array_new ();
  self->events = g_queue_new ();
  self->working = TRUE;
  bus_work_run (self->service->server, tell_batch, on_told, batch);
}

static void
on_config_event (const char *name, GVariant *details, gpointer user_data)
{
  BusSignals *self = user_data;
  Event *event = g_new0 (Event, 1);

  event->config = aimx_config_store_get (aimx_server_get_config_store (self->service->server));
  g_queue_push_tail (self->events, event);
  work_off (self);
}

/* Said once, and again at each doubling. */
static void
note_dropped (BusSignals *self)
{
  self->dropped++;
  if ((self->dropped & (self->dropped - 1)) == 0)
    aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE",
              "mail comes faster than it can be told on the bus: %" G_GUINT64_FORMAT " signals dropped", self->dropped);
}

static void
on_message_event (const char *name, GVariant *details, gpointer user_data)
{
  BusSignals *self = user_data;
  Event *event;

  if (self->tree == NULL || bus_callers_get_size (bus_tree_get_callers (self->tree)) == 0)
    return;
  if (g_queue_get_length (self->events) >= BUS_SIGNALS_WAITING)
    {
      note_dropped (self);
      return;
    }
  event = g_new0 (Event, 1);
  if (!g_variant_lookup (details, "mailbox", "s", &event->mailbox) ||
      !g_variant_lookup (details, "id", "s", &event->id))
    {
      event_free (event);
      return;
    }
  g_queue_push_tail (self->events, event);
  work_off (self);
}

/* ---- life ---- */

void
bus_signals_set_tree (BusSignals *self, BusTree *tree)
{
  self->tree = tree;
}

BusSignals *
bus_signals_new (BusService *service)
{
  AimxEventBus *events = aimx_server_get_event_bus (service->server);
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (service->server));
  BusSignals *self = g_new0 (BusSignals, 1);

  self->service = service;
  self->events = g_queue_new ();
  self->snapshot = bus_snapshot_new (service, config);
  self->config_events = aimx_event_bus_subscribe (events, AIMX_EVENT_CONFIG_CHANGED, on_config_event, self, NULL);
  self->key_events = aimx_event_bus_subscribe (events, AIMX_EVENT_KEYS_CHANGED, on_config_event, self, NULL);
  self->message_events = aimx_event_bus_subscribe (events, AIMX_EVENT_MESSAGE_RECEIVED, on_message_event, self, NULL);
  return self;
}

static void
unsubscribe (BusSignals *self)
{
  AimxEventBus *events = aimx_server_get_event_bus (self->service->server);

  if (self->config_events == 0)
    return;
  aimx_event_bus_unsubscribe (events, self->config_events);
  aimx_event_bus_unsubscribe (events, self->key_events);
  aimx_event_bus_unsubscribe (events, self->message_events);
  self->config_events = 0;
}

void
bus_signals_stop (BusSignals *self, BusSignalsStopped stopped, gpointer user_data)
{
  unsubscribe (self);
  self->stopped = stopped;
  self->stopped_data = user_data;
  if (!self->working)
    stopped (user_data);
}

void
bus_signals_free (BusSignals *self)
{
  unsubscribe (self);
  free_events (self->events);
  bus_snapshot_free (self->snapshot);
  g_free (self);
}
