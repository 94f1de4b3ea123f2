/* SPDX-License-Identifier: MIT */
/*
 * The date-time of a header (RFC 5322, 3.3 and 4.3). A pure function: what is not certainly a time is none, rather than
 * a guess.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * date_time_to_rfc3339:
 * @text: (array length=length): value of a Date field, folded as it came; any bytes do
 * @length: bytes
 *
 * Beyond RFC 5322 it takes what senders do and what can be read in one way only: no comma behind the name of the day,
 * an hour of one digit, `+02:00`, `UTC`, `GMT+0200`. A leap second is the one before it. Linear time.
 *
 * Returns: (transfer full) (nullable): the time in RFC 3339 with the offset as sent; UTC, also an unknown zone
 * (`-0000`), is `Z`; %NULL when it cannot be read or is before 1900
 */
char *date_time_to_rfc3339 (const char *text, gsize length);

G_END_DECLS
