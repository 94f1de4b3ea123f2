/* SPDX-License-Identifier: MIT */
/*
 * What stands on both sides of a connection of modules/uds in a test: a server that keeps each call until the test
 * answers it, and a client on the other end of a socket pair. Any failure ends the test.
 */
#pragma once

#include "uds/connection.h"
#include "uds/uds-limits.h"

#include <aimx/error.h>

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PEER_PATIENCE_SECONDS 60

/* ---- the server ---- */

typedef struct
{
  UdsService service;
  GQueue calls; /* of GTask, whose data is the request, in the order they came */
  guint n_calls;
} FakeServer;

/* X takes a body up to 25 MiB, N none; no other verb is known. */
static inline gint64
fake_get_body_limit (AimxServer *server, const char *verb)
{
  if (strcmp (verb, "X") == 0)
    return AIMX_BODY_MAX;
  return strcmp (verb, "N") == 0 ? 0 : -1;
}

/* Each known verb is of a module of its own name. */
static inline const char *
fake_get_verb_module (AimxServer *server, const char *verb)
{
  return fake_get_body_limit (server, verb) >= 0 ? g_intern_string (verb) : NULL;
}

static inline void
fake_call_async (AimxServer *server, AimxRequest *request, GAsyncReadyCallback callback, gpointer user_data)
{
  FakeServer *self = (FakeServer *) server;
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_task_data (task, g_object_ref (request), g_object_unref);
  g_queue_push_tail (&self->calls, task);
  self->n_calls++;
}

static inline AimxResponse *
fake_call_finish (AimxServer *server, GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}

static inline FakeServer *
fake_server_new (gsize memory, gsize memory_share)
{
  FakeServer *self = g_new0 (FakeServer, 1);

  self->service = (UdsService){
    .server = (AimxServer *) self,
    .get_body_limit = fake_get_body_limit,
    .get_verb_module = fake_get_verb_module,
    .call_async = fake_call_async,
    .call_finish = fake_call_finish,
    .memory = uds_quota_new (memory, memory_share),
    .calls = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) uds_quota_free),
  };
  return self;
}

static inline void
fake_server_free (FakeServer *self)
{
  g_assert_cmpuint (self->calls.length, ==, 0);
  uds_quota_free (self->service.memory);
  g_hash_table_unref (self->service.calls);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeServer, fake_server_free)

static inline gboolean
peer_out_of_patience (gpointer user_data)
{
  g_error ("waited %d s for %s", PEER_PATIENCE_SECONDS, (const char *) user_data);
  return G_SOURCE_REMOVE;
}

/* One turn of the main loop, which must come. */
static inline void
peer_iterate (const char *what)
{
  guint patience = g_timeout_add_seconds (PEER_PATIENCE_SECONDS, peer_out_of_patience, (gpointer) what);

  g_main_context_iteration (NULL, TRUE);
  g_source_remove (patience);
}

/* Waits for the next call and returns its request, which stays the call's. */
static inline AimxRequest *
fake_server_wait (FakeServer *self)
{
  while (self->calls.length == 0)
    peer_iterate ("a call");
  return g_task_get_task_data (g_queue_peek_head (&self->calls));
}

/* (transfer full) @response: the answer to the call that came first. */
static inline void
fake_server_answer (FakeServer *self, AimxResponse *response)
{
  g_autoptr (GTask) task = g_queue_pop_head (&self->calls);

  g_task_return_pointer (task, response, g_object_unref);
}

static inline void
fake_server_fail (FakeServer *self, int code, const char *reason)
{
  g_autoptr (GError) error = g_error_new_literal (AIMX_ERROR, code, reason);

  fake_server_answer (self, aimx_response_new_error (error));
}

/* ---- the client ---- */

static inline gboolean
peer_wake (int fd, GIOCondition events, gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Sends all of it, letting the other side read. */
static inline void
peer_send (int fd, const void *data, gsize length)
{
  guint wake = g_unix_fd_add (fd, G_IO_OUT, peer_wake, NULL);

  for (gsize sent = 0; sent < length;)
    {
      ssize_t n = send (fd, (const char *) data + sent, length - sent, MSG_NOSIGNAL | MSG_DONTWAIT);

      g_assert_true (n > 0 || errno == EAGAIN);
      if (n > 0)
        sent += (gsize) n;
      else
        peer_iterate ("room to send");
    }
  g_source_remove (wake);
}

static inline void
peer_send_text (int fd, const char *text)
{
  peer_send (fd, text, strlen (text));
}

/* Reads until the other side closes. Returns: (transfer full): all of it. */
static inline GString *
peer_read (int fd)
{
  guint wake = g_unix_fd_add (fd, G_IO_IN, peer_wake, NULL);
  GString *text = g_string_new (NULL);
  char buffer[16384];
  ssize_t n;

  while ((n = recv (fd, buffer, sizeof buffer, MSG_DONTWAIT)) != 0)
    if (n > 0)
      g_string_append_len (text, buffer, n);
    else
      {
        g_assert_cmpint (errno, ==, EAGAIN);
        peer_iterate ("the end of the connection");
      }
  g_source_remove (wake);
  return text;
}

static inline void
peer_expect (int fd, const char *expected)
{
  GString *text = peer_read (fd);

  g_assert_cmpstr (text->str, ==, expected);
  g_string_free (text, TRUE);
}
