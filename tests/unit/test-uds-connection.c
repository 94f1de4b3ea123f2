/* SPDX-License-Identifier: MIT */
/* Promises of modules/uds/connection.c. */
#include "uds-peer.h"

#define MIB (1024 * 1024)

typedef struct
{
  FakeServer *server;
  UdsConnection *connection;
  int fd; /* the client's */
  gboolean ended;
} Fixture;

static void
on_ended (UdsConnection *connection, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_false (fixture->ended);
  fixture->ended = TRUE;
  uds_connection_unref (g_steal_pointer (&fixture->connection));
}

static void
connect_fixture (Fixture *fixture, FakeServer *server)
{
  g_autoptr (AimxCaller) caller = aimx_caller_new (1234, 5678, 42);
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), ==, 0);
  *fixture = (Fixture){ .server = server, .fd = fds[0] };
  fixture->connection = uds_connection_new (&server->service, fds[1], caller, on_ended, fixture);
}

static void
wait_until_ended (Fixture *fixture)
{
  while (!fixture->ended)
    peer_iterate ("the connection to end");
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  connect_fixture (fixture, fake_server_new (64 * MIB, 64 * MIB));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->fd >= 0)
    close (fixture->fd);
  wait_until_ended (fixture);
  fake_server_free (fixture->server);
}

static void
close_client (Fixture *fixture)
{
  close (fixture->fd);
  fixture->fd = -1;
}

/* ---- requests and answers ---- */

static void
test_request_in_single_bytes_reaches_the_server (Fixture *fixture, gconstpointer data)
{
  const char frame[] = "AIMX/1 X\nName: v\nContent-Length: 4\n\nbody";
  AimxRequest *request;
  AimxCaller *caller;
  GBytes *body;

  for (gsize i = 0; i < sizeof frame - 1; i++)
    {
      peer_send (fixture->fd, frame + i, 1);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  request = fake_server_wait (fixture->server);
  caller = aimx_request_get_caller (request);
  body = aimx_request_get_body (request);
  g_assert_cmpstr (aimx_request_get_verb (request), ==, "X");
  g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), "body", 4);
  g_assert_cmpuint (aimx_caller_get_uid (caller), ==, 1234);
  g_assert_cmpuint (aimx_caller_get_gid (caller), ==, 5678);
  g_assert_cmpint (aimx_caller_get_pid (caller), ==, 42);
  fake_server_answer (fixture->server, aimx_response_new_ack ());
  peer_expect (fixture->fd, "AIMX/1 OK\n");
}

static void
test_each_shape_is_answered (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonArray) array = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  json_node_set_array (node, array);
  peer_send_text (fixture->fd, "AIMX/1 N\n\n");
  fake_server_wait (fixture->server);
  fake_server_answer (fixture->server, aimx_response_new_json (node));
  peer_expect (fixture->fd, "AIMX/1 OK\nContent-Length: 2\n\n[]");
  wait_until_ended (fixture);
  close_client (fixture);

  connect_fixture (fixture, fixture->server);
  peer_send_text (fixture->fd, "AIMX/1 N\n\n");
  fake_server_wait (fixture->server);
  fake_server_answer (fixture->server, aimx_response_new_id ("<1@b.org>"));
  peer_expect (fixture->fd, "AIMX/1 OK <1@b.org>\n");
  wait_until_ended (fixture);
  close_client (fixture);

  connect_fixture (fixture, fixture->server);
  peer_send_text (fixture->fd, "AIMX/1 N\n\n");
  fake_server_wait (fixture->server);
  fake_server_fail (fixture->server, AIMX_ERROR_ACCESS, "not\nauthorized");
  peer_expect (fixture->fd, "AIMX/1 ERR EACCES not authorized\nCode: EACCES\n\n");
}

static void
test_half_closed_peer_still_gets_its_answer (Fixture *fixture, gconstpointer data)
{
  peer_send_text (fixture->fd, "AIMX/1 N\n\n");
  g_assert_cmpint (shutdown (fixture->fd, SHUT_WR), ==, 0);
  fake_server_wait (fixture->server);
  fake_server_answer (fixture->server, aimx_response_new_ack ());
  peer_expect (fixture->fd, "AIMX/1 OK\n");
}

static void
test_second_frame_is_ignored (Fixture *fixture, gconstpointer data)
{
  peer_send_text (fixture->fd, "AIMX/1 N\n\nAIMX/1 N\n\n");
  fake_server_wait (fixture->server);
  fake_server_answer (fixture->server, aimx_response_new_ack ());
  peer_expect (fixture->fd, "AIMX/1 OK\n");
  wait_until_ended (fixture);
  g_assert_cmpuint (fixture->server->n_calls, ==, 1);
}

static void
test_large_answer_reaches_a_slow_reader (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strnfill (8 * MIB, 'x');
  g_autofree char *expected = g_strdup_printf ("AIMX/1 OK\nContent-Length: %d\n\n\"%s\"", 8 * MIB + 2, text);
  JsonNode *node = json_node_new (JSON_NODE_VALUE);
  int small = 4096;

  g_assert_cmpint (setsockopt (fixture->fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small), ==, 0);
  json_node_set_string (node, text);
  peer_send_text (fixture->fd, "AIMX/1 N\n\n");
  fake_server_wait (fixture->server);
  fake_server_answer (fixture->server, aimx_response_new_json (node));
  peer_expect (fixture->fd, expected);
}

static void
test_peer_that_goes_away_amid_a_call_harms_nobody (Fixture *fixture, gconstpointer data)
{
  peer_send_text (fixture->fd, "AIMX/1 N\n\n");
  fake_server_wait (fixture->server);
  close_client (fixture);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_false (fixture->ended);
  fake_server_answer (fixture->server, aimx_response_new_ack ());
  wait_until_ended (fixture);
}

/* ---- what is no request ---- */

static void
test_empty_connection_is_closed_in_silence (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (shutdown (fixture->fd, SHUT_WR), ==, 0);
  peer_expect (fixture->fd, "");
}

static void
test_truncated_request_is_malformed (Fixture *fixture, gconstpointer data)
{
  peer_send_text (fixture->fd, "AIMX/1 X\nContent-Length: 5\n\nabc");
  g_assert_cmpint (shutdown (fixture->fd, SHUT_WR), ==, 0);
  peer_expect (fixture->fd, "AIMX/1 ERR MALFORMED the body ends after 3 of 5 bytes\nCode: MALFORMED\n\n");
  g_assert_cmpuint (fixture->server->n_calls, ==, 0);
}

static void
test_body_over_its_limit_is_refused_and_drained (Fixture *fixture, gconstpointer data)
{
  gsize size = AIMX_BODY_MAX + 1;
  g_autofree char *body = g_malloc0 (size);

  peer_send_text (fixture->fd, "AIMX/1 X\nContent-Length: 26214401\n\n");
  /* All of it can be sent: no reset takes the answer away. */
  peer_send (fixture->fd, body, size);
  peer_expect (fixture->fd, "AIMX/1 ERR MALFORMED body over 26214400 bytes\nCode: MALFORMED\n\n");
}

static void
test_unknown_verb_is_answered_before_its_body (Fixture *fixture, gconstpointer data)
{
  peer_send_text (fixture->fd, "AIMX/1 NOPE\nContent-Length: 26214400\n\nx");
  g_assert_cmpstr (aimx_request_get_verb (fake_server_wait (fixture->server)), ==, "NOPE");
  fake_server_fail (fixture->server, AIMX_ERROR_PROTOCOL, "unknown verb 'NOPE'");
  peer_expect (fixture->fd, "AIMX/1 ERR PROTOCOL unknown verb 'NOPE'\nCode: PROTOCOL\n\n");
}

static void
test_draining_ends_with_too_much (Fixture *fixture, gconstpointer data)
{
  g_autofree char *junk = g_malloc0 (MIB);
  gsize sent = 0;

  while (!fixture->ended)
    {
      ssize_t n = send (fixture->fd, junk, MIB, MSG_NOSIGNAL | MSG_DONTWAIT);

      if (n > 0)
        sent += (gsize) n;
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_cmpuint (sent, >, UDS_DRAIN_BYTES);
}

/* ---- limits ---- */

/* A verb of another module has its turn at once, however many wait. */
static void
assert_other_verb_is_called (FakeServer *server)
{
  guint n_calls = server->n_calls;
  Fixture other;

  connect_fixture (&other, server);
  peer_send_text (other.fd, "AIMX/1 X\n\n");
  while (server->n_calls == n_calls)
    peer_iterate ("the call");
  g_queue_push_head (&server->calls, g_queue_pop_tail (&server->calls));
  fake_server_answer (server, aimx_response_new_ack ());
  peer_expect (other.fd, "AIMX/1 OK\n");
  wait_until_ended (&other);
  close (other.fd);
}

static void
test_user_runs_only_a_share_of_calls_at_once (void)
{
  g_autoptr (FakeServer) server = fake_server_new (64 * MIB, 64 * MIB);
  Fixture fixtures[UDS_CALLS_SHARE + 2];

  for (gsize i = 0; i < G_N_ELEMENTS (fixtures); i++)
    {
      connect_fixture (&fixtures[i], server);
      peer_send_text (fixtures[i].fd, "AIMX/1 N\n\n");
    }
  while (server->n_calls < UDS_CALLS_SHARE)
    peer_iterate ("calls");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (server->n_calls, ==, UDS_CALLS_SHARE);
  assert_other_verb_is_called (server);
  for (gsize i = 0; i < G_N_ELEMENTS (fixtures); i++)
    {
      fake_server_wait (server);
      fake_server_answer (server, aimx_response_new_ack ());
    }
  for (gsize i = 0; i < G_N_ELEMENTS (fixtures); i++)
    {
      peer_expect (fixtures[i].fd, "AIMX/1 OK\n");
      wait_until_ended (&fixtures[i]);
      close (fixtures[i].fd);
    }
}

static void
test_large_bodies_wait_for_memory (void)
{
  g_autoptr (FakeServer) server = fake_server_new (3 * MIB, 3 * MIB);
  g_autofree char *body = g_malloc0 (2 * MIB);
  Fixture first, second;
  GBytes *received;

  connect_fixture (&first, server);
  peer_send_text (first.fd, "AIMX/1 X\nContent-Length: 2097152\n\n");
  peer_send (first.fd, body, 2 * MIB);
  fake_server_wait (server);
  connect_fixture (&second, server);
  peer_send_text (second.fd, "AIMX/1 X\nContent-Length: 2097152\n\nfirst bytes");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_true (uds_connection_is_receiving (second.connection));
  fake_server_answer (server, aimx_response_new_ack ());
  peer_expect (first.fd, "AIMX/1 OK\n");
  peer_send (second.fd, body, 2 * MIB - strlen ("first bytes"));
  received = aimx_request_get_body (fake_server_wait (server));
  g_assert_cmpuint (g_bytes_get_size (received), ==, 2 * MIB);
  g_assert_cmpmem (g_bytes_get_data (received, NULL), 11, "first bytes", 11);
  fake_server_answer (server, aimx_response_new_ack ());
  peer_expect (second.fd, "AIMX/1 OK\n");
  wait_until_ended (&first);
  wait_until_ended (&second);
  close (first.fd);
  close (second.fd);
}

static void
test_memory_of_a_dropped_request_is_free_again (void)
{
  g_autoptr (FakeServer) server = fake_server_new (3 * MIB, 3 * MIB);
  Fixture first, second;

  connect_fixture (&first, server);
  connect_fixture (&second, server);
  peer_send_text (first.fd, "AIMX/1 X\nContent-Length: 2097152\n\n");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  peer_send_text (second.fd, "AIMX/1 X\nContent-Length: 2097152\n\nabc");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  uds_connection_drop (first.connection, "the test wants it");
  g_assert_true (first.ended);
  g_assert_cmpint (shutdown (second.fd, SHUT_WR), ==, 0);
  peer_expect (second.fd, "AIMX/1 ERR MALFORMED the body ends after 3 of 2097152 bytes\nCode: MALFORMED\n\n");
  close (first.fd);
  wait_until_ended (&second);
  close (second.fd);
}

/* ---- the end of the daemon ---- */

static void
test_hurry_lets_go_who_said_nothing (Fixture *fixture, gconstpointer data)
{
  uds_connection_hurry (fixture->connection);
  g_assert_true (fixture->ended);
}

static void
test_hurry_still_hears_what_was_sent (Fixture *fixture, gconstpointer data)
{
  peer_send_text (fixture->fd, "AIMX/1 N\n\n");
  uds_connection_hurry (fixture->connection);
  fake_server_wait (fixture->server);
  fake_server_answer (fixture->server, aimx_response_new_ack ());
  peer_expect (fixture->fd, "AIMX/1 OK\n");
}

static void
test_hurry_drops_a_request_that_does_not_come (Fixture *fixture, gconstpointer data)
{
  peer_send_text (fixture->fd, "AIMX/1 N\n");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  uds_connection_hurry (fixture->connection);
  g_assert_false (fixture->ended);
  /* Without an answer. */
  peer_expect (fixture->fd, "");
}

static void
test_hurry_drops_an_answer_that_is_not_taken (Fixture *fixture, gconstpointer data)
{
  JsonNode *node = json_node_new (JSON_NODE_VALUE);
  g_autofree char *text = g_strnfill (8 * MIB, 'x');
  GString *part;

  json_node_set_string (node, text);
  peer_send_text (fixture->fd, "AIMX/1 N\n\n");
  fake_server_wait (fixture->server);
  fake_server_answer (fixture->server, aimx_response_new_json (node));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  uds_connection_hurry (fixture->connection);
  g_assert_false (fixture->ended);
  wait_until_ended (fixture);
  part = peer_read (fixture->fd);
  g_assert_cmpuint (part->len, <, 8 * MIB);
  g_string_free (part, TRUE);
}

#define add(name, function) g_test_add ("/uds-connection/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("request-in-single-bytes-reaches-the-server", test_request_in_single_bytes_reaches_the_server);
  add ("each-shape-is-answered", test_each_shape_is_answered);
  add ("half-closed-peer-still-gets-its-answer", test_half_closed_peer_still_gets_its_answer);
  add ("second-frame-is-ignored", test_second_frame_is_ignored);
  add ("large-answer-reaches-a-slow-reader", test_large_answer_reaches_a_slow_reader);
  add ("peer-that-goes-away-amid-a-call-harms-nobody", test_peer_that_goes_away_amid_a_call_harms_nobody);
  add ("empty-connection-is-closed-in-silence", test_empty_connection_is_closed_in_silence);
  add ("truncated-request-is-malformed", test_truncated_request_is_malformed);
  add ("body-over-its-limit-is-refused-and-drained", test_body_over_its_limit_is_refused_and_drained);
  add ("unknown-verb-is-answered-before-its-body", test_unknown_verb_is_answered_before_its_body);
  add ("draining-ends-with-too-much", test_draining_ends_with_too_much);
  g_test_add_func ("/uds-connection/user-runs-only-a-share-of-calls-at-once",
                   test_user_runs_only_a_share_of_calls_at_once);
  g_test_add_func ("/uds-connection/large-bodies-wait-for-memory", test_large_bodies_wait_for_memory);
  g_test_add_func ("/uds-connection/memory-of-a-dropped-request-is-free-again",
                   test_memory_of_a_dropped_request_is_free_again);
  add ("hurry-lets-go-who-said-nothing", test_hurry_lets_go_who_said_nothing);
  add ("hurry-still-hears-what-was-sent", test_hurry_still_hears_what_was_sent);
  add ("hurry-drops-a-request-that-does-not-come", test_hurry_drops_a_request_that_does_not_come);
  add ("hurry-drops-an-answer-that-is-not-taken", test_hurry_drops_an_answer_that_is_not_taken);
  return g_test_run ();
}
