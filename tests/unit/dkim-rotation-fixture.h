/* SPDX-License-Identifier: MIT */
/* A domain with published keys, a zone that shows what a test publishes, and a rotation between them. */
#pragma once

#include "dkim-verbs-fixture.h"
#include "dkim/rotation.h"

/* ---- a zone ---- */

#define ZONE_TYPE_RESOLVER (zone_resolver_get_type ())
G_DECLARE_FINAL_TYPE (ZoneResolver, zone_resolver, ZONE, RESOLVER, GObject)

struct _ZoneResolver
{
  GObject parent;
  GHashTable *texts; /* by name */
  gboolean is_dead;
};

static inline guint64
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

static inline void
zone_publish (ZoneResolver *self, const char *name, const char *text)
{
  g_hash_table_replace (self->texts, g_strdup (name), g_strdup (text));
}

static inline void
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

static inline DkimRotationReport *
advance (VerbFixture *fixture, ZoneResolver *zone, gboolean finishes, GError **error)
{
  const DkimRotationWish wish = { .begins = !finishes, .again = TRUE, .finishes = finishes };

  return dkim_rotation_advance (fixture->server, DKIM_SIGNER (fixture->data), AIMX_RESOLVER (zone), "a.test", &wish,
                                error);
}

static inline DkimRotationReport *
advance_fine (VerbFixture *fixture, ZoneResolver *zone, gboolean finishes)
{
  g_autoptr (GError) error = NULL;
  DkimRotationReport *report = advance (fixture, zone, finishes, &error);

  g_assert_no_error (error);
  return report;
}

static inline ZoneResolver *
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
static inline void
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
static inline void
assert_valid_on_disk (VerbFixture *fixture, ZoneResolver *zone)
{
  g_autofree char *etc = g_build_filename (fixture->scratch, "etc", NULL);
  g_autoptr (AimxConfigStore) store = aimx_config_store_open (etc, NULL);
  g_autoptr (DkimSigner) fresh = dkim_signer_new (store);

  assert_signs_with_published_keys (fixture, zone, fresh);
}

static inline void
assert_valid_now (VerbFixture *fixture, ZoneResolver *zone)
{
  assert_signs_with_published_keys (fixture, zone, DKIM_SIGNER (fixture->data));
  assert_valid_on_disk (fixture, zone);
}

static inline DkimRotationReport *
begin_rotation (VerbFixture *fixture, ZoneResolver *zone)
{
  DkimRotationReport *begun = advance_fine (fixture, zone, FALSE);

  g_assert_cmpint (begun->stage, ==, DKIM_ROTATION_WAITING);
  return begun;
}

/* Both kinds of keys can be used, and none is to come. */
static inline void
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
