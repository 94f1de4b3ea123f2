/* SPDX-License-Identifier: MIT */
/*
 * Methods. Which verb a method is stands in a table; what comes of it, who may call it and how it fails is the verb's
 * own business.
 */
#include "method.h"

#include "names.h"

#include <aimx/error.h>

#include <string.h>

/* A method with an argument has one, its out argument is the JSON. */
typedef struct
{
  const char *interface;
  const char *method;
  const char *verb;
  const char *object_header;   /* which names the domain or mailbox; NULL for none */
  const char *argument_header; /* which takes the argument; NULL for none */
} Mapping;

static const Mapping mappings[] = {
  { BUS_MANAGER, "Verbs", "VERB-LIST", NULL, NULL },
  { BUS_MANAGER, "Modules", "MODULE-LIST", NULL, NULL },
  { BUS_MANAGER, "Reload", "RELOAD", NULL, NULL },
  { BUS_DOMAIN, "Remove", "DOMAIN-REMOVE", "Domain", "Force" },
  { BUS_DOMAIN, "SetDefault", "DOMAIN-SET-DEFAULT", "Domain", NULL },
  { BUS_MAILBOX, "MarkRead", "MARK-READ", "Mailbox", "Id" },
  { BUS_MAILBOX, "MarkUnread", "MARK-UNREAD", "Mailbox", "Id" },
  { BUS_MAILBOX, "Delete", "MAILBOX-DELETE", "Name", "Force" },
  { BUS_MAILBOX, "Show", "MAILBOX-SHOW", "Mailbox", NULL },
};

/* ---- answers ---- */

/* Names of files, which errors tell, may be of any bytes. */
static void
return_error (GDBusMethodInvocation *invocation, const GError *error)
{
  g_autofree char *name = g_strconcat (BUS_ERROR_PREFIX, aimx_error_get_wire_code (error), NULL);
  g_autofree char *message = g_utf8_make_valid (error->message, -1);

  g_dbus_method_invocation_return_dbus_error (invocation, name, message);
}

/* Whether there is an answer to give; else the error is returned. */
static gboolean
check_response (GDBusMethodInvocation *invocation, AimxResponse *response)
{
  GBytes *body = aimx_response_get_body (response);

  if (aimx_response_get_error (response) != NULL)
    return_error (invocation, aimx_response_get_error (response));
  else if (body != NULL && g_bytes_get_size (body) > BUS_ANSWER_MAX)
    g_dbus_method_invocation_return_dbus_error (invocation, BUS_ERROR_LIMIT,
                                                "the answer is larger than the bus takes; ask on the socket");
  else
    return TRUE;
  return FALSE;
}

static void
on_generic_answer (AimxResponse *response, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  GBytes *body = aimx_response_get_body (response);
  const char *id = aimx_response_get_id (response);

  if (check_response (invocation, response))
    g_dbus_method_invocation_return_value (
        invocation,
        g_variant_new ("(s@ay)", id != NULL ? id : "",
                       g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, body != NULL ? body : empty, TRUE)));
}

static gboolean
has_result (const GDBusMethodInfo *info)
{
  return info->out_args != NULL && info->out_args[0] != NULL;
}

static void
on_answer (AimxResponse *response, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  GBytes *body = aimx_response_get_body (response);
  gsize length = 0;
  const char *text = body != NULL ? g_bytes_get_data (body, &length) : "";
  g_autofree char *json = NULL;

  if (!check_response (invocation, response))
    return;
  if (!has_result (g_dbus_method_invocation_get_method_info (invocation)))
    {
      g_dbus_method_invocation_return_value (invocation, NULL);
      return;
    }
  json = g_utf8_make_valid (text, (gssize) length);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(s)", json));
}

/* ---- verbs under another name ---- */

static const Mapping *
find_mapping (GDBusMethodInvocation *invocation)
{
  const char *interface = g_dbus_method_invocation_get_interface_name (invocation);
  const char *method = g_dbus_method_invocation_get_method_name (invocation);

  for (gsize i = 0; i < G_N_ELEMENTS (mappings); i++)
    if (strcmp (mappings[i].interface, interface) == 0 && strcmp (mappings[i].method, method) == 0)
      return &mappings[i];
  return NULL;
}

static const char *
get_object_name (const BusObject *object)
{
  return object->domain != NULL ? aimx_domain_get_name (object->domain) : aimx_mailbox_get_name (object->mailbox);
}

static const char *
get_argument (GVariant *parameters)
{
  g_autoptr (GVariant) argument = g_variant_get_child_value (parameters, 0);

  /* The text lives as long as the parameters. */
  if (g_variant_is_of_type (argument, G_VARIANT_TYPE_BOOLEAN))
    return g_variant_get_boolean (argument) ? "true" : "false";
  return g_variant_get_string (argument, NULL);
}

static void
call_mapped (BusService *service,
             const BusObject *object,
             AimxCaller *caller,
             const Mapping *mapping,
             GDBusMethodInvocation *invocation)
{
  const char *headers[5] = { NULL };
  gsize n = 0;

  if (mapping->object_header != NULL)
    {
      headers[n++] = mapping->object_header;
      headers[n++] = get_object_name (object);
    }
  if (mapping->argument_header != NULL)
    {
      headers[n++] = mapping->argument_header;
      headers[n++] = get_argument (g_dbus_method_invocation_get_parameters (invocation));
    }
  bus_calls_run (service->calls, caller, mapping->verb, headers, NULL, on_answer, invocation);
}

/* ---- the others ---- */

static void
call_any (BusService *service, AimxCaller *caller, GDBusMethodInvocation *invocation)
{
  GVariant *parameters = g_dbus_method_invocation_get_parameters (invocation);
  g_autoptr (GPtrArray) headers = g_ptr_array_new ();
  g_autoptr (GVariantIter) iter = NULL;
  g_autoptr (GVariant) content = NULL;
  g_autoptr (GBytes) body = NULL;
  const char *verb, *name, *value;

  g_variant_get (parameters, "(&sa{ss}@ay)", &verb, &iter, &content);
  while (g_variant_iter_next (iter, "{&s&s}", &name, &value))
    {
      g_ptr_array_add (headers, (gpointer) name);
      g_ptr_array_add (headers, (gpointer) value);
    }
  g_ptr_array_add (headers, NULL);
  body = g_variant_get_data_as_bytes (content);
  bus_calls_run (service->calls, caller, verb, (const char *const *) headers->pdata, body, on_generic_answer,
                 invocation);
}

static void
return_figures (BusService *service, AimxCaller *caller, GDBusMethodInvocation *invocation)
{
  g_autoptr (GVariant) figures = NULL;

  if (!aimx_server_administers (service->server, caller))
    {
      g_autoptr (GError) error = g_error_new_literal (AIMX_ERROR, AIMX_ERROR_ACCESS, "not authorized");

      return_error (invocation, error);
      return;
    }
  figures = aimx_server_read_figures (service->server);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(@a{st})", figures));
}

void
bus_method_call (BusService *service, const BusObject *object, AimxCaller *caller, GDBusMethodInvocation *invocation)
{
  const char *method = g_dbus_method_invocation_get_method_name (invocation);
  const Mapping *mapping = find_mapping (invocation);

  if (mapping != NULL)
    call_mapped (service, object, caller, mapping, invocation);
  else if (strcmp (method, "Call") == 0)
    call_any (service, caller, invocation);
  else if (strcmp (method, "Figures") == 0)
    return_figures (service, caller, invocation);
  else
    /* Subscribe: that the caller is known by now is all there is to it. */
    g_dbus_method_invocation_return_value (invocation, NULL);
}
