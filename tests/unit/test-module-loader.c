/* SPDX-License-Identifier: MIT */
/* Promises of core/module-loader.c, core/module-file.c and core/module.c, with real modules. */
#include "acting-module.h"
#include "config/config-private.h"
#include "module-loader.h"
#include "scratch-directory.h"

#include <aimx/error.h>
#include <glib/gstdio.h>
#include <unistd.h>

/*
 * A directory for modules. It is in the build tree: as root nothing is loaded from below /tmp, where anybody may write.
 */
typedef struct
{
  char *directory;
  AimxModuleLoader *loader;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->directory = g_build_filename (g_test_get_dir (G_TEST_BUILT), "loader-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp_full (fixture->directory, 0755));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->directory, 0, NULL);
  const char *entry;

  g_clear_pointer (&fixture->loader, aimx_module_loader_free);
  while ((entry = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->directory, entry, NULL);

      if (g_remove (path) < 0)
        {
          g_autofree char *file_name = g_strconcat (entry, ".so", NULL);
          g_autofree char *file = g_build_filename (path, file_name, NULL);

          g_assert_no_errno (g_remove (file));
          g_assert_no_errno (g_rmdir (path));
        }
    }
  g_assert_no_errno (g_rmdir (fixture->directory));
  g_free (fixture->directory);
}

static char *
built (const char *module)
{
  g_autofree char *name = g_strconcat (module, ".so", NULL);

  return g_test_build_filename (G_TEST_BUILT, "modules", name, NULL);
}

static char *
copy_to (const char *module, const char *directory, const char *name)
{
  g_autofree char *source = built (module);
  g_autofree char *file_name = g_strconcat (name, ".so", NULL);
  char *file = g_build_filename (directory, file_name, NULL);
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (source, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (file, bytes, (gssize) length, NULL));
  g_assert_no_errno (g_chmod (file, 0644));
  return file;
}

static void
add (Fixture *fixture, const char *module)
{
  g_autofree char *file = copy_to (module, fixture->directory, module);
}

static void
withdraw (AimxServer *server, AimxModule *module)
{
  g_test_message ("withdrawn: %s", aimx_module_get_name (module));
}

static void
find_all (Fixture *fixture, const char *const *path, const char *config, AimxModuleLoaderFlags flags)
{
  g_autoptr (AimxConfigStore) store = NULL;
  g_autoptr (GError) error = NULL;

  scratch_write (fixture->directory, "config.toml", config);
  store = aimx_config_store_open (fixture->directory, &error);
  g_assert_no_error (error);
  fixture->loader = aimx_module_loader_new (path);
  aimx_module_loader_find (fixture->loader, store, flags);
}

static void
load_all (Fixture *fixture, const char *disabled, AimxModuleLoaderFlags flags)
{
  const char *const path[] = { "/nowhere/at/all", fixture->directory, NULL };
  g_autofree char *text = g_strdup_printf ("domains = [\"a.org\"]\n[modules]\ndisabled = [\"%s\"]\n", disabled);

  find_all (fixture, path, text, flags);
  aimx_module_loader_load (fixture->loader, NULL, withdraw);
}

static char *
order (Fixture *fixture)
{
  GPtrArray *loaded = aimx_module_loader_get_order (fixture->loader);
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < loaded->len; i++)
    g_string_append_printf (names, "%s ", aimx_module_get_name (loaded->pdata[i]));
  return g_string_free (names, FALSE);
}

static void
assert_order (Fixture *fixture, const char *expected)
{
  g_autofree char *names = order (fixture);

  g_assert_cmpstr (names, ==, expected);
}

static AimxModule *
module (Fixture *fixture, const char *name)
{
  GPtrArray *modules = aimx_module_loader_get_modules (fixture->loader);

  for (guint i = 0; i < modules->len; i++)
    if (strcmp (aimx_module_get_name (modules->pdata[i]), name) == 0)
      return modules->pdata[i];
  g_error ("no module '%s'", name);
}

static void
assert_refused (Fixture *fixture, const char *name, const char *says)
{
  AimxModule *refused = module (fixture, name);

  g_assert_cmpint (aimx_module_get_state (refused), ==, AIMX_MODULE_REFUSED);
  if (strstr (aimx_module_get_reason (refused), says) == NULL)
    g_error ("'%s' does not say '%s'", aimx_module_get_reason (refused), says);
}

static void
test_requirements_come_first_then_names (Fixture *fixture, gconstpointer data)
{
  add (fixture, "aardvark");
  add (fixture, "beta");
  add (fixture, "alpha");
  add (fixture, "door");
  load_all (fixture, "", 0);
  assert_order (fixture, "alpha beta aardvark door ");
  g_assert_cmpstr (aimx_module_get_descriptor (module (fixture, "beta"))->name, ==, "beta");
  g_assert_cmpint (aimx_module_get_state (module (fixture, "beta")), ==, AIMX_MODULE_LOADED);
  aimx_module_loader_unload (fixture->loader, NULL, withdraw);
  assert_order (fixture, "");
}

static void
test_ours_come_before_any_plugin (Fixture *fixture, gconstpointer data)
{
  g_autofree char *ours = g_build_filename (fixture->directory, "door", NULL);
  const char *const path[] = { ours, fixture->directory, NULL };
  g_autofree char *file = NULL;

  g_assert_no_errno (g_mkdir (ours, 0755));
  file = copy_to ("door", ours, "door");
  add (fixture, "aardvark");
  add (fixture, "alpha");
  add (fixture, "beta");
  find_all (fixture, path, "domains = [\"a.org\"]\n", 0);
  assert_order (fixture, "door alpha beta aardvark ");
}

static void
test_another_abi_is_refused_and_the_rest_loads (Fixture *fixture, gconstpointer data)
{
  add (fixture, "abi-major");
  add (fixture, "abi-minor");
  add (fixture, "alpha");
  load_all (fixture, "", 0);
  assert_refused (fixture, "abi-major", "was built for ABI version 2.0, and this server has 1.0");
  assert_refused (fixture, "abi-minor", "was built for ABI version 1.1, and this server has 1.0");
  assert_order (fixture, "alpha ");
}

static void
test_what_is_no_module_is_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_build_filename (fixture->directory, "text.so", NULL);
  g_autofree char *dangling = g_build_filename (fixture->directory, "dangling.so", NULL);
  g_autofree char *named = copy_to ("alpha", fixture->directory, "Alpha_2");

  add (fixture, "no-symbol");
  add (fixture, "no-load");
  add (fixture, "misnamed");
  g_assert_true (g_file_set_contents (text, "hello\n", -1, NULL));
  g_assert_no_errno (g_chmod (text, 0644));
  g_assert_no_errno (symlink ("nowhere", dangling));
  load_all (fixture, "", 0);
  assert_refused (fixture, "no-symbol", "has no symbol `aimx_module`");
  assert_refused (fixture, "no-load", "lacks");
  assert_refused (fixture, "misnamed", "calls itself 'other'");
  assert_refused (fixture, "text", "text.so: file too short");
  assert_refused (fixture, "dangling", "cannot open");
  assert_refused (fixture, "Alpha_2", "[a-z][a-z0-9-]*");
  assert_order (fixture, "");
}

static void
test_no_module_has_the_name_of_the_server (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = copy_to ("alpha", fixture->directory, "core");

  load_all (fixture, "", 0);
  assert_refused (fixture, "core", "'core' is the name of the server itself");
}

static void
test_what_requires_something_missing_is_refused_with_what_requires_it (Fixture *fixture, gconstpointer data)
{
  add (fixture, "needs-needs-missing");
  add (fixture, "needs-missing");
  add (fixture, "alpha");
  load_all (fixture, "", 0);
  assert_refused (fixture, "needs-missing", "requires module 'nowhere', which is not there");
  assert_refused (fixture, "needs-needs-missing", "requires module 'needs-missing', which is refused");
  assert_order (fixture, "alpha ");
}

static void
test_a_circle_is_refused_and_shown (Fixture *fixture, gconstpointer data)
{
  add (fixture, "circle-a");
  add (fixture, "circle-b");
  add (fixture, "into-circle");
  add (fixture, "alpha");
  load_all (fixture, "", 0);
  assert_refused (fixture, "circle-a", "circle-a -> circle-b -> circle-a");
  assert_refused (fixture, "circle-b", "circle-b -> circle-a -> circle-b");
  assert_refused (fixture, "into-circle", "into-circle -> circle-a -> circle-b -> circle-a");
  assert_order (fixture, "alpha ");
}

static void
test_a_load_that_fails_refuses_what_requires_it (Fixture *fixture, gconstpointer data)
{
  add (fixture, "fails-load");
  add (fixture, "needs-fails-load");
  add (fixture, "alpha");
  load_all (fixture, "", 0);
  assert_refused (fixture, "fails-load", "the well is dry");
  assert_refused (fixture, "needs-fails-load", "requires module 'fails-load', which is refused");
  assert_order (fixture, "alpha ");
}

static void
test_a_disabled_module_is_left_out (Fixture *fixture, gconstpointer data)
{
  add (fixture, "alpha");
  add (fixture, "beta");
  load_all (fixture, "alpha", 0);
  g_assert_cmpint (aimx_module_get_state (module (fixture, "alpha")), ==, AIMX_MODULE_DISABLED);
  g_assert_nonnull (aimx_module_get_reason (module (fixture, "alpha")));
  assert_refused (fixture, "beta", "requires module 'alpha', which is disabled");
}

static void
test_listeners_are_left_out_without_a_daemon (Fixture *fixture, gconstpointer data)
{
  add (fixture, "alpha");
  add (fixture, "door");
  load_all (fixture, "", AIMX_MODULE_LOADER_WITHOUT_LISTENERS);
  assert_order (fixture, "alpha ");
  g_assert_cmpint (aimx_module_get_state (module (fixture, "door")), ==, AIMX_MODULE_DISABLED);
}

static void
test_a_module_may_have_a_directory_and_the_first_with_a_name_wins (Fixture *fixture, gconstpointer data)
{
  g_autofree char *nested = g_build_filename (fixture->directory, "alpha", NULL);
  g_autofree char *first = NULL;
  const char *const path[] = { nested, fixture->directory, NULL };
  GPtrArray *modules;

  g_assert_no_errno (g_mkdir (nested, 0755));
  first = copy_to ("alpha", nested, "alpha");
  find_all (fixture, path, "domains = [\"a.org\"]\n", 0);
  modules = aimx_module_loader_get_modules (fixture->loader);
  g_assert_cmpuint (modules->len, ==, 2);
  g_assert_cmpint (aimx_module_get_state (modules->pdata[0]), ==, AIMX_MODULE_FOUND);
  g_assert_cmpint (aimx_module_get_state (modules->pdata[1]), ==, AIMX_MODULE_REFUSED);
  g_assert_nonnull (strstr (aimx_module_get_reason (modules->pdata[1]), first));
  assert_order (fixture, "alpha ");
}

static void
test_the_code_of_a_plugin_is_known_as_its_own (Fixture *fixture, gconstpointer data)
{
  const char *before;

  add (fixture, "alpha");
  add (fixture, "beta");
  load_all (fixture, "", 0);
  before = aimx_acting_module_set ("somebody");
  g_assert_cmpstr (aimx_acting_module_find (aimx_module_get_descriptor (module (fixture, "alpha"))->load), ==, "alpha");
  g_assert_cmpstr (aimx_acting_module_find (aimx_module_get_descriptor (module (fixture, "beta"))->load), ==, "beta");
  g_assert_cmpstr (aimx_acting_module_find (load_all), ==, "somebody");
  g_assert_cmpstr (aimx_acting_module_find (g_object_unref), ==, "somebody");
  aimx_acting_module_set (before);
  g_assert_null (aimx_acting_module_find (load_all));
}

/* ---- whose files root loads ---- */

static void
assert_untrusted (const char *file, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (aimx_module_file_open (file, "alpha", AIMX_MODULE_FILE_TRUSTED_ONLY, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_MODULE);
  if (strstr (error->message, says) == NULL)
    g_error ("'%s' does not say '%s'", error->message, says);
}

static void
test_root_loads_only_what_nobody_else_can_write (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = copy_to ("alpha", fixture->directory, "alpha");
  g_autoptr (GError) error = NULL;

  assert_untrusted ("alpha.so", "not an absolute path");
  if (geteuid () != 0)
    {
      assert_untrusted (file, "belongs to uid");
      return;
    }
  g_assert_no_errno (g_chmod (file, 0664));
  assert_untrusted (file, "alpha.so can be written by others than root (mode 0664)");
  g_assert_no_errno (g_chmod (file, 0644));
  g_assert_no_errno (chown (file, 65534, 0));
  assert_untrusted (file, "alpha.so belongs to uid 65534");
  g_assert_no_errno (chown (file, 0, 0));
  g_assert_no_errno (g_chmod (fixture->directory, 01777));
  assert_untrusted (file, "can be written by others than root (mode 1777)");
  g_assert_no_errno (g_chmod (fixture->directory, 0755));
  g_assert_nonnull (aimx_module_file_open (file, "alpha", AIMX_MODULE_FILE_TRUSTED_ONLY, &error));
  g_assert_no_error (error);
}

static void
test_a_link_is_checked_where_it_is_and_where_it_leads (Fixture *fixture, gconstpointer data)
{
  g_autofree char *directory = g_build_filename (fixture->directory, "alpha", NULL);
  g_autofree char *link = g_build_filename (fixture->directory, "alpha.so", NULL);
  g_autofree char *file = NULL;

  if (geteuid () != 0)
    {
      g_test_skip ("needs root");
      return;
    }
  g_assert_no_errno (g_mkdir (directory, 0755));
  file = copy_to ("alpha", directory, "alpha");
  g_assert_no_errno (symlink (file, link));
  g_assert_nonnull (aimx_module_file_open (link, "alpha", AIMX_MODULE_FILE_TRUSTED_ONLY, NULL));
  g_assert_no_errno (g_chmod (directory, 0777));
  assert_untrusted (link, "/alpha can be written by others");
}

/* ---- ending ---- */

static void
note_stopped (AimxModule *stopped, gpointer user_data)
{
  int *n_stopped = user_data;

  (*n_stopped)++;
}

static void
test_what_was_not_started_or_has_nothing_to_stop_has_stopped (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int n_stopped = 0;

  add (fixture, "alpha");
  add (fixture, "door");
  load_all (fixture, "", 0);
  g_assert_true (aimx_module_start (module (fixture, "door"), NULL, &error));
  g_assert_true (aimx_module_let_in (module (fixture, "door"), NULL, &error));
  g_assert_no_error (error);
  g_assert_false (aimx_module_has_stopped (module (fixture, "door")));
  aimx_module_stop (module (fixture, "door"), NULL, note_stopped, &n_stopped);
  aimx_module_stop (module (fixture, "alpha"), NULL, note_stopped, &n_stopped);
  aimx_module_stopped (module (fixture, "door"));
  g_assert_cmpint (n_stopped, ==, 2);
  g_assert_true (aimx_module_has_stopped (module (fixture, "alpha")));
}

static gboolean
stop_late (gpointer user_data)
{
  aimx_module_stopped (user_data);
  return G_SOURCE_REMOVE;
}

static void
test_a_door_that_stays_open_takes_no_time_from_the_others (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  add (fixture, "never-closes");
  add (fixture, "never-stops");
  load_all (fixture, "", 0);
  g_assert_true (aimx_module_loader_start (fixture->loader, NULL, withdraw, &error));
  aimx_module_loader_stop (fixture->loader, NULL, TRUE, 1);
  g_assert_false (aimx_module_has_stopped (module (fixture, "never-closes")));
  g_assert_false (aimx_module_has_stopped (module (fixture, "never-stops")));
  g_idle_add (stop_late, module (fixture, "never-stops"));
  aimx_module_loader_stop (fixture->loader, NULL, FALSE, G_MAXUINT);
  g_assert_true (aimx_module_has_stopped (module (fixture, "never-stops")));
}

#define ADD(name, func) g_test_add ("/module-loader/" name, Fixture, NULL, set_up, func, tear_down)

/* Refusals are warnings; what they say is in the module. */
int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  ADD ("order", test_requirements_come_first_then_names);
  ADD ("ours-first", test_ours_come_before_any_plugin);
  ADD ("abi", test_another_abi_is_refused_and_the_rest_loads);
  ADD ("no-module", test_what_is_no_module_is_refused);
  ADD ("core", test_no_module_has_the_name_of_the_server);
  ADD ("missing", test_what_requires_something_missing_is_refused_with_what_requires_it);
  ADD ("circle", test_a_circle_is_refused_and_shown);
  ADD ("load-fails", test_a_load_that_fails_refuses_what_requires_it);
  ADD ("disabled", test_a_disabled_module_is_left_out);
  ADD ("listeners", test_listeners_are_left_out_without_a_daemon);
  ADD ("directory", test_a_module_may_have_a_directory_and_the_first_with_a_name_wins);
  ADD ("code", test_the_code_of_a_plugin_is_known_as_its_own);
  ADD ("trusted", test_root_loads_only_what_nobody_else_can_write);
  ADD ("link", test_a_link_is_checked_where_it_is_and_where_it_leads);
  ADD ("stopped", test_what_was_not_started_or_has_nothing_to_stop_has_stopped);
  ADD ("time-to-stop", test_a_door_that_stays_open_takes_no_time_from_the_others);
  return g_test_run ();
}
