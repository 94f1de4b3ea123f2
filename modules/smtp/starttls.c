/* SPDX-License-Identifier: MIT */
/*
 * STARTTLS (RFC 3207): the certificate's files are looked at when that is due, the reply goes out in the clear, then
 * hands are shaken. What the peer sent in the clear behind its command ends the session.
 */
#include "connection-private.h"
#include "smtp-server.h"

#include <aimx/log.h>

#include <netinet/tcp.h>
#include <sys/epoll.h>

/* Round trips and two computations; who needs longer is not going to. */
#define HANDSHAKE_TIMEOUT (60 * G_USEC_PER_SEC)

typedef struct
{
  SmtpWork work;
  SmtpCertificate *certificate;
} Refresh;

static gboolean
refresh_run (SmtpWork *work)
{
  smtp_certificate_refresh (((Refresh *) work)->certificate);
  return TRUE;
}

static void
refresh_done (SmtpWork *work)
{
  g_free (work);
}

static gboolean
has_sent_more (SmtpConnection *self)
{
  char byte;

  return recv (self->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

gboolean
smtp_starttls_act (SmtpConnection *self, gboolean has_unread)
{
  SmtpCertificate *certificate = smtp_server_get_certificate (self->loop->server);
  gint64 now = smtp_connection_now (self);
  Refresh *refresh;

  if (has_unread || has_sent_more (self))
    {
      smtp_session_tls_failed (self->session, SMTP_END_INJECTION, now);
      return TRUE;
    }
  self->phase = SMTP_PHASE_HANDSHAKE;
  self->deadline = now + HANDSHAKE_TIMEOUT;
  if (!smtp_certificate_claim_refresh (certificate, now))
    return FALSE;
  refresh = g_new (Refresh, 1);
  *refresh = (Refresh){ { self, refresh_run, refresh_done }, certificate };
  smtp_connection_run (&refresh->work);
  return FALSE;
}

void
smtp_starttls_fail (SmtpConnection *self, const char *why)
{
  SmtpFacts facts;

  smtp_session_get_facts (self->session, &facts);
  aimx_log (G_LOG_LEVEL_INFO, AIMX_LOG_PEER, facts.peer_address, "MESSAGE", "no TLS with %s: %s", facts.peer_address,
            why);
  self->phase = SMTP_PHASE_TALK;
  smtp_session_tls_failed (self->session, SMTP_END_TLS_FAILED, smtp_connection_now (self));
}

static void
begin (SmtpConnection *self)
{
  g_autoptr (AimxTlsCredentials) credentials = smtp_certificate_get (smtp_server_get_certificate (self->loop->server));

  self->tls = aimx_tls_stream_new_server (credentials, self->fd);
}

static void
succeed (SmtpConnection *self)
{
  g_autofree char *cipher = aimx_tls_stream_get_cipher (self->tls);
  int yes = 1;

  /* The client speaks next, in a small segment, which many do not send before their last one is acknowledged; that
   * would be delayed until the kernel thinks that we shall not answer. */
  setsockopt (self->fd, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
  self->phase = SMTP_PHASE_TALK;
  smtp_session_tls_started (self->session, aimx_tls_stream_get_version (self->tls), cipher, smtp_connection_now (self));
}

gboolean
smtp_starttls_step (SmtpConnection *self, guint *events)
{
  g_autoptr (GError) error = NULL;

  if (self->tls == NULL)
    begin (self);
  switch (aimx_tls_stream_handshake (self->tls, &error))
    {
    case AIMX_TLS_DONE:
      succeed (self);
      return TRUE;
    case AIMX_TLS_WANT_READ:
      *events = EPOLLIN;
      return FALSE;
    case AIMX_TLS_WANT_WRITE:
      *events = EPOLLOUT;
      return FALSE;
    case AIMX_TLS_CLOSED:
      smtp_starttls_fail (self, "the peer went away during the handshake");
      return TRUE;
    default:
      smtp_starttls_fail (self, error->message);
      return TRUE;
    }
}
