/* SPDX-License-Identifier: MIT */
/*
 * The migration with every system call failing in turn: whatever was done by then, nothing is lost, and the next start
 * completes it. A crash between two steps leaves what a failure there leaves.
 */
#include "io/fault.h"
#include "migration-fixture.h"

static void
set_plan (const char *plan)
{
  g_autoptr (GError) error = NULL;

  aimx_fault_set_plan (plan, &error);
  g_assert_no_error (error);
}

/* Starts with the n-th call failing; whether there was an n-th call. */
static gboolean
start_failing (Installation *self, guint n, const char *fault)
{
  g_autofree char *plan = g_strdup_printf ("any:%u:%s", n, fault);
  g_autoptr (GError) error = NULL;
  gboolean done, reached;

  set_plan (plan);
  done = installation_start (self, AIMX_MAIL_STORE_CHANGE, NULL, &error);
  reached = aimx_fault_get_count () >= n;
  set_plan (NULL);
  g_assert_true (done || error != NULL);
  /* The marker never lies. */
  if (scratch_exists (self->scratch, "data/.layout-version"))
    assert_migrated (self);
  return reached;
}

static void
test_the_next_start_completes (void)
{
  static const char *const faults[] = { "EIO", "EXDEV" };

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    for (guint n = 1;; n++)
      {
        Installation one;
        gboolean reached;
        g_autoptr (GError) error = NULL;

        installation_set_up (&one, NULL);
        reached = start_failing (&one, n, faults[i]);
        installation_start (&one, AIMX_MAIL_STORE_CHANGE, NULL, &error);
        g_assert_no_error (error);
        assert_migrated (&one);
        installation_tear_down (&one, NULL);
        if (!reached)
          break;
      }
}

static void
test_another_file_system_is_refused_and_said (void)
{
  g_autoptr (GError) error = NULL;
  Installation one;

  installation_set_up (&one, NULL);
  set_plan ("rename:1:EXDEV");
  g_assert_false (installation_start (&one, AIMX_MAIL_STORE_CHANGE, NULL, &error));
  set_plan (NULL);
  g_assert_true (g_str_has_prefix (error->message, "upgrade migration failed: moving the mail: "));
  g_assert_nonnull (strstr (error->message, "another mount"));
  assert_text (&one, "data/inbox/info/one.md", "one");
  installation_tear_down (&one, NULL);
}

static void
test_file_systems_without_noreplace_do (void)
{
  Installation one;
  g_autoptr (GError) error = NULL;

  for (int i = 1; i <= 4; i++)
    {
      g_autofree char *plan = g_strdup_printf ("rename:%d:EINVAL", i);

      installation_set_up (&one, NULL);
      set_plan (plan);
      installation_start (&one, AIMX_MAIL_STORE_CHANGE, NULL, &error);
      set_plan (NULL);
      g_assert_no_error (error);
      assert_migrated (&one);
      installation_tear_down (&one, NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/migration-faults/resumes", test_the_next_start_completes);
  g_test_add_func ("/migration-faults/mount", test_another_file_system_is_refused_and_said);
  g_test_add_func ("/migration-faults/noreplace", test_file_systems_without_noreplace_do);
  return g_test_run ();
}
