/* SPDX-License-Identifier: MIT */
/*
 * What a TLS stream needs of the credentials that it was made with.
 */
#pragma once

#include <aimx/tls.h>

#include <gnutls/gnutls.h>

G_BEGIN_DECLS

/**
 * aimx_tls_credentials_apply:
 * @self: credentials, which must outlive @session
 * @session: a server's session before its handshake
 *
 * Gives @session certificate, priorities and the key of its tickets. Any thread.
 *
 * Returns: a GnuTLS code
 */
int aimx_tls_credentials_apply (AimxTlsCredentials *self, gnutls_session_t session);

G_END_DECLS
