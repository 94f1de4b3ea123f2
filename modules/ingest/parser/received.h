/* SPDX-License-Identifier: MIT */
/*
 * Where a message came from, as its topmost trace field says.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * received_find_peer:
 * @raw: a message
 *
 * Reads the first Received field (RFC 5321, 4.4) alone: those below it are as others wrote them.
 *
 * Returns: (transfer full) (nullable): the first IP address in brackets in the comment after the client's name, else
 * the first in brackets at all, that is not of this machine's loopback
 */
char *received_find_peer (GBytes *raw);

G_END_DECLS
