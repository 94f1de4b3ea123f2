/* SPDX-License-Identifier: MIT */
/*
 * Promises of DOMAIN-ROTATE-DKIM: there is no moment in which the key that signs is not the one that the DNS shows
 * under the selector of the configuration.
 */
#include "dkim-rotation-fixture.h"

#define NEXT RSA_DIRECTORY "/next"

/* ---- promises ---- */

static void
test_new_keys_wait_for_the_dns (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autoptr (DkimRotationReport) first = advance_fine (fixture, zone, FALSE);
  g_autoptr (DkimRotationReport) again = advance_fine (fixture, zone, FALSE);
  const DkimRotationKey *key = again->keys->pdata[0];

  g_assert_cmpint (again->stage, ==, DKIM_ROTATION_WAITING);
  g_assert_cmpstr (again->old_selector, ==, "mail");
  g_assert_cmpstr (again->selector, ==, first->selector);
  g_assert_cmpuint (again->keys->len, ==, 2);
  g_assert_cmpstr (key->record, ==, ((DkimRotationKey *) first->keys->pdata[0])->record);
  g_assert_cmpint (key->published, ==, DKIM_PUBLISHED_MISSING);
  verb_assert_config_has (fixture, first->selector, FALSE);
  assert_valid_now (fixture, zone);
}

static void
test_one_key_in_the_dns_is_not_all (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autoptr (DkimRotationReport) first = advance_fine (fixture, zone, FALSE);
  g_autofree char *name = g_strdup_printf ("%s._domainkey.a.test", first->selector);
  g_autoptr (DkimRotationReport) report = NULL;

  zone_publish (zone, name, ((DkimRotationKey *) first->keys->pdata[0])->record);
  report = advance_fine (fixture, zone, FALSE);
  g_assert_cmpint (report->stage, ==, DKIM_ROTATION_WAITING);
  g_assert_cmpint (((DkimRotationKey *) report->keys->pdata[0])->published, ==, DKIM_PUBLISHED_RIGHT);
  g_assert_cmpint (((DkimRotationKey *) report->keys->pdata[1])->published, ==, DKIM_PUBLISHED_MISSING);
}

static void
test_a_dns_that_is_silent_switches_nothing (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autoptr (DkimRotationReport) first = advance_fine (fixture, zone, FALSE);
  g_autoptr (DkimRotationReport) report = NULL;
  g_autoptr (DkimRotationReport) without = NULL;

  zone_publish_new_keys (zone, first);
  zone->is_dead = TRUE;
  report = advance_fine (fixture, zone, TRUE);
  g_assert_cmpint (report->stage, ==, DKIM_ROTATION_WAITING);
  g_assert_cmpstr (((DkimRotationKey *) report->keys->pdata[0])->found, ==, "no answer in time");
  without = advance_fine (fixture, NULL, TRUE);
  g_assert_cmpint (without->stage, ==, DKIM_ROTATION_WAITING);
}

static void
test_the_new_keys_sign_when_the_dns_shows_them (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autoptr (DkimRotationReport) first = advance_fine (fixture, zone, FALSE);
  g_autofree char *selector = g_strdup_printf ("dkim_selector = \"%s\"", first->selector);
  g_autoptr (DkimRotationReport) report = NULL;

  zone_publish_new_keys (zone, first);
  g_string_truncate (fixture->events, 0);
  report = advance_fine (fixture, zone, FALSE);
  g_assert_cmpint (report->stage, ==, DKIM_ROTATION_SWITCHED);
  g_assert_cmpint (report->switched_at, >, 0);
  g_assert_cmpuint (report->kept->len, ==, 0);
  verb_assert_config_has (fixture, selector, TRUE);
  g_assert_true (verb_has (fixture, RSA_PRIVATE));
  assert_valid_now (fixture, zone);
  verb_assert_events (fixture, "keys-changed a.test\n");
}

static void
test_the_old_keys_stay_for_the_grace (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autoptr (DkimRotationReport) first = advance_fine (fixture, zone, FALSE);
  g_autoptr (DkimRotationReport) switched = NULL;
  g_autoptr (DkimRotationReport) early = NULL;
  g_autoptr (DkimRotationReport) late = NULL;
  g_autoptr (GError) error = NULL;

  zone_publish_new_keys (zone, first);
  switched = advance_fine (fixture, zone, FALSE);
  early = advance_fine (fixture, zone, FALSE);
  g_assert_cmpint (early->stage, ==, DKIM_ROTATION_SWITCHED);
  g_assert_cmpint (early->switched_at, ==, switched->switched_at);
  scratch_write (fixture->scratch, RSA_DIRECTORY "/rotation-switched", "[rotation]\nswitched=2020-01-01T00:00:00Z\n");
  late = advance_fine (fixture, zone, FALSE);
  g_assert_cmpint (late->stage, ==, DKIM_ROTATION_DONE);
  g_assert_cmpuint (late->kept->len, ==, 4);
  g_assert_false (verb_has (fixture, RSA_DIRECTORY "/rotation"));
  assert_valid_now (fixture, zone);
  g_assert_null (advance (fixture, zone, TRUE, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_NOT_FOUND);
}

static void
test_another_rotation_may_follow_on_the_same_day (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autofree char *last = NULL;

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (DkimRotationReport) begun = advance_fine (fixture, zone, FALSE);
      g_autoptr (DkimRotationReport) done = NULL;

      g_assert_cmpstr (begun->selector, !=, last);
      zone_publish_new_keys (zone, begun);
      done = advance_fine (fixture, zone, TRUE);
      g_assert_cmpint (done->stage, ==, DKIM_ROTATION_DONE);
      assert_valid_now (fixture, zone);
      g_free (last);
      last = g_strdup (begun->selector);
    }
}

static void
assert_looks (VerbFixture *fixture, ZoneResolver *zone, DkimRotationStage stage, guint n_keys)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *files = scratch_list (fixture->scratch, RSA_DIRECTORY);
  g_autoptr (DkimRotationReport) report = dkim_rotation_look (fixture->server, AIMX_RESOLVER (zone), "a.test", &error);
  g_autofree char *after = scratch_list (fixture->scratch, RSA_DIRECTORY);

  g_assert_no_error (error);
  g_assert_cmpint (report->stage, ==, stage);
  g_assert_cmpuint (report->keys->len, ==, n_keys);
  g_assert_cmpstr (after, ==, files);
}

static void
test_to_look_takes_no_step (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autoptr (DkimRotationReport) begun = NULL;
  g_autoptr (DkimRotationReport) switched = NULL;
  g_autoptr (DkimRotationReport) done = NULL;

  assert_looks (fixture, zone, DKIM_ROTATION_NONE, 2);
  begun = begin_rotation (fixture, zone);
  zone_publish_new_keys (zone, begun);
  assert_looks (fixture, zone, DKIM_ROTATION_WAITING, 2);
  switched = advance_fine (fixture, zone, FALSE);
  scratch_write (fixture->scratch, RSA_DIRECTORY "/rotation-switched", "[rotation]\nswitched=2020-01-01T00:00:00Z\n");
  assert_looks (fixture, zone, DKIM_ROTATION_SWITCHED, 2);
  done = advance_fine (fixture, zone, TRUE);
  assert_looks (fixture, zone, DKIM_ROTATION_DONE, 2);
}

static DkimRotationReport *
ask_plainly (VerbFixture *fixture, ZoneResolver *zone)
{
  static const DkimRotationWish wish = { .begins = TRUE };
  g_autoptr (GError) error = NULL;
  DkimRotationReport *report = dkim_rotation_advance (fixture->server, DKIM_SIGNER (fixture->data),
                                                      AIMX_RESOLVER (zone), "a.test", &wish, &error);

  g_assert_no_error (error);
  return report;
}

static void
test_who_asks_for_one_that_has_just_ended_begins_none (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autoptr (DkimRotationReport) begun = ask_plainly (fixture, zone);
  g_autofree char *path = g_strconcat (RSA_DIRECTORY "/rotation-switched.", begun->selector, NULL);
  g_autoptr (DkimRotationReport) done = NULL;
  g_autoptr (DkimRotationReport) asked = NULL;
  g_autoptr (DkimRotationReport) late = NULL;

  zone_publish_new_keys (zone, begun);
  done = advance_fine (fixture, zone, TRUE);
  asked = ask_plainly (fixture, zone);
  g_assert_cmpint (asked->stage, ==, DKIM_ROTATION_DONE);
  g_assert_cmpstr (asked->selector, ==, begun->selector);
  g_assert_cmpint (asked->switched_at, ==, done->switched_at);
  g_assert_false (verb_has (fixture, RSA_DIRECTORY "/rotation"));
  scratch_write (fixture->scratch, path, "[rotation]\nswitched=2020-01-01T00:00:00Z\n");
  late = ask_plainly (fixture, zone);
  g_assert_cmpint (late->stage, ==, DKIM_ROTATION_WAITING);
}

static void
test_the_pair_of_a_single_domain_is_replaced_too (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autoptr (DkimRotationReport) first = NULL;
  g_autoptr (DkimRotationReport) done = NULL;
  static const char *const files[] = { "private.key", "public.key" };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *from = g_build_filename (fixture->scratch, RSA_DIRECTORY, files[i], NULL);
      g_autofree char *to = g_build_filename (fixture->scratch, "etc/dkim", files[i], NULL);

      g_assert_no_errno (rename (from, to));
    }
  first = advance_fine (fixture, zone, FALSE);
  assert_valid_now (fixture, zone);
  zone_publish_new_keys (zone, first);
  done = advance_fine (fixture, zone, TRUE);
  g_assert_cmpint (done->stage, ==, DKIM_ROTATION_DONE);
  g_assert_true (verb_has (fixture, RSA_PRIVATE));
  g_assert_false (verb_has (fixture, "etc/dkim/private.key"));
  assert_valid_now (fixture, zone);
}

static void
test_what_is_asked_for_in_vain_says_why (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *damaged = g_build_filename (fixture->scratch, RSA_PRIVATE, NULL);
  g_autoptr (ZoneResolver) zone = NULL;

  verb_assert_fails (fixture, 0, ROTATE, HEADERS ("Domain", "a.test"), "SIGN", "no key that another could follow");
  verb_assert_fails (fixture, 0, ROTATE, HEADERS ("Domain", "a.test"), "SIGN",
                     "make one with `aimx dkim-keygen --domain a.test`");
  scratch_write (fixture->scratch, RSA_PRIVATE, "damaged");
  verb_assert_fails (fixture, 0, ROTATE, HEADERS ("Domain", "a.test"), "SIGN",
                     "make one with `aimx dkim-keygen --domain a.test --force`");
  g_assert_cmpint (g_unlink (damaged), ==, 0);
  verb_assert_fails (fixture, 0, ROTATE, HEADERS ("Domain", "no.test"), "DOMAIN", "not in `domains`");
  verb_assert_fails (fixture, STRANGER, ROTATE, HEADERS ("Domain", "a.test"), "EACCES", "");
  zone = make_keys (fixture);
  verb_assert_fails (fixture, 0, ROTATE, HEADERS ("Domain", "a.test", "Finish", "true"), "ECONFLICT", "being replaced");
  verb_assert_fails (fixture, 0, ROTATE, HEADERS ("Domain", "a.test", "Selector", "mail"), "ECONFLICT", "another");
  verb_assert_fails (fixture, 0, ROTATE, HEADERS ("Domain", "a.test", "Selector", "a/b"), "VALIDATION", "selector");
  verb_assert_ok (fixture, 0, ROTATE, HEADERS ("Domain", "a.test", "Selector", "next"));
  verb_assert_fails (fixture, 0, ROTATE, HEADERS ("Domain", "a.test", "Selector", "more"), "ECONFLICT", "next");
  verb_assert_fails (fixture, 0, KEYGEN, HEADERS ("Domain", "a.test"), "ECONFLICT", "with force");
  g_assert_true (verb_has (fixture, NEXT "/private.key"));
}

static void
test_a_selector_that_cannot_be_used_begins_nothing (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autofree char *long_one = g_strnfill (56, 's');
  const struct
  {
    const char *selector, *code, *why;
  } cases[] = {
    { "rotation", "VALIDATION", "not a selector to choose" },
    { "rotation-switched", "VALIDATION", "not a selector to choose" },
    { "-x", "VALIDATION", "is not a selector" },
    { long_one, "VALIDATION", "too long for an ed25519 key" },
    { "mail-ed25519", "ECONFLICT", "too near to 'mail'" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    verb_assert_fails (fixture, 0, ROTATE, HEADERS ("Domain", "a.test", "Selector", cases[i].selector), cases[i].code,
                       cases[i].why);
  g_assert_false (verb_has (fixture, RSA_DIRECTORY "/rotation"));
  assert_valid_now (fixture, zone);
}

/* ---- keys that are damaged meanwhile ---- */

static void
damage (VerbFixture *fixture, const char *selector, const char *name)
{
  g_autofree char *path =
      g_build_filename (RSA_DIRECTORY, selector != NULL ? selector : name, selector != NULL ? name : NULL, NULL);

  scratch_write (fixture->scratch, path, "no key\n");
}

static void
test_a_rotation_goes_on_when_the_old_keys_are_damaged (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autoptr (DkimRotationReport) begun = begin_rotation (fixture, zone);
  g_autoptr (DkimRotationReport) done = NULL;

  damage (fixture, NULL, "private.key");
  damage (fixture, NULL, "ed25519-private.key");
  zone_publish_new_keys (zone, begun);
  done = advance_fine (fixture, zone, TRUE);
  g_assert_cmpint (done->stage, ==, DKIM_ROTATION_DONE);
  assert_valid_now (fixture, zone);
}

static void
assert_force_ends (VerbFixture *fixture, const char *algorithm, const char *selector, guint n_kept)
{
  g_autoptr (JsonNode) node =
      verb_call_json (fixture, 0, KEYGEN, HEADERS ("Domain", "a.test", "Algorithm", algorithm, "Force", "true"));
  JsonObject *answer = json_node_get_object (node);
  JsonArray *kept = json_object_get_array_member (answer, "kept");

  g_assert_cmpstr (json_object_get_string_member (answer, "ended_rotation"), ==, selector);
  g_assert_cmpuint (json_array_get_length (kept), ==, n_kept);
  for (guint i = 0; i < n_kept; i++)
    g_assert_true (g_file_test (json_array_get_string_element (kept, i), G_FILE_TEST_EXISTS));
}

static void
test_force_ends_a_rotation_that_waits (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autoptr (DkimRotationReport) begun = begin_rotation (fixture, zone);
  g_autofree char *ed25519 = scratch_read (fixture->scratch, RSA_DIRECTORY "/ed25519-private.key");
  g_autofree char *after = NULL;

  damage (fixture, begun->selector, "private.key");
  assert_force_ends (fixture, "rsa", begun->selector, 6);
  assert_settled (fixture);
  after = scratch_read (fixture->scratch, RSA_DIRECTORY "/ed25519-private.key");
  g_assert_cmpstr (after, ==, ed25519);
}

static void
test_force_ends_a_rotation_that_has_switched (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autoptr (DkimRotationReport) begun = begin_rotation (fixture, zone);
  g_autoptr (DkimRotationReport) switched = NULL;
  g_autofree char *path = g_build_filename (RSA_DIRECTORY, begun->selector, "ed25519-private.key", NULL);
  g_autofree char *ed25519 = scratch_read (fixture->scratch, path);
  g_autofree char *after = NULL;

  zone_publish_new_keys (zone, begun);
  switched = advance_fine (fixture, zone, FALSE);
  g_assert_cmpint (switched->stage, ==, DKIM_ROTATION_SWITCHED);
  damage (fixture, begun->selector, "private.key");
  assert_force_ends (fixture, "rsa", begun->selector, 6);
  assert_settled (fixture);
  after = scratch_read (fixture->scratch, RSA_DIRECTORY "/ed25519-private.key");
  g_assert_cmpstr (after, ==, ed25519);
}

static void
test_a_damaged_file_is_not_guessed_at (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);

  scratch_write (fixture->scratch, RSA_DIRECTORY "/rotation", "[rotation]\nselector=../x\nold_selector=mail\n");
  verb_assert_fails (fixture, 0, ROTATE, HEADERS ("Domain", "a.test"), "ECONFLICT", "a.test/rotation is damaged");
  scratch_write (fixture->scratch, RSA_DIRECTORY "/rotation", "[rotation]\nselector=next\nold_selector=mail\n");
  scratch_write (fixture->scratch, RSA_DIRECTORY "/rotation-switched", "[rotation]\nswitched=yesterday\n");
  verb_assert_fails (fixture, 0, ROTATE, HEADERS ("Domain", "a.test"), "ECONFLICT", "rotation-switched is damaged");
}

static void
test_an_answer_says_what_to_publish (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autoptr (JsonNode) node = verb_call_json (fixture, 0, ROTATE, HEADERS ("Domain", "A.test", "Selector", "next"));
  JsonObject *answer = json_node_get_object (node);
  JsonArray *records = json_object_get_array_member (answer, "records");
  JsonObject *record = json_array_get_object_element (records, 1);
  g_autofree char *key = dkim_record_in (fixture, NEXT "/ed25519-public.key", DKIM_ED25519, TRUE);

  g_assert_cmpstr (json_object_get_string_member (answer, "domain"), ==, "a.test");
  g_assert_cmpstr (json_object_get_string_member (answer, "state"), ==, "waiting");
  g_assert_cmpstr (json_object_get_string_member (answer, "selector"), ==, "next");
  g_assert_true (json_object_get_null_member (answer, "retires_at"));
  g_assert_cmpuint (json_array_get_length (records), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (record, "name"), ==, "next-ed25519._domainkey.a.test");
  g_assert_cmpstr (json_object_get_string_member (record, "value"), ==, key);
  g_assert_cmpstr (json_object_get_string_member (record, "dns"), ==, "unknown");
}

/* ---- a domain that goes, and comes back ---- */

static void
commit (AimxConfigChange *change)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (aimx_config_change_commit (change, &error));
  g_assert_no_error (error);
}

static AimxConfigChange *
begin_change (VerbFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  AimxConfigChange *change = aimx_server_begin_change (fixture->server, NULL, &error);

  g_assert_no_error (error);
  return change;
}

static void
remove_domain (VerbFixture *fixture)
{
  g_autoptr (AimxConfigChange) change = begin_change (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_true (aimx_config_change_remove_domain (change, "a.test", &error));
  g_assert_true (aimx_signer_release (AIMX_SIGNER (fixture->data), change, "a.test", &error));
  g_assert_no_error (error);
  commit (change);
}

static void
add_domain (VerbFixture *fixture, const char *selector)
{
  g_autoptr (AimxConfigChange) change = begin_change (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_true (aimx_config_change_add_domain (change, "a.test", selector, &error));
  g_assert_true (aimx_signer_prepare (AIMX_SIGNER (fixture->data), change, "a.test", &error));
  g_assert_no_error (error);
  commit (change);
}

/* Returns: (transfer full): the selector in use */
static char *
switch_to_new_keys (VerbFixture *fixture, ZoneResolver *zone)
{
  g_autoptr (DkimRotationReport) begun = begin_rotation (fixture, zone);
  g_autoptr (DkimRotationReport) switched = NULL;

  zone_publish_new_keys (zone, begun);
  switched = advance_fine (fixture, zone, FALSE);
  g_assert_cmpint (switched->stage, ==, DKIM_ROTATION_SWITCHED);
  return g_strdup (switched->selector);
}

static char *
get_selector (VerbFixture *fixture)
{
  g_autoptr (DkimDomainKeys) keys = dkim_signer_lookup (DKIM_SIGNER (fixture->data), "a.test");

  return g_strdup (keys->selector);
}

static void
test_a_rotation_ends_with_its_domain (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autofree char *selector = switch_to_new_keys (fixture, zone);
  g_autofree char *directory = NULL;
  g_autofree char *after = NULL;

  remove_domain (fixture);
  g_assert_false (verb_has (fixture, RSA_DIRECTORY "/rotation"));
  directory = aimx_signer_get_directory (AIMX_SIGNER (fixture->data), "a.test");
  g_assert_true (g_str_has_suffix (directory, "/dkim/a.test"));
  g_assert_true (verb_has (fixture, RSA_PRIVATE));
  add_domain (fixture, NULL);
  after = get_selector (fixture);
  g_assert_cmpstr (after, ==, selector);
  assert_valid_now (fixture, zone);
}

static void
test_a_rotation_does_not_outlive_a_removal_by_hand (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autofree char *selector = switch_to_new_keys (fixture, zone);
  g_autofree char *after = NULL;

  verb_fixture_write_config (fixture, "domains = [\"b.test\"]\n");
  verb_fixture_restart (fixture);
  add_domain (fixture, NULL);
  g_assert_false (verb_has (fixture, RSA_DIRECTORY "/rotation"));
  after = get_selector (fixture);
  g_assert_cmpstr (after, ==, selector);
  assert_valid_now (fixture, zone);
}

static void
test_a_selector_that_is_wanted_comes_before_one_that_was_kept (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autofree char *old = switch_to_new_keys (fixture, zone);
  g_autofree char *after = NULL;
  g_autofree char *again = NULL;

  remove_domain (fixture);
  add_domain (fixture, "fresh");
  after = get_selector (fixture);
  g_assert_cmpstr (after, ==, "fresh");
  assert_settled (fixture);
  remove_domain (fixture);
  add_domain (fixture, NULL);
  again = get_selector (fixture);
  g_assert_cmpstr (again, ==, "fresh");
}

static void
test_a_domain_that_comes_back_as_it_was_has_no_selector_of_its_own (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);

  remove_domain (fixture);
  add_domain (fixture, NULL);
  verb_assert_config_has (fixture, "[domain", FALSE);
  assert_valid_now (fixture, zone);
}

/* A time of another switch would end the grace before its time. */
static void
test_the_grace_begins_with_the_switch (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autofree char *selector = NULL;

  scratch_write (fixture->scratch, RSA_DIRECTORY "/rotation-switched", "[rotation]\nswitched=2020-01-01T00:00:00Z\n");
  selector = switch_to_new_keys (fixture, zone);
  assert_valid_now (fixture, zone);
}

static void
test_the_grace_begins_again_with_another_switch (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (ZoneResolver) zone = make_keys (fixture);
  g_autoptr (DkimRotationReport) begun = begin_rotation (fixture, zone);
  g_autoptr (DkimRotationReport) switched = NULL;

  scratch_write (fixture->scratch, RSA_DIRECTORY "/rotation-switched", "[rotation]\nswitched=2020-01-01T00:00:00Z\n");
  zone_publish_new_keys (zone, begun);
  switched = advance_fine (fixture, zone, FALSE);
  g_assert_cmpint (switched->stage, ==, DKIM_ROTATION_SWITCHED);
  assert_valid_now (fixture, zone);
}

#define ADD(name, test) g_test_add ("/dkim-rotation/" name, VerbFixture, NULL, dkim_set_up, test, dkim_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  ADD ("new-keys-wait-for-the-dns", test_new_keys_wait_for_the_dns);
  ADD ("one-key-in-the-dns-is-not-all", test_one_key_in_the_dns_is_not_all);
  ADD ("a-dns-that-is-silent-switches-nothing", test_a_dns_that_is_silent_switches_nothing);
  ADD ("the-new-keys-sign-when-the-dns-shows-them", test_the_new_keys_sign_when_the_dns_shows_them);
  ADD ("the-old-keys-stay-for-the-grace", test_the_old_keys_stay_for_the_grace);
  ADD ("another-rotation-may-follow-on-the-same-day", test_another_rotation_may_follow_on_the_same_day);
  ADD ("to-look-takes-no-step", test_to_look_takes_no_step);
  ADD ("who-asks-for-one-that-has-just-ended-begins-none", test_who_asks_for_one_that_has_just_ended_begins_none);
  ADD ("the-pair-of-a-single-domain-is-replaced-too", test_the_pair_of_a_single_domain_is_replaced_too);
  ADD ("what-is-asked-for-in-vain-says-why", test_what_is_asked_for_in_vain_says_why);
  ADD ("a-selector-that-cannot-be-used-begins-nothing", test_a_selector_that_cannot_be_used_begins_nothing);
  ADD ("a-rotation-goes-on-when-the-old-keys-are-damaged", test_a_rotation_goes_on_when_the_old_keys_are_damaged);
  ADD ("force-ends-a-rotation-that-waits", test_force_ends_a_rotation_that_waits);
  ADD ("force-ends-a-rotation-that-has-switched", test_force_ends_a_rotation_that_has_switched);
  ADD ("a-rotation-ends-with-its-domain", test_a_rotation_ends_with_its_domain);
  ADD ("a-rotation-does-not-outlive-a-removal-by-hand", test_a_rotation_does_not_outlive_a_removal_by_hand);
  ADD ("a-selector-that-is-wanted-comes-before-one-that-was-kept",
       test_a_selector_that_is_wanted_comes_before_one_that_was_kept);
  ADD ("a-domain-that-comes-back-as-it-was-has-no-selector-of-its-own",
       test_a_domain_that_comes_back_as_it_was_has_no_selector_of_its_own);
  ADD ("the-grace-begins-with-the-switch", test_the_grace_begins_with_the_switch);
  ADD ("the-grace-begins-again-with-another-switch", test_the_grace_begins_again_with_another_switch);
  ADD ("a-damaged-file-is-not-guessed-at", test_a_damaged_file_is_not_guessed_at);
  ADD ("an-answer-says-what-to-publish", test_an_answer_says_what_to_publish);
  return g_test_run ();
}
