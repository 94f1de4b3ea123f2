/* SPDX-License-Identifier: MIT */
/* What the resolver promises to whoever asks afresh: what the servers say now, whatever was known before. */
#include "resolver-fixture.h"

static guint64
start_fresh (Fixture *self, const char *name, Wait *wait)
{
  return aimx_resolver_ask_fresh (AIMX_RESOLVER (self->service), name, AIMX_DNS_A, from_now (PATIENCE_SECONDS),
                                  on_answer, wait, on_freed);
}

static AimxDnsAnswer *
ask_fresh (Fixture *self, const char *name)
{
  Wait wait = { 0 };

  start_fresh (self, name, &wait);
  wait_until_equal (&wait.n_freed, 1);
  return wait.answer;
}

static void
test_a_fresh_answer_is_none_that_was_known (Fixture *self, gconstpointer data)
{
  DnsServerEntry *entry = dns_server_add (self->server, "new.example", AIMX_DNS_A, DNS_SERVER_PLAIN, 0);
  const guint8 first[4] = { 192, 0, 2, 1 };
  const guint8 second[4] = { 192, 0, 2, 2 };
  g_autoptr (AimxDnsAnswer) none = ask (self, "new.example", AIMX_DNS_A);
  g_autoptr (AimxDnsAnswer) known = NULL;
  g_autoptr (AimxDnsAnswer) one = NULL;
  g_autoptr (AimxDnsAnswer) two = NULL;

  dns_server_entry_add (entry, "new.example", AIMX_DNS_A, first, sizeof first);
  known = ask (self, "new.example", AIMX_DNS_A);
  one = ask_fresh (self, "new.example");
  dns_server_entry_add (entry, "new.example", AIMX_DNS_A, second, sizeof second);
  two = ask_fresh (self, "New.Example.");
  assert_status (none, AIMX_DNS_NO_DATA, 0);
  assert_status (known, AIMX_DNS_NO_DATA, 0);
  assert_status (one, AIMX_DNS_FOUND, 1);
  assert_status (two, AIMX_DNS_FOUND, 2);
  g_assert_cmpuint (dns_server_get_n_asked (self->server, entry), ==, 3);
}

static void
test_a_fresh_question_is_asked_once (Fixture *self, gconstpointer data)
{
  DnsServerEntry *entry = dns_server_add_address (self->server, "popular.example", DNS_SERVER_HELD, "192.0.2.1");
  Wait wait = { 0 };

  for (guint i = 0; i < 100; i++)
    start_fresh (self, "popular.example", &wait);
  wait_until_asked (self->server, entry, 1);
  dns_server_release (self->server);
  wait_until_equal (&wait.n_freed, 100);
  g_assert_cmpuint (wait.n_answers, ==, 100);
  assert_status (wait.answer, AIMX_DNS_FOUND, 1);
  g_assert_cmpuint (dns_server_get_n_asked (self->server, entry), ==, 1);
  g_object_unref (wait.answer);
}

/* One that is still under way keeps no answers of others for those that come later. */
static void
test_fresh_questions_do_not_share_their_answers (Fixture *self, gconstpointer data)
{
  DnsServerEntry *slow = dns_server_add_address (self->server, "slow.example", DNS_SERVER_HELD, "192.0.2.1");
  DnsServerEntry *quick = dns_server_add_address (self->server, "quick.example", DNS_SERVER_PLAIN, "192.0.2.2");
  Wait wait = { 0 };
  g_autoptr (AimxDnsAnswer) first = NULL;
  g_autoptr (AimxDnsAnswer) second = NULL;

  start_fresh (self, "slow.example", &wait);
  wait_until_asked (self->server, slow, 1);
  first = ask_fresh (self, "quick.example");
  second = ask_fresh (self, "quick.example");
  assert_status (first, AIMX_DNS_FOUND, 1);
  assert_status (second, AIMX_DNS_FOUND, 1);
  g_assert_cmpuint (dns_server_get_n_asked (self->server, quick), ==, 2);
  start_fresh (self, "slow.example", &wait);
  dns_server_release (self->server);
  wait_until_equal (&wait.n_freed, 2);
  assert_status (wait.answer, AIMX_DNS_FOUND, 1);
  g_object_unref (wait.answer);
}

static void
test_a_fresh_question_may_be_cancelled (Fixture *self, gconstpointer data)
{
  Wait cancelled = { 0 }, other = { 0 };
  guint64 id;

  dns_server_add_address (self->server, "slow.example", DNS_SERVER_HELD, "192.0.2.1");
  id = start_fresh (self, "slow.example", &cancelled);
  start_fresh (self, "slow.example", &other);
  g_main_context_iteration (NULL, FALSE);
  aimx_resolver_cancel (AIMX_RESOLVER (self->service), id);
  wait_until_equal (&cancelled.n_freed, 1);
  dns_server_release (self->server);
  wait_until_equal (&other.n_freed, 1);
  g_assert_cmpuint (cancelled.n_answers, ==, 0);
  assert_status (other.answer, AIMX_DNS_FOUND, 1);
  g_object_unref (other.answer);
}

/* ---- who gets no answer ---- */

static void
test_who_asked_afresh_is_told_at_the_end (void)
{
  Fixture fixture = { 0 };
  Wait wait = { 0 };
  DnsServerEntry *entry;

  set_up (&fixture, NULL);
  entry = dns_server_add (fixture.server, "silent.example", 0, DNS_SERVER_SILENT, 0);
  start_fresh (&fixture, "silent.example", &wait);
  wait_until_asked (fixture.server, entry, 1);
  start_fresh (&fixture, "other.example", &wait);
  g_main_context_iteration (NULL, FALSE);
  start_fresh (&fixture, "another.example", &wait);
  tear_down (&fixture, NULL);
  g_assert_cmpuint (wait.n_freed, ==, 3);
  g_assert_cmpuint (wait.n_answers, ==, 3);
  assert_status (wait.answer, AIMX_DNS_FAILED, 0);
  g_object_unref (wait.answer);
}

static void
test_without_keys_to_believe_there_is_no_answer (Fixture *self, gconstpointer data)
{
  g_autoptr (ResolverUpstream) upstream = make_upstream (self->server);
  g_autoptr (ResolverUpstream) without = make_upstream (self->server);
  g_autoptr (AimxDnsAnswer) failed = NULL;
  g_autoptr (AimxDnsAnswer) found = NULL;

  upstream->anchor = g_strdup ("/nowhere/root.key");
  dns_server_add_address (self->server, "host.example", DNS_SERVER_PLAIN, "192.0.2.1");
  resolver_service_set_upstream (self->service, upstream);
  failed = ask_fresh (self, "host.example");
  assert_status (failed, AIMX_DNS_FAILED, 0);
  resolver_service_set_upstream (self->service, without);
  found = ask_fresh (self, "host.example");
  assert_status (found, AIMX_DNS_FOUND, 1);
}

/* ---- other servers ---- */

static void
test_other_servers_are_asked_after_a_change (Fixture *self, gconstpointer data)
{
  DnsServer *other = dns_server_new ();
  g_autoptr (ResolverUpstream) upstream = make_upstream (other);
  Wait before = { 0 };
  g_autoptr (AimxDnsAnswer) after = NULL;
  DnsServerEntry *held = dns_server_add_address (self->server, "host.example", DNS_SERVER_HELD, "192.0.2.1");

  dns_server_add_address (other, "host.example", DNS_SERVER_PLAIN, "192.0.2.2");
  start_fresh (self, "host.example", &before);
  wait_until_asked (self->server, held, 1);
  resolver_service_set_upstream (self->service, upstream);
  after = ask_fresh (self, "host.example");
  g_assert_cmpstr (get_text (after, 0), ==, "192.0.2.2");
  dns_server_release (self->server);
  wait_until_equal (&before.n_freed, 1);
  g_assert_cmpstr (get_text (before.answer, 0), ==, "192.0.2.1");
  g_object_unref (before.answer);
  dns_server_free (other);
}

#define TEST(path, function) g_test_add ("/resolver-fresh/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* A resolver that cannot work says so. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  TEST ("a-fresh-answer-is-none-that-was-known", test_a_fresh_answer_is_none_that_was_known);
  TEST ("a-fresh-question-is-asked-once", test_a_fresh_question_is_asked_once);
  TEST ("fresh-questions-do-not-share-their-answers", test_fresh_questions_do_not_share_their_answers);
  TEST ("a-fresh-question-may-be-cancelled", test_a_fresh_question_may_be_cancelled);
  g_test_add_func ("/resolver-fresh/who-asked-afresh-is-told-at-the-end", test_who_asked_afresh_is_told_at_the_end);
  TEST ("without-keys-to-believe-there-is-no-answer", test_without_keys_to_believe_there_is_no_answer);
  TEST ("other-servers-are-asked-after-a-change", test_other_servers_are_asked_after_a_change);
  return g_test_run ();
}
