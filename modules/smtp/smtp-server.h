/* SPDX-License-Identifier: MIT */
/*
 * The SMTP server of one daemon: listeners, worker loops, and what all sessions share.
 */
#pragma once

#include "address.h"
#include "certificate.h"
#include "loop.h"
#include "queue-id.h"

#include <aimx/ingester.h>
#include <aimx/server.h>
#include <aimx/verifier.h>

G_BEGIN_DECLS

/** SMTP_LOOPS_MAX: worker loops at most; one a processor otherwise */
#define SMTP_LOOPS_MAX 4

/**
 * smtp_server_new:
 * @aimx: the server; not kept alive
 * @ingester: who takes messages in
 * @verifier: (nullable): who finds out who sent them
 *
 * Returns: (transfer full): an SMTP server without certificate and listeners
 */
SmtpServer *smtp_server_new (AimxServer *aimx, AimxIngester *ingester, AimxVerifier *verifier);
/**
 * smtp_server_set_certificate:
 * @self: the server
 * @cert_file: (nullable): given by the operator, or %NULL for the default
 * @key_file: (nullable): its key, or %NULL for the default
 * @error: names the file and what is wrong with it
 *
 * Reads the certificate. Default files that are not there are no error: STARTTLS is not offered then. Before
 * smtp_server_bind(); may block.
 */
gboolean smtp_server_set_certificate (SmtpServer *self, const char *cert_file, const char *key_file, GError **error);
/** smtp_server_bind: takes the addresses @binds (nullable) (array zero-terminated=1), `0.0.0.0:25` when there are none;
 * nobody gets in yet */
gboolean smtp_server_bind (SmtpServer *self, const char *const *binds, GError **error);
/** smtp_server_open: lets clients in; main thread */
gboolean smtp_server_open (SmtpServer *self, GError **error);
/**
 * smtp_server_stop:
 * @self: the server
 * @stopped: called once when the last client has gone, on any thread
 * @user_data: for @stopped
 *
 * Lets nobody in any more; sessions end, those in a transaction within their time. Main thread.
 */
void smtp_server_stop (SmtpServer *self, void (*stopped) (gpointer user_data), gpointer user_data);
/** smtp_server_free: ends what is left, waits for what of it runs on the pool, and frees everything; main thread */
void smtp_server_free (SmtpServer *self);

/** smtp_server_get_port: Returns: (transfer none) (nullable): the address in use of the listener @index, %NULL past the
 * last */
const char *smtp_server_get_address (SmtpServer *self, guint index);

/** smtp_server_count_connections: Returns: how many clients there are; main thread */
guint smtp_server_count_connections (SmtpServer *self);

/* ---- for connections; any thread ---- */

/** smtp_server_get_aimx: Returns: (transfer none): the daemon */
AimxServer *smtp_server_get_aimx (SmtpServer *self);
/** smtp_server_get_ingester: Returns: (transfer none): who takes messages in */
AimxIngester *smtp_server_get_ingester (SmtpServer *self);
/** smtp_server_get_verifier: Returns: (transfer none) (nullable): who finds out who sent messages */
AimxVerifier *smtp_server_get_verifier (SmtpServer *self);
/** smtp_server_get_certificate: Returns: (transfer none): the certificate */
SmtpCertificate *smtp_server_get_certificate (SmtpServer *self);
/** smtp_server_get_queue_ids: Returns: (transfer none): where queue ids come from */
SmtpQueueIds *smtp_server_get_queue_ids (SmtpServer *self);
/** smtp_server_gives_to_owners: Returns: whether mail needs an account to be given to: this process is root */
gboolean smtp_server_gives_to_owners (SmtpServer *self);
/** smtp_server_leave: a connection of @loop from @network has gone; its thread */
void smtp_server_leave (SmtpServer *self, SmtpLoop *loop, const struct in6_addr *network);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SmtpServer, smtp_server_free)

G_END_DECLS
