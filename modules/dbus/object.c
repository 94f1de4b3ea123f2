/* SPDX-License-Identifier: MIT */
/* What a path stands for. */
#include "object.h"

#include "names.h"

#include <string.h>

/* ---- paths ---- */

/* The name in the last part of @path when that is right below @parent; names have one spelling only. */
static char *
read_name (const char *path, const char *parent)
{
  gsize length = strlen (parent);
  g_autofree guint8 *bytes = NULL;
  g_autofree char *escaped = NULL;

  if (!g_str_has_prefix (path, parent) || path[length] != '/')
    return NULL;
  bytes = g_dbus_unescape_object_path (path + length + 1);
  if (bytes == NULL)
    return NULL;
  escaped = g_dbus_escape_object_path_bytestring (bytes);
  return strcmp (escaped, path + length + 1) == 0 ? (char *) g_steal_pointer (&bytes) : NULL;
}

char *
bus_object_build_path (BusObjectKind kind, const char *name)
{
  g_autofree char *escaped = g_dbus_escape_object_path_bytestring ((const guint8 *) name);

  return g_strconcat (kind == BUS_OBJECT_DOMAIN ? BUS_DOMAINS_PATH "/" : BUS_MAILBOXES_PATH "/", escaped, NULL);
}

static gboolean
find_domain (BusObject *object, const char *path)
{
  g_autofree char *name = read_name (path, BUS_DOMAINS_PATH);

  object->kind = BUS_OBJECT_DOMAIN;
  object->domain = name != NULL ? aimx_config_get_domain (object->config, name) : NULL;
  return object->domain != NULL && strcmp (aimx_domain_get_name (object->domain), name) == 0;
}

static gboolean
find_mailbox (BusObject *object, const char *path)
{
  g_autofree char *name = read_name (path, BUS_MAILBOXES_PATH);

  object->kind = BUS_OBJECT_MAILBOX;
  object->mailbox = name != NULL ? aimx_config_get_mailbox (object->config, name) : NULL;
  return object->mailbox != NULL;
}

gboolean
bus_object_find (BusObject *object, AimxConfig *config, const char *path)
{
  static const struct
  {
    const char *path;
    BusObjectKind kind;
  } fixed[] = {
    { BUS_ROOT_PATH, BUS_OBJECT_MANAGER_KIND },
    { BUS_DOMAINS_PATH, BUS_OBJECT_DOMAINS },
    { BUS_MAILBOXES_PATH, BUS_OBJECT_MAILBOXES },
  };

  *object = (BusObject){ .config = g_object_ref (config) };
  for (gsize i = 0; i < G_N_ELEMENTS (fixed); i++)
    if (strcmp (fixed[i].path, path) == 0)
      {
        object->kind = fixed[i].kind;
        return TRUE;
      }
  return find_domain (object, path) || find_mailbox (object, path);
}

void
bus_object_clear (BusObject *object)
{
  g_clear_object (&object->config);
}

const char *const *
bus_object_get_interfaces (BusObjectKind kind)
{
  static const char *const manager[] = { BUS_MANAGER, BUS_OBJECT_MANAGER, NULL };
  static const char *const domain[] = { BUS_DOMAIN, NULL };
  static const char *const mailbox[] = { BUS_MAILBOX, NULL };
  static const char *const none[] = { NULL };

  switch (kind)
    {
    case BUS_OBJECT_MANAGER_KIND:
      return manager;
    case BUS_OBJECT_DOMAIN:
      return domain;
    case BUS_OBJECT_MAILBOX:
      return mailbox;
    case BUS_OBJECT_DOMAINS:
    case BUS_OBJECT_MAILBOXES:
    default:
      return none;
    }
}

/* ---- properties ---- */

static GVariant *
split (const char *joined)
{
  g_auto (GStrv) parts = g_strsplit (joined, ",", -1);

  return g_variant_new_strv ((const char *const *) parts, -1);
}

GVariant *
bus_domain_get_properties (AimxConfig *config, const AimxDomain *domain, gboolean has_key)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "Name", g_variant_new_string (aimx_domain_get_name (domain)));
  g_variant_builder_add (&builder, "{sv}", "Default",
                         g_variant_new_boolean (domain == aimx_config_get_default_domain (config)));
  g_variant_builder_add (&builder, "{sv}", "DkimLoaded", g_variant_new_boolean (has_key));
  g_variant_builder_add (&builder, "{sv}", "DkimSelector",
                         g_variant_new_string (aimx_domain_get_dkim_selector (domain)));
  g_variant_builder_add (&builder, "{sv}", "MailboxCount",
                         g_variant_new_uint32 (aimx_domain_get_mailboxes (domain)->len));
  g_variant_builder_add (&builder, "{sv}", "Overrides", split (aimx_domain_get_overrides (domain)));
  return g_variant_builder_end (&builder);
}

GVariant *
bus_mailbox_get_properties (const AimxMailbox *mailbox)
{
  AimxConfigSource source;
  const char *trust = aimx_mailbox_get_trust (mailbox, &source) == AIMX_TRUST_VERIFIED ? "verified" : "none";
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "Name", g_variant_new_string (aimx_mailbox_get_name (mailbox)));
  g_variant_builder_add (&builder, "{sv}", "Address", g_variant_new_string (aimx_mailbox_get_address (mailbox)));
  g_variant_builder_add (&builder, "{sv}", "Domain", g_variant_new_string (aimx_mailbox_get_domain (mailbox)));
  g_variant_builder_add (&builder, "{sv}", "Owner", g_variant_new_string (aimx_mailbox_get_owner (mailbox)));
  g_variant_builder_add (&builder, "{sv}", "CatchAll", g_variant_new_boolean (aimx_mailbox_is_catchall (mailbox)));
  g_variant_builder_add (&builder, "{sv}", "Trust", g_variant_new_string (trust));
  g_variant_builder_add (&builder, "{sv}", "TrustSource", g_variant_new_string (aimx_config_source_to_string (source)));
  g_variant_builder_add (&builder, "{sv}", "TrustedSenders",
                         g_variant_new_strv (aimx_mailbox_get_trusted_senders (mailbox), -1));
  return g_variant_builder_end (&builder);
}
