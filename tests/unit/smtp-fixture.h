/* SPDX-License-Identifier: MIT */
/* An SMTP server on a loopback port, with a real mail store for its spools and an ingester that does as it is told,
 * and clients that speak to it through blocking sockets. */
#pragma once

#include "admission.h"
#include "mail/mail-store-private.h"
#include "scratch-certificate.h"
#include "server-internal.h"
#include "smtp-server.h"

#include <aimx/error.h>

#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#define PATIENCE_SECONDS 60
#define INFO             "info@agents.test"
#define OTHER            "other@agents.test"
#define GHOST            "ghost@agents.test"

/* ---- the ingester ---- */

#define TEST_TYPE_INGESTER (test_ingester_get_type ())
G_DECLARE_FINAL_TYPE (TestIngester, test_ingester, TEST, INGESTER, GObject)

struct _TestIngester
{
  GObject parent;
  GMutex mutex;
  GCond cond;
  gboolean shut;       /* deliveries wait */
  guint n_begun;       /* deliveries that have come */
  guint n_done;        /* deliveries that have ended */
  const char *failing; /* for whom it fails, `*` for all */
  int code;            /* and how */
  GBytes *raw;         /* of the last one */
  AimxEnvelope *envelope;
};

static GPtrArray *
test_ingester_deliver (AimxIngester *ingester, const AimxEnvelope *envelope, GBytes *raw)
{
  TestIngester *self = TEST_INGESTER (ingester);
  GPtrArray *deliveries = g_ptr_array_new_with_free_func ((GDestroyNotify) aimx_delivery_free);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->n_begun++;
  g_cond_broadcast (&self->cond);
  while (self->shut)
    g_cond_wait (&self->cond, &self->mutex);
  g_clear_pointer (&self->raw, g_bytes_unref);
  g_clear_pointer (&self->envelope, aimx_envelope_free);
  self->raw = g_bytes_ref (raw);
  self->envelope = aimx_envelope_copy (envelope);
  for (guint i = 0; envelope->recipients[i] != NULL; i++)
    {
      AimxDelivery *delivery = g_new0 (AimxDelivery, 1);

      delivery->recipient = g_strdup (envelope->recipients[i]);
      if (self->failing != NULL &&
          (strcmp (self->failing, "*") == 0 || strcmp (self->failing, delivery->recipient) == 0))
        delivery->error = g_error_new_literal (AIMX_ERROR, self->code, "as told");
      g_ptr_array_add (deliveries, delivery);
    }
  self->n_done++;
  g_cond_broadcast (&self->cond);
  return deliveries;
}

static void
test_ingester_iface_init (AimxIngesterInterface *iface)
{
  iface->deliver = test_ingester_deliver;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestIngester,
                               test_ingester,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (AIMX_TYPE_INGESTER, test_ingester_iface_init))

static void
test_ingester_finalize (GObject *object)
{
  TestIngester *self = TEST_INGESTER (object);

  g_clear_pointer (&self->raw, g_bytes_unref);
  g_clear_pointer (&self->envelope, aimx_envelope_free);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (test_ingester_parent_class)->finalize (object);
}

static void
test_ingester_class_init (TestIngesterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_ingester_finalize;
}

static void
test_ingester_init (TestIngester *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
}

static inline void
ingester_set_shut (TestIngester *self, gboolean shut)
{
  g_mutex_lock (&self->mutex);
  self->shut = shut;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static inline void
ingester_wait (TestIngester *self, const guint *counter, guint count)
{
  gint64 until = g_get_monotonic_time () + PATIENCE_SECONDS * G_USEC_PER_SEC;

  g_mutex_lock (&self->mutex);
  while (*counter < count)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, until));
  g_mutex_unlock (&self->mutex);
}

/* ---- the server ---- */

typedef struct
{
  ScratchDirectory *scratch;
  AimxConfigStore *config;
  AimxLockManager *locks;
  AimxAccounts *accounts;
  AimxMailStore *mail;
  AimxServer *aimx;
  TestIngester *ingester;
  AimxVerifier *verifier; /* nullable; set before fixture_set_up() */
  SmtpServer *smtp;
  GAsyncQueue *stopped;
} Fixture;

static inline void
fixture_open_core (Fixture *self, const char *extra)
{
  const AimxServerSettings settings = { .mode = AIMX_SERVER_DAEMON, .runtime_dir = "/nonexistent" };
  g_autofree char *etc = g_build_filename (self->scratch, "etc", NULL);
  g_autofree char *data = g_build_filename (self->scratch, "data", NULL);
  g_autofree char *text = g_strdup_printf ("domains = [\"agents.test\"]\n%s"
                                           "[mailboxes.\"" INFO "\"]\naddress = \"" INFO "\"\nowner = \"games\"\n"
                                           "[mailboxes.\"" OTHER "\"]\naddress = \"" OTHER "\"\nowner = \"games\"\n"
                                           "[mailboxes.\"" GHOST "\"]\naddress = \"" GHOST "\"\nowner = \"no-such\"\n",
                                           extra);
  g_autoptr (GError) error = NULL;

  scratch_write (self->scratch, "etc/config.toml", text);
  self->config = aimx_config_store_open (etc, &error);
  g_assert_no_error (error);
  self->locks = aimx_lock_manager_new ();
  self->accounts = aimx_accounts_new ();
  self->mail =
      aimx_mail_store_open (data, AIMX_MAIL_STORE_CHANGE, 0, self->config, self->locks, self->accounts, &error);
  g_assert_no_error (error);
  g_assert_true (aimx_mail_store_prepare (self->mail, &error));
  self->aimx = aimx_server_new (&settings, self->config, self->locks, self->accounts, self->mail);
}

/* @extra: more of the configuration's top; @user_data of a test. */
static inline void
fixture_set_up (Fixture *self, gconstpointer extra)
{
  const char *const binds[] = { "127.0.0.1:0", NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *cert = NULL;
  g_autofree char *key = NULL;

  self->scratch = scratch_directory_new ();
  fixture_open_core (self, extra != NULL ? extra : "");
  scratch_make_certificate (self->scratch, "one");
  cert = g_build_filename (self->scratch, "one-cert.pem", NULL);
  key = g_build_filename (self->scratch, "one-key.pem", NULL);
  self->ingester = g_object_new (TEST_TYPE_INGESTER, NULL);
  self->smtp = smtp_server_new (self->aimx, AIMX_INGESTER (self->ingester), self->verifier);
  g_assert_true (smtp_server_set_certificate (self->smtp, cert, key, &error));
  g_assert_true (smtp_server_bind (self->smtp, binds, &error));
  g_assert_true (smtp_server_open (self->smtp, &error));
  g_assert_no_error (error);
  self->stopped = g_async_queue_new ();
}

static inline void
fixture_tear_down (Fixture *self, gconstpointer extra)
{
  g_clear_pointer (&self->smtp, smtp_server_free);
  g_object_unref (self->ingester);
  aimx_server_close (self->aimx);
  g_object_unref (self->aimx);
  g_object_unref (self->mail);
  g_object_unref (self->accounts);
  g_object_unref (self->locks);
  g_object_unref (self->config);
  g_async_queue_unref (self->stopped);
  scratch_directory_free (self->scratch);
}

static void
fixture_on_stopped (gpointer user_data)
{
  g_async_queue_push (((Fixture *) user_data)->stopped, GINT_TO_POINTER (1));
}

static inline void
fixture_wait_stopped (Fixture *self)
{
  g_assert_nonnull (g_async_queue_timeout_pop (self->stopped, PATIENCE_SECONDS * G_USEC_PER_SEC));
}

/* ---- clients ---- */

typedef struct
{
  int fd;
  gnutls_session_t tls; /* nullable */
  gnutls_certificate_credentials_t trust;
  GString *received; /* beyond the reply that was read last */
} Client;

static inline void
client_connect (Client *self, Fixture *fixture)
{
  const struct timeval patience = { .tv_sec = PATIENCE_SECONDS };
  SmtpAddress address;

  *self = (Client){ .fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .received = g_string_new (NULL) };
  g_assert_true (smtp_address_parse (smtp_server_get_address (fixture->smtp, 0), &address, NULL));
  g_assert_cmpint (setsockopt (self->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), ==, 0);
  g_assert_cmpint (setsockopt (self->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience), ==, 0);
  g_assert_cmpint (connect (self->fd, &address.any, address.length), ==, 0);
}

static inline void
client_close (Client *self)
{
  if (self->tls != NULL)
    {
      gnutls_deinit (self->tls);
      gnutls_certificate_free_credentials (self->trust);
    }
  close (self->fd);
  g_string_free (self->received, TRUE);
}

/* Goes away without a word, and lets the other side know at once. */
static inline void
client_reset (Client *self)
{
  const struct linger now = { 1, 0 };

  g_assert_cmpint (setsockopt (self->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now), ==, 0);
  client_close (self);
}

static inline void
client_send_bytes (Client *self, const char *data, gsize length)
{
  while (length > 0)
    {
      ssize_t n = self->tls != NULL ? gnutls_record_send (self->tls, data, length)
                                    : send (self->fd, data, length, MSG_NOSIGNAL);

      g_assert_cmpint (n, >, 0);
      data += n;
      length -= (gsize) n;
    }
}

static inline void
client_send (Client *self, const char *text)
{
  client_send_bytes (self, text, strlen (text));
}

/* Returns: FALSE at the end of what the server has to say */
static inline gboolean
client_receive (Client *self)
{
  char buffer[4096];
  ssize_t n = self->tls != NULL ? gnutls_record_recv (self->tls, buffer, sizeof buffer)
                                : recv (self->fd, buffer, sizeof buffer, 0);

  if (n > 0)
    g_string_append_len (self->received, buffer, n);
  else if (n < 0 && self->tls == NULL)
    g_error ("receive: %s", g_strerror (errno));
  return n > 0 || n == GNUTLS_E_AGAIN;
}

/* Where the last line of the first reply starts, NULL when it is not there yet. */
static inline const char *
client_find_reply (Client *self)
{
  const char *line = self->received->str;
  const char *end;

  while ((end = strstr (line, "\r\n")) != NULL)
    {
      if (end - line >= 4 && line[3] == ' ')
        return line;
      line = end + 2;
    }
  return NULL;
}

/* Reads one reply, whose last line starts with @expected. */
static inline void
client_expect (Client *self, const char *expected)
{
  const char *line;

  while ((line = client_find_reply (self)) == NULL)
    if (!client_receive (self))
      g_error ("%s was expected, not the end after '%s'", expected, self->received->str);
  if (!g_str_has_prefix (line, expected))
    g_error ("%s was expected, not '%s'", expected, self->received->str);
  g_string_erase (self->received, 0, strstr (line, "\r\n") + 2 - self->received->str);
}

static inline void
client_expect_end (Client *self)
{
  while (client_receive (self))
    ;
  g_assert_cmpstr (self->received->str, ==, "");
}

static inline void
client_ask (Client *self, const char *command, const char *expected)
{
  client_send (self, command);
  client_send (self, "\r\n");
  client_expect (self, expected);
}

/* As far as the message itself. */
static inline void
client_begin (Client *self, Fixture *fixture)
{
  client_connect (self, fixture);
  client_expect (self, "220 agents.test ");
  client_ask (self, "EHLO client.test", "250 ");
  client_ask (self, "MAIL FROM:<ann@sender.test>", "250 ");
  client_ask (self, "RCPT TO:<" INFO ">", "250 ");
}

static inline void
client_start_tls (Client *self)
{
  int code;

  client_ask (self, "STARTTLS", "220 ");
  g_assert_cmpint (gnutls_certificate_allocate_credentials (&self->trust), ==, 0);
  g_assert_cmpint (gnutls_init (&self->tls, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL), ==, 0);
  g_assert_cmpint (gnutls_set_default_priority (self->tls), ==, 0);
  g_assert_cmpint (gnutls_credentials_set (self->tls, GNUTLS_CRD_CERTIFICATE, self->trust), ==, 0);
  gnutls_transport_set_int (self->tls, self->fd);
  do
    code = gnutls_handshake (self->tls);
  while (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED);
  g_assert_cmpint (code, ==, 0);
}
