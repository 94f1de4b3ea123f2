/* SPDX-License-Identifier: MIT */
/* Promises of core/io/tls-credentials.c and tls-stream.c, with a GnuTLS client at the other end of a socket pair. */
#include "scratch-certificate.h"

#include <aimx/error.h>
#include <aimx/tls.h>

#include <gnutls/gnutls.h>
#include <sys/socket.h>

static AimxTlsCredentials *
load (const char *root, const char *cert, const char *key, GError **error)
{
  g_autofree char *cert_path = g_build_filename (root, cert, NULL);
  g_autofree char *key_path = g_build_filename (root, key, NULL);

  return aimx_tls_credentials_new (cert_path, key_path, error);
}

static AimxTlsCredentials *
make_credentials (const char *root)
{
  g_autoptr (GError) error = NULL;
  AimxTlsCredentials *credentials;

  scratch_make_certificate (root, "one");
  credentials = load (root, "one-cert.pem", "one-key.pem", &error);
  g_assert_no_error (error);
  return credentials;
}

/* ---- two ends ---- */

typedef struct
{
  AimxTlsStream *stream;
  gnutls_session_t client;
  gnutls_certificate_credentials_t trust;
  int fds[2];
} Ends;

static void
ends_open (Ends *ends, AimxTlsCredentials *credentials, const char *priorities)
{
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends->fds), ==, 0);
  ends->stream = aimx_tls_stream_new_server (credentials, ends->fds[0]);
  g_assert_cmpint (gnutls_certificate_allocate_credentials (&ends->trust), ==, 0);
  g_assert_cmpint (gnutls_init (&ends->client, GNUTLS_CLIENT | GNUTLS_NONBLOCK), ==, 0);
  g_assert_cmpint (gnutls_priority_set_direct (ends->client, priorities, NULL), ==, 0);
  g_assert_cmpint (gnutls_credentials_set (ends->client, GNUTLS_CRD_CERTIFICATE, ends->trust), ==, 0);
  gnutls_transport_set_int (ends->client, ends->fds[1]);
}

static void
ends_close (Ends *ends)
{
  aimx_tls_stream_free (ends->stream);
  gnutls_deinit (ends->client);
  gnutls_certificate_free_credentials (ends->trust);
  for (int i = 0; i < 2; i++)
    if (ends->fds[i] >= 0)
      close (ends->fds[i]);
}

/* Lets each end make steps until both are done or one has failed. */
static AimxTlsStatus
shake_hands (Ends *ends, int *client, GError **error)
{
  AimxTlsStatus server = AIMX_TLS_WANT_READ;

  *client = GNUTLS_E_AGAIN;
  for (int i = 0; i < 100; i++)
    {
      if (*client == GNUTLS_E_AGAIN)
        *client = gnutls_handshake (ends->client);
      if (server == AIMX_TLS_WANT_READ)
        server = aimx_tls_stream_handshake (ends->stream, error);
    }
  return server;
}

static void
assert_handshake (Ends *ends)
{
  g_autoptr (GError) error = NULL;
  int client;

  g_assert_cmpint (shake_hands (ends, &client, &error), ==, AIMX_TLS_DONE);
  g_assert_no_error (error);
  g_assert_cmpint (client, ==, 0);
}

static void
assert_reads (Ends *ends, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *buffer = g_malloc0 (65536);
  gsize n_read;

  g_assert_cmpint (aimx_tls_stream_read (ends->stream, buffer, 65536, &n_read, &error), ==, AIMX_TLS_DONE);
  g_assert_no_error (error);
  buffer[n_read] = '\0';
  g_assert_cmpstr (buffer, ==, expected);
}

static void
client_sends (Ends *ends, const char *text)
{
  g_assert_cmpint (gnutls_record_send (ends->client, text, strlen (text)), ==, strlen (text));
}

/* A record with a ticket may come before the byte. */
static void
assert_client_reads (Ends *ends, char expected)
{
  char byte = '\0';
  int n_tickets = 0;

  while (gnutls_record_recv (ends->client, &byte, 1) == GNUTLS_E_AGAIN)
    g_assert_cmpint (++n_tickets, <=, 4);
  g_assert_true (byte == expected);
}

#define TLS12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define TLS13 "NORMAL:-VERS-ALL:+VERS-TLS1.3"

static void
test_bytes_pass_both_ways (gconstpointer data)
{
  const char *const *version = data;
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autoptr (AimxTlsCredentials) credentials = make_credentials (root);
  g_autofree char *cipher = NULL;
  char byte;
  gsize n;
  Ends ends;

  ends_open (&ends, credentials, version[0]);
  g_clear_object (&credentials);
  assert_handshake (&ends);
  g_assert_cmpstr (aimx_tls_stream_get_version (ends.stream), ==, version[1]);
  cipher = aimx_tls_stream_get_cipher (ends.stream);
  g_assert_cmpstr (cipher, ==, gnutls_cipher_get_name (gnutls_cipher_get (ends.client)));
  client_sends (&ends, "EHLO client\r\n");
  assert_reads (&ends, "EHLO client\r\n");
  g_assert_cmpint (aimx_tls_stream_read (ends.stream, &byte, 1, &n, NULL), ==, AIMX_TLS_WANT_READ);
  g_assert_cmpint (aimx_tls_stream_write (ends.stream, "!", 1, &n, NULL), ==, AIMX_TLS_DONE);
  g_assert_cmpuint (n, ==, 1);
  assert_client_reads (&ends, '!');
  ends_close (&ends);
}

static void
test_what_a_small_buffer_leaves_is_pending (void)
{
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autoptr (AimxTlsCredentials) credentials = make_credentials (root);
  char byte;
  gsize n;
  Ends ends;

  ends_open (&ends, credentials, "NORMAL");
  assert_handshake (&ends);
  client_sends (&ends, "ab");
  g_assert_cmpint (aimx_tls_stream_read (ends.stream, &byte, 1, &n, NULL), ==, AIMX_TLS_DONE);
  g_assert_true (aimx_tls_stream_has_pending (ends.stream));
  assert_reads (&ends, "b");
  g_assert_false (aimx_tls_stream_has_pending (ends.stream));
  ends_close (&ends);
}

static void
test_a_writer_waits_for_a_slow_reader_and_loses_nothing (void)
{
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autoptr (AimxTlsCredentials) credentials = make_credentials (root);
  g_autofree guint8 *sent = g_malloc (4 << 20);
  g_autofree guint8 *got = g_malloc (4 << 20);
  gsize n_sent = 0, n_got = 0;
  gboolean waited = FALSE;
  Ends ends;

  for (gsize i = 0; i < 4 << 20; i++)
    sent[i] = (guint8) (i * 7 + i / 251);
  ends_open (&ends, credentials, "NORMAL");
  assert_handshake (&ends);
  while (n_got < 4 << 20)
    {
      AimxTlsStatus status = AIMX_TLS_DONE;
      ssize_t n;

      while (n_sent < 4 << 20 && status == AIMX_TLS_DONE)
        {
          gsize n_written;

          status = aimx_tls_stream_write (ends.stream, sent + n_sent, (4 << 20) - n_sent, &n_written, NULL);
          n_sent += n_written;
        }
      waited = waited || status == AIMX_TLS_WANT_WRITE;
      g_assert_true (status == AIMX_TLS_DONE || status == AIMX_TLS_WANT_WRITE);
      while ((n = gnutls_record_recv (ends.client, got + n_got, (4 << 20) - n_got)) > 0)
        n_got += (gsize) n;
    }
  g_assert_true (waited);
  g_assert_cmpmem (sent, n_sent, got, n_got);
  ends_close (&ends);
}

static void
test_the_peer_may_leave_with_or_without_goodbye (gconstpointer data)
{
  gboolean goodbye = GPOINTER_TO_INT (data);
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autoptr (AimxTlsCredentials) credentials = make_credentials (root);
  char byte;
  gsize n;
  Ends ends;

  ends_open (&ends, credentials, "NORMAL");
  assert_handshake (&ends);
  if (goodbye)
    gnutls_bye (ends.client, GNUTLS_SHUT_WR);
  else
    close (g_steal_fd (&ends.fds[1]));
  g_assert_cmpint (aimx_tls_stream_read (ends.stream, &byte, 1, &n, NULL), ==, AIMX_TLS_CLOSED);
  aimx_tls_stream_shut_down (ends.stream);
  ends_close (&ends);
}

static void
test_old_versions_are_refused (void)
{
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autoptr (AimxTlsCredentials) credentials = make_credentials (root);
  g_autoptr (GError) error = NULL;
  int client;
  Ends ends;

  ends_open (&ends, credentials, "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0:%COMPAT");
  g_assert_cmpint (shake_hands (&ends, &client, &error), ==, AIMX_TLS_FAILED);
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_TEMPORARY);
  g_assert_cmpint (client, ==, GNUTLS_E_FATAL_ALERT_RECEIVED);
  ends_close (&ends);
}

static void
test_what_is_no_tls_fails (void)
{
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autoptr (AimxTlsCredentials) credentials = make_credentials (root);
  g_autoptr (GError) error = NULL;
  Ends ends;

  ends_open (&ends, credentials, "NORMAL");
  g_assert_cmpint (write (ends.fds[1], "MAIL FROM:<a@b.test>\r\n", 22), ==, 22);
  g_assert_cmpint (aimx_tls_stream_handshake (ends.stream, &error), ==, AIMX_TLS_FAILED);
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_TEMPORARY);
  ends_close (&ends);
}

static void
test_a_new_handshake_inside_is_refused (void)
{
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autoptr (AimxTlsCredentials) credentials = make_credentials (root);
  char byte;
  gsize n;
  Ends ends;

  ends_open (&ends, credentials, TLS12);
  assert_handshake (&ends);
  g_assert_cmpint (gnutls_handshake (ends.client), ==, GNUTLS_E_AGAIN);
  g_assert_cmpint (aimx_tls_stream_read (ends.stream, &byte, 1, &n, NULL), ==, AIMX_TLS_FAILED);
  ends_close (&ends);
}

static void
test_a_ticket_resumes_a_session (gconstpointer data)
{
  const char *const *version = data;
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autoptr (AimxTlsCredentials) credentials = make_credentials (root);
  gnutls_datum_t ticket;
  gsize n;
  Ends ends;

  ends_open (&ends, credentials, version[0]);
  assert_handshake (&ends);
  /* Reading takes in the ticket that follows a TLS 1.3 handshake. */
  g_assert_cmpint (aimx_tls_stream_write (ends.stream, "!", 1, &n, NULL), ==, AIMX_TLS_DONE);
  assert_client_reads (&ends, '!');
  g_assert_cmpint (gnutls_session_get_data2 (ends.client, &ticket), ==, 0);
  ends_close (&ends);

  ends_open (&ends, credentials, version[0]);
  g_assert_cmpint (gnutls_session_set_data (ends.client, ticket.data, ticket.size), ==, 0);
  assert_handshake (&ends);
  g_assert_true (gnutls_session_is_resumed (ends.client));
  gnutls_free (ticket.data);
  ends_close (&ends);
}

/* ---- credentials ---- */

static void
assert_load_fails (const char *root, const char *cert, const char *key, int code, const char *named)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (load (root, cert, key, &error));
  g_assert_error (error, AIMX_ERROR, code);
  g_assert_nonnull (strstr (error->message, named));
}

static void
test_an_unusable_file_is_named (void)
{
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();

  scratch_make_certificate (root, "one");
  scratch_make_certificate (root, "two");
  scratch_write (root, "junk.pem", "no certificate\n");
  assert_load_fails (root, "missing.pem", "one-key.pem", AIMX_ERROR_IO, "missing.pem");
  assert_load_fails (root, "one-cert.pem", "missing.pem", AIMX_ERROR_IO, "missing.pem");
  assert_load_fails (root, "junk.pem", "one-key.pem", AIMX_ERROR_VALIDATION, "junk.pem");
  assert_load_fails (root, "one-cert.pem", "junk.pem", AIMX_ERROR_VALIDATION, "junk.pem");
  assert_load_fails (root, "one-cert.pem", ".", AIMX_ERROR_VALIDATION, "PEM");
  assert_load_fails (root, "one-cert.pem", "two-key.pem", AIMX_ERROR_VALIDATION, "two-key.pem");
}

static void
test_a_changed_file_is_noticed (void)
{
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autoptr (AimxTlsCredentials) credentials = make_credentials (root);
  g_autofree char *key = g_build_filename (root, "one-key.pem", NULL);

  g_assert_true (aimx_tls_credentials_is_current (credentials));
  scratch_make_certificate (root, "one");
  g_assert_false (aimx_tls_credentials_is_current (credentials));
  g_clear_object (&credentials);
  credentials = load (root, "one-cert.pem", "one-key.pem", NULL);
  g_assert_true (aimx_tls_credentials_is_current (credentials));
  g_assert_cmpint (unlink (key), ==, 0);
  g_assert_false (aimx_tls_credentials_is_current (credentials));
}

int
main (int argc, char **argv)
{
  static const char *const tls12[] = { TLS12, "TLS1.2" };
  static const char *const tls13[] = { TLS13, "TLS1.3" };

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/tls/bytes-pass-both-ways/1.2", tls12, test_bytes_pass_both_ways);
  g_test_add_data_func ("/tls/bytes-pass-both-ways/1.3", tls13, test_bytes_pass_both_ways);
  g_test_add_func ("/tls/what-a-small-buffer-leaves-is-pending", test_what_a_small_buffer_leaves_is_pending);
  g_test_add_func ("/tls/a-writer-waits-for-a-slow-reader-and-loses-nothing",
                   test_a_writer_waits_for_a_slow_reader_and_loses_nothing);
  g_test_add_data_func ("/tls/the-peer-may-leave/with-goodbye", GINT_TO_POINTER (TRUE),
                        test_the_peer_may_leave_with_or_without_goodbye);
  g_test_add_data_func ("/tls/the-peer-may-leave/without-goodbye", GINT_TO_POINTER (FALSE),
                        test_the_peer_may_leave_with_or_without_goodbye);
  g_test_add_func ("/tls/old-versions-are-refused", test_old_versions_are_refused);
  g_test_add_func ("/tls/what-is-no-tls-fails", test_what_is_no_tls_fails);
  g_test_add_func ("/tls/a-new-handshake-inside-is-refused", test_a_new_handshake_inside_is_refused);
  g_test_add_data_func ("/tls/a-ticket-resumes-a-session/1.2", tls12, test_a_ticket_resumes_a_session);
  g_test_add_data_func ("/tls/a-ticket-resumes-a-session/1.3", tls13, test_a_ticket_resumes_a_session);
  g_test_add_func ("/tls/an-unusable-file-is-named", test_an_unusable_file_is_named);
  g_test_add_func ("/tls/a-changed-file-is-noticed", test_a_changed_file_is_noticed);
  return g_test_run ();
}
