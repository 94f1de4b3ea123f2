/* SPDX-License-Identifier: MIT */
/*
 * AIMX/1 frames over a byte stream. For whoever serves them: a parser that takes a request as it comes, in pieces of
 * any size, within fixed bounds; and the text of answers. For clients: the text of requests, and a parser of answers.
 *
 * Every fault of a frame is `MALFORMED` on the wire. What a frame asks for is not looked at here: whether the verb
 * exists, which headers it knows and whether one of them came twice (but for Content-Length) is for
 * aimx_server_call_async().
 */
#pragma once

#include <aimx/abi.h>

G_BEGIN_DECLS

/**
 * AIMX_FRAME_LINE_MAX:
 *
 * Bytes of a line, without its ending.
 */
#define AIMX_FRAME_LINE_MAX 8192

/**
 * AIMX_FRAME_HEADERS_MAX:
 *
 * Header lines of a frame.
 */
#define AIMX_FRAME_HEADERS_MAX 100

/**
 * AIMX_FRAME_HEADER_BYTES_MAX:
 *
 * Bytes of all header lines of a frame together.
 */
#define AIMX_FRAME_HEADER_BYTES_MAX (64 * 1024)

/**
 * AimxRequestParser: (skip)
 *
 * Reads one request. One thread at a time.
 */
typedef struct _AimxRequestParser AimxRequestParser;

/**
 * AimxFrameStatus:
 * @AIMX_FRAME_MORE: all that was given is taken; more is needed
 * @AIMX_FRAME_VERB: the verb is known; set the limit of its body, then go on with what was not taken
 * @AIMX_FRAME_HEAD: the headers are known and a body follows, for which the next call allocates memory
 * @AIMX_FRAME_COMPLETE: the request is there; what was not taken is not part of it
 * @AIMX_FRAME_MALFORMED: it is none; aimx_request_parser_get_fault() says why. Final
 *
 * How far a frame has come. VERB and HEAD are said once each, HEAD only before a body that is not empty.
 */
typedef enum
{
  AIMX_FRAME_MORE,
  AIMX_FRAME_VERB,
  AIMX_FRAME_HEAD,
  AIMX_FRAME_COMPLETE,
  AIMX_FRAME_MALFORMED,
} AimxFrameStatus;

/**
 * aimx_request_parser_new: (skip)
 *
 * Returns: (transfer full): a parser for one request; one thread at a time
 */
AIMX_API AimxRequestParser *aimx_request_parser_new (void);

/**
 * aimx_request_parser_free: (skip)
 * @self: a parser
 *
 * Frees it.
 */
AIMX_API void aimx_request_parser_free (AimxRequestParser *self);

/**
 * aimx_request_parser_feed: (skip)
 * @self: a parser
 * @data: bytes as they came
 * @length: how many
 * @n_taken: (out): how many of them were taken; give the rest again unless the frame is at its end
 *
 * Never blocks. However the bytes are cut, the outcome is the same.
 *
 * Returns: how far the frame has come
 */
AIMX_API AimxFrameStatus aimx_request_parser_feed (AimxRequestParser *self,
                                                   const void *data,
                                                   gsize length,
                                                   gsize *n_taken);

/**
 * aimx_request_parser_end: (skip)
 * @self: a parser
 *
 * The peer sends no more.
 *
 * Returns: %AIMX_FRAME_COMPLETE or %AIMX_FRAME_MALFORMED
 */
AIMX_API AimxFrameStatus aimx_request_parser_end (AimxRequestParser *self);

/**
 * aimx_request_parser_set_body_limit: (skip)
 * @self: a parser
 * @limit: bytes
 *
 * Sets how many bytes the body may have, 0 (as if never set) for no body; at %AIMX_FRAME_VERB.
 */
AIMX_API void aimx_request_parser_set_body_limit (AimxRequestParser *self, gsize limit);

/**
 * aimx_request_parser_get_verb: (skip)
 * @self: a parser
 *
 * From %AIMX_FRAME_VERB on. NUL, here and in headers, is U+FFFD.
 *
 * Returns: (transfer none): as sent, maybe empty
 */
AIMX_API const char *aimx_request_parser_get_verb (AimxRequestParser *self);

/**
 * aimx_request_parser_get_headers: (skip)
 * @self: a parser
 *
 * Returns: (transfer none) (array zero-terminated=1): name and trimmed value in turn, in the order sent,
 * Content-Length included; from %AIMX_FRAME_HEAD on
 */
AIMX_API const char *const *aimx_request_parser_get_headers (AimxRequestParser *self);

/**
 * aimx_request_parser_get_content_length: (skip)
 * @self: a parser
 *
 * Returns: bytes of the body; from %AIMX_FRAME_HEAD on
 */
AIMX_API gsize aimx_request_parser_get_content_length (AimxRequestParser *self);

/**
 * aimx_request_parser_take_body: (skip)
 * @self: a parser
 *
 * Returns: (transfer full) (nullable): the body, %NULL without a Content-Length; once, at %AIMX_FRAME_COMPLETE
 */
AIMX_API GBytes *aimx_request_parser_take_body (AimxRequestParser *self);

/**
 * aimx_request_parser_get_fault: (skip)
 * @self: a parser
 *
 * Returns: (transfer none) (nullable): what is wrong with the frame, one line
 */
AIMX_API const char *aimx_request_parser_get_fault (AimxRequestParser *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxRequestParser, aimx_request_parser_free)

/**
 * aimx_frame_new_ok:
 * @id: (nullable): a message id
 *
 * Returns: (transfer full): the whole answer of the shapes `ack` and, with @id, `send`
 */
AIMX_API char *aimx_frame_new_ok (const char *id);

/**
 * aimx_frame_new_json_head:
 * @length: bytes of the JSON that follows
 *
 * Returns: (transfer full): what precedes @length bytes of JSON
 */
AIMX_API char *aimx_frame_new_json_head (gsize length);

/**
 * aimx_frame_new_error:
 * @code: code such as `EACCES`
 * @reason: what happened; may echo what a client sent
 *
 * Control characters of @reason become spaces, invalid UTF-8 is replaced, and a line too long is cut, so that no reason
 * can forge a frame or break one.
 *
 * Returns: (transfer full): the whole answer of the shape `error`
 */
AIMX_API char *aimx_frame_new_error (const char *code, const char *reason);

/* ---- for clients ---- */

/**
 * aimx_frame_new_request_head:
 * @verb: verb name
 * @headers: (nullable) (array zero-terminated=1): name and value in turn, without Content-Length
 * @body: (nullable): the body that will follow
 * @fault: (out) (nullable) (transfer full): with %NULL, which of them cannot be framed and why
 *
 * The text of a request, for clients.
 *
 * Returns: (transfer full) (nullable): all that precedes the body
 */
AIMX_API char *aimx_frame_new_request_head (const char *verb, const char *const *headers, GBytes *body, char **fault);

/**
 * AIMX_ANSWER_BODY_MAX:
 *
 * Bytes of an answer's body that a client takes.
 */
#define AIMX_ANSWER_BODY_MAX (256 * 1024 * 1024)

/**
 * AimxResponseParser:
 *
 * Reads one answer; reference-counted. One thread at a time.
 */
#define AIMX_TYPE_RESPONSE_PARSER (aimx_response_parser_get_type ())
typedef struct _AimxResponseParser AimxResponseParser;
AIMX_API GType aimx_response_parser_get_type (void);

/**
 * aimx_response_parser_new:
 *
 * Returns: (transfer full): a parser for one answer; one thread at a time
 */
AIMX_API AimxResponseParser *aimx_response_parser_new (void);

/**
 * aimx_response_parser_ref:
 * @self: a parser
 *
 * Returns: (transfer full): @self
 */
AIMX_API AimxResponseParser *aimx_response_parser_ref (AimxResponseParser *self);

/**
 * aimx_response_parser_unref:
 * @self: a parser
 *
 * Drops a reference.
 */
AIMX_API void aimx_response_parser_unref (AimxResponseParser *self);

/**
 * aimx_response_parser_feed:
 * @self: a parser
 * @data: (array length=length) (element-type guint8): bytes as they came
 * @length: how many
 *
 * Takes @data, however the answer was cut; what comes after it is ignored.
 *
 * Returns: %AIMX_FRAME_MORE, %AIMX_FRAME_COMPLETE or %AIMX_FRAME_MALFORMED
 */
AIMX_API AimxFrameStatus aimx_response_parser_feed (AimxResponseParser *self, const void *data, gsize length);

/**
 * aimx_response_parser_end:
 * @self: a parser
 *
 * The connection has ended.
 *
 * Returns: %AIMX_FRAME_COMPLETE, %AIMX_FRAME_MALFORMED, or %AIMX_FRAME_MORE when the answer is not complete
 */
AIMX_API AimxFrameStatus aimx_response_parser_end (AimxResponseParser *self);

/**
 * aimx_response_parser_get_code:
 * @self: a parser
 *
 * Returns: (transfer none) (nullable): error code, %NULL for success
 */
AIMX_API const char *aimx_response_parser_get_code (AimxResponseParser *self);

/**
 * aimx_response_parser_get_text:
 * @self: a parser
 *
 * Returns: (transfer none) (nullable): what follows `OK` or the code
 */
AIMX_API const char *aimx_response_parser_get_text (AimxResponseParser *self);

/**
 * aimx_response_parser_take_body:
 * @self: a parser
 *
 * Returns: (transfer full) (nullable): the body, %NULL without a Content-Length; once, at %AIMX_FRAME_COMPLETE
 */
AIMX_API GBytes *aimx_response_parser_take_body (AimxResponseParser *self);

/**
 * aimx_response_parser_get_fault:
 * @self: a parser
 *
 * Returns: (transfer none) (nullable): what is wrong with the answer
 */
AIMX_API const char *aimx_response_parser_get_fault (AimxResponseParser *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxResponseParser, aimx_response_parser_unref)

G_END_DECLS
