/* SPDX-License-Identifier: MIT */
/* `[[mailboxes."x".hooks]]`: what runs when something happened to a mailbox's mail. */
#include "config-loader.h"

#include <string.h>

#define HOOK_TIMEOUT_MAX  600
#define HOOK_TIMEOUT      60
#define HOOK_NAME_MAX     128
#define DERIVED_NAME_SIZE 12

#define COMMAND_EXAMPLE "[\"/path/to/program\", \"argument\"]"

/* So that a hook without a name can be spoken of; the mailbox is not part of it. */
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
  return g_strndup (g_checksum_get_string (checksum), DERIVED_NAME_SIZE);
}

/* ---- one hook ---- */

static gboolean
check_keys (AimxConfigLoader *self, TomlNode *table)
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
    { "template", "write the command itself as cmd = " COMMAND_EXAMPLE },
    { "params", "write the arguments into cmd" },
    { "stdin", "the message always comes on standard input; remove it" },
  };

  for (guint i = 0; i < toml_table_get_size (table); i++)
    {
      const TomlNode *node = toml_table_get_nth (table, i);
      const char *key = toml_table_get_key (table, i);

      for (gsize n = 0; n < G_N_ELEMENTS (retired); n++)
        if (strcmp (retired[n].key, key) == 0)
          return aimx_config_loader_fail (self, node, "this key is retired: %s", retired[n].instead);
      if (!g_strv_contains (known, key))
        return aimx_config_loader_fail (
            self, node, "a hook has no such key; it has name, event, type, cmd, timeout_secs, fire_on_untrusted");
    }
  return TRUE;
}

static gboolean
name_is_valid (const char *name)
{
  gsize length = strlen (name);

  if (length < 1 || length > HOOK_NAME_MAX || (!g_ascii_isalnum (name[0]) && name[0] != '_'))
    return FALSE;
  return strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.-") == length;
}

static gboolean
read_event (AimxConfigLoader *self, TomlNode *table, AimxHook *hook)
{
  const char *event, *type;

  if (!aimx_config_loader_read_string (self, table, "event", "\"on_receive\"", &event) ||
      !aimx_config_loader_read_string (self, table, "type", "\"cmd\"", &type))
    return FALSE;
  if (event == NULL)
    return aimx_config_loader_fail (self, table, "`event` is missing; write event = \"on_receive\" or \"after_send\"");
  if (strcmp (event, "on_receive") != 0 && strcmp (event, "after_send") != 0)
    return aimx_config_loader_fail (self, toml_table_get (table, "event"),
                                    "it is \"%s\" but must be \"on_receive\" or \"after_send\"", event);
  if (type != NULL && strcmp (type, "cmd") != 0)
    return aimx_config_loader_fail (self, toml_table_get (table, "type"), "it is \"%s\" but can only be \"cmd\"", type);
  hook->event = g_strdup (event);
  return TRUE;
}

static gboolean
read_command (AimxConfigLoader *self, TomlNode *table, AimxHook *hook)
{
  const TomlNode *cmd = toml_table_get (table, "cmd");

  if (cmd == NULL)
    return aimx_config_loader_fail (self, table, "`cmd` is missing; write cmd = " COMMAND_EXAMPLE);
  if (!aimx_config_loader_read_strings (self, cmd, COMMAND_EXAMPLE, &hook->command))
    return FALSE;
  if (hook->command[0] == NULL)
    return aimx_config_loader_fail (self, cmd, "it is empty; write cmd = " COMMAND_EXAMPLE);
  return hook->command[0][0] == '/' ||
         aimx_config_loader_fail (self, toml_array_get (cmd, 0),
                                  "\"%s\" must be an absolute path, as in cmd = " COMMAND_EXAMPLE, hook->command[0]);
}

static gboolean
read_hook (AimxConfigLoader *self, TomlNode *table, AimxHook *hook)
{
  const char *name;

  hook->timeout = HOOK_TIMEOUT;
  if (!check_keys (self, table) || !aimx_config_loader_read_string (self, table, "name", "\"notify\"", &name) ||
      !read_event (self, table, hook) || !read_command (self, table, hook) ||
      !aimx_config_loader_read_number (self, table, "timeout_secs", 1, HOOK_TIMEOUT_MAX, &hook->timeout) ||
      !aimx_config_loader_read_boolean (self, table, "fire_on_untrusted", &hook->fire_on_untrusted))
    return FALSE;
  if (name != NULL && !name_is_valid (name))
    return aimx_config_loader_fail (
        self, toml_table_get (table, "name"),
        "\"%s\" is no name for a hook: 1 to %d of letters, digits, _ . -, beginning with a letter, digit or _", name,
        HOOK_NAME_MAX);
  if (hook->fire_on_untrusted && strcmp (hook->event, "on_receive") != 0)
    return aimx_config_loader_fail (self, toml_table_get (table, "fire_on_untrusted"),
                                    "it is only for event = \"on_receive\"; remove it");
  hook->named = name != NULL;
  hook->name = name != NULL ? g_strdup (name) : derive_name (hook);
  return TRUE;
}

/* ---- all of a mailbox ---- */

static gboolean
check_unique (AimxConfigLoader *self, const TomlNode *node, AimxHook *hook)
{
  const AimxHook *other = g_hash_table_lookup (self->hooks, hook->name);

  if (other == NULL)
    {
      g_hash_table_insert (self->hooks, hook->name, hook);
      return TRUE;
    }
  return aimx_config_loader_fail (
      self, node, "the hook name '%s', %s here, is that of a hook of mailbox %s already, %s there; set another `name`",
      hook->name, hook->named ? "set" : "derived from event and command", other->mailbox->name,
      other->named ? "set" : "derived");
}

gboolean
aimx_config_loader_load_hooks (AimxConfigLoader *self, TomlNode *table, AimxMailbox *mailbox)
{
  const TomlNode *list = toml_table_get (table, "hooks");

  if (list == NULL)
    return TRUE;
  if (!aimx_config_loader_check_type (self, list, TOML_TYPE_ARRAY, "[[mailboxes.\"info@example.com\".hooks]]"))
    return FALSE;
  if (mailbox->catchall && toml_array_get_length (list) > 0)
    return aimx_config_loader_fail (self, list, "a catchall can have no hooks; put them on a mailbox");
  for (guint i = 0; i < toml_array_get_length (list); i++)
    {
      TomlNode *item = toml_array_get (list, i);
      AimxHook *hook = g_new0 (AimxHook, 1);

      hook->mailbox = mailbox;
      g_ptr_array_add (mailbox->hooks, hook);
      if (!aimx_config_loader_check_type (self, item, TOML_TYPE_TABLE, "[[mailboxes.\"info@example.com\".hooks]]") ||
          !read_hook (self, item, hook) || !check_unique (self, item, hook))
        return FALSE;
    }
  return TRUE;
}
