/* SPDX-License-Identifier: MIT */
/*
 * Promises of DOMAIN-ROTATE-DKIM: there is no moment in which the key that signs is not the one that the DNS shows
 * under the selector of the configuration, whatever fails or crashes, and the next call goes on from there.
 */
#include "dkim-verbs-fixture.h"
#include "dkim/rotation.h"
#include "io/fault.h"

#define NEXT RSA_DIRECTORY "/next"

/* ---- a zone ---- */

#define ZONE_TYPE_RESOLVER (zone_resolver_get_type ())
G_DECLARE_FINAL_TYPE (ZoneResolver, zone_resolver, ZONE, RESOLVER, GObject)

struct _ZoneResolver
{
  GObject parent;
  GHashTable *texts; /* by name */
  gboolean is_dead;
};

static guint64
zone_ask (AimxResolver *resolver,
          const char *name,
          AimxDnsType type,
          gint64 deadline,
          AimxDnsFunc func,
          gpointer user_data,
          GDestroyNotify destroy)
{
  ZoneResolver *self = ZONE_RESOLVER (resolver);
  const char *text = g_hash_table_lookup (self->texts, name);
  AimxDnsStatus status = self->is_dead ? AIMX_DNS_FAILED : text != NULL ? AIMX_DNS_FOUND : AIMX_DNS_NO_NAME;
  g_autoptr (AimxDnsAnswer) answer =
      aimx_dns_answer_new (status, AIMX_DNS_INSECURE, 0, self->is_dead ? "no answer in time" : NULL);
  g_autoptr (GBytes) data = text != NULL ? g_bytes_new (text, strlen (text)) : NULL;

  g_assert_cmpint (type, ==, AIMX_DNS_TXT);
  if (status == AIMX_DNS_FOUND)
    aimx_dns_answer_add_data (answer, data);
  func (answer, user_data);
  if (destroy != NULL)
    destroy (user_data);
  return 1;
}

static void
zone_resolver_interface_init (AimxResolverInterface *interface)
{
  interface->ask = zone_ask;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (ZoneResolver,
                               zone_resolver,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (AIMX_TYPE_RESOLVER, zone_resolver_interface_init))

static void
zone_resolver_finalize (GObject *object)
{
  g_hash_table_unref (ZONE_RESOLVER (object)->texts);
  G_OBJECT_CLASS (zone_resolver_parent_class)->finalize (object);
}

static void
zone_resolver_class_init (ZoneResolverClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = zone_resolver_finalize;
}

static void
zone_resolver_init (ZoneResolver *self)
{
  self->texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static void
zone_publish (ZoneResolver *self, const char *name, const char *text)
{
  g_hash_table_replace (self->texts, g_strdup (name), g_strdup (text));
}

static void
zone_publish_new_keys (ZoneResolver *self, const DkimRotationReport *report)
{
  for (guint i = 0; i < report->keys->len; i++)
    {
      const DkimRotationKey *key = report->keys->pdata[i];
      g_autofree char *selector = dkim_selector_for (report->selector, key->algorithm);
      g_autofree char *name = g_strdup_printf ("%s._domainkey.a.test", selector);

      zone_publish (self, name, key->record);
    }
}

/* ---- keys that are there, and published ---- */

static DkimRotationReport *
advance (VerbFixture *fixture, ZoneResolver *zone, gboolean finishes, GError **error)
{
  const DkimRotationWish wish = { !finishes, NULL, finishes };

  return dkim_rotation_advance (fixture->server, DKIM_SIGNER (fixture->data), AIMX_RESOLVER (zone), "a.test", &wish,
                                error);
}

static DkimRotationReport *
advance_fine (VerbFixture *fixture, ZoneResolver *zone, gboolean finishes)
{
  g_autoptr (GError) error = NULL;
  DkimRotationReport *report = advance (fixture, zone, finishes, &error);

  g_assert_no_error (error);
  return report;
}

static ZoneResolver *
make_keys (VerbFixture *fixture)
{
  ZoneResolver *zone = g_object_new (ZONE_TYPE_RESOLVER, NULL);
  g_autofree char *rsa = NULL;
  g_autofree char *ed25519 = NULL;

  verb_assert_ok (fixture, 0, KEYGEN, HEADERS ("Domain", "a.test"));
  verb_assert_ok (fixture, 0, KEYGEN, HEADERS ("Domain", "a.test", "Algorithm", "ed25519"));
  rsa = dkim_record_in (fixture, RSA_PRIVATE, DKIM_RSA, FALSE);
  ed25519 = dkim_record_in (fixture, RSA_DIRECTORY "/ed25519-private.key", DKIM_ED25519, FALSE);
  zone_publish (zone, "mail._domainkey.a.test", rsa);
  zone_publish (zone, "mail-ed25519._domainkey.a.test", ed25519);
  return zone;
}

/* What signs is shown by the DNS under the name that the signature has. */
static void
assert_signs_with_published_keys (VerbFixture *fixture, ZoneResolver *zone, DkimSigner *signer)
{
  g_autoptr (DkimDomainKeys) keys = dkim_signer_lookup (signer, "a.test");

  for (DkimAlgorithm i = 0; i < DKIM_N_ALGORITHMS; i++)
    {
      g_autofree char *selector = dkim_selector_for (keys->selector, i);
      g_autofree char *name = g_strdup_printf ("%s._domainkey.a.test", selector);

      g_assert_nonnull (keys->keys[i]);
      g_assert_cmpstr (g_hash_table_lookup (zone->texts, name), ==, dkim_key_get_record (keys->keys[i]));
    }
}

/* In a process that starts now. */
static void
assert_valid_on_disk (VerbFixture *fixture, ZoneResolver *zone)
{
  g_autofree char *etc = g_build_filename (fixture->scratch, "etc", NULL);
  g_autoptr (AimxConfigStore) store = aimx_config_store_open (etc, NULL);
  g_autoptr (DkimSigner) fresh = dkim_signer_new (store);

  assert_signs_with_published_keys (fixture, zone, fresh);
}

static void
assert_valid_now (VerbFixture *fixture, ZoneResolver *zone)
{
  assert_signs_with_published_keys (fixture, zone, DKIM_SIGNER (fixture->data));
  assert_valid_on_disk (fixture, zone);
}

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
  g_autoptr (ZoneResolver) zone = NULL;

  verb_assert_fails (fixture, 0, ROTATE, HEADERS ("Domain", "a.test"), "SIGN", "no key that another could follow");
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

static DkimRotationReport *
begin_rotation (VerbFixture *fixture, ZoneResolver *zone)
{
  DkimRotationReport *begun = advance_fine (fixture, zone, FALSE);

  g_assert_cmpint (begun->stage, ==, DKIM_ROTATION_WAITING);
  return begun;
}

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

/* Both kinds of keys can be used, and none is to come. */
static void
assert_settled (VerbFixture *fixture)
{
  g_autoptr (DkimDomainKeys) keys = NULL;

  verb_fixture_restart (fixture);
  keys = dkim_signer_lookup (DKIM_SIGNER (fixture->data), "a.test");
  g_assert_nonnull (keys->keys[DKIM_RSA]);
  g_assert_nonnull (keys->keys[DKIM_ED25519]);
  g_assert_true (g_str_has_suffix (keys->directory, "/dkim/a.test"));
  g_assert_false (verb_has (fixture, RSA_DIRECTORY "/rotation"));
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

/* ---- whatever fails ---- */

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
  ADD ("the-pair-of-a-single-domain-is-replaced-too", test_the_pair_of_a_single_domain_is_replaced_too);
  ADD ("what-is-asked-for-in-vain-says-why", test_what_is_asked_for_in_vain_says_why);
  ADD ("a-selector-that-cannot-be-used-begins-nothing", test_a_selector_that_cannot_be_used_begins_nothing);
  ADD ("a-rotation-goes-on-when-the-old-keys-are-damaged", test_a_rotation_goes_on_when_the_old_keys_are_damaged);
  ADD ("force-ends-a-rotation-that-waits", test_force_ends_a_rotation_that_waits);
  ADD ("force-ends-a-rotation-that-has-switched", test_force_ends_a_rotation_that_has_switched);
  ADD ("a-damaged-file-is-not-guessed-at", test_a_damaged_file_is_not_guessed_at);
  ADD ("an-answer-says-what-to-publish", test_an_answer_says_what_to_publish);
  ADD ("a-failure", test_a_failure);
  ADD ("a-crash", test_a_crash);
  ADD ("a-crash-while-finishing", test_a_crash_while_finishing);
  ADD ("a-crash-while-force-ends-a-rotation-that-waits", test_a_crash_while_force_ends_a_rotation_that_waits);
  ADD ("a-crash-while-force-ends-a-rotation-that-has-switched",
       test_a_crash_while_force_ends_a_rotation_that_has_switched);
  return g_test_run ();
}
