/* SPDX-License-Identifier: MIT */
#include "config-settings.h"

#include "config-loader.h"

#include <aimx/error.h>

#include <string.h>

/* A key of a plugin's table. */
typedef struct
{
  char *where;     /* file, line, column and key, for messages */
  GVariant *value; /* NULL for what no setting can be */
  char *fault;     /* what is wrong with it where its type is right; NULL for nothing */
  const char *type_name;
} Setting;

static const struct
{
  const char *type;
  const char *name;
  const char *example;
} types[] = {
  { "s", "a string", "\"text\"" },
  { "b", "a boolean", "true" },
  { "x", "an integer", "60" },
  { "as", "an array of strings", "[\"a\", \"b\"]" },
};

/* ---- reading ---- */

static void
setting_free (gpointer data)
{
  Setting *self = data;

  g_clear_pointer (&self->value, g_variant_unref);
  g_free (self->fault);
  g_free (self->where);
  g_free (self);
}

/* What is wrong with a string; as the rest of the configuration has it. */
static char *
find_fault (AimxConfigLoader *loader, const TomlNode *node)
{
  g_autofree char *where = aimx_config_loader_locate (loader, node);
  gsize length = 0;

  if (toml_node_get_type (node) != TOML_TYPE_STRING)
    return g_strdup_printf ("%s: it is %s but must be a string, such as \"text\"", where,
                            toml_type_get_name (toml_node_get_type (node)));
  if (strlen (toml_node_get_string_with_length (node, &length)) != length)
    return g_strdup_printf ("%s: it holds a NUL character; remove it", where);
  return NULL;
}

static GVariant *
read_strings (AimxConfigLoader *loader, const TomlNode *array, char **fault)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < toml_array_get_length (array) && *fault == NULL; i++)
    {
      const TomlNode *element = toml_array_get (array, i);

      *fault = find_fault (loader, element);
      if (*fault == NULL)
        g_variant_builder_add (&builder, "s", toml_node_get_string (element));
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
read_value (AimxConfigLoader *loader, const TomlNode *node, char **fault)
{
  switch (toml_node_get_type (node))
    {
    case TOML_TYPE_STRING:
      *fault = find_fault (loader, node);
      return g_variant_new_string (toml_node_get_string (node));
    case TOML_TYPE_BOOLEAN:
      return g_variant_new_boolean (toml_node_get_boolean (node));
    case TOML_TYPE_INTEGER:
      return g_variant_new_int64 (toml_node_get_integer (node));
    case TOML_TYPE_ARRAY:
      return read_strings (loader, node, fault);
    default:
      return NULL;
    }
}

static Setting *
setting_new (AimxConfigLoader *loader, const TomlNode *node)
{
  Setting *self = g_new0 (Setting, 1);
  GVariant *value = read_value (loader, node, &self->fault);

  self->where = aimx_config_loader_locate (loader, node);
  self->value = value != NULL ? g_variant_ref_sink (value) : NULL;
  self->type_name = toml_type_get_name (toml_node_get_type (node));
  return self;
}

static GHashTable *
read_settings (AimxConfigLoader *loader, TomlNode *table)
{
  GHashTable *settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, setting_free);

  for (guint i = 0; i < toml_table_get_size (table); i++)
    g_hash_table_insert (settings, g_strdup (toml_table_get_key (table, i)),
                         setting_new (loader, toml_table_get_nth (table, i)));
  return settings;
}

/* What stands there is a mistake about that plugin alone. */
static char *
describe_misplaced (AimxConfigLoader *loader, const TomlNode *node, const char *plugin)
{
  g_autofree char *where = aimx_config_loader_locate (loader, node);

  return g_strdup_printf ("%s: it is %s but must be %s, such as [plugin.%s]", where,
                          toml_type_get_name (toml_node_get_type (node)), toml_type_get_name (TOML_TYPE_TABLE), plugin);
}

gboolean
aimx_config_loader_load_settings (AimxConfigLoader *self, TomlNode *root)
{
  const TomlNode *tables = toml_table_get (root, "plugin");

  if (tables == NULL)
    return TRUE;
  if (!aimx_config_loader_check_type (self, tables, TOML_TYPE_TABLE, "[plugin.search]"))
    return FALSE;
  for (guint i = 0; i < toml_table_get_size (tables); i++)
    {
      const char *plugin = toml_table_get_key (tables, i);
      TomlNode *table = toml_table_get_nth (tables, i);

      if (toml_node_get_type (table) == TOML_TYPE_TABLE)
        g_hash_table_insert (self->config->settings, g_strdup (plugin), read_settings (self, table));
      else
        g_hash_table_insert (self->config->misplaced, g_strdup (plugin), describe_misplaced (self, table, plugin));
    }
  return TRUE;
}

/* ---- what a plugin declares ---- */

static gboolean
is_name (const char *name)
{
  gboolean valid = g_ascii_islower (*name);

  for (; valid && *name != '\0'; name++)
    valid = g_ascii_islower (*name) || g_ascii_isdigit (*name) || *name == '_';
  return valid;
}

static guint
find_type (const char *type)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (types) && g_strcmp0 (type, types[i].type) != 0; i++)
    ;
  return i;
}

char *
aimx_setting_specs_check (const AimxSettingSpec *specs)
{
  for (; specs != NULL && specs->name != NULL; specs++)
    {
      g_autoptr (GVariant) fallback = NULL;

      if (!is_name (specs->name))
        return g_strdup_printf ("setting '%s' has a name that is not [a-z][a-z0-9_]*", specs->name);
      if (find_type (specs->type) == G_N_ELEMENTS (types))
        return g_strdup_printf ("setting '%s' has a type that is not s, b, x or as", specs->name);
      if (specs->fallback != NULL)
        fallback = g_variant_parse (G_VARIANT_TYPE (specs->type), specs->fallback, NULL, NULL, NULL);
      if (fallback == NULL)
        return g_strdup_printf ("setting '%s' has a fallback that is not of its type", specs->name);
    }
  return NULL;
}

/* ---- holding one against the other ---- */

static const AimxSettingSpec *
find_spec (const AimxSettingSpec *specs, const char *name)
{
  for (; specs != NULL && specs->name != NULL; specs++)
    if (strcmp (specs->name, name) == 0)
      return specs;
  return NULL;
}

static gboolean
check_setting (const Setting *self, const AimxSettingSpec *spec, GError **error)
{
  const guint type = find_type (spec->type);
  gint64 number;

  if (self->value == NULL || !g_variant_is_of_type (self->value, G_VARIANT_TYPE (spec->type)))
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "%s: it is %s but must be %s, such as %s", self->where,
                   self->type_name, types[type].name, types[type].example);
      return FALSE;
    }
  if (self->fault != NULL)
    {
      g_set_error_literal (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, self->fault);
      return FALSE;
    }
  if (!g_variant_is_of_type (self->value, G_VARIANT_TYPE_INT64) || (spec->minimum == 0 && spec->maximum == 0))
    return TRUE;
  number = g_variant_get_int64 (self->value);
  if (number >= spec->minimum && number <= spec->maximum)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION,
               "%s: it is %" G_GINT64_FORMAT " but must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, self->where,
               number, spec->minimum, spec->maximum);
  return FALSE;
}

static void
warn_unknown (const Setting *self, const char *name, const AimxSettingSpec *specs, GPtrArray *warnings)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  const char *near;

  for (; specs != NULL && specs->name != NULL; specs++)
    g_ptr_array_add (known, (gpointer) specs->name);
  g_ptr_array_add (known, NULL);
  near = aimx_config_find_nearest (name, (const char *const *) known->pdata);
  g_ptr_array_add (warnings, near != NULL
                                 ? g_strdup_printf ("%s: unknown key, ignored; did you mean '%s'?", self->where, near)
                                 : g_strdup_printf ("%s: unknown key, ignored", self->where));
}

/* Who declares no settings has none that could be wrong. */
static gboolean
check_place (AimxConfig *self, const char *plugin, const AimxSettingSpec *specs, GPtrArray *warnings, GError **error)
{
  const char *fault = g_hash_table_lookup (self->misplaced, plugin);

  if (fault == NULL)
    return TRUE;
  if (specs != NULL && specs->name != NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "%s", fault);
      return FALSE;
    }
  g_ptr_array_add (warnings, g_strdup_printf ("%s; ignored", fault));
  return TRUE;
}

gboolean
aimx_config_check_settings (AimxConfig *self,
                            const char *plugin,
                            const AimxSettingSpec *specs,
                            GPtrArray *warnings,
                            GError **error)
{
  GHashTable *settings = g_hash_table_lookup (self->settings, plugin);
  GHashTableIter iter;
  gpointer name, setting;

  if (settings == NULL)
    return check_place (self, plugin, specs, warnings, error);
  g_hash_table_iter_init (&iter, settings);
  while (g_hash_table_iter_next (&iter, &name, &setting))
    {
      const AimxSettingSpec *spec = find_spec (specs, name);

      if (spec == NULL)
        warn_unknown (setting, name, specs, warnings);
      else if (!check_setting (setting, spec, error))
        return FALSE;
    }
  return TRUE;
}

GVariant *
aimx_config_get_setting (AimxConfig *self, const char *plugin, const char *name)
{
  GHashTable *settings = g_hash_table_lookup (self->settings, plugin);
  const Setting *setting = settings != NULL ? g_hash_table_lookup (settings, name) : NULL;

  return setting != NULL && setting->fault == NULL ? setting->value : NULL;
}
