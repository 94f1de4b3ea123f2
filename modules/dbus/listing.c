/* SPDX-License-Identifier: MIT */
/* What a caller may see. */
#include "listing.h"

#include "names.h"

static void
add_object (GVariantBuilder *objects, BusObjectKind kind, const char *name, GVariant *properties)
{
  g_autofree char *path = bus_object_build_path (kind, name);
  GVariantBuilder interfaces;

  g_variant_builder_init (&interfaces, G_VARIANT_TYPE ("a{sa{sv}}"));
  g_variant_builder_add (&interfaces, "{s@a{sv}}", bus_object_get_interfaces (kind)[0], properties);
  g_variant_builder_add (objects, "{oa{sa{sv}}}", path, &interfaces);
}

GVariant *
bus_listing_get_managed (const BusService *service, AimxCaller *caller, AimxConfig *config)
{
  GPtrArray *domains = aimx_config_get_domains (config);
  GPtrArray *mailboxes = aimx_config_get_mailboxes (config);
  GVariantBuilder objects;

  g_variant_builder_init (&objects, G_VARIANT_TYPE ("a{oa{sa{sv}}}"));
  for (guint i = 0; i < domains->len && aimx_server_administers (service->server, caller); i++)
    {
      const AimxDomain *domain = domains->pdata[i];

      add_object (&objects, BUS_OBJECT_DOMAIN, aimx_domain_get_name (domain),
                  bus_domain_get_properties (config, domain, bus_service_has_key (service, domain)));
    }
  for (guint i = 0; i < mailboxes->len; i++)
    if (aimx_server_owns (service->server, caller, mailboxes->pdata[i]))
      add_object (&objects, BUS_OBJECT_MAILBOX, aimx_mailbox_get_name (mailboxes->pdata[i]),
                  bus_mailbox_get_properties (mailboxes->pdata[i]));
  return g_variant_ref_sink (g_variant_new ("(a{oa{sa{sv}}})", &objects));
}

static void
add_name (GStrvBuilder *names, const char *name)
{
  g_autofree char *escaped = g_dbus_escape_object_path (name);

  g_strv_builder_add (names, escaped);
}

GStrv
bus_listing_get_children (const BusService *service, AimxCaller *caller, const BusObject *object)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  gboolean administers = aimx_server_administers (service->server, caller);
  GPtrArray *domains = aimx_config_get_domains (object->config);
  GPtrArray *mailboxes = aimx_config_get_mailboxes (object->config);

  if (object->kind == BUS_OBJECT_MANAGER_KIND && administers)
    g_strv_builder_add (names, "domain");
  if (object->kind == BUS_OBJECT_MANAGER_KIND)
    g_strv_builder_add (names, "mailbox");
  for (guint i = 0; object->kind == BUS_OBJECT_DOMAINS && administers && i < domains->len; i++)
    add_name (names, aimx_domain_get_name (domains->pdata[i]));
  for (guint i = 0; object->kind == BUS_OBJECT_MAILBOXES && i < mailboxes->len; i++)
    if (aimx_server_owns (service->server, caller, mailboxes->pdata[i]))
      add_name (names, aimx_mailbox_get_name (mailboxes->pdata[i]));
  return g_strv_builder_end (names);
}
