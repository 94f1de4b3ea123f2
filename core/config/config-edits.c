/* SPDX-License-Identifier: MIT */
/*
 * The edits that a change can make: of a text that a person wrote and will read again. Each does nothing when the text
 * is as wanted already.
 */
#include "config-change-private.h"

#include <aimx/error.h>

#include <string.h>

/* (transfer full) @why: what the document says against the edit, NULL when it is done */
static gboolean
finish_edit (AimxConfigChange *self, GError *why, GError **error)
{
  if (why == NULL)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "%s cannot be edited: %s",
               aimx_config_store_get_file (self->store), why->message);
  g_error_free (why);
  return FALSE;
}

static const char *
get_string (TomlNode *table, const char *key)
{
  TomlNode *node = toml_node_get_type (table) == TOML_TYPE_TABLE ? toml_table_get (table, key) : NULL;

  return node != NULL && toml_node_get_type (node) == TOML_TYPE_STRING ? toml_node_get_string (node) : NULL;
}

/* What stands at a key of the top level, when it is of that type. */
static TomlNode *
get_top (AimxConfigChange *self, const char *key, TomlType type)
{
  TomlNode *node = toml_table_get (toml_document_get_root (self->document), key);

  return node != NULL && toml_node_get_type (node) == type ? node : NULL;
}

/* ---- mailboxes ---- */

/* The table of a mailbox, whatever its key: as written, maybe with its domain in capitals, or a bare local part. */
static TomlNode *
find_mailbox (AimxConfigChange *self, const char *fqdn)
{
  TomlNode *tables = get_top (self, "mailboxes", TOML_TYPE_TABLE);

  for (guint i = 0; tables != NULL && i < toml_table_get_size (tables); i++)
    {
      const char *address = get_string (toml_table_get_nth (tables, i), "address");

      if (address != NULL && g_ascii_strcasecmp (address, fqdn) == 0)
        return toml_table_get_nth (tables, i);
    }
  return NULL;
}

gboolean
aimx_config_change_add_mailbox (AimxConfigChange *self, const char *fqdn, const char *owner, GError **error)
{
  const char *const table[] = { "mailboxes", fqdn, NULL };
  const char *const address_path[] = { "mailboxes", fqdn, "address", NULL };
  const char *const owner_path[] = { "mailboxes", fqdn, "owner", NULL };
  TomlNode *there = find_mailbox (self, fqdn);
  GError *why = NULL;

  if (there != NULL && g_strcmp0 (get_string (there, "owner"), owner) == 0)
    return TRUE;
  if (there != NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_MAILBOX, "mailbox '%s' exists already in %s; run `aimx reload`", fqdn,
                   aimx_config_store_get_file (self->store));
      return FALSE;
    }
  if (toml_document_add_table (self->document, table, &why) &&
      toml_document_set_string (self->document, address_path, fqdn, &why))
    toml_document_set_string (self->document, owner_path, owner, &why);
  return finish_edit (self, why, error);
}

gboolean
aimx_config_change_remove_mailbox (AimxConfigChange *self, const char *fqdn, GError **error)
{
  TomlNode *there = find_mailbox (self, fqdn);
  g_autofree char *key = there != NULL ? g_strdup (toml_node_get_key (there, NULL)) : NULL;
  const char *const path[] = { "mailboxes", key, NULL };
  GError *why = NULL;

  if (there != NULL)
    toml_document_remove (self->document, path, &why);
  return finish_edit (self, why, error);
}

/* The key that a mailbox with that address has: its domain in lower case. */
static char *
key_of_address (const char *address)
{
  const char *at = strrchr (address, '@');
  g_autofree char *domain = g_ascii_strdown (at != NULL ? at : "", -1);

  return g_strdup_printf ("%.*s%s", at != NULL ? (int) (at - address) : (int) strlen (address), address, domain);
}

gboolean
aimx_config_change_rekey_mailboxes (AimxConfigChange *self, guint *n_rekeyed, GError **error)
{
  static const char *const path[] = { "mailboxes", NULL };
  TomlNode *tables = get_top (self, "mailboxes", TOML_TYPE_TABLE);
  g_autoptr (GPtrArray) renames = g_ptr_array_new_with_free_func (g_free);
  GError *why = NULL;

  *n_rekeyed = 0;
  for (guint i = 0; tables != NULL && i < toml_table_get_size (tables); i++)
    {
      const char *key = toml_table_get_key (tables, i);
      const char *address = get_string (toml_table_get_nth (tables, i), "address");

      if (strchr (key, '@') != NULL || address == NULL)
        continue;
      g_ptr_array_add (renames, g_strdup (key));
      g_ptr_array_add (renames, key_of_address (address));
      ++*n_rekeyed;
    }
  g_ptr_array_add (renames, NULL);
  if (*n_rekeyed > 0)
    toml_document_rename_keys (self->document, path, (const char *const *) renames->pdata, &why);
  return finish_edit (self, why, error);
}

/* ---- domains ---- */

gboolean
aimx_config_change_list_domain (AimxConfigChange *self, GError **error)
{
  static const char *const root[] = { NULL };
  static const char *const renames[] = { "domain", "domains", NULL };
  static const char *const path[] = { "domains", NULL };
  TomlNode *single = get_top (self, "domain", TOML_TYPE_STRING);
  g_autofree char *quoted = single != NULL ? toml_quote_string (toml_node_get_string (single)) : NULL;
  g_autofree char *list = g_strconcat ("[", quoted, "]", NULL);
  GError *why = NULL;

  if (single != NULL && toml_document_rename_keys (self->document, root, renames, &why))
    toml_document_set_text (self->document, path, list, &why);
  return finish_edit (self, why, error);
}

/* A domain as it is compared: trimmed, in lower case. */
static gboolean
is_domain (const char *text, const char *domain)
{
  g_autofree char *name = g_strstrip (g_strdup (text));

  return g_ascii_strcasecmp (name, domain) == 0;
}

static const char *const domains_path[] = { "domains", NULL };

/* Where @domain stands in `domains`, -1 when it does not. */
static int
find_domain (AimxConfigChange *self, const char *domain)
{
  TomlNode *domains = get_top (self, "domains", TOML_TYPE_ARRAY);

  for (guint i = 0; domains != NULL && i < toml_array_get_length (domains); i++)
    {
      const TomlNode *element = toml_array_get (domains, i);

      if (toml_node_get_type (element) == TOML_TYPE_STRING && is_domain (toml_node_get_string (element), domain))
        return (int) i;
    }
  return -1;
}

/* The key of the table with overrides of @domain, as it is written. (transfer full) (nullable) */
static char *
find_overrides (AimxConfigChange *self, const char *domain)
{
  TomlNode *tables = get_top (self, "domain", TOML_TYPE_TABLE);

  for (guint i = 0; tables != NULL && i < toml_table_get_size (tables); i++)
    if (is_domain (toml_table_get_key (tables, i), domain))
      return g_strdup (toml_table_get_key (tables, i));
  return NULL;
}

gboolean
aimx_config_change_set_dkim_selector (AimxConfigChange *self, const char *domain, const char *selector, GError **error)
{
  g_autofree char *key = find_overrides (self, domain);
  const char *const table[] = { "domain", key != NULL ? key : domain, NULL };
  const char *const path[] = { "domain", key != NULL ? key : domain, "dkim_selector", NULL };
  GError *why = NULL;

  if (key != NULL || toml_document_add_table (self->document, table, &why))
    toml_document_set_string (self->document, path, selector, &why);
  return finish_edit (self, why, error);
}

gboolean
aimx_config_change_add_domain (AimxConfigChange *self, const char *domain, const char *selector, GError **error)
{
  GError *why = NULL;

  if (!aimx_config_change_list_domain (self, error))
    return FALSE;
  if (find_domain (self, domain) < 0)
    toml_document_append_string (self->document, domains_path, domain, &why);
  return finish_edit (self, why, error) &&
         (selector == NULL || aimx_config_change_set_dkim_selector (self, domain, selector, error));
}

static gboolean
remove_mailboxes (AimxConfigChange *self, const char *domain, GError **error)
{
  static const char *const path[] = { "mailboxes", NULL };
  TomlNode *tables = get_top (self, "mailboxes", TOML_TYPE_TABLE);
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  GError *why = NULL;

  for (guint i = 0; tables != NULL && i < toml_table_get_size (tables); i++)
    {
      const char *address = get_string (toml_table_get_nth (tables, i), "address");
      const char *at = address != NULL ? strrchr (address, '@') : NULL;

      if (at != NULL && is_domain (at + 1, domain))
        g_ptr_array_add (keys, g_strdup (toml_table_get_key (tables, i)));
    }
  g_ptr_array_add (keys, NULL);
  if (keys->len > 1)
    toml_document_remove_keys (self->document, path, (const char *const *) keys->pdata, &why);
  return finish_edit (self, why, error);
}

gboolean
aimx_config_change_remove_domain (AimxConfigChange *self, const char *domain, GError **error)
{
  g_autofree char *overrides = NULL;
  const char *path[] = { "domain", NULL, NULL };
  GError *why = NULL;
  int index;

  if (!aimx_config_change_list_domain (self, error) || !remove_mailboxes (self, domain, error))
    return FALSE;
  index = find_domain (self, domain);
  path[1] = overrides = find_overrides (self, domain);
  if (index < 0 || toml_document_remove_element (self->document, domains_path, (guint) index, &why))
    {
      if (overrides != NULL)
        toml_document_remove (self->document, path, &why);
    }
  return finish_edit (self, why, error);
}

gboolean
aimx_config_change_set_default_domain (AimxConfigChange *self, const char *domain, GError **error)
{
  GError *why = NULL;
  int index;

  if (!aimx_config_change_list_domain (self, error))
    return FALSE;
  index = find_domain (self, domain);
  if (index < 0)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_DOMAIN, "domain '%s' is no longer in %s; run `aimx reload`", domain,
                   aimx_config_store_get_file (self->store));
      return FALSE;
    }
  if (index > 0)
    toml_document_move_element (self->document, domains_path, (guint) index, 0, &why);
  return finish_edit (self, why, error);
}
