/* SPDX-License-Identifier: MIT */
/* Promises of modules/smtp/listener.c. */
#include "listener.h"

#include <aimx/error.h>

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#define PATIENCE (20 * G_USEC_PER_SEC)

static SmtpListener *
bind_to (const char *text)
{
  g_autoptr (GError) error = NULL;
  SmtpListener *listener = smtp_listener_bind (text, &error);

  g_assert_no_error (error);
  return listener;
}

/* Returns: a socket, -1 when the connection is refused */
static int
connect_to (const char *text)
{
  int fd = socket (text[0] == '[' ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  SmtpAddress address;

  g_assert_true (smtp_address_parse (text, &address, NULL));
  if (connect (fd, &address.any, address.length) == 0)
    return fd;
  g_assert_cmpint (errno, ==, ECONNREFUSED);
  close (fd);
  return -1;
}

static void
test_the_port_that_was_chosen_is_known_and_shut_until_it_listens (void)
{
  g_autoptr (SmtpListener) listener = bind_to ("127.0.0.1:0");
  g_autoptr (GError) error = NULL;
  const char *address = smtp_listener_get_address (listener);
  int fd;

  g_assert_true (g_str_has_prefix (address, "127.0.0.1:"));
  g_assert_cmpstr (address, !=, "127.0.0.1:0");
  g_assert_cmpint (connect_to (address), ==, -1);
  g_assert_true (smtp_listener_listen (listener, &error));
  g_assert_no_error (error);
  fd = connect_to (address);
  g_assert_cmpint (fd, >=, 0);
  close (fd);
}

static void
test_a_busy_address_is_named (void)
{
  g_autoptr (SmtpListener) first = bind_to ("127.0.0.1:0");
  g_autoptr (GError) error = NULL;
  const char *address = smtp_listener_get_address (first);

  g_assert_true (smtp_listener_listen (first, NULL));
  g_assert_null (smtp_listener_bind (address, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_IO);
  g_assert_nonnull (strstr (error->message, address));
  g_assert_nonnull (strstr (error->message, "--bind"));
}

static void
test_two_that_bound_the_same_do_not_both_listen (void)
{
  g_autoptr (SmtpListener) first = bind_to ("127.0.0.1:0");
  g_autoptr (SmtpListener) second = bind_to (smtp_listener_get_address (first));
  g_autoptr (GError) error = NULL;

  g_assert_true (smtp_listener_listen (first, NULL));
  g_assert_false (smtp_listener_listen (second, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_IO);
}

static void
test_the_ipv6_wildcard_takes_ipv4_too (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SmtpListener) listener = smtp_listener_bind ("[::]:0", &error);
  g_autofree char *v4 = NULL;
  int fd;

  if (listener == NULL && strstr (error->message, g_strerror (EAFNOSUPPORT)) != NULL)
    {
      g_test_skip ("this kernel has no IPv6");
      return;
    }
  g_assert_no_error (error);
  g_assert_true (smtp_listener_listen (listener, NULL));
  v4 = g_strdup_printf ("127.0.0.1:%s", strrchr (smtp_listener_get_address (listener), ':') + 1);
  fd = connect_to (v4);
  g_assert_cmpint (fd, >=, 0);
  close (fd);
}

/* ---- accepting ---- */

typedef struct
{
  AimxWorker *worker;
  SmtpListener *listener;
  GAsyncQueue *accepted; /* descriptors + 1 */
} Door;

static void
on_accepted (int fd, const SmtpAddress *peer, gpointer user_data)
{
  Door *door = user_data;
  char text[SMTP_ADDRESS_TEXT];

  g_assert_cmpstr (smtp_address_write_host (peer, text), ==, "127.0.0.1");
  g_async_queue_push (door->accepted, GINT_TO_POINTER (fd + 1));
}

static void
open_door (gpointer user_data)
{
  Door *door = user_data;

  g_assert_true (smtp_listener_open (door->listener, door->worker, on_accepted, door, NULL));
}

static void
close_door (gpointer user_data)
{
  smtp_listener_close (((Door *) user_data)->listener);
}

static void
door_open (Door *door)
{
  *door = (Door){ aimx_worker_new ("door", NULL), bind_to ("127.0.0.1:0"), g_async_queue_new () };
  g_assert_true (smtp_listener_listen (door->listener, NULL));
  aimx_worker_invoke (door->worker, open_door, door);
}

static void
door_close (Door *door)
{
  aimx_worker_invoke (door->worker, close_door, door);
  aimx_worker_stop (door->worker);
  g_object_unref (door->worker);
  smtp_listener_free (door->listener);
  g_async_queue_unref (door->accepted);
}

static int
wait_accepted (Door *door)
{
  gpointer accepted = g_async_queue_timeout_pop (door->accepted, PATIENCE);

  g_assert_nonnull (accepted);
  return GPOINTER_TO_INT (accepted) - 1;
}

static void
test_clients_are_accepted_until_it_closes (void)
{
  g_autofree char *address = NULL;
  int ours, theirs;
  Door door;

  door_open (&door);
  address = g_strdup (smtp_listener_get_address (door.listener));
  for (int i = 0; i < 100; i++)
    {
      ours = connect_to (address);
      theirs = wait_accepted (&door);
      g_assert_cmpint (ours, >=, 0);
      close (ours);
      close (theirs);
    }
  door_close (&door);
  g_assert_cmpint (connect_to (address), ==, -1);
}

static int n_warnings;

static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if ((level & G_LOG_LEVEL_WARNING) != 0)
    g_atomic_int_inc (&n_warnings);
  return G_LOG_WRITER_HANDLED;
}

static void
note (gpointer user_data)
{
  g_async_queue_push (user_data, GINT_TO_POINTER (1));
}

/* Every descriptor below the limit is taken while one client comes: it waits, the loop goes on, and it is served once
 * there is one again. */
static void
test_without_descriptors_clients_wait (void)
{
  g_autoptr (GAsyncQueue) turns = g_async_queue_new ();
  struct rlimit limit, low;
  int ours, theirs;
  Door door;

  n_warnings = 0;
  door_open (&door);
  ours = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  low = (struct rlimit){ 3, limit.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &low), ==, 0);
  {
    SmtpAddress address;

    g_assert_true (smtp_address_parse (smtp_listener_get_address (door.listener), &address, NULL));
    g_assert_cmpint (connect (ours, &address.any, address.length), ==, 0);
  }
  while (g_atomic_int_get (&n_warnings) == 0)
    {
      aimx_worker_invoke (door.worker, note, turns);
      g_assert_nonnull (g_async_queue_timeout_pop (turns, PATIENCE));
    }
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  theirs = wait_accepted (&door);
  g_assert_cmpint (g_atomic_int_get (&n_warnings), ==, 1);
  close (ours);
  close (theirs);
  door_close (&door);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (count_warnings, NULL, NULL);
  g_test_add_func ("/smtp-listener/the-port-that-was-chosen-is-known-and-shut-until-it-listens",
                   test_the_port_that_was_chosen_is_known_and_shut_until_it_listens);
  g_test_add_func ("/smtp-listener/a-busy-address-is-named", test_a_busy_address_is_named);
  g_test_add_func ("/smtp-listener/two-that-bound-the-same-do-not-both-listen",
                   test_two_that_bound_the_same_do_not_both_listen);
  g_test_add_func ("/smtp-listener/the-ipv6-wildcard-takes-ipv4-too", test_the_ipv6_wildcard_takes_ipv4_too);
  g_test_add_func ("/smtp-listener/clients-are-accepted-until-it-closes", test_clients_are_accepted_until_it_closes);
  g_test_add_func ("/smtp-listener/without-descriptors-clients-wait", test_without_descriptors_clients_wait);
  return g_test_run ();
}
