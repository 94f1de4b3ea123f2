/* SPDX-License-Identifier: MIT */
/*
 * A call and its answer, the same through every door.
 */
#pragma once

#include <aimx/caller.h>
#include <aimx/config.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _AimxServer AimxServer;

/**
 * AimxRequest:
 *
 * A call: the verb, its headers and body, and who asks. Immutable for a handler.
 */
#define AIMX_TYPE_REQUEST (aimx_request_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxRequest, aimx_request, AIMX, REQUEST, GObject)

/**
 * AimxResponse:
 *
 * An answer of one of the shapes that a descriptor can promise, or an error. Immutable.
 */
#define AIMX_TYPE_RESPONSE (aimx_response_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxResponse, aimx_response, AIMX, RESPONSE, GObject)

/**
 * aimx_request_new:
 * @caller: who asks
 * @verb: verb name as sent
 * @headers: (nullable) (array zero-terminated=1): name and value in turn, in the order sent, Content-Length included
 * @body: (nullable): the body, %NULL for none
 *
 * For doors: what came in, not yet checked. aimx_server_call_async() validates, authorizes and runs it.
 *
 * Returns: (transfer full): a request
 */
AIMX_API AimxRequest *aimx_request_new (AimxCaller *caller, const char *verb, const char *const *headers, GBytes *body);

/**
 * aimx_request_get_server:
 * @self: the call
 *
 * Returns: (transfer none): the server that runs it
 */
AIMX_API AimxServer *aimx_request_get_server (AimxRequest *self);

/**
 * aimx_request_get_caller:
 * @self: the call
 *
 * Returns: (transfer none): who asks
 */
AIMX_API AimxCaller *aimx_request_get_caller (AimxRequest *self);

/**
 * aimx_request_get_verb:
 * @self: the call
 *
 * Returns: (transfer none): verb name as sent
 */
AIMX_API const char *aimx_request_get_verb (AimxRequest *self);

/**
 * aimx_request_get_header:
 * @self: the call
 * @name: name of a header
 *
 * Returns: (transfer none) (nullable): the trimmed value of a header of the descriptor
 */
AIMX_API const char *aimx_request_get_header (AimxRequest *self, const char *name);

/**
 * aimx_request_get_boolean:
 * @self: the call
 * @name: name of a header
 * @fallback: what it is when the header is absent
 *
 * Returns: the value of a boolean or yes/no header, @fallback when absent
 */
AIMX_API gboolean aimx_request_get_boolean (AimxRequest *self, const char *name, gboolean fallback);

/**
 * aimx_request_get_integer:
 * @self: the call
 * @name: name of a header
 * @fallback: what it is when the header is absent
 *
 * Returns: the value of an integer header, @fallback when absent
 */
AIMX_API guint64 aimx_request_get_integer (AimxRequest *self, const char *name, guint64 fallback);

/**
 * aimx_request_get_time:
 * @self: the call
 * @name: name of a header
 * @fallback: what it is when the header is absent
 *
 * Returns: the value of a time header in seconds since the epoch, of a date its first second in UTC; @fallback when
 * absent
 */
AIMX_API gint64 aimx_request_get_time (AimxRequest *self, const char *name, gint64 fallback);

/**
 * aimx_request_get_end_time:
 * @self: the call
 * @name: name of a header
 * @fallback: what it is when the header is absent
 *
 * For the time at which something ends, which a date does as a whole.
 *
 * Returns: like aimx_request_get_time(); of a date its last second
 */
AIMX_API gint64 aimx_request_get_end_time (AimxRequest *self, const char *name, gint64 fallback);

/**
 * aimx_request_get_body:
 * @self: the call
 *
 * Returns: (transfer none) (nullable): the body
 */
AIMX_API GBytes *aimx_request_get_body (AimxRequest *self);

/**
 * aimx_request_get_config:
 * @self: the call
 *
 * Returns: (transfer none): the snapshot by which the request was authorized
 */
AIMX_API AimxConfig *aimx_request_get_config (AimxRequest *self);

/**
 * aimx_request_get_mailbox:
 * @self: the call
 *
 * Returns: (transfer none) (nullable): the mailbox of the required %AIMX_HEADER_MAILBOX header, in that snapshot
 */
AIMX_API const AimxMailbox *aimx_request_get_mailbox (AimxRequest *self);

/**
 * aimx_response_new_ack:
 *
 * Returns: (transfer full): success without more
 */
AIMX_API AimxResponse *aimx_response_new_ack (void);

/**
 * aimx_response_new_id:
 * @id: id of the message
 *
 * Returns: (transfer full): success with a message id
 */
AIMX_API AimxResponse *aimx_response_new_id (const char *id);

/**
 * aimx_response_new_json:
 * @node: (transfer full): the answer
 *
 * Returns: (transfer full): success with JSON
 */
AIMX_API AimxResponse *aimx_response_new_json (JsonNode *node);

/**
 * aimx_response_new_error:
 * @error: why
 *
 * Returns: (transfer full): a failure
 */
AIMX_API AimxResponse *aimx_response_new_error (const GError *error);

/**
 * aimx_response_get_error:
 * @self: the answer
 *
 * Returns: (transfer none) (nullable): why it failed, %NULL for success
 */
AIMX_API const GError *aimx_response_get_error (AimxResponse *self);

/**
 * aimx_response_get_id:
 * @self: the answer
 *
 * Returns: (transfer none) (nullable): the message id
 */
AIMX_API const char *aimx_response_get_id (AimxResponse *self);

/**
 * aimx_response_get_body:
 * @self: the answer
 *
 * Returns: (transfer none) (nullable): the JSON text
 */
AIMX_API GBytes *aimx_response_get_body (AimxResponse *self);

G_END_DECLS
