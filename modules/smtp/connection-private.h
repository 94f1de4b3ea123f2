/* SPDX-License-Identifier: MIT */
/*
 * What the files that make up a connection share: connection.c moves bytes, transaction.c handles messages and
 * recipients, starttls.c starts TLS.
 */
#pragma once

#include "connection.h"

#include <aimx/mail-store.h>
#include <aimx/tls.h>
#include <aimx/verifier.h>

G_BEGIN_DECLS

/**
 * SmtpPhase:
 * @SMTP_PHASE_TALK: the session speaks
 * @SMTP_PHASE_HANDSHAKE: TLS starts
 * @SMTP_PHASE_LINGER: the session is over; the last reply must not be lost, as it would be when a socket with unread
 * bytes is closed
 */
typedef enum
{
  SMTP_PHASE_TALK,
  SMTP_PHASE_HANDSHAKE,
  SMTP_PHASE_LINGER,
} SmtpPhase;

/**
 * SmtpConnection:
 * @link: in the loop's connections
 * @waiting: in the loop's queue of those that wait to spool; its data is %NULL outside it
 * @loop: who serves it
 * @session: %NULL while lingering
 * @watch: %NULL when the peer has gone
 * @tls: (nullable): from the handshake on
 * @output: GBytes to send
 * @n_sent: bytes of the first of them that are sent
 * @unread: (nullable): bytes from the peer that the session has not consumed
 * @verification: (nullable): finds out who sends the message, from the first recipient on
 * @spool: (nullable): the message that arrives
 * @staged: (nullable): its bytes that are to follow on the disk
 * @n_own_staged: how many of them, in front, are our trace field
 * @spooled: what became of those before
 * @deadline: of a handshake, or of lingering; else the session's counts
 * @network: for admission
 * @fd: the socket
 * @phase: see #SmtpPhase
 * @busy: work of it is on the pool; the session gets its answer, and @self its freedom, when that is done
 * @gone: the peer has; ends as soon as it is not busy
 */
struct _SmtpConnection
{
  GList link;
  GList waiting;
  SmtpLoop *loop;
  SmtpSession *session;
  AimxWatch *watch;
  AimxTlsStream *tls;
  GQueue output;
  gsize n_sent;
  GBytes *unread;
  AimxVerification *verification;
  AimxSpool *spool;
  GByteArray *staged;
  gsize n_own_staged;
  SmtpStoreVerdict spooled;
  gint64 deadline;
  struct in6_addr network;
  int fd;
  SmtpPhase phase;
  gboolean busy;
  gboolean gone;
};

/** smtp_connection_now: Returns: the time for the session */
gint64 smtp_connection_now (SmtpConnection *self);

/**
 * SmtpWork: something that may block, done for a connection on the pool
 * @connection: for whom; it does not end before @done was called
 * @run: on a pool thread; must not touch @connection. Returns: whether it is done; else smtp_work_finish() will say so
 * @done: back on the worker's thread; frees what embeds this
 */
typedef struct _SmtpWork SmtpWork;
struct _SmtpWork
{
  SmtpConnection *connection;
  gboolean (*run) (SmtpWork *work);
  void (*done) (SmtpWork *work);
};

/** smtp_connection_run: sends @work to the pool and makes its connection busy until it is done */
void smtp_connection_run (SmtpWork *work);
/** smtp_work_finish: @work is done; once, on any thread */
void smtp_work_finish (SmtpWork *work);

/**
 * smtp_transaction_act:
 * @self: a connection whose session asks for @action, one about recipients or messages
 * @action: which
 *
 * Returns: whether it is answered; else it will be, when @self is not busy any more
 */
gboolean smtp_transaction_act (SmtpConnection *self, SmtpAction action);
/** smtp_transaction_flush: sends what is staged on its way to the disk, when there is enough to be worth it */
void smtp_transaction_flush (SmtpConnection *self);
/** smtp_transaction_drop: forgets the message in progress, if there is one */
void smtp_transaction_drop (SmtpConnection *self);

/**
 * smtp_starttls_act:
 * @self: a connection whose session asks for TLS
 * @has_unread: whether bytes that followed STARTTLS are read already
 *
 * Returns: whether it is answered; else the handshake begins once the output is sent
 */
gboolean smtp_starttls_act (SmtpConnection *self, gboolean has_unread);
/**
 * smtp_starttls_step:
 * @self: a connection in its handshake, with nothing to send
 *
 * Returns: whether the session goes on; else the socket is to be watched for @events
 */
gboolean smtp_starttls_step (SmtpConnection *self, guint *events);
/** smtp_starttls_fail: ends the handshake: the peer has not kept its time, or has gone */
void smtp_starttls_fail (SmtpConnection *self, const char *why);

G_END_DECLS
