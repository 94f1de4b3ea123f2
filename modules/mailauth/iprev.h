/* SPDX-License-Identifier: MIT */
/*
 * The reverse look-up (RFC 8601, 3): whether one of the names of an address leads back to it. Asks nobody itself. One
 * thread at a time.
 */
#pragma once

#include <aimx/resolver.h>

G_BEGIN_DECLS

/** IPREV_NAMES_MAX: names of an address that are looked up */
#define IPREV_NAMES_MAX 5

typedef struct _Iprev Iprev;

/** iprev_new: Returns: (transfer full) (nullable): a look-up of @address, IP as text; %NULL when it is none */
Iprev *iprev_new (const char *address);
/** iprev_free: frees it */
void iprev_free (Iprev *self);
/** iprev_get_address: Returns: (transfer none): what to ask for, as %AIMX_DNS_PTR */
const char *iprev_get_address (Iprev *self);
/** iprev_take_names: takes the answer. Returns: how many names are to be asked for now */
guint iprev_take_names (Iprev *self, AimxDnsAnswer *answer);
/** iprev_get_name_to_ask: Returns: (transfer none): the name @index, to be asked for as @type */
const char *iprev_get_name_to_ask (Iprev *self, guint index, AimxDnsType *type);
/** iprev_take_addresses: takes the answer for the name @index, once */
void iprev_take_addresses (Iprev *self, guint index, AimxDnsAnswer *answer);
/** iprev_get_result: Returns: (transfer none): the word of RFC 8601, 2.7.3; `temperror` as long as answers are missing
 */
const char *iprev_get_result (Iprev *self);
/** iprev_get_name: Returns: (transfer none) (nullable): the name that leads back, once it is known */
const char *iprev_get_name (Iprev *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Iprev, iprev_free)

G_END_DECLS
