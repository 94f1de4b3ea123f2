/* SPDX-License-Identifier: MIT */
/*
 * One line of a frame, put together from pieces within AIMX_FRAME_LINE_MAX.
 */
#pragma once

#include <aimx/frame.h>

G_BEGIN_DECLS

/**
 * AimxLineStatus:
 * @AIMX_LINE_MORE: its end has not come yet
 * @AIMX_LINE_COMPLETE: the text is the line without its ending, valid UTF-8 without NUL
 * @AIMX_LINE_TOO_LONG: it is over %AIMX_FRAME_LINE_MAX
 * @AIMX_LINE_NOT_TEXT: it is not UTF-8
 */
typedef enum
{
  AIMX_LINE_MORE,
  AIMX_LINE_COMPLETE,
  AIMX_LINE_TOO_LONG,
  AIMX_LINE_NOT_TEXT,
} AimxLineStatus;

/**
 * aimx_line_feed:
 * @line: what came of it so far, empty at its start
 * @data: what comes now
 * @length: bytes of @data
 * @n_taken: (out): how many of them belong to the line, its ending included
 *
 * The line ends at LF; one CR before that belongs to the ending. A NUL becomes U+FFFD: C strings cannot carry it, and
 * no name that means something has that character.
 */
AimxLineStatus aimx_line_feed (GString *line, const char *data, gsize length, gsize *n_taken);

/**
 * aimx_line_split_header:
 * @line: `<Name>: <value>`; cut in two
 * @value: (out) (transfer none): the trimmed value, within @line
 *
 * Returns: (nullable): %NULL, or what is wrong with it
 */
const char *aimx_line_split_header (char *line, char **value);

/**
 * aimx_line_parse_length:
 * @value: value of a Content-Length
 * @limit: the most it may be
 * @length: (out): what it says
 *
 * Returns: whether it is a decimal number that is not over @limit
 */
gboolean aimx_line_parse_length (const char *value, gsize limit, gsize *length);

/** aimx_line_append_text: appends @text as part of one line: what control characters it has become spaces, what is not
 * UTF-8 is replaced, and what would make @line longer than %AIMX_FRAME_LINE_MAX is cut off */
void aimx_line_append_text (GString *line, const char *text);

G_END_DECLS
