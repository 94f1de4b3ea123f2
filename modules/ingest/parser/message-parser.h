/* SPDX-License-Identifier: MIT */
/*
 * A message as it came, as a value. A pure function: bytes in, value out; no file, no global, any thread.
 *
 * Whatever the bytes are, there is a message, in time and memory that grow with their number only.
 */
#pragma once

#include <aimx/message.h>

G_BEGIN_DECLS

/** message_parser_init: prepares the libraries that are used, the first time; before anything is parsed, any thread */
void message_parser_init (void);

/**
 * message_parse:
 * @raw: the message, with lines ending in CRLF or LF
 *
 * Attachments are ranges of @raw. What says that it has parts, but has none, becomes a message with @raw itself as its
 * attachment `message.eml`.
 *
 * Returns: (transfer full): the message
 */
AimxMessage *message_parse (GBytes *raw);

G_END_DECLS
