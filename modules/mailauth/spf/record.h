/* SPDX-License-Identifier: MIT */
/*
 * An SPF record (RFC 7208, 4.6.1): its terms, or why it is none. A pure function over bytes.
 */
#pragma once

#include "address.h"

G_BEGIN_DECLS

/** SPF_RECORD_MAX: bytes of a record; a longer one is an error. What is published has a few hundred */
#define SPF_RECORD_MAX 8192

/** SpfMechanism: what a term compares the client with (RFC 7208, 5) */
typedef enum
{
  SPF_ALL,
  SPF_INCLUDE,
  SPF_A,
  SPF_MX,
  SPF_PTR,
  SPF_IP4,
  SPF_IP6,
  SPF_EXISTS,
} SpfMechanism;

/**
 * SpfTerm:
 * @mechanism: which
 * @qualifier: `+`, `-`, `~` or `?`
 * @text: as written
 * @domain: (nullable): its domain-spec, checked
 * @network: of `ip4` and `ip6`
 * @prefix4: bits of an IPv4 address that count
 * @prefix6: bits of an IPv6 address that count
 *
 * One mechanism of a record.
 */
typedef struct
{
  SpfMechanism mechanism;
  char qualifier;
  char *text;
  char *domain;
  SpfAddress network;
  guint prefix4;
  guint prefix6;
} SpfTerm;

/**
 * SpfRecord:
 * @terms: (element-type SpfTerm): the mechanisms in their order
 * @redirect: (nullable): domain-spec of the modifier
 * @explanation: (nullable): domain-spec of the modifier `exp`
 */
typedef struct
{
  GPtrArray *terms;
  char *redirect;
  char *explanation;
} SpfRecord;

/** spf_record_is: Returns: whether these @length bytes of a TXT record call themselves SPF (RFC 7208, 4.5) */
gboolean spf_record_is (const char *data, gsize length);
/**
 * spf_record_parse:
 * @data: (array length=length): for which spf_record_is() holds
 * @length: how many bytes
 * @reason: (out) (transfer full): for people: what is wrong
 *
 * Returns: (transfer full) (nullable): the record, %NULL when anything in it is wrong (RFC 7208, 4.6)
 */
SpfRecord *spf_record_parse (const char *data, gsize length, char **reason);
/** spf_record_free: frees @self */
void spf_record_free (SpfRecord *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpfRecord, spf_record_free)

G_END_DECLS
