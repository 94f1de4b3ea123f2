/* SPDX-License-Identifier: MIT */
/*
 * One client: carries bytes between its socket and its session, and does what the session asks. Worker thread only.
 */
#pragma once

#include "address.h"
#include "loop.h"
#include "session/session.h"

G_BEGIN_DECLS

/**
 * smtp_connection_start:
 * @loop: who serves it; smtp_loop's count includes it already
 * @fd: (transfer full): a non-blocking socket
 * @peer: who connected; admitted, which ends with the connection
 * @settings: for the session
 *
 * Serves the client until the end, then gives back its place in @loop and among those admitted.
 */
void smtp_connection_start (SmtpLoop *loop, int fd, const SmtpAddress *peer, SmtpSettings *settings);

/** smtp_connection_shut_down: asks its session to end; may free @self */
void smtp_connection_shut_down (SmtpConnection *self);
/** smtp_connection_abandon: ends it without a word, once no work of it is on the pool; may free @self */
void smtp_connection_abandon (SmtpConnection *self);
/** smtp_connection_resume: it need not wait for others' spooling any more; may free @self */
void smtp_connection_resume (SmtpConnection *self);

G_END_DECLS
