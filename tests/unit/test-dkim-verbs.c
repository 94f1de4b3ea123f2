/* SPDX-License-Identifier: MIT */
/* Promises of DKIM-SHOW and DKIM-KEYGEN: what is made, kept, written, used and answered. */
#include "dkim-verbs-fixture.h"

/* ---- answers ---- */

static JsonObject *
call (VerbFixture *fixture, JsonNode **node, const char *verb, const char *const *headers)
{
  *node = verb_call_json (fixture, 0, verb, headers);
  return json_node_get_object (*node);
}

#define CALL(verb, ...)                                                                                                \
  g_autoptr (JsonNode) node = NULL;                                                                                    \
  JsonObject *answer = call (fixture, &node, verb, HEADERS (__VA_ARGS__))

static void
assert_string (JsonObject *object, const char *member, const char *expected)
{
  g_assert_cmpstr (json_object_get_string_member (object, member), ==, expected);
}

/* @path: relative to the scratch directory */
static void
assert_path (VerbFixture *fixture, JsonObject *object, const char *member, const char *path)
{
  g_autofree char *expected = g_build_filename (fixture->scratch, path, NULL);

  assert_string (object, member, expected);
}

static void
assert_record (JsonObject *record, const char *name, const char *value)
{
  assert_string (record, "name", name);
  assert_string (record, "type", "TXT");
  assert_string (record, "value", value);
}

/* The key of the domain that signs now. */
static char *
record_in_use (VerbFixture *fixture, const char *domain, DkimAlgorithm algorithm)
{
  g_autoptr (DkimDomainKeys) keys = dkim_signer_lookup (DKIM_SIGNER (fixture->data), domain);

  return keys->keys[algorithm] != NULL ? g_strdup (dkim_key_get_record (keys->keys[algorithm])) : NULL;
}

/* ---- making ---- */

static void
test_a_pair_is_made_for_the_default_domain_and_used (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *config = scratch_read (fixture->scratch, "etc/config.toml");
  g_autofree char *config_after = NULL;
  g_autofree char *on_disk = NULL;
  g_autofree char *published = NULL;
  g_autofree char *used = NULL;

  g_assert_false (aimx_signer_has_key (AIMX_SIGNER (fixture->data), "a.test"));
  CALL (KEYGEN, NULL);
  on_disk = dkim_record_in (fixture, RSA_PRIVATE, DKIM_RSA, FALSE);
  published = dkim_record_in (fixture, RSA_PUBLIC, DKIM_RSA, TRUE);
  used = record_in_use (fixture, "a.test", DKIM_RSA);
  g_assert_nonnull (on_disk);
  g_assert_cmpstr (published, ==, on_disk);
  g_assert_cmpstr (used, ==, on_disk);
  assert_string (answer, "domain", "a.test");
  assert_string (answer, "selector", "mail");
  assert_string (answer, "algorithm", "rsa");
  assert_path (fixture, answer, "dkim_dir", RSA_DIRECTORY);
  assert_path (fixture, answer, "path", RSA_PRIVATE);
  g_assert_true (json_object_get_boolean_member (answer, "generated"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (answer, "kept")), ==, 0);
  assert_record (json_object_get_object_member (answer, "record"), "mail._domainkey.a.test", on_disk);
  config_after = scratch_read (fixture->scratch, "etc/config.toml");
  g_assert_cmpstr (config_after, ==, config);
}

static void
test_a_selector_is_written_with_the_key (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (DkimDomainKeys) keys = NULL;

  CALL (KEYGEN, "Domain", "B.test", "Selector", "s_1-2");
  assert_string (answer, "domain", "b.test");
  assert_string (answer, "selector", "s_1-2");
  assert_string (json_object_get_object_member (answer, "record"), "name", "s_1-2._domainkey.b.test");
  verb_assert_config_has (fixture, "# mine\n", TRUE);
  verb_assert_config_has (fixture, "[domain.\"b.test\"]\ndkim_selector = \"s_1-2\"\n", TRUE);
  keys = dkim_signer_lookup (DKIM_SIGNER (fixture->data), "b.test");
  g_assert_cmpstr (keys->selector, ==, "s_1-2");
  g_assert_nonnull (keys->keys[DKIM_RSA]);
}

static void
test_the_selector_in_use_is_not_written_again (VerbFixture *fixture, gconstpointer data)
{
  CALL (KEYGEN, "Selector", "mail");
  assert_string (answer, "selector", "mail");
  g_assert_true (aimx_signer_has_key (AIMX_SIGNER (fixture->data), "a.test"));
  verb_assert_config_has (fixture, "[domain", FALSE);
}

static void
test_ed25519_is_a_pair_of_its_own (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *on_disk = NULL;
  g_autofree char *used = NULL;

  CALL (KEYGEN, "Algorithm", "ed25519");
  on_disk = dkim_record_in (fixture, RSA_DIRECTORY "/ed25519-private.key", DKIM_ED25519, FALSE);
  used = record_in_use (fixture, "a.test", DKIM_ED25519);
  g_assert_nonnull (on_disk);
  g_assert_cmpstr (used, ==, on_disk);
  assert_string (answer, "algorithm", "ed25519");
  assert_path (fixture, answer, "path", RSA_DIRECTORY "/ed25519-private.key");
  assert_record (json_object_get_object_member (answer, "record"), "mail-ed25519._domainkey.a.test", on_disk);
  g_assert_false (verb_has (fixture, RSA_PRIVATE));
  /* It signs beside an RSA key, not instead of one. */
  g_assert_false (aimx_signer_has_key (AIMX_SIGNER (fixture->data), "a.test"));
}

/* ---- what is there ---- */

static void
make (VerbFixture *fixture)
{
  verb_assert_ok (fixture, 0, KEYGEN, HEADERS (NULL));
}

static void
test_a_key_that_is_there_stays (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  make (fixture);
  before = scratch_read (fixture->scratch, RSA_PRIVATE);
  CALL (KEYGEN, "Selector", "other");
  after = scratch_read (fixture->scratch, RSA_PRIVATE);
  g_assert_cmpstr (after, ==, before);
  g_assert_false (json_object_get_boolean_member (answer, "generated"));
  g_assert_true (json_object_get_boolean_member (answer, "selector_written"));
  assert_string (answer, "selector", "other");
  assert_string (json_object_get_object_member (answer, "record"), "name", "other._domainkey.a.test");
  verb_assert_config_has (fixture, "[domain.\"a.test\"]\ndkim_selector = \"other\"\n", TRUE);
}

/* What a rotation that somebody has stopped by hand leaves there. */
static void
put_key_of_selector (VerbFixture *fixture, const char *selector)
{
  g_autoptr (DkimKey) key = dkim_key_generate (DKIM_RSA, NULL);
  g_autoptr (GBytes) pem = dkim_key_export_private (key, NULL);
  g_autofree char *path = g_build_filename (RSA_DIRECTORY, selector, "private.key", NULL);
  g_autofree char *text = g_strndup (g_bytes_get_data (pem, NULL), g_bytes_get_size (pem));

  scratch_write (fixture->scratch, path, text);
}

static void
assert_answers_what_signs (VerbFixture *fixture, const char *const *request)
{
  g_autoptr (JsonNode) node = verb_call_json (fixture, 0, KEYGEN, request);
  JsonObject *answer = json_node_get_object (node);
  JsonObject *record = json_object_get_object_member (answer, "record");
  g_autofree char *used = NULL;

  verb_fixture_restart (fixture);
  used = record_in_use (fixture, "a.test", DKIM_RSA);
  assert_string (record, "value", used);
}

static void
test_the_key_that_is_answered_signs (VerbFixture *fixture, gconstpointer data)
{
  make (fixture);
  put_key_of_selector (fixture, "mail");
  assert_answers_what_signs (fixture, HEADERS (NULL));
  put_key_of_selector (fixture, "next");
  assert_answers_what_signs (fixture, HEADERS ("Selector", "next"));
  assert_answers_what_signs (fixture, HEADERS ("Force", "true"));
  put_key_of_selector (fixture, "last");
  assert_answers_what_signs (fixture, HEADERS ("Force", "true", "Selector", "last"));
  put_key_of_selector (fixture, "last");
  assert_answers_what_signs (fixture, HEADERS ("Force", "true"));
}

static void
test_a_missing_public_key_is_written_again (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *public_path = g_build_filename (fixture->scratch, RSA_PUBLIC, NULL);
  g_autofree char *on_disk = NULL;
  g_autofree char *published = NULL;

  make (fixture);
  g_assert_no_errno (g_unlink (public_path));
  CALL (KEYGEN, NULL);
  g_assert_false (json_object_get_boolean_member (answer, "generated"));
  on_disk = dkim_record_in (fixture, RSA_PRIVATE, DKIM_RSA, FALSE);
  published = dkim_record_in (fixture, RSA_PUBLIC, DKIM_RSA, TRUE);
  g_assert_cmpstr (published, ==, on_disk);
}

static void
test_force_keeps_each_old_pair_under_a_name_of_its_own (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *files = NULL;
  g_auto (GStrv) list = NULL;

  verb_assert_ok (fixture, 0, KEYGEN, HEADERS ("Algorithm", "ed25519"));
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *before = scratch_read (fixture->scratch, RSA_DIRECTORY "/ed25519-private.key");
      g_autofree char *after = NULL;
      g_autofree char *kept = NULL;
      JsonArray *paths;

      CALL (KEYGEN, "Algorithm", "ed25519", "Force", "true");
      paths = json_object_get_array_member (answer, "kept");
      g_assert_cmpuint (json_array_get_length (paths), ==, 2);
      g_assert_true (g_file_get_contents (json_array_get_string_element (paths, 0), &kept, NULL, NULL));
      g_assert_cmpstr (kept, ==, before);
      g_assert_true (g_hash_table_add (names, g_strdup (json_array_get_string_element (paths, 0))));
      g_assert_true (g_hash_table_add (names, g_strdup (json_array_get_string_element (paths, 1))));
      after = scratch_read (fixture->scratch, RSA_DIRECTORY "/ed25519-private.key");
      g_assert_cmpstr (after, !=, before);
      g_assert_true (json_object_get_boolean_member (answer, "generated"));
    }
  files = scratch_list (fixture->scratch, RSA_DIRECTORY);
  list = g_strsplit (files, " ", -1);
  g_assert_cmpuint (g_strv_length (list), ==, 12);
  g_assert_true (g_regex_match_simple ("^ed25519-private\\.key\\.20\\d{6}T\\d{6}Z(-\\d+)?$", list[1], 0, 0));
}

static void
test_a_new_key_is_in_use_at_once (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *on_disk = NULL;

  make (fixture);
  before = record_in_use (fixture, "a.test", DKIM_RSA);
  verb_assert_ok (fixture, 0, KEYGEN, HEADERS ("Force", "true"));
  after = record_in_use (fixture, "a.test", DKIM_RSA);
  on_disk = dkim_record_in (fixture, RSA_PRIVATE, DKIM_RSA, FALSE);
  g_assert_cmpstr (after, !=, before);
  g_assert_cmpstr (after, ==, on_disk);
}

static void
test_force_takes_the_pair_of_a_single_domain_along (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *private_path = g_build_filename (fixture->scratch, RSA_PRIVATE, NULL);
  g_autofree char *private_text = NULL;
  g_autofree char *kept = NULL;
  g_autofree char *files = NULL;

  make (fixture);
  private_text = scratch_read (fixture->scratch, RSA_PRIVATE);
  scratch_write (fixture->scratch, "etc/dkim/private.key", private_text);
  verb_assert_ok (fixture, 0, KEYGEN, HEADERS ("Domain", "b.test"));
  g_assert_no_errno (g_unlink (private_path));
  {
    CALL (KEYGEN, NULL);
    g_assert_false (json_object_get_boolean_member (answer, "generated"));
    assert_path (fixture, answer, "path", "etc/dkim/private.key");
  }
  {
    CALL (KEYGEN, "Force", "true");
    assert_path (fixture, answer, "path", RSA_PRIVATE);
    g_assert_true (
        g_file_get_contents (json_array_get_string_element (json_object_get_array_member (answer, "kept"), 0), &kept,
                             NULL, NULL));
    g_assert_cmpstr (kept, ==, private_text);
  }
  files = scratch_list (fixture->scratch, "etc/dkim");
  g_assert_cmpstr (files, ==, "a.test b.test");
}

static void
test_a_key_that_cannot_be_used_needs_force (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *kept = NULL;

  scratch_write (fixture->scratch, RSA_PRIVATE, "no key\n");
  verb_assert_fails (fixture, 0, KEYGEN, HEADERS (NULL), "SIGN", "with force");
  kept = scratch_read (fixture->scratch, RSA_PRIVATE);
  g_assert_cmpstr (kept, ==, "no key\n");
  {
    g_autofree char *moved = NULL;

    CALL (KEYGEN, "Force", "true");
    g_assert_true (
        g_file_get_contents (json_array_get_string_element (json_object_get_array_member (answer, "kept"), 0), &moved,
                             NULL, NULL));
    g_assert_cmpstr (moved, ==, "no key\n");
  }
  g_assert_true (aimx_signer_has_key (AIMX_SIGNER (fixture->data), "a.test"));
}

/* ---- what is refused ---- */

static void
test_what_is_wrong_is_refused_before_anything_is_made (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *longer = g_strnfill (64, 's');
  g_autofree char *long_one = g_strnfill (56, 's');
  const char *const selectors[] = { "S", "a.b", "a b", "../x", "-x", "x-", longer };

  for (guint i = 0; i < G_N_ELEMENTS (selectors); i++)
    verb_assert_fails (fixture, 0, KEYGEN, HEADERS ("Selector", selectors[i]), "VALIDATION", "is not a selector");
  verb_assert_fails (fixture, 0, KEYGEN, HEADERS ("Selector", "rotation"), "VALIDATION", "not a selector to choose");
  verb_assert_fails (fixture, 0, KEYGEN, HEADERS ("Selector", "mail-ed25519"), "ECONFLICT", "too near to 'mail'");
  verb_assert_fails (fixture, 0, KEYGEN, HEADERS ("Selector", long_one, "Algorithm", "ed25519"), "VALIDATION",
                     "too long for an ed25519 key");
  verb_assert_fails (fixture, 0, KEYGEN, HEADERS ("Algorithm", "dsa"), "VALIDATION", "rsa or ed25519");
  verb_assert_fails (fixture, 0, KEYGEN, HEADERS ("Domain", "c.test"), "DOMAIN", "is not in `domains`");
  verb_assert_fails (fixture, 0, KEYGEN, HEADERS ("Domain", "../a.test"), "DOMAIN", "is not in `domains`");
  verb_assert_fails (fixture, 0, KEYGEN, HEADERS ("Force", "maybe"), "MALFORMED", "Force");
  verb_assert_fails (fixture, 0, SHOW, HEADERS ("Domain", "c.test"), "DOMAIN", "is not in `domains`");
  verb_assert_fails (fixture, 0, SHOW, HEADERS (NULL), "MALFORMED", "Domain");
  g_assert_false (verb_has (fixture, "etc/dkim"));
}

static void
test_only_root_may (VerbFixture *fixture, gconstpointer data)
{
  verb_assert_fails (fixture, STRANGER, KEYGEN, HEADERS (NULL), "EACCES", "");
  verb_assert_fails (fixture, STRANGER, SHOW, HEADERS ("Domain", "a.test"), "EACCES", "");
  g_assert_false (verb_has (fixture, "etc/dkim"));
}

static void
test_a_configuration_that_cannot_be_edited_costs_no_key (VerbFixture *fixture, gconstpointer data)
{
  make (fixture);
  verb_fixture_write_config (fixture, "domains = [\"a.test\", \"b.test\"]\ntrust = \"maybe\"\n");
  verb_assert_fails (fixture, 0, KEYGEN, HEADERS ("Force", "true", "Selector", "s"), "VALIDATION", "trust");
  {
    g_autofree char *files = scratch_list (fixture->scratch, RSA_DIRECTORY);

    g_assert_cmpstr (files, ==, "private.key public.key");
  }
}

/* ---- showing ---- */

static void
test_a_domain_is_shown_with_and_without_keys (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *rsa = NULL;
  g_autofree char *ed25519 = NULL;
  JsonArray *records;

  {
    CALL (SHOW, "Domain", "A.TEST");
    assert_string (answer, "domain", "a.test");
    assert_string (answer, "selector", "mail");
    assert_path (fixture, answer, "dkim_dir", RSA_DIRECTORY);
    g_assert_false (json_object_get_boolean_member (answer, "loaded"));
    g_assert_cmpuint (json_array_get_length (json_object_get_array_member (answer, "records")), ==, 0);
  }
  make (fixture);
  verb_assert_ok (fixture, 0, KEYGEN, HEADERS ("Algorithm", "ed25519"));
  rsa = dkim_record_in (fixture, RSA_PRIVATE, DKIM_RSA, FALSE);
  ed25519 = dkim_record_in (fixture, RSA_DIRECTORY "/ed25519-private.key", DKIM_ED25519, FALSE);
  {
    CALL (SHOW, "Domain", "a.test");
    g_assert_true (json_object_get_boolean_member (answer, "loaded"));
    records = json_object_get_array_member (answer, "records");
    g_assert_cmpuint (json_array_get_length (records), ==, 2);
    assert_record (json_array_get_object_element (records, 0), "mail._domainkey.a.test", rsa);
    assert_record (json_array_get_object_element (records, 1), "mail-ed25519._domainkey.a.test", ed25519);
  }
}

static void
test_who_can_read_the_public_key_alone_is_shown_its_record (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *record = NULL;

  make (fixture);
  record = dkim_record_in (fixture, RSA_PUBLIC, DKIM_RSA, TRUE);
  /* What cannot be used stands for what cannot be read: root reads everything. */
  scratch_write (fixture->scratch, RSA_PRIVATE, "unreadable");
  verb_fixture_restart (fixture);
  {
    CALL (SHOW, "Domain", "a.test");
    g_assert_false (json_object_get_boolean_member (answer, "loaded"));
    assert_record (json_array_get_object_element (json_object_get_array_member (answer, "records"), 0),
                   "mail._domainkey.a.test", record);
  }
}

#define ADD(name, test) g_test_add ("/dkim-verbs/" name, VerbFixture, NULL, dkim_set_up, test, dkim_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  ADD ("a-pair-is-made-for-the-default-domain-and-used", test_a_pair_is_made_for_the_default_domain_and_used);
  ADD ("a-selector-is-written-with-the-key", test_a_selector_is_written_with_the_key);
  ADD ("the-selector-in-use-is-not-written-again", test_the_selector_in_use_is_not_written_again);
  ADD ("ed25519-is-a-pair-of-its-own", test_ed25519_is_a_pair_of_its_own);
  ADD ("a-key-that-is-there-stays", test_a_key_that_is_there_stays);
  ADD ("the-key-that-is-answered-signs", test_the_key_that_is_answered_signs);
  ADD ("a-missing-public-key-is-written-again", test_a_missing_public_key_is_written_again);
  ADD ("force-keeps-each-old-pair-under-a-name-of-its-own", test_force_keeps_each_old_pair_under_a_name_of_its_own);
  ADD ("a-new-key-is-in-use-at-once", test_a_new_key_is_in_use_at_once);
  ADD ("force-takes-the-pair-of-a-single-domain-along", test_force_takes_the_pair_of_a_single_domain_along);
  ADD ("a-key-that-cannot-be-used-needs-force", test_a_key_that_cannot_be_used_needs_force);
  ADD ("what-is-wrong-is-refused-before-anything-is-made", test_what_is_wrong_is_refused_before_anything_is_made);
  ADD ("only-root-may", test_only_root_may);
  ADD ("a-configuration-that-cannot-be-edited-costs-no-key", test_a_configuration_that_cannot_be_edited_costs_no_key);
  ADD ("a-domain-is-shown-with-and-without-keys", test_a_domain_is_shown_with_and_without_keys);
  ADD ("who-can-read-the-public-key-alone-is-shown-its-record",
       test_who_can_read_the_public_key_alone_is_shown_its_record);
  return g_test_run ();
}
