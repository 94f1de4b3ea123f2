/* SPDX-License-Identifier: MIT */
/*
 * The event bus: a queue under a mutex, emptied by one source on the main context.
 *
 * Events and subscriptions are numbered from one counter, so that an event goes to exactly those who had subscribed
 * when it was emitted. The source takes a few events a turn and lets the loop do other things in between. Listeners run
 * without the mutex; a subscription lives until its listener has returned.
 *
 * When events come too fast, those give way of which most wait: a flood of one kind drops nothing else.
 */
#include "acting-module.h"
#include "event-bus-private.h"
#include "listener-watch.h"
#include "lock-manager-private.h"

#include <aimx/log.h>

/* Events delivered before the loop may do something else. */
#define EVENTS_A_TURN 64
/* What a listener may take before it is told about. */
#define SLOW_USEC G_USEC_PER_SEC

typedef struct
{
  guint64 number;
  char *name;
  const char *module; /* who emitted it */
  GVariant *details;
} Event;

typedef struct
{
  int ref_count;
  guint64 number;
  guint id;
  int ended;
  char *name;
  const char *module; /* who listens */
  AimxEventFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
  guint64 n_slow; /* how often it was; on the main context */
} Subscription;

struct _AimxEventBus
{
  GObject parent;
  GMainContext *context;
  AimxLockManager *locks; /* (nullable) */
  AimxListenerWatch *watch;
  GMutex mutex; /* guards what follows */
  GQueue events;
  GHashTable *n_waiting;    /* name -> how many of the events have it */
  const char *told;         /* the name of the event that listeners are hearing of, NULL between two */
  GPtrArray *subscriptions; /* in the order of subscribing */
  guint64 next_number;
  guint next_id;
  GSource *source; /* attached while events wait */
  guint64 dropped; /* since the queue was last empty */
};

G_DEFINE_TYPE (AimxEventBus, aimx_event_bus, G_TYPE_OBJECT)

static Event *
event_new (guint64 number, const char *name, GVariant *details)
{
  Event *event = g_new (Event, 1);

  event->number = number;
  event->name = g_strdup (name);
  event->module = aimx_acting_module_get ();
  event->details = g_variant_ref (details);
  return event;
}

static void
event_free (Event *event)
{
  g_free (event->name);
  g_variant_unref (event->details);
  g_free (event);
}

static Subscription *
subscription_ref (Subscription *subscription)
{
  g_atomic_int_inc (&subscription->ref_count);
  return subscription;
}

static void
subscription_unref (gpointer data)
{
  Subscription *subscription = data;

  if (!g_atomic_int_dec_and_test (&subscription->ref_count))
    return;
  if (subscription->destroy != NULL)
    subscription->destroy (subscription->user_data);
  g_free (subscription->name);
  g_free (subscription);
}

/* With the mutex held. */
static void
count (AimxEventBus *self, const char *name, int change)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->n_waiting, name)) + (guint) change;

  if (n == 0)
    g_hash_table_remove (self->n_waiting, name);
  else
    g_hash_table_insert (self->n_waiting, g_strdup (name), GUINT_TO_POINTER (n));
}

/* ---- delivery, on the main context ---- */

/* The next event with those who want it; %NULL when there is none. */
static Event *
take_event (AimxEventBus *self, GPtrArray *listeners)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Event *event = g_queue_pop_head (&self->events);

  if (event == NULL)
    {
      self->dropped = 0;
      g_clear_pointer (&self->source, g_source_unref);
      return NULL;
    }
  count (self, event->name, -1);
  self->told = event->name;
  for (guint i = 0; i < self->subscriptions->len; i++)
    {
      Subscription *subscription = self->subscriptions->pdata[i];

      if (subscription->number < event->number &&
          (subscription->name == NULL || strcmp (subscription->name, event->name) == 0))
        g_ptr_array_add (listeners, subscription_ref (subscription));
    }
  return event;
}

static void
finish_event (AimxEventBus *self, Event *event)
{
  g_mutex_lock (&self->mutex);
  self->told = NULL;
  g_mutex_unlock (&self->mutex);
  event_free (event);
}

/* Told about at its first time, and again at each doubling. */
static void
warn_if_slow (Subscription *listener, const Event *event, gint64 usec)
{
  const char *module = aimx_acting_module_name (listener->module);

  if (usec < SLOW_USEC)
    return;
  listener->n_slow++;
  if ((listener->n_slow & (listener->n_slow - 1)) == 0)
    aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_MODULE, module, "MESSAGE",
              "a listener of module '%s' to '%s' took %.1f s, and the server waited for it", module, event->name,
              (double) usec / G_USEC_PER_SEC);
}

static void
tell (AimxEventBus *self, const Event *event, Subscription *listener)
{
  const char *before = aimx_acting_module_set (listener->module);
  AimxListenerRun run = { .module = listener->module, .event = event->name };

  aimx_listener_watch_begin (self->watch, &run);
  listener->func (event->name, event->details, listener->user_data);
  warn_if_slow (listener, event, aimx_listener_watch_end (self->watch, &run));
  if (self->locks != NULL)
    aimx_lock_manager_release_held (self->locks);
  aimx_acting_module_set (before);
}

static gboolean
deliver_one (AimxEventBus *self)
{
  g_autoptr (GPtrArray) listeners = g_ptr_array_new_with_free_func (subscription_unref);
  Event *event = take_event (self, listeners);

  if (event == NULL)
    return FALSE;
  for (guint i = 0; i < listeners->len; i++)
    {
      Subscription *listener = listeners->pdata[i];

      if (!g_atomic_int_get (&listener->ended))
        tell (self, event, listener);
    }
  finish_event (self, event);
  return TRUE;
}

static gboolean
deliver_some (gpointer user_data)
{
  AimxEventBus *self = user_data;

  for (int i = 0; i < EVENTS_A_TURN; i++)
    if (!deliver_one (self))
      return G_SOURCE_REMOVE;
  return G_SOURCE_CONTINUE;
}

static GSource *
attach (AimxEventBus *self, GSourceFunc func, gpointer user_data, GDestroyNotify destroy)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "aimx events");
  g_source_set_callback (source, func, user_data, destroy);
  g_source_attach (source, self->context);
  return source;
}

/* ---- subscribing and emitting, on any thread ---- */

guint
aimx_event_bus_subscribe (AimxEventBus *self,
                          const char *name,
                          AimxEventFunc func,
                          gpointer user_data,
                          GDestroyNotify destroy)
{
  g_autoptr (GMutexLocker) locker = NULL;
  Subscription *subscription;

  g_return_val_if_fail (AIMX_IS_EVENT_BUS (self), 0);
  g_return_val_if_fail (func != NULL, 0);

  subscription = g_new0 (Subscription, 1);
  subscription->ref_count = 1;
  subscription->name = g_strdup (name);
  subscription->module = aimx_acting_module_find (func);
  subscription->func = func;
  subscription->user_data = user_data;
  subscription->destroy = destroy;
  locker = g_mutex_locker_new (&self->mutex);
  subscription->number = self->next_number++;
  subscription->id = ++self->next_id;
  g_ptr_array_add (self->subscriptions, subscription);
  return subscription->id;
}

static Subscription *
steal_subscription (AimxEventBus *self, guint id)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  for (guint i = 0; i < self->subscriptions->len; i++)
    {
      Subscription *subscription = self->subscriptions->pdata[i];

      if (subscription->id == id)
        return g_ptr_array_steal_index (self->subscriptions, i);
    }
  return NULL;
}

static gboolean
do_nothing (gpointer user_data)
{
  return G_SOURCE_REMOVE;
}

void
aimx_event_bus_unsubscribe (AimxEventBus *self, guint id)
{
  Subscription *subscription;

  g_return_if_fail (AIMX_IS_EVENT_BUS (self));

  subscription = steal_subscription (self, id);
  g_return_if_fail (subscription != NULL);
  g_atomic_int_set (&subscription->ended, TRUE);
  if (g_main_context_is_owner (self->context))
    subscription_unref (subscription);
  else
    g_source_unref (attach (self, do_nothing, subscription, subscription_unref));
}

static Subscription *
find_of_module (AimxEventBus *self, const char *module)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  for (guint i = 0; i < self->subscriptions->len; i++)
    {
      Subscription *subscription = self->subscriptions->pdata[i];

      if (g_strcmp0 (subscription->module, module) == 0)
        return subscription;
    }
  return NULL;
}

void
aimx_event_bus_withdraw (AimxEventBus *self, const char *module)
{
  const Subscription *subscription;

  while ((subscription = find_of_module (self, module)) != NULL)
    aimx_event_bus_unsubscribe (self, subscription->id);
}

/* Whether anybody listens to it; with the mutex held. */
static gboolean
is_heard (AimxEventBus *self, const char *name)
{
  for (guint i = 0; i < self->subscriptions->len; i++)
    {
      const Subscription *subscription = self->subscriptions->pdata[i];

      if (subscription->name == NULL || strcmp (subscription->name, name) == 0)
        return TRUE;
    }
  return FALSE;
}

static const char *
find_crowd (AimxEventBus *self)
{
  const char *crowd = NULL;
  guint most = 0;
  GHashTableIter iter;
  gpointer name, n;

  g_hash_table_iter_init (&iter, self->n_waiting);
  while (g_hash_table_iter_next (&iter, &name, &n))
    if (GPOINTER_TO_UINT (n) > most)
      {
        most = GPOINTER_TO_UINT (n);
        crowd = name;
      }
  return crowd;
}

/* Makes room for one more by dropping the oldest of those of which most wait; with the mutex held. */
static Event *
make_room (AimxEventBus *self)
{
  const char *crowd;
  GList *link;
  Event *event;

  if (g_queue_get_length (&self->events) < AIMX_EVENT_QUEUE_MAX)
    return NULL;
  crowd = find_crowd (self);
  link = self->events.head;
  while (strcmp (((const Event *) link->data)->name, crowd) != 0)
    link = link->next;
  event = link->data;
  g_queue_delete_link (&self->events, link);
  count (self, event->name, -1);
  self->dropped++;
  return event;
}

/* A flood is told about once, and again at each doubling. */
static void
warn_about_drop (const Event *event, guint64 dropped)
{
  const char *module = aimx_acting_module_name (event->module);

  if ((dropped & (dropped - 1)) == 0)
    aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_MODULE, module, "MESSAGE",
              "events come faster than their listeners take them: %" G_GUINT64_FORMAT
              " dropped, the last one '%s' of module '%s'",
              dropped, event->name, module);
}

void
aimx_event_bus_emit (AimxEventBus *self, const char *name, GVariant *details)
{
  g_autoptr (GVariant) owned = NULL;
  Event *given_up;
  guint64 dropped;

  g_return_if_fail (AIMX_IS_EVENT_BUS (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (details == NULL || g_variant_is_of_type (details, G_VARIANT_TYPE_VARDICT));

  owned = g_variant_ref_sink (details != NULL ? details : g_variant_new ("a{sv}", NULL));
  g_mutex_lock (&self->mutex);
  if (!is_heard (self, name))
    {
      g_mutex_unlock (&self->mutex);
      return;
    }
  given_up = make_room (self);
  dropped = self->dropped;
  count (self, name, 1);
  g_queue_push_tail (&self->events, event_new (self->next_number++, name, owned));
  if (self->source == NULL)
    self->source = attach (self, deliver_some, self, NULL);
  g_mutex_unlock (&self->mutex);
  if (given_up == NULL)
    return;
  warn_about_drop (given_up, dropped);
  event_free (given_up);
}

gboolean
aimx_event_bus_has_told (AimxEventBus *self, const char *name)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (AIMX_IS_EVENT_BUS (self), TRUE);
  g_return_val_if_fail (name != NULL, TRUE);

  locker = g_mutex_locker_new (&self->mutex);
  return !g_hash_table_contains (self->n_waiting, name) && g_strcmp0 (self->told, name) != 0;
}

/* ---- the object ---- */

static void
aimx_event_bus_finalize (GObject *object)
{
  AimxEventBus *self = AIMX_EVENT_BUS (object);

  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  g_queue_clear_full (&self->events, (GDestroyNotify) event_free);
  g_hash_table_unref (self->n_waiting);
  g_ptr_array_unref (self->subscriptions);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_object (&self->locks);
  aimx_listener_watch_free (self->watch);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (aimx_event_bus_parent_class)->finalize (object);
}

static void
aimx_event_bus_class_init (AimxEventBusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_event_bus_finalize;
}

static void
aimx_event_bus_init (AimxEventBus *self)
{
  g_mutex_init (&self->mutex);
  g_queue_init (&self->events);
  self->watch = aimx_listener_watch_new ();
  self->n_waiting = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->subscriptions = g_ptr_array_new_with_free_func (subscription_unref);
}

void
aimx_event_bus_set_locks (AimxEventBus *self, AimxLockManager *locks)
{
  g_set_object (&self->locks, locks);
}

AimxEventBus *
aimx_event_bus_new (GMainContext *context)
{
  AimxEventBus *self = g_object_new (AIMX_TYPE_EVENT_BUS, NULL);

  self->context = g_main_context_ref (context != NULL ? context : g_main_context_default ());
  return self;
}
