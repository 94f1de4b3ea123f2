/* SPDX-License-Identifier: MIT */
/*
 * The service AimxVerifier: begins a verification for each message.
 */
#pragma once

#include <aimx/server.h>
#include <aimx/verifier.h>

G_BEGIN_DECLS

#define MAILAUTH_TYPE_VERIFIER (mailauth_verifier_get_type ())
G_DECLARE_FINAL_TYPE (MailauthVerifier, mailauth_verifier, MAILAUTH, VERIFIER, GObject)

/** mailauth_verifier_new: Returns: (transfer full): the service of @server, which outlives it. Reads the list of public
 * suffixes */
MailauthVerifier *mailauth_verifier_new (AimxServer *server);
/** mailauth_verifier_begin_whole: as aimx_verifier_begin(), but the results wait for the name of the client, too */
AimxVerification *mailauth_verifier_begin_whole (MailauthVerifier *self, const AimxVerifierPeer *peer);

G_END_DECLS
