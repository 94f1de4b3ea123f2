/* SPDX-License-Identifier: MIT */
/*
 * Promises of DKIM-KEYGEN on a failing disk: whichever system call fails, or is the last one before a crash, no key is
 * lost, none stands beside another's public key, and the same request again completes.
 */
#include "dkim-verbs-fixture.h"
#include "io/fault.h"

/* Ed25519 takes the same steps as RSA, and no time. */
#define PRIVATE RSA_DIRECTORY "/ed25519-private.key"
#define PUBLIC  RSA_DIRECTORY "/ed25519-public.key"

static void
remove_keys (VerbFixture *fixture)
{
  g_autofree char *keys = g_build_filename (fixture->scratch, "etc/dkim", NULL);

  nftw (keys, scratch_directory_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static gboolean
keygen (VerbFixture *fixture, const char *force, const char *plan)
{
  static guint n_selectors;
  g_autofree char *selector = g_strdup_printf ("s%u", n_selectors++);
  g_autoptr (AimxResponse) response = NULL;

  g_assert_true (aimx_fault_set_plan (plan, NULL));
  response = verb_call (fixture, 0, KEYGEN, HEADERS ("Algorithm", "ed25519", "Selector", selector, "Force", force));
  g_assert_true (aimx_fault_set_plan (NULL, NULL));
  return aimx_response_get_error (response) == NULL;
}

/* Whether the private key @text is in one of the files. */
static gboolean
is_kept (VerbFixture *fixture, const char *text)
{
  g_autofree char *files = scratch_list (fixture->scratch, RSA_DIRECTORY);
  g_auto (GStrv) names = g_strsplit (files, " ", -1);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (RSA_DIRECTORY, names[i], NULL);
      g_autofree char *content = scratch_read (fixture->scratch, path);

      if (strcmp (content, text) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
assert_no_strange_pair (VerbFixture *fixture)
{
  g_autofree char *private_record = dkim_record_in (fixture, PRIVATE, DKIM_ED25519, FALSE);
  g_autofree char *public_record = dkim_record_in (fixture, PUBLIC, DKIM_ED25519, TRUE);

  g_assert_true (!verb_has (fixture, PRIVATE) || private_record != NULL);
  g_assert_true (!verb_has (fixture, PUBLIC) || public_record != NULL);
  if (private_record != NULL && public_record != NULL)
    g_assert_cmpstr (private_record, ==, public_record);
}

static void
assert_completes (VerbFixture *fixture)
{
  g_assert_true (keygen (fixture, "false", NULL));
  assert_no_strange_pair (fixture);
  g_assert_true (verb_has (fixture, PRIVATE));
  g_assert_true (verb_has (fixture, PUBLIC));
}

/* @suffix: empty for one call that fails, `+` for a crash: nothing succeeds afterwards */
static void
fail_at_each_call (VerbFixture *fixture, gboolean replaces, const char *suffix)
{
  gboolean done = FALSE;

  for (guint n = 1; !done; n++)
    {
      g_autofree char *plan = g_strdup_printf ("any:%u%s:EIO", n, suffix);
      g_autofree char *old = NULL;

      remove_keys (fixture);
      if (replaces)
        {
          g_assert_true (keygen (fixture, "false", NULL));
          old = scratch_read (fixture->scratch, PRIVATE);
        }
      done = keygen (fixture, replaces ? "true" : "false", plan);
      assert_no_strange_pair (fixture);
      g_assert_true (old == NULL || is_kept (fixture, old));
      g_assert_true (old == NULL || verb_has (fixture, PRIVATE));
      assert_completes (fixture);
      g_assert_true (old == NULL || is_kept (fixture, old));
    }
}

static void
test_a_failure_while_making (VerbFixture *fixture, gconstpointer data)
{
  fail_at_each_call (fixture, FALSE, "");
}

static void
test_a_crash_while_making (VerbFixture *fixture, gconstpointer data)
{
  fail_at_each_call (fixture, FALSE, "+");
}

static void
test_a_failure_while_replacing (VerbFixture *fixture, gconstpointer data)
{
  fail_at_each_call (fixture, TRUE, "");
}

static void
test_a_crash_while_replacing (VerbFixture *fixture, gconstpointer data)
{
  fail_at_each_call (fixture, TRUE, "+");
}

/* ---- the pair of a single domain ---- */

static void
put_single_pair (VerbFixture *fixture, const char *private_text, const char *public_text)
{
  remove_keys (fixture);
  scratch_write (fixture->scratch, "etc/dkim/private.key", private_text);
  scratch_write (fixture->scratch, "etc/dkim/public.key", public_text);
}

static gboolean
adopt (VerbFixture *fixture, const char *plan)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AimxConfigChange) change = aimx_server_begin_change (fixture->server, NULL, &error);
  gboolean done;

  g_assert_no_error (error);
  g_assert_true (aimx_fault_set_plan (plan, NULL));
  done = aimx_signer_adopt (AIMX_SIGNER (fixture->data), change, "a.test", &error);
  g_assert_true (aimx_fault_set_plan (NULL, NULL));
  g_assert_true (done == (error == NULL));
  return done;
}

static void
test_a_crash_while_adopting (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (DkimKey) key = dkim_key_generate (DKIM_RSA, NULL);
  g_autoptr (GBytes) private_pem = dkim_key_export_private (key, NULL);
  g_autoptr (GBytes) public_pem = dkim_key_export_public (key, NULL);
  g_autofree char *private_text = g_strndup (g_bytes_get_data (private_pem, NULL), g_bytes_get_size (private_pem));
  g_autofree char *public_text = g_strndup (g_bytes_get_data (public_pem, NULL), g_bytes_get_size (public_pem));
  gboolean done = FALSE;

  for (guint n = 1; !done; n++)
    {
      g_autofree char *plan = g_strdup_printf ("any:%u+:EIO", n);
      g_autofree char *moved = NULL;

      put_single_pair (fixture, private_text, public_text);
      done = adopt (fixture, plan);
      g_assert_true (verb_has (fixture, "etc/dkim/private.key") != verb_has (fixture, RSA_PRIVATE));
      g_assert_true (adopt (fixture, NULL));
      moved = scratch_read (fixture->scratch, RSA_PRIVATE);
      g_assert_cmpstr (moved, ==, private_text);
      g_assert_false (verb_has (fixture, "etc/dkim/private.key"));
    }
  g_assert_true (verb_has (fixture, RSA_PUBLIC));
}

#define ADD(name, test) g_test_add ("/dkim-faults/" name, VerbFixture, NULL, dkim_set_up, test, dkim_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  ADD ("a-failure-while-making", test_a_failure_while_making);
  ADD ("a-crash-while-making", test_a_crash_while_making);
  ADD ("a-failure-while-replacing", test_a_failure_while_replacing);
  ADD ("a-crash-while-replacing", test_a_crash_while_replacing);
  ADD ("a-crash-while-adopting", test_a_crash_while_adopting);
  return g_test_run ();
}
