/* SPDX-License-Identifier: MIT */
/* What the resolver promises to whoever asks: the right answer, once, in time, for one question on the wire. */
#include "resolver-fixture.h"
#include "resolver/engine.h"
#include "scratch-directory.h"

#include <sys/resource.h>

/* ---- records ---- */

static void
assert_data (AimxDnsAnswer *answer, const char *data, gsize length)
{
  gsize found;
  gconstpointer bytes = g_bytes_get_data (aimx_dns_answer_get_record (answer, 0)->data, &found);

  g_assert_cmpmem (bytes, found, data, length);
}

static void
test_addresses (Fixture *self, gconstpointer data)
{
  const guint8 ipv6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
  DnsServerEntry *entry = dns_server_add (self->server, "host.example", AIMX_DNS_AAAA, DNS_SERVER_PLAIN, 0);
  g_autoptr (AimxDnsAnswer) four = NULL;
  g_autoptr (AimxDnsAnswer) six = NULL;

  dns_server_entry_add (entry, "host.example", AIMX_DNS_AAAA, ipv6, sizeof ipv6);
  dns_server_add_address (self->server, "host.example", DNS_SERVER_PLAIN, "192.0.2.7");
  four = ask (self, "Host.Example.", AIMX_DNS_A);
  six = ask (self, "host.example", AIMX_DNS_AAAA);
  assert_status (four, AIMX_DNS_FOUND, 1);
  g_assert_cmpstr (get_text (four, 0), ==, "192.0.2.7");
  g_assert_cmpint (aimx_dns_answer_get_security (four), ==, AIMX_DNS_INSECURE);
  g_assert_cmpuint (aimx_dns_answer_get_ttl (four), ==, 300);
  assert_status (six, AIMX_DNS_FOUND, 1);
  g_assert_cmpstr (get_text (six, 0), ==, "2001:db8::1");
}

static void
test_mail_hosts (Fixture *self, gconstpointer data)
{
  DnsServerEntry *entry = dns_server_add (self->server, "example.org", AIMX_DNS_MX, DNS_SERVER_PLAIN, 0);
  DnsServerEntry *none = dns_server_add (self->server, "nomail.example", AIMX_DNS_MX, DNS_SERVER_PLAIN, 0);
  g_autoptr (AimxDnsAnswer) answer = NULL;
  g_autoptr (AimxDnsAnswer) null_mx = NULL;

  dns_server_entry_add_name (entry, "example.org", AIMX_DNS_MX, "\1\2", 2, "mx.example.org");
  dns_server_entry_add_name (none, "nomail.example", AIMX_DNS_MX, "\0\0", 2, "");
  answer = ask (self, "example.org", AIMX_DNS_MX);
  null_mx = ask (self, "nomail.example", AIMX_DNS_MX);
  assert_status (answer, AIMX_DNS_FOUND, 1);
  g_assert_cmpstr (get_text (answer, 0), ==, "mx.example.org");
  g_assert_cmpuint (aimx_dns_answer_get_record (answer, 0)->preference, ==, 258);
  assert_status (null_mx, AIMX_DNS_FOUND, 1);
  g_assert_cmpstr (get_text (null_mx, 0), ==, "");
}

static void
test_strings_of_a_text_are_joined (Fixture *self, gconstpointer data)
{
  DnsServerEntry *entry = dns_server_add (self->server, "example.org", AIMX_DNS_TXT, DNS_SERVER_PLAIN, 0);
  g_autoptr (AimxDnsAnswer) answer = NULL;

  dns_server_entry_add (entry, "example.org", AIMX_DNS_TXT, "\3v=s\0\2pf\1\0", 10);
  answer = ask (self, "example.org", AIMX_DNS_TXT);
  assert_status (answer, AIMX_DNS_FOUND, 1);
  assert_data (answer, "v=spf\0", 6);
}

static void
test_tls_associations (Fixture *self, gconstpointer data)
{
  DnsServerEntry *entry = dns_server_add (self->server, "_25._tcp.mx.example", AIMX_DNS_TLSA, DNS_SERVER_PLAIN, 0);
  g_autoptr (AimxDnsAnswer) answer = NULL;

  dns_server_entry_add (entry, "_25._tcp.mx.example", AIMX_DNS_TLSA, "\3\1\1\377\0\1", 6);
  answer = ask (self, "_25._tcp.mx.example", AIMX_DNS_TLSA);
  assert_status (answer, AIMX_DNS_FOUND, 1);
  assert_data (answer, "\3\1\1\377\0\1", 6);
}

static void
test_addresses_are_asked_for_names (Fixture *self, gconstpointer data)
{
  const char *const ipv6 = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
  DnsServerEntry *entry = dns_server_add (self->server, "7.0.0.127.in-addr.arpa", AIMX_DNS_PTR, DNS_SERVER_PLAIN, 0);
  DnsServerEntry *entry6 = dns_server_add (self->server, ipv6, AIMX_DNS_PTR, DNS_SERVER_PLAIN, 0);
  g_autoptr (AimxDnsAnswer) answer = NULL;
  g_autoptr (AimxDnsAnswer) answer6 = NULL;
  g_autoptr (AimxDnsAnswer) mapped = NULL;

  dns_server_entry_add_name (entry, "7.0.0.127.in-addr.arpa", AIMX_DNS_PTR, "", 0, "client.example");
  dns_server_entry_add_name (entry6, ipv6, AIMX_DNS_PTR, "", 0, "client6.example");
  answer = ask (self, "127.0.0.7", AIMX_DNS_PTR);
  answer6 = ask (self, "2001:db8::1", AIMX_DNS_PTR);
  mapped = ask (self, "::ffff:127.0.0.7", AIMX_DNS_PTR);
  assert_status (answer, AIMX_DNS_FOUND, 1);
  g_assert_cmpstr (get_text (answer, 0), ==, "client.example");
  assert_status (answer6, AIMX_DNS_FOUND, 1);
  g_assert_cmpstr (get_text (answer6, 0), ==, "client6.example");
  assert_status (mapped, AIMX_DNS_FOUND, 1);
}

static void
test_aliases_are_followed (Fixture *self, gconstpointer data)
{
  DnsServerEntry *first = dns_server_add (self->server, "www.example", 0, DNS_SERVER_PLAIN, 0);
  DnsServerEntry *second = dns_server_add (self->server, "one.example", 0, DNS_SERVER_PLAIN, 0);
  DnsServerEntry *last = dns_server_add (self->server, "two.example", AIMX_DNS_TXT, DNS_SERVER_PLAIN, 0);
  g_autoptr (AimxDnsAnswer) answer = NULL;
  g_autoptr (AimxDnsAnswer) target = NULL;

  dns_server_entry_add_name (first, "www.example", AIMX_DNS_CNAME, "", 0, "one.example");
  dns_server_entry_add_name (second, "one.example", AIMX_DNS_CNAME, "", 0, "two.example");
  dns_server_entry_add (last, "two.example", AIMX_DNS_TXT, "\2hi", 3);
  answer = ask (self, "www.example", AIMX_DNS_TXT);
  target = ask (self, "www.example", AIMX_DNS_CNAME);
  assert_status (answer, AIMX_DNS_FOUND, 1);
  assert_data (answer, "hi", 2);
  assert_status (target, AIMX_DNS_FOUND, 1);
  g_assert_cmpstr (get_text (target, 0), ==, "one.example");
}

static void
test_a_circle_of_aliases_ends (Fixture *self, gconstpointer data)
{
  DnsServerEntry *there = dns_server_add (self->server, "there.example", 0, DNS_SERVER_PLAIN, 0);
  DnsServerEntry *back = dns_server_add (self->server, "back.example", 0, DNS_SERVER_PLAIN, 0);
  g_autoptr (AimxDnsAnswer) answer = NULL;

  dns_server_entry_add_name (there, "there.example", AIMX_DNS_CNAME, "", 0, "back.example");
  dns_server_entry_add_name (back, "back.example", AIMX_DNS_CNAME, "", 0, "there.example");
  answer = ask (self, "there.example", AIMX_DNS_A);
  assert_status (answer, AIMX_DNS_FAILED, 0);
}

/* ---- what is not there ---- */

static void
test_kinds_of_nothing_are_told_apart (Fixture *self, gconstpointer data)
{
  g_autoptr (AimxDnsAnswer) no_data = NULL;
  g_autoptr (AimxDnsAnswer) no_name = NULL;
  g_autoptr (AimxDnsAnswer) failed = NULL;
  g_autoptr (AimxDnsAnswer) refused = NULL;

  dns_server_add (self->server, "empty.example", 0, DNS_SERVER_PLAIN, 0);
  dns_server_add (self->server, "missing.example", 0, DNS_SERVER_PLAIN, 3);
  dns_server_add (self->server, "broken.example", 0, DNS_SERVER_PLAIN, 2);
  no_data = ask (self, "empty.example", AIMX_DNS_MX);
  no_name = ask (self, "missing.example", AIMX_DNS_MX);
  failed = ask (self, "broken.example", AIMX_DNS_MX);
  refused = ask (self, "lame.example", AIMX_DNS_MX);
  assert_status (no_data, AIMX_DNS_NO_DATA, 0);
  assert_status (no_name, AIMX_DNS_NO_NAME, 0);
  assert_status (failed, AIMX_DNS_FAILED, 0);
  assert_status (refused, AIMX_DNS_FAILED, 0);
}

static void
test_bad_names_are_failures (Fixture *self, gconstpointer data)
{
  g_autofree char *label = g_strnfill (64, 'a');
  const char *const names[] = { "", "..", "a..b", ".a", "a.b..", label, "a\\", "a\\25", "a\\256", "\xff\xfe" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (AimxDnsAnswer) answer = ask (self, names[i], AIMX_DNS_A);

      assert_status (answer, AIMX_DNS_FAILED, 0);
      g_assert_cmpstr (aimx_dns_answer_get_reason (answer), ==, "that is not a domain name");
    }
}

/* ---- bad servers ---- */

static void
test_a_long_answer_comes_over_tcp (Fixture *self, gconstpointer data)
{
  DnsServerEntry *entry = dns_server_add (self->server, "long.example", AIMX_DNS_TXT, DNS_SERVER_TRUNCATED, 0);
  g_autoptr (GByteArray) strings = g_byte_array_new ();
  g_autoptr (AimxDnsAnswer) answer = NULL;
  guint8 string[256];

  memset (string, 'x', sizeof string);
  string[0] = 255;
  for (int i = 0; i < 250; i++)
    g_byte_array_append (strings, string, sizeof string);
  dns_server_entry_add (entry, "long.example", AIMX_DNS_TXT, strings->data, strings->len);
  answer = ask (self, "long.example", AIMX_DNS_TXT);
  assert_status (answer, AIMX_DNS_FOUND, 1);
  g_assert_cmpuint (g_bytes_get_size (aimx_dns_answer_get_record (answer, 0)->data), ==, 250 * 255);
  g_assert_cmpuint (self->server->n_asked_tcp, ==, 1);
}

static void
test_garbage_is_no_answer (Fixture *self, gconstpointer data)
{
  Wait wait = { 0 };

  dns_server_add (self->server, "garbage.example", 0, DNS_SERVER_GARBAGE, 0);
  start (self, "garbage.example", AIMX_DNS_A, from_now (1), &wait);
  wait_until_equal (&wait.n_freed, 1);
  assert_status (wait.answer, AIMX_DNS_FAILED, 0);
  g_object_unref (wait.answer);
}

static void
test_silence_ends_at_the_deadline (Fixture *self, gconstpointer data)
{
  Wait wait = { 0 };
  const gint64 deadline = from_now (0.3);

  dns_server_add (self->server, "silent.example", 0, DNS_SERVER_SILENT, 0);
  start (self, "silent.example", AIMX_DNS_A, deadline, &wait);
  wait_until_equal (&wait.n_answers, 1);
  g_assert_cmpint (g_get_monotonic_time (), >=, deadline);
  assert_status (wait.answer, AIMX_DNS_FAILED, 0);
  g_assert_cmpstr (aimx_dns_answer_get_reason (wait.answer), ==, "the name servers gave no answer in time");
  g_object_unref (wait.answer);
}

static void
test_one_deadline_is_not_that_of_another (Fixture *self, gconstpointer data)
{
  Wait hasty = { 0 }, patient = { 0 };

  dns_server_add_address (self->server, "slow.example", DNS_SERVER_HELD, "192.0.2.1");
  start (self, "slow.example", AIMX_DNS_A, from_now (PATIENCE_SECONDS), &patient);
  start (self, "slow.example", AIMX_DNS_A, from_now (0), &hasty);
  wait_until_equal (&hasty.n_freed, 1);
  assert_status (hasty.answer, AIMX_DNS_FAILED, 0);
  g_assert_cmpuint (patient.n_answers, ==, 0);
  dns_server_release (self->server);
  wait_until_equal (&patient.n_freed, 1);
  assert_status (patient.answer, AIMX_DNS_FOUND, 1);
  g_object_unref (hasty.answer);
  g_object_unref (patient.answer);
}

/* ---- sharing ---- */

static void
test_a_question_is_asked_once (Fixture *self, gconstpointer data)
{
  static const char *const names[] = { "popular.example", "Popular.Example", "POPULAR.EXAMPLE." };
  DnsServerEntry *entry = dns_server_add_address (self->server, "popular.example", DNS_SERVER_HELD, "192.0.2.1");
  Wait wait = { 0 };
  g_autoptr (AimxDnsAnswer) cached = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      start (self, names[i % G_N_ELEMENTS (names)], AIMX_DNS_A, from_now (PATIENCE_SECONDS), &wait);
      if (i % 100 == 0)
        g_main_context_iteration (NULL, FALSE);
    }
  wait_until_asked (self->server, entry, 1);
  dns_server_release (self->server);
  wait_until_equal (&wait.n_freed, 1000);
  g_assert_cmpuint (wait.n_answers, ==, 1000);
  assert_status (wait.answer, AIMX_DNS_FOUND, 1);
  cached = ask (self, "popular.example", AIMX_DNS_A);
  assert_status (cached, AIMX_DNS_FOUND, 1);
  g_assert_cmpuint (dns_server_get_n_asked (self->server, entry), ==, 1);
  g_object_unref (wait.answer);
}

/* ---- cancelling ---- */

static void
test_what_is_cancelled_is_not_answered (Fixture *self, gconstpointer data)
{
  Wait cancelled = { 0 }, other = { 0 };
  guint64 id;

  dns_server_add_address (self->server, "slow.example", DNS_SERVER_HELD, "192.0.2.1");
  id = start (self, "slow.example", AIMX_DNS_A, from_now (PATIENCE_SECONDS), &cancelled);
  start (self, "slow.example", AIMX_DNS_A, from_now (PATIENCE_SECONDS), &other);
  g_main_context_iteration (NULL, FALSE);
  aimx_resolver_cancel (AIMX_RESOLVER (self->service), id);
  wait_until_equal (&cancelled.n_freed, 1);
  g_assert_cmpuint (other.n_freed, ==, 0);
  aimx_resolver_cancel (AIMX_RESOLVER (self->service), id);
  dns_server_release (self->server);
  wait_until_equal (&other.n_freed, 1);
  g_assert_cmpuint (cancelled.n_answers, ==, 0);
  g_assert_cmpuint (cancelled.n_freed, ==, 1);
  g_object_unref (other.answer);
}

typedef struct
{
  Fixture *fixture;
  guint64 other;
  guint n_answers;
} Canceller;

static void
on_answer_cancel (AimxDnsAnswer *answer, gpointer user_data)
{
  Canceller *self = user_data;

  self->n_answers++;
  aimx_resolver_cancel (AIMX_RESOLVER (self->fixture->service), self->other);
}

static void
test_an_answer_may_cancel_the_next (Fixture *self, gconstpointer data)
{
  Canceller canceller = { self, 0, 0 };
  Wait wait = { 0 };

  dns_server_add_address (self->server, "host.example", DNS_SERVER_PLAIN, "192.0.2.1");
  aimx_resolver_ask (AIMX_RESOLVER (self->service), "host.example", AIMX_DNS_A, from_now (PATIENCE_SECONDS),
                     on_answer_cancel, &canceller, NULL);
  canceller.other = start (self, "host.example", AIMX_DNS_A, from_now (PATIENCE_SECONDS), &wait);
  wait_until_equal (&wait.n_freed, 1);
  g_assert_cmpuint (canceller.n_answers, ==, 1);
  g_assert_cmpuint (wait.n_answers, ==, 0);
}

static void
test_who_still_waits_at_the_end_is_told (void)
{
  Fixture fixture = { 0 };
  Wait wait = { 0 };

  set_up (&fixture, NULL);
  dns_server_add (fixture.server, "silent.example", 0, DNS_SERVER_SILENT, 0);
  start (&fixture, "silent.example", AIMX_DNS_A, from_now (PATIENCE_SECONDS), &wait);
  for (int i = 0; i < 10; i++)
    g_main_context_iteration (NULL, FALSE);
  start (&fixture, "silent.example", AIMX_DNS_A, from_now (PATIENCE_SECONDS), &wait);
  start (&fixture, "", AIMX_DNS_A, from_now (PATIENCE_SECONDS), &wait);
  tear_down (&fixture, NULL);
  g_assert_cmpuint (wait.n_freed, ==, 3);
  g_assert_cmpuint (wait.n_answers, ==, 3);
  assert_status (wait.answer, AIMX_DNS_FAILED, 0);
  g_object_unref (wait.answer);
}

typedef struct
{
  Fixture *fixture;
  Wait wait;
} Again;

static void
on_answer_ask_again (AimxDnsAnswer *answer, gpointer user_data)
{
  Again *self = user_data;

  g_assert_cmpint (aimx_dns_answer_get_status (answer), ==, AIMX_DNS_FAILED);
  start (self->fixture, "other.example", AIMX_DNS_A, from_now (PATIENCE_SECONDS), &self->wait);
}

static void
test_who_asks_again_at_the_end_is_told (void)
{
  Fixture fixture = { 0 };
  Again again = { &fixture, { 0 } };

  set_up (&fixture, NULL);
  aimx_resolver_ask (AIMX_RESOLVER (fixture.service), "silent.example", AIMX_DNS_A, from_now (PATIENCE_SECONDS),
                     on_answer_ask_again, &again, NULL);
  tear_down (&fixture, NULL);
  g_assert_cmpuint (again.wait.n_freed, ==, 1);
  assert_status (again.wait.answer, AIMX_DNS_FAILED, 0);
  g_object_unref (again.wait.answer);
}

/* ---- limits ---- */

/* One more than there may be: the last is asked when the first have their answers, and meanwhile keeps its deadline. */
static void
test_questions_beyond_the_limit_wait (Fixture *self, gconstpointer data)
{
  Wait many = { 0 }, hasty = { 0 }, last = { 0 };
  DnsServerEntry *entry;

  for (guint i = 0; i < RESOLVER_IN_FLIGHT_MAX; i++)
    {
      g_autofree char *name = g_strdup_printf ("host%u.example", i);

      entry = dns_server_add_address (self->server, name, DNS_SERVER_HELD, "192.0.2.1");
      start (self, name, AIMX_DNS_A, from_now (PATIENCE_SECONDS), &many);
    }
  entry = dns_server_add_address (self->server, "last.example", DNS_SERVER_PLAIN, "192.0.2.2");
  start (self, "hasty.example", AIMX_DNS_A, from_now (0.1), &hasty);
  start (self, "last.example", AIMX_DNS_A, from_now (PATIENCE_SECONDS), &last);
  wait_until_equal (&hasty.n_freed, 1);
  assert_status (hasty.answer, AIMX_DNS_FAILED, 0);
  g_assert_cmpuint (dns_server_get_n_asked (self->server, entry), ==, 0);
  dns_server_release (self->server);
  wait_until_equal (&last.n_freed, 1);
  assert_status (last.answer, AIMX_DNS_FOUND, 1);
  wait_until_equal (&many.n_freed, RESOLVER_IN_FLIGHT_MAX);
  g_object_unref (many.answer);
  g_object_unref (hasty.answer);
  g_object_unref (last.answer);
}

/* ---- silence ---- */

#define N_SILENT 1500

static void
ask_for_the_silent (Fixture *self, gint64 deadline, Wait *wait)
{
  dns_server_add (self->server, "*.silent.example", 0, DNS_SERVER_SILENT, 0);
  for (guint i = 0; i < N_SILENT; i++)
    {
      g_autofree char *name = g_strdup_printf ("host%u.silent.example", i);

      start (self, name, AIMX_DNS_A, deadline, wait);
    }
}

static void
assert_others_are_answered (Fixture *self, guint round)
{
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *name = g_strdup_printf ("host%u.round%u.example", i, round);
      Wait wait = { 0 };

      dns_server_add_address (self->server, name, DNS_SERVER_PLAIN, "192.0.2.1");
      start (self, name, AIMX_DNS_A, from_now (3), &wait);
      wait_until_equal (&wait.n_freed, 1);
      assert_status (wait.answer, AIMX_DNS_FOUND, 1);
      g_object_unref (wait.answer);
    }
}

/* Neither while somebody waits for them nor when all have left, and libunbound still asks. */
static void
test_silence_about_many_names_delays_no_others (Fixture *self, gconstpointer data)
{
  Wait silent = { 0 };

  ask_for_the_silent (self, from_now (1.5), &silent);
  assert_others_are_answered (self, 1);
  wait_until_equal (&silent.n_freed, N_SILENT);
  assert_status (silent.answer, AIMX_DNS_FAILED, 0);
  assert_others_are_answered (self, 2);
  g_object_unref (silent.answer);
}

/* ---- threads ---- */

/* Counts the resolver's threads, none of which may take a signal. */
static guint
count_threads (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *task;
  guint n = 0;

  while ((task = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", task, "status", NULL);
      g_autofree char *status = NULL;

      if (!g_file_get_contents (path, &status, NULL, NULL) || strstr (status, "Name:\taimx-resolver\n") == NULL)
        continue;
      /* All but SIGKILL and SIGSTOP, and the two that the C library keeps to itself. */
      g_assert_nonnull (strstr (status, "SigBlk:\tfffffffe7ffbfeff\n"));
      n++;
    }
  return n;
}

static void
test_a_thread_comes_with_the_first_question_and_goes (void)
{
  Fixture fixture = { 0 };
  g_autoptr (AimxDnsAnswer) answer = NULL;

  set_up (&fixture, NULL);
  dns_server_add_address (fixture.server, "host.example", DNS_SERVER_PLAIN, "192.0.2.1");
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (count_threads (), ==, 0);
  answer = ask (&fixture, "host.example", AIMX_DNS_A);
  assert_status (answer, AIMX_DNS_FOUND, 1);
  g_assert_cmpuint (count_threads (), ==, 1);
  tear_down (&fixture, NULL);
  g_assert_cmpuint (count_threads (), ==, 0);
}

typedef struct
{
  Fixture *fixture;
  int n_found; /* atomic */
  int n_ended; /* atomic */
} Crowd;

static gpointer
ask_from_a_thread (gpointer user_data)
{
  Crowd *self = user_data;

  for (int i = 0; i < 50; i++)
    {
      g_autofree char *name = g_strdup_printf ("host%d.example", i % 7);
      g_autoptr (AimxDnsAnswer) answer =
          aimx_resolver_wait_for (AIMX_RESOLVER (self->fixture->service), name, AIMX_DNS_A, PATIENCE_SECONDS * 1000);

      if (aimx_dns_answer_get_status (answer) == AIMX_DNS_FOUND)
        g_atomic_int_inc (&self->n_found);
    }
  g_atomic_int_inc (&self->n_ended);
  g_main_context_wakeup (NULL);
  return NULL;
}

static void
test_threads_wait_for_answers (Fixture *self, gconstpointer data)
{
  Crowd crowd = { self, 0, 0 };
  GThread *threads[4];

  for (int i = 0; i < 7; i++)
    {
      g_autofree char *name = g_strdup_printf ("host%d.example", i);

      dns_server_add_address (self->server, name, DNS_SERVER_PLAIN, "192.0.2.1");
    }
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new (NULL, ask_from_a_thread, &crowd);
  while (g_atomic_int_get (&crowd.n_ended) < (int) G_N_ELEMENTS (threads))
    g_main_context_iteration (NULL, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (g_atomic_int_get (&crowd.n_found), ==, 200);
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
  start (self, "host.example", AIMX_DNS_A, from_now (PATIENCE_SECONDS), &before);
  wait_until_asked (self->server, held, 1);
  resolver_service_set_upstream (self->service, upstream);
  after = ask (self, "host.example", AIMX_DNS_A);
  g_assert_cmpstr (get_text (after, 0), ==, "192.0.2.2");
  dns_server_release (self->server);
  wait_until_equal (&before.n_freed, 1);
  g_assert_cmpstr (get_text (before.answer, 0), ==, "192.0.2.1");
  g_object_unref (before.answer);
  dns_server_free (other);
}

static void
on_open (ResolverEngine *engine, const GError *error, gpointer user_data)
{
  guint *n_open = user_data;

  g_assert_no_error (error);
  ++*n_open;
}

static void
test_the_servers_of_the_system_may_change (void)
{
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (ResolverUpstream) upstream = g_new0 (ResolverUpstream, 1);
  g_autoptr (ResolverEngine) engine = NULL;
  guint n_open = 0;
  const gint64 end = from_now (PATIENCE_SECONDS);

  upstream->servers = g_new0 (char *, 1);
  upstream->system_servers = g_build_filename (scratch, "resolv.conf", NULL);
  scratch_write (scratch, "resolv.conf", "nameserver 192.0.2.1\n");
  engine = resolver_engine_new (upstream, on_open, &n_open);
  wait_until_equal (&n_open, 1);
  g_assert_false (resolver_engine_should_reopen (engine));
  scratch_write (scratch, "resolv.conf", "nameserver 192.0.2.53\n");
  while (!resolver_engine_should_reopen (engine))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (G_USEC_PER_SEC / 10);
    }
}

static void
test_a_missing_trust_anchor_is_said (Fixture *self, gconstpointer data)
{
  g_autoptr (ResolverUpstream) upstream = make_upstream (self->server);
  g_autoptr (ResolverUpstream) without = make_upstream (self->server);
  g_autoptr (AimxDnsAnswer) failed = NULL;
  g_autoptr (AimxDnsAnswer) found = NULL;

  upstream->anchor = g_strdup ("/nowhere/root.key");
  dns_server_add_address (self->server, "host.example", DNS_SERVER_PLAIN, "192.0.2.1");
  resolver_service_set_upstream (self->service, upstream);
  failed = ask (self, "host.example", AIMX_DNS_A);
  assert_status (failed, AIMX_DNS_FAILED, 0);
  g_assert_nonnull (strstr (aimx_dns_answer_get_reason (failed), "/nowhere/root.key"));
  resolver_service_set_upstream (self->service, without);
  found = ask (self, "host.example", AIMX_DNS_A);
  assert_status (found, AIMX_DNS_FOUND, 1);
}

/* The room for questions follows from it. */
static void
allow_many_files (void)
{
  struct rlimit files;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &files), ==, 0);
  files.rlim_cur = files.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &files), ==, 0);
}

#define TEST(path, function) g_test_add ("/resolver/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* A resolver that cannot work says so. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  allow_many_files ();
  TEST ("addresses", test_addresses);
  TEST ("mail-hosts", test_mail_hosts);
  TEST ("strings-of-a-text-are-joined", test_strings_of_a_text_are_joined);
  TEST ("tls-associations", test_tls_associations);
  TEST ("addresses-are-asked-for-names", test_addresses_are_asked_for_names);
  TEST ("aliases-are-followed", test_aliases_are_followed);
  TEST ("a-circle-of-aliases-ends", test_a_circle_of_aliases_ends);
  TEST ("kinds-of-nothing-are-told-apart", test_kinds_of_nothing_are_told_apart);
  TEST ("bad-names-are-failures", test_bad_names_are_failures);
  TEST ("a-long-answer-comes-over-tcp", test_a_long_answer_comes_over_tcp);
  TEST ("garbage-is-no-answer", test_garbage_is_no_answer);
  TEST ("silence-ends-at-the-deadline", test_silence_ends_at_the_deadline);
  TEST ("one-deadline-is-not-that-of-another", test_one_deadline_is_not_that_of_another);
  TEST ("a-question-is-asked-once", test_a_question_is_asked_once);
  TEST ("what-is-cancelled-is-not-answered", test_what_is_cancelled_is_not_answered);
  TEST ("an-answer-may-cancel-the-next", test_an_answer_may_cancel_the_next);
  g_test_add_func ("/resolver/who-still-waits-at-the-end-is-told", test_who_still_waits_at_the_end_is_told);
  g_test_add_func ("/resolver/who-asks-again-at-the-end-is-told", test_who_asks_again_at_the_end_is_told);
  TEST ("questions-beyond-the-limit-wait", test_questions_beyond_the_limit_wait);
  TEST ("silence-about-many-names-delays-no-others", test_silence_about_many_names_delays_no_others);
  g_test_add_func ("/resolver/a-thread-comes-with-the-first-question-and-goes",
                   test_a_thread_comes_with_the_first_question_and_goes);
  TEST ("threads-wait-for-answers", test_threads_wait_for_answers);
  TEST ("other-servers-are-asked-after-a-change", test_other_servers_are_asked_after_a_change);
  g_test_add_func ("/resolver/the-servers-of-the-system-may-change", test_the_servers_of_the_system_may_change);
  TEST ("a-missing-trust-anchor-is-said", test_a_missing_trust_anchor_is_said);
  return g_test_run ();
}
