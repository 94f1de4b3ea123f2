/* SPDX-License-Identifier: MIT */
/* A resolver, the name server that it asks, and somebody who asks it and counts what comes of that. */
#pragma once

#include "dns-server.h"
#include "resolver/service.h"

#define PATIENCE_SECONDS 30

typedef struct
{
  DnsServer *server;
  ResolverService *service;
} Fixture;

static inline ResolverUpstream *
make_upstream (const DnsServer *server)
{
  ResolverUpstream *upstream = g_new0 (ResolverUpstream, 1);
  g_autofree char *address = g_strdup_printf ("127.0.0.1@%u", server->port);
  const char *const servers[] = { address, NULL };

  upstream->servers = g_strdupv ((GStrv) servers);
  return upstream;
}

static inline void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (ResolverUpstream) upstream = NULL;

  self->server = dns_server_new ();
  upstream = make_upstream (self->server);
  self->service = resolver_service_new (upstream);
}

static inline void
tear_down (Fixture *self, gconstpointer data)
{
  resolver_service_close (self->service);
  g_object_unref (self->service);
  dns_server_free (self->server);
}

/* ---- asking ---- */

static gint64
from_now (double seconds)
{
  return g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
}

static inline gboolean
on_out_of_patience (gpointer user_data)
{
  g_error ("waited %d s", PATIENCE_SECONDS);
  return G_SOURCE_REMOVE;
}

static inline void
wait_until_equal (const guint *value, guint expected)
{
  guint timeout = g_timeout_add_seconds (PATIENCE_SECONDS, on_out_of_patience, NULL);

  while (*value != expected)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timeout);
}

static inline void
wait_until_asked (DnsServer *server, const DnsServerEntry *entry, guint n)
{
  const gint64 end = from_now (PATIENCE_SECONDS);

  while (dns_server_get_n_asked (server, entry) < n)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, FALSE);
      g_thread_yield ();
    }
}

typedef struct
{
  AimxDnsAnswer *answer;
  guint n_answers;
  guint n_freed;
} Wait;

static inline void
on_answer (AimxDnsAnswer *answer, gpointer user_data)
{
  Wait *wait = user_data;

  g_assert_cmpint (gettid (), ==, getpid ());
  g_set_object (&wait->answer, answer);
  wait->n_answers++;
}

static inline void
on_freed (gpointer user_data)
{
  Wait *wait = user_data;

  wait->n_freed++;
}

static guint64
start (Fixture *self, const char *name, AimxDnsType type, gint64 deadline, Wait *wait)
{
  return aimx_resolver_ask (AIMX_RESOLVER (self->service), name, type, deadline, on_answer, wait, on_freed);
}

static inline AimxDnsAnswer *
ask (Fixture *self, const char *name, AimxDnsType type)
{
  Wait wait = { 0 };

  start (self, name, type, from_now (PATIENCE_SECONDS), &wait);
  wait_until_equal (&wait.n_freed, 1);
  g_assert_cmpuint (wait.n_answers, ==, 1);
  return wait.answer;
}

static inline void
assert_status (AimxDnsAnswer *answer, AimxDnsStatus status, guint n_records)
{
  if (aimx_dns_answer_get_status (answer) == AIMX_DNS_FAILED && status != AIMX_DNS_FAILED)
    g_test_message ("%s", aimx_dns_answer_get_reason (answer));
  g_assert_cmpint (aimx_dns_answer_get_status (answer), ==, status);
  g_assert_cmpuint (aimx_dns_answer_get_n_records (answer), ==, n_records);
  g_assert_true ((aimx_dns_answer_get_reason (answer) != NULL) == (status == AIMX_DNS_FAILED));
}

static const char *
get_text (AimxDnsAnswer *answer, guint index)
{
  return aimx_dns_answer_get_record (answer, index)->text;
}
