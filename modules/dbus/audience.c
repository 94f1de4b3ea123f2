/* SPDX-License-Identifier: MIT */
/* Signals, one by one. */
#include "audience.h"

#include "names.h"
#include "object.h"

#include <string.h>

/* One domain or mailbox, before and after; what is missing on one side comes or goes. */
typedef struct
{
  BusObjectKind kind;
  const char *name;
  const AimxMailbox *old_mailbox;
  const AimxMailbox *new_mailbox;
  GVariant *old_properties;
  GVariant *new_properties;
} Change;

static void
change_clear (Change *self)
{
  g_clear_pointer (&self->old_properties, g_variant_unref);
  g_clear_pointer (&self->new_properties, g_variant_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Change, change_clear)

/* ---- snapshots ---- */

BusSnapshot *
bus_snapshot_new (const BusService *service, AimxConfig *config)
{
  BusSnapshot *self = g_new (BusSnapshot, 1);
  GPtrArray *domains = aimx_config_get_domains (config);

  self->config = g_object_ref (config);
  self->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < domains->len; i++)
    if (bus_service_has_key (service, domains->pdata[i]))
      g_hash_table_add (self->keys, g_strdup (aimx_domain_get_name (domains->pdata[i])));
  return self;
}

void
bus_snapshot_free (BusSnapshot *self)
{
  g_object_unref (self->config);
  g_hash_table_unref (self->keys);
  g_free (self);
}

static GVariant *
get_domain_properties (const BusSnapshot *self, const char *name)
{
  const AimxDomain *domain = aimx_config_get_domain (self->config, name);

  if (domain == NULL)
    return NULL;
  return g_variant_ref_sink (
      bus_domain_get_properties (self->config, domain, g_hash_table_contains (self->keys, name)));
}

/* ---- telling one ---- */

static void
emit (const BusAudience *self,
      const BusPeer *peer,
      const char *path,
      const char *interface,
      const char *signal,
      GVariant *parameters)
{
  g_dbus_connection_emit_signal (self->connection, peer->name, path, interface, signal, parameters, NULL);
}

static const char *
get_signal (const Change *change, gboolean added)
{
  if (change->kind == BUS_OBJECT_DOMAIN)
    return added ? "DomainAdded" : "DomainRemoved";
  return added ? "MailboxAdded" : "MailboxRemoved";
}

static void
tell_added (const BusAudience *self, const BusPeer *peer, const Change *change, const char *path)
{
  GVariantBuilder interfaces;

  g_variant_builder_init (&interfaces, G_VARIANT_TYPE ("a{sa{sv}}"));
  g_variant_builder_add (&interfaces, "{s@a{sv}}", bus_object_get_interfaces (change->kind)[0], change->new_properties);
  emit (self, peer, BUS_ROOT_PATH, BUS_OBJECT_MANAGER, "InterfacesAdded",
        g_variant_new ("(oa{sa{sv}})", path, &interfaces));
  emit (self, peer, BUS_ROOT_PATH, BUS_MANAGER, get_signal (change, TRUE), g_variant_new ("(s)", change->name));
}

static void
tell_removed (const BusAudience *self, const BusPeer *peer, const Change *change, const char *path)
{
  emit (self, peer, BUS_ROOT_PATH, BUS_OBJECT_MANAGER, "InterfacesRemoved",
        g_variant_new ("(o^as)", path, bus_object_get_interfaces (change->kind)));
  emit (self, peer, BUS_ROOT_PATH, BUS_MANAGER, get_signal (change, FALSE), g_variant_new ("(s)", change->name));
}

static void
tell_changed (const BusAudience *self, const BusPeer *peer, const Change *change, const char *path)
{
  GVariantBuilder changed;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_builder_init (&changed, G_VARIANT_TYPE_VARDICT);
  g_variant_iter_init (&iter, change->new_properties);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) new_value = value;
      g_autoptr (GVariant) old_value = g_variant_lookup_value (change->old_properties, name, NULL);

      if (!g_variant_equal (old_value, new_value))
        g_variant_builder_add (&changed, "{sv}", name, new_value);
    }
  emit (self, peer, path, BUS_PROPERTIES, "PropertiesChanged",
        g_variant_new ("(sa{sv}as)", bus_object_get_interfaces (change->kind)[0], &changed, NULL));
}

/* ---- telling all who may know ---- */

static gboolean
may_see (const BusAudience *self, const BusPeer *peer, const Change *change, const AimxMailbox *mailbox)
{
  if (change->kind == BUS_OBJECT_DOMAIN)
    return aimx_server_administers (self->service->server, peer->caller);
  return aimx_server_owns (self->service->server, peer->caller, mailbox);
}

/* A mailbox with another owner goes for the old one and comes for the new one. */
static void
tell (const BusAudience *self, const Change *change)
{
  g_autofree char *path = bus_object_build_path (change->kind, change->name);

  for (guint i = 0; i < self->peers->len; i++)
    {
      const BusPeer *peer = self->peers->pdata[i];
      gboolean saw = change->old_properties != NULL && may_see (self, peer, change, change->old_mailbox);
      gboolean sees = change->new_properties != NULL && may_see (self, peer, change, change->new_mailbox);

      if (saw && sees)
        tell_changed (self, peer, change, path);
      else if (sees)
        tell_added (self, peer, change, path);
      else if (saw)
        tell_removed (self, peer, change, path);
    }
}

typedef enum
{
  GOES,
  COMES,
  STAYS,
} Fate;

/* Tells @change when it is of that @fate and there is something to tell. */
static void
tell_if (const BusAudience *self, const Change *change, Fate fate)
{
  Fate its = change->new_properties == NULL ? GOES : (change->old_properties == NULL ? COMES : STAYS);

  if (its == fate && (fate != STAYS || !g_variant_equal (change->old_properties, change->new_properties)))
    tell (self, change);
}

static void
tell_domains (const BusAudience *self, const BusSnapshot *before, const BusSnapshot *after, Fate fate)
{
  GPtrArray *domains = aimx_config_get_domains (fate == GOES ? before->config : after->config);

  for (guint i = 0; i < domains->len; i++)
    {
      const char *name = aimx_domain_get_name (domains->pdata[i]);
      g_auto (Change) change = { .kind = BUS_OBJECT_DOMAIN,
                                 .name = name,
                                 .old_properties = get_domain_properties (before, name),
                                 .new_properties = get_domain_properties (after, name) };

      tell_if (self, &change, fate);
    }
}

static void
tell_mailboxes (const BusAudience *self, const BusSnapshot *before, const BusSnapshot *after, Fate fate)
{
  GPtrArray *mailboxes = aimx_config_get_mailboxes (fate == GOES ? before->config : after->config);

  for (guint i = 0; i < mailboxes->len; i++)
    {
      g_auto (Change) change = { .kind = BUS_OBJECT_MAILBOX, .name = aimx_mailbox_get_name (mailboxes->pdata[i]) };

      change.old_mailbox = aimx_config_get_mailbox (before->config, change.name);
      change.new_mailbox = aimx_config_get_mailbox (after->config, change.name);
      if (change.old_mailbox != NULL)
        change.old_properties = g_variant_ref_sink (bus_mailbox_get_properties (change.old_mailbox));
      if (change.new_mailbox != NULL)
        change.new_properties = g_variant_ref_sink (bus_mailbox_get_properties (change.new_mailbox));
      tell_if (self, &change, fate);
    }
}

void
bus_audience_tell_change (const BusAudience *self, const BusSnapshot *before, const BusSnapshot *after)
{
  if (self->peers->len == 0)
    return;
  tell_mailboxes (self, before, after, GOES);
  tell_domains (self, before, after, GOES);
  tell_domains (self, before, after, COMES);
  tell_mailboxes (self, before, after, COMES);
  tell_domains (self, before, after, STAYS);
  tell_mailboxes (self, before, after, STAYS);
}

void
bus_audience_tell_message (const BusAudience *self, const AimxMailbox *mailbox, const char *id)
{
  const char *name = aimx_mailbox_get_name (mailbox);
  g_autofree char *path = bus_object_build_path (BUS_OBJECT_MAILBOX, name);

  for (guint i = 0; i < self->peers->len; i++)
    {
      const BusPeer *peer = self->peers->pdata[i];

      if (aimx_server_owns (self->service->server, peer->caller, mailbox))
        emit (self, peer, path, BUS_MAILBOX, "MessageReceived", g_variant_new ("(ss)", name, id));
    }
}
