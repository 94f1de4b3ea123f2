/* SPDX-License-Identifier: MIT */
/*
 * Promises of DOMAIN-ROTATE-DKIM on a failing disk: whatever fails or crashes, the key that signs is one that the DNS
 * shows, and the next call goes on from there.
 */
#include "dkim-rotation-fixture.h"
#include "io/fault.h"

/* Each pass makes a key, which takes its time. */
static guint
stride (void)
{
  return g_test_slow () ? 1 : 3;
}

/* The same keys every time. */
static ZoneResolver *
start_over (VerbFixture *fixture)
{
  static const char *const names[] = { "private.key", "public.key", "ed25519-private.key", "ed25519-public.key" };
  g_autofree char *keys = g_build_filename (fixture->scratch, "etc/dkim", NULL);

  nftw (keys, scratch_directory_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *from = g_build_filename ("kept", names[i], NULL);
      g_autofree char *to = g_build_filename (RSA_DIRECTORY, names[i], NULL);
      g_autofree char *text = scratch_read (fixture->scratch, from);

      scratch_write (fixture->scratch, to, text);
    }
  verb_fixture_write_config (fixture, "domains = [\"a.test\", \"b.test\"]\ndkim_selector = \"mail\"\n");
  verb_fixture_restart (fixture);
  return make_keys (fixture);
}

/* Both ends of a rotation, as far as the plan lets each; the records follow what is made. Returns: whether it is done
 */
static gboolean
rotate (VerbFixture *fixture, ZoneResolver *zone, const char *plan)
{
  g_autoptr (DkimRotationReport) begun = NULL;
  g_autoptr (DkimRotationReport) done = NULL;

  g_assert_true (aimx_fault_set_plan (plan, NULL));
  begun = advance (fixture, zone, FALSE, NULL);
  if (begun != NULL)
    {
      zone_publish_new_keys (zone, begun);
      done = advance (fixture, zone, TRUE, NULL);
    }
  g_assert_true (aimx_fault_set_plan (NULL, NULL));
  return done != NULL && done->stage == DKIM_ROTATION_DONE;
}

static void
keep_keys (VerbFixture *fixture)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autofree char *keys = g_build_filename (fixture->scratch, RSA_DIRECTORY, NULL);
  g_autofree char *kept = g_build_filename (fixture->scratch, "kept", NULL);

  g_assert_no_errno (rename (keys, kept));
}

static void
test_a_failure (VerbFixture *fixture, gconstpointer data)
{
  gboolean done = FALSE;

  keep_keys (fixture);
  for (guint n = 1; !done; n += stride ())
    {
      g_autofree char *plan = g_strdup_printf ("any:%u:EIO", n);
      g_autoptr (ZoneResolver) zone = start_over (fixture);

      done = rotate (fixture, zone, plan);
      assert_valid_now (fixture, zone);
      g_assert_true (done || rotate (fixture, zone, NULL));
      assert_valid_now (fixture, zone);
      g_assert_true (verb_has (fixture, RSA_PUBLIC));
    }
}

static void
test_a_crash (VerbFixture *fixture, gconstpointer data)
{
  gboolean done = FALSE;

  keep_keys (fixture);
  for (guint n = 1; !done; n += stride ())
    {
      g_autofree char *plan = g_strdup_printf ("any:%u+:EIO", n);
      g_autoptr (ZoneResolver) zone = start_over (fixture);

      done = rotate (fixture, zone, plan);
      assert_valid_on_disk (fixture, zone);
      verb_fixture_restart (fixture);
      g_assert_true (done || rotate (fixture, zone, NULL));
      assert_valid_now (fixture, zone);
      g_assert_true (verb_has (fixture, RSA_PUBLIC));
    }
}

/* Where keys lie changes with each rename alone, so that a crash matters there. */

/* The new keys are those of the pass before: making them takes its time. */
static DkimRotationReport *
begin_again (VerbFixture *fixture, ZoneResolver *zone, char **path, char **key)
{
  DkimRotationReport *begun;

  if (*key != NULL)
    scratch_write (fixture->scratch, *path, *key);
  begun = advance_fine (fixture, zone, FALSE);
  zone_publish_new_keys (zone, begun);
  g_free (*path);
  g_free (*key);
  *path = g_build_filename (RSA_DIRECTORY, begun->selector, "private.key", NULL);
  *key = scratch_read (fixture->scratch, *path);
  return begun;
}

static void
test_a_crash_while_finishing (VerbFixture *fixture, gconstpointer data)
{
  gboolean done = FALSE;
  g_autofree char *path = NULL;
  g_autofree char *key = NULL;

  keep_keys (fixture);
  for (guint n = 1; !done; n++)
    {
      g_autofree char *plan = g_strdup_printf ("rename:%u+:EIO", n);
      g_autoptr (ZoneResolver) zone = start_over (fixture);
      g_autoptr (DkimRotationReport) begun = begin_again (fixture, zone, &path, &key);
      g_autoptr (DkimRotationReport) report = NULL;

      g_assert_true (aimx_fault_set_plan (plan, NULL));
      report = advance (fixture, zone, TRUE, NULL);
      g_assert_true (aimx_fault_set_plan (NULL, NULL));
      done = report != NULL && report->stage == DKIM_ROTATION_DONE;
      assert_valid_on_disk (fixture, zone);
    }
}

static gboolean
force_with_a_crash (VerbFixture *fixture, const char *plan)
{
  g_autoptr (AimxResponse) response = NULL;
  g_autoptr (DkimDomainKeys) keys = NULL;

  g_assert_true (aimx_fault_set_plan (plan, NULL));
  response = verb_call (fixture, 0, KEYGEN, HEADERS ("Domain", "a.test", "Algorithm", "ed25519", "Force", "true"));
  g_assert_true (aimx_fault_set_plan (NULL, NULL));
  verb_fixture_restart (fixture);
  keys = dkim_signer_lookup (DKIM_SIGNER (fixture->data), "a.test");
  g_assert_nonnull (keys->keys[DKIM_RSA]);
  g_assert_nonnull (keys->keys[DKIM_ED25519]);
  return aimx_response_get_error (response) == NULL;
}

static void
crash_while_a_rotation_is_ended_by_force (VerbFixture *fixture, gboolean switches)
{
  gboolean done = FALSE;
  g_autofree char *path = NULL;
  g_autofree char *key = NULL;

  keep_keys (fixture);
  for (guint n = 1; !done; n++)
    {
      g_autofree char *plan = g_strdup_printf ("rename:%u+:EIO", n);
      g_autoptr (ZoneResolver) zone = start_over (fixture);
      g_autoptr (DkimRotationReport) begun = begin_again (fixture, zone, &path, &key);
      g_autoptr (DkimRotationReport) switched = switches ? advance_fine (fixture, zone, FALSE) : NULL;

      done = force_with_a_crash (fixture, plan);
      verb_assert_ok (fixture, 0, KEYGEN, HEADERS ("Domain", "a.test", "Algorithm", "ed25519", "Force", "true"));
      assert_settled (fixture);
    }
}

static void
test_a_crash_while_force_ends_a_rotation_that_waits (VerbFixture *fixture, gconstpointer data)
{
  crash_while_a_rotation_is_ended_by_force (fixture, FALSE);
}

static void
test_a_crash_while_force_ends_a_rotation_that_has_switched (VerbFixture *fixture, gconstpointer data)
{
  crash_while_a_rotation_is_ended_by_force (fixture, TRUE);
}

#define ADD(name, test) g_test_add ("/dkim-rotation-faults/" name, VerbFixture, NULL, dkim_set_up, test, dkim_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  ADD ("a-failure", test_a_failure);
  ADD ("a-crash", test_a_crash);
  ADD ("a-crash-while-finishing", test_a_crash_while_finishing);
  ADD ("a-crash-while-force-ends-a-rotation-that-waits", test_a_crash_while_force_ends_a_rotation_that_waits);
  ADD ("a-crash-while-force-ends-a-rotation-that-has-switched",
       test_a_crash_while_force_ends_a_rotation_that_has_switched);
  return g_test_run ();
}
