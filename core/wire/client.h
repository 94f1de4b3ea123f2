/* SPDX-License-Identifier: MIT */
/*
 * One call to the daemon over its socket, blocking. Needs GLib alone, so that a command starts fast.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define AIMX_CLIENT_ERROR (aimx_client_error_quark ())
GQuark aimx_client_error_quark (void);

/**
 * AimxClientError:
 * @AIMX_CLIENT_ERROR_ABSENT: there is no socket, or nobody listens
 * @AIMX_CLIENT_ERROR_CONNECT: there is a socket that cannot be used
 * @AIMX_CLIENT_ERROR_REQUEST: a verb, header or body that cannot be framed; nothing was sent
 * @AIMX_CLIENT_ERROR_IO: the connection broke, or the daemon closed it without an answer
 * @AIMX_CLIENT_ERROR_TIMED_OUT: no answer in time
 * @AIMX_CLIENT_ERROR_ANSWER: the answer is not AIMX/1
 */
typedef enum
{
  AIMX_CLIENT_ERROR_ABSENT,
  AIMX_CLIENT_ERROR_CONNECT,
  AIMX_CLIENT_ERROR_REQUEST,
  AIMX_CLIENT_ERROR_IO,
  AIMX_CLIENT_ERROR_TIMED_OUT,
  AIMX_CLIENT_ERROR_ANSWER,
} AimxClientError;

/**
 * AimxClientAnswer:
 * @code: (nullable): error code, %NULL for success
 * @reason: (nullable): what the daemon says about the error
 * @detail: (nullable): what follows `OK`: a message id
 * @body: (nullable): JSON text
 */
typedef struct
{
  char *code;
  char *reason;
  char *detail;
  GBytes *body;
} AimxClientAnswer;

/** aimx_client_answer_free: frees it */
void aimx_client_answer_free (AimxClientAnswer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxClientAnswer, aimx_client_answer_free)

/**
 * aimx_client_call:
 * @socket: path of the daemon's socket
 * @verb: verb name
 * @headers: (nullable) (array zero-terminated=1): name and value in turn, without Content-Length
 * @body: (nullable): sent with its Content-Length when not %NULL
 * @timeout_msec: milliseconds for all of it, -1 for no limit
 * @error: see #AimxClientError
 *
 * Any thread; blocks. An answer that comes while the body is still being sent ends the sending.
 *
 * Returns: (transfer full) (nullable): the daemon's answer, success or error
 */
AimxClientAnswer *aimx_client_call (const char *socket,
                                    const char *verb,
                                    const char *const *headers,
                                    GBytes *body,
                                    int timeout_msec,
                                    GError **error);

G_END_DECLS
