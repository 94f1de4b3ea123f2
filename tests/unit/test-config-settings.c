/* SPDX-License-Identifier: MIT */
/* Promises of core/config/config-settings.c, and of the store that holds plugins' settings to what they declare. */
#include "config/config-settings.h"
#include "config/config-store-private.h"
#include "scratch-directory.h"

#include <aimx/error.h>
#include <string.h>

static const AimxSettingSpec specs[] = {
  { "greeting", "s", "'Hello'", 0, 0, "how it greets" },
  { "loud", "b", "false", 0, 0, "in capitals" },
  { "times", "x", "1", 1, 10, "how often" },
  { "offset", "x", "0", 0, 0, "any number" },
  { "names", "as", "[]", 0, 0, "whom" },
  { NULL },
};

typedef struct
{
  ScratchDirectory *scratch;
  AimxLockManager *locks;
  AimxConfigStore *store;
  GPtrArray *warnings;
} Fixture;

static void
write_config (Fixture *fixture, const char *settings)
{
  g_autofree char *text = g_strconcat ("domains = [\"a.test\"]\n", settings, NULL);

  scratch_write (fixture->scratch, "config.toml", text);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->scratch = scratch_directory_new ();
  fixture->locks = aimx_lock_manager_new ();
  fixture->warnings = g_ptr_array_new_with_free_func (g_free);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->store);
  g_clear_object (&fixture->locks);
  g_ptr_array_unref (fixture->warnings);
  scratch_directory_free (fixture->scratch);
}

static void
open_store (Fixture *fixture, const char *settings)
{
  g_autoptr (GError) error = NULL;

  write_config (fixture, settings);
  fixture->store = aimx_config_store_open (fixture->scratch, &error);
  g_assert_no_error (error);
}

static gboolean
declare (Fixture *fixture, GError **error)
{
  return aimx_config_store_add_settings (fixture->store, "hello", specs, fixture->warnings, error);
}

static AimxLockGuard *
lock (Fixture *fixture)
{
  return aimx_lock_manager_acquire (fixture->locks, NULL, AIMX_LOCK_CONFIG, NULL, NULL, NULL);
}

static void
assert_setting (Fixture *fixture, const char *name, const char *expected)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (fixture->store);
  GVariant *value = aimx_config_get_setting (config, "hello", name);
  g_autofree char *text = value != NULL ? g_variant_print (value, FALSE) : NULL;

  g_assert_cmpstr (text, ==, expected);
}

/* ---- values ---- */

static void
test_values_are_what_the_file_says (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  open_store (fixture,
              "[plugin.hello]\ngreeting = \"Hi\"\nloud = true\ntimes = 10\noffset = -7\nnames = [\"a\", 'b']\n");
  g_assert_true (declare (fixture, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->warnings->len, ==, 0);
  assert_setting (fixture, "greeting", "'Hi'");
  assert_setting (fixture, "loud", "true");
  assert_setting (fixture, "times", "10");
  assert_setting (fixture, "offset", "-7");
  assert_setting (fixture, "names", "['a', 'b']");
  assert_setting (fixture, "other", NULL);
}

static void
test_what_is_not_there_is_no_mistake (Fixture *fixture, gconstpointer data)
{
  open_store (fixture, "[plugin.other]\nwhatever = 1979-05-27\n[plugin.other.deep]\nx = 1\n");
  g_assert_true (declare (fixture, NULL));
  assert_setting (fixture, "greeting", NULL);
}

static void
test_a_wrong_value_says_where_and_what_to_write (void)
{
  static const struct
  {
    const char *line;
    const char *says;
  } cases[] = {
    { "greeting = 1", "line 3, column 1: plugin.hello.greeting: it is an integer but must be a string" },
    { "loud = \"yes\"", "plugin.hello.loud: it is a string but must be a boolean, such as true" },
    { "times = 0", "plugin.hello.times: it is 0 but must be from 1 to 10" },
    { "times = 11", "it is 11 but must be from 1 to 10" },
    { "times = 1.5", "must be an integer, such as 60" },
    { "names = \"a\"", "must be an array of strings" },
    { "names = [1]", "plugin.hello.names[0]: it is an integer but must be a string" },
    { "names = [\"a\", [\"b\"]]", "line 3, column 15: plugin.hello.names[1]: it is an array but must be a string" },
    { "names = [\"a\\u0000b\"]", "plugin.hello.names[0]: it holds a NUL character" },
    { "greeting = \"a\\u0000b\"", "plugin.hello.greeting: it holds a NUL character" },
    { "greeting = [1]", "it is an array but must be a string" },
    { "greeting = {a = 1}", "must be a string" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Fixture fixture;
      g_autofree char *text = g_strconcat ("[plugin.hello]\n", cases[i].line, "\n", NULL);
      g_autoptr (GError) error = NULL;

      set_up (&fixture, NULL);
      open_store (&fixture, text);
      g_assert_false (declare (&fixture, &error));
      g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
      if (strstr (error->message, cases[i].says) == NULL)
        g_error ("\"%s\" does not say \"%s\"", error->message, cases[i].says);
      tear_down (&fixture, NULL);
    }
}

static void
test_what_is_no_table_is_a_mistake_about_its_plugin_alone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AimxLockGuard) guard = lock (fixture);
  g_autoptr (GError) error = NULL;

  open_store (fixture, "[plugin]\nother = 3\n[[plugin.hello]]\ntimes = 2\n[plugin.third]\n");
  g_assert_false (declare (fixture, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
  g_assert_nonnull (strstr (error->message, "config.toml"));
  g_assert_nonnull (
      strstr (error->message, "plugin.hello: it is an array but must be a table, such as [plugin.hello]"));
  g_clear_error (&error);
  g_assert_true (aimx_config_store_add_settings (fixture->store, "third", specs, fixture->warnings, &error));
  g_assert_cmpuint (fixture->warnings->len, ==, 0);
  g_assert_true (aimx_config_store_add_settings (fixture->store, "other", NULL, fixture->warnings, &error));
  g_assert_cmpuint (fixture->warnings->len, ==, 1);
  write_config (fixture, "[plugin]\nthird = true\n");
  g_assert_false (aimx_config_store_reload (fixture->store, guard, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
}

static void
test_an_unknown_key_is_a_warning_with_the_nearest (Fixture *fixture, gconstpointer data)
{
  open_store (fixture, "[plugin.hello]\ngreting = \"Hi\"\n");
  g_assert_true (declare (fixture, NULL));
  g_assert_cmpuint (fixture->warnings->len, ==, 1);
  g_assert_nonnull (strstr (fixture->warnings->pdata[0], "plugin.hello.greting: unknown key, ignored; did you mean "
                                                         "'greeting'?"));
}

/* ---- afterwards ---- */

static void
test_a_reload_with_a_wrong_value_is_refused_whole (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AimxLockGuard) guard = lock (fixture);
  g_autoptr (GError) error = NULL;

  open_store (fixture, "[plugin.hello]\ntimes = 2\n");
  g_assert_true (declare (fixture, NULL));
  write_config (fixture, "[plugin.hello]\ntimes = \"many\"\n");
  g_assert_false (aimx_config_store_reload (fixture->store, guard, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
  assert_setting (fixture, "times", "2");
  write_config (fixture, "[plugin.hello]\ntimes = 3\ntims = 4\n");
  g_assert_true (aimx_config_store_reload (fixture->store, guard, NULL));
  assert_setting (fixture, "times", "3");
}

static void
test_a_reload_warns_about_unknown_keys (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AimxLockGuard) guard = lock (fixture);
  g_autoptr (AimxConfig) config = NULL;
  const char *const *warnings;

  open_store (fixture, "");
  g_assert_true (declare (fixture, NULL));
  write_config (fixture, "[plugin.hello]\ntims = 4\n");
  g_assert_true (aimx_config_store_reload (fixture->store, guard, NULL));
  config = aimx_config_store_get (fixture->store);
  warnings = aimx_config_get_warnings (config);
  g_assert_nonnull (warnings[0]);
  g_assert_nonnull (strstr (warnings[0], "did you mean 'times'?"));
  g_assert_null (warnings[1]);
}

static void
test_a_change_on_a_file_with_a_wrong_value_is_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AimxLockGuard) guard = lock (fixture);
  g_autoptr (AimxConfigChange) change = NULL;
  g_autoptr (GError) error = NULL;

  open_store (fixture, "");
  g_assert_true (declare (fixture, NULL));
  write_config (fixture, "[plugin.hello]\nloud = 1\n");
  change = aimx_config_store_begin (fixture->store, guard, &error);
  g_assert_no_error (error);
  g_assert_true (aimx_config_change_add_domain (change, "b.test", NULL, &error));
  g_assert_false (aimx_config_change_commit (change, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
}

/* ---- what a plugin declares ---- */

static void
test_a_wrong_declaration_is_told (void)
{
  static const AimxSettingSpec wrong[][2] = {
    { { "Greeting", "s", "'x'" } }, { { "", "s", "'x'" } },      { { "a", "i", "1" } },  { { "a", NULL, "1" } },
    { { "a", "s", "1" } },          { { "a", "as", "[1, 2]" } }, { { "a", "x", NULL } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *fault = aimx_setting_specs_check (wrong[i]);

      g_assert_nonnull (fault);
    }
  g_assert_null (aimx_setting_specs_check (specs));
  g_assert_null (aimx_setting_specs_check (NULL));
}

#define ADD(name, test) g_test_add ("/config-settings/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("values-are-what-the-file-says", test_values_are_what_the_file_says);
  ADD ("what-is-not-there-is-no-mistake", test_what_is_not_there_is_no_mistake);
  g_test_add_func ("/config-settings/a-wrong-value-says-where-and-what-to-write",
                   test_a_wrong_value_says_where_and_what_to_write);
  ADD ("what-is-no-table-is-a-mistake-about-its-plugin-alone",
       test_what_is_no_table_is_a_mistake_about_its_plugin_alone);
  ADD ("an-unknown-key-is-a-warning-with-the-nearest", test_an_unknown_key_is_a_warning_with_the_nearest);
  ADD ("a-reload-with-a-wrong-value-is-refused-whole", test_a_reload_with_a_wrong_value_is_refused_whole);
  ADD ("a-reload-warns-about-unknown-keys", test_a_reload_warns_about_unknown_keys);
  ADD ("a-change-on-a-file-with-a-wrong-value-is-refused", test_a_change_on_a_file_with_a_wrong_value_is_refused);
  g_test_add_func ("/config-settings/a-wrong-declaration-is-told", test_a_wrong_declaration_is_told);
  return g_test_run ();
}
