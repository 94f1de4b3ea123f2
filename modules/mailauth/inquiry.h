/* SPDX-License-Identifier: MIT */
/*
 * What is found out about one message while it arrives: its questions to the DNS, and the answers as they come.
 *
 * Threads: one that has the message calls update and finish; answers come on the main loop; a pool thread judges. What
 * they share is behind a mutex that is held for as long as a step of SPF takes, and never while anything is hashed.
 */
#pragma once

#include "findings.h"

#include <aimx/server.h>
#include <aimx/verifier.h>

G_BEGIN_DECLS

/**
 * InquirySettings:
 * @server: where the judging runs; outlives the inquiry
 * @suffixes: the list of public suffixes; outlives it, too
 * @resolver: (nullable): who is asked
 * @checker: (nullable): who verifies signatures
 * @authserv_id: in whose name
 * @waits_for_name: whether finishing waits for the name of the client, too
 *
 * Read during the call only.
 */
typedef struct
{
  AimxServer *server;
  const psl_ctx_t *suffixes;
  AimxResolver *resolver;
  AimxSignatureChecker *checker;
  const char *authserv_id;
  gboolean waits_for_name;
} InquirySettings;

typedef struct _Inquiry Inquiry;

/** inquiry_new: Returns: (transfer full): an inquiry that has asked what @peer alone decides; any thread */
Inquiry *inquiry_new (const InquirySettings *settings, const AimxVerifierPeer *peer);
/** inquiry_unref: drops a reference */
void inquiry_unref (Inquiry *self);
/** inquiry_update: the next bytes of the message */
void inquiry_update (Inquiry *self, const char *data, gsize length);
/** inquiry_finish: the message is over; @func gets the results on a pool thread, once */
void inquiry_finish (Inquiry *self, AimxVerifiedFunc func, gpointer user_data);
/** inquiry_abandon: nobody wants the results: asks nothing any more. Unless it was finished */
void inquiry_abandon (Inquiry *self);
/** inquiry_get_name: Returns: (transfer full) (nullable): the name of the client, when it is known; any thread */
char *inquiry_get_name (Inquiry *self);

G_END_DECLS
