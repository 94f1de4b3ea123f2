/* SPDX-License-Identifier: MIT */
/*
 * An AIMX/1 answer, read as it comes. Some shapes end with the connection, so a parser must be told about that.
 */
#pragma once

#include <aimx/frame.h>

G_BEGIN_DECLS

/** AIMX_ANSWER_BODY_MAX: bytes of an answer's body that a client takes */
#define AIMX_ANSWER_BODY_MAX (256 * 1024 * 1024)

typedef struct _AimxResponseParser AimxResponseParser;

/** aimx_response_parser_new: Returns: (transfer full): a parser for one answer; one thread at a time */
AimxResponseParser *aimx_response_parser_new (void);
/** aimx_response_parser_free: frees it */
void aimx_response_parser_free (AimxResponseParser *self);

/** aimx_response_parser_feed: takes @data, however the answer was cut; what comes after it is ignored. Returns:
 * %AIMX_FRAME_MORE, %AIMX_FRAME_COMPLETE or %AIMX_FRAME_MALFORMED */
AimxFrameStatus aimx_response_parser_feed (AimxResponseParser *self, const void *data, gsize length);
/** aimx_response_parser_end: the connection has ended. Returns: %AIMX_FRAME_COMPLETE, %AIMX_FRAME_MALFORMED, or
 * %AIMX_FRAME_MORE when the answer is not complete */
AimxFrameStatus aimx_response_parser_end (AimxResponseParser *self);

/** aimx_response_parser_get_code: Returns: (transfer none) (nullable): error code, %NULL for success */
const char *aimx_response_parser_get_code (AimxResponseParser *self);
/** aimx_response_parser_get_text: Returns: (transfer none) (nullable): what follows `OK` or the code */
const char *aimx_response_parser_get_text (AimxResponseParser *self);
/** aimx_response_parser_take_body: Returns: (transfer full) (nullable): the body, %NULL without a Content-Length; once,
 * at %AIMX_FRAME_COMPLETE */
GBytes *aimx_response_parser_take_body (AimxResponseParser *self);
/** aimx_response_parser_get_fault: Returns: (transfer none) (nullable): what is wrong with the answer */
const char *aimx_response_parser_get_fault (AimxResponseParser *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxResponseParser, aimx_response_parser_free)

G_END_DECLS
