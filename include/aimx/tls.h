/* SPDX-License-Identifier: MIT */
/*
 * TLS over a non-blocking socket: GnuTLS behind a face that fits a worker loop. TLS 1.2 and later.
 */
#pragma once

#include <aimx/abi.h>

G_BEGIN_DECLS

/**
 * AimxTlsCredentials:
 *
 * A certificate with its key; immutable.
 */
#define AIMX_TYPE_TLS_CREDENTIALS (aimx_tls_credentials_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxTlsCredentials, aimx_tls_credentials, AIMX, TLS_CREDENTIALS, GObject)

/**
 * AimxTlsStream: (skip)
 *
 * TLS on one socket; one thread at a time.
 */
typedef struct _AimxTlsStream AimxTlsStream;

/**
 * aimx_tls_credentials_new:
 * @cert_file: PEM certificate chain
 * @key_file: PEM private key
 * @error: names the file and what is wrong with it
 *
 * Reads both; may block.
 *
 * Returns: (transfer full) (nullable): immutable credentials
 */
AIMX_API AimxTlsCredentials *aimx_tls_credentials_new (const char *cert_file, const char *key_file, GError **error);

/**
 * aimx_tls_credentials_is_current:
 * @self: credentials
 *
 * Whether the files are still those that were read (device, inode, size, times). May block.
 */
AIMX_API gboolean aimx_tls_credentials_is_current (AimxTlsCredentials *self);

/**
 * AimxTlsStatus:
 * @AIMX_TLS_DONE: it has done something
 * @AIMX_TLS_WANT_READ: nothing yet; again when the socket can be read
 * @AIMX_TLS_WANT_WRITE: nothing yet; again when the socket can be written
 * @AIMX_TLS_CLOSED: the peer is gone, with a goodbye or without
 * @AIMX_TLS_FAILED: the peer broke the protocol, or nothing in common was found; the error is set
 *
 * What a call on a stream came to.
 */
typedef enum
{
  AIMX_TLS_DONE,
  AIMX_TLS_WANT_READ,
  AIMX_TLS_WANT_WRITE,
  AIMX_TLS_CLOSED,
  AIMX_TLS_FAILED,
} AimxTlsStatus;

/**
 * aimx_tls_stream_new_server: (skip)
 * @credentials: what it proves itself with
 * @fd: socket
 *
 * Returns: (transfer full): the server's end on the non-blocking socket @fd, which stays the caller's
 */
AIMX_API AimxTlsStream *aimx_tls_stream_new_server (AimxTlsCredentials *credentials, int fd);

/**
 * aimx_tls_stream_handshake: (skip)
 * @self: a stream
 * @error: return location
 *
 * Makes one step.
 *
 * Returns: %AIMX_TLS_DONE when complete
 */
AIMX_API AimxTlsStatus aimx_tls_stream_handshake (AimxTlsStream *self, GError **error);

/**
 * aimx_tls_stream_read: (skip)
 * @self: a stream
 * @buffer: where to
 * @size: bytes that fit there
 * @n_read: (out): bytes that came
 * @error: return location
 *
 * Reads up to @size bytes; @n_read is set with %AIMX_TLS_DONE; %AIMX_TLS_CLOSED at the peer's end.
 *
 * Returns: what it came to
 */
AIMX_API AimxTlsStatus
aimx_tls_stream_read (AimxTlsStream *self, void *buffer, gsize size, gsize *n_read, GError **error);

/**
 * aimx_tls_stream_write: (skip)
 * @self: a stream
 * @data: what
 * @size: bytes
 * @n_written: (out): bytes taken
 * @error: return location
 *
 * Writes part of @data; after a WANT the same bytes come again.
 *
 * Returns: what it came to
 */
AIMX_API AimxTlsStatus
aimx_tls_stream_write (AimxTlsStream *self, const void *data, gsize size, gsize *n_written, GError **error);

/**
 * aimx_tls_stream_has_pending: (skip)
 * @self: a stream
 *
 * Returns: whether decrypted bytes wait that no event of the socket will announce
 */
AIMX_API gboolean aimx_tls_stream_has_pending (AimxTlsStream *self);

/**
 * aimx_tls_stream_shut_down: (skip)
 * @self: a stream
 *
 * Tries once to say goodbye; never waits.
 */
AIMX_API void aimx_tls_stream_shut_down (AimxTlsStream *self);

/**
 * aimx_tls_stream_get_version: (skip)
 * @self: a stream
 *
 * Returns: (transfer none): such as `TLS1.3`
 */
AIMX_API const char *aimx_tls_stream_get_version (AimxTlsStream *self);

/**
 * aimx_tls_stream_get_cipher: (skip)
 * @self: a stream
 *
 * Returns: (transfer full): such as `AES-256-GCM`
 */
AIMX_API char *aimx_tls_stream_get_cipher (AimxTlsStream *self);

/**
 * aimx_tls_stream_free: (skip)
 * @self: a stream
 *
 * Frees it, not its socket.
 */
AIMX_API void aimx_tls_stream_free (AimxTlsStream *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxTlsStream, aimx_tls_stream_free)

G_END_DECLS
