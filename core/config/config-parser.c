/* SPDX-License-Identifier: MIT */
/*
 * From TOML to a snapshot. The first violation of a rule ends it, with file, line, column, key, value and the repair;
 * an unknown key is only warned about.
 */
#include "config-loader.h"

#include <aimx/error.h>

#include <string.h>

#define DEFAULT_DATA_DIR                    "/var/lib/aimx"
#define DEFAULT_SELECTOR                    "aimx"
#define DEFAULT_SIGNATURE                   "Sent from AIMX.  \nhttps://aimx.email"
#define DEFAULT_MAX_CONNECTIONS             10000
#define DEFAULT_MAX_CONNECTIONS_PER_ADDRESS 100
#define MAX_CONNECTIONS_MAX                 1000000

#define OVERRIDE_EXAMPLE "[domain.\"example.com\"]"

/* ---- domains ---- */

static gboolean
add_domain (AimxConfigLoader *self, const TomlNode *node)
{
  g_autofree char *name = NULL;
  g_autoptr (GError) why = NULL;
  const char *written;
  AimxDomain *domain;

  if (!aimx_config_loader_check_string (self, node, "\"example.com\"", &written))
    return FALSE;
  name = g_strstrip (g_ascii_strdown (written, -1));
  if (!aimx_name_check_domain (name, &why))
    return aimx_config_loader_fail (self, node, "%s", why->message);
  if (g_hash_table_contains (self->config->domains_by_name, name))
    return aimx_config_loader_fail (self, node, "\"%s\" is there twice; remove one", name);
  domain = g_new0 (AimxDomain, 1);
  domain->config = self->config;
  domain->name = g_steal_pointer (&name);
  domain->selector = g_strdup (self->selector);
  domain->signature = g_strdup (self->signature);
  domain->mailboxes = g_ptr_array_new ();
  g_ptr_array_add (self->config->domains, domain);
  g_hash_table_insert (self->config->domains_by_name, domain->name, domain);
  return TRUE;
}

static gboolean
load_domains (AimxConfigLoader *self, TomlNode *root)
{
  const TomlNode *list = toml_table_get (root, "domains");
  const TomlNode *single = toml_table_get (root, "domain");

  if (single != NULL && toml_node_get_type (single) == TOML_TYPE_STRING)
    {
      if (list != NULL)
        return aimx_config_loader_fail (self, single, "`domain` and `domains` are both there; remove `domain`");
      self->config->single_domain = TRUE;
      return add_domain (self, single);
    }
  if (list == NULL && self->is_absent)
    return TRUE;
  if (list == NULL)
    return aimx_config_loader_fail (self, root,
                                    "`domains` is missing; write domains = [\"example.com\"], above the first [table]");
  if (!aimx_config_loader_check_type (self, list, TOML_TYPE_ARRAY, "[\"example.com\"]"))
    return FALSE;
  if (toml_array_get_length (list) == 0)
    return aimx_config_loader_fail (self, list, "it is empty; name at least one domain");
  for (guint i = 0; i < toml_array_get_length (list); i++)
    if (!add_domain (self, toml_array_get (list, i)))
      return FALSE;
  return TRUE;
}

/* ---- overrides ---- */

static void
replace (char **value, const char *by)
{
  if (by == NULL)
    return;
  g_free (*value);
  *value = g_strdup (by);
}

static gboolean
read_override (AimxConfigLoader *self, TomlNode *table, AimxDomain *domain)
{
  static const char *const known[] = { "signature", "dkim_selector", "trust", "trusted_senders", NULL };
  g_autoptr (GString) overrides = g_string_new (NULL);
  const char *signature, *selector;

  aimx_config_loader_warn_unknown (self, table, known);
  if (!aimx_config_loader_read_string (self, table, "signature", "\"\"", &signature) ||
      !aimx_config_loader_read_string (self, table, "dkim_selector", "\"aimx\"", &selector) ||
      !aimx_config_loader_read_trust (self, table, &domain->has_trust, &domain->trust, &domain->trusted_senders))
    return FALSE;
  replace (&domain->signature, signature);
  replace (&domain->selector, selector);
  for (guint i = 0; known[i] != NULL; i++)
    if (toml_table_get (table, known[i]) != NULL)
      g_string_append_printf (overrides, "%s%s", overrides->len > 0 ? "," : "", known[i]);
  domain->overrides = g_string_free (g_steal_pointer (&overrides), FALSE);
  return TRUE;
}

static gboolean
load_override (AimxConfigLoader *self, TomlNode *table, const char *key)
{
  g_autofree char *name = g_ascii_strdown (key, -1);
  AimxDomain *domain = g_hash_table_lookup (self->config->domains_by_name, name);

  if (domain == NULL)
    return aimx_config_loader_fail (
        self, table, "this table is for a domain that is not in `domains`; add it there or remove the table");
  if (!aimx_config_loader_check_type (self, table, TOML_TYPE_TABLE, OVERRIDE_EXAMPLE))
    return FALSE;
  if (domain->overrides != NULL)
    return aimx_config_loader_fail (self, table, "\"%s\" has two of these tables; make them one", name);
  return read_override (self, table, domain);
}

static gboolean
load_overrides (AimxConfigLoader *self, TomlNode *root)
{
  const TomlNode *tables = toml_table_get (root, "domain");

  if (tables == NULL || toml_node_get_type (tables) == TOML_TYPE_STRING)
    return TRUE;
  if (!aimx_config_loader_check_type (self, tables, TOML_TYPE_TABLE, OVERRIDE_EXAMPLE))
    return FALSE;
  for (guint i = 0; i < toml_table_get_size (tables); i++)
    if (!load_override (self, toml_table_get_nth (tables, i), toml_table_get_key (tables, i)))
      return FALSE;
  return TRUE;
}

/* ---- tables of the top ---- */

/* The table @name of @root, if it is there: @table; what it does not know is warned about. */
static gboolean
read_table (AimxConfigLoader *self, TomlNode *root, const char *name, const char *const *known, TomlNode **table)
{
  g_autofree char *example = g_strdup_printf ("[%s]", name);

  *table = toml_table_get (root, name);
  if (*table == NULL)
    return TRUE;
  if (!aimx_config_loader_check_type (self, *table, TOML_TYPE_TABLE, example))
    return FALSE;
  aimx_config_loader_warn_unknown (self, *table, known);
  return TRUE;
}

static gboolean
load_smtp (AimxConfigLoader *self, TomlNode *root)
{
  static const char *const known[] = { "max_connections", "max_connections_per_address", NULL };
  AimxConfig *config = self->config;
  TomlNode *table;

  config->max_connections = DEFAULT_MAX_CONNECTIONS;
  config->max_connections_per_address = DEFAULT_MAX_CONNECTIONS_PER_ADDRESS;
  return read_table (self, root, "smtp", known, &table) &&
         (table == NULL ||
          (aimx_config_loader_read_number (self, table, known[0], 1, MAX_CONNECTIONS_MAX, &config->max_connections) &&
           aimx_config_loader_read_number (self, table, known[1], 1, MAX_CONNECTIONS_MAX,
                                           &config->max_connections_per_address)));
}

static gboolean
load_modules (AimxConfigLoader *self, TomlNode *root)
{
  static const char *const known[] = { "disabled", NULL };
  const TomlNode *list;
  TomlNode *table;

  if (!read_table (self, root, "modules", known, &table))
    return FALSE;
  list = table != NULL ? toml_table_get (table, "disabled") : NULL;
  return list == NULL || aimx_config_loader_read_strings (self, list, "[\"dbus\"]", &self->config->disabled_modules);
}

static gboolean
load_servers (AimxConfigLoader *self, const TomlNode *list)
{
  GStrv servers;

  if (!aimx_config_loader_read_strings (self, list, "[\"127.0.0.1@5353\"]", &self->config->resolver_servers))
    return FALSE;
  servers = self->config->resolver_servers;
  for (guint i = 0; servers[i] != NULL; i++)
    {
      g_autoptr (GError) why = NULL;
      char *server = aimx_name_read_dns_server (servers[i], &why);

      if (server == NULL)
        return aimx_config_loader_fail (self, toml_array_get (list, i), "%s", why->message);
      g_free (servers[i]);
      servers[i] = server;
    }
  return TRUE;
}

static gboolean
load_resolver (AimxConfigLoader *self, TomlNode *root)
{
  static const char *const known[] = { "servers", "trust_anchor", NULL };
  const TomlNode *list;
  const char *anchor;
  TomlNode *table;

  if (!read_table (self, root, "resolver", known, &table))
    return FALSE;
  if (table == NULL)
    return TRUE;
  if (!aimx_config_loader_read_string (self, table, "trust_anchor", "\"/usr/share/dns/root.key\"", &anchor))
    return FALSE;
  if (anchor != NULL && !g_path_is_absolute (anchor))
    return aimx_config_loader_fail (self, toml_table_get (table, "trust_anchor"),
                                    "\"%s\" is not an absolute path; write one that begins with /", anchor);
  self->config->resolver_trust_anchor = g_strdup (anchor);
  list = toml_table_get (table, "servers");
  return list == NULL || load_servers (self, list);
}

static gboolean
load_upgrade (AimxConfigLoader *self, TomlNode *root)
{
  static const char *const known[] = { "release_manifest_url", NULL };
  const char *url;
  TomlNode *table;

  return read_table (self, root, "upgrade", known, &table) &&
         (table == NULL ||
          aimx_config_loader_read_string (self, table, known[0], "\"https://example.com/manifest.json\"", &url));
}

/* ---- the top ---- */

static gboolean
check_keys (AimxConfigLoader *self, TomlNode *root)
{
  static const char *const known[] = { "domains",         "domain",    "data_dir",    "dkim_selector", "trust",
                                       "trusted_senders", "signature", "enable_ipv6", "verify_host",   "upgrade",
                                       "mailboxes",       "modules",   "plugin",      "smtp",          "dmarc_policy",
                                       "resolver",        NULL };
  const TomlNode *retired = toml_table_get (root, "hook_template");

  if (retired != NULL)
    return aimx_config_loader_fail (
        self, retired, "templates are retired: write the command into each hook as cmd = [\"/path\", ...]");
  aimx_config_loader_warn_unknown (self, root, known);
  return TRUE;
}

static gboolean
load_dmarc_policy (AimxConfigLoader *self, TomlNode *root)
{
  const char *value;

  if (!aimx_config_loader_read_string (self, root, "dmarc_policy", "\"mark\"", &value))
    return FALSE;
  if (value != NULL && strcmp (value, "mark") != 0 && strcmp (value, "reject") != 0)
    return aimx_config_loader_fail (self, toml_table_get (root, "dmarc_policy"),
                                    "it is \"%s\" but must be \"mark\" or \"reject\"", value);
  self->config->obeys_dmarc = value != NULL && strcmp (value, "reject") == 0;
  return TRUE;
}

static gboolean
load_scalars (AimxConfigLoader *self, TomlNode *root)
{
  const char *data_dir, *host;
  gboolean ipv6;

  if (!aimx_config_loader_read_string (self, root, "data_dir", "\"/var/lib/aimx\"", &data_dir) ||
      !aimx_config_loader_read_string (self, root, "dkim_selector", "\"aimx\"", &self->selector) ||
      !aimx_config_loader_read_string (self, root, "signature", "\"\"", &self->signature) ||
      !aimx_config_loader_read_string (self, root, "verify_host", "\"https://check.aimx.email\"", &host) ||
      !aimx_config_loader_read_boolean (self, root, "enable_ipv6", &ipv6) ||
      !aimx_config_loader_read_trust (self, root, &self->has_trust, &self->trust, &self->config->trusted_senders))
    return FALSE;
  if (data_dir != NULL && !g_path_is_absolute (data_dir))
    return aimx_config_loader_fail (self, toml_table_get (root, "data_dir"),
                                    "\"%s\" is not an absolute path; write one that begins with /", data_dir);
  self->config->data_dir = g_strdup (data_dir != NULL ? data_dir : DEFAULT_DATA_DIR);
  if (self->selector == NULL)
    self->selector = DEFAULT_SELECTOR;
  if (self->signature == NULL)
    self->signature = DEFAULT_SIGNATURE;
  return TRUE;
}

static gboolean
load_top (AimxConfigLoader *self, TomlNode *root)
{
  return check_keys (self, root) && load_scalars (self, root) && load_dmarc_policy (self, root) &&
         load_domains (self, root) && load_overrides (self, root) && aimx_config_loader_load_mailboxes (self, root) &&
         load_smtp (self, root) && load_resolver (self, root) && load_modules (self, root) &&
         load_upgrade (self, root) && aimx_config_loader_load_settings (self, root);
}

AimxConfig *
aimx_config_parse (const char *file, const char *text, gsize length, GError **error)
{
  g_autoptr (AimxConfig) config = aimx_config_new_empty ();
  g_autoptr (GHashTable) hooks = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) why = NULL;
  g_autoptr (TomlDocument) document = toml_document_parse (text != NULL ? text : "", (gssize) length, &why);
  AimxConfigLoader loader = {
    .file = file, .is_absent = text == NULL, .config = config, .hooks = hooks, .error = error
  };

  if (document == NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "%s: %s", file, why->message);
      return NULL;
    }
  if (!load_top (&loader, toml_document_get_root (document)))
    return NULL;
  g_ptr_array_add (config->warnings, NULL);
  return g_steal_pointer (&config);
}
