/* SPDX-License-Identifier: MIT */
/*
 * Domain names: as people and records write them (RFC 1035, 5.1, with its escapes), and as messages carry them. Pure
 * functions; whatever bytes come in, what goes out is printable.
 */
#pragma once

#include <aimx/resolver.h>

G_BEGIN_DECLS

/**
 * resolver_name_read:
 * @name: a domain name, with or without the dot at its end; labels beyond ASCII become A-labels (RFC 5890). With
 * %AIMX_DNS_PTR an IP address, too
 * @type: what will be asked
 *
 * Returns: (transfer full) (nullable): the name as it is asked and compared: in lower case, without the last dot, but
 * `.` for the root; %NULL when it is none
 */
char *resolver_name_read (const char *name, AimxDnsType type);

/**
 * resolver_name_from_wire:
 * @data: a name in wire format, without compression
 * @length: bytes that are there
 * @used: (out): bytes that it took
 *
 * Returns: (transfer full) (nullable): the name as text, without the dot at its end; %NULL when it is malformed
 */
char *resolver_name_from_wire (const guint8 *data, gsize length, gsize *used);

G_END_DECLS
