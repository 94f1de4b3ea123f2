/* SPDX-License-Identifier: MIT */
/* Promises of the verifier: what is asked when, how long it takes at most, and what comes of it. */
#include "verifier-fixture.h"

static const char zone[] = "a.test TXT v=spf1 ip4:192.0.2.1 -all\n"
                           "_dmarc.a.test TXT v=DMARC1; p=reject\n"
                           "s1._domainkey.a.test TXT ok\n"
                           "s2._domainkey.a.test TXT wrong\n"
                           "new._domainkey.a.test TXT ok, but testing\n"
                           "s1._domainkey.other.test TXT ok\n"
                           "192.0.2.1 PTR mail.a.test\n"
                           "mail.a.test A 192.0.2.1\n";

#define FROM_A "From: Bob <bob@a.test>\n"
#define SIGNED "DKIM-Signature: d=a.test; s=s1\n"
#define BODY   "\nHello\n"

static const char *
get (AimxAuthentication *authentication, AimxAuthenticationMethod method)
{
  return aimx_authentication_get_result (authentication, method);
}

/* ---- what comes of it ---- */

static void
test_a_proven_message_passes_everything (void)
{
  VerifierFixture fixture;
  g_autoptr (AimxAuthentication) authentication = NULL;

  verifier_fixture_init (&fixture, zone);
  authentication = verifier_fixture_verify (&fixture, "192.0.2.1", "bounce@a.test", SIGNED FROM_A BODY);
  g_assert_cmpstr (get (authentication, AIMX_METHOD_SPF), ==, "pass");
  g_assert_cmpstr (get (authentication, AIMX_METHOD_DKIM), ==, "pass");
  g_assert_cmpstr (get (authentication, AIMX_METHOD_DMARC), ==, "pass");
  g_assert_cmpstr (get (authentication, AIMX_METHOD_ARC), ==, "none");
  g_assert_true (aimx_authentication_is_author_proven (authentication));
  g_assert_cmpstr (aimx_authentication_get_author (authentication), ==, "bob@a.test");
  g_assert_cmpint (aimx_authentication_get_disposition (authentication), ==, AIMX_DISPOSITION_NONE);
  verifier_fixture_clear (&fixture);
}

static void
test_a_forged_message_is_to_be_refused (void)
{
  VerifierFixture fixture;
  g_autoptr (AimxAuthentication) authentication = NULL;

  verifier_fixture_init (&fixture, zone);
  authentication = verifier_fixture_verify (&fixture, "192.0.2.66", "eve@other.test", FROM_A BODY);
  g_assert_cmpstr (get (authentication, AIMX_METHOD_DMARC), ==, "fail");
  g_assert_cmpint (aimx_authentication_get_disposition (authentication), ==, AIMX_DISPOSITION_REJECT);
  g_assert_false (aimx_authentication_is_author_proven (authentication));
  verifier_fixture_clear (&fixture);
}

static const struct
{
  const char *what;
  const char *header;
  gboolean proven;
} authors[] = {
  { "signed by the author's domain", SIGNED FROM_A, TRUE },
  { "signed by a relative", SIGNED "From: bob@news.a.test\n", TRUE },
  { "one broken signature and a good one", "DKIM-Signature: d=a.test; s=s2\n" SIGNED FROM_A, TRUE },
  { "signed by somebody else", "DKIM-Signature: d=other.test; s=s1\n" FROM_A, FALSE },
  { "broken", "DKIM-Signature: d=a.test; s=s2\n" FROM_A, FALSE },
  { "a part of the body", "DKIM-Signature: d=a.test; s=s1; l=3\n" FROM_A, FALSE },
  { "a key in testing", "DKIM-Signature: d=a.test; s=new\n" FROM_A, FALSE },
  { "two authors", SIGNED "From: bob@a.test, ann@a.test\n", FALSE },
  { "two fields", SIGNED FROM_A FROM_A, FALSE },
  { "two fields of two domains", SIGNED FROM_A "From: eve@evil.test\n", FALSE },
  { "an address that can be read in two ways", SIGNED "From: eve@evil.test <bob@a.test>\n", FALSE },
  { "nobody", SIGNED "To: bob@a.test\n", FALSE },
};

static void
test_an_author_is_proven_by_a_whole_signature_of_the_domain (void)
{
  VerifierFixture fixture;

  verifier_fixture_init (&fixture, zone);
  for (guint i = 0; i < G_N_ELEMENTS (authors); i++)
    {
      g_autofree char *message = g_strconcat (authors[i].header, BODY, NULL);
      g_autoptr (AimxAuthentication) authentication =
          verifier_fixture_verify (&fixture, "192.0.2.1", "bob@a.test", message);

      g_test_message ("%s", authors[i].what);
      g_assert_cmpint (aimx_authentication_is_author_proven (authentication), ==, authors[i].proven);
    }
  verifier_fixture_clear (&fixture);
}

static void
test_a_key_in_testing_counts_as_no_signature (void)
{
  VerifierFixture fixture;
  g_autoptr (AimxAuthentication) authentication = NULL;

  verifier_fixture_init (&fixture, zone);
  authentication = verifier_fixture_verify (&fixture, "192.0.2.66", "eve@other.test",
                                            "DKIM-Signature: d=a.test; s=new\n" FROM_A BODY);
  g_assert_cmpstr (get (authentication, AIMX_METHOD_DKIM), ==, "none");
  g_assert_cmpstr (get (authentication, AIMX_METHOD_DMARC), ==, "fail");
  g_assert_nonnull (
      strstr (aimx_authentication_get_field (authentication), "dkim=pass reason=\"the key is in testing"));
  verifier_fixture_clear (&fixture);
}

static void
test_without_other_modules_nothing_is_known_and_nothing_invented (void)
{
  VerifierFixture fixture;
  g_autoptr (AimxAuthentication) authentication = NULL;

  verifier_fixture_init (&fixture, NULL);
  authentication = verifier_fixture_verify (&fixture, "192.0.2.1", "bob@a.test", SIGNED FROM_A BODY);
  g_assert_cmpstr (get (authentication, AIMX_METHOD_SPF), ==, "temperror");
  g_assert_cmpstr (get (authentication, AIMX_METHOD_DKIM), ==, "none");
  g_assert_cmpstr (get (authentication, AIMX_METHOD_DMARC), ==, "temperror");
  g_assert_cmpint (aimx_authentication_get_disposition (authentication), ==, AIMX_DISPOSITION_NONE);
  g_assert_cmpstr (aimx_authentication_get_author (authentication), ==, "bob@a.test");
  g_assert_false (aimx_authentication_is_author_proven (authentication));
  verifier_fixture_clear (&fixture);
}

/* ---- what is asked when ---- */

static gboolean
is_idle (gpointer data)
{
  ScriptedResolver *resolver = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&resolver->mutex);

  return g_hash_table_size (resolver->open) == 0;
}

/* Returns what was asked since the last time, and forgets it. */
static char *
take_asked (VerifierFixture *fixture)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fixture->resolver->mutex);
  char *asked = g_strdup (fixture->resolver->asked->str);

  g_string_truncate (fixture->resolver->asked, 0);
  return asked;
}

static void
test_everything_is_asked_as_soon_as_it_can_be (void)
{
  static const char first[] = "DKIM-Signature: d=other.test; s=s1\n" SIGNED "From: Bob\n <bob@news.a.test>\n";
  VerifierFixture fixture;
  g_autoptr (AimxVerification) verification = NULL;
  g_autofree char *at_begin = NULL;
  g_autofree char *before_end = NULL;
  g_autofree char *at_end_of_header = NULL;
  g_autoptr (AimxAuthentication) authentication = NULL;
  g_autofree char *later = NULL;
  g_autofree char *name = NULL;

  verifier_fixture_init (&fixture, zone);
  verification = verifier_fixture_begin (&fixture, "192.0.2.1", "bob@a.test");
  at_begin = take_asked (&fixture);
  g_assert_cmpstr (at_begin, ==, "TXT a.test\nPTR 192.0.2.1\n");
  verifier_fixture_wait (is_idle, fixture.resolver);

  aimx_verification_update (verification, first, strlen (first));
  before_end = take_asked (&fixture);
  g_assert_cmpstr (before_end, ==, "A mail.a.test\n");
  aimx_verification_update (verification, "\nHe", 3);
  at_end_of_header = take_asked (&fixture);
  g_assert_cmpstr (at_end_of_header, ==,
                   "TXT s1._domainkey.other.test\nTXT s1._domainkey.a.test\n"
                   "TXT _dmarc.news.a.test\nTXT _dmarc.a.test\n");

  aimx_verification_update (verification, "llo\n", 4);
  authentication = verifier_fixture_finish (verification, NULL);
  g_assert_cmpstr (get (authentication, AIMX_METHOD_DMARC), ==, "pass");
  later = take_asked (&fixture);
  g_assert_cmpstr (later, ==, "");
  name = aimx_verification_get_peer_name (verification);
  g_assert_cmpstr (name, ==, "mail.a.test");
  g_clear_object (&verification);
  verifier_fixture_clear (&fixture);
}

static void
test_a_header_may_come_in_pieces (void)
{
  static const char message[] = SIGNED FROM_A BODY;
  VerifierFixture fixtures[2];

  verifier_fixture_init (&fixtures[0], zone);
  verifier_fixture_init (&fixtures[1], NULL);
  for (guint i = 0; i < G_N_ELEMENTS (fixtures); i++)
    {
      g_autoptr (AimxVerification) verification = verifier_fixture_begin (&fixtures[i], "192.0.2.1", "bob@a.test");
      g_autoptr (AimxAuthentication) authentication = NULL;

      for (const char *at = message; *at != '\0'; at++)
        aimx_verification_update (verification, at, 1);
      authentication = verifier_fixture_finish (verification, NULL);
      g_assert_cmpstr (aimx_authentication_get_author (authentication), ==, "bob@a.test");
      g_clear_object (&verification);
      verifier_fixture_clear (&fixtures[i]);
    }
}

static void
test_no_header_is_so_long_that_it_hides_its_author (void)
{
  g_autoptr (GString) message = g_string_new (NULL);
  VerifierFixture fixture;
  g_autoptr (AimxAuthentication) authentication = NULL;

  while (message->len <= AIMX_SIGNED_HEADER_MAX)
    g_string_append (message, "X-Filler: 0123456789 0123456789 0123456789 0123456789\n");
  g_string_append (message, FROM_A BODY);
  verifier_fixture_init (&fixture, NULL);
  authentication = verifier_fixture_verify (&fixture, "192.0.2.1", "bob@a.test", message->str);
  g_assert_cmpstr (aimx_authentication_get_author (authentication), ==, "bob@a.test");
  verifier_fixture_clear (&fixture);
}

static void
test_a_message_may_be_a_header_alone_or_nothing (void)
{
  VerifierFixture fixture;
  g_autoptr (AimxAuthentication) header = NULL;
  g_autoptr (AimxAuthentication) nothing = NULL;

  verifier_fixture_init (&fixture, zone);
  header = verifier_fixture_verify (&fixture, "192.0.2.1", "bob@a.test", SIGNED FROM_A);
  g_assert_cmpstr (get (header, AIMX_METHOD_DMARC), ==, "pass");
  nothing = verifier_fixture_verify (&fixture, "192.0.2.1", "bob@a.test", "");
  g_assert_cmpstr (get (nothing, AIMX_METHOD_DMARC), ==, "permerror");
  g_assert_cmpstr (get (nothing, AIMX_METHOD_SPF), ==, "pass");
  verifier_fixture_clear (&fixture);
}

/* ---- time ---- */

static void
test_a_dns_that_does_not_answer_costs_the_budget_and_no_more (void)
{
  VerifierFixture fixture;
  g_autoptr (AimxVerification) verification = NULL;
  g_autoptr (AimxAuthentication) authentication = NULL;
  gint64 usec;

  verifier_fixture_init (&fixture, zone);
  fixture.resolver->is_mute = TRUE;
  verification = verifier_fixture_begin (&fixture, "192.0.2.1", "bob@a.test");
  aimx_verification_update (verification, SIGNED FROM_A BODY, strlen (SIGNED FROM_A BODY));
  authentication = verifier_fixture_finish (verification, &usec);
  g_assert_cmpint (usec, <, (AIMX_VERIFIER_BUDGET_SECONDS + 1) * G_USEC_PER_SEC);
  g_assert_cmpstr (get (authentication, AIMX_METHOD_SPF), ==, "temperror");
  g_assert_cmpstr (get (authentication, AIMX_METHOD_DKIM), ==, "temperror");
  g_assert_cmpstr (get (authentication, AIMX_METHOD_DMARC), ==, "temperror");
  g_assert_cmpstr (get (authentication, AIMX_METHOD_IPREV), ==, "temperror");
  g_assert_cmpint (aimx_authentication_get_disposition (authentication), ==, AIMX_DISPOSITION_NONE);
  g_clear_object (&verification);
  verifier_fixture_clear (&fixture);
}

static void
test_a_verification_that_is_dropped_asks_nothing_any_more (void)
{
  VerifierFixture fixture;
  g_autoptr (AimxVerification) verification = NULL;

  verifier_fixture_init (&fixture, zone);
  fixture.resolver->delay_msec = 10;
  verification = verifier_fixture_begin (&fixture, "192.0.2.1", "bob@a.test");
  aimx_verification_update (verification, SIGNED FROM_A BODY, strlen (SIGNED FROM_A BODY));
  g_clear_object (&verification);
  g_assert_true (is_idle (fixture.resolver));
  g_assert_cmpuint (fixture.resolver->n_cancelled, ==, 4);
  verifier_fixture_clear (&fixture);
}

static void
test_nobody_waits_for_the_name_of_the_client (void)
{
  /* Every answer takes its time; the name needs two of them. */
  VerifierFixture fixture;
  g_autoptr (AimxVerification) verification = NULL;
  g_autoptr (AimxAuthentication) authentication = NULL;

  verifier_fixture_init (&fixture, zone);
  fixture.resolver->delay_msec = 200;
  verification = verifier_fixture_begin (&fixture, "192.0.2.1", "bob@a.test");
  aimx_verification_update (verification, SIGNED FROM_A BODY, strlen (SIGNED FROM_A BODY));
  authentication = verifier_fixture_finish (verification, NULL);
  g_assert_cmpstr (get (authentication, AIMX_METHOD_DMARC), ==, "pass");
  g_assert_cmpstr (get (authentication, AIMX_METHOD_IPREV), ==, "temperror");
  g_assert_cmpuint (fixture.resolver->n_cancelled, ==, 1);
  g_clear_object (&verification);
  verifier_fixture_clear (&fixture);
}

/* ---- many at once ---- */

#define SENDERS      4
#define MESSAGES     25
#define DROPPED_EACH 5 /* every fifth message is given up */

typedef struct
{
  VerifierFixture *fixture;
  guint n_passed;
  gboolean is_done; /* atomic */
} Sender;

static gpointer
send_messages (gpointer data)
{
  Sender *self = data;

  for (guint i = 0; i < MESSAGES; i++)
    {
      g_autoptr (AimxVerification) verification = verifier_fixture_begin (self->fixture, "192.0.2.1", "bob@a.test");
      g_autoptr (AimxAuthentication) authentication = NULL;
      g_autofree char *name = NULL;

      aimx_verification_update (verification, SIGNED, strlen (SIGNED));
      aimx_verification_update (verification, FROM_A BODY, strlen (FROM_A BODY));
      name = aimx_verification_get_peer_name (verification);
      if (i % DROPPED_EACH == 0)
        continue;
      authentication = aimx_verification_wait (verification);
      self->n_passed += aimx_authentication_is_author_proven (authentication);
    }
  g_atomic_int_set (&self->is_done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

static gboolean
are_done (gpointer data)
{
  Sender *senders = data;

  for (guint i = 0; i < SENDERS; i++)
    if (!g_atomic_int_get (&senders[i].is_done))
      return FALSE;
  return TRUE;
}

static void
test_verifications_on_many_threads_do_not_disturb_each_other (void)
{
  VerifierFixture fixture;
  Sender senders[SENDERS] = { 0 };
  GThread *threads[SENDERS];

  verifier_fixture_init (&fixture, zone);
  for (guint i = 0; i < SENDERS; i++)
    {
      senders[i].fixture = &fixture;
      threads[i] = g_thread_new ("sender", send_messages, &senders[i]);
    }
  verifier_fixture_wait (are_done, senders);
  for (guint i = 0; i < SENDERS; i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpuint (senders[i].n_passed, ==, MESSAGES - MESSAGES / DROPPED_EACH);
    }
  verifier_fixture_clear (&fixture);
}

/* The results stand at once, for nobody waits for the name of the client; that is answered while it is cancelled. */

#define LET_GO_OF 500

typedef struct
{
  VerifierFixture *fixture;
  guint n_verified; /* atomic */
} Giver;

typedef struct
{
  Giver *giver;
  AimxVerification *verification; /* the last reference */
} Gift;

static void
let_go (AimxAuthentication *authentication, gpointer user_data)
{
  g_autofree Gift *self = user_data;

  g_object_unref (self->verification);
  g_atomic_int_inc (&self->giver->n_verified);
  g_main_context_wakeup (NULL);
}

static gboolean
is_name_asked (ScriptedResolver *resolver)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&resolver->mutex);

  return g_str_has_suffix (resolver->asked->str, "A mail.a.test\n");
}

static gpointer
give (gpointer data)
{
  Giver *self = data;

  for (guint i = 0; i < LET_GO_OF; i++)
    {
      Gift *gift = g_new0 (Gift, 1);

      gift->giver = self;
      gift->verification = verifier_fixture_begin (self->fixture, "192.0.2.1", "bob@a.test");
      while (!is_name_asked (self->fixture->resolver))
        g_thread_yield ();
      g_free (take_asked (self->fixture));
      aimx_verification_finish (gift->verification, let_go, gift);
    }
  return NULL;
}

static gboolean
are_verified (gpointer data)
{
  return g_atomic_int_get (&((Giver *) data)->n_verified) == LET_GO_OF;
}

static void
test_a_verification_may_be_let_go_of_while_it_is_finished (void)
{
  VerifierFixture fixture;
  Giver giver = { .fixture = &fixture };
  GThread *thread;

  verifier_fixture_init (&fixture, zone);
  thread = g_thread_new ("giver", give, &giver);
  verifier_fixture_wait (are_verified, &giver);
  g_thread_join (thread);
  verifier_fixture_clear (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/verifier/a-proven-message-passes-everything", test_a_proven_message_passes_everything);
  g_test_add_func ("/verifier/a-forged-message-is-to-be-refused", test_a_forged_message_is_to_be_refused);
  g_test_add_func ("/verifier/an-author-is-proven-by-a-whole-signature-of-the-domain",
                   test_an_author_is_proven_by_a_whole_signature_of_the_domain);
  g_test_add_func ("/verifier/a-key-in-testing-counts-as-no-signature", test_a_key_in_testing_counts_as_no_signature);
  g_test_add_func ("/verifier/without-other-modules-nothing-is-known-and-nothing-invented",
                   test_without_other_modules_nothing_is_known_and_nothing_invented);
  g_test_add_func ("/verifier/everything-is-asked-as-soon-as-it-can-be", test_everything_is_asked_as_soon_as_it_can_be);
  g_test_add_func ("/verifier/a-header-may-come-in-pieces", test_a_header_may_come_in_pieces);
  g_test_add_func ("/verifier/no-header-is-so-long-that-it-hides-its-author",
                   test_no_header_is_so_long_that_it_hides_its_author);
  g_test_add_func ("/verifier/a-message-may-be-a-header-alone-or-nothing",
                   test_a_message_may_be_a_header_alone_or_nothing);
  g_test_add_func ("/verifier/a-dns-that-does-not-answer-costs-the-budget-and-no-more",
                   test_a_dns_that_does_not_answer_costs_the_budget_and_no_more);
  g_test_add_func ("/verifier/a-verification-that-is-dropped-asks-nothing-any-more",
                   test_a_verification_that_is_dropped_asks_nothing_any_more);
  g_test_add_func ("/verifier/nobody-waits-for-the-name-of-the-client", test_nobody_waits_for_the_name_of_the_client);
  g_test_add_func ("/verifier/verifications-on-many-threads-do-not-disturb-each-other",
                   test_verifications_on_many_threads_do_not_disturb_each_other);
  g_test_add_func ("/verifier/a-verification-may-be-let-go-of-while-it-is-finished",
                   test_a_verification_may_be_let_go_of_while_it_is_finished);
  return g_test_run ();
}
