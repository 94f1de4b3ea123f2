/* SPDX-License-Identifier: MIT */
/* Promises of core/figures.c: who publishes what, and that a wrong answer is left out and told. */
#include "figures.h"

#include <aimx/error.h>
#include <string.h>

static GString *logged;

static GLogWriterOutput
remember (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      g_string_append_printf (logged, "%s\n", (const char *) fields[i].value);
  return G_LOG_WRITER_HANDLED;
}

static GVariant *
read_doors (gpointer user_data)
{
  const guint64 *n_doors = user_data;

  return g_variant_new_parsed ("{'open': %t, 'shut': %t}", *n_doors, (guint64) 7);
}

static GVariant *
read_strings (gpointer user_data)
{
  return g_variant_new_parsed ("{'open': 'three'}");
}

static GVariant *
read_nothing (gpointer user_data)
{
  return NULL;
}

static void
assert_figures (AimxFigures *figures, const char *expected)
{
  g_autoptr (GVariant) read = aimx_figures_read (figures);
  g_autofree char *text = g_variant_print (read, FALSE);

  g_assert_cmpstr (g_variant_get_type_string (read), ==, "a{st}");
  g_assert_cmpstr (text, ==, expected);
}

static void
add (AimxFigures *figures, const char *module, const char *group, AimxFiguresFunc func, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (aimx_figures_add (figures, module, group, func, user_data, &error));
  g_assert_no_error (error);
}

static void
refuse (AimxFigures *figures, const char *module, const char *group, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (aimx_figures_add (figures, module, group, read_doors, NULL, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_MODULE);
  if (strstr (error->message, says) == NULL)
    g_error ("'%s' does not say '%s'", error->message, says);
}

static void
test_figures_are_read_when_they_are_asked_for (void)
{
  g_autoptr (AimxFigures) figures = aimx_figures_new ();
  guint64 n_doors = 1;

  assert_figures (figures, "{}");
  add (figures, "house", "doors", read_doors, &n_doors);
  assert_figures (figures, "{'doors_open': 1, 'doors_shut': 7}");
  n_doors = G_MAXUINT64;
  assert_figures (figures, "{'doors_open': 18446744073709551615, 'doors_shut': 7}");
  aimx_figures_remove_module (figures, "garden");
  aimx_figures_remove_module (figures, "house");
  assert_figures (figures, "{}");
}

static void
test_a_group_has_one_publisher_and_a_plain_name (void)
{
  g_autoptr (AimxFigures) figures = aimx_figures_new ();
  guint64 n_doors = 1;

  add (figures, "house", "doors", read_doors, &n_doors);
  refuse (figures, "garden", "doors", "module 'garden' publishes figures 'doors', as module 'house' does already");
  refuse (figures, "garden", "", "module 'garden'");
  refuse (figures, "garden", "doors_open", "[a-z][a-z0-9]*");
  refuse (figures, "garden", "2doors", "[a-z][a-z0-9]*");
  refuse (figures, "garden", "Doors", "[a-z][a-z0-9]*");
}

static void
test_what_is_no_figure_is_left_out_and_told (void)
{
  g_autoptr (AimxFigures) figures = aimx_figures_new ();
  guint64 n_doors = 1;

  add (figures, "liar", "lies", read_strings, NULL);
  add (figures, "mute", "silence", read_nothing, NULL);
  add (figures, "house", "doors", read_doors, &n_doors);
  assert_figures (figures, "{'doors_open': 1, 'doors_shut': 7}");
  g_assert_nonnull (strstr (logged->str, "module 'liar': its figures 'lies' are of type a{ss} instead of a{st}"));
  g_assert_nonnull (strstr (logged->str, "module 'mute': its figures 'silence' are of type none"));
}

static void
test_locks_are_figures (void)
{
  static const char *const names[] = { "a", "b", NULL };
  g_autoptr (AimxLockManager) locks = aimx_lock_manager_new ();
  g_autoptr (AimxLockGuard) guard = aimx_lock_manager_acquire (locks, NULL, AIMX_LOCK_MAILBOX, names, NULL, NULL);
  g_autoptr (AimxFigures) figures = aimx_figures_new ();
  g_autoptr (GVariant) read = NULL;
  guint64 acquired, held;

  aimx_figures_add_locks (figures, locks);
  read = aimx_figures_read (figures);
  g_assert_true (g_variant_lookup (read, "locks_acquired", "t", &acquired));
  g_assert_true (g_variant_lookup (read, "locks_held", "t", &held));
  g_assert_cmpuint (acquired, ==, 1);
  g_assert_cmpuint (held, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  logged = g_string_new (NULL);
  g_log_set_writer_func (remember, NULL, NULL);
  g_test_add_func ("/figures/read", test_figures_are_read_when_they_are_asked_for);
  g_test_add_func ("/figures/one-publisher", test_a_group_has_one_publisher_and_a_plain_name);
  g_test_add_func ("/figures/wrong", test_what_is_no_figure_is_left_out_and_told);
  g_test_add_func ("/figures/locks", test_locks_are_figures);
  return g_test_run ();
}
