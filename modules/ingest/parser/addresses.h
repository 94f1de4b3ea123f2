/* SPDX-License-Identifier: MIT */
/*
 * Lists of addresses (RFC 5322, 3.4) as people write and senders break them.
 *
 * Read by one pass of our own: GMime's reader recurses into groups as deep as the field is long, and looks for the end
 * of each open quote and comment again.
 */
#pragma once

#include "parser/charset.h"

G_BEGIN_DECLS

/**
 * addresses_append:
 * @charsets: for the names
 * @data: (array length=length): the value of a field
 * @length: its bytes
 * @max: no more addresses than these
 * @joined: gets them appended, `Name <address>` or `address`, joined with `, `; decoded, on one line
 *
 * Groups count as their members. An address holds no white space and no angle bracket, whatever was sent, so that what
 * stands between the last `<` and the next `>` of one is the address.
 *
 * Returns: how many
 */
guint addresses_append (Charsets *charsets, const char *data, gsize length, guint max, GString *joined);

G_END_DECLS
