/* SPDX-License-Identifier: MIT */
/* The module loader. */
#include "module-loader.h"

#include "acting-module.h"
#include "config/config-settings.h"
#include "config/config-store-private.h"

#include <aimx/log.h>

#include <unistd.h>

struct _AimxModuleLoader
{
  GStrv search_path;
  GPtrArray *modules; /* by name; of two with one name the one that counts comes first */
  GPtrArray *order;
};

/* The directories of the build tree that the running command was built in, if it was: `<dir>/cli/aimx`. */
static GStrv
find_build_tree (void)
{
  g_autofree char *exe = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *cli = exe != NULL ? g_path_get_dirname (exe) : NULL;
  g_autofree char *tree = cli != NULL ? g_path_get_dirname (cli) : NULL;
  g_autofree char *name = cli != NULL ? g_path_get_basename (cli) : NULL;
  g_autoptr (GStrvBuilder) path = g_strv_builder_new ();
  g_autofree char *modules = NULL;
  g_autofree char *plugins = NULL;

  if (g_strcmp0 (name, "cli") != 0)
    return NULL;
  modules = g_build_filename (tree, "modules", NULL);
  plugins = g_build_filename (tree, "plugins", NULL);
  if (!g_file_test (modules, G_FILE_TEST_IS_DIR))
    return NULL;
  g_strv_builder_add_many (path, modules, plugins, NULL);
  return g_strv_builder_end (path);
}

AimxModuleLoader *
aimx_module_loader_new (const char *const *search_path)
{
  static const char *const installed[] = { AIMX_MODULES_DIR, AIMX_PLUGINS_DIR, NULL };
  AimxModuleLoader *self = g_new0 (AimxModuleLoader, 1);

  self->search_path = search_path != NULL ? g_strdupv ((GStrv) search_path) : find_build_tree ();
  if (self->search_path == NULL)
    self->search_path = g_strdupv ((GStrv) installed);
  self->modules = g_ptr_array_new_with_free_func (g_object_unref);
  self->order = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

void
aimx_module_loader_free (AimxModuleLoader *self)
{
  g_ptr_array_unref (self->order);
  g_ptr_array_unref (self->modules);
  g_strfreev (self->search_path);
  g_free (self);
}

GPtrArray *
aimx_module_loader_get_modules (AimxModuleLoader *self)
{
  return self->modules;
}

GPtrArray *
aimx_module_loader_get_order (AimxModuleLoader *self)
{
  return self->order;
}

/* ---- finding ---- */

static AimxModule *
get_module (AimxModuleLoader *self, const char *name)
{
  for (guint i = 0; i < self->modules->len; i++)
    if (strcmp (aimx_module_get_name (self->modules->pdata[i]), name) == 0)
      return self->modules->pdata[i];
  return NULL;
}

static void
add_file (AimxModuleLoader *self, AimxModuleOrigin origin, const char *name, const char *file)
{
  AimxModule *first = get_module (self, name);
  AimxModule *module = aimx_module_new (name, file, origin);

  g_ptr_array_add (self->modules, module);
  if (first != NULL)
    aimx_module_refuse (module, "%s has the name of %s, which comes first", file, aimx_module_get_file (first));
  else if (!aimx_module_name_is_valid (name))
    aimx_module_refuse (module, "%s: a module's name is [a-z][a-z0-9-]*", file);
  else if (strcmp (name, AIMX_CORE_MODULE) == 0)
    aimx_module_refuse (module, "%s: '%s' is the name of the server itself; call it otherwise", file, name);
}

static void
search_directory (AimxModuleLoader *self, AimxModuleOrigin origin, const char *directory)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (directory, 0, &error);
  const char *entry;

  if (dir == NULL)
    {
      if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "no modules are loaded from %s: %s", directory, error->message);
      return;
    }
  while ((entry = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *nested_name = g_strconcat (entry, ".so", NULL);
      g_autofree char *nested = g_build_filename (directory, entry, nested_name, NULL);
      g_autofree char *file = g_build_filename (directory, entry, NULL);
      g_autofree char *name = g_str_has_suffix (entry, ".so") ? g_strndup (entry, strlen (entry) - 3) : NULL;

      if (name != NULL && !g_file_test (file, G_FILE_TEST_IS_DIR))
        add_file (self, origin, name, file);
      else if (g_file_test (nested, G_FILE_TEST_EXISTS))
        add_file (self, origin, entry, nested);
    }
}

/* Stable, so that of two with one name the first found stays first. */
static int
compare_names (gconstpointer a, gconstpointer b, gpointer user_data)
{
  return strcmp (aimx_module_get_name (*(AimxModule *const *) a), aimx_module_get_name (*(AimxModule *const *) b));
}

/* A plugin whose settings are wrong is left out; with it, the rest can start. */
static void
check_settings (AimxModule *module, AimxConfigStore *store)
{
  const AimxModuleDescriptor *descriptor = aimx_module_get_descriptor (module);
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *fault = aimx_setting_specs_check (descriptor->settings);
  g_autoptr (GError) error = NULL;

  if (fault != NULL)
    aimx_module_refuse (module, "%s", fault);
  else if (!aimx_config_store_add_settings (store, descriptor->name, descriptor->settings, warnings, &error))
    aimx_module_refuse (module, "%s", error->message);
  for (guint i = 0; i < warnings->len; i++)
    aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "%s", (const char *) warnings->pdata[i]);
}

static void
open_module (AimxModule *module, AimxConfigStore *store, AimxConfig *config, AimxModuleLoaderFlags flags)
{
  if (aimx_module_get_state (module) != AIMX_MODULE_FOUND)
    return;
  if (aimx_config_is_module_disabled (config, aimx_module_get_name (module)))
    {
      aimx_module_disable (module, "the configuration disables it");
      return;
    }
  aimx_module_open_file (module, geteuid () == 0 ? AIMX_MODULE_FILE_TRUSTED_ONLY : AIMX_MODULE_FILE_DEFAULT);
  if ((flags & AIMX_MODULE_LOADER_WITHOUT_LISTENERS) != 0 && aimx_module_is_listener (module))
    aimx_module_disable (module, "it only lets clients in to a daemon, and there is none");
  else if (aimx_module_get_state (module) == AIMX_MODULE_FOUND)
    check_settings (module, store);
}

/* ---- requirements ---- */

static const char *const *
get_requirements (AimxModule *module)
{
  static const char *const none[] = { NULL };
  const AimxModuleDescriptor *descriptor = aimx_module_get_descriptor (module);

  return descriptor->requirements != NULL ? descriptor->requirements : none;
}

/* Refuses the module when one of its requirements cannot be met; whether it did. */
static gboolean
refuse_if_unmet (AimxModuleLoader *self, AimxModule *module)
{
  for (const char *const *name = get_requirements (module); *name != NULL; name++)
    {
      AimxModule *required = get_module (self, *name);
      AimxModuleState state = required != NULL ? aimx_module_get_state (required) : AIMX_MODULE_REFUSED;

      if (state != AIMX_MODULE_REFUSED && state != AIMX_MODULE_DISABLED)
        continue;
      aimx_module_refuse (module, "it requires module '%s', which is %s", *name,
                          required != NULL ? aimx_module_state_to_string (state) : "not there");
      return TRUE;
    }
  return FALSE;
}

static gboolean
is_ordered (AimxModuleLoader *self, AimxModule *module)
{
  return g_ptr_array_find (self->order, module, NULL);
}

/* The first of its requirements that is not in order yet. */
static AimxModule *
find_unordered (AimxModuleLoader *self, AimxModule *module)
{
  for (const char *const *name = get_requirements (module); *name != NULL; name++)
    {
      AimxModule *required = get_module (self, *name);

      if (!is_ordered (self, required))
        return required;
    }
  return NULL;
}

static gboolean
is_ready (AimxModuleLoader *self, AimxModule *module)
{
  return aimx_module_get_state (module) == AIMX_MODULE_FOUND && !is_ordered (self, module) &&
         find_unordered (self, module) == NULL;
}

/* Ours come first, whatever they are called: a plugin finds taken what is theirs, and not the other way round. */
static AimxModule *
find_ready (AimxModuleLoader *self)
{
  AimxModule *plugin = NULL;

  for (guint i = 0; i < self->modules->len; i++)
    {
      AimxModule *module = self->modules->pdata[i];

      if (!is_ready (self, module))
        continue;
      if (aimx_module_get_origin (module) == AIMX_MODULE_OURS)
        return module;
      if (plugin == NULL)
        plugin = module;
    }
  return plugin;
}

/* Follows from @module what is not in order, until a name comes again: `c -> a -> b -> a`. */
static char *
describe_circle (AimxModuleLoader *self, AimxModule *module)
{
  g_autoptr (GPtrArray) walked = g_ptr_array_new ();
  GString *path = g_string_new (aimx_module_get_name (module));

  while (module != NULL && !g_ptr_array_find (walked, module, NULL))
    {
      g_ptr_array_add (walked, module);
      module = find_unordered (self, module);
      if (module != NULL)
        g_string_append_printf (path, " -> %s", aimx_module_get_name (module));
    }
  return g_string_free (path, FALSE);
}

static void
refuse_unmet (AimxModuleLoader *self)
{
  gboolean changed = TRUE;

  while (changed)
    {
      changed = FALSE;
      for (guint i = 0; i < self->modules->len; i++)
        if (aimx_module_get_state (self->modules->pdata[i]) == AIMX_MODULE_FOUND)
          changed |= refuse_if_unmet (self, self->modules->pdata[i]);
    }
}

/* What is left when nothing is ready stands in a circle, or requires what does. */
static void
refuse_circles (AimxModuleLoader *self)
{
  g_autoptr (GPtrArray) left = g_ptr_array_new ();
  g_autoptr (GPtrArray) circles = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->modules->len; i++)
    {
      AimxModule *module = self->modules->pdata[i];

      if (aimx_module_get_state (module) != AIMX_MODULE_FOUND || is_ordered (self, module))
        continue;
      g_ptr_array_add (left, module);
      g_ptr_array_add (circles, describe_circle (self, module));
    }
  for (guint i = 0; i < left->len; i++)
    aimx_module_refuse (left->pdata[i], "requirements go round in a circle: %s", (const char *) circles->pdata[i]);
}

void
aimx_module_loader_find (AimxModuleLoader *self, AimxConfigStore *store, AimxModuleLoaderFlags flags)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (store);
  AimxModule *ready;

  for (guint i = 0; self->search_path[i] != NULL; i++)
    search_directory (self, i == 0 ? AIMX_MODULE_OURS : AIMX_MODULE_PLUGIN, self->search_path[i]);
  g_ptr_array_sort_with_data (self->modules, compare_names, NULL);
  for (guint i = 0; i < self->modules->len; i++)
    open_module (self->modules->pdata[i], store, config, flags);
  refuse_unmet (self);
  while ((ready = find_ready (self)) != NULL)
    g_ptr_array_add (self->order, g_object_ref (ready));
  refuse_circles (self);
}

/* ---- loading and starting ---- */

static void
drop (AimxServer *server, AimxModule *module, AimxModuleWithdrawFunc withdraw)
{
  withdraw (server, module);
  aimx_module_set_data (module, NULL, NULL);
}

void
aimx_module_loader_load (AimxModuleLoader *self, AimxServer *server, AimxModuleWithdrawFunc withdraw)
{
  for (guint i = 0; i < self->order->len;)
    {
      AimxModule *module = self->order->pdata[i];

      if (!refuse_if_unmet (self, module))
        {
          aimx_module_load (module, server);
          if (aimx_module_get_state (module) == AIMX_MODULE_LOADED)
            {
              i++;
              continue;
            }
          drop (server, module, withdraw);
        }
      g_ptr_array_remove_index (self->order, i);
    }
}

/* Whether the failure is one of a plugin, which keeps nobody else from starting. */
static gboolean
is_forgiven (AimxModule *module, GError *why, GError **error)
{
  if (aimx_module_get_origin (module) == AIMX_MODULE_PLUGIN)
    return TRUE;
  g_propagate_prefixed_error (error, g_error_copy (why), "module '%s': ", aimx_module_get_name (module));
  return FALSE;
}

gboolean
aimx_module_loader_start (AimxModuleLoader *self, AimxServer *server, AimxModuleWithdrawFunc withdraw, GError **error)
{
  for (guint i = 0; i < self->order->len;)
    {
      AimxModule *module = self->order->pdata[i];
      g_autoptr (GError) why = NULL;

      if (!refuse_if_unmet (self, module))
        {
          if (aimx_module_start (module, server, &why))
            {
              i++;
              continue;
            }
          if (!is_forgiven (module, why, error))
            return FALSE;
          aimx_module_refuse (module, "it could not be started: %s", why->message);
        }
      aimx_module_unload (module, server);
      drop (server, module, withdraw);
      g_ptr_array_remove_index (self->order, i);
    }
  return TRUE;
}

gboolean
aimx_module_loader_let_in (AimxModuleLoader *self, AimxServer *server, GError **error)
{
  for (guint i = 0; i < self->order->len; i++)
    {
      AimxModule *module = self->order->pdata[i];
      g_autoptr (GError) why = NULL;

      if (aimx_module_let_in (module, server, &why))
        continue;
      if (!is_forgiven (module, why, error))
        return FALSE;
      aimx_module_report (module, "it could not open: %s", why->message);
    }
  return TRUE;
}

/* ---- stopping ---- */

static gboolean
has_stopped (AimxModule *module, gboolean listeners)
{
  return aimx_module_is_listener (module) != listeners || aimx_module_has_stopped (module);
}

static gboolean
have_stopped (AimxModuleLoader *self, gboolean listeners)
{
  for (guint i = 0; i < self->order->len; i++)
    if (!has_stopped (self->order->pdata[i], listeners))
      return FALSE;
  return TRUE;
}

static void
on_stopped (AimxModule *module, gpointer user_data)
{
  g_main_context_wakeup (NULL);
}

static gboolean
on_out_of_time (gpointer user_data)
{
  gboolean *out_of_time = user_data;

  *out_of_time = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
report_unstopped (AimxModuleLoader *self, gboolean listeners, guint milliseconds)
{
  for (guint i = 0; i < self->order->len; i++)
    {
      const char *name = aimx_module_get_name (self->order->pdata[i]);

      if (!has_stopped (self->order->pdata[i], listeners))
        aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_MODULE, name, "MESSAGE", "module '%s' has not finished within %g s",
                  name, (double) milliseconds / 1000);
    }
}

void
aimx_module_loader_stop (AimxModuleLoader *self, AimxServer *server, gboolean listeners, guint milliseconds)
{
  gboolean out_of_time = FALSE;
  guint timeout = g_timeout_add (milliseconds, on_out_of_time, &out_of_time);

  for (guint i = self->order->len; i-- > 0;)
    if (aimx_module_is_listener (self->order->pdata[i]) == listeners)
      aimx_module_stop (self->order->pdata[i], server, on_stopped, NULL);
  while (!out_of_time && !have_stopped (self, listeners))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timeout);
  report_unstopped (self, listeners, milliseconds);
}

void
aimx_module_loader_unload (AimxModuleLoader *self, AimxServer *server, AimxModuleWithdrawFunc withdraw)
{
  while (self->order->len > 0)
    {
      g_autoptr (AimxModule) last = g_ptr_array_steal_index (self->order, self->order->len - 1);

      aimx_module_unload (last, server);
      drop (server, last, withdraw);
    }
}
