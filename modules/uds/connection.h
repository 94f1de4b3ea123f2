/* SPDX-License-Identifier: MIT */
/*
 * One client: a request, its answer, the end. A connection is a source of the main context and lives there; it ends by
 * itself in bounded time, save while the server works on its request.
 *
 *   RECEIVING --frame complete--> CALLING --answer--> ANSWERING --sent--> DRAINING --> ended
 *     |    ^                         ^                   ^                (only when the peer still sends)
 *     v    |                         |                   |
 *   WAITING (for memory)      verb unknown        frame malformed
 */
#pragma once

#include "quota.h"

#include <aimx/server.h>

G_BEGIN_DECLS

typedef struct _UdsConnection UdsConnection;

/**
 * UdsService:
 * @server: for the functions
 * @get_body_limit: aimx_server_get_body_limit()
 * @get_verb_module: aimx_server_get_verb_module()
 * @call_async: aimx_server_call_async()
 * @call_finish: aimx_server_call_finish()
 * @memory: for bodies over %UDS_SMALL_BODY
 * @calls: for requests that run: name of a module -> #UdsQuota of its verbs; filled as they are called
 *
 * What all connections use; outlives them.
 */
typedef struct
{
  AimxServer *server;
  gint64 (*get_body_limit) (AimxServer *server, const char *verb);
  const char *(*get_verb_module) (AimxServer *server, const char *verb);
  void (*call_async) (AimxServer *server, AimxRequest *request, GAsyncReadyCallback callback, gpointer user_data);
  AimxResponse *(*call_finish) (AimxServer *server, GAsyncResult *result);
  UdsQuota *memory;
  GHashTable *calls;
} UdsService;

/** UdsConnectionEnded: @connection is closed; drop the reference to it */
typedef void (*UdsConnectionEnded) (UdsConnection *connection, gpointer user_data);

/**
 * uds_connection_new:
 * @service: what it uses
 * @fd: a connected non-blocking stream socket, which becomes the connection's
 * @caller: who is at its other end
 * @ended: called once, from the main loop or from uds_connection_drop() or uds_connection_hurry()
 * @user_data: for @ended
 *
 * Returns: (transfer full): a connection at work in the thread-default main context
 */
UdsConnection *uds_connection_new (const UdsService *service,
                                   int fd,
                                   AimxCaller *caller,
                                   UdsConnectionEnded ended,
                                   gpointer user_data);
/** uds_connection_unref: lets go of it; what still runs keeps its own reference */
void uds_connection_unref (UdsConnection *self);
/** uds_connection_get_uid: Returns: the uid of the peer */
guint uds_connection_get_uid (UdsConnection *self);
/** uds_connection_is_receiving: Returns: whether its request is not complete, so that dropping it loses nothing */
gboolean uds_connection_is_receiving (UdsConnection *self);
/** uds_connection_drop: closes it at once, without an answer; @why is for the log */
void uds_connection_drop (UdsConnection *self, const char *why);
/** uds_connection_hurry: the daemon stops: whoever has sent nothing is let go, others have %UDS_STOP_SECONDS for each
 * step */
void uds_connection_hurry (UdsConnection *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UdsConnection, uds_connection_unref)

G_END_DECLS
