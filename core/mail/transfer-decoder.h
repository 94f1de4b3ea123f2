/* SPDX-License-Identifier: MIT */
/*
 * Content transfer encodings, taken off while the bytes go by (RFC 2045, 6). Whatever came is decoded as well as it can
 * be: malformed input is never an error. A pure function but for the sink.
 */
#pragma once

#include <aimx/message.h>

G_BEGIN_DECLS

/** AimxDecodeSink: takes some more decoded bytes; %FALSE with @error ends the decoding */
typedef gboolean (*AimxDecodeSink) (const guint8 *data, gsize length, gpointer user_data, GError **error);

/**
 * aimx_transfer_decode:
 * @encoding: how @data is encoded
 * @data: (array length=length): the encoded bytes
 * @length: their number
 * @sink: gets the decoded bytes, in pieces
 * @user_data: for @sink
 * @error: return location
 *
 * Needs a buffer of fixed size only. What comes out is at most twice as long as what went in.
 *
 * Returns: %FALSE when @sink said so
 */
gboolean aimx_transfer_decode (AimxTransferEncoding encoding,
                               const guint8 *data,
                               gsize length,
                               AimxDecodeSink sink,
                               gpointer user_data,
                               GError **error);

G_END_DECLS
