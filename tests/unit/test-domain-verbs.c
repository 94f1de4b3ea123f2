/* SPDX-License-Identifier: MIT */
/* Promises of modules/domain: who may, what changes and what does not, in which order, and how it fails. */
#include "domain/verbs.h"
#include "io/fault.h"
#include "scratch-signer.h"
#include "verb-fixture.h"

#define ADD     "DOMAIN-ADD"
#define LIST    "DOMAIN-LIST"
#define REMOVE  "DOMAIN-REMOVE"
#define DEFAULT "DOMAIN-SET-DEFAULT"

static const char config[] = "# mine\n"
                             "domains = [\n"
                             "  # the first\n"
                             "  \"a.test\", # default\n"
                             "  \"B.test\",   # the second\n"
                             "  \"c.test\",\n"
                             "]\n"
                             "trust = \"verified\" # by default\n"
                             "\n"
                             "# of b\n"
                             "[domain.\"b.test\"]\n"
                             "trusted_senders = [\"*@friend.test\"]\n"
                             "signature = \"\"\n"
                             "\n"
                             "[mailboxes.\"info@a.test\"]\n"
                             "address = \"info@a.test\"\n"
                             "owner = \"OWNER\" # me\n"
                             "\n"
                             "# to go\n"
                             "[mailboxes.\"x@b.test\"]\n"
                             "address = \"x@B.test\"\n"
                             "owner = \"OWNER\"\n"
                             "[[mailboxes.\"x@b.test\".hooks]]\n"
                             "event = \"on_receive\"\n"
                             "cmd = [\"/bin/true\"]\n"
                             "\n"
                             "[mailboxes.\"*@b.test\"]\n"
                             "address = \"*@b.test\"\n"
                             "owner = \"OWNER\"\n"
                             "\n"
                             "# last words\n";

typedef struct
{
  VerbFixture verbs;
} Fixture;

static ScratchSigner *
get_signer (Fixture *fixture)
{
  return SCRATCH_SIGNER (fixture->verbs.data);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const AimxVerbSpec *const verbs[] = { &domain_add_verb, &domain_list_verb, &domain_remove_verb,
                                               &domain_set_default_verb, NULL };

  verb_fixture_init_with_data (&fixture->verbs, verbs, scratch_signer_new, config);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  verb_fixture_clear (&fixture->verbs);
}

static gboolean
has_domain (Fixture *fixture, const char *domain)
{
  g_autoptr (AimxConfig) snapshot = aimx_config_store_get (aimx_server_get_config_store (fixture->verbs.server));

  return aimx_config_get_domain (snapshot, domain) != NULL;
}

static void
assert_config (Fixture *fixture, const char *expected)
{
  g_auto (GStrv) parts = g_strsplit (expected, "OWNER", -1);
  g_autofree char *text = g_strjoinv (verb_owner (), parts);
  g_autofree char *now = scratch_read (fixture->verbs.scratch, "etc/config.toml");

  g_assert_cmpstr (now, ==, text);
}

static void
assert_calls (Fixture *fixture, const char *expected)
{
  g_assert_cmpstr (get_signer (fixture)->calls->str, ==, expected);
  g_string_truncate (get_signer (fixture)->calls, 0);
}

static void
assert_json (Fixture *fixture, const char *verb, const char *const *headers, const char *expected)
{
  g_autoptr (JsonNode) node = verb_call_json (&fixture->verbs, 0, verb, headers);
  g_autofree char *text = json_to_string (node, FALSE);

  g_assert_cmpstr (text, ==, expected);
}

/* ---- everybody else ---- */

static void
test_only_root_may_and_nobody_else_learns_anything (Fixture *fixture, gconstpointer data)
{
  const struct
  {
    const char *verb;
    const char *const *headers;
  } calls[] = {
    { LIST, HEADERS (NULL) },
    { ADD, HEADERS ("Domain", "a.test") },
    { ADD, HEADERS ("Domain", "not a domain") },
    { REMOVE, HEADERS ("Domain", "b.test", "Force", "true") },
    { REMOVE, HEADERS ("Domain", "unknown.test", "Force", "false") },
    { REMOVE, HEADERS ("Domain", "-", "Force", "false") },
    { DEFAULT, HEADERS ("Domain", "unknown.test") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autofree char *message = verb_fail (&fixture->verbs, STRANGER, calls[i].verb, calls[i].headers, "EACCES");

      g_assert_cmpstr (message, ==, "not authorized");
    }
  assert_config (fixture, config);
  assert_calls (fixture, "");
}

/* ---- adding ---- */

static void
test_a_key_comes_before_its_domain (Fixture *fixture, gconstpointer data)
{
  verb_assert_ok (&fixture->verbs, 0, ADD, HEADERS ("Domain", " D.Test ", "Selector", "s-1"));
  assert_calls (fixture, "prepare d.test\n");
  g_assert_true (has_domain (fixture, "d.test"));
  verb_assert_config_has (&fixture->verbs, "  \"c.test\",\n  \"d.test\",\n]\n", TRUE);
  verb_assert_config_has (&fixture->verbs, "[domain.\"d.test\"]\ndkim_selector = \"s-1\"\n", TRUE);
  verb_assert_events (&fixture->verbs, "domain-added d.test\n");
}

static void
test_without_a_key_nothing_is_added (Fixture *fixture, gconstpointer data)
{
  get_signer (fixture)->fails = "prepare";
  verb_assert_fails (&fixture->verbs, 0, ADD, HEADERS ("Domain", "d.test"), "SIGN", "d.test");
  g_assert_false (has_domain (fixture, "d.test"));
  assert_config (fixture, config);
}

static void
test_what_cannot_be_added (Fixture *fixture, gconstpointer data)
{
  static const char *const wrong[] = { "d", "-d.test", "d_.test", "d..test", "d.test.", "ä.test", "a@d.test", "*" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    verb_assert_fails (&fixture->verbs, 0, ADD, HEADERS ("Domain", wrong[i]), "VALIDATION", "is not a domain");
  verb_assert_fails (&fixture->verbs, 0, ADD, HEADERS ("Domain", "d.test", "Selector", "a.b"), "VALIDATION",
                     "is not a selector");
  verb_assert_fails (&fixture->verbs, 0, ADD, HEADERS ("Domain", "B.TEST"), "DOMAIN", "already configured");
  verb_assert_fails (&fixture->verbs, 0, ADD, HEADERS ("Selector", "s"), "MALFORMED", "'Domain' is missing");
  assert_calls (fixture, "");
  assert_config (fixture, config);
}

/* ---- listing ---- */

static void
test_domains_are_listed_in_their_order (Fixture *fixture, gconstpointer data)
{
  verb_put_message (&fixture->verbs, "b.test/inbox/x", "one", FALSE);
  verb_put_message (&fixture->verbs, "b.test/inbox/x", "two", TRUE);
  verb_put_message (&fixture->verbs, "b.test/inbox/catchall", "three", FALSE);
  assert_json (fixture, LIST, HEADERS (NULL),
               "[{\"domain\":\"a.test\",\"default\":true,\"dkim_loaded\":true,\"dkim_selector\":\"aimx\","
               "\"mailbox_count\":1,\"unread\":0,\"overrides\":\"\"},"
               "{\"domain\":\"b.test\",\"default\":false,\"dkim_loaded\":false,\"dkim_selector\":\"aimx\","
               "\"mailbox_count\":2,\"unread\":2,\"overrides\":\"signature,trusted_senders\"},"
               "{\"domain\":\"c.test\",\"default\":false,\"dkim_loaded\":true,\"dkim_selector\":\"aimx\","
               "\"mailbox_count\":0,\"unread\":0,\"overrides\":\"\"}]");
}

static void
test_a_mailbox_that_cannot_be_read_hides_no_domain (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) list = NULL;

  verb_put_message (&fixture->verbs, "b.test/inbox/catchall", "one", FALSE);
  scratch_link (fixture->verbs.scratch, "/etc", "data/b.test/inbox/x");
  list = verb_call_json (&fixture->verbs, 0, LIST, HEADERS (NULL));
  g_assert_cmpint (json_object_get_int_member (json_array_get_object_element (json_node_get_array (list), 1), "unread"),
                   ==, 1);
}

/* ---- removing ---- */

#define ANSWER(outcome, blocking, cascaded, tree, domain)                                                              \
  "{\"outcome\":\"" outcome "\",\"blocking_mailboxes\":[" blocking "],\"cascaded_mailboxes\":[" cascaded               \
  "],\"storage_tree_removed\":" tree ",\"dkim_dir\":\"/keys/" domain "\"}"
#define BOTH "\"*@b.test\",\"x@b.test\""

static void
test_mailboxes_are_in_the_way (Fixture *fixture, gconstpointer data)
{
  verb_put_message (&fixture->verbs, "b.test/inbox/x", "one", FALSE);
  assert_json (fixture, REMOVE, HEADERS ("Domain", "B.test", "Force", "false"),
               ANSWER ("blocked_by_mailboxes", BOTH, "", "false", "b.test"));
  assert_config (fixture, config);
  g_assert_true (verb_has (&fixture->verbs, "data/b.test/inbox/x/one.md"));
}

static void
test_a_domain_without_mailboxes_goes (Fixture *fixture, gconstpointer data)
{
  assert_json (fixture, REMOVE, HEADERS ("Domain", "c.test", "Force", "false"),
               ANSWER ("removed", "", "", "true", "c.test"));
  g_assert_false (has_domain (fixture, "c.test"));
  g_assert_false (verb_has (&fixture->verbs, "data/c.test"));
  verb_assert_config_has (&fixture->verbs, "  \"B.test\",   # the second\n]\n", TRUE);
  verb_assert_events (&fixture->verbs, "domain-removed c.test\n");
}

static const char without_b[] = "# mine\n"
                                "domains = [\n"
                                "  # the first\n"
                                "  \"a.test\", # default\n"
                                "  \"c.test\",\n"
                                "]\n"
                                "trust = \"verified\" # by default\n"
                                "\n"
                                "[mailboxes.\"info@a.test\"]\n"
                                "address = \"info@a.test\"\n"
                                "owner = \"OWNER\" # me\n"
                                "\n"
                                "# last words\n";

static void
put_mail (Fixture *fixture)
{
  verb_put_message (&fixture->verbs, "b.test/inbox/x", "one", FALSE);
  verb_put_message (&fixture->verbs, "b.test/inbox/x/two", "two", FALSE);
  verb_put_message (&fixture->verbs, "b.test/sent/x", "three", TRUE);
  verb_put_message (&fixture->verbs, "b.test/inbox/catchall", "four", TRUE);
}

static void
test_force_takes_the_mailboxes_along (Fixture *fixture, gconstpointer data)
{
  put_mail (fixture);
  verb_put_message (&fixture->verbs, "a.test/inbox/info", "mine", FALSE);
  assert_json (fixture, REMOVE, HEADERS ("Domain", "b.test", "Force", "true"),
               ANSWER ("removed", "", BOTH, "true", "b.test"));
  assert_config (fixture, without_b);
  assert_calls (fixture, "release b.test\n");
  g_assert_false (verb_has (&fixture->verbs, "data/b.test"));
  g_assert_true (verb_has (&fixture->verbs, "data/a.test/inbox/info/mine.md"));
  verb_assert_events (&fixture->verbs, "mailbox-removed *@b.test\nmailbox-removed x@b.test\ndomain-removed b.test\n");
  verb_fixture_restart (&fixture->verbs);
  g_assert_false (has_domain (fixture, "b.test"));
}

static void
test_only_a_tree_that_this_call_removed_counts (Fixture *fixture, gconstpointer data)
{
  g_autofree char *tree = g_build_filename (fixture->verbs.scratch, "data/b.test", NULL);

  g_assert_cmpint (g_rmdir (tree), ==, 0);
  assert_json (fixture, REMOVE, HEADERS ("Domain", "b.test", "Force", "true"),
               ANSWER ("removed", "", BOTH, "false", "b.test"));
}

static void
test_the_default_domain_leaves_its_single_key_to_nobody (Fixture *fixture, gconstpointer data)
{
  verb_assert_ok (&fixture->verbs, 0, REMOVE, HEADERS ("Domain", "a.test", "Force", "true"));
  assert_calls (fixture, "adopt a.test\nrelease a.test\n");
  g_assert_false (has_domain (fixture, "a.test"));
}

static void
test_what_cannot_be_removed (Fixture *fixture, gconstpointer data)
{
  verb_assert_fails (&fixture->verbs, 0, REMOVE, HEADERS ("Domain", "b.test"), "MALFORMED", "'Force' is missing");
  verb_assert_fails (&fixture->verbs, 0, REMOVE, HEADERS ("Force", "true"), "MALFORMED", "'Domain' is missing");
  verb_assert_fails (&fixture->verbs, 0, REMOVE, HEADERS ("Domain", "b.test", "Force", "yes"), "MALFORMED", "Force");
  verb_assert_fails (&fixture->verbs, 0, REMOVE, HEADERS ("Domain", "-", "Force", "true"), "VALIDATION", "domain");
  verb_assert_fails (&fixture->verbs, 0, REMOVE, HEADERS ("Domain", "d.test", "Force", "true"), "DOMAIN",
                     "is not in `domains`");
  verb_assert_ok (&fixture->verbs, 0, REMOVE, HEADERS ("Domain", "b.test", "Force", "true"));
  verb_assert_ok (&fixture->verbs, 0, REMOVE, HEADERS ("Domain", "c.test", "Force", "true"));
  verb_assert_fails (&fixture->verbs, 0, REMOVE, HEADERS ("Domain", "a.test", "Force", "true"), "DOMAIN",
                     "last configured domain; `aimx uninstall`");
  verb_assert_fails (&fixture->verbs, 0, REMOVE, HEADERS ("Domain", "a.test", "Force", "false"), "DOMAIN",
                     "last configured domain; `aimx uninstall`");
  g_assert_true (has_domain (fixture, "a.test"));
}

/* Something that stops a cascade, and that a person then takes away. */
static void
check_stopped (Fixture *fixture, const char *code, const char *named)
{
  verb_assert_fails (&fixture->verbs, 0, REMOVE, HEADERS ("Domain", "b.test", "Force", "true"), code, named);
  g_assert_true (has_domain (fixture, "b.test"));
  assert_config (fixture, config);
}

static void
check_completes (Fixture *fixture)
{
  verb_assert_ok (&fixture->verbs, 0, REMOVE, HEADERS ("Domain", "b.test", "Force", "true"));
  g_assert_false (has_domain (fixture, "b.test"));
  g_assert_false (verb_has (&fixture->verbs, "data/b.test"));
  assert_config (fixture, without_b);
}

static void
test_a_stray_file_stops_it (Fixture *fixture, gconstpointer data)
{
  g_autofree char *stray = g_build_filename (fixture->verbs.scratch, "data/b.test/inbox/notes.txt", NULL);

  put_mail (fixture);
  scratch_write (fixture->verbs.scratch, "data/b.test/inbox/notes.txt", "mine");
  check_stopped (fixture, "IO", "notes.txt");
  g_assert_true (g_file_test (stray, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_unlink (stray), ==, 0);
  check_completes (fixture);
}

static void
test_a_link_in_the_place_of_a_mailbox_stops_it (Fixture *fixture, gconstpointer data)
{
  g_autofree char *link = g_build_filename (fixture->verbs.scratch, "data/b.test/inbox/x", NULL);

  put_mail (fixture);
  scratch_write (fixture->verbs.scratch, "outside/precious", "mine");
  nftw (link, scratch_directory_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  scratch_link (fixture->verbs.scratch, "../../../outside", "data/b.test/inbox/x");
  check_stopped (fixture, "ECONFLICT", "x@b.test");
  g_assert_true (verb_has (&fixture->verbs, "outside/precious"));
  g_assert_cmpint (g_unlink (link), ==, 0);
  check_completes (fixture);
  g_assert_true (verb_has (&fixture->verbs, "outside/precious"));
}

static void
test_what_the_file_says_now_counts (Fixture *fixture, gconstpointer data)
{
  g_autofree char *now = scratch_read (fixture->verbs.scratch, "etc/config.toml");
  g_autofree char *more = g_strdup_printf ("%s\n[mailboxes.\"new@b.test\"]\naddress = \"new@b.test\"\nowner = \"%s\"\n",
                                           now, verb_owner ());
  g_autofree char *broken = g_strconcat (now, "oops", NULL);

  put_mail (fixture);
  verb_fixture_write_config (&fixture->verbs, more);
  verb_assert_fails (&fixture->verbs, 0, REMOVE, HEADERS ("Domain", "b.test", "Force", "true"), "ECONFLICT",
                     "have changed");
  verb_fixture_write_config (&fixture->verbs, broken);
  verb_assert_fails (&fixture->verbs, 0, REMOVE, HEADERS ("Domain", "b.test", "Force", "true"), "VALIDATION",
                     "config.toml");
  g_assert_true (verb_has (&fixture->verbs, "data/b.test/inbox/x/one.md"));
  verb_fixture_write_config (&fixture->verbs, now);
  check_completes (fixture);
}

/* ---- the default ---- */

static void
test_the_default_moves_to_the_front (Fixture *fixture, gconstpointer data)
{
  verb_assert_ok (&fixture->verbs, 0, DEFAULT, HEADERS ("Domain", "b.test"));
  assert_calls (fixture, "adopt a.test\n");
  verb_assert_config_has (&fixture->verbs,
                          "domains = [\n"
                          "  \"B.test\",   # the second\n"
                          "  # the first\n"
                          "  \"a.test\", # default\n"
                          "  \"c.test\",\n"
                          "]\n",
                          TRUE);
  verb_assert_ok (&fixture->verbs, 0, DEFAULT, HEADERS ("Domain", "b.test"));
  assert_calls (fixture, "");
  verb_assert_fails (&fixture->verbs, 0, DEFAULT, HEADERS ("Domain", "d.test"), "DOMAIN", "is not in `domains`");
  verb_assert_fails (&fixture->verbs, 0, DEFAULT, HEADERS ("Domain", "-"), "VALIDATION", "domain");
  get_signer (fixture)->fails = "adopt";
  verb_assert_fails (&fixture->verbs, 0, DEFAULT, HEADERS ("Domain", "a.test"), "SIGN", "adopt");
  verb_assert_config_has (&fixture->verbs, "domains = [\n  \"B.test\"", TRUE);
}

static void
test_a_default_written_by_hand_is_not_the_one_in_use (Fixture *fixture, gconstpointer data)
{
  static const char by_hand[] = "domains = [\"c.test\", \"a.test\"]\n";

  verb_fixture_write_config (&fixture->verbs, by_hand);
  verb_assert_ok (&fixture->verbs, 0, DEFAULT, HEADERS ("Domain", "a.test"));
  verb_assert_config_has (&fixture->verbs, "domains = [\"a.test\", \"c.test\"]\n", TRUE);
  verb_fixture_write_config (&fixture->verbs, by_hand);
  verb_assert_ok (&fixture->verbs, 0, DEFAULT, HEADERS ("Domain", "c.test"));
  verb_assert_config_has (&fixture->verbs, by_hand, TRUE);
  verb_assert_fails (&fixture->verbs, 0, DEFAULT, HEADERS ("Domain", "b.test"), "DOMAIN", "is not in `domains`");
}

/* ---- when the disk fails, and when others come between ---- */

#ifdef AIMX_TEST_SEAMS

/* With the n-th system call failing; returns whether there was an n-th one. */
static gboolean
strike (Fixture *fixture, const char *fault, guint n)
{
  g_autofree char *plan = g_strdup_printf ("any:%u:%s", n, fault);
  g_autoptr (AimxResponse) response = NULL;
  gboolean reached;

  g_assert_true (aimx_fault_set_plan (plan, NULL));
  response = verb_call (&fixture->verbs, 0, REMOVE, HEADERS ("Domain", "b.test", "Force", "true"));
  reached = aimx_fault_get_count () >= n;
  g_assert_true (aimx_fault_set_plan (NULL, NULL));
  g_assert_true (has_domain (fixture, "b.test") == (aimx_response_get_error (response) != NULL));
  if (aimx_response_get_error (response) != NULL)
    verb_assert_ok (&fixture->verbs, 0, REMOVE, HEADERS ("Domain", "b.test", "Force", "true"));
  return reached;
}

static void
test_after_any_failure_a_second_run_completes (void)
{
  static const char *const faults[] = { "EIO", "short" };

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    for (guint n = 1;; n++)
      {
        Fixture fixture = { 0 };
        gboolean reached;

        set_up (&fixture, NULL);
        put_mail (&fixture);
        verb_put_message (&fixture.verbs, "a.test/inbox/info", "mine", FALSE);
        reached = strike (&fixture, faults[i], n);
        g_assert_false (has_domain (&fixture, "b.test"));
        g_assert_false (verb_has (&fixture.verbs, "data/b.test"));
        g_assert_true (verb_has (&fixture.verbs, "data/a.test/inbox/info/mine.md"));
        assert_config (&fixture, without_b);
        tear_down (&fixture, NULL);
        if (!reached)
          break;
      }
}

static void
test_mail_stays_while_the_configuration_cannot_be_written (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AimxResponse) response = NULL;

  put_mail (fixture);
  g_assert_true (aimx_fault_set_plan ("write:1+:ENOSPC", NULL));
  response = verb_call (&fixture->verbs, 0, REMOVE, HEADERS ("Domain", "b.test", "Force", "true"));
  g_assert_true (aimx_fault_set_plan (NULL, NULL));
  g_assert_nonnull (aimx_response_get_error (response));
  g_assert_true (has_domain (fixture, "b.test"));
  g_assert_true (verb_has (&fixture->verbs, "data/b.test/inbox/x/one.md"));
}

static Fixture *interrupted;

/* A mailbox comes by reading the configuration again, after the removal has locked its mailboxes. */
static void
add_mailbox_meanwhile (void)
{
  AimxConfigStore *store = aimx_server_get_config_store (interrupted->verbs.server);
  g_autofree char *now = scratch_read (interrupted->verbs.scratch, "etc/config.toml");
  g_autofree char *more = g_strdup_printf ("%s\n[mailboxes.\"new@b.test\"]\naddress = \"new@b.test\"\nowner = \"%s\"\n",
                                           now, verb_owner ());
  g_autoptr (AimxLockManager) others = aimx_lock_manager_new ();
  g_autoptr (AimxLockGuard) guard = aimx_lock_manager_acquire (others, NULL, AIMX_LOCK_CONFIG, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  verb_fixture_write_config (&interrupted->verbs, more);
  aimx_config_store_reload (store, guard, &error);
  g_assert_no_error (error);
}

static void
test_a_set_that_differs_under_the_locks_is_a_conflict (Fixture *fixture, gconstpointer data)
{
  put_mail (fixture);
  interrupted = fixture;
  domain_remove_hook = add_mailbox_meanwhile;
  verb_assert_fails (&fixture->verbs, 0, REMOVE, HEADERS ("Domain", "b.test", "Force", "true"), "ECONFLICT",
                     "have changed");
  domain_remove_hook = NULL;
  g_assert_true (has_domain (fixture, "b.test"));
  g_assert_true (verb_has (&fixture->verbs, "data/b.test/inbox/x/one.md"));
  verb_assert_ok (&fixture->verbs, 0, REMOVE, HEADERS ("Domain", "b.test", "Force", "true"));
  assert_config (fixture, without_b);
}

#endif

#define TEST(name, test) g_test_add ("/domain-verbs/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* Every refusal is a warning in the log. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  TEST ("only-root-may-and-nobody-else-learns-anything", test_only_root_may_and_nobody_else_learns_anything);
  TEST ("a-key-comes-before-its-domain", test_a_key_comes_before_its_domain);
  TEST ("without-a-key-nothing-is-added", test_without_a_key_nothing_is_added);
  TEST ("what-cannot-be-added", test_what_cannot_be_added);
  TEST ("domains-are-listed-in-their-order", test_domains_are_listed_in_their_order);
  TEST ("a-mailbox-that-cannot-be-read-hides-no-domain", test_a_mailbox_that_cannot_be_read_hides_no_domain);
  TEST ("mailboxes-are-in-the-way", test_mailboxes_are_in_the_way);
  TEST ("a-domain-without-mailboxes-goes", test_a_domain_without_mailboxes_goes);
  TEST ("force-takes-the-mailboxes-along", test_force_takes_the_mailboxes_along);
  TEST ("only-a-tree-that-this-call-removed-counts", test_only_a_tree_that_this_call_removed_counts);
  TEST ("the-default-domain-leaves-its-single-key-to-nobody", test_the_default_domain_leaves_its_single_key_to_nobody);
  TEST ("what-cannot-be-removed", test_what_cannot_be_removed);
  TEST ("a-stray-file-stops-it", test_a_stray_file_stops_it);
  TEST ("a-link-in-the-place-of-a-mailbox-stops-it", test_a_link_in_the_place_of_a_mailbox_stops_it);
  TEST ("what-the-file-says-now-counts", test_what_the_file_says_now_counts);
  TEST ("the-default-moves-to-the-front", test_the_default_moves_to_the_front);
  TEST ("a-default-written-by-hand-is-not-the-one-in-use", test_a_default_written_by_hand_is_not_the_one_in_use);
#ifdef AIMX_TEST_SEAMS
  TEST ("mail-stays-while-the-configuration-cannot-be-written",
        test_mail_stays_while_the_configuration_cannot_be_written);
  TEST ("a-set-that-differs-under-the-locks-is-a-conflict", test_a_set_that_differs_under_the_locks_is_a_conflict);
  g_test_add_func ("/domain-verbs/after-any-failure-a-second-run-completes",
                   test_after_any_failure_a_second_run_completes);
#endif
  return g_test_run ();
}
