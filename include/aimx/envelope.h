/* SPDX-License-Identifier: MIT */
/*
 * What the transport knows about a message: a plain value, filled by whoever received it, read by whoever delivers it.
 */
#pragma once

#include <aimx/authentication.h>

G_BEGIN_DECLS

/**
 * AimxEnvelope:
 * @queue_id: (nullable): id of the transaction in logs and trace fields
 * @peer_address: (nullable): textual IP address of the client
 * @helo: (nullable): as the client greeted
 * @mail_from: (nullable): reverse-path without angle brackets, empty for the null sender; %NULL: take Return-Path
 * @recipients: (array zero-terminated=1): forward-paths without angle brackets
 * @protocol: (nullable): `SMTP`, `ESMTP`, `ESMTPS`, `UTF8SMTPS`... (RFC 3848, RFC 6531) or `INGEST`
 * @received_at: microseconds since the epoch, real time
 * @authentication: (nullable): what was found out about the sender; %NULL: nobody has asked yet
 * @trace_length: bytes in front of the message that whoever received it has put there: a trace field, other each time
 *
 * Strings and authentication are owned.
 */
typedef struct
{
  char *queue_id;
  char *peer_address;
  char *helo;
  char *mail_from;
  GStrv recipients;
  char *protocol;
  gint64 received_at;
  AimxAuthentication *authentication;
  gsize trace_length;
  gpointer reserved[2];
} AimxEnvelope;

#define AIMX_TYPE_ENVELOPE (aimx_envelope_get_type ())
AIMX_API GType aimx_envelope_get_type (void);

/**
 * aimx_envelope_new:
 *
 * Returns: (transfer full): an envelope received now, everything else empty
 */
AIMX_API AimxEnvelope *aimx_envelope_new (void);

/**
 * aimx_envelope_read_path:
 * @text: (nullable): a path as people and programs write it, in angle brackets (RFC 5321, 4.1.2) or without
 *
 * Returns: (transfer full) (nullable): it without its brackets, as an envelope has it; %NULL for %NULL
 */
AIMX_API char *aimx_envelope_read_path (const char *text);

/**
 * aimx_envelope_copy:
 * @self: an envelope
 *
 * Returns: (transfer full): a deep copy
 */
AIMX_API AimxEnvelope *aimx_envelope_copy (const AimxEnvelope *self);

/**
 * aimx_envelope_free:
 * @self: an envelope
 *
 * Frees it with its strings.
 */
AIMX_API void aimx_envelope_free (AimxEnvelope *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxEnvelope, aimx_envelope_free)

G_END_DECLS
