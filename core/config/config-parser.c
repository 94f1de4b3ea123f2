/* SPDX-License-Identifier: MIT */
/*
 * From TOML to a snapshot. The first violation of a rule ends it, with file, line, column, key, value and the repair;
 * an unknown key is only warned about.
 */
#include "config-private.h"

#include <aimx/error.h>

#include <string.h>

#define DEFAULT_DATA_DIR  "/var/lib/aimx"
#define DEFAULT_SELECTOR  "aimx"
#define DEFAULT_SIGNATURE "Sent from AIMX.  \nhttps://aimx.email"
#define HOOK_TIMEOUT_MAX  600
#define HOOK_TIMEOUT      60

typedef struct
{
  const char *file;
  AimxConfig *config;
  GHashTable *hook_names; /* effective name -> AimxHook */
  GHashTable *hook_homes; /* AimxHook -> mailbox name */
  gboolean has_trust;
  AimxTrust trust;
  GStrv trusted_senders;
  char *selector;
  char *signature;
  GError **error;
} Loader;

/* ---- messages ---- */

static gboolean G_GNUC_PRINTF (3, 4) fail_at (Loader *self, const TomlNode *node, const char *format, ...)
{
  g_autofree char *path = toml_node_get_path (node);
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (self->error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "%s: line %u, column %u: %s%s%s", self->file,
               toml_node_get_key_line (node), toml_node_get_key_column (node), path, *path != '\0' ? ": " : "", what);
  return FALSE;
}

static guint
edit_distance (const char *a, const char *b)
{
  gsize n = strlen (b);
  g_autofree guint *row = g_new (guint, n + 1);

  for (gsize j = 0; j <= n; j++)
    row[j] = (guint) j;
  for (gsize i = 0; a[i] != '\0'; i++)
    {
      guint diagonal = row[0];

      row[0] = (guint) i + 1;
      for (gsize j = 0; j < n; j++)
        {
          guint above = row[j + 1];

          row[j + 1] = MIN (MIN (above, row[j]) + 1, diagonal + (a[i] != b[j]));
          diagonal = above;
        }
    }
  return row[n];
}

static const char *
nearest (const char *key, const char *const *known)
{
  const char *best = NULL;
  guint best_distance = 4;

  for (; *known != NULL; known++)
    {
      guint distance = strlen (key) < 64 ? edit_distance (key, *known) : 64;

      if (distance < best_distance)
        {
          best = *known;
          best_distance = distance;
        }
    }
  return best;
}

static void
warn_unknown (Loader *self, TomlNode *table, const char *const *known)
{
  for (guint i = 0; i < toml_table_get_size (table); i++)
    {
      const TomlNode *node = toml_table_get_nth (table, i);
      const char *key = toml_table_get_key (table, i);
      g_autofree char *path = NULL;
      const char *near;

      if (g_strv_contains (known, key))
        continue;
      path = toml_node_get_path (node);
      near = nearest (key, known);
      g_ptr_array_add (self->config->warnings,
                       g_strdup_printf ("%s: line %u: unknown key '%s' is ignored%s%s%s", self->file,
                                        toml_node_get_key_line (node), path, near != NULL ? "; did you mean '" : "",
                                        near != NULL ? near : "", near != NULL ? "'?" : ""));
    }
}

/* ---- values ---- */

static gboolean
check_type (Loader *self, const TomlNode *node, TomlType type, const char *example)
{
  if (toml_node_get_type (node) == type)
    return TRUE;
  return fail_at (self, node, "it is %s but must be %s, such as %s", toml_type_get_name (toml_node_get_type (node)),
                  toml_type_get_name (type), example);
}

static gboolean
read_string (Loader *self, TomlNode *table, const char *key, const char *example, const char **value)
{
  TomlNode *node = toml_table_get (table, key);
  gsize length;

  *value = NULL;
  if (node == NULL)
    return TRUE;
  if (!check_type (self, node, TOML_TYPE_STRING, example))
    return FALSE;
  *value = toml_node_get_string_with_length (node, &length);
  if (strlen (*value) != length)
    return fail_at (self, node, "it holds a NUL character; remove it");
  return TRUE;
}

static gboolean
read_boolean (Loader *self, TomlNode *table, const char *key, gboolean *value)
{
  TomlNode *node = toml_table_get (table, key);

  if (node == NULL)
    return TRUE;
  if (!check_type (self, node, TOML_TYPE_BOOLEAN, "true"))
    return FALSE;
  *value = toml_node_get_boolean (node);
  return TRUE;
}

static gboolean
read_number (Loader *self, TomlNode *table, const char *key, guint low, guint high, guint *value)
{
  TomlNode *node = toml_table_get (table, key);
  gint64 number;

  if (node == NULL)
    return TRUE;
  if (!check_type (self, node, TOML_TYPE_INTEGER, "60"))
    return FALSE;
  number = toml_node_get_integer (node);
  if (number < low || number > high)
    return fail_at (self, node, "it is %" G_GINT64_FORMAT " but must be from %u to %u", number, low, high);
  *value = (guint) number;
  return TRUE;
}

static gboolean
read_strings (Loader *self, TomlNode *node, const char *example, GStrv *values)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (!check_type (self, node, TOML_TYPE_ARRAY, example))
    return FALSE;
  for (guint i = 0; i < toml_array_get_length (node); i++)
    {
      TomlNode *item = toml_array_get (node, i);

      if (!check_type (self, item, TOML_TYPE_STRING, example))
        return FALSE;
      g_strv_builder_add (builder, toml_node_get_string (item));
    }
  *values = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
read_trust (Loader *self, TomlNode *table, gboolean *has, AimxTrust *trust, GStrv *senders)
{
  TomlNode *list = toml_table_get (table, "trusted_senders");
  const char *value;

  if (!read_string (self, table, "trust", "\"none\"", &value))
    return FALSE;
  *has = value != NULL;
  if (value != NULL && strcmp (value, "verified") == 0)
    *trust = AIMX_TRUST_VERIFIED;
  else if (value != NULL && strcmp (value, "none") != 0)
    return fail_at (self, toml_table_get (table, "trust"), "it is \"%s\" but must be \"none\" or \"verified\"", value);
  if (list == NULL)
    return TRUE;
  if (!read_strings (self, list, "[\"*@example.com\"]", senders))
    return FALSE;
  for (guint i = 0; (*senders)[i] != NULL; i++)
    {
      const char *fault = aimx_glob_check ((*senders)[i]);

      if (fault != NULL)
        return fail_at (self, toml_array_get (list, i), "\"%s\" is not a pattern: %s", (*senders)[i], fault);
    }
  return TRUE;
}

/* ---- domains ---- */

static gboolean
add_domain (Loader *self, const TomlNode *node)
{
  g_autofree char *written = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GError) why = NULL;
  AimxDomain *domain;

  if (!check_type (self, node, TOML_TYPE_STRING, "\"example.com\""))
    return FALSE;
  written = g_strdup (toml_node_get_string (node));
  name = g_ascii_strdown (g_strstrip (written), -1);
  if (!aimx_name_check_domain (name, &why))
    return fail_at (self, node, "%s", why->message);
  if (g_hash_table_contains (self->config->domains_by_name, name))
    return fail_at (self, node, "\"%s\" is there twice; remove one", name);
  domain = g_new0 (AimxDomain, 1);
  domain->name = g_steal_pointer (&name);
  domain->overrides = g_strdup ("");
  domain->mailboxes = g_ptr_array_new ();
  g_ptr_array_add (self->config->domains, domain);
  g_hash_table_insert (self->config->domains_by_name, domain->name, domain);
  return TRUE;
}

static gboolean
load_domains (Loader *self, TomlNode *root)
{
  TomlNode *list = toml_table_get (root, "domains");
  TomlNode *single = toml_table_get (root, "domain");

  if (single != NULL && toml_node_get_type (single) == TOML_TYPE_STRING)
    {
      if (list != NULL)
        return fail_at (self, single, "`domain` and `domains` are both there; remove `domain`");
      self->config->single_domain = TRUE;
      return add_domain (self, single);
    }
  if (list == NULL)
    return fail_at (self, root, "`domains` is missing; write domains = [\"example.com\"]");
  if (!check_type (self, list, TOML_TYPE_ARRAY, "[\"example.com\"]"))
    return FALSE;
  if (toml_array_get_length (list) == 0)
    return fail_at (self, list, "it is empty; name at least one domain");
  for (guint i = 0; i < toml_array_get_length (list); i++)
    if (!add_domain (self, toml_array_get (list, i)))
      return FALSE;
  return TRUE;
}

static gboolean
load_override (Loader *self, TomlNode *table, const char *key)
{
  static const char *const known[] = { "signature", "dkim_selector", "trust", "trusted_senders", NULL };
  g_autoptr (GString) overrides = g_string_new (NULL);
  g_autofree char *name = g_ascii_strdown (key, -1);
  AimxDomain *domain = g_hash_table_lookup (self->config->domains_by_name, name);
  const char *signature, *selector;

  if (domain == NULL)
    return fail_at (self, table,
                    "this table is for a domain that is not in `domains`; add it there or remove the table");
  if (!check_type (self, table, TOML_TYPE_TABLE, "[domain.\"example.com\"]"))
    return FALSE;
  warn_unknown (self, table, known);
  if (!read_string (self, table, "signature", "\"\"", &signature) ||
      !read_string (self, table, "dkim_selector", "\"aimx\"", &selector) ||
      !read_trust (self, table, &domain->has_trust, &domain->trust, &domain->trusted_senders))
    return FALSE;
  domain->signature = g_strdup (signature);
  domain->selector = g_strdup (selector);
  for (guint i = 0; known[i] != NULL; i++)
    if (toml_table_get (table, known[i]) != NULL)
      g_string_append_printf (overrides, "%s%s", overrides->len > 0 ? "," : "", known[i]);
  g_free (domain->overrides);
  domain->overrides = g_string_free (g_steal_pointer (&overrides), FALSE);
  return TRUE;
}

static gboolean
load_overrides (Loader *self, TomlNode *root)
{
  TomlNode *tables = toml_table_get (root, "domain");

  if (tables != NULL && toml_node_get_type (tables) != TOML_TYPE_STRING)
    {
      if (!check_type (self, tables, TOML_TYPE_TABLE, "[domain.\"example.com\"]"))
        return FALSE;
      for (guint i = 0; i < toml_table_get_size (tables); i++)
        if (!load_override (self, toml_table_get_nth (tables, i), toml_table_get_key (tables, i)))
          return FALSE;
    }
  for (guint i = 0; i < self->config->domains->len; i++)
    {
      AimxDomain *domain = self->config->domains->pdata[i];

      if (domain->signature == NULL)
        domain->signature = g_strdup (self->signature);
      if (domain->selector == NULL)
        domain->selector = g_strdup (self->selector);
    }
  return TRUE;
}

/* ---- hooks ---- */

static char *
derive_name (const AimxHook *hook)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *joined = g_strjoinv ("\x1f", hook->command);

  g_checksum_update (checksum, (const guchar *) hook->event, -1);
  g_checksum_update (checksum, (const guchar *) "\x1f", 1);
  g_checksum_update (checksum, (const guchar *) joined, -1);
  g_checksum_update (checksum, (const guchar *) "\x1f", 1);
  g_checksum_update (checksum, (const guchar *) (hook->fire_on_untrusted ? "\x01" : "\x00"), 1);
  return g_strndup (g_checksum_get_string (checksum), 12);
}

static gboolean
hook_name_is_valid (const char *name)
{
  gsize length = strlen (name);

  if (length < 1 || length > 128 || (!g_ascii_isalnum (name[0]) && name[0] != '_'))
    return FALSE;
  return strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == length;
}

static gboolean
check_hook_keys (Loader *self, TomlNode *table)
{
  static const char *const known[] = { "name", "event", "type", "cmd", "timeout_secs", "fire_on_untrusted", NULL };
  static const struct
  {
    const char *key;
    const char *instead;
  } retired[] = {
    { "run_as", "hooks run as the mailbox's owner; remove it" },
    { "origin", "it has no meaning any more; remove it" },
    { "dangerously_support_untrusted", "write fire_on_untrusted = true" },
    { "template", "write the command itself as cmd = [\"/path\", ...]" },
    { "params", "write the arguments into cmd" },
    { "stdin", "the message always comes on standard input; remove it" },
  };

  for (guint i = 0; i < toml_table_get_size (table); i++)
    {
      const char *key = toml_table_get_key (table, i);

      for (gsize n = 0; n < G_N_ELEMENTS (retired); n++)
        if (strcmp (retired[n].key, key) == 0)
          return fail_at (self, toml_table_get_nth (table, i), "this key is retired: %s", retired[n].instead);
      if (!g_strv_contains (known, key))
        return fail_at (self, toml_table_get_nth (table, i),
                        "a hook has no such key; it has name, event, type, cmd, timeout_secs, fire_on_untrusted");
    }
  return TRUE;
}

static gboolean
read_hook (Loader *self, TomlNode *table, AimxHook *hook)
{
  TomlNode *cmd = toml_table_get (table, "cmd");
  const char *name, *event, *type;

  if (!check_hook_keys (self, table) || !read_string (self, table, "name", "\"notify\"", &name) ||
      !read_string (self, table, "event", "\"on_receive\"", &event) ||
      !read_string (self, table, "type", "\"cmd\"", &type) ||
      !read_number (self, table, "timeout_secs", 1, HOOK_TIMEOUT_MAX, &hook->timeout) ||
      !read_boolean (self, table, "fire_on_untrusted", &hook->fire_on_untrusted))
    return FALSE;
  if (event == NULL || (strcmp (event, "on_receive") != 0 && strcmp (event, "after_send") != 0))
    return fail_at (self, table, "`event` must be \"on_receive\" or \"after_send\"");
  if (type != NULL && strcmp (type, "cmd") != 0)
    return fail_at (self, table, "`type` is \"%s\" but can only be \"cmd\"", type);
  if (name != NULL && !hook_name_is_valid (name))
    return fail_at (
        self, toml_table_get (table, "name"),
        "\"%s\" is no name for a hook: 1 to 128 of letters, digits, _ . -, beginning with a letter, digit or _", name);
  if (cmd == NULL)
    return fail_at (self, table, "`cmd` is missing; write cmd = [\"/path/to/program\", \"argument\"]");
  if (!read_strings (self, cmd, "[\"/usr/bin/logger\"]", &hook->command))
    return FALSE;
  if (hook->command[0] == NULL || hook->command[0][0] != '/')
    return fail_at (self, cmd,
                    "its first string must be an absolute path, as in cmd = [\"/path/to/program\", \"argument\"]");
  if (hook->fire_on_untrusted && strcmp (event, "on_receive") != 0)
    return fail_at (self, table, "`fire_on_untrusted` is only for event = \"on_receive\"; remove it");
  hook->event = g_strdup (event);
  hook->named = name != NULL;
  hook->name = name != NULL ? g_strdup (name) : derive_name (hook);
  return TRUE;
}

static gboolean
load_hooks (Loader *self, TomlNode *table, AimxMailbox *mailbox)
{
  TomlNode *list = toml_table_get (table, "hooks");

  mailbox->hooks = g_ptr_array_new_with_free_func (aimx_hook_free);
  if (list == NULL)
    return TRUE;
  if (!check_type (self, list, TOML_TYPE_ARRAY, "[[mailboxes.\"x@example.com\".hooks]]"))
    return FALSE;
  if (mailbox->catchall && toml_array_get_length (list) > 0)
    return fail_at (self, list, "a catchall can have no hooks; put them on a mailbox");
  for (guint i = 0; i < toml_array_get_length (list); i++)
    {
      TomlNode *item = toml_array_get (list, i);
      AimxHook *hook = g_new0 (AimxHook, 1);
      const AimxHook *other;

      hook->timeout = HOOK_TIMEOUT;
      g_ptr_array_add (mailbox->hooks, hook);
      if (!check_type (self, item, TOML_TYPE_TABLE, "{ event = \"on_receive\", cmd = [\"/bin/true\"] }") ||
          !read_hook (self, item, hook))
        return FALSE;
      other = g_hash_table_lookup (self->hook_names, hook->name);
      if (other != NULL)
        return fail_at (self, item, "the hook name '%s' (%s) is used by mailbox %s (%s) already; set another `name`",
                        hook->name, hook->named ? "explicit" : "derived",
                        (const char *) g_hash_table_lookup (self->hook_homes, other),
                        other->named ? "explicit" : "derived");
      g_hash_table_insert (self->hook_names, hook->name, hook);
      g_hash_table_insert (self->hook_homes, hook, mailbox->name);
    }
  return TRUE;
}

/* ---- mailboxes ---- */

static gboolean
local_is_valid (const char *local)
{
  gsize length = strlen (local);

  if (length < 1 || length > 64 || strcmp (local, ".") == 0 || strcmp (local, "..") == 0 ||
      strcmp (local, "catchall") == 0 || strcmp (local, "aimx-catchall") == 0)
    return FALSE;
  for (const char *p = local; *p != '\0'; p++)
    if (*p == '/' || *p == '@' || g_ascii_iscntrl (*p))
      return FALSE;
  return TRUE;
}

static gboolean
read_address (Loader *self, TomlNode *table, const char *key, AimxMailbox *mailbox)
{
  g_autofree char *local = NULL;
  g_autofree char *domain = NULL;
  g_autofree char *key_name = NULL;
  const char *address, *at;

  if (!read_string (self, table, "address", "\"info@example.com\"", &address))
    return FALSE;
  if (address == NULL)
    return fail_at (self, table, "`address` is missing; write address = \"local@domain\"");
  at = strrchr (address, '@');
  if (at == NULL)
    return fail_at (self, toml_table_get (table, "address"), "\"%s\" has no @; write local@domain", address);
  domain = g_ascii_strdown (at + 1, -1);
  local = g_strndup (address, (gsize) (at - address));
  if (!g_hash_table_contains (self->config->domains_by_name, domain))
    return fail_at (self, toml_table_get (table, "address"),
                    "\"%s\" is of a domain that is not in `domains`; add it there", address);
  mailbox->catchall = strcmp (local, "*") == 0;
  if (!mailbox->catchall && !local_is_valid (local))
    return fail_at (self, toml_table_get (table, "address"),
                    "\"%s\" cannot be a mailbox: the part before @ has 1 to 64 bytes without / and control characters, "
                    "and is not 'catchall'",
                    address);
  mailbox->name = g_strconcat (local, "@", domain, NULL);
  mailbox->address = g_strdup (address);
  mailbox->key = g_strdup (key);
  mailbox->directory = mailbox->catchall ? g_strdup ("catchall") : g_strdup (local);
  mailbox->domain = g_steal_pointer (&domain);
  at = strrchr (key, '@');
  if (at == NULL)
    {
      self->config->bare_keys = TRUE;
      return TRUE;
    }
  domain = g_ascii_strdown (at + 1, -1);
  key_name = g_strdup_printf ("%.*s@%s", (int) (at - key), key, domain);
  if (strcmp (key_name, mailbox->name) != 0)
    return fail_at (self, table, "its key is not its address \"%s\"; make them equal", address);
  return TRUE;
}

static gboolean
read_owner (Loader *self, TomlNode *table, AimxMailbox *mailbox)
{
  gboolean allow_root = FALSE;
  const char *owner;

  if (!read_string (self, table, "owner", "\"alice\"", &owner) ||
      !read_boolean (self, table, "allow_root_catchall", &allow_root))
    return FALSE;
  if (owner == NULL || *owner == '\0')
    return fail_at (self, table, "`owner` is missing; write owner = \"<user>\", the account that owns the mail");
  if (allow_root && !mailbox->catchall)
    return fail_at (self, table, "`allow_root_catchall` is only for a catchall; remove it");
  if (strcmp (owner, "root") == 0)
    {
      if (!mailbox->catchall || !allow_root)
        return fail_at (self, toml_table_get (table, "owner"),
                        "root can own only a catchall with allow_root_catchall = true; name another user");
      g_ptr_array_add (self->config->warnings,
                       g_strdup_printf ("%s: line %u: the catchall %s is owned by root; a user of its own is safer",
                                        self->file, toml_node_get_line (table), mailbox->name));
    }
  else if (strcmp (owner, "aimx-catchall") != 0 && !aimx_name_check_user (owner, NULL))
    return fail_at (self, toml_table_get (table, "owner"), "\"%s\" is not the name of a user", owner);
  mailbox->owner = g_strdup (owner);
  return TRUE;
}

static void
inherit (Loader *self, AimxMailbox *mailbox)
{
  const AimxDomain *domain = g_hash_table_lookup (self->config->domains_by_name, mailbox->domain);

  mailbox->trust_source = mailbox->has_trust  ? AIMX_CONFIG_SOURCE_MAILBOX
                          : domain->has_trust ? AIMX_CONFIG_SOURCE_DOMAIN
                          : self->has_trust   ? AIMX_CONFIG_SOURCE_GLOBAL
                                              : AIMX_CONFIG_SOURCE_DEFAULT;
  if (!mailbox->has_trust)
    mailbox->trust = domain->has_trust ? domain->trust : self->trust;
  if (mailbox->trusted_senders == NULL)
    mailbox->trusted_senders =
        g_strdupv (domain->trusted_senders != NULL ? domain->trusted_senders : self->trusted_senders);
  if (mailbox->trusted_senders == NULL)
    mailbox->trusted_senders = g_new0 (char *, 1);
}

static gboolean
load_mailbox (Loader *self, TomlNode *table, const char *key)
{
  static const char *const known[] = { "address", "owner", "trust", "trusted_senders", "allow_root_catchall",
                                       "hooks",   "raw",   NULL };
  AimxConfig *config = self->config;
  AimxMailbox *mailbox = g_new0 (AimxMailbox, 1);
  g_autofree char *address = NULL;
  AimxDomain *domain;

  mailbox->hooks = NULL;
  g_ptr_array_add (config->mailboxes, mailbox);
  if (!check_type (self, table, TOML_TYPE_TABLE, "[mailboxes.\"info@example.com\"]"))
    return mailbox->hooks = g_ptr_array_new (), FALSE;
  for (guint i = 0; i < toml_table_get_size (table); i++)
    if (strcmp (toml_table_get_key (table, i), "on_receive") == 0)
      {
        mailbox->hooks = g_ptr_array_new ();
        return fail_at (self, toml_table_get_nth (table, i),
                        "this form is retired: write [[mailboxes.\"%s\".hooks]] with event = \"on_receive\"", key);
      }
  warn_unknown (self, table, known);
  if (!read_address (self, table, key, mailbox) || !load_hooks (self, table, mailbox) ||
      !read_owner (self, table, mailbox) || !read_boolean (self, table, "raw", &mailbox->raw) ||
      !read_trust (self, table, &mailbox->has_trust, &mailbox->trust, &mailbox->trusted_senders))
    {
      if (mailbox->hooks == NULL)
        mailbox->hooks = g_ptr_array_new ();
      return FALSE;
    }
  address = g_utf8_strdown (mailbox->name, -1);
  if (g_hash_table_contains (config->mailboxes_by_address, address))
    return fail_at (self, table, "the address \"%s\" is used by two mailboxes; remove one", mailbox->address);
  inherit (self, mailbox);
  g_hash_table_insert (config->mailboxes_by_address, g_steal_pointer (&address), mailbox);
  g_hash_table_insert (config->mailboxes_by_name, mailbox->name, mailbox);
  domain = g_hash_table_lookup (config->domains_by_name, mailbox->domain);
  g_ptr_array_add (domain->mailboxes, mailbox);
  return TRUE;
}

static int
compare_mailboxes (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const AimxMailbox *const *) a)->name, (*(const AimxMailbox *const *) b)->name);
}

static gboolean
load_mailboxes (Loader *self, TomlNode *root)
{
  TomlNode *tables = toml_table_get (root, "mailboxes");

  if (tables == NULL)
    return TRUE;
  if (!check_type (self, tables, TOML_TYPE_TABLE, "[mailboxes.\"info@example.com\"]"))
    return FALSE;
  for (guint i = 0; i < toml_table_get_size (tables); i++)
    if (!load_mailbox (self, toml_table_get_nth (tables, i), toml_table_get_key (tables, i)))
      return FALSE;
  g_ptr_array_sort (self->config->mailboxes, compare_mailboxes);
  for (guint i = 0; i < self->config->domains->len; i++)
    g_ptr_array_sort (((AimxDomain *) self->config->domains->pdata[i])->mailboxes, compare_mailboxes);
  return TRUE;
}

/* ---- the top ---- */

static gboolean
load_smtp (Loader *self, TomlNode *root)
{
  static const char *const known[] = { "max_connections", "max_connections_per_address", NULL };
  TomlNode *table = toml_table_get (root, "smtp");

  self->config->max_connections = 10000;
  self->config->max_connections_per_address = 100;
  if (table == NULL)
    return TRUE;
  if (!check_type (self, table, TOML_TYPE_TABLE, "[smtp]"))
    return FALSE;
  warn_unknown (self, table, known);
  return read_number (self, table, known[0], 1, 1000000, &self->config->max_connections) &&
         read_number (self, table, known[1], 1, 1000000, &self->config->max_connections_per_address);
}

static gboolean
load_modules (Loader *self, TomlNode *root)
{
  static const char *const known[] = { "disabled", NULL };
  TomlNode *table = toml_table_get (root, "modules");
  TomlNode *list;

  if (table == NULL)
    return TRUE;
  if (!check_type (self, table, TOML_TYPE_TABLE, "[modules]"))
    return FALSE;
  warn_unknown (self, table, known);
  list = toml_table_get (table, "disabled");
  return list == NULL || read_strings (self, list, "[\"dbus\"]", &self->config->disabled_modules);
}

static gboolean
load_top (Loader *self, TomlNode *root)
{
  static const char *const known[] = { "domains",         "domain",    "data_dir",    "dkim_selector", "trust",
                                       "trusted_senders", "signature", "enable_ipv6", "verify_host",   "upgrade",
                                       "mailboxes",       "modules",   "plugin",      "smtp",          NULL };
  const char *data_dir, *selector, *signature, *host;
  gboolean ipv6;

  if (toml_table_get (root, "hook_template") != NULL)
    return fail_at (self, toml_table_get (root, "hook_template"),
                    "templates are retired: write the command into each hook as cmd = [\"/path\", ...]");
  warn_unknown (self, root, known);
  if (!read_string (self, root, "data_dir", "\"/var/lib/aimx\"", &data_dir) ||
      !read_string (self, root, "dkim_selector", "\"aimx\"", &selector) ||
      !read_string (self, root, "signature", "\"\"", &signature) ||
      !read_string (self, root, "verify_host", "\"https://check.aimx.email\"", &host) ||
      !read_boolean (self, root, "enable_ipv6", &ipv6) ||
      !read_trust (self, root, &self->has_trust, &self->trust, &self->trusted_senders))
    return FALSE;
  if (data_dir != NULL && !g_path_is_absolute (data_dir))
    return fail_at (self, toml_table_get (root, "data_dir"), "\"%s\" is not an absolute path", data_dir);
  self->config->data_dir = g_strdup (data_dir != NULL ? data_dir : DEFAULT_DATA_DIR);
  self->selector = g_strdup (selector != NULL ? selector : DEFAULT_SELECTOR);
  self->signature = g_strdup (signature != NULL ? signature : DEFAULT_SIGNATURE);
  return load_domains (self, root) && load_overrides (self, root) && load_mailboxes (self, root) &&
         load_smtp (self, root) && load_modules (self, root);
}

AimxConfig *
aimx_config_parse (const char *file, const char *text, gsize length, GError **error)
{
  g_autoptr (AimxConfig) config = aimx_config_new_empty ();
  g_autoptr (GHashTable) hook_names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) hook_homes = g_hash_table_new (NULL, NULL);
  g_autoptr (GError) why = NULL;
  g_autoptr (TomlDocument) document = toml_document_parse (text, (gssize) length, &why);
  Loader loader = {
    .file = file, .config = config, .hook_names = hook_names, .hook_homes = hook_homes, .error = error
  };
  gboolean done;

  if (document == NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "%s: %s", file, why->message);
      return NULL;
    }
  done = load_top (&loader, toml_document_get_root (document));
  g_strfreev (loader.trusted_senders);
  g_free (loader.selector);
  g_free (loader.signature);
  if (!done)
    return NULL;
  g_ptr_array_add (config->warnings, NULL);
  return g_steal_pointer (&config);
}
