/* SPDX-License-Identifier: MIT */
/*
 * The objects on the bus.
 *
 * Three subtrees (the root, and the places of domains and of mailboxes) take calls to whatever path there may be:
 * GDBus checks them against the interface that the place of the path implies, and hands them on, property reads too.
 * Only then the caller is identified, the object looked for and the caller's right to see it, which may take a while;
 * whatever is not there, or not for this caller, is answered alike.
 *
 * Introspection is the one call that GDBus wants answered while it waits, so a filter takes it out of the stream first.
 * The filter runs on the thread of GDBus; everything else here on the main thread.
 */
#include "tree.h"

#include "interfaces.h"
#include "listing.h"
#include "method.h"
#include "names.h"

#include <string.h>

static const char *const roots[] = { BUS_ROOT_PATH, BUS_DOMAINS_PATH, BUS_MAILBOXES_PATH };

/* What the thread of GDBus has of a tree. */
typedef struct
{
  BusTree *tree; /* main thread only; NULL once closed */
} Doorkeeper;

struct _BusTree
{
  int ref_count;
  BusService *service;
  GDBusConnection *connection;
  BusCallers *callers; /* NULL once closed */
  guint subtrees[G_N_ELEMENTS (roots)];
  guint filter;
  Doorkeeper *doorkeeper;
};

/* A method call, or an introspection. */
typedef struct
{
  BusTree *tree;
  GDBusMethodInvocation *invocation; /* NULL for an introspection */
  GDBusMessage *message;
  AimxCaller *caller;
  BusObject object;
  gboolean visible;
  GVariant *answer;
} Call;

static BusTree *
tree_ref (BusTree *self)
{
  self->ref_count++;
  return self;
}

static void
tree_unref (gpointer data)
{
  BusTree *self = data;

  if (--self->ref_count > 0)
    return;
  g_object_unref (self->connection);
  g_free (self);
}

/* ---- answers ---- */

static Call *
call_new (BusTree *tree, GDBusMethodInvocation *invocation, GDBusMessage *message)
{
  Call *call = g_new0 (Call, 1);

  call->tree = tree_ref (tree);
  call->invocation = invocation;
  call->message = g_object_ref (message);
  return call;
}

static void
call_free (Call *call)
{
  g_clear_pointer (&call->answer, g_variant_unref);
  bus_object_clear (&call->object);
  g_clear_pointer (&call->caller, aimx_caller_unref);
  g_object_unref (call->message);
  tree_unref (call->tree);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
send_reply (const Call *call, GDBusMessage *reply)
{
  if ((g_dbus_message_get_flags (call->message) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED) == 0)
    g_dbus_connection_send_message (call->tree->connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

/* (transfer full) @call */
static void
return_error (Call *self, const char *name, const char *message)
{
  g_autoptr (Call) call = self;
  g_autoptr (GDBusMessage) reply = NULL;

  if (call->invocation != NULL)
    {
      g_dbus_method_invocation_return_dbus_error (call->invocation, name, message);
      return;
    }
  reply = g_dbus_message_new_method_error_literal (call->message, name, message);
  send_reply (call, reply);
}

/* (transfer full) @call, @value, which may be floating */
static void
return_value (Call *self, GVariant *value)
{
  g_autoptr (Call) call = self;
  g_autoptr (GVariant) owned = g_variant_take_ref (value);
  g_autoptr (GDBusMessage) reply = NULL;

  if (g_variant_get_size (owned) > BUS_ANSWER_MAX)
    {
      return_error (g_steal_pointer (&call), BUS_ERROR_LIMIT, "that is more than the bus takes; ask on the socket");
      return;
    }
  if (call->invocation != NULL)
    {
      g_dbus_method_invocation_return_value (call->invocation, owned);
      return;
    }
  reply = g_dbus_message_new_method_reply (call->message);
  g_dbus_message_set_body (reply, owned);
  send_reply (call, reply);
}

static void
return_unknown (Call *call)
{
  g_autofree char *message = g_strdup_printf ("there is no object %s", g_dbus_message_get_path (call->message));

  return_error (call, BUS_ERROR_UNKNOWN_OBJECT, message);
}

/* ---- properties ---- */

static GVariant *
get_properties (const Call *call)
{
  const BusObject *object = &call->object;

  switch (object->kind)
    {
    case BUS_OBJECT_DOMAIN:
      return bus_domain_get_properties (object->config, object->domain,
                                        bus_service_has_key (call->tree->service, object->domain));
    case BUS_OBJECT_MAILBOX:
      return bus_mailbox_get_properties (object->mailbox);
    case BUS_OBJECT_MANAGER_KIND:
    case BUS_OBJECT_DOMAINS:
    case BUS_OBJECT_MAILBOXES:
    default:
      return g_variant_ref (call->tree->service->version);
    }
}

/* GDBus has checked that the interface is the object's and has that property. */
static void
read_properties (Call *call)
{
  GVariant *parameters = g_dbus_method_invocation_get_parameters (call->invocation);
  g_autoptr (GVariant) properties = g_variant_take_ref (get_properties (call));
  g_autoptr (GVariant) value = NULL;
  const char *interface, *name;

  if (strcmp (g_dbus_method_invocation_get_method_name (call->invocation), "GetAll") == 0)
    {
      g_variant_get (parameters, "(&s)", &interface);
      if (strcmp (interface, bus_object_get_interfaces (call->object.kind)[0]) == 0)
        return_value (call, g_variant_new ("(@a{sv})", properties));
      else
        return_value (call, g_variant_new ("(a{sv})", NULL));
      return;
    }
  g_variant_get (parameters, "(&s&s)", &interface, &name);
  value = g_variant_lookup_value (properties, name, NULL);
  return_value (call, g_variant_new ("(v)", value));
}

/* ---- what a caller may see ---- */

static void
list (gpointer user_data)
{
  Call *call = user_data;
  g_auto (GStrv) children = NULL;
  g_autofree char *xml = NULL;

  if (call->invocation != NULL)
    {
      call->answer = bus_listing_get_managed (call->tree->service, call->caller, call->object.config);
      return;
    }
  children = bus_listing_get_children (call->tree->service, call->caller, &call->object);
  xml = bus_interface_describe (bus_object_get_interfaces (call->object.kind), (const char *const *) children);
  call->answer = g_variant_ref_sink (g_variant_new ("(s)", xml));
}

/* (transfer full) @call: what was to be done for it was refused */
static void
return_refusal (Call *call, AimxResponse *response)
{
  return_error (call, BUS_ERROR_LIMIT, aimx_response_get_error (response)->message);
}

static void
on_listed (AimxResponse *response, gpointer user_data)
{
  Call *call = user_data;

  if (response == NULL)
    return_value (call, g_steal_pointer (&call->answer));
  else
    return_refusal (call, response);
}

static void
describe (Call *call)
{
  static const char *const no_children[] = { NULL };
  g_autofree char *xml = NULL;

  if (call->object.kind != BUS_OBJECT_DOMAIN && call->object.kind != BUS_OBJECT_MAILBOX)
    {
      bus_calls_run_work (call->tree->service->calls, call->caller, list, on_listed, call);
      return;
    }
  xml = bus_interface_describe (bus_object_get_interfaces (call->object.kind), no_children);
  return_value (call, g_variant_new ("(s)", xml));
}

static void
run_method (Call *self)
{
  g_autoptr (Call) call = self;

  bus_method_call (call->tree->service, &call->object, call->caller, call->invocation);
}

/* The object is there for the caller. */
static void
proceed (Call *call)
{
  const char *interface =
      call->invocation != NULL ? g_dbus_method_invocation_get_interface_name (call->invocation) : NULL;

  if (interface == NULL)
    describe (call);
  else if (strcmp (interface, BUS_PROPERTIES) == 0)
    read_properties (call);
  else if (strcmp (interface, BUS_OBJECT_MANAGER) == 0)
    bus_calls_run_work (call->tree->service->calls, call->caller, list, on_listed, call);
  else
    run_method (call);
}

static void
ask_owner (gpointer user_data)
{
  Call *call = user_data;

  call->visible = aimx_server_owns (call->tree->service->server, call->caller, call->object.mailbox);
}

static void
admit (Call *call)
{
  if (call->visible)
    proceed (call);
  else
    return_unknown (call);
}

static void
on_owner_known (AimxResponse *response, gpointer user_data)
{
  if (response == NULL)
    admit (user_data);
  else
    return_refusal (user_data, response);
}

static void
on_identified (AimxCaller *caller, const char *why, gpointer user_data)
{
  Call *call = user_data;
  BusService *service = call->tree->service;
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (service->server));

  if (caller == NULL)
    {
      return_error (call, BUS_ERROR_LIMIT, why);
      return;
    }
  call->caller = aimx_caller_ref (caller);
  call->visible = bus_object_find (&call->object, config, g_dbus_message_get_path (call->message));
  if (call->visible && call->object.kind == BUS_OBJECT_DOMAIN)
    call->visible = aimx_server_administers (service->server, caller);
  if (call->visible && call->object.kind == BUS_OBJECT_MAILBOX &&
      !aimx_server_owns_cached (service->server, caller, call->object.mailbox, &call->visible))
    bus_calls_run_work (service->calls, caller, ask_owner, on_owner_known, call);
  else
    admit (call);
}

static void
receive (BusTree *self, GDBusMethodInvocation *invocation, GDBusMessage *message)
{
  bus_callers_identify (self->callers, g_dbus_message_get_sender (message), on_identified,
                        call_new (self, invocation, message));
}

/* ---- introspection ---- */

static gboolean
is_introspection (GDBusMessage *message)
{
  const char *path = g_dbus_message_get_path (message);
  const char *interface = g_dbus_message_get_interface (message);
  gsize length = strlen (BUS_ROOT_PATH);

  return g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL &&
         g_strcmp0 (g_dbus_message_get_member (message), "Introspect") == 0 &&
         (interface == NULL || strcmp (interface, BUS_INTROSPECTABLE) == 0) &&
         *g_dbus_message_get_signature (message) == '\0' && strncmp (path, BUS_ROOT_PATH, length) == 0 &&
         (path[length] == '\0' || path[length] == '/') && g_dbus_message_get_sender (message) != NULL;
}

typedef struct
{
  Doorkeeper *doorkeeper;
  GDBusMessage *message;
} Introspection;

static void
introspection_free (gpointer data)
{
  Introspection *self = data;

  g_atomic_rc_box_release (self->doorkeeper);
  g_object_unref (self->message);
  g_free (self);
}

static gboolean
receive_introspection (gpointer user_data)
{
  Introspection *self = user_data;

  if (self->doorkeeper->tree != NULL)
    receive (self->doorkeeper->tree, NULL, self->message);
  return G_SOURCE_REMOVE;
}

/* On the thread of GDBus. */
static GDBusMessage *
take_introspection (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer user_data)
{
  g_autoptr (GSource) source = NULL;
  Introspection *introspection;

  if (!incoming || !is_introspection (message))
    return message;
  introspection = g_new (Introspection, 1);
  *introspection = (Introspection){ g_atomic_rc_box_acquire (user_data), message };
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, receive_introspection, introspection, introspection_free);
  g_source_attach (source, NULL);
  return NULL;
}

static void
doorkeeper_release (gpointer doorkeeper)
{
  g_atomic_rc_box_release (doorkeeper);
}

/* ---- the subtrees ---- */

static void
on_method_call (GDBusConnection *connection,
                const char *sender,
                const char *path,
                const char *interface,
                const char *method,
                GVariant *parameters,
                GDBusMethodInvocation *invocation,
                gpointer user_data)
{
  receive (user_data, invocation, g_dbus_method_invocation_get_message (invocation));
}

/* The calls that would need it are those to introspect. */
static char **
enumerate (GDBusConnection *connection, const char *sender, const char *path, gpointer user_data)
{
  return g_new0 (char *, 1);
}

/* @path is the whole one, its last part @node; for the root of a subtree @node is NULL. */
static GDBusInterfaceInfo **
get_interfaces (GDBusConnection *connection, const char *sender, const char *path, const char *node, gpointer user_data)
{
  const char *const *names = NULL;
  GPtrArray *interfaces;

  if (node == NULL && strcmp (path, BUS_ROOT_PATH) == 0)
    names = bus_object_get_interfaces (BUS_OBJECT_MANAGER_KIND);
  else if (node != NULL && g_str_has_prefix (path, BUS_DOMAINS_PATH "/"))
    names = bus_object_get_interfaces (BUS_OBJECT_DOMAIN);
  else if (node != NULL && g_str_has_prefix (path, BUS_MAILBOXES_PATH "/"))
    names = bus_object_get_interfaces (BUS_OBJECT_MAILBOX);
  if (names == NULL)
    return NULL;
  interfaces = g_ptr_array_new ();
  for (; *names != NULL; names++)
    g_ptr_array_add (interfaces, g_dbus_interface_info_ref (bus_interface_find (*names)));
  g_ptr_array_add (interfaces, NULL);
  return (GDBusInterfaceInfo **) g_ptr_array_free (interfaces, FALSE);
}

static const GDBusInterfaceVTable *
dispatch (GDBusConnection *connection,
          const char *sender,
          const char *path,
          const char *interface,
          const char *node,
          gpointer *out_user_data,
          gpointer user_data)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_method_call };

  *out_user_data = user_data;
  return &vtable;
}

/* ---- life ---- */

BusCallers *
bus_tree_get_callers (BusTree *self)
{
  return self->callers;
}

GDBusConnection *
bus_tree_get_connection (BusTree *self)
{
  return self->connection;
}

BusTree *
bus_tree_new (BusService *service, GDBusConnection *connection)
{
  static const GDBusSubtreeVTable vtable = { .enumerate = enumerate,
                                             .introspect = get_interfaces,
                                             .dispatch = dispatch };
  BusTree *self = g_new0 (BusTree, 1);
  Doorkeeper *doorkeeper = g_atomic_rc_box_new0 (Doorkeeper);

  self->ref_count = 1;
  self->service = service;
  self->connection = g_object_ref (connection);
  self->callers = bus_callers_new (connection);
  self->doorkeeper = doorkeeper;
  doorkeeper->tree = self;
  self->filter = g_dbus_connection_add_filter (connection, take_introspection, g_atomic_rc_box_acquire (doorkeeper),
                                               doorkeeper_release);
  /* A path of our own on a connection of our own: nobody else can have it. */
  for (gsize i = 0; i < G_N_ELEMENTS (roots); i++)
    self->subtrees[i] = g_dbus_connection_register_subtree (connection, roots[i], &vtable,
                                                            G_DBUS_SUBTREE_FLAGS_DISPATCH_TO_UNENUMERATED_NODES,
                                                            tree_ref (self), tree_unref, NULL);
  return self;
}

void
bus_tree_close (BusTree *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (roots); i++)
    g_dbus_connection_unregister_subtree (self->connection, self->subtrees[i]);
  g_dbus_connection_remove_filter (self->connection, self->filter);
  self->doorkeeper->tree = NULL;
  g_clear_pointer (&self->doorkeeper, doorkeeper_release);
  g_clear_pointer (&self->callers, bus_callers_free);
  tree_unref (self);
}
