/* SPDX-License-Identifier: MIT */
/*
 * A worker loop with the connections that it serves and what they share: one read buffer, and a budget for message
 * bytes on their way to spool files.
 *
 * Everything runs on the loop's own thread unless it says otherwise.
 */
#pragma once

#include <aimx/server.h>
#include <aimx/worker.h>

G_BEGIN_DECLS

typedef struct _SmtpServer SmtpServer;
typedef struct _SmtpConnection SmtpConnection;

/** SMTP_READ_SIZE: bytes read from one connection in one turn */
#define SMTP_READ_SIZE (64 * 1024)
/** SMTP_SPOOLING_MAX: message bytes that a loop's connections may have on their way to the disk; at it, connections
 * that would add to them are not read */
#define SMTP_SPOOLING_MAX (4 * 1024 * 1024)

/**
 * SmtpLoop:
 * @server: whose it is
 * @worker: the thread
 * @buffer: of %SMTP_READ_SIZE bytes, for whoever reads
 * @connections: all of them, by their links
 * @waiting: those that are not read until others have spooled, by their links
 * @spooling: message bytes on their way
 * @n_connections: atomic; those on their way to this loop count
 * @shutting_down: whether smtp_loop_shut_down() was called
 */
typedef struct
{
  SmtpServer *server;
  AimxWorker *worker;
  char *buffer;
  GQueue connections;
  GQueue waiting;
  gsize spooling;
  int n_connections;
  gboolean shutting_down;
} SmtpLoop;

/** smtp_loop_new: Returns: (transfer full) (nullable): a running loop called @name; any thread */
SmtpLoop *smtp_loop_new (SmtpServer *server, const char *name, GError **error);
/** smtp_loop_free: ends it; its connections must be gone; not from the loop itself */
void smtp_loop_free (SmtpLoop *self);

/** smtp_loop_shut_down: asks every session to end, those in a transaction within their time */
void smtp_loop_shut_down (SmtpLoop *self);
/** smtp_loop_abandon: closes every connection now; one with work on the pool when that is done */
void smtp_loop_abandon (SmtpLoop *self);

/** smtp_loop_may_spool: Returns: whether there is room in the budget for what a read brings */
gboolean smtp_loop_may_spool (SmtpLoop *self);
/** smtp_loop_begin_spooling: @n_bytes go to the pool */
void smtp_loop_begin_spooling (SmtpLoop *self, gsize n_bytes);
/** smtp_loop_end_spooling: @n_bytes are spooled: lets those go on who wait for that */
void smtp_loop_end_spooling (SmtpLoop *self, gsize n_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SmtpLoop, smtp_loop_free)

G_END_DECLS
