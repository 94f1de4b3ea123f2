/* SPDX-License-Identifier: MIT */
/* Values and what they must be; violations with file, line, column, key and repair. */
#include "config-loader.h"

#include <aimx/error.h>

#include <string.h>

/* ---- messages ---- */

char *
aimx_config_loader_locate (const AimxConfigLoader *self, const TomlNode *node)
{
  g_autofree char *path = toml_node_get_path (node);

  return g_strdup_printf ("%s: line %u, column %u%s%s", self->file, toml_node_get_key_line (node),
                          toml_node_get_key_column (node), *path != '\0' ? ": " : "", path);
}

static char *format_message (const AimxConfigLoader *self, const TomlNode *node, const char *format, va_list args)
    G_GNUC_PRINTF (3, 0);

static char *
format_message (const AimxConfigLoader *self, const TomlNode *node, const char *format, va_list args)
{
  g_autofree char *where = aimx_config_loader_locate (self, node);
  g_autofree char *what = g_strdup_vprintf (format, args);

  return g_strdup_printf ("%s: %s", where, what);
}

gboolean
aimx_config_loader_fail (AimxConfigLoader *self, const TomlNode *node, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = format_message (self, node, format, args);
  va_end (args);
  g_set_error_literal (self->error, AIMX_ERROR, AIMX_ERROR_VALIDATION, message);
  return FALSE;
}

void
aimx_config_loader_warn (AimxConfigLoader *self, const TomlNode *node, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (self->config->warnings, format_message (self, node, format, args));
  va_end (args);
}

/* ---- unknown keys ---- */

/* Longer keys are near to nothing. */
#define NEAR_KEY_MAX 64

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

/* At most three letters are wrong, and most are right. */
const char *
aimx_config_find_nearest (const char *key, const char *const *known)
{
  const gsize length = strlen (key);
  guint best_distance = (guint) MIN (4, length / 2 + 1);
  const char *best = NULL;

  for (; *known != NULL && length <= NEAR_KEY_MAX; known++)
    {
      guint distance = edit_distance (key, *known);

      if (distance < best_distance)
        {
          best = *known;
          best_distance = distance;
        }
    }
  return best;
}

void
aimx_config_loader_warn_unknown (AimxConfigLoader *self, TomlNode *table, const char *const *known)
{
  for (guint i = 0; i < toml_table_get_size (table); i++)
    {
      const TomlNode *node = toml_table_get_nth (table, i);
      const char *key = toml_table_get_key (table, i);
      const char *near = g_strv_contains (known, key) ? key : aimx_config_find_nearest (key, known);

      if (near == NULL)
        aimx_config_loader_warn (self, node, "unknown key, ignored");
      else if (near != key)
        aimx_config_loader_warn (self, node, "unknown key, ignored; did you mean '%s'?", near);
    }
}

/* ---- values ---- */

gboolean
aimx_config_loader_check_type (AimxConfigLoader *self, const TomlNode *node, TomlType type, const char *example)
{
  if (toml_node_get_type (node) == type)
    return TRUE;
  return aimx_config_loader_fail (self, node, "it is %s but must be %s, such as %s",
                                  toml_type_get_name (toml_node_get_type (node)), toml_type_get_name (type), example);
}

gboolean
aimx_config_loader_check_string (AimxConfigLoader *self, const TomlNode *node, const char *example, const char **value)
{
  gsize length;

  if (!aimx_config_loader_check_type (self, node, TOML_TYPE_STRING, example))
    return FALSE;
  *value = toml_node_get_string_with_length (node, &length);
  return strlen (*value) == length || aimx_config_loader_fail (self, node, "it holds a NUL character; remove it");
}

gboolean
aimx_config_loader_read_string (AimxConfigLoader *self,
                                TomlNode *table,
                                const char *key,
                                const char *example,
                                const char **value)
{
  const TomlNode *node = toml_table_get (table, key);

  *value = NULL;
  return node == NULL || aimx_config_loader_check_string (self, node, example, value);
}

gboolean
aimx_config_loader_read_boolean (AimxConfigLoader *self, TomlNode *table, const char *key, gboolean *value)
{
  const TomlNode *node = toml_table_get (table, key);

  if (node == NULL)
    return TRUE;
  if (!aimx_config_loader_check_type (self, node, TOML_TYPE_BOOLEAN, "true"))
    return FALSE;
  *value = toml_node_get_boolean (node);
  return TRUE;
}

gboolean
aimx_config_loader_read_number (AimxConfigLoader *self,
                                TomlNode *table,
                                const char *key,
                                guint low,
                                guint high,
                                guint *value)
{
  const TomlNode *node = toml_table_get (table, key);
  gint64 number;

  if (node == NULL)
    return TRUE;
  if (!aimx_config_loader_check_type (self, node, TOML_TYPE_INTEGER, "60"))
    return FALSE;
  number = toml_node_get_integer (node);
  if (number < low || number > high)
    return aimx_config_loader_fail (self, node, "it is %" G_GINT64_FORMAT " but must be from %u to %u", number, low,
                                    high);
  *value = (guint) number;
  return TRUE;
}

gboolean
aimx_config_loader_read_strings (AimxConfigLoader *self, const TomlNode *node, const char *example, GStrv *values)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (!aimx_config_loader_check_type (self, node, TOML_TYPE_ARRAY, example))
    return FALSE;
  for (guint i = 0; i < toml_array_get_length (node); i++)
    {
      const char *value;

      if (!aimx_config_loader_check_string (self, toml_array_get (node, i), example, &value))
        return FALSE;
      g_strv_builder_add (builder, value);
    }
  *values = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
check_senders (AimxConfigLoader *self, const TomlNode *list, const char *const *senders)
{
  for (guint i = 0; senders[i] != NULL; i++)
    {
      const char *fault = aimx_glob_check (senders[i]);

      if (fault != NULL)
        return aimx_config_loader_fail (self, toml_array_get (list, i), "\"%s\" is not a pattern: %s", senders[i],
                                        fault);
    }
  return TRUE;
}

gboolean
aimx_config_loader_read_trust (AimxConfigLoader *self, TomlNode *table, gboolean *has, AimxTrust *trust, GStrv *senders)
{
  const TomlNode *list = toml_table_get (table, "trusted_senders");
  const char *value;

  if (!aimx_config_loader_read_string (self, table, "trust", "\"none\"", &value))
    return FALSE;
  *has = value != NULL;
  if (value != NULL && strcmp (value, "verified") == 0)
    *trust = AIMX_TRUST_VERIFIED;
  else if (value != NULL && strcmp (value, "none") != 0)
    return aimx_config_loader_fail (self, toml_table_get (table, "trust"),
                                    "it is \"%s\" but must be \"none\" or \"verified\"", value);
  return list == NULL || (aimx_config_loader_read_strings (self, list, "[\"*@example.com\"]", senders) &&
                          check_senders (self, list, (const char *const *) *senders));
}
