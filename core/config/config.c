/* SPDX-License-Identifier: MIT */
/* The snapshot: lookups and getters. */
#include "config-private.h"

#include <string.h>

G_DEFINE_TYPE (AimxConfig, aimx_config, G_TYPE_OBJECT)

/* ---- parts as values: a copy is the part with a reference to its snapshot ---- */

static AimxDomain *
hold_domain (AimxDomain *self)
{
  g_object_ref (self->config);
  return self;
}

static void
drop_domain (AimxDomain *self)
{
  g_object_unref (self->config);
}

G_DEFINE_BOXED_TYPE (AimxDomain, aimx_domain, hold_domain, drop_domain)

static AimxMailbox *
hold_mailbox (AimxMailbox *self)
{
  g_object_ref (self->config);
  return self;
}

static void
drop_mailbox (AimxMailbox *self)
{
  g_object_unref (self->config);
}

G_DEFINE_BOXED_TYPE (AimxMailbox, aimx_mailbox, hold_mailbox, drop_mailbox)

static AimxHook *
hold_hook (AimxHook *self)
{
  g_object_ref (self->mailbox->config);
  return self;
}

static void
drop_hook (AimxHook *self)
{
  g_object_unref (self->mailbox->config);
}

G_DEFINE_BOXED_TYPE (AimxHook, aimx_hook, hold_hook, drop_hook)

/* ---- the whole ---- */

const char *
aimx_config_source_to_string (AimxConfigSource source)
{
  static const char *const names[] = { "default", "global", "domain", "mailbox" };

  return names[source];
}

GPtrArray *
aimx_config_get_domains (AimxConfig *self)
{
  return self->domains;
}

const AimxDomain *
aimx_config_get_default_domain (AimxConfig *self)
{
  return self->domains->len > 0 ? self->domains->pdata[0] : NULL;
}

const AimxDomain *
aimx_config_get_domain (AimxConfig *self, const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return g_hash_table_lookup (self->domains_by_name, lower);
}

GPtrArray *
aimx_config_get_mailboxes (AimxConfig *self)
{
  return self->mailboxes;
}

const AimxMailbox *
aimx_config_get_mailbox (AimxConfig *self, const char *fqdn)
{
  return g_hash_table_lookup (self->mailboxes_by_name, fqdn);
}

static const char *
get_default_name (AimxConfig *self)
{
  const AimxDomain *domain = aimx_config_get_default_domain (self);

  return domain != NULL ? domain->name : "localhost";
}

/* An envelope recipient as mailboxes are known by. */
static char *
fold_recipient (AimxConfig *self, const char *address)
{
  const char *at = strrchr (address, '@');
  g_autofree char *local = NULL;
  g_autofree char *lower = NULL;
  g_autofree char *domain = NULL;

  if (at == NULL && g_ascii_strcasecmp (address, "postmaster") == 0)
    return g_strconcat ("postmaster@", get_default_name (self), NULL);
  if (at == NULL)
    return g_strdup (address);
  local = g_strndup (address, (gsize) (at - address));
  lower = aimx_address_fold (local);
  domain = aimx_domain_fold (at + 1);
  return g_strconcat (lower, "@", domain, NULL);
}

/* RFC 5321, 4.1.2: quotes are how a local part is written, not what it is. NULL when it is not in quotes. */
static char *
unquote (const char *address)
{
  const char *at = strrchr (address, '@');
  GString *local;

  if (at - address < 2 || address[0] != '"' || at[-1] != '"')
    return NULL;
  local = g_string_new (NULL);
  for (const char *c = address + 1; c < at - 1; c++)
    {
      if (*c == '\\' && c + 1 < at - 1)
        c++;
      g_string_append_c (local, *c);
    }
  g_string_append (local, at);
  return g_string_free (local, FALSE);
}

static const AimxMailbox *
find_by_address (AimxConfig *self, const char *folded)
{
  const AimxMailbox *mailbox = g_hash_table_lookup (self->mailboxes_by_address, folded);
  g_autofree char *plain = mailbox == NULL ? unquote (folded) : NULL;

  return plain != NULL ? g_hash_table_lookup (self->mailboxes_by_address, plain) : mailbox;
}

const AimxMailbox *
aimx_config_resolve_recipient (AimxConfig *self, const char *address, const AimxDomain **domain)
{
  g_autofree char *folded = fold_recipient (self, address);
  const char *at = strrchr (folded, '@');
  const AimxDomain *found = NULL;
  const AimxMailbox *mailbox = NULL;

  if (at != NULL)
    found = g_hash_table_lookup (self->domains_by_name, at + 1);
  if (domain != NULL)
    *domain = found;
  if (found != NULL)
    mailbox = find_by_address (self, folded);
  if (found != NULL && mailbox == NULL)
    {
      g_autofree char *catchall = g_strconcat ("*@", found->name, NULL);

      mailbox = g_hash_table_lookup (self->mailboxes_by_address, catchall);
    }
  return mailbox;
}

static char *
complete_name (AimxConfig *self, const char *name)
{
  const char *at = strrchr (name, '@');
  g_autofree char *domain = NULL;

  if (at != NULL)
    {
      domain = aimx_domain_fold (at + 1);
      return g_strdup_printf ("%.*s@%s", (int) (at - name), name, domain);
    }
  return g_strconcat (strcmp (name, "catchall") == 0 ? "*" : name, "@", get_default_name (self), NULL);
}

char *
aimx_config_resolve_name (AimxConfig *self, const char *name)
{
  char *fqdn = complete_name (self, name);
  g_autofree char *folded = aimx_address_fold (fqdn);
  const AimxMailbox *mailbox = g_hash_table_lookup (self->mailboxes_by_address, folded);

  /* One mailbox has one canonical name, and so one lock, however it was typed. */
  if (mailbox == NULL)
    return fqdn;
  g_free (fqdn);
  return g_strdup (mailbox->name);
}

const char *
aimx_config_get_data_dir (AimxConfig *self)
{
  return self->data_dir;
}

gboolean
aimx_config_obeys_dmarc (AimxConfig *self)
{
  return self->obeys_dmarc;
}

guint
aimx_config_get_max_connections (AimxConfig *self)
{
  return self->max_connections;
}

guint
aimx_config_get_max_connections_per_address (AimxConfig *self)
{
  return self->max_connections_per_address;
}

const char *const *
aimx_config_get_resolver_servers (AimxConfig *self)
{
  static const char *const none[] = { NULL };

  return self->resolver_servers != NULL ? (const char *const *) self->resolver_servers : none;
}

const char *
aimx_config_get_resolver_trust_anchor (AimxConfig *self)
{
  return self->resolver_trust_anchor;
}

gboolean
aimx_config_is_module_disabled (AimxConfig *self, const char *module)
{
  return self->disabled_modules != NULL && g_strv_contains ((const char *const *) self->disabled_modules, module);
}

const char *const *
aimx_config_get_warnings (AimxConfig *self)
{
  return (const char *const *) self->warnings->pdata;
}

/* ---- domains, mailboxes, hooks ---- */

const char *
aimx_domain_get_name (const AimxDomain *self)
{
  return self->name;
}

const char *
aimx_domain_get_dkim_selector (const AimxDomain *self)
{
  return self->selector;
}

const char *
aimx_domain_get_signature (const AimxDomain *self)
{
  return self->signature;
}

const char *
aimx_domain_get_overrides (const AimxDomain *self)
{
  return self->overrides != NULL ? self->overrides : "";
}

GPtrArray *
aimx_domain_get_mailboxes (const AimxDomain *self)
{
  return self->mailboxes;
}

const char *
aimx_mailbox_get_name (const AimxMailbox *self)
{
  return self->name;
}

const char *
aimx_mailbox_get_address (const AimxMailbox *self)
{
  return self->address;
}

const char *
aimx_mailbox_get_domain (const AimxMailbox *self)
{
  return self->domain;
}

const char *
aimx_mailbox_get_directory (const AimxMailbox *self)
{
  return self->directory;
}

const char *
aimx_mailbox_get_owner (const AimxMailbox *self)
{
  return self->owner;
}

gboolean
aimx_mailbox_is_catchall (const AimxMailbox *self)
{
  return self->catchall;
}

AimxTrust
aimx_mailbox_get_trust (const AimxMailbox *self, AimxConfigSource *source)
{
  if (source != NULL)
    *source = self->trust_source;
  return self->trust;
}

const char *const *
aimx_mailbox_get_trusted_senders (const AimxMailbox *self)
{
  return self->trusted_senders;
}

gboolean
aimx_mailbox_trusts_sender (const AimxMailbox *self, const char *address)
{
  g_autofree char *lower = aimx_address_fold (address);

  for (guint i = 0; g_utf8_validate (lower, -1, NULL) && self->trusted_senders[i] != NULL; i++)
    {
      g_autofree char *pattern = aimx_address_fold (self->trusted_senders[i]);

      if (aimx_glob_matches (pattern, lower))
        return TRUE;
    }
  return FALSE;
}

GPtrArray *
aimx_mailbox_get_hooks (const AimxMailbox *self)
{
  return self->hooks;
}

gboolean
aimx_mailbox_keeps_raw (const AimxMailbox *self)
{
  return self->raw;
}

const char *
aimx_hook_get_name (const AimxHook *self)
{
  return self->name;
}

const char *
aimx_hook_get_event (const AimxHook *self)
{
  return self->event;
}

const char *const *
aimx_hook_get_command (const AimxHook *self)
{
  return (const char *const *) self->command;
}

guint
aimx_hook_get_timeout (const AimxHook *self)
{
  return self->timeout;
}

gboolean
aimx_hook_fires_on_untrusted (const AimxHook *self)
{
  return self->fire_on_untrusted;
}

/* ---- life ---- */

void
aimx_hook_free (gpointer data)
{
  AimxHook *self = data;

  g_free (self->name);
  g_free (self->event);
  g_strfreev (self->command);
  g_free (self);
}

void
aimx_mailbox_free (gpointer data)
{
  AimxMailbox *self = data;

  g_free (self->name);
  g_free (self->address);
  g_free (self->domain);
  g_free (self->directory);
  g_free (self->owner);
  g_strfreev (self->own_senders);
  g_ptr_array_unref (self->hooks);
  g_free (self);
}

void
aimx_domain_free (gpointer data)
{
  AimxDomain *self = data;

  g_free (self->name);
  g_free (self->selector);
  g_free (self->signature);
  g_free (self->overrides);
  g_strfreev (self->trusted_senders);
  g_ptr_array_unref (self->mailboxes);
  g_free (self);
}

static void
aimx_config_finalize (GObject *object)
{
  AimxConfig *self = AIMX_CONFIG (object);

  g_hash_table_unref (self->domains_by_name);
  g_hash_table_unref (self->mailboxes_by_name);
  g_hash_table_unref (self->mailboxes_by_address);
  g_ptr_array_unref (self->domains);
  g_ptr_array_unref (self->mailboxes);
  g_ptr_array_unref (self->warnings);
  g_hash_table_unref (self->settings);
  g_hash_table_unref (self->misplaced);
  g_strfreev (self->trusted_senders);
  g_strfreev (self->disabled_modules);
  g_strfreev (self->resolver_servers);
  g_free (self->resolver_trust_anchor);
  g_free (self->data_dir);
  G_OBJECT_CLASS (aimx_config_parent_class)->finalize (object);
}

static void
aimx_config_class_init (AimxConfigClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_config_finalize;
}

static void
aimx_config_init (AimxConfig *self)
{
  self->domains = g_ptr_array_new_with_free_func (aimx_domain_free);
  self->domains_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->mailboxes = g_ptr_array_new_with_free_func (aimx_mailbox_free);
  self->mailboxes_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->mailboxes_by_address = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->warnings = g_ptr_array_new_with_free_func (g_free);
  self->settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  self->misplaced = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

AimxConfig *
aimx_config_new_empty (void)
{
  return g_object_new (AIMX_TYPE_CONFIG, NULL);
}
