/* SPDX-License-Identifier: MIT */
/*
 * A listening socket, from bound to closed.
 */
#pragma once

#include "address.h"

#include <aimx/worker.h>

G_BEGIN_DECLS

typedef struct _SmtpListener SmtpListener;

/**
 * SmtpAcceptFunc:
 * @fd: (transfer full): a non-blocking socket
 * @peer: who connected
 * @user_data: from smtp_listener_open()
 *
 * Runs on the worker's thread.
 */
typedef void (*SmtpAcceptFunc) (int fd, const SmtpAddress *peer, gpointer user_data);

/**
 * smtp_listener_bind:
 * @text: as smtp_address_parse(); `[::]` takes IPv4 too
 * @error: says what is in the way and what to do
 *
 * Takes the address without letting anybody in.
 *
 * Returns: (transfer full) (nullable): a bound socket
 */
SmtpListener *smtp_listener_bind (const char *text, GError **error);
/** smtp_listener_get_address: Returns: (transfer none): the address in use, with the port that the kernel chose for 0
 */
const char *smtp_listener_get_address (SmtpListener *self);
/** smtp_listener_check_other: whether both can listen; @error says why not. The kernel lets both bind */
gboolean smtp_listener_check_other (SmtpListener *self, SmtpListener *other, GError **error);
/** smtp_listener_listen: lets clients in, who wait until smtp_listener_open() */
gboolean smtp_listener_listen (SmtpListener *self, GError **error);
/** smtp_listener_open: gives clients to @func; worker thread */
gboolean
smtp_listener_open (SmtpListener *self, AimxWorker *worker, SmtpAcceptFunc func, gpointer user_data, GError **error);
/** smtp_listener_close: lets nobody in any more: who was not accepted is refused; worker thread once it is open */
void smtp_listener_close (SmtpListener *self);
/** smtp_listener_free: frees it; it must not be open */
void smtp_listener_free (SmtpListener *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SmtpListener, smtp_listener_free)

G_END_DECLS
