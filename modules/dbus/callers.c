/* SPDX-License-Identifier: MIT */
/* Who calls. A unique name is never given twice, so what was said of one stays true until it is gone. */
#include "callers.h"

#include "names.h"

#include <aimx/log.h>

struct _BusCallers
{
  GDBusConnection *connection;
  GCancellable *cancellable;
  GHashTable *entries; /* unique name -> Entry */
  guint owner_changes;
};

typedef struct
{
  BusCallerFunc func;
  gpointer user_data;
} Waiter;

typedef struct
{
  char *name;
  BusPeer *peer;   /* NULL until the bus has answered */
  GArray *waiters; /* of Waiter */
} Entry;

typedef struct
{
  BusCallers *callers;
  char *name;
} Question;

/* ---- peers ---- */

static BusPeer *
peer_new (const char *name, guint uid, gint pid)
{
  BusPeer *self = g_atomic_rc_box_new (BusPeer);

  self->name = g_strdup (name);
  /* The bus tells all groups of a caller and not which is the first; nothing is decided by it. */
  self->caller = aimx_caller_new (uid, (guint) -1, pid);
  return self;
}

static void
peer_clear (gpointer data)
{
  BusPeer *self = data;

  g_free (self->name);
  aimx_caller_unref (self->caller);
}

void
bus_peer_unref (BusPeer *self)
{
  g_atomic_rc_box_release_full (self, peer_clear);
}

/* ---- entries ---- */

static Entry *
entry_new (const char *name)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->name = g_strdup (name);
  entry->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  return entry;
}

/* Whoever waits is told that there is nobody. */
static void
entry_free (gpointer data)
{
  Entry *entry = data;

  for (guint i = 0; i < entry->waiters->len; i++)
    {
      const Waiter *waiter = &g_array_index (entry->waiters, Waiter, i);

      waiter->func (NULL, "the connection is gone", waiter->user_data);
    }
  g_array_unref (entry->waiters);
  g_clear_pointer (&entry->peer, bus_peer_unref);
  g_free (entry->name);
  g_free (entry);
}

/* ---- asking the bus ---- */

static void
question_free (Question *question)
{
  g_free (question->name);
  g_free (question);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

static void
tell_waiters (Entry *entry)
{
  g_autoptr (GArray) waiters = g_steal_pointer (&entry->waiters);
  g_autoptr (AimxCaller) caller = aimx_caller_ref (entry->peer->caller);

  entry->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  for (guint i = 0; i < waiters->len; i++)
    {
      const Waiter *waiter = &g_array_index (waiters, Waiter, i);

      waiter->func (caller, NULL, waiter->user_data);
    }
}

static void
on_credentials (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Question) question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) credentials = answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;
  BusCallers *self = question->callers;
  guint32 uid = 0, pid = 0;
  Entry *entry;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  entry = g_hash_table_lookup (self->entries, question->name);
  if (entry == NULL)
    return;
  if (credentials == NULL || !g_variant_lookup (credentials, "UnixUserID", "u", &uid))
    {
      aimx_log (G_LOG_LEVEL_DEBUG, "MESSAGE", "the bus does not say who %s is: %s", question->name,
                error != NULL ? error->message : "no user id");
      g_hash_table_remove (self->entries, question->name);
      return;
    }
  g_variant_lookup (credentials, "ProcessID", "u", &pid);
  entry->peer = peer_new (question->name, uid, (gint) pid);
  tell_waiters (entry);
}

static void
ask (BusCallers *self, const char *name)
{
  Question *question = g_new (Question, 1);

  *question = (Question){ self, g_strdup (name) };
  g_dbus_connection_call (self->connection, BUS_DAEMON, BUS_DAEMON_PATH, BUS_DAEMON, "GetConnectionCredentials",
                          g_variant_new ("(s)", name), G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NONE,
                          BUS_CREDENTIALS_MSEC, self->cancellable, on_credentials, question);
}

void
bus_callers_identify (BusCallers *self, const char *name, BusCallerFunc func, gpointer user_data)
{
  Entry *entry = g_hash_table_lookup (self->entries, name);
  Waiter waiter = { func, user_data };

  if (entry != NULL && entry->peer != NULL)
    {
      g_autoptr (AimxCaller) caller = aimx_caller_ref (entry->peer->caller);

      func (caller, NULL, user_data);
      return;
    }
  if (entry == NULL ? g_hash_table_size (self->entries) >= BUS_CONNECTIONS_MAX
                    : entry->waiters->len >= BUS_CALLS_WAITING)
    {
      func (NULL, "too many calls at once", user_data);
      return;
    }
  if (entry == NULL)
    {
      entry = entry_new (name);
      g_hash_table_insert (self->entries, entry->name, entry);
      ask (self, name);
    }
  g_array_append_val (entry->waiters, waiter);
}

/* ---- those who go ---- */

static void
on_owner_changed (GDBusConnection *connection,
                  const char *sender,
                  const char *path,
                  const char *interface,
                  const char *signal,
                  GVariant *parameters,
                  gpointer user_data)
{
  BusCallers *self = user_data;
  const char *name, *old_owner, *new_owner;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sss)")))
    return;
  g_variant_get (parameters, "(&s&s&s)", &name, &old_owner, &new_owner);
  if (*new_owner == '\0')
    g_hash_table_remove (self->entries, name);
}

/* ---- all of them ---- */

GPtrArray *
bus_callers_list (BusCallers *self)
{
  GPtrArray *peers = g_ptr_array_new_with_free_func ((GDestroyNotify) bus_peer_unref);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Entry *entry = value;

      if (entry->peer != NULL)
        g_ptr_array_add (peers, g_atomic_rc_box_acquire (entry->peer));
    }
  return peers;
}

guint
bus_callers_get_size (BusCallers *self)
{
  return g_hash_table_size (self->entries);
}

BusCallers *
bus_callers_new (GDBusConnection *connection)
{
  BusCallers *self = g_new0 (BusCallers, 1);

  self->connection = g_object_ref (connection);
  self->cancellable = g_cancellable_new ();
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  self->owner_changes =
      g_dbus_connection_signal_subscribe (connection, BUS_DAEMON, BUS_DAEMON, "NameOwnerChanged", BUS_DAEMON_PATH, NULL,
                                          G_DBUS_SIGNAL_FLAGS_NONE, on_owner_changed, self, NULL);
  return self;
}

void
bus_callers_free (BusCallers *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_dbus_connection_signal_unsubscribe (self->connection, self->owner_changes);
  g_hash_table_unref (self->entries);
  g_object_unref (self->connection);
  g_free (self);
}
