/* SPDX-License-Identifier: MIT */
/*
 * The macro language of SPF (RFC 7208, 7). Pure functions over text without NUL.
 */
#pragma once

#include "address.h"

G_BEGIN_DECLS

/** SPF_DOMAIN_SPEC_MAX: bytes of a domain-spec; a longer one is wrong. What comes of it has 253 */
#define SPF_DOMAIN_SPEC_MAX 1024

/**
 * SpfMacroKind:
 * @SPF_MACRO_STRING: macro-string of a modifier that nobody knows
 * @SPF_MACRO_DOMAIN: domain-spec: ends in a top label or in something that is expanded
 * @SPF_MACRO_EXPLANATION: explain-string: may have spaces and the letters `c`, `r`, `t`
 */
typedef enum
{
  SPF_MACRO_STRING,
  SPF_MACRO_DOMAIN,
  SPF_MACRO_EXPLANATION,
} SpfMacroKind;

/**
 * SpfMacroValues:
 * @sender: `s`, of which `l` and `o` are the parts
 * @domain: `d`
 * @helo: `h`
 * @validated: (nullable): `p`; needed where spf_macro_needs_validated() says so
 * @receiver: `r`
 * @address: `i`, `c`, `v`
 * @now: `t`, in seconds since the epoch
 *
 * What the letters stand for.
 */
typedef struct
{
  const char *sender;
  const char *domain;
  const char *helo;
  const char *validated;
  const char *receiver;
  SpfAddress address;
  gint64 now;
} SpfMacroValues;

/** spf_macro_check: Returns: whether @text is of that kind */
gboolean spf_macro_check (const char *text, SpfMacroKind kind);
/** spf_macro_needs_validated: Returns: whether @text, which was checked, has the letter `p` */
gboolean spf_macro_needs_validated (const char *text);
/** spf_macro_expand: Returns: (transfer full): @text, which was checked, with everything in it expanded */
char *spf_macro_expand (const char *text, const SpfMacroValues *values);
/** spf_macro_expand_domain: Returns: (transfer full): as spf_macro_expand(), without the dot at the end and cut from
 * the left to 253 bytes (RFC 7208, 7.3); what came out may still be no name */
char *spf_macro_expand_domain (const char *text, const SpfMacroValues *values);

G_END_DECLS
