/* SPDX-License-Identifier: MIT */
/* Promises of core/config: what is accepted, what is refused and how, what a change keeps. */
#include "config/config-private.h"
#include "config/config-store-private.h"

#include <aimx/config-store.h>
#include <aimx/error.h>
#include <glib/gstdio.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char good[] = "# mine\n"
                           "domains = [\"A.com\", \"b.com\"]\n"
                           "trust = \"verified\"\n"
                           "trusted_senders = [\"*@friend.org\"]\n"
                           "colour = 1\n"
                           "\n"
                           "[domain.\"b.com\"]\n"
                           "trust = \"none\"\n"
                           "dkim_selector = \"s1\"\n"
                           "\n"
                           "[mailboxes.\"info@a.com\"]\n"
                           "address = \"info@a.com\"\n"
                           "owner = \"alice\"\n"
                           "[[mailboxes.\"info@a.com\".hooks]]\n"
                           "event = \"on_receive\"\n"
                           "cmd = [\"/bin/true\"]\n"
                           "\n"
                           "[mailboxes.\"*@b.com\"]\n"
                           "address = \"*@b.com\"\n"
                           "owner = \"aimx-catchall\"\n"
                           "trusted_senders = []\n";

static AimxConfig *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  AimxConfig *config = aimx_config_parse ("c", text, strlen (text), &error);

  g_assert_no_error (error);
  return config;
}

static void
test_lookups_follow_the_rules (void)
{
  g_autoptr (AimxConfig) config = parse (good);
  const AimxMailbox *info = aimx_config_get_mailbox (config, "info@a.com");
  const AimxDomain *domain;
  AimxConfigSource source;
  g_autofree char *name = aimx_config_resolve_name (config, "catchall");

  g_assert_cmpstr (aimx_domain_get_name (aimx_config_get_default_domain (config)), ==, "a.com");
  g_assert_true (aimx_config_resolve_recipient (config, "INFO@A.com", NULL) == info);
  g_assert_null (aimx_config_resolve_recipient (config, "other@a.com", &domain));
  g_assert_nonnull (domain);
  g_assert_cmpstr (aimx_mailbox_get_directory (aimx_config_resolve_recipient (config, "any@b.com", NULL)), ==,
                   "catchall");
  g_assert_null (aimx_config_resolve_recipient (config, "x@c.com", &domain));
  g_assert_null (domain);
  g_assert_cmpstr (name, ==, "*@a.com");
  g_assert_cmpint (aimx_mailbox_get_trust (info, &source), ==, AIMX_TRUST_VERIFIED);
  g_assert_cmpint (source, ==, AIMX_CONFIG_SOURCE_GLOBAL);
  g_assert_true (aimx_mailbox_trusts_sender (info, "Bob@Friend.org"));
  g_assert_cmpint (aimx_mailbox_get_trust (aimx_config_get_mailbox (config, "*@b.com"), &source), ==, AIMX_TRUST_NONE);
  g_assert_cmpint (source, ==, AIMX_CONFIG_SOURCE_DOMAIN);
  g_assert_cmpstr (aimx_domain_get_overrides (aimx_config_get_domain (config, "b.com")), ==, "dkim_selector,trust");
}

static void
test_derived_hook_name_is_the_documented_hash (void)
{
  g_autoptr (AimxConfig) config = parse (good);
  GPtrArray *hooks = aimx_mailbox_get_hooks (aimx_config_get_mailbox (config, "info@a.com"));
  static const guchar bytes[] = "on_receive\x1f/bin/true\x1f";
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, sizeof bytes);

  sum[12] = '\0';
  g_assert_cmpstr (aimx_hook_get_name (hooks->pdata[0]), ==, sum);
}

static void
test_names_are_canonical_however_they_are_typed (void)
{
  static const char *const names[][2] = {
    { "info", "info@a.com" },         { "INFO", "info@a.com" },     { "info@A.com", "info@a.com" },
    { "Info@a.com", "info@a.com" },   { "catchall", "*@a.com" },    { "*@B.com", "*@b.com" },
    { "Other@B.com", "Other@b.com" }, { "x@y@B.com", "x@y@b.com" },
  };
  g_autoptr (AimxConfig) config = parse (good);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *fqdn = aimx_config_resolve_name (config, names[i][0]);

      g_assert_cmpstr (fqdn, ==, names[i][1]);
    }
}

/* RFC 6531: a domain in U-labels is the one in A-labels. */
static void
test_a_domain_is_the_same_in_either_kind_of_labels (void)
{
  static const char text[] = "domains = [\"xn--bcher-kva.test\", \"xn--rger-koa.test\", \"strasse.test\", "
                             "\"istanbul.test\"]\n"
                             "[mailboxes.\"info@xn--bcher-kva.test\"]\n"
                             "address = \"info@xn--bcher-kva.test\"\nowner = \"ann\"\n"
                             "[mailboxes.\"*@xn--bcher-kva.test\"]\n"
                             "address = \"*@xn--bcher-kva.test\"\nowner = \"ann\"\n";
  /* A composed letter in two, letters that IDNA 2003 alone maps, half a label, bytes that are no text. */
  static const char *const others[] = { "info@a\u0308rger.test", "info@straße.test", "info@İstanbul.test",
                                        "info@xn--bücher-kva.test", "info@b\xfc.test" };
  g_autoptr (AimxConfig) config = parse (text);
  const AimxMailbox *info = aimx_config_get_mailbox (config, "info@xn--bcher-kva.test");
  g_autofree char *name = aimx_config_resolve_name (config, "Info@bücher.test");
  const AimxDomain *domain;

  g_assert_true (aimx_config_resolve_recipient (config, "info@bücher.test", &domain) == info);
  g_assert_cmpstr (aimx_domain_get_name (domain), ==, "xn--bcher-kva.test");
  g_assert_true (aimx_config_resolve_recipient (config, "INFO@BÜCHER.Test", NULL) == info);
  g_assert_true (aimx_config_resolve_recipient (config, "info@XN--BCHER-kva.test", NULL) == info);
  g_assert_true (aimx_mailbox_is_catchall (aimx_config_resolve_recipient (config, "jörg@bücher.test", NULL)));
  g_assert_cmpstr (name, ==, "info@xn--bcher-kva.test");
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_assert_null (aimx_config_resolve_recipient (config, others[i], &domain));
      g_assert_null (domain);
    }
}

static void
test_a_recipient_in_quotes_is_the_mailbox_without_them (void)
{
  static const char text[] = "domains = [\"a.com\"]\n"
                             "[mailboxes.\"foo bar@a.com\"]\naddress = \"foo bar@a.com\"\nowner = \"ann\"\n"
                             "[mailboxes.'x\\y\"z@a.com']\naddress = 'x\\y\"z@a.com'\nowner = \"ann\"\n"
                             "[mailboxes.'\"as it is\"@a.com']\naddress = '\"as it is\"@a.com'\nowner = \"ann\"\n";
  g_autoptr (AimxConfig) config = parse (text);
  static const char *const recipients[][2] = { { "\"Foo bar\"@A.com", "foo bar@a.com" },
                                               { "\"foo\\ bar\"@a.com", "foo bar@a.com" },
                                               { "\"x\\\\y\\\"z\"@a.com", "x\\y\"z@a.com" },
                                               { "\"as it is\"@a.com", "\"as it is\"@a.com" } };

  for (guint i = 0; i < G_N_ELEMENTS (recipients); i++)
    {
      const AimxMailbox *mailbox = aimx_config_resolve_recipient (config, recipients[i][0], NULL);

      g_assert_nonnull (mailbox);
      g_assert_cmpstr (aimx_mailbox_get_name (mailbox), ==, recipients[i][1]);
    }
  g_assert_null (aimx_config_resolve_recipient (config, "\"\"@a.com", NULL));
  g_assert_null (aimx_config_resolve_recipient (config, "\"@a.com", NULL));
  g_assert_null (aimx_config_resolve_recipient (config, "\"\\\"@a.com", NULL));
}

static void
test_bytes_that_are_no_text_are_nobodys_address (void)
{
  g_autoptr (AimxConfig) config = parse (good);
  const AimxMailbox *info = aimx_config_get_mailbox (config, "info@a.com");

  g_assert_null (aimx_config_resolve_recipient (config, "\xff\xf0@a.com", NULL));
  g_assert_false (aimx_mailbox_trusts_sender (info, "\xf0@friend.org"));
}

static void
test_a_list_replaces_the_ones_below_it_whole (void)
{
  g_autoptr (AimxConfig) config =
      parse ("domains = [\"a.com\", \"b.com\", \"c.com\"]\n"
             "trusted_senders = [\"top@x.org\"]\n"
             "signature = \"top\"\n"
             "[domain.\"B.com\"]\n"
             "trusted_senders = [\"domain@x.org\"]\n"
             "trust = \"verified\"\n"
             "signature = \"\"\n"
             "[domain.\"c.com\"]\n"
             "trusted_senders = []\n"
             "[mailboxes]\n"
             "\"x@a.com\" = { address = \"x@a.com\", owner = \"u\", raw = true }\n"
             "\"x@b.com\" = { address = \"x@b.com\", owner = \"u\", trust = \"none\" }\n"
             "\"x@c.com\" = { address = \"x@c.com\", owner = \"u\" }\n"
             "\"y@b.com\" = { address = \"y@b.com\", owner = \"u\", trusted_senders = [] }\n");
  static const struct
  {
    const char *name;
    const char *sender; /* NULL: nobody */
    AimxTrust trust;
    AimxConfigSource source;
  } cases[] = {
    { "x@a.com", "top@x.org", AIMX_TRUST_NONE, AIMX_CONFIG_SOURCE_DEFAULT },
    { "x@b.com", "domain@x.org", AIMX_TRUST_NONE, AIMX_CONFIG_SOURCE_MAILBOX },
    { "x@c.com", NULL, AIMX_TRUST_NONE, AIMX_CONFIG_SOURCE_DEFAULT },
    { "y@b.com", NULL, AIMX_TRUST_VERIFIED, AIMX_CONFIG_SOURCE_DOMAIN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const AimxMailbox *mailbox = aimx_config_get_mailbox (config, cases[i].name);
      AimxConfigSource source;

      g_assert_cmpstr (aimx_mailbox_get_trusted_senders (mailbox)[0], ==, cases[i].sender);
      g_assert_cmpint (aimx_mailbox_get_trust (mailbox, &source), ==, cases[i].trust);
      g_assert_cmpint (source, ==, cases[i].source);
    }
  g_assert_true (aimx_mailbox_keeps_raw (aimx_config_get_mailbox (config, "x@a.com")));
  g_assert_cmpstr (aimx_domain_get_signature (aimx_config_get_domain (config, "a.com")), ==, "top");
  g_assert_cmpstr (aimx_domain_get_signature (aimx_config_get_domain (config, "b.com")), ==, "");
  g_assert_cmpstr (aimx_domain_get_dkim_selector (aimx_config_get_domain (config, "b.com")), ==, "aimx");
  g_assert_cmpstr (aimx_domain_get_overrides (aimx_config_get_domain (config, "b.com")), ==,
                   "signature,trust,trusted_senders");
  g_assert_cmpstr (aimx_domain_get_overrides (aimx_config_get_domain (config, "a.com")), ==, "");
}

static void
test_defaults_are_the_documented_ones (void)
{
  g_autoptr (AimxConfig) config = parse ("domain = \" A.com \"\n");

  g_assert_cmpstr (aimx_domain_get_name (aimx_config_get_default_domain (config)), ==, "a.com");
  g_assert_cmpstr (aimx_config_get_data_dir (config), ==, "/var/lib/aimx");
  g_assert_cmpstr (aimx_domain_get_dkim_selector (aimx_config_get_default_domain (config)), ==, "aimx");
  g_assert_cmpstr (aimx_domain_get_signature (aimx_config_get_default_domain (config)), ==,
                   "Sent from AIMX.  \nhttps://aimx.email");
  g_assert_false (aimx_config_obeys_dmarc (config));
  g_assert_cmpuint (aimx_config_get_max_connections (config), ==, 10000);
  g_assert_cmpuint (aimx_config_get_max_connections_per_address (config), ==, 100);
  g_assert_null (aimx_config_get_resolver_servers (config)[0]);
  g_assert_null (aimx_config_get_resolver_trust_anchor (config));
  g_assert_false (aimx_config_is_module_disabled (config, "smtp"));
  g_assert_null (aimx_config_get_warnings (config)[0]);
}

static void
test_the_dmarc_policy_is_to_mark_or_to_reject (void)
{
  g_autoptr (AimxConfig) marks = parse ("domain = \"a.com\"\ndmarc_policy = \"mark\"\n");
  g_autoptr (AimxConfig) rejects = parse ("domain = \"a.com\"\ndmarc_policy = \"reject\"\n");

  g_assert_false (aimx_config_obeys_dmarc (marks));
  g_assert_true (aimx_config_obeys_dmarc (rejects));
}

static void
test_name_servers_are_read_in_one_form (void)
{
  g_autoptr (AimxConfig) config =
      parse ("domain = \"a.com\"\n"
             "[resolver]\n"
             "servers = [\"127.0.0.1@5353\", \"192.0.2.1\", \"::1@54\", \"[::1]@55\", \"[2001:db8::1]\"]\n"
             "trust_anchor = \"/etc/anchor\"\n");
  static const char *const expected[] = {
    "127.0.0.1@5353", "192.0.2.1@53", "::1@54", "::1@55", "2001:db8::1@53", NULL
  };

  g_assert_true (g_strv_equal (aimx_config_get_resolver_servers (config), expected));
  g_assert_cmpstr (aimx_config_get_resolver_trust_anchor (config), ==, "/etc/anchor");
}

static void
test_globs_match_in_bounded_time (void)
{
  g_autofree char *stars = g_strnfill (2000, '*');
  g_autofree char *pattern = g_strconcat (stars, "b", NULL);
  g_autofree char *text = g_strnfill (2000, 'a');

  g_assert_false (aimx_glob_matches (pattern, text));
  g_assert_true (aimx_glob_matches ("{a,b*}@x.[a-c]om", "bob@x.com"));
  g_assert_false (aimx_glob_matches ("?@x", "ab@x"));
  g_assert_true (aimx_glob_matches ("[!a]*", "b"));
  g_assert_true (aimx_glob_matches ("[{]x", "{x"));
  g_assert_true (aimx_glob_matches ("{[,}],b}", "}"));
  g_assert_true (aimx_glob_matches ("{[,}],b}", "b"));
  g_assert_false (aimx_glob_matches ("{[,}],b}", "[,"));
  g_assert_true (aimx_glob_matches ("a{,b}", "a"));
}

static char *
write_config (const char *text)
{
  char *dir = g_dir_make_tmp ("aimx-config-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (dir, "config.toml", NULL);

  g_assert_true (g_file_set_contents (file, text, -1, NULL));
  return dir;
}

static void
remove_config (char *dir)
{
  g_autofree char *file = g_build_filename (dir, "config.toml", NULL);
  g_autofree char *lock = g_build_filename (dir, ".config.toml.lock", NULL);

  g_unlink (file);
  g_unlink (lock);
  g_assert_cmpint (g_rmdir (dir), ==, 0);
  g_free (dir);
}

static void
test_change_keeps_the_rest_and_hand_edits (void)
{
  char *dir = write_config (good);
  g_autofree char *file = g_build_filename (dir, "config.toml", NULL);
  g_autofree char *edited = g_strconcat ("# by hand\n", good, NULL);
  g_autofree char *expected =
      g_strconcat (edited, "\n[mailboxes.\"new@a.com\"]\naddress = \"new@a.com\"\nowner = \"bob\"\n", NULL);
  g_autoptr (AimxConfigStore) store = aimx_config_store_open (dir, NULL);
  g_autoptr (AimxLockManager) locks = aimx_lock_manager_new ();
  g_autoptr (AimxLockGuard) guard = aimx_lock_manager_acquire (locks, NULL, AIMX_LOCK_CONFIG, NULL, NULL, NULL);
  g_autoptr (AimxConfigChange) change = NULL;
  g_autoptr (AimxConfig) config = NULL;
  g_autofree char *text = NULL;
  g_autofree char *back = NULL;

  g_assert_true (g_file_set_contents (file, edited, -1, NULL));
  change = aimx_config_store_begin (store, guard, NULL);
  g_assert_true (aimx_config_change_add_mailbox (change, "new@a.com", "bob", NULL));
  g_assert_true (aimx_config_change_commit (change, NULL));
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
  config = aimx_config_store_get (store);
  g_assert_nonnull (aimx_config_get_mailbox (config, "new@a.com"));
  g_clear_object (&change);
  change = aimx_config_store_begin (store, guard, NULL);
  g_assert_true (aimx_config_change_remove_mailbox (change, "new@a.com", NULL));
  g_assert_true (aimx_config_change_commit (change, NULL));
  g_assert_true (g_file_get_contents (file, &back, NULL, NULL));
  g_assert_cmpstr (back, ==, edited);
  g_clear_object (&change);
  remove_config (dir);
}

static void
test_an_edit_during_a_change_is_not_lost (void)
{
  char *dir = write_config (good);
  g_autofree char *file = g_build_filename (dir, "config.toml", NULL);
  g_autofree char *edited = g_strconcat ("# by hand\n", good, NULL);
  g_autoptr (AimxConfigStore) store = aimx_config_store_open (dir, NULL);
  g_autoptr (AimxLockManager) locks = aimx_lock_manager_new ();
  g_autoptr (AimxLockGuard) guard = aimx_lock_manager_acquire (locks, NULL, AIMX_LOCK_CONFIG, NULL, NULL, NULL);
  g_autoptr (AimxConfigChange) change = aimx_config_store_begin (store, guard, NULL);
  g_autoptr (AimxConfig) config = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_true (aimx_config_change_add_mailbox (change, "new@a.com", "bob", NULL));
  g_assert_true (aimx_config_change_prepare (change, NULL));
  g_assert_true (g_file_set_contents (file, edited, -1, NULL));
  g_assert_false (aimx_config_change_commit (change, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, edited);
  config = aimx_config_store_get (store);
  g_assert_null (aimx_config_get_mailbox (config, "new@a.com"));
  /* As it was when the change began. Its own writes are no edits of others. */
  g_assert_true (g_file_set_contents (file, good, -1, NULL));
  g_assert_true (aimx_config_change_commit (change, NULL));
  g_assert_true (aimx_config_change_remove_mailbox (change, "new@a.com", NULL));
  g_assert_true (aimx_config_change_commit (change, NULL));
  g_clear_object (&change);
  remove_config (dir);
}

static void
test_broken_file_refuses_a_change_and_a_reload (void)
{
  char *dir = write_config (good);
  g_autofree char *file = g_build_filename (dir, "config.toml", NULL);
  g_autoptr (AimxConfigStore) store = aimx_config_store_open (dir, NULL);
  g_autoptr (AimxLockManager) locks = aimx_lock_manager_new ();
  g_autoptr (AimxLockGuard) guard = aimx_lock_manager_acquire (locks, NULL, AIMX_LOCK_CONFIG, NULL, NULL, NULL);
  g_autoptr (AimxConfig) before = aimx_config_store_get (store);
  g_autoptr (AimxConfig) after = NULL;
  GError *error = NULL;

  g_assert_true (g_file_set_contents (file, "domains = [", -1, NULL));
  g_assert_null (aimx_config_store_begin (store, guard, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
  g_clear_error (&error);
  g_assert_false (aimx_config_store_reload (store, guard, &error));
  g_assert_nonnull (strstr (error->message, "line 1, column 11"));
  g_clear_error (&error);
  after = aimx_config_store_get (store);
  g_assert_true (before == after);
  remove_config (dir);
}

/* ---- between processes ---- */

static AimxConfigChange *
begin (AimxConfigStore *store, AimxLockManager *locks, GError **error)
{
  g_autoptr (AimxLockGuard) guard = aimx_lock_manager_acquire (locks, NULL, AIMX_LOCK_CONFIG, NULL, NULL, NULL);

  return aimx_config_store_begin (store, guard, error);
}

/* The lock as another process would hold it: by a descriptor of its own. */
static int
lock_as_another (const char *dir)
{
  g_autofree char *file = g_build_filename (dir, ".config.toml.lock", NULL);
  int fd = open (file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
  return fd;
}

static gpointer
reload (gpointer data)
{
  g_autoptr (AimxLockManager) locks = aimx_lock_manager_new ();
  g_autoptr (AimxLockGuard) guard = aimx_lock_manager_acquire (locks, NULL, AIMX_LOCK_CONFIG, NULL, NULL, NULL);
  GError *error = NULL;

  aimx_config_store_reload (data, guard, &error);
  return error;
}

static void
test_lock_is_nobody_elses_to_take (void)
{
  char *dir = write_config (good);
  g_autofree char *lock = g_build_filename (dir, ".config.toml.lock", NULL);
  g_autoptr (AimxConfigStore) store = aimx_config_store_open (dir, NULL);
  g_autoptr (AimxLockManager) locks = aimx_lock_manager_new ();
  g_autoptr (AimxConfigChange) change = NULL;
  g_autoptr (GError) error = NULL;
  int fd = open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct stat info, above;

  /* Whoever can read a file can do as much. */
  g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
  if (geteuid () == 0)
    g_assert_cmpint (fchown (fd, 1, 1), ==, 0);
  change = begin (store, locks, &error);
  g_assert_no_error (error);
  g_assert_cmpint (stat (lock, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & ALLPERMS, ==, 0600);
  g_assert_cmpint (fstat (fd, &above), ==, 0);
  g_assert_cmpuint (info.st_uid, ==, above.st_uid);
  g_clear_object (&change);
  close (fd);
  remove_config (dir);
}

static void
test_lock_held_by_another_process_is_not_waited_for_long (void)
{
  char *dir = write_config (good);
  g_autoptr (AimxConfigStore) store = aimx_config_store_open (dir, NULL);
  g_autoptr (AimxLockManager) locks = aimx_lock_manager_new ();
  g_autoptr (AimxConfigChange) change = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) reload_error = NULL;
  int fd = lock_as_another (dir);
  GThread *thread = g_thread_new ("reload", reload, store);

  g_assert_null (begin (store, locks, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "another process is changing the configuration"));
  reload_error = g_thread_join (thread);
  g_assert_error (reload_error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  g_clear_error (&error);
  close (fd);
  change = begin (store, locks, &error);
  g_assert_no_error (error);
  g_clear_object (&change);
  remove_config (dir);
}

/* As when a handler returns that has left a change behind. */
static void
test_a_change_that_outlived_its_guard_keeps_nobody_out (void)
{
  char *dir = write_config (good);
  g_autofree char *lock = g_build_filename (dir, ".config.toml.lock", NULL);
  g_autoptr (AimxConfigStore) store = aimx_config_store_open (dir, NULL);
  g_autoptr (AimxLockManager) locks = aimx_lock_manager_new ();
  g_autoptr (AimxLockGuard) guard = aimx_lock_manager_acquire (locks, NULL, AIMX_LOCK_CONFIG, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AimxConfigChange) left = aimx_config_store_begin (store, guard, &error);
  g_autoptr (AimxConfigChange) change = NULL;
  GLogLevelFlags fatal;
  int fd;

  g_assert_no_error (error);
  aimx_lock_guard_release (guard);
  error = reload (store);
  g_assert_no_error (error);
  change = begin (store, locks, &error);
  g_assert_no_error (error);
  fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_assert_false (aimx_config_change_write_file (left, "dkim/key", "key", 3, 0600, &error));
  g_log_set_always_fatal (fatal);
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_ORDER);
  /* Its end takes nothing from the one that came after. */
  g_clear_object (&left);
  fd = open (lock, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), <, 0);
  g_clear_object (&change);
  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, 0);
  close (fd);
  remove_config (dir);
}

static void
test_reload_waits_for_the_end_of_a_change (void)
{
  char *dir = write_config (good);
  g_autofree char *file = g_build_filename (dir, "config.toml", NULL);
  g_autoptr (AimxConfigStore) store = aimx_config_store_open (dir, NULL);
  g_autoptr (AimxConfig) config = NULL;
  g_autoptr (GError) error = NULL;
  int fd = lock_as_another (dir);
  GThread *thread;

  g_assert_true (g_file_set_contents (file, "half of", -1, NULL));
  thread = g_thread_new ("reload", reload, store);
  g_assert_true (g_file_set_contents (file, "domains = [\"c.com\"]\n", -1, NULL));
  close (fd);
  error = g_thread_join (thread);
  g_assert_no_error (error);
  config = aimx_config_store_get (store);
  g_assert_nonnull (aimx_config_get_domain (config, "c.com"));
  remove_config (dir);
}

/* ---- a file that is a link ---- */

/* The configuration is ELSEWHERE/real.toml, and in its directory a link to a link to it. */
static void
link_config (const char *dir, const char *elsewhere)
{
  g_autofree char *file = g_build_filename (dir, "config.toml", NULL);
  g_autofree char *middle = g_build_filename (elsewhere, "middle.toml", NULL);
  g_autofree char *real = g_build_filename (elsewhere, "real.toml", NULL);

  g_assert_cmpint (g_rename (file, real), ==, 0);
  g_assert_cmpint (symlink ("real.toml", middle), ==, 0);
  g_assert_cmpint (symlink (middle, file), ==, 0);
}

static void
unlink_config (char *elsewhere)
{
  g_autofree char *middle = g_build_filename (elsewhere, "middle.toml", NULL);
  g_autofree char *real = g_build_filename (elsewhere, "real.toml", NULL);

  g_unlink (middle);
  g_unlink (real);
  g_assert_cmpint (g_rmdir (elsewhere), ==, 0);
  g_free (elsewhere);
}

static void
test_link_stays_and_what_it_leads_to_changes (void)
{
  char *dir = write_config (good);
  char *elsewhere = g_dir_make_tmp ("aimx-config-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (dir, "config.toml", NULL);
  g_autofree char *real = g_build_filename (elsewhere, "real.toml", NULL);
  g_autoptr (AimxConfigStore) store = NULL;
  g_autoptr (AimxLockManager) locks = aimx_lock_manager_new ();
  g_autoptr (AimxConfigChange) change = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  struct stat info;

  link_config (dir, elsewhere);
  g_assert_cmpint (g_chmod (real, 0604), ==, 0);
  store = aimx_config_store_open (dir, NULL);
  change = begin (store, locks, NULL);
  g_assert_true (aimx_config_change_add_mailbox (change, "new@a.com", "bob", NULL));
  aimx_config_change_commit (change, &error);
  g_assert_no_error (error);
  g_clear_object (&change);
  g_assert_true (g_file_test (file, G_FILE_TEST_IS_SYMLINK));
  g_assert_cmpint (lstat (real, &info), ==, 0);
  g_assert_true (S_ISREG (info.st_mode));
  g_assert_cmpuint (info.st_mode & ALLPERMS, ==, 0604);
  g_assert_true (g_file_get_contents (real, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "new@a.com"));
  unlink_config (elsewhere);
  remove_config (dir);
}

/* Somebody who could put another link in its place, or another file where it leads. */
static void
test_link_that_others_can_change_is_not_written_through (void)
{
  for (guint hand = 0; geteuid () == 0 && hand < 3; hand++)
    {
      char *dir = write_config (good);
      char *elsewhere = g_dir_make_tmp ("aimx-config-XXXXXX", NULL);
      g_autofree char *file = g_build_filename (dir, "config.toml", NULL);
      g_autoptr (AimxConfigStore) store = NULL;
      g_autoptr (AimxLockManager) locks = aimx_lock_manager_new ();
      g_autoptr (AimxConfigChange) change = NULL;
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;

      link_config (dir, elsewhere);
      if (hand == 0)
        g_assert_cmpint (g_chmod (elsewhere, 0722), ==, 0);
      else
        g_assert_cmpint (lchown (hand == 1 ? elsewhere : file, 1, 1), ==, 0);
      store = aimx_config_store_open (dir, NULL);
      change = begin (store, locks, NULL);
      g_assert_true (aimx_config_change_add_mailbox (change, "new@a.com", "bob", NULL));
      g_assert_false (aimx_config_change_commit (change, &error));
      g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
      g_assert_nonnull (strstr (error->message, "others than root"));
      g_clear_object (&change);
      g_assert_true (g_file_test (file, G_FILE_TEST_IS_SYMLINK));
      g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
      g_assert_cmpstr (text, ==, good);
      unlink_config (elsewhere);
      remove_config (dir);
    }
}

static void
test_a_command_can_do_without_a_configuration (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AimxConfigStore) store = aimx_config_store_open_if_any ("/nonexistent", &error);
  g_autoptr (AimxConfig) config = NULL;
  g_autofree char *name = NULL;

  g_assert_no_error (error);
  config = aimx_config_store_get (store);
  g_assert_null (aimx_config_get_default_domain (config));
  g_assert_cmpuint (aimx_config_get_domains (config)->len, ==, 0);
  g_assert_null (aimx_config_resolve_recipient (config, "postmaster", NULL));
  g_assert_null (aimx_config_resolve_recipient (config, "ann@a.com", NULL));
  name = aimx_config_resolve_name (config, "ann");
  g_assert_cmpstr (name, ==, "ann@localhost");
}

static void
test_what_is_configured_counts_wherever_it_can_be_read (void)
{
  char *dir = write_config (good);
  g_autofree char *file = g_build_filename (dir, "config.toml", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AimxConfigStore) store = aimx_config_store_open_if_any (dir, &error);
  g_autoptr (AimxConfig) config = NULL;
  g_autoptr (AimxConfigStore) broken = NULL;

  g_assert_no_error (error);
  config = aimx_config_store_get (store);
  g_assert_cmpstr (aimx_domain_get_name (aimx_config_get_default_domain (config)), ==, "a.com");
  /* A file with nothing in it is a mistake, not an absent one. */
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  broken = aimx_config_store_open_if_any (dir, &error);
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
  g_assert_null (broken);
  remove_config (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/lookups-follow-the-rules", test_lookups_follow_the_rules);
  g_test_add_func ("/config/derived-hook-name-is-the-documented-hash", test_derived_hook_name_is_the_documented_hash);
  g_test_add_func ("/config/names-are-canonical-however-they-are-typed",
                   test_names_are_canonical_however_they_are_typed);
  g_test_add_func ("/config/a-domain-is-the-same-in-either-kind-of-labels",
                   test_a_domain_is_the_same_in_either_kind_of_labels);
  g_test_add_func ("/config/a-recipient-in-quotes-is-the-mailbox-without-them",
                   test_a_recipient_in_quotes_is_the_mailbox_without_them);
  g_test_add_func ("/config/bytes-that-are-no-text-are-nobodys-address",
                   test_bytes_that_are_no_text_are_nobodys_address);
  g_test_add_func ("/config/a-list-replaces-the-ones-below-it-whole", test_a_list_replaces_the_ones_below_it_whole);
  g_test_add_func ("/config/defaults-are-the-documented-ones", test_defaults_are_the_documented_ones);
  g_test_add_func ("/config/dmarc-policy-is-to-mark-or-to-reject", test_the_dmarc_policy_is_to_mark_or_to_reject);
  g_test_add_func ("/config/name-servers-are-read-in-one-form", test_name_servers_are_read_in_one_form);
  g_test_add_func ("/config/globs-match-in-bounded-time", test_globs_match_in_bounded_time);
  g_test_add_func ("/config/change-keeps-the-rest-and-hand-edits", test_change_keeps_the_rest_and_hand_edits);
  g_test_add_func ("/config/edit-during-a-change-is-not-lost", test_an_edit_during_a_change_is_not_lost);
  g_test_add_func ("/config/broken-file-refuses-a-change-and-a-reload", test_broken_file_refuses_a_change_and_a_reload);
  g_test_add_func ("/config/lock-is-nobody-elses-to-take", test_lock_is_nobody_elses_to_take);
  g_test_add_func ("/config/lock-held-by-another-process-is-not-waited-for-long",
                   test_lock_held_by_another_process_is_not_waited_for_long);
  g_test_add_func ("/config/a-change-that-outlived-its-guard", test_a_change_that_outlived_its_guard_keeps_nobody_out);
  g_test_add_func ("/config/reload-waits-for-the-end-of-a-change", test_reload_waits_for_the_end_of_a_change);
  g_test_add_func ("/config/link-stays-and-what-it-leads-to-changes", test_link_stays_and_what_it_leads_to_changes);
  g_test_add_func ("/config/link-that-others-can-change-is-not-written-through",
                   test_link_that_others_can_change_is_not_written_through);
  g_test_add_func ("/config/a-command-can-do-without-a-configuration", test_a_command_can_do_without_a_configuration);
  g_test_add_func ("/config/what-is-configured-counts-wherever-it-can-be-read",
                   test_what_is_configured_counts_wherever_it_can_be_read);
  return g_test_run ();
}
