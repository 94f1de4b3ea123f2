/* SPDX-License-Identifier: MIT */
/* Promises of core/wire/client.c, against a daemon that is a thread with one connection and a script. */
#include "wire/client.h"

#include "scratch-directory.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define TIMEOUT_MSEC 20000

typedef struct
{
  ScratchDirectory *directory;
  char *path;
  int listener;
  GThread *thread;
  gsize n_read;       /* bytes of the request to wait for before answering */
  const char *answer; /* NULL: none */
  gboolean stays;     /* keeps the connection open until the client closes it */
  GString *heard;
} Daemon;

static gpointer
serve_one (gpointer data)
{
  Daemon *daemon = data;
  int fd = accept (daemon->listener, NULL, NULL);
  char buffer[4096];
  ssize_t n;

  g_assert_cmpint (fd, >=, 0);
  while (daemon->heard->len < daemon->n_read)
    {
      n = read (fd, buffer, MIN (sizeof buffer, daemon->n_read - daemon->heard->len));
      g_assert_cmpint (n, >, 0);
      g_string_append_len (daemon->heard, buffer, n);
    }
  if (daemon->answer != NULL)
    g_assert_cmpint (send (fd, daemon->answer, strlen (daemon->answer), MSG_NOSIGNAL), ==, strlen (daemon->answer));
  while (daemon->stays && read (fd, buffer, sizeof buffer) > 0)
    ;
  close (fd);
  return NULL;
}

static Daemon *
daemon_new (void)
{
  Daemon *daemon = g_new0 (Daemon, 1);
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  daemon->directory = scratch_directory_new ();
  daemon->path = g_build_filename (daemon->directory, "aimx.sock", NULL);
  daemon->heard = g_string_new (NULL);
  g_strlcpy (address.sun_path, daemon->path, sizeof address.sun_path);
  daemon->listener = socket (AF_UNIX, SOCK_STREAM, 0);
  g_assert_cmpint (bind (daemon->listener, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (daemon->listener, 4), ==, 0);
  return daemon;
}

static void
daemon_start (Daemon *daemon, gsize n_read, const char *answer)
{
  daemon->n_read = n_read;
  daemon->answer = answer;
  daemon->thread = g_thread_new ("daemon", serve_one, daemon);
}

static void
daemon_free (Daemon *daemon)
{
  if (daemon->thread != NULL)
    g_thread_join (daemon->thread);
  close (daemon->listener);
  scratch_directory_free (daemon->directory);
  g_free (daemon->path);
  g_string_free (daemon->heard, TRUE);
  g_free (daemon);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Daemon, daemon_free)

static void
test_request_goes_out_and_answer_comes_back (void)
{
  const char *const headers[] = { "Mailbox", "a@b.org", NULL };
  const char expected[] = "AIMX/1 X\nMailbox: a@b.org\nContent-Length: 4\n\nbody";
  g_autoptr (Daemon) daemon = daemon_new ();
  g_autoptr (GBytes) body = g_bytes_new_static ("body", 4);
  g_autoptr (AimxClientAnswer) answer = NULL;
  g_autoptr (GError) error = NULL;

  daemon->stays = TRUE;
  daemon_start (daemon, strlen (expected), "AIMX/1 OK\nContent-Length: 2\n\n{}");
  answer = aimx_client_call (daemon->path, "X", headers, body, TIMEOUT_MSEC, &error);
  g_assert_no_error (error);
  g_assert_null (answer->code);
  g_assert_cmpmem (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body), "{}", 2);
  g_thread_join (g_steal_pointer (&daemon->thread));
  g_assert_cmpstr (daemon->heard->str, ==, expected);
}

static void
test_error_is_an_answer (void)
{
  g_autoptr (Daemon) daemon = daemon_new ();
  g_autoptr (AimxClientAnswer) answer = NULL;
  g_autoptr (GError) error = NULL;

  daemon_start (daemon, strlen ("AIMX/1 X\n\n"), "AIMX/1 ERR EACCES not authorized\nCode: EACCES\n\n");
  answer = aimx_client_call (daemon->path, "X", NULL, NULL, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (answer->code, ==, "EACCES");
  g_assert_cmpstr (answer->reason, ==, "not authorized");
  g_assert_null (answer->detail);
}

static void
test_id_is_the_detail (void)
{
  g_autoptr (Daemon) daemon = daemon_new ();
  g_autoptr (AimxClientAnswer) answer = NULL;
  g_autoptr (GError) error = NULL;

  daemon_start (daemon, strlen ("AIMX/1 X\n\n"), "AIMX/1 OK <1@b.org>\n");
  answer = aimx_client_call (daemon->path, "X", NULL, NULL, TIMEOUT_MSEC, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (answer->detail, ==, "<1@b.org>");
}

/* More than any socket buffer holds, of which the daemon reads only the start. */
static void
early_answer (gboolean stays)
{
  const gsize size = 25 * 1024 * 1024;
  g_autoptr (Daemon) daemon = daemon_new ();
  g_autoptr (GBytes) body = g_bytes_new_take (g_malloc0 (size), size);
  g_autoptr (AimxClientAnswer) answer = NULL;
  g_autoptr (GError) error = NULL;

  daemon->stays = stays;
  daemon_start (daemon, 100, "AIMX/1 ERR MALFORMED no\nCode: MALFORMED\n\n");
  answer = aimx_client_call (daemon->path, "X", NULL, body, TIMEOUT_MSEC, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (answer->code, ==, "MALFORMED");
}

static void
test_early_answer_ends_the_sending (void)
{
  early_answer (TRUE);
}

static void
test_early_answer_survives_the_close (void)
{
  early_answer (FALSE);
}

static void
expect_failure (const char *path, const char *verb, int timeout_msec, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (aimx_client_call (path, verb, NULL, NULL, timeout_msec, &error));
  g_assert_error (error, AIMX_CLIENT_ERROR, code);
}

static void
test_absent_daemon_is_told_from_a_broken_one (void)
{
  g_autoptr (Daemon) daemon = daemon_new ();
  g_autofree char *missing = g_strconcat (daemon->path, ".missing", NULL);
  g_autofree char *below = g_build_filename (daemon->path, "aimx.sock", NULL);
  g_autofree char *name = g_strnfill (200, 'x');
  g_autofree char *too_long = g_build_filename (daemon->directory, name, NULL);

  close (daemon->listener);
  daemon->listener = -1;
  expect_failure (daemon->path, "X", TIMEOUT_MSEC, AIMX_CLIENT_ERROR_ABSENT);
  expect_failure (missing, "X", TIMEOUT_MSEC, AIMX_CLIENT_ERROR_ABSENT);
  expect_failure (below, "X", TIMEOUT_MSEC, AIMX_CLIENT_ERROR_CONNECT);
  expect_failure (too_long, "X", TIMEOUT_MSEC, AIMX_CLIENT_ERROR_CONNECT);
}

static void
test_what_cannot_be_framed_is_not_sent (void)
{
  expect_failure ("/nonexistent/aimx.sock", "X\nY", TIMEOUT_MSEC, AIMX_CLIENT_ERROR_REQUEST);
}

static void
test_close_without_answer_is_an_error (void)
{
  g_autoptr (Daemon) daemon = daemon_new ();

  daemon_start (daemon, strlen ("AIMX/1 X\n\n"), NULL);
  expect_failure (daemon->path, "X", TIMEOUT_MSEC, AIMX_CLIENT_ERROR_IO);
}

static void
test_close_amid_the_answer_is_an_error (void)
{
  g_autoptr (Daemon) daemon = daemon_new ();

  daemon_start (daemon, strlen ("AIMX/1 X\n\n"), "AIMX/1 OK\nContent-Length: 10\n\n{}");
  expect_failure (daemon->path, "X", TIMEOUT_MSEC, AIMX_CLIENT_ERROR_IO);
}

static void
test_foreign_answer_is_an_error (void)
{
  g_autoptr (Daemon) daemon = daemon_new ();

  daemon->stays = TRUE;
  daemon_start (daemon, strlen ("AIMX/1 X\n\n"), "220 mail.b.org ESMTP\r\n");
  expect_failure (daemon->path, "X", TIMEOUT_MSEC, AIMX_CLIENT_ERROR_ANSWER);
}

static void
test_silence_ends_with_the_timeout (void)
{
  g_autoptr (Daemon) daemon = daemon_new ();

  daemon->stays = TRUE;
  daemon_start (daemon, strlen ("AIMX/1 X\n\n"), NULL);
  expect_failure (daemon->path, "X", 50, AIMX_CLIENT_ERROR_TIMED_OUT);
}

static void
test_full_queue_ends_with_the_timeout (void)
{
  g_autoptr (Daemon) daemon = daemon_new ();

  /* Nobody accepts. With a queue of one the third connection waits; the first two wait for an answer. */
  g_assert_cmpint (listen (daemon->listener, 0), ==, 0);
  for (int i = 0; i < 3; i++)
    expect_failure (daemon->path, "X", 20, AIMX_CLIENT_ERROR_TIMED_OUT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/request-goes-out-and-answer-comes-back", test_request_goes_out_and_answer_comes_back);
  g_test_add_func ("/client/error-is-an-answer", test_error_is_an_answer);
  g_test_add_func ("/client/id-is-the-detail", test_id_is_the_detail);
  g_test_add_func ("/client/early-answer-ends-the-sending", test_early_answer_ends_the_sending);
  g_test_add_func ("/client/early-answer-survives-the-close", test_early_answer_survives_the_close);
  g_test_add_func ("/client/absent-daemon-is-told-from-a-broken-one", test_absent_daemon_is_told_from_a_broken_one);
  g_test_add_func ("/client/what-cannot-be-framed-is-not-sent", test_what_cannot_be_framed_is_not_sent);
  g_test_add_func ("/client/close-without-answer-is-an-error", test_close_without_answer_is_an_error);
  g_test_add_func ("/client/close-amid-the-answer-is-an-error", test_close_amid_the_answer_is_an_error);
  g_test_add_func ("/client/foreign-answer-is-an-error", test_foreign_answer_is_an_error);
  g_test_add_func ("/client/silence-ends-with-the-timeout", test_silence_ends_with_the_timeout);
  g_test_add_func ("/client/full-queue-ends-with-the-timeout", test_full_queue_ends_with_the_timeout);
  return g_test_run ();
}
