/* SPDX-License-Identifier: MIT */
/*
 * The TLS certificate in use, followed through renewals: when its files change they are read again. What cannot be used
 * is warned about once and never takes the place of what can.
 */
#pragma once

#include <aimx/tls.h>

G_BEGIN_DECLS

/** SMTP_CERTIFICATE_CHECK_INTERVAL: microseconds for which the files are believed not to have changed */
#define SMTP_CERTIFICATE_CHECK_INTERVAL G_USEC_PER_SEC

typedef struct _SmtpCertificate SmtpCertificate;

/**
 * smtp_certificate_new:
 * @cert_file: PEM certificate chain
 * @key_file: PEM private key
 *
 * Returns: (transfer full): nothing read yet
 */
SmtpCertificate *smtp_certificate_new (const char *cert_file, const char *key_file);
/** smtp_certificate_free: frees it; its credentials live as long as others use them */
void smtp_certificate_free (SmtpCertificate *self);

/**
 * smtp_certificate_load:
 * @self: the certificate
 * @error: as aimx_tls_credentials_new()
 *
 * Reads the files unless they are those in use. Blocks.
 *
 * Returns: whether the credentials in use are those of the files now
 */
gboolean smtp_certificate_load (SmtpCertificate *self, GError **error);
/** smtp_certificate_refresh: the same at run time: a failure is logged, once; pool threads only */
void smtp_certificate_refresh (SmtpCertificate *self);
/** smtp_certificate_claim_refresh: Returns: whether it is time for a smtp_certificate_refresh(), which the caller then
 * sees to; any thread, never blocks */
gboolean smtp_certificate_claim_refresh (SmtpCertificate *self, gint64 now);
/** smtp_certificate_get: Returns: (transfer full) (nullable): the credentials in use, %NULL when no usable ones were
 * ever found; any thread, never blocks */
AimxTlsCredentials *smtp_certificate_get (SmtpCertificate *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SmtpCertificate, smtp_certificate_free)

G_END_DECLS
