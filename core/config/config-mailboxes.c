/* SPDX-License-Identifier: MIT */
/* `[mailboxes]`: addresses, owners, and what each inherits. */
#include "config-loader.h"

#include <string.h>

#define LOCAL_MAX     64
#define TABLE_EXAMPLE "[mailboxes.\"info@example.com\"]"

/* ---- addresses ---- */

static gboolean
local_is_valid (const char *local)
{
  static const char *const reserved[] = { ".", "..", "catchall", "aimx-catchall", NULL };
  gsize length = strlen (local);

  if (length < 1 || length > LOCAL_MAX || g_strv_contains (reserved, local))
    return FALSE;
  for (const char *p = local; *p != '\0'; p = g_utf8_next_char (p))
    if (*p == '/' || *p == '@' || g_unichar_iscntrl (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

/* Splits at the last @ and puts the domain into lower case. */
static void
split (const char *address, const char *at, char **local, char **domain)
{
  *local = g_strndup (address, (gsize) (at - address));
  *domain = g_ascii_strdown (at + 1, -1);
}

static gboolean
read_address (AimxConfigLoader *self, TomlNode *table, AimxMailbox *mailbox)
{
  const TomlNode *node = toml_table_get (table, "address");
  g_autofree char *local = NULL;
  const char *address, *at;

  if (!aimx_config_loader_read_string (self, table, "address", "\"info@example.com\"", &address))
    return FALSE;
  if (address == NULL)
    return aimx_config_loader_fail (self, table, "`address` is missing; write address = \"local@domain\"");
  at = strrchr (address, '@');
  if (at == NULL)
    return aimx_config_loader_fail (self, node, "\"%s\" has no @; write local@domain", address);
  split (address, at, &local, &mailbox->domain);
  if (!g_hash_table_contains (self->config->domains_by_name, mailbox->domain))
    return aimx_config_loader_fail (self, node, "\"%s\" is of a domain that is not in `domains`; add it there",
                                    address);
  mailbox->catchall = strcmp (local, "*") == 0;
  if (!mailbox->catchall && !local_is_valid (local))
    return aimx_config_loader_fail (self, node,
                                    "\"%s\" cannot be a mailbox: the part before @ has 1 to %d bytes without / and "
                                    "control characters, and is not . or .. or a reserved name such as 'catchall'",
                                    address, LOCAL_MAX);
  mailbox->name = g_strconcat (local, "@", mailbox->domain, NULL);
  mailbox->address = g_strdup (address);
  mailbox->directory = g_strdup (mailbox->catchall ? "catchall" : local);
  return TRUE;
}

/* A key is the address; or, in the layout for a single domain, a name that the migration replaces. */
static gboolean
check_key (AimxConfigLoader *self, const TomlNode *table, const AimxMailbox *mailbox)
{
  gsize length;
  const char *key = toml_node_get_key (table, &length);
  const char *at = strrchr (key, '@');
  g_autofree char *local = NULL;
  g_autofree char *domain = NULL;

  if (strlen (key) != length)
    return aimx_config_loader_fail (self, table, "its key holds a NUL character; remove it");
  if (at == NULL)
    {
      self->config->bare_keys = TRUE;
      return TRUE;
    }
  split (key, at, &local, &domain);
  return (g_str_has_prefix (mailbox->name, local) && mailbox->name[strlen (local)] == '@' &&
          strcmp (mailbox->domain, domain) == 0) ||
         aimx_config_loader_fail (self, table, "its key is not its address \"%s\"; make them equal", mailbox->address);
}

/* ---- owners ---- */

static gboolean
check_root (AimxConfigLoader *self, TomlNode *table, const AimxMailbox *mailbox, gboolean allowed)
{
  if (!mailbox->catchall || !allowed)
    return aimx_config_loader_fail (self, toml_table_get (table, "owner"),
                                    "root can own only a catchall with allow_root_catchall = true; name another user");
  aimx_config_loader_warn (self, toml_table_get (table, "owner"),
                           "the catchall is owned by root; a user of its own is safer");
  return TRUE;
}

static gboolean
read_owner (AimxConfigLoader *self, TomlNode *table, AimxMailbox *mailbox)
{
  gboolean allow_root = FALSE;
  const char *owner;

  if (!aimx_config_loader_read_string (self, table, "owner", "\"alice\"", &owner) ||
      !aimx_config_loader_read_boolean (self, table, "allow_root_catchall", &allow_root))
    return FALSE;
  if (owner == NULL || owner[strspn (owner, " \t")] == '\0')
    return aimx_config_loader_fail (self, owner != NULL ? toml_table_get (table, "owner") : table,
                                    "`owner` is missing; write owner = \"<user>\", the account that owns the mail");
  if (allow_root && !mailbox->catchall)
    return aimx_config_loader_fail (self, toml_table_get (table, "allow_root_catchall"),
                                    "it is only for a catchall; remove it");
  if (strcmp (owner, "root") == 0 && !check_root (self, table, mailbox, allow_root))
    return FALSE;
  if (!aimx_name_check_user (owner, NULL))
    return aimx_config_loader_fail (
        self, toml_table_get (table, "owner"),
        "\"%s\" is not the name of a user: [a-z_][a-z0-9_-]*, maybe with a $ at the end, at most 32", owner);
  mailbox->owner = g_strdup (owner);
  return TRUE;
}

/* ---- the whole ---- */

/* A list at one level replaces the lower ones whole, also when it is empty. */
static void
inherit (AimxConfigLoader *self, AimxMailbox *mailbox)
{
  static const char *const nobody[] = { NULL };
  const AimxDomain *domain = g_hash_table_lookup (self->config->domains_by_name, mailbox->domain);
  GStrv const levels[] = { mailbox->own_senders, domain->trusted_senders, self->config->trusted_senders };

  mailbox->trust_source = mailbox->has_trust  ? AIMX_CONFIG_SOURCE_MAILBOX
                          : domain->has_trust ? AIMX_CONFIG_SOURCE_DOMAIN
                          : self->has_trust   ? AIMX_CONFIG_SOURCE_GLOBAL
                                              : AIMX_CONFIG_SOURCE_DEFAULT;
  if (!mailbox->has_trust)
    mailbox->trust = domain->has_trust ? domain->trust : self->trust;
  mailbox->trusted_senders = nobody;
  for (gsize i = G_N_ELEMENTS (levels); i > 0; i--)
    if (levels[i - 1] != NULL)
      mailbox->trusted_senders = (const char *const *) levels[i - 1];
}

static gboolean
check_keys (AimxConfigLoader *self, TomlNode *table)
{
  static const char *const known[] = { "address", "owner", "trust", "trusted_senders", "allow_root_catchall",
                                       "hooks",   "raw",   NULL };
  const TomlNode *retired = toml_table_get (table, "on_receive");

  if (retired != NULL)
    return aimx_config_loader_fail (
        self, retired, "this form is retired: write [[mailboxes.\"<address>\".hooks]] with event = \"on_receive\"");
  aimx_config_loader_warn_unknown (self, table, known);
  return TRUE;
}

static gboolean
add_to_lookups (AimxConfigLoader *self, const TomlNode *table, AimxMailbox *mailbox)
{
  AimxConfig *config = self->config;
  g_autofree char *folded = aimx_address_fold (mailbox->name);
  AimxDomain *domain = g_hash_table_lookup (config->domains_by_name, mailbox->domain);

  if (g_hash_table_contains (config->mailboxes_by_address, folded))
    return aimx_config_loader_fail (self, table, "the address \"%s\" is used by two mailboxes; remove one",
                                    mailbox->address);
  g_hash_table_insert (config->mailboxes_by_address, g_steal_pointer (&folded), mailbox);
  g_hash_table_insert (config->mailboxes_by_name, mailbox->name, mailbox);
  g_ptr_array_add (domain->mailboxes, mailbox);
  return TRUE;
}

static gboolean
load_mailbox (AimxConfigLoader *self, TomlNode *table)
{
  AimxMailbox *mailbox = g_new0 (AimxMailbox, 1);

  mailbox->config = self->config;
  mailbox->hooks = g_ptr_array_new_with_free_func (aimx_hook_free);
  g_ptr_array_add (self->config->mailboxes, mailbox);
  if (!aimx_config_loader_check_type (self, table, TOML_TYPE_TABLE, TABLE_EXAMPLE) || !check_keys (self, table) ||
      !read_address (self, table, mailbox) || !check_key (self, table, mailbox) || !read_owner (self, table, mailbox) ||
      !aimx_config_loader_read_boolean (self, table, "raw", &mailbox->raw) ||
      !aimx_config_loader_read_trust (self, table, &mailbox->has_trust, &mailbox->trust, &mailbox->own_senders) ||
      !aimx_config_loader_load_hooks (self, table, mailbox))
    return FALSE;
  inherit (self, mailbox);
  return add_to_lookups (self, table, mailbox);
}

static int
compare_mailboxes (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const AimxMailbox *const *) a)->name, (*(const AimxMailbox *const *) b)->name);
}

gboolean
aimx_config_loader_load_mailboxes (AimxConfigLoader *self, TomlNode *root)
{
  const TomlNode *tables = toml_table_get (root, "mailboxes");

  if (tables == NULL)
    return TRUE;
  if (!aimx_config_loader_check_type (self, tables, TOML_TYPE_TABLE, TABLE_EXAMPLE))
    return FALSE;
  for (guint i = 0; i < toml_table_get_size (tables); i++)
    if (!load_mailbox (self, toml_table_get_nth (tables, i)))
      return FALSE;
  g_ptr_array_sort (self->config->mailboxes, compare_mailboxes);
  for (guint i = 0; i < self->config->domains->len; i++)
    g_ptr_array_sort (((AimxDomain *) self->config->domains->pdata[i])->mailboxes, compare_mailboxes);
  return TRUE;
}
