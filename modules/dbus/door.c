/* SPDX-License-Identifier: MIT */
/* The door: its parts, and the order in which they come and go. */
#include "door.h"

#include "link.h"
#include "service.h"
#include "signals.h"
#include "tree.h"

#include <json-glib/json-glib.h>
#include <unistd.h>

struct _BusDoor
{
  BusService service;
  BusSignals *signals;
  char *address;
  BusLink *link;
  BusTree *tree;
  BusDoorClosed closed; /* set once it closes */
  gpointer closed_data;
};

/* ---- coming and going of the bus ---- */

static void
on_up (GDBusConnection *connection, gpointer user_data)
{
  BusDoor *self = user_data;

  if (self->closed != NULL)
    return;
  self->tree = bus_tree_new (&self->service, connection);
  bus_signals_set_tree (self->signals, self->tree);
}

static void
on_down (gpointer user_data)
{
  BusDoor *self = user_data;

  if (self->signals != NULL)
    bus_signals_set_tree (self->signals, NULL);
  g_clear_pointer (&self->tree, bus_tree_close);
}

/* ---- opening ---- */

static GVariant *
read_version (GBytes *body)
{
  static const struct
  {
    const char *property;
    const char *key;
  } properties[] = {
    { "Version", "tag" }, { "GitHash", "git_hash" }, { "Target", "target" }, { "BuildDate", "build_date" }
  };
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object = NULL;
  GVariantBuilder builder;

  if (body != NULL &&
      json_parser_load_from_data (parser, g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body), NULL))
    object = json_node_get_object (json_parser_get_root (parser));
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (gsize i = 0; i < G_N_ELEMENTS (properties); i++)
    g_variant_builder_add (&builder, "{sv}", properties[i].property,
                           g_variant_new_string (
                               object != NULL
                                   ? json_object_get_string_member_with_default (object, properties[i].key, "")
                                   : ""));
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static void
on_version (AimxResponse *response, gpointer user_data)
{
  BusDoor *self = user_data;

  self->service.version = read_version (aimx_response_get_body (response));
  if (self->closed == NULL)
    self->link = bus_link_new (self->address, on_up, on_down, self);
}

void
bus_door_open (BusDoor *self, const char *address)
{
  static const char *const no_headers[] = { NULL };
  g_autoptr (AimxCaller) own = aimx_caller_new (geteuid (), getegid (), getpid ());

  self->address = g_strdup (address);
  self->service.signer = aimx_server_get_service (self->service.server, AIMX_TYPE_SIGNER);
  self->signals = bus_signals_new (&self->service);
  /* Properties are never waited for: the manager's are known before anybody can ask. */
  bus_calls_run (self->service.calls, own, "VERSION", no_headers, NULL, on_version, self);
}

/* ---- closing ---- */

static void
on_left (gpointer user_data)
{
  BusDoor *self = user_data;

  g_clear_pointer (&self->link, bus_link_free);
  self->closed (self->closed_data);
}

static void
on_signals_stopped (gpointer user_data)
{
  BusDoor *self = user_data;

  if (self->link != NULL)
    bus_link_close (self->link, on_left, self);
  else
    on_left (self);
}

static void
on_calls_idle (gpointer user_data)
{
  BusDoor *self = user_data;

  if (self->signals != NULL)
    bus_signals_stop (self->signals, on_signals_stopped, self);
  else
    on_signals_stopped (self);
}

void
bus_door_close (BusDoor *self, BusDoorClosed closed, gpointer user_data)
{
  self->closed = closed;
  self->closed_data = user_data;
  if (self->link != NULL)
    bus_link_give_name_back (self->link);
  on_down (self);
  bus_calls_stop (self->service.calls, on_calls_idle, self);
}

/* ---- the door ---- */

GVariant *
bus_door_read_figures (BusDoor *self)
{
  guint64 n_connections = self->tree != NULL ? bus_callers_get_size (bus_tree_get_callers (self->tree)) : 0;

  return g_variant_new_parsed ("{'connections': %t, 'calls_running': %t, 'calls_waiting': %t}", n_connections,
                               (guint64) bus_calls_get_n_running (self->service.calls),
                               (guint64) bus_calls_get_n_waiting (self->service.calls));
}

BusDoor *
bus_door_new (AimxServer *server)
{
  BusDoor *self = g_new0 (BusDoor, 1);

  self->service.server = server;
  self->service.calls = bus_calls_new (server);
  return self;
}

void
bus_door_free (BusDoor *self)
{
  g_clear_pointer (&self->link, bus_link_free);
  on_down (self);
  g_clear_pointer (&self->signals, bus_signals_free);
  g_clear_pointer (&self->service.calls, bus_calls_free);
  g_clear_pointer (&self->service.version, g_variant_unref);
  g_clear_object (&self->service.signer);
  g_free (self->address);
  g_free (self);
}
