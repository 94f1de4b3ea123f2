/* SPDX-License-Identifier: MIT */
/* Promises of modules/smtp/ about who sent a message: when it asks the verifier, what of, and what it does then. */
#include "smtp-fixture.h"

#include <aimx/verifier.h>

#define MESSAGE "From: ann@sender.test\r\nSubject: x\r\n\r\nbody\r\n"
#define REJECT  "dmarc_policy = \"reject\"\n"

/* ---- a verifier that answers when it is told ---- */

#define TEST_TYPE_VERIFIER (test_verifier_get_type ())
G_DECLARE_FINAL_TYPE (TestVerifier, test_verifier, TEST, VERIFIER, GObject)
#define TEST_TYPE_VERIFICATION (test_verification_get_type ())
G_DECLARE_FINAL_TYPE (TestVerification, test_verification, TEST, VERIFICATION, GObject)

struct _TestVerifier
{
  GObject parent;
  GMutex mutex;
  AimxServer *aimx;
  gboolean holds; /* messages wait for verifier_release() */
  AimxDisposition disposition;
  guint n_begun;
  guint n_dropped;
  GAsyncQueue *held;  /* of verifications */
  GString *peers;     /* of each begun one */
  GByteArray *latest; /* the message of the one that finished last */
};

struct _TestVerification
{
  GObject parent;
  TestVerifier *verifier;
  GByteArray *message;
  gboolean is_finished;
  AimxVerifiedFunc func;
  gpointer user_data;
};

static void
verification_answer (gpointer user_data)
{
  g_autoptr (TestVerification) self = user_data;
  g_autoptr (AimxAuthentication) authentication = aimx_authentication_new ();

  aimx_authentication_set_result (authentication, AIMX_METHOD_SPF, "softfail");
  aimx_authentication_set_disposition (authentication, self->verifier->disposition);
  aimx_authentication_set_field (authentication, "agents.test; spf=softfail");
  self->func (authentication, self->user_data);
}

static void
verification_update (AimxVerification *verification, const char *data, gsize length)
{
  g_byte_array_append (TEST_VERIFICATION (verification)->message, (const guint8 *) data, (guint) length);
}

static void
verification_finish (AimxVerification *verification, AimxVerifiedFunc func, gpointer user_data)
{
  TestVerification *self = g_object_ref (TEST_VERIFICATION (verification));
  TestVerifier *verifier = self->verifier;

  self->is_finished = TRUE;
  self->func = func;
  self->user_data = user_data;
  g_mutex_lock (&verifier->mutex);
  g_clear_pointer (&verifier->latest, g_byte_array_unref);
  verifier->latest = g_byte_array_ref (self->message);
  g_mutex_unlock (&verifier->mutex);
  if (verifier->holds)
    g_async_queue_push (verifier->held, self);
  else
    aimx_server_run (verifier->aimx, verification_answer, self);
}

static char *
verification_get_peer_name (AimxVerification *verification)
{
  return g_strdup ("mx.sender.test");
}

static void
test_verification_iface_init (AimxVerificationInterface *iface)
{
  iface->update = verification_update;
  iface->finish = verification_finish;
  iface->get_peer_name = verification_get_peer_name;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestVerification,
                               test_verification,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (AIMX_TYPE_VERIFICATION, test_verification_iface_init))

static void
test_verification_finalize (GObject *object)
{
  TestVerification *self = TEST_VERIFICATION (object);

  if (!self->is_finished)
    {
      g_mutex_lock (&self->verifier->mutex);
      self->verifier->n_dropped++;
      g_mutex_unlock (&self->verifier->mutex);
    }
  g_byte_array_unref (self->message);
  g_object_unref (self->verifier);
  G_OBJECT_CLASS (test_verification_parent_class)->finalize (object);
}

static void
test_verification_class_init (TestVerificationClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_verification_finalize;
}

static void
test_verification_init (TestVerification *self)
{
  self->message = g_byte_array_new ();
}

static AimxVerification *
verifier_begin (AimxVerifier *verifier, const AimxVerifierPeer *peer)
{
  TestVerifier *self = TEST_VERIFIER (verifier);
  TestVerification *verification = g_object_new (TEST_TYPE_VERIFICATION, NULL);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  verification->verifier = g_object_ref (self);
  self->n_begun++;
  g_string_append_printf (self->peers, "%s %s <%s>\n", peer->address, peer->helo, peer->mail_from);
  return AIMX_VERIFICATION (verification);
}

static void
test_verifier_iface_init (AimxVerifierInterface *iface)
{
  iface->begin = verifier_begin;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestVerifier,
                               test_verifier,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (AIMX_TYPE_VERIFIER, test_verifier_iface_init))

static void
test_verifier_finalize (GObject *object)
{
  TestVerifier *self = TEST_VERIFIER (object);

  g_clear_pointer (&self->latest, g_byte_array_unref);
  g_string_free (self->peers, TRUE);
  g_async_queue_unref (self->held);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (test_verifier_parent_class)->finalize (object);
}

static void
test_verifier_class_init (TestVerifierClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_verifier_finalize;
}

static void
test_verifier_init (TestVerifier *self)
{
  g_mutex_init (&self->mutex);
  self->held = g_async_queue_new ();
  self->peers = g_string_new (NULL);
}

/* Returns: (transfer full): the message that is held next */
static TestVerification *
verifier_wait_held (TestVerifier *self)
{
  TestVerification *held = g_async_queue_timeout_pop (self->held, PATIENCE_SECONDS * G_USEC_PER_SEC);

  g_assert_nonnull (held);
  return held;
}

static void
verifier_assert (TestVerifier *self, guint n_begun, guint n_dropped)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_assert_cmpuint (self->n_begun, ==, n_begun);
  g_assert_cmpuint (self->n_dropped, ==, n_dropped);
}

/* ---- a server with it ---- */

static void
set_up (Fixture *self, gconstpointer extra)
{
  TestVerifier *verifier = g_object_new (TEST_TYPE_VERIFIER, NULL);

  self->verifier = AIMX_VERIFIER (verifier);
  fixture_set_up (self, extra);
  verifier->aimx = self->aimx;
}

static void
tear_down (Fixture *self, gconstpointer extra)
{
  fixture_tear_down (self, extra);
  g_assert_finalize_object (self->verifier);
}

/* Sends a message whose results stand only when the test says so. Returns: (transfer full): its verification */
static TestVerification *
send_held (Fixture *self, Client *client)
{
  TestVerifier *verifier = TEST_VERIFIER (self->verifier);

  verifier->holds = TRUE;
  client_begin (client, self);
  client_ask (client, "DATA", "354 ");
  client_send (client, MESSAGE ".\r\n");
  return verifier_wait_held (verifier);
}

/* ---- promises ---- */

static void
test_a_sender_is_looked_at_when_a_recipient_is_accepted (Fixture *self, gconstpointer extra)
{
  TestVerifier *verifier = TEST_VERIFIER (self->verifier);
  Client client;

  client_connect (&client, self);
  client_expect (&client, "220 ");
  client_ask (&client, "EHLO client.test", "250 ");
  client_ask (&client, "MAIL FROM:<ann@sender.test>", "250 ");
  client_ask (&client, "RCPT TO:<nobody@agents.test>", "550 ");
  verifier_assert (verifier, 0, 0);
  client_ask (&client, "RCPT TO:<" INFO ">", "250 ");
  verifier_assert (verifier, 1, 0);
  client_ask (&client, "RCPT TO:<" OTHER ">", "250 ");
  verifier_assert (verifier, 1, 0);
  g_assert_cmpstr (verifier->peers->str, ==, "127.0.0.1 client.test <ann@sender.test>\n");
  client_close (&client);
}

static void
test_every_transaction_is_verified_by_itself (Fixture *self, gconstpointer extra)
{
  TestVerifier *verifier = TEST_VERIFIER (self->verifier);
  Client client;

  client_begin (&client, self);
  client_ask (&client, "DATA", "354 ");
  client_ask (&client, MESSAGE ".", "250 2.0.0 ");
  client_ask (&client, "MAIL FROM:<bob@sender.test>", "250 ");
  client_ask (&client, "RCPT TO:<" INFO ">", "250 ");
  client_ask (&client, "RSET", "250 ");
  client_ask (&client, "MAIL FROM:<>", "250 ");
  client_ask (&client, "RCPT TO:<" INFO ">", "250 ");
  verifier_assert (verifier, 3, 1);
  client_ask (&client, "DATA", "354 ");
  client_ask (&client, MESSAGE ".", "250 2.0.0 ");
  verifier_assert (verifier, 3, 1);
  g_assert_cmpstr (verifier->peers->str, ==,
                   "127.0.0.1 client.test <ann@sender.test>\n127.0.0.1 client.test <bob@sender.test>\n"
                   "127.0.0.1 client.test <>\n");
  client_close (&client);
}

/* The greeting is what there is of the null sender: another one is another sender. */
static void
test_a_sender_who_greets_again_is_another (Fixture *self, gconstpointer extra)
{
  TestVerifier *verifier = TEST_VERIFIER (self->verifier);
  Client client;

  client_connect (&client, self);
  client_expect (&client, "220 ");
  for (guint i = 0; i < 2; i++)
    {
      client_ask (&client, i == 0 ? "EHLO one.test" : "EHLO two.test", "250 ");
      client_ask (&client, "MAIL FROM:<>", "250 ");
      client_ask (&client, "RCPT TO:<" INFO ">", "250 ");
    }
  verifier_assert (verifier, 2, 1);
  g_assert_cmpstr (verifier->peers->str, ==, "127.0.0.1 one.test <>\n127.0.0.1 two.test <>\n");
  client_close (&client);
}

static void
test_a_message_is_verified_as_it_was_sent (Fixture *self, gconstpointer extra)
{
  TestVerifier *verifier = TEST_VERIFIER (self->verifier);
  Client client;

  client_begin (&client, self);
  client_ask (&client, "DATA", "354 ");
  client_ask (&client, MESSAGE "..dot\r\n.", "250 2.0.0 ");
  g_assert_cmpmem (verifier->latest->data, verifier->latest->len, MESSAGE ".dot\r\n", strlen (MESSAGE ".dot\r\n"));
  client_close (&client);
}

/* More than memory takes, so that it is staged for the disk. */
static void
test_a_large_message_is_verified_as_it_was_sent (Fixture *self, gconstpointer extra)
{
  TestVerifier *verifier = TEST_VERIFIER (self->verifier);
  g_autoptr (GString) text = g_string_new (MESSAGE);
  Client client;

  for (guint i = 0; text->len < 3 << 20; i++)
    g_string_append_printf (text, "line %u of a large message\r\n", i);
  client_begin (&client, self);
  client_ask (&client, "DATA", "354 ");
  client_send_bytes (&client, text->str, text->len);
  client_ask (&client, ".", "250 2.0.0 ");
  g_assert_cmpmem (verifier->latest->data, verifier->latest->len, text->str, text->len);
  client_close (&client);
}

static void
test_a_message_is_delivered_with_its_results (Fixture *self, gconstpointer extra)
{
  const AimxEnvelope *envelope;
  Client client;

  client_begin (&client, self);
  client_ask (&client, "DATA", "354 ");
  client_ask (&client, MESSAGE ".", "250 2.0.0 ");
  envelope = self->ingester->envelope;
  g_assert_cmpstr (aimx_authentication_get_field (envelope->authentication), ==, "agents.test; spf=softfail");
  g_assert_true (g_str_has_prefix (g_bytes_get_data (self->ingester->raw, NULL),
                                   "Received: from client.test (mx.sender.test [127.0.0.1])"));
  client_close (&client);
}

static void
test_a_sender_whose_results_take_long_keeps_nobody_waiting (Fixture *self, gconstpointer extra)
{
  TestVerifier *verifier = TEST_VERIFIER (self->verifier);
  TestVerification *held;
  Client slow, quick;

  held = send_held (self, &slow);
  verifier->holds = FALSE;
  client_begin (&quick, self);
  client_ask (&quick, "DATA", "354 ");
  client_ask (&quick, MESSAGE ".", "250 2.0.0 ");
  ingester_wait (self->ingester, &self->ingester->n_done, 1);
  g_assert_cmpuint (self->ingester->n_begun, ==, 1);
  g_assert_cmpstr (slow.received->str, ==, "");
  aimx_server_run (self->aimx, verification_answer, held);
  client_expect (&slow, "250 2.0.0 ");
  g_assert_cmpuint (self->ingester->n_done, ==, 2);
  client_close (&quick);
  client_close (&slow);
}

/* It was sent whole: it counts, though nobody hears so. */
static void
test_a_message_whose_sender_goes_meanwhile_is_delivered (Fixture *self, gconstpointer extra)
{
  TestVerification *held;
  Client client;

  held = send_held (self, &client);
  client_reset (&client);
  aimx_server_run (self->aimx, verification_answer, held);
  ingester_wait (self->ingester, &self->ingester->n_done, 1);
}

static void
test_a_server_stops_when_the_results_stand (Fixture *self, gconstpointer extra)
{
  TestVerification *held;
  Client client;

  held = send_held (self, &client);
  smtp_server_stop (self->smtp, fixture_on_stopped, self);
  g_assert_null (g_async_queue_try_pop (self->stopped));
  aimx_server_run (self->aimx, verification_answer, held);
  client_expect (&client, "250 2.0.0 ");
  fixture_wait_stopped (self);
  client_close (&client);
}

static void
test_mail_that_its_domain_disowns_is_refused_where_the_policy_counts (Fixture *self, gconstpointer extra)
{
  Client client;

  TEST_VERIFIER (self->verifier)->disposition = AIMX_DISPOSITION_REJECT;
  client_begin (&client, self);
  client_ask (&client, "DATA", "354 ");
  client_ask (&client, MESSAGE ".", "550 5.7.1 ");
  g_assert_cmpuint (self->ingester->n_begun, ==, 0);
  TEST_VERIFIER (self->verifier)->disposition = AIMX_DISPOSITION_QUARANTINE;
  client_ask (&client, "MAIL FROM:<ann@sender.test>", "250 ");
  client_ask (&client, "RCPT TO:<" INFO ">", "250 ");
  client_ask (&client, "DATA", "354 ");
  client_ask (&client, MESSAGE ".", "250 2.0.0 ");
  client_close (&client);
}

static void
test_mail_that_its_domain_disowns_is_delivered_else (Fixture *self, gconstpointer extra)
{
  Client client;

  TEST_VERIFIER (self->verifier)->disposition = AIMX_DISPOSITION_REJECT;
  client_begin (&client, self);
  client_ask (&client, "DATA", "354 ");
  client_ask (&client, MESSAGE ".", "250 2.0.0 ");
  g_assert_cmpuint (self->ingester->n_done, ==, 1);
  client_close (&client);
}

#define ADD(name, config, test) g_test_add ("/smtp-verification/" name, Fixture, config, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a-sender-is-looked-at-when-a-recipient-is-accepted", NULL,
       test_a_sender_is_looked_at_when_a_recipient_is_accepted);
  ADD ("every-transaction-is-verified-by-itself", NULL, test_every_transaction_is_verified_by_itself);
  ADD ("a-sender-who-greets-again-is-another", NULL, test_a_sender_who_greets_again_is_another);
  ADD ("a-message-is-verified-as-it-was-sent", NULL, test_a_message_is_verified_as_it_was_sent);
  ADD ("a-large-message-is-verified-as-it-was-sent", NULL, test_a_large_message_is_verified_as_it_was_sent);
  ADD ("a-message-is-delivered-with-its-results", NULL, test_a_message_is_delivered_with_its_results);
  ADD ("a-sender-whose-results-take-long-keeps-nobody-waiting", NULL,
       test_a_sender_whose_results_take_long_keeps_nobody_waiting);
  ADD ("a-message-whose-sender-goes-meanwhile-is-delivered", NULL,
       test_a_message_whose_sender_goes_meanwhile_is_delivered);
  ADD ("a-server-stops-when-the-results-stand", NULL, test_a_server_stops_when_the_results_stand);
  ADD ("mail-that-its-domain-disowns-is-refused-where-the-policy-counts", REJECT,
       test_mail_that_its_domain_disowns_is_refused_where_the_policy_counts);
  ADD ("mail-that-its-domain-disowns-is-delivered-else", NULL, test_mail_that_its_domain_disowns_is_delivered_else);
  return g_test_run ();
}
