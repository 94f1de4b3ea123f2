/* SPDX-License-Identifier: MIT */
/* Promises of modules/dkim: which keys are made, found, kept, adopted, and how the keys in use follow. */
#include "config/config-private.h"
#include "dkim/signer.h"
#include "scratch-directory.h"

#include <string.h>

typedef struct
{
  ScratchDirectory *scratch;
  AimxLockManager *locks;
  AimxConfigStore *store;
  DkimSigner *signer;
  AimxConfigChange *change;
} Fixture;

#define PRIVATE(domain) "dkim/" domain "/private.key"
#define PUBLIC(domain)  "dkim/" domain "/public.key"

/* ---- the log ---- */

/* The last warning of this test. */
static char logged[1024];

static GLogWriterOutput
remember (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0 && level <= G_LOG_LEVEL_WARNING)
      g_strlcpy (logged, fields[i].value, sizeof logged);
  return level <= G_LOG_LEVEL_CRITICAL ? g_log_writer_default (level, fields, n_fields, user_data)
                                       : G_LOG_WRITER_HANDLED;
}

/* ---- a configuration with keys ---- */

static AimxLockGuard *
lock (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  AimxLockGuard *guard = aimx_lock_manager_acquire (fixture->locks, NULL, AIMX_LOCK_CONFIG, NULL, NULL, &error);

  g_assert_no_error (error);
  return guard;
}

static void
begin (Fixture *fixture)
{
  g_autoptr (AimxLockGuard) guard = lock (fixture);
  g_autoptr (GError) error = NULL;

  fixture->change = aimx_config_store_begin (fixture->store, guard, &error);
  g_assert_no_error (error);
}

static void
commit (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (aimx_config_change_commit (fixture->change, &error));
  g_assert_no_error (error);
  g_clear_object (&fixture->change);
}

static void
reload (Fixture *fixture)
{
  g_autoptr (AimxLockGuard) guard = lock (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_true (aimx_config_store_reload (fixture->store, guard, &error));
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->scratch = scratch_directory_new ();
  scratch_write (fixture->scratch, "config.toml", "domains = [\"a.test\", \"b.test\"]\n");
  fixture->locks = aimx_lock_manager_new ();
  fixture->store = aimx_config_store_open (fixture->scratch, &error);
  g_assert_no_error (error);
  fixture->signer = dkim_signer_new (fixture->store);
  logged[0] = '\0';
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->change);
  g_assert_finalize_object (g_steal_pointer (&fixture->signer));
  g_clear_object (&fixture->store);
  g_clear_object (&fixture->locks);
  scratch_directory_free (fixture->scratch);
}

/* A test needs different keys, not new ones: making them takes most of its time. */
static const char *
get_key_text (guint number)
{
  static char *texts[3];

  if (texts[number] == NULL)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DkimKey) key = dkim_key_generate (DKIM_RSA, &error);
      g_autoptr (GBytes) pem = dkim_key_export_private (key, &error);

      g_assert_no_error (error);
      texts[number] = g_strndup (g_bytes_get_data (pem, NULL), g_bytes_get_size (pem));
    }
  return texts[number];
}

static char *
get_record_of (const char *text)
{
  g_autoptr (GBytes) pem = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (DkimKey) key = dkim_key_parse (DKIM_RSA, pem, &error);

  g_assert_no_error (error);
  return g_strdup (dkim_key_get_record (key));
}

static void
put_key (Fixture *fixture, const char *path, guint number)
{
  g_autofree char *full = g_build_filename (fixture->scratch, path, NULL);

  scratch_write (fixture->scratch, path, get_key_text (number));
  g_assert_no_errno (g_chmod (full, 0600));
}

/* @text: (nullable): the private key in use, %NULL for none */
static void
assert_uses (Fixture *fixture, const char *domain, const char *text)
{
  g_autoptr (DkimDomainKeys) keys = dkim_signer_lookup (fixture->signer, domain);
  g_autofree char *expected = text != NULL ? get_record_of (text) : NULL;

  g_assert_true (aimx_signer_has_key (AIMX_SIGNER (fixture->signer), domain) == (text != NULL));
  g_assert_cmpstr (keys != NULL && keys->keys[DKIM_RSA] != NULL ? dkim_key_get_record (keys->keys[DKIM_RSA]) : NULL, ==,
                   expected);
}

static mode_t
mode_of (Fixture *fixture, const char *path)
{
  g_autofree char *full = g_build_filename (fixture->scratch, path, NULL);
  GStatBuf info;

  g_assert_no_errno (g_stat (full, &info));
  return info.st_mode & ALLPERMS;
}

static gboolean
prepare (Fixture *fixture, const char *domain, GError **error)
{
  return aimx_signer_prepare (AIMX_SIGNER (fixture->signer), fixture->change, domain, error);
}

/* The public key on disk is the private one's. */
static void
assert_pair (Fixture *fixture, const char *private_path, const char *public_path)
{
  g_autofree char *private_text = scratch_read (fixture->scratch, private_path);
  g_autofree char *public_text = scratch_read (fixture->scratch, public_path);
  g_autofree char *expected = get_record_of (private_text);
  g_autoptr (GBytes) pem = g_bytes_new (public_text, strlen (public_text));
  g_autoptr (GError) error = NULL;
  g_autofree char *record = dkim_record_parse_public (DKIM_RSA, pem, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (record, ==, expected);
}

/* ---- keys by themselves ---- */

static void
test_keys_have_the_forms_that_others_read (void)
{
  static const struct
  {
    DkimAlgorithm algorithm;
    const char *private_head, *record_head;
  } cases[] = {
    { DKIM_RSA, "-----BEGIN RSA PRIVATE KEY-----\n", "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A" },
    { DKIM_ED25519, "-----BEGIN PRIVATE KEY-----\n", "v=DKIM1; k=ed25519; p=" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DkimKey) key = dkim_key_generate (cases[i].algorithm, &error);
      g_autoptr (GBytes) private_pem = dkim_key_export_private (key, &error);
      g_autoptr (GBytes) public_pem = dkim_key_export_public (key, &error);
      g_autoptr (DkimKey) again = dkim_key_parse (cases[i].algorithm, private_pem, &error);
      g_autofree char *record = dkim_record_parse_public (cases[i].algorithm, public_pem, &error);

      g_assert_no_error (error);
      g_assert_true (g_str_has_prefix (g_bytes_get_data (private_pem, NULL), cases[i].private_head));
      g_assert_true (g_str_has_prefix (g_bytes_get_data (public_pem, NULL), "-----BEGIN PUBLIC KEY-----\n"));
      g_assert_true (g_str_has_prefix (dkim_key_get_record (key), cases[i].record_head));
      g_assert_cmpstr (dkim_key_get_record (again), ==, dkim_key_get_record (key));
      g_assert_cmpstr (record, ==, dkim_key_get_record (key));
    }
}

/* RFC 8463, appendix A: the keys of its example. */
static void
test_an_ed25519_record_has_the_bare_key (void)
{
  static const char pem[] = "-----BEGIN PRIVATE KEY-----\n"
                            "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                            "-----END PRIVATE KEY-----\n";
  g_autoptr (GBytes) bytes = g_bytes_new_static (pem, strlen (pem));
  g_autoptr (GError) error = NULL;
  g_autoptr (DkimKey) key = dkim_key_parse (DKIM_ED25519, bytes, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (dkim_key_get_record (key), ==, "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
}

static void
test_what_is_no_usable_key_is_refused (void)
{
  static const char weak[] = "-----BEGIN RSA PRIVATE KEY-----\n"
                             "MIIBOgIBAAJBALtgX05senXlXe8cjI+doZ5H055mm7+HcXHSLSqmyczvwzad2Lll\n"
                             "3gbUWUdTgvh3dfLXy/L+fVIP4N7EJK0P9QUCAwEAAQJAAesfrq7fphteFdel/MZx\n"
                             "ZCx6FzIXwCND3xV2zuv8PvPk/enZaoImVeUxufUCV3xhiP9aIpcEhPjjzoiknw37\n"
                             "9QIhAOqr5erRbPU5IstnpUnJDPOc7i4u/WQy7JgjHnaMJbwbAiEAzGgPjaBphHJO\n"
                             "4oN0Hko6bfh7sBnJvGqFzPV3dQQR5V8CIFnNNCuavr5MggMig37r3/ftirvDoZXR\n"
                             "YvaJIeQtl1cXAiApEf+OBV0uL4mKGb+LFn8G+ZZgm83c/cpElE2cRWUTIQIhALKU\n"
                             "qLblIuDgGELAeRjaiDgf9eJwtfNbrDk4p0z0JhF5\n"
                             "-----END RSA PRIVATE KEY-----\n";
  static const char junk[] = "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n";
  g_autoptr (DkimKey) ed25519 = dkim_key_generate (DKIM_ED25519, NULL);
  g_autoptr (GBytes) exported = dkim_key_export_private (ed25519, NULL);
  g_autofree char *other = g_strndup (g_bytes_get_data (exported, NULL), g_bytes_get_size (exported));
  const struct
  {
    const char *text, *says;
  } cases[] = {
    { "", "not a private key" },      { "hello\n", "not a private key" }, { junk, "not a private key" },
    { weak, "512 bits is too weak" }, { other, "not an rsa key" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) pem = g_bytes_new (cases[i].text, strlen (cases[i].text));
      g_autoptr (GError) error = NULL;

      g_assert_null (dkim_key_parse (DKIM_RSA, pem, &error));
      g_assert_error (error, AIMX_ERROR, AIMX_ERROR_SIGN);
      if (strstr (error->message, cases[i].says) == NULL)
        g_error ("\"%s\" does not say \"%s\"", error->message, cases[i].says);
    }
}

/* ---- preparing ---- */

static void
test_a_pair_is_made_where_there_is_none (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  mode_t old = umask (0);
  g_autofree char *directory = aimx_signer_get_directory (AIMX_SIGNER (fixture->signer), "c.test");
  g_autofree char *expected = g_build_filename (fixture->scratch, "dkim/c.test", NULL);

  begin (fixture);
  g_assert_true (prepare (fixture, "c.test", &error));
  g_assert_no_error (error);
  umask (old);
  g_assert_cmpint (mode_of (fixture, "dkim/c.test"), ==, 0700);
  g_assert_cmpint (mode_of (fixture, PRIVATE ("c.test")), ==, 0600);
  g_assert_cmpint (mode_of (fixture, PUBLIC ("c.test")), ==, 0644);
  assert_pair (fixture, PRIVATE ("c.test"), PUBLIC ("c.test"));
  g_assert_cmpstr (directory, ==, expected);
  assert_uses (fixture, "c.test", NULL);
}

static void
test_a_key_that_is_there_is_used_again (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *after = NULL;

  put_key (fixture, PRIVATE ("c.test"), 0);
  begin (fixture);
  g_assert_true (prepare (fixture, "c.test", &error));
  g_assert_no_error (error);
  after = scratch_read (fixture->scratch, PRIVATE ("c.test"));
  g_assert_cmpstr (after, ==, get_key_text (0));
  /* Its public key was missing. */
  assert_pair (fixture, PRIVATE ("c.test"), PUBLIC ("c.test"));
}

static void
test_a_key_that_cannot_be_used_is_left_alone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *after = NULL;
  g_autofree char *names = NULL;

  scratch_write (fixture->scratch, PRIVATE ("c.test"), "a key of another kind\n");
  begin (fixture);
  g_assert_false (prepare (fixture, "c.test", &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_SIGN);
  g_assert_nonnull (strstr (error->message, PRIVATE ("c.test")));
  after = scratch_read (fixture->scratch, PRIVATE ("c.test"));
  g_assert_cmpstr (after, ==, "a key of another kind\n");
  names = scratch_list (fixture->scratch, "dkim/c.test");
  g_assert_cmpstr (names, ==, "private.key");
}

static void
test_a_public_key_without_its_private_one_is_kept_aside (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *names = NULL;

  scratch_write (fixture->scratch, PUBLIC ("c.test"), "stray");
  begin (fixture);
  g_assert_true (prepare (fixture, "c.test", &error));
  g_assert_no_error (error);
  assert_pair (fixture, PRIVATE ("c.test"), PUBLIC ("c.test"));
  names = scratch_list (fixture->scratch, "dkim/c.test");
  g_assert_true (g_str_has_prefix (names, "private.key public.key public.key.20"));
}

static void
test_a_name_that_is_no_domain_makes_no_path (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  begin (fixture);
  g_assert_false (prepare (fixture, "../c.test", &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
  g_clear_error (&error);
  g_assert_false (aimx_signer_adopt (AIMX_SIGNER (fixture->signer), fixture->change, "..", &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
  g_assert_false (scratch_exists (fixture->scratch, "dkim"));
}

/* ---- adopting ---- */

static void
assert_directory (Fixture *fixture, const char *domain, const char *expected)
{
  g_autofree char *directory = aimx_signer_get_directory (AIMX_SIGNER (fixture->signer), domain);
  g_autofree char *full = g_build_filename (fixture->scratch, expected, NULL);

  g_assert_cmpstr (directory, ==, full);
}

static void
test_the_single_place_is_the_default_domains (Fixture *fixture, gconstpointer data)
{
  put_key (fixture, "dkim/private.key", 0);
  assert_uses (fixture, "a.test", get_key_text (0));
  assert_uses (fixture, "b.test", NULL);
  assert_directory (fixture, "a.test", "dkim");
  put_key (fixture, PRIVATE ("a.test"), 1);
  reload (fixture);
  assert_uses (fixture, "a.test", get_key_text (1));
  assert_directory (fixture, "a.test", "dkim/a.test");
}

static void
test_a_pair_in_the_single_place_is_adopted (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *public_text = NULL;

  put_key (fixture, "dkim/private.key", 0);
  scratch_write (fixture->scratch, "dkim/public.key", "its public key");
  scratch_write (fixture->scratch, PUBLIC ("a.test"), "a stray one");
  assert_uses (fixture, "a.test", get_key_text (0));
  begin (fixture);
  g_assert_true (aimx_signer_adopt (AIMX_SIGNER (fixture->signer), fixture->change, "a.test", &error));
  g_assert_no_error (error);
  g_assert_false (scratch_exists (fixture->scratch, "dkim/private.key"));
  g_assert_false (scratch_exists (fixture->scratch, "dkim/public.key"));
  public_text = scratch_read (fixture->scratch, PUBLIC ("a.test"));
  g_assert_cmpstr (public_text, ==, "its public key");
  assert_uses (fixture, "a.test", get_key_text (0));
  assert_directory (fixture, "a.test", "dkim/a.test");
  /* Nothing is there any more to adopt. */
  g_assert_true (aimx_signer_adopt (AIMX_SIGNER (fixture->signer), fixture->change, "b.test", &error));
  g_assert_no_error (error);
  g_assert_false (scratch_exists (fixture->scratch, "dkim/b.test/private.key"));
}

static void
test_two_keys_for_one_place_are_a_conflict (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  put_key (fixture, "dkim/private.key", 0);
  put_key (fixture, PRIVATE ("a.test"), 1);
  begin (fixture);
  g_assert_false (aimx_signer_adopt (AIMX_SIGNER (fixture->signer), fixture->change, "a.test", &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  g_assert_true (scratch_exists (fixture->scratch, "dkim/private.key"));
}

/* ---- following the configuration ---- */

typedef struct
{
  Fixture *fixture;
  gboolean seen;
} Watch;

static void
look_at_key (AimxConfigStore *store, AimxConfig *config, gpointer user_data)
{
  Watch *watch = user_data;

  watch->seen = aimx_config_get_domain (config, "c.test") != NULL &&
                aimx_signer_has_key (AIMX_SIGNER (watch->fixture->signer), "c.test");
}

static void
test_who_sees_a_new_domain_finds_its_key (Fixture *fixture, gconstpointer data)
{
  Watch watch = { fixture, FALSE };
  g_autoptr (GError) error = NULL;

  put_key (fixture, PRIVATE ("a.test"), 0);
  g_assert_true (dkim_signer_start (fixture->signer, &error));
  g_signal_connect (fixture->store, "changed", G_CALLBACK (look_at_key), &watch);
  begin (fixture);
  g_assert_true (aimx_config_change_add_domain (fixture->change, "c.test", "s", &error));
  g_assert_true (prepare (fixture, "c.test", &error));
  commit (fixture);
  g_assert_true (watch.seen);
  g_signal_handlers_disconnect_by_data (fixture->store, &watch);
}

static void
test_a_removed_domains_keys_are_forgotten_and_stay_on_disk (Fixture *fixture, gconstpointer data)
{
  put_key (fixture, PRIVATE ("b.test"), 0);
  assert_uses (fixture, "b.test", get_key_text (0));
  scratch_write (fixture->scratch, "config.toml", "domains = [\"a.test\"]\n");
  reload (fixture);
  assert_uses (fixture, "b.test", NULL);
  g_assert_true (scratch_exists (fixture->scratch, PRIVATE ("b.test")));
  assert_directory (fixture, "b.test", "dkim/b.test");
}

static void
test_a_change_reads_the_new_and_a_reload_everything (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  put_key (fixture, PRIVATE ("a.test"), 0);
  put_key (fixture, PRIVATE ("b.test"), 0);
  assert_uses (fixture, "a.test", get_key_text (0));
  put_key (fixture, PRIVATE ("a.test"), 1);
  put_key (fixture, PRIVATE ("b.test"), 1);
  begin (fixture);
  g_assert_true (aimx_config_change_set_dkim_selector (fixture->change, "b.test", "other", &error));
  commit (fixture);
  assert_uses (fixture, "a.test", get_key_text (0));
  assert_uses (fixture, "b.test", get_key_text (1));
  reload (fixture);
  assert_uses (fixture, "a.test", get_key_text (1));
}

static void
test_a_key_that_was_changed_is_renewed_alone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (fixture->store);

  put_key (fixture, PRIVATE ("a.test"), 0);
  put_key (fixture, PRIVATE ("b.test"), 0);
  assert_uses (fixture, "a.test", get_key_text (0));
  put_key (fixture, PRIVATE ("a.test"), 1);
  put_key (fixture, PRIVATE ("b.test"), 1);
  dkim_signer_renew (fixture->signer, config, "B.test");
  assert_uses (fixture, "a.test", get_key_text (0));
  assert_uses (fixture, "B.test", get_key_text (1));
}

static void
test_a_key_stays_in_use_when_its_file_is_spoilt (Fixture *fixture, gconstpointer data)
{
  const char *const spoilt[] = { "-----BEGIN", NULL };
  g_autofree char *path = g_build_filename (fixture->scratch, PRIVATE ("a.test"), NULL);
  g_autoptr (GError) error = NULL;

  put_key (fixture, PRIVATE ("a.test"), 0);
  put_key (fixture, PRIVATE ("b.test"), 1);
  g_assert_true (dkim_signer_start (fixture->signer, &error));
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (spoilt); i++)
    {
      g_assert_no_errno (g_unlink (path));
      if (spoilt[i] != NULL)
        scratch_write (fixture->scratch, PRIVATE ("a.test"), spoilt[i]);
      logged[0] = '\0';
      reload (fixture);
      assert_uses (fixture, "a.test", get_key_text (0));
      assert_directory (fixture, "a.test", "dkim/a.test");
      g_assert_nonnull (strstr (logged, "mail of domain a.test is signed with the key that was read before"));
    }
  scratch_write (fixture->scratch, "config.toml", "domains = [\"a.test\"]\ndkim_selector = \"other\"\n");
  reload (fixture);
  assert_uses (fixture, "a.test", NULL);
}

typedef struct
{
  Fixture *fixture;
  int stop;
} Reader;

static gpointer
keep_signing (gpointer user_data)
{
  Reader *self = user_data;
  g_autoptr (GBytes) message = g_bytes_new_static ("From: a\r\n\r\n", strlen ("From: a\r\n\r\n"));

  do
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *field = aimx_signer_sign (AIMX_SIGNER (self->fixture->signer), "a.test", message, &error);

      g_assert_no_error (error);
      g_assert_nonnull (field);
    }
  while (!g_atomic_int_get (&self->stop));
  return NULL;
}

static void
test_mail_is_signed_while_keys_are_read_again (Fixture *fixture, gconstpointer data)
{
  Reader readers[3] = { { fixture }, { fixture }, { fixture } };
  GThread *threads[G_N_ELEMENTS (readers)];

  put_key (fixture, PRIVATE ("a.test"), 0);
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    threads[i] = g_thread_new ("reader", keep_signing, &readers[i]);
  for (guint i = 0; i < 100; i++)
    reload (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      g_atomic_int_set (&readers[i].stop, TRUE);
      g_thread_join (threads[i]);
    }
}

static void
test_a_start_needs_the_default_domains_key_only (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (dkim_signer_start (fixture->signer, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_SIGN);
  g_assert_nonnull (strstr (error->message, "aimx dkim-keygen --domain a.test"));
  g_clear_error (&error);
  put_key (fixture, PRIVATE ("a.test"), 0);
  g_assert_true (dkim_signer_start (fixture->signer, &error));
  g_assert_no_error (error);
  g_assert_nonnull (strstr (logged, "aimx dkim-keygen --domain b.test"));
}

/* At a start and when keys are read again. */
static void
test_a_key_that_others_can_have_is_told (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->scratch, PRIVATE ("a.test"), NULL);
  g_autofree char *other = g_build_filename (fixture->scratch, PRIVATE ("b.test"), NULL);
  g_autoptr (GError) error = NULL;

  put_key (fixture, PRIVATE ("a.test"), 0);
  put_key (fixture, PRIVATE ("b.test"), 1);
  g_assert_true (dkim_signer_start (fixture->signer, &error));
  g_assert_cmpstr (logged, ==, "");
  g_assert_no_errno (g_chmod (path, 0640));
  reload (fixture);
  g_assert_nonnull (strstr (logged, path));
  g_assert_nonnull (strstr (logged, "0640"));
  g_assert_nonnull (strstr (logged, "chmod 600"));
  assert_uses (fixture, "a.test", get_key_text (0));
  g_assert_no_errno (g_chmod (path, 0600));
  logged[0] = '\0';
  reload (fixture);
  g_assert_cmpstr (logged, ==, "");
  if (geteuid () != 0)
    return;
  g_assert_no_errno (chown (other, 54321, 54321));
  reload (fixture);
  g_assert_nonnull (strstr (logged, other));
  g_assert_nonnull (strstr (logged, "belongs to user 54321"));
}

static void
test_who_only_reads_is_not_warned (Fixture *fixture, gconstpointer data)
{
  assert_uses (fixture, "b.test", NULL);
  reload (fixture);
  g_assert_cmpstr (logged, ==, "");
}

static void
test_a_selector_that_is_no_name_cannot_be_used (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DkimDomainKeys) keys = NULL;
  g_autofree char *longer = g_strnfill (64, 's');
  const char *const others[] = { "..", "a..b", ".a", "a.", longer };

  put_key (fixture, PRIVATE ("a.test"), 0);
  scratch_write (fixture->scratch, "config.toml", "domains = [\"a.test\"]\ndkim_selector = \"x; d=b.test\"\n");
  reload (fixture);
  assert_uses (fixture, "a.test", NULL);
  keys = dkim_signer_lookup (fixture->signer, "a.test");
  g_assert_nonnull (strstr (keys->errors[DKIM_RSA]->message, "dkim_selector 'x; d=b.test'"));
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *config = g_strdup_printf ("domains = [\"a.test\"]\ndkim_selector = \"%s\"\n", others[i]);

      scratch_write (fixture->scratch, "config.toml", config);
      reload (fixture);
      assert_uses (fixture, "a.test", NULL);
    }
}

#define ADD(name, test) g_test_add ("/dkim-keys/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (remember, NULL, NULL);
  g_test_add_func ("/dkim-keys/keys-have-the-forms-that-others-read", test_keys_have_the_forms_that_others_read);
  g_test_add_func ("/dkim-keys/an-ed25519-record-has-the-bare-key", test_an_ed25519_record_has_the_bare_key);
  g_test_add_func ("/dkim-keys/what-is-no-usable-key-is-refused", test_what_is_no_usable_key_is_refused);
  ADD ("a-pair-is-made-where-there-is-none", test_a_pair_is_made_where_there_is_none);
  ADD ("a-key-that-is-there-is-used-again", test_a_key_that_is_there_is_used_again);
  ADD ("a-key-that-cannot-be-used-is-left-alone", test_a_key_that_cannot_be_used_is_left_alone);
  ADD ("a-public-key-without-its-private-one-is-kept-aside", test_a_public_key_without_its_private_one_is_kept_aside);
  ADD ("a-name-that-is-no-domain-makes-no-path", test_a_name_that_is_no_domain_makes_no_path);
  ADD ("the-single-place-is-the-default-domains", test_the_single_place_is_the_default_domains);
  ADD ("a-pair-in-the-single-place-is-adopted", test_a_pair_in_the_single_place_is_adopted);
  ADD ("two-keys-for-one-place-are-a-conflict", test_two_keys_for_one_place_are_a_conflict);
  ADD ("who-sees-a-new-domain-finds-its-key", test_who_sees_a_new_domain_finds_its_key);
  ADD ("a-removed-domains-keys-are-forgotten-and-stay-on-disk",
       test_a_removed_domains_keys_are_forgotten_and_stay_on_disk);
  ADD ("a-change-reads-the-new-and-a-reload-everything", test_a_change_reads_the_new_and_a_reload_everything);
  ADD ("a-key-that-was-changed-is-renewed-alone", test_a_key_that_was_changed_is_renewed_alone);
  ADD ("a-key-stays-in-use-when-its-file-is-spoilt", test_a_key_stays_in_use_when_its_file_is_spoilt);
  ADD ("mail-is-signed-while-keys-are-read-again", test_mail_is_signed_while_keys_are_read_again);
  ADD ("a-start-needs-the-default-domains-key-only", test_a_start_needs_the_default_domains_key_only);
  ADD ("a-key-that-others-can-have-is-told", test_a_key_that_others_can_have_is_told);
  ADD ("who-only-reads-is-not-warned", test_who_only_reads_is_not_warned);
  ADD ("a-selector-that-is-no-name-cannot-be-used", test_a_selector_that_is_no_name_cannot_be_used);
  return g_test_run ();
}
