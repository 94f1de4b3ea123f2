/* SPDX-License-Identifier: MIT */
/*
 * The service that finds out who sent a message. It asks the DNS while the message arrives, and never makes anybody
 * wait longer than its budget: what is not known by then counts as a temporary error.
 */
#pragma once

#include <aimx/authentication.h>

G_BEGIN_DECLS

/**
 * AIMX_VERIFIER_BUDGET_SECONDS:
 *
 * From the end of a message's header until its results stand, at most.
 */
#define AIMX_VERIFIER_BUDGET_SECONDS 5

/**
 * AimxVerifierPeer:
 * @address: (nullable): IP address of the client as text; %NULL: not known, there is no SPF and no reverse look-up
 * @helo: (nullable): as it greeted
 * @mail_from: (nullable): reverse-path without angle brackets; empty or %NULL for the null sender
 * @at: when the message came, in seconds since the epoch
 *
 * Where a message comes from. Read during the call only.
 */
typedef struct
{
  const char *address;
  const char *helo;
  const char *mail_from;
  gint64 at;
  gpointer reserved[4];
} AimxVerifierPeer;

/* ---- one message ---- */

/**
 * AimxVerifiedFunc:
 * @authentication: what is known
 * @user_data: from aimx_verification_finish()
 *
 * Runs on a pool thread: may block.
 */
typedef void (*AimxVerifiedFunc) (AimxAuthentication *authentication, gpointer user_data);

/**
 * AimxVerification:
 *
 * Finds out who sent one message.
 */
#define AIMX_TYPE_VERIFICATION (aimx_verification_get_type ())
AIMX_API
G_DECLARE_INTERFACE (AimxVerification, aimx_verification, AIMX, VERIFICATION, GObject)

/**
 * AimxVerificationInterface:
 * @parent: the base
 * @update: does aimx_verification_update()
 * @finish: does aimx_verification_finish()
 * @get_peer_name: does aimx_verification_get_peer_name()
 *
 * What #AimxVerification is made of.
 */
struct _AimxVerificationInterface
{
  GTypeInterface parent;
  void (*update) (AimxVerification *self, const char *data, gsize length);
  void (*finish) (AimxVerification *self, AimxVerifiedFunc func, gpointer user_data);
  char *(*get_peer_name) (AimxVerification *self);
  gpointer reserved[8];
};

/**
 * aimx_verification_update:
 * @self: a verification
 * @data: (array length=length) (element-type guint8): the next bytes as they are transported
 * @length: how many
 *
 * Takes the next bytes of the message; never blocks, one thread at a time. As soon as the header is complete,
 * everything is asked that it names.
 */
AIMX_API void aimx_verification_update (AimxVerification *self, const char *data, gsize length);

/**
 * aimx_verification_finish:
 * @self: a verification
 * @func: (scope async): called once, on a pool thread, when the results stand: within %AIMX_VERIFIER_BUDGET_SECONDS
 * @user_data: for @func
 *
 * The message is over. Never blocks, and holds no thread while answers are on their way. A verification that is dropped
 * without it asks nothing any more. @func may run before this returns, and may drop the last reference to @self.
 */
AIMX_API void aimx_verification_finish (AimxVerification *self, AimxVerifiedFunc func, gpointer user_data);

/**
 * aimx_verification_wait:
 * @self: a verification
 *
 * Like aimx_verification_finish(), and waits. Pool threads only.
 *
 * Returns: (transfer full): what is known
 */
AIMX_API AimxAuthentication *aimx_verification_wait (AimxVerification *self);

/**
 * aimx_verification_get_peer_name:
 * @self: a verification
 *
 * Returns: (transfer full) (nullable): the name of the client that leads back to its address (RFC 8601, 3), when
 * that is known by now; any thread, never blocks
 */
AIMX_API char *aimx_verification_get_peer_name (AimxVerification *self);

/* ---- the service ---- */

/**
 * AimxVerifier:
 *
 * The service that finds out who sent a message.
 */
#define AIMX_TYPE_VERIFIER (aimx_verifier_get_type ())
AIMX_API
G_DECLARE_INTERFACE (AimxVerifier, aimx_verifier, AIMX, VERIFIER, GObject)

/**
 * AimxVerifierInterface:
 * @parent: the base
 * @begin: does aimx_verifier_begin()
 *
 * What a provider of #AimxVerifier implements.
 */
struct _AimxVerifierInterface
{
  GTypeInterface parent;
  AimxVerification *(*begin) (AimxVerifier *self, const AimxVerifierPeer *peer);
  gpointer reserved[4];
};

/**
 * aimx_verifier_begin:
 * @self: the service
 * @peer: where the message comes from
 *
 * Asks at once for what the peer alone decides: its SPF record and its name. When the first recipient is accepted, so
 * that nobody makes this server ask for nothing. Any thread, never blocks.
 *
 * Returns: (transfer full): a verification of one message
 */
AIMX_API AimxVerification *aimx_verifier_begin (AimxVerifier *self, const AimxVerifierPeer *peer);

G_END_DECLS
