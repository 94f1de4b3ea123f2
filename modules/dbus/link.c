/* SPDX-License-Identifier: MIT */
/*
 * The way to the bus.
 *
 * A cancellable stands for one attempt with the connection that comes of it; cancelling it silences every callback of
 * that attempt.
 */
#include "link.h"

#include "names.h"

#include <aimx/log.h>

/* Answers of org.freedesktop.DBus.RequestName, and its flag (D-Bus Specification, "Message Bus Messages"). */
#define NAME_DO_NOT_QUEUE  4
#define NAME_PRIMARY_OWNER 1

struct _BusLink
{
  char *address;
  BusLinkUp up;
  BusLinkDown down;
  gpointer user_data;
  GCancellable *attempt;
  GDBusConnection *connection;
  guint attempt_timer;
  guint retry_timer;
  guint wait_msec;
  gboolean told; /* the log knows that the bus is away */
};

static void connect_to_bus (BusLink *self);

/* ---- failing ---- */

static gboolean
on_retry (gpointer user_data)
{
  BusLink *self = user_data;

  self->retry_timer = 0;
  connect_to_bus (self);
  return G_SOURCE_REMOVE;
}

static void
let_go (BusLink *self)
{
  g_clear_handle_id (&self->attempt_timer, g_source_remove);
  g_cancellable_cancel (self->attempt);
  g_clear_object (&self->attempt);
  if (self->connection == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->connection, self);
  self->down (self->user_data);
  g_clear_object (&self->connection);
}

static void
fail (BusLink *self, const char *why)
{
  aimx_log (self->told ? G_LOG_LEVEL_DEBUG : G_LOG_LEVEL_INFO, "MESSAGE",
            "not on the bus at %s: %s; everything else works, and it is tried again", self->address, why);
  self->told = TRUE;
  let_go (self);
  self->retry_timer = g_timeout_add (self->wait_msec, on_retry, self);
  self->wait_msec = MIN (2 * self->wait_msec, BUS_RETRY_MAX_MSEC);
}

static gboolean
on_out_of_time (gpointer user_data)
{
  BusLink *self = user_data;

  self->attempt_timer = 0;
  fail (self, "it does not answer");
  return G_SOURCE_REMOVE;
}

static void
on_closed (GDBusConnection *connection, gboolean vanished, GError *error, gpointer user_data)
{
  fail (user_data, error != NULL ? error->message : "the connection was closed");
}

/* ---- connecting ---- */

static void
on_named (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  BusLink *self = user_data;
  guint32 status = 0;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (answer != NULL)
    g_variant_get (answer, "(u)", &status);
  if (error != NULL || status != NAME_PRIMARY_OWNER)
    {
      fail (self, error != NULL ? error->message : "another program has the name " BUS_NAME);
      return;
    }
  g_clear_handle_id (&self->attempt_timer, g_source_remove);
  self->wait_msec = BUS_RETRY_FIRST_MSEC;
  self->told = FALSE;
  aimx_log (G_LOG_LEVEL_INFO, "MESSAGE", "on the bus as " BUS_NAME);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = g_dbus_connection_new_for_address_finish (result, &error);
  BusLink *self = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (connection == NULL)
    {
      fail (self, error->message);
      return;
    }
  self->connection = g_steal_pointer (&connection);
  g_signal_connect (self->connection, "closed", G_CALLBACK (on_closed), self);
  self->up (self->connection, self->user_data);
  g_dbus_connection_call (self->connection, BUS_DAEMON, BUS_DAEMON_PATH, BUS_DAEMON, "RequestName",
                          g_variant_new ("(su)", BUS_NAME, NAME_DO_NOT_QUEUE), G_VARIANT_TYPE ("(u)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, self->attempt, on_named, self);
}

static void
connect_to_bus (BusLink *self)
{
  self->attempt = g_cancellable_new ();
  self->attempt_timer = g_timeout_add_seconds (BUS_ATTEMPT_SECONDS, on_out_of_time, self);
  g_dbus_connection_new_for_address (self->address,
                                     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                         G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                     NULL, self->attempt, on_connected, self);
}

/* ---- life ---- */

BusLink *
bus_link_new (const char *address, BusLinkUp up, BusLinkDown down, gpointer user_data)
{
  BusLink *self = g_new0 (BusLink, 1);

  self->address = g_strdup (address);
  self->up = up;
  self->down = down;
  self->user_data = user_data;
  self->wait_msec = BUS_RETRY_FIRST_MSEC;
  if (address != NULL)
    connect_to_bus (self);
  return self;
}

/* Ends every attempt; a connection that is there stays. */
static void
settle (BusLink *self)
{
  g_clear_handle_id (&self->retry_timer, g_source_remove);
  g_clear_handle_id (&self->attempt_timer, g_source_remove);
  g_cancellable_cancel (self->attempt);
  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
}

void
bus_link_give_name_back (BusLink *self)
{
  if (self->connection != NULL)
    g_dbus_connection_call (self->connection, BUS_DAEMON, BUS_DAEMON_PATH, BUS_DAEMON, "ReleaseName",
                            g_variant_new ("(s)", BUS_NAME), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
}

static void
on_flushed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  BusLink *self = user_data;

  g_dbus_connection_flush_finish (G_DBUS_CONNECTION (source), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_handle_id (&self->attempt_timer, g_source_remove);
  self->down (self->user_data);
}

/* Whether or not it was answered: a bus that is gone cannot be flushed either. */
static void
on_round_trip (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  BusLink *self = user_data;

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_dbus_connection_flush (G_DBUS_CONNECTION (source), self->attempt, on_flushed, self);
}

static gboolean
on_not_flushed (gpointer user_data)
{
  BusLink *self = user_data;

  self->attempt_timer = 0;
  g_cancellable_cancel (self->attempt);
  self->down (self->user_data);
  return G_SOURCE_REMOVE;
}

void
bus_link_close (BusLink *self, BusLinkDown closed, gpointer user_data)
{
  settle (self);
  self->down = closed;
  self->user_data = user_data;
  if (self->connection == NULL)
    {
      closed (user_data);
      return;
    }
  g_clear_object (&self->attempt);
  self->attempt = g_cancellable_new ();
  self->attempt_timer = g_timeout_add_seconds (BUS_CLOSE_SECONDS, on_not_flushed, self);
  /* Its answer comes after every call that the bus had passed on while the name was ours. */
  g_dbus_connection_call (self->connection, BUS_DAEMON, BUS_DAEMON_PATH, BUS_DAEMON, "GetId", NULL, NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, self->attempt, on_round_trip, self);
}

void
bus_link_free (BusLink *self)
{
  settle (self);
  g_clear_object (&self->attempt);
  if (self->connection != NULL)
    g_dbus_connection_close (self->connection, NULL, NULL, NULL);
  g_clear_object (&self->connection);
  g_free (self->address);
  g_free (self);
}
