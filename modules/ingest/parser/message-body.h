/* SPDX-License-Identifier: MIT */
/*
 * What of a message is its text, and what is attached to it.
 *
 * The text is the first that was written to be read: plain text before HTML where a sender offers both, the root of
 * related parts, texts that follow one another with an empty line between. Everything else is an attachment, but for
 * the texts that were offered instead of the one taken.
 */
#pragma once

#include "parser/mime-scan.h"

G_BEGIN_DECLS

/**
 * message_body_read:
 * @message: gets body and attachments
 * @scan: parts of the message
 * @raw: its bytes
 * @charsets: converters
 *
 * Returns: %FALSE when it says that it has parts and none can be found; nothing is set then
 */
gboolean message_body_read (AimxMessage *message, const MimeScan *scan, const char *raw, Charsets *charsets);

G_END_DECLS
