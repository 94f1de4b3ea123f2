/* SPDX-License-Identifier: MIT */
/* Promises of modules/smtp/: what a client meets between its socket and the ingester. */
#include "smtp-fixture.h"

#include "io/fault.h"

#define MESSAGE "Subject: x\r\n\r\nbody\r\n"

/* What was delivered is our trace field, then @expected. */
static void
assert_delivered (Fixture *self, const char *expected, gsize length)
{
  gsize size;
  const char *raw = g_bytes_get_data (self->ingester->raw, &size);

  g_assert_true (g_str_has_prefix (raw, "Received: from client.test"));
  g_assert_cmpuint (size, >, length);
  g_assert_true (raw[size - length - 1] == '\n');
  g_assert_cmpmem (raw + size - length, length, expected, length);
}

static void
test_a_message_arrives_with_its_envelope (Fixture *self, gconstpointer extra)
{
  Client client;

  client_begin (&client, self);
  client_ask (&client, "RCPT TO:<Other@agents.test>", "250 ");
  client_ask (&client, "DATA", "354 ");
  client_ask (&client, MESSAGE ".", "250 2.0.0 ");
  assert_delivered (self, MESSAGE, strlen (MESSAGE));
  g_assert_cmpstr (self->ingester->envelope->mail_from, ==, "ann@sender.test");
  g_assert_cmpstr (self->ingester->envelope->recipients[0], ==, INFO);
  g_assert_cmpstr (self->ingester->envelope->recipients[1], ==, "Other@agents.test");
  g_assert_cmpstr (self->ingester->envelope->peer_address, ==, "127.0.0.1");
  g_assert_cmpstr (self->ingester->envelope->helo, ==, "client.test");
  g_assert_cmpstr (self->ingester->envelope->protocol, ==, "ESMTP");
  g_assert_cmpuint (self->ingester->envelope->trace_length, ==,
                    g_bytes_get_size (self->ingester->raw) - strlen (MESSAGE));
  g_assert_cmpuint (strlen (self->ingester->envelope->queue_id), ==, SMTP_QUEUE_ID_TEXT - 1);
  client_ask (&client, "QUIT", "221 ");
  client_expect_end (&client);
  client_close (&client);
}

/* Lines of which every other one starts with a dot; 3 MiB, more than any buffer. */
static GString *
make_large_message (void)
{
  GString *text = g_string_new ("Subject: large\r\n\r\n");

  for (guint i = 0; text->len < 3 << 20; i++)
    g_string_append_printf (text, "%sline %u of a large message\r\n", i % 2 == 0 ? "." : "", i);
  return text;
}

static GString *
stuff_dots (const GString *text)
{
  GString *stuffed = g_string_new (NULL);

  for (gsize i = 0; i < text->len; i++)
    {
      if (text->str[i] == '.' && (i == 0 || text->str[i - 1] == '\n'))
        g_string_append_c (stuffed, '.');
      g_string_append_c (stuffed, text->str[i]);
    }
  return stuffed;
}

static void
send_large_message (Fixture *self, Client *client)
{
  g_autoptr (GString) text = make_large_message ();
  g_autoptr (GString) stuffed = stuff_dots (text);

  client_ask (client, "DATA", "354 ");
  client_send_bytes (client, stuffed->str, stuffed->len);
  client_ask (client, ".", "250 2.0.0 ");
  assert_delivered (self, text->str, text->len);
}

static void
test_a_large_message_arrives_whole (Fixture *self, gconstpointer extra)
{
  Client client;

  client_begin (&client, self);
  send_large_message (self, &client);
  client_close (&client);
}

static void
test_a_large_message_arrives_whole_under_tls (Fixture *self, gconstpointer extra)
{
  Client client;

  client_connect (&client, self);
  client_expect (&client, "220 ");
  client_ask (&client, "EHLO client.test", "250 ");
  client_start_tls (&client);
  client_ask (&client, "MAIL FROM:<ann@sender.test>", "503 ");
  client_ask (&client, "EHLO client.test", "250 ");
  client_ask (&client, "MAIL FROM:<ann@sender.test>", "250 ");
  client_ask (&client, "RCPT TO:<" INFO ">", "250 ");
  send_large_message (self, &client);
  g_assert_cmpstr (self->ingester->envelope->protocol, ==, "ESMTPS");
  client_ask (&client, "QUIT", "221 ");
  client_close (&client);
}

static void
test_chunks_arrive_as_one_message (Fixture *self, gconstpointer extra)
{
  g_autofree char *chunk = g_malloc (200000);
  g_autoptr (GString) expected = g_string_new (NULL);
  Client client;

  for (gsize i = 0; i < 200000; i++)
    chunk[i] = (char) (i * 31 + i / 255);
  client_begin (&client, self);
  for (int i = 0; i < 3; i++)
    {
      client_send (&client, i < 2 ? "BDAT 200000\r\n" : "BDAT 200000 LAST\r\n");
      client_send_bytes (&client, chunk, 200000);
      client_expect (&client, "250 2.0.0 ");
      g_string_append_len (expected, chunk, 200000);
    }
  assert_delivered (self, expected->str, expected->len);
  client_close (&client);
}

static void
test_pipelined_commands_are_all_answered (Fixture *self, gconstpointer extra)
{
  Client client;

  client_connect (&client, self);
  client_expect (&client, "220 ");
  client_ask (&client, "EHLO client.test", "250 ");
  client_send (&client, "MAIL FROM:<>\r\nRCPT TO:<" INFO ">\r\nRCPT TO:<nobody@agents.test>\r\n"
                        "RCPT TO:<a@elsewhere.test>\r\nRCPT TO:<" OTHER ">\r\nDATA\r\n");
  client_expect (&client, "250 ");
  client_expect (&client, "250 ");
  client_expect (&client, "550 5.1.1 ");
  client_expect (&client, "550 5.7.1 ");
  client_expect (&client, "250 ");
  client_expect (&client, "354 ");
  /* What follows the message waits while it is delivered. */
  client_send (&client, MESSAGE ".\r\nMAIL FROM:<>\r\nRCPT TO:<" INFO ">\r\nRSET\r\nQUIT\r\n");
  client_expect (&client, "250 2.0.0 ");
  client_expect (&client, "250 ");
  client_expect (&client, "250 ");
  client_expect (&client, "250 ");
  client_expect (&client, "221 ");
  client_expect_end (&client);
  client_close (&client);
}

static void
test_an_owner_without_account_is_refused_for_now (Fixture *self, gconstpointer extra)
{
  Client client;

  client_begin (&client, self);
  client_ask (&client, "RCPT TO:<" GHOST ">", geteuid () == 0 ? "451 4.2.1 " : "250 ");
  client_close (&client);
}

/* ---- failures ---- */

static void
assert_answered (Fixture *self, const char *failing, int code, const char *expected)
{
  Client client;

  self->ingester->failing = failing;
  self->ingester->code = code;
  client_begin (&client, self);
  client_ask (&client, "RCPT TO:<" OTHER ">", "250 ");
  client_ask (&client, "DATA", "354 ");
  client_ask (&client, MESSAGE ".", expected);
  client_close (&client);
}

static void
test_a_failed_delivery_is_answered_as_it_failed (Fixture *self, gconstpointer extra)
{
  assert_answered (self, "*", AIMX_ERROR_IO, "451 4.3.0 ");
  assert_answered (self, OTHER, AIMX_ERROR_IO, "451 4.3.0 ");
  assert_answered (self, INFO, AIMX_ERROR_NO_SPACE, "452 4.3.1 ");
  assert_answered (self, OTHER, AIMX_ERROR_NO_SPACE, "452 4.3.1 ");
  assert_answered (self, INFO, AIMX_ERROR_NO_ENTRY, "451 4.3.0 ");
  assert_answered (self, "*", AIMX_ERROR_NO_ENTRY, "550 5.1.1 ");
  assert_answered (self, NULL, 0, "250 2.0.0 ");
}

#ifdef AIMX_TEST_SEAMS
static void
test_a_full_disk_refuses_a_large_message_and_not_a_small_one (Fixture *self, gconstpointer extra)
{
  g_autoptr (GString) text = make_large_message ();
  g_autoptr (GString) stuffed = stuff_dots (text);
  Client client;

  g_assert_true (aimx_fault_set_plan ("write:2+:ENOSPC", NULL));
  client_begin (&client, self);
  client_ask (&client, "DATA", "354 ");
  client_send_bytes (&client, stuffed->str, stuffed->len);
  client_ask (&client, ".", "452 4.3.1 ");
  g_assert_cmpuint (self->ingester->n_begun, ==, 0);
  client_ask (&client, "MAIL FROM:<ann@sender.test>", "250 ");
  client_ask (&client, "RCPT TO:<" INFO ">", "250 ");
  client_ask (&client, "DATA", "354 ");
  client_ask (&client, MESSAGE ".", "250 2.0.0 ");
  g_assert_true (aimx_fault_set_plan (NULL, NULL));
  client_close (&client);
}
#endif

static void
test_a_client_that_leaves_does_not_stop_its_delivery (Fixture *self, gconstpointer extra)
{
  Client client;

  ingester_set_shut (self->ingester, TRUE);
  client_begin (&client, self);
  client_ask (&client, "DATA", "354 ");
  client_send (&client, MESSAGE ".\r\n");
  ingester_wait (self->ingester, &self->ingester->n_begun, 1);
  client_reset (&client);
  smtp_server_stop (self->smtp, fixture_on_stopped, self);
  g_assert_null (g_async_queue_try_pop (self->stopped));
  ingester_set_shut (self->ingester, FALSE);
  fixture_wait_stopped (self);
  g_assert_cmpuint (self->ingester->n_done, ==, 1);
  assert_delivered (self, MESSAGE, strlen (MESSAGE));
}

static void
test_clients_that_leave_anywhere_leave_nothing (Fixture *self, gconstpointer extra)
{
  static const char *const talks[] = { "",
                                       "EHL",
                                       "EHLO x\r\n",
                                       "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<" INFO ">\r\n",
                                       "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<" INFO ">\r\nDATA\r\nSubject: y\r\n",
                                       "EHLO x\r\nSTARTTLS\r\n" };

  for (guint i = 0; i < 20 * G_N_ELEMENTS (talks); i++)
    {
      Client client;

      client_connect (&client, self);
      client_send (&client, talks[i % G_N_ELEMENTS (talks)]);
      if (i % 3 == 0)
        client_expect (&client, "220 ");
      if (i % 2 == 0)
        client_reset (&client);
      else
        client_close (&client);
    }
  smtp_server_stop (self->smtp, fixture_on_stopped, self);
  fixture_wait_stopped (self);
  g_assert_cmpuint (self->ingester->n_begun, ==, 0);
}

/* ---- TLS ---- */

static void
test_what_follows_starttls_in_the_clear_ends_the_session (Fixture *self, gconstpointer extra)
{
  Client client;

  client_connect (&client, self);
  client_expect (&client, "220 ");
  client_ask (&client, "EHLO client.test", "250 ");
  client_send (&client, "STARTTLS\r\nMAIL FROM:<>\r\n");
  client_expect_end (&client);
  client_close (&client);
}

static void
test_a_handshake_of_nonsense_ends_the_session (Fixture *self, gconstpointer extra)
{
  Client client;

  client_connect (&client, self);
  client_expect (&client, "220 ");
  client_ask (&client, "EHLO client.test", "250 ");
  client_ask (&client, "STARTTLS", "220 ");
  client_send (&client, "MAIL FROM:<ann@sender.test>\r\n");
  while (client_receive (&client))
    ;
  g_assert_null (strstr (client.received->str, "250"));
  client_close (&client);
}

/* ---- limits ---- */

static void
test_connections_over_the_limit_are_told_so (Fixture *self, gconstpointer extra)
{
  Client clients[3];
  Client again;

  for (int i = 0; i < 3; i++)
    client_connect (&clients[i], self);
  client_expect (&clients[0], "220 ");
  client_expect (&clients[1], "220 ");
  client_expect (&clients[2], "421 4.3.2 ");
  client_expect_end (&clients[2]);
  /* One that leaves makes room. */
  client_ask (&clients[0], "QUIT", "221 ");
  client_expect_end (&clients[0]);
  client_connect (&again, self);
  client_expect (&again, "220 ");
  client_close (&again);
  for (int i = 0; i < 3; i++)
    client_close (&clients[i]);
}

/* The client has sent far more than was read when the server closes: a reset would take the reply from it. */
static void
test_the_last_reply_reaches_a_client_that_goes_on_sending (Fixture *self, gconstpointer extra)
{
  Client client;

  client_connect (&client, self);
  client_expect (&client, "220 ");
  for (int i = 0; i < 10; i++)
    client_send (&client, "NONSENSE\r\n");
  for (int i = 0; i < 2000; i++)
    client_send (&client, "NONSENSE that nobody reads any more, and that fills buffers on its way to the server\r\n");
  for (int i = 0; i < 9; i++)
    client_expect (&client, "500 ");
  while (strstr (client.received->str, "421 4.7.0") == NULL && client_receive (&client))
    ;
  g_assert_nonnull (strstr (client.received->str, "421 4.7.0"));
  client_close (&client);
}

/* ---- the end ---- */

static void
test_stopping_ends_the_idle_and_lets_the_busy_finish (Fixture *self, gconstpointer extra)
{
  g_autofree char *address = g_strdup (smtp_server_get_address (self->smtp, 0));
  Client idle, busy;

  client_connect (&idle, self);
  client_expect (&idle, "220 ");
  client_begin (&busy, self);
  client_ask (&busy, "DATA", "354 ");
  client_send (&busy, "Subject: x\r\n");
  smtp_server_stop (self->smtp, fixture_on_stopped, self);
  client_expect (&idle, "421 4.3.2 ");
  client_expect_end (&idle);
  g_assert_null (g_async_queue_try_pop (self->stopped));
  client_ask (&busy, "\r\nbody\r\n.", "250 2.0.0 ");
  client_expect (&busy, "421 4.3.2 ");
  client_expect_end (&busy);
  fixture_wait_stopped (self);
  assert_delivered (self, MESSAGE, strlen (MESSAGE));
  client_close (&idle);
  client_close (&busy);
}

static void
test_stopping_without_clients_is_done_at_once (Fixture *self, gconstpointer extra)
{
  smtp_server_stop (self->smtp, fixture_on_stopped, self);
  fixture_wait_stopped (self);
}

static void
test_freeing_abandons_whoever_is_left (Fixture *self, gconstpointer extra)
{
  Client idle, busy;

  client_connect (&idle, self);
  client_expect (&idle, "220 ");
  client_begin (&busy, self);
  client_ask (&busy, "DATA", "354 ");
  g_clear_pointer (&self->smtp, smtp_server_free);
  client_expect_end (&idle);
  client_expect_end (&busy);
  client_close (&idle);
  client_close (&busy);
}

static GLogWriterOutput
log_nothing (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  return (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0
             ? g_log_writer_default (level, fields, n_fields, user_data)
             : G_LOG_WRITER_HANDLED;
}

static void
add (const char *path, const char *extra, void (*func) (Fixture *self, gconstpointer extra))
{
  g_test_add (path, Fixture, extra, fixture_set_up, func, fixture_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (log_nothing, NULL, NULL);
  add ("/smtp-server/a-message-arrives-with-its-envelope", NULL, test_a_message_arrives_with_its_envelope);
  add ("/smtp-server/a-large-message-arrives-whole", NULL, test_a_large_message_arrives_whole);
  add ("/smtp-server/a-large-message-arrives-whole-under-tls", NULL, test_a_large_message_arrives_whole_under_tls);
  add ("/smtp-server/chunks-arrive-as-one-message", NULL, test_chunks_arrive_as_one_message);
  add ("/smtp-server/pipelined-commands-are-all-answered", NULL, test_pipelined_commands_are_all_answered);
  add ("/smtp-server/an-owner-without-account-is-refused-for-now", NULL,
       test_an_owner_without_account_is_refused_for_now);
  add ("/smtp-server/a-failed-delivery-is-answered-as-it-failed", NULL,
       test_a_failed_delivery_is_answered_as_it_failed);
#ifdef AIMX_TEST_SEAMS
  add ("/smtp-server/a-full-disk-refuses-a-large-message-and-not-a-small-one", NULL,
       test_a_full_disk_refuses_a_large_message_and_not_a_small_one);
#endif
  add ("/smtp-server/a-client-that-leaves-does-not-stop-its-delivery", NULL,
       test_a_client_that_leaves_does_not_stop_its_delivery);
  add ("/smtp-server/clients-that-leave-anywhere-leave-nothing", NULL, test_clients_that_leave_anywhere_leave_nothing);
  add ("/smtp-server/what-follows-starttls-in-the-clear-ends-the-session", NULL,
       test_what_follows_starttls_in_the_clear_ends_the_session);
  add ("/smtp-server/a-handshake-of-nonsense-ends-the-session", NULL, test_a_handshake_of_nonsense_ends_the_session);
  add ("/smtp-server/connections-over-the-limit-are-told-so", "[smtp]\nmax_connections = 2\n",
       test_connections_over_the_limit_are_told_so);
  add ("/smtp-server/connections-of-one-client-over-the-limit-are-told-so", "[smtp]\nmax_connections_per_address = 2\n",
       test_connections_over_the_limit_are_told_so);
  add ("/smtp-server/the-last-reply-reaches-a-client-that-goes-on-sending", NULL,
       test_the_last_reply_reaches_a_client_that_goes_on_sending);
  add ("/smtp-server/stopping-ends-the-idle-and-lets-the-busy-finish", NULL,
       test_stopping_ends_the_idle_and_lets_the_busy_finish);
  add ("/smtp-server/stopping-without-clients-is-done-at-once", NULL, test_stopping_without_clients_is_done_at_once);
  add ("/smtp-server/freeing-abandons-whoever-is-left", NULL, test_freeing_abandons_whoever_is_left);
  return g_test_run ();
}
