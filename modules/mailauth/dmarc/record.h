/* SPDX-License-Identifier: MIT */
/*
 * A DMARC record (RFC 7489, 6.3): what the owner of a domain asks to do with mail that is not proven to be theirs. A
 * pure function over bytes.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** DMARC_RECORD_MAX: bytes of a record that are read; a longer one is no record */
#define DMARC_RECORD_MAX 8192

/** DmarcPolicy: what is asked for, the stricter the greater */
typedef enum
{
  DMARC_POLICY_NONE,
  DMARC_POLICY_QUARANTINE,
  DMARC_POLICY_REJECT,
} DmarcPolicy;

/**
 * DmarcRecord:
 * @policy: `p=`, for the domain itself
 * @subdomain_policy: `sp=`, for the domains below it; as @policy where the record has none
 * @percent: `pct=`: of how many messages in a hundred
 * @strict_dkim: `adkim=s`: the domain of a signature has to be the author's, not only its relative
 * @strict_spf: `aspf=s`: likewise
 */
typedef struct
{
  DmarcPolicy policy;
  DmarcPolicy subdomain_policy;
  guint percent;
  gboolean strict_dkim;
  gboolean strict_spf;
} DmarcRecord;

/** dmarc_record_is: Returns: whether these @length bytes of a TXT record begin as DMARC records do (RFC 7489, 6.6.3) */
gboolean dmarc_record_is (const char *data, gsize length);
/**
 * dmarc_record_parse:
 * @self: (out caller-allocates): the record
 * @data: (array length=length): for which dmarc_record_is() holds
 * @length: how many bytes
 *
 * Tags that nobody knows are passed over, and one that is wrong is as one that is missing; with one that occurs twice
 * it is no record (RFC 6376, 3.2). Without a policy that can be read the record asks for nothing but reports (RFC
 * 7489, 6.6.3); when it does not ask for these either, it is none.
 *
 * Returns: whether it is a record
 */
gboolean dmarc_record_parse (DmarcRecord *self, const char *data, gsize length);
/** dmarc_policy_get_word: Returns: (transfer none): the word of the record */
const char *dmarc_policy_get_word (DmarcPolicy policy);

G_END_DECLS
