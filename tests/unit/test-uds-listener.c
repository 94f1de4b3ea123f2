/* SPDX-License-Identifier: MIT */
/* Promises of modules/uds/listener.c and modules/uds/socket-file.c. */
#include "scratch-directory.h"
#include "uds-peer.h"
#include "uds/listener.h"
#include "uds/socket-file.h"

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/un.h>

/* ---- the socket's file ---- */

static int
connect_to (const char *directory)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

  g_snprintf (address.sun_path, sizeof address.sun_path, "%s/aimx.sock", directory);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  close (fd);
  return -1;
}

static UdsSocketFile *
new_socket_file (const char *directory)
{
  g_autoptr (GError) error = NULL;
  UdsSocketFile *file = uds_socket_file_new (directory, &error);

  g_assert_no_error (error);
  return file;
}

static void
publish (UdsSocketFile *file)
{
  g_autoptr (GError) error = NULL;

  uds_socket_file_publish (file, &error);
  g_assert_no_error (error);
}

static void
expect_refusal (const char *directory, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (uds_socket_file_new (directory, &error));
  g_assert_error (error, AIMX_ERROR, code);
}

static void
test_socket_appears_when_published_with_its_mode (void)
{
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autofree char *path = g_build_filename (root, "aimx.sock", NULL);
  g_autoptr (UdsSocketFile) file = NULL;
  mode_t mask = umask (077);
  struct stat info;
  int fd;

  file = new_socket_file (root);
  umask (mask);
  g_assert_false (scratch_exists (root, "aimx.sock"));
  publish (file);
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 07777, ==, 0666);
  fd = connect_to (root);
  g_assert_cmpint (fd, >=, 0);
  close (fd);
  uds_socket_file_close (file);
  g_assert_false (scratch_exists (root, "aimx.sock"));
}

static void
test_unpublished_socket_leaves_nothing (void)
{
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autofree char *left = NULL;

  uds_socket_file_free (new_socket_file (root));
  left = scratch_list (root, ".");
  g_assert_cmpstr (left, ==, "");
}

/* What a daemon leaves that was killed: a file that nobody listens at. */
static void
leave_dead_socket (const char *root, const char *name)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM, 0);

  g_snprintf (address.sun_path, sizeof address.sun_path, "%s/%s", root, name);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  close (fd);
}

static void
test_dead_sockets_are_replaced (void)
{
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autoptr (UdsSocketFile) file = NULL;
  int fd;

  leave_dead_socket (root, "aimx.sock");
  leave_dead_socket (root, ".aimx.sock");
  file = new_socket_file (root);
  publish (file);
  fd = connect_to (root);
  g_assert_cmpint (fd, >=, 0);
  close (fd);
}

static void
test_live_daemon_is_left_alone (void)
{
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autoptr (UdsSocketFile) file = new_socket_file (root);
  int fd;

  publish (file);
  expect_refusal (root, AIMX_ERROR_CONFLICT);
  fd = connect_to (root);
  g_assert_cmpint (fd, >=, 0);
  close (fd);
}

static void
test_daemon_that_came_first_keeps_the_path (void)
{
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autoptr (UdsSocketFile) late = new_socket_file (root);
  g_autoptr (UdsSocketFile) early = new_socket_file (root);
  g_autoptr (GError) error = NULL;

  publish (early);
  g_assert_false (uds_socket_file_publish (late, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  uds_socket_file_close (late);
  g_assert_true (scratch_exists (root, "aimx.sock"));
}

static void
test_what_is_no_socket_is_not_removed (void)
{
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autofree char *text = NULL;

  scratch_write (root, "aimx.sock", "precious");
  expect_refusal (root, AIMX_ERROR_CONFLICT);
  text = scratch_read (root, "aimx.sock");
  g_assert_cmpstr (text, ==, "precious");
}

static void
test_foreign_file_survives_the_close (void)
{
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autoptr (UdsSocketFile) file = new_socket_file (root);
  g_autofree char *path = g_build_filename (root, "aimx.sock", NULL);

  publish (file);
  g_assert_cmpint (g_unlink (path), ==, 0);
  scratch_write (root, "aimx.sock", "another's");
  uds_socket_file_close (file);
  g_assert_true (scratch_exists (root, "aimx.sock"));
}

static void
test_bad_directories_are_errors (void)
{
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autofree char *missing = g_build_filename (root, "missing", NULL);
  g_autofree char *name = g_strnfill (110, 'd');
  g_autofree char *too_long = g_build_filename (root, name, NULL);

  scratch_make_directory (root, name);
  expect_refusal (missing, AIMX_ERROR_IO);
  expect_refusal (too_long, AIMX_ERROR_IO);
}

/* ---- clients ---- */

static void
note_idle (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
wait_for_idle (UdsListener *listener)
{
  gboolean idle = FALSE;

  uds_listener_stop (listener, note_idle, &idle);
  while (!idle)
    peer_iterate ("the last client to go");
}

static void
test_client_of_the_socket_is_served_with_its_credentials (void)
{
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autoptr (FakeServer) server = fake_server_new (1024, 1024);
  g_autoptr (UdsSocketFile) file = new_socket_file (root);
  g_autoptr (UdsListener) listener = uds_listener_new (&server->service);
  AimxCaller *caller;
  int fd;

  uds_listener_open (listener, uds_socket_file_get_fd (file));
  publish (file);
  fd = connect_to (root);
  peer_send_text (fd, "AIMX/1 N\n\n");
  caller = aimx_request_get_caller (fake_server_wait (server));
  g_assert_cmpuint (aimx_caller_get_uid (caller), ==, geteuid ());
  g_assert_cmpuint (aimx_caller_get_gid (caller), ==, getegid ());
  g_assert_cmpint (aimx_caller_get_pid (caller), ==, getpid ());
  fake_server_answer (server, aimx_response_new_ack ());
  peer_expect (fd, "AIMX/1 OK\n");
  close (fd);
  wait_for_idle (listener);
}

static void
test_stop_waits_for_requests_that_run (void)
{
  g_autoptr (FakeServer) server = fake_server_new (1024, 1024);
  g_autoptr (UdsListener) listener = uds_listener_new (&server->service);
  gboolean idle = FALSE;
  int busy[2], silent[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, busy), ==, 0);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, silent), ==, 0);
  uds_listener_add (listener, busy[1]);
  uds_listener_add (listener, silent[1]);
  peer_send_text (busy[0], "AIMX/1 N\n\n");
  fake_server_wait (server);
  uds_listener_stop (listener, note_idle, &idle);
  peer_expect (silent[0], "");
  g_assert_false (idle);
  fake_server_answer (server, aimx_response_new_ack ());
  peer_expect (busy[0], "AIMX/1 OK\n");
  while (!idle)
    peer_iterate ("the last client to go");
  close (busy[0]);
  close (silent[0]);
}

/* Both of these are warned about, which ends a test otherwise. */
static GLogLevelFlags
survive_warnings (void)
{
  return g_log_set_always_fatal (G_LOG_FATAL_MASK);
}

/* Both ends of a connection over TCP, which knows no credentials. */
static void
connect_tcp (int fds[2])
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl (INADDR_LOOPBACK) } };
  socklen_t size = sizeof address;
  int listening_fd = socket (AF_INET, SOCK_STREAM, 0);

  g_assert_cmpint (bind (listening_fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (listening_fd, 1), ==, 0);
  g_assert_cmpint (getsockname (listening_fd, (struct sockaddr *) &address, &size), ==, 0);
  fds[0] = socket (AF_INET, SOCK_STREAM, 0);
  g_assert_cmpint (connect (fds[0], (struct sockaddr *) &address, size), ==, 0);
  fds[1] = accept4 (listening_fd, NULL, NULL, SOCK_NONBLOCK);
  g_assert_cmpint (fds[1], >=, 0);
  close (listening_fd);
}

static void
test_client_without_credentials_is_turned_away (void)
{
  GLogLevelFlags fatal = survive_warnings ();
  g_autoptr (FakeServer) server = fake_server_new (1024, 1024);
  g_autoptr (UdsListener) listener = uds_listener_new (&server->service);
  int fds[2];

  connect_tcp (fds);
  uds_listener_add (listener, fds[1]);
  peer_expect (fds[0], "AIMX/1 ERR EACCES not authorized\nCode: EACCES\n\n");
  g_assert_cmpuint (uds_listener_get_n_connections (listener), ==, 0);
  close (fds[0]);
  g_log_set_always_fatal (fatal);
}

static void
set_descriptor_limit (rlim_t limit)
{
  struct rlimit now;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &now), ==, 0);
  now.rlim_cur = MIN (limit, now.rlim_max);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &now), ==, 0);
}

static void
test_clients_wait_while_there_are_no_descriptors (void)
{
  GLogLevelFlags fatal = survive_warnings ();
  g_autoptr (ScratchDirectory) root = scratch_directory_new ();
  g_autoptr (FakeServer) server = fake_server_new (1024, 1024);
  g_autoptr (UdsSocketFile) file = new_socket_file (root);
  g_autoptr (UdsListener) listener = uds_listener_new (&server->service);
  int fd;

  uds_listener_open (listener, uds_socket_file_get_fd (file));
  publish (file);
  fd = connect_to (root);
  set_descriptor_limit (3);
  peer_iterate ("the client");
  g_assert_cmpuint (uds_listener_get_n_connections (listener), ==, 0);
  set_descriptor_limit (1024);
  peer_send_text (fd, "AIMX/1 N\n\n");
  fake_server_wait (server);
  fake_server_answer (server, aimx_response_new_ack ());
  peer_expect (fd, "AIMX/1 OK\n");
  close (fd);
  wait_for_idle (listener);
  g_log_set_always_fatal (fatal);
}

/* A client of the user with @uid: a pair has the credentials of whoever makes it. */
static int
add_as (UdsListener *listener, guint uid)
{
  int fds[2];

  g_assert_cmpint (seteuid (uid), ==, 0);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), ==, 0);
  g_assert_cmpint (seteuid (getuid ()), ==, 0);
  uds_listener_add (listener, fds[1]);
  return fds[0];
}

/* Returns: (transfer full): UDS_CONNECTIONS_MAX clients of the user with @uid, oldest first. */
static int *
fill (UdsListener *listener, guint uid)
{
  int *clients = g_new (int, UDS_CONNECTIONS_MAX);

  set_descriptor_limit (4 * UDS_CONNECTIONS_MAX);
  for (int i = 0; i < UDS_CONNECTIONS_MAX; i++)
    clients[i] = add_as (listener, uid);
  g_assert_cmpuint (uds_listener_get_n_connections (listener), ==, UDS_CONNECTIONS_MAX);
  return clients;
}

static void
close_all (int *clients)
{
  for (int i = 0; i < UDS_CONNECTIONS_MAX; i++)
    close (clients[i]);
  g_free (clients);
}

static void
expect_served (FakeServer *server, int fd)
{
  peer_send_text (fd, "AIMX/1 N\n\n");
  fake_server_wait (server);
  fake_server_answer (server, aimx_response_new_ack ());
  peer_expect (fd, "AIMX/1 OK\n");
  close (fd);
}

static void
test_user_with_all_places_is_turned_away (void)
{
  g_autoptr (FakeServer) server = fake_server_new (1024, 1024);
  g_autoptr (UdsListener) listener = uds_listener_new (&server->service);
  guint uid = geteuid () == 0 ? 65534 : geteuid ();
  int *clients = fill (listener, uid);
  int fd = add_as (listener, uid);

  peer_expect (fd, "AIMX/1 ERR TEMP the daemon has too many clients; try again later\nCode: TEMP\n\n");
  close (fd);
  expect_served (server, clients[0]);
  clients[0] = -1;
  close_all (clients);
  wait_for_idle (listener);
}

static void
expect_newcomer_displaces_the_oldest (guint newcomer)
{
  g_autoptr (FakeServer) server = fake_server_new (1024, 1024);
  g_autoptr (UdsListener) listener = uds_listener_new (&server->service);
  int *clients;
  int fd;

  if (geteuid () != 0)
    {
      g_test_skip ("needs root, to be two users");
      return;
    }
  clients = fill (listener, 65534);
  fd = add_as (listener, newcomer);
  peer_expect (clients[0], "");
  g_assert_cmpuint (uds_listener_get_n_connections (listener), ==, UDS_CONNECTIONS_MAX);
  expect_served (server, fd);
  expect_served (server, clients[1]);
  clients[1] = -1;
  close_all (clients);
  wait_for_idle (listener);
}

static void
test_other_user_gets_a_place_from_who_has_most (void)
{
  expect_newcomer_displaces_the_oldest (65533);
}

static void
test_root_always_gets_a_place (void)
{
  expect_newcomer_displaces_the_oldest (0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/uds-socket-file/socket-appears-when-published-with-its-mode",
                   test_socket_appears_when_published_with_its_mode);
  g_test_add_func ("/uds-socket-file/unpublished-socket-leaves-nothing", test_unpublished_socket_leaves_nothing);
  g_test_add_func ("/uds-socket-file/dead-sockets-are-replaced", test_dead_sockets_are_replaced);
  g_test_add_func ("/uds-socket-file/live-daemon-is-left-alone", test_live_daemon_is_left_alone);
  g_test_add_func ("/uds-socket-file/daemon-that-came-first-keeps-the-path",
                   test_daemon_that_came_first_keeps_the_path);
  g_test_add_func ("/uds-socket-file/what-is-no-socket-is-not-removed", test_what_is_no_socket_is_not_removed);
  g_test_add_func ("/uds-socket-file/foreign-file-survives-the-close", test_foreign_file_survives_the_close);
  g_test_add_func ("/uds-socket-file/bad-directories-are-errors", test_bad_directories_are_errors);
  g_test_add_func ("/uds-listener/client-of-the-socket-is-served-with-its-credentials",
                   test_client_of_the_socket_is_served_with_its_credentials);
  g_test_add_func ("/uds-listener/stop-waits-for-requests-that-run", test_stop_waits_for_requests_that_run);
  g_test_add_func ("/uds-listener/client-without-credentials-is-turned-away",
                   test_client_without_credentials_is_turned_away);
  g_test_add_func ("/uds-listener/clients-wait-while-there-are-no-descriptors",
                   test_clients_wait_while_there_are_no_descriptors);
  g_test_add_func ("/uds-listener/user-with-all-places-is-turned-away", test_user_with_all_places_is_turned_away);
  g_test_add_func ("/uds-listener/other-user-gets-a-place-from-who-has-most",
                   test_other_user_gets_a_place_from_who_has_most);
  g_test_add_func ("/uds-listener/root-always-gets-a-place", test_root_always_gets_a_place);
  return g_test_run ();
}
