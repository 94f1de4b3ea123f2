/* SPDX-License-Identifier: MIT */
/*
 * The server's end of one TLS connection. GnuTLS reads and writes the socket itself, record by record, and keeps a
 * record's buffer only until its bytes were read: an idle stream holds its keys and nothing of what passed.
 */
#include "io/tls-private.h"

#include <aimx/error.h>

struct _AimxTlsStream
{
  AimxTlsCredentials *credentials;
  gnutls_session_t session;
  int setup; /* GnuTLS code of making it; told by the handshake */
};

AimxTlsStream *
aimx_tls_stream_new_server (AimxTlsCredentials *credentials, int fd)
{
  AimxTlsStream *self = g_new0 (AimxTlsStream, 1);

  self->credentials = g_object_ref (credentials);
  self->setup = gnutls_init (&self->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
  if (self->setup >= 0)
    self->setup = aimx_tls_credentials_apply (credentials, self->session);
  if (self->setup >= 0)
    gnutls_transport_set_int (self->session, fd);
  return self;
}

static AimxTlsStatus
fail (AimxTlsStream *self, int code, const char *doing, GError **error)
{
  const char *alert = NULL;

  if (code == GNUTLS_E_FATAL_ALERT_RECEIVED)
    alert = gnutls_alert_get_name (gnutls_alert_get (self->session));
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_TEMPORARY, "%s: %s%s%s", doing, gnutls_strerror (code),
               alert != NULL ? ": " : "", alert != NULL ? alert : "");
  return AIMX_TLS_FAILED;
}

/* What a call that did not succeed came to. */
static AimxTlsStatus
status (AimxTlsStream *self, int code, const char *doing, GError **error)
{
  switch (code)
    {
    case GNUTLS_E_PREMATURE_TERMINATION:
    case GNUTLS_E_PULL_ERROR:
    case GNUTLS_E_PUSH_ERROR:
      return AIMX_TLS_CLOSED;
    case GNUTLS_E_REHANDSHAKE:
      /* TLS 1.2; a mail client has no reason to. */
      gnutls_alert_send (self->session, GNUTLS_AL_FATAL, GNUTLS_A_NO_RENEGOTIATION);
      return fail (self, code, doing, error);
    default:
      if (gnutls_error_is_fatal (code))
        return fail (self, code, doing, error);
      /* Also after a warning, with which no bytes came: an event tells whether there is more. */
      return gnutls_record_get_direction (self->session) == 0 ? AIMX_TLS_WANT_READ : AIMX_TLS_WANT_WRITE;
    }
}

AimxTlsStatus
aimx_tls_stream_handshake (AimxTlsStream *self, GError **error)
{
  AimxTlsStatus result;
  int code = self->setup;

  if (code < 0)
    return fail (self, code, "TLS handshake", error);
  do
    code = gnutls_handshake (self->session);
  while (code == GNUTLS_E_INTERRUPTED);
  if (code >= 0)
    return AIMX_TLS_DONE;
  result = status (self, code, "TLS handshake", error);
  if (result == AIMX_TLS_FAILED)
    gnutls_alert_send_appropriate (self->session, code);
  return result;
}

AimxTlsStatus
aimx_tls_stream_read (AimxTlsStream *self, void *buffer, gsize size, gsize *n_read, GError **error)
{
  ssize_t code;

  do
    code = gnutls_record_recv (self->session, buffer, size);
  while (code == GNUTLS_E_INTERRUPTED);
  *n_read = code > 0 ? (gsize) code : 0;
  if (code > 0)
    return AIMX_TLS_DONE;
  return code == 0 ? AIMX_TLS_CLOSED : status (self, (int) code, "TLS read", error);
}

AimxTlsStatus
aimx_tls_stream_write (AimxTlsStream *self, const void *data, gsize size, gsize *n_written, GError **error)
{
  ssize_t code;

  do
    code = gnutls_record_send (self->session, data, size);
  while (code == GNUTLS_E_INTERRUPTED);
  *n_written = code > 0 ? (gsize) code : 0;
  return code >= 0 ? AIMX_TLS_DONE : status (self, (int) code, "TLS write", error);
}

gboolean
aimx_tls_stream_has_pending (AimxTlsStream *self)
{
  return gnutls_record_check_pending (self->session) > 0;
}

void
aimx_tls_stream_shut_down (AimxTlsStream *self)
{
  gnutls_bye (self->session, GNUTLS_SHUT_WR);
}

const char *
aimx_tls_stream_get_version (AimxTlsStream *self)
{
  return gnutls_protocol_get_name (gnutls_protocol_get_version (self->session));
}

char *
aimx_tls_stream_get_cipher (AimxTlsStream *self)
{
  return g_strdup (gnutls_cipher_get_name (gnutls_cipher_get (self->session)));
}

void
aimx_tls_stream_free (AimxTlsStream *self)
{
  if (self == NULL)
    return;
  gnutls_deinit (self->session);
  g_object_unref (self->credentials);
  g_free (self);
}
