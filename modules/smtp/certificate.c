/* SPDX-License-Identifier: MIT */
/*
 * Credentials behind a mutex that is held for a pointer's time; reading happens outside it.
 */
#include "certificate.h"

#include <aimx/log.h>

struct _SmtpCertificate
{
  char *cert_file;
  char *key_file;
  GMutex mutex; /* what follows */
  AimxTlsCredentials *credentials;
  char *warned; /* what was wrong at the last refresh */
  gint64 checked;
};

SmtpCertificate *
smtp_certificate_new (const char *cert_file, const char *key_file)
{
  SmtpCertificate *self = g_new0 (SmtpCertificate, 1);

  self->cert_file = g_strdup (cert_file);
  self->key_file = g_strdup (key_file);
  g_mutex_init (&self->mutex);
  return self;
}

void
smtp_certificate_free (SmtpCertificate *self)
{
  g_clear_object (&self->credentials);
  g_mutex_clear (&self->mutex);
  g_free (self->warned);
  g_free (self->cert_file);
  g_free (self->key_file);
  g_free (self);
}

AimxTlsCredentials *
smtp_certificate_get (SmtpCertificate *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->credentials != NULL ? g_object_ref (self->credentials) : NULL;
}

gboolean
smtp_certificate_load (SmtpCertificate *self, GError **error)
{
  g_autoptr (AimxTlsCredentials) credentials = smtp_certificate_get (self);
  gboolean renewed = credentials != NULL;

  if (renewed && aimx_tls_credentials_is_current (credentials))
    return TRUE;
  g_clear_object (&credentials);
  credentials = aimx_tls_credentials_new (self->cert_file, self->key_file, error);
  if (credentials == NULL)
    return FALSE;
  g_mutex_lock (&self->mutex);
  g_set_object (&self->credentials, credentials);
  g_mutex_unlock (&self->mutex);
  if (renewed)
    aimx_log (G_LOG_LEVEL_MESSAGE, "MESSAGE", "the TLS certificate %s has changed and is in use", self->cert_file);
  return TRUE;
}

void
smtp_certificate_refresh (SmtpCertificate *self)
{
  g_autoptr (GError) error = NULL;
  gboolean told, loaded;

  smtp_certificate_load (self, &error);
  g_mutex_lock (&self->mutex);
  loaded = self->credentials != NULL;
  told = error == NULL || g_strcmp0 (self->warned, error->message) == 0;
  g_free (self->warned);
  self->warned = error != NULL ? g_strdup (error->message) : NULL;
  g_mutex_unlock (&self->mutex);
  if (!told)
    aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "%s; %s", error->message,
              loaded ? "the certificate read before stays in use" : "STARTTLS is not offered");
}

gboolean
smtp_certificate_claim_refresh (SmtpCertificate *self, gint64 now)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->checked != 0 && now - self->checked < SMTP_CERTIFICATE_CHECK_INTERVAL)
    return FALSE;
  self->checked = now;
  return TRUE;
}
