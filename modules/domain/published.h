/* SPDX-License-Identifier: MIT */
/*
 * A record as it should be in the DNS, compared with what is there. Pure functions: texts from the DNS are whatever
 * somebody wrote there, and what is shown of them is printable and short.
 */
#pragma once

#include <aimx/resolver.h>

G_BEGIN_DECLS

/** DOMAIN_PUBLISHED_MAX: so many of the records that are there are shown at most */
#define DOMAIN_PUBLISHED_MAX 16

/**
 * DomainPublished:
 * @DOMAIN_PUBLISHED_RIGHT: it is there
 * @DOMAIN_PUBLISHED_DIFFERENT: another is there
 * @DOMAIN_PUBLISHED_MISSING: none is there
 * @DOMAIN_PUBLISHED_FOUND: one is there, and nobody knows which it should be
 * @DOMAIN_PUBLISHED_UNKNOWN: the DNS gave no answer
 */
typedef enum
{
  DOMAIN_PUBLISHED_RIGHT,
  DOMAIN_PUBLISHED_DIFFERENT,
  DOMAIN_PUBLISHED_MISSING,
  DOMAIN_PUBLISHED_FOUND,
  DOMAIN_PUBLISHED_UNKNOWN,
} DomainPublished;

/** domain_published_to_string: Returns: (transfer none): a word, such as `right` */
const char *domain_published_to_string (DomainPublished self);
/** domain_published_read_type: Returns: whether @name is a type that can be compared, put into @type */
gboolean domain_published_read_type (const char *name, AimxDnsType *type);
/**
 * domain_published_compare:
 * @type: of the record
 * @value: as a person enters it: A and AAAA an address, MX preference and name, PTR a name, TXT its text
 * @exact: whether @value is known whole; else it only says which kind of TXT is meant
 * @answer: what the DNS says
 * @found: (element-type utf8): gets the records that are there instead or as well, as @value is written
 *
 * Of several TXT records at one name those count that begin with the same `v=` as @value. SPF is compared term by term
 * (RFC 7208), tag lists (RFC 6376, 7489) without regard to order, blanks and defaults; and there must be one alone.
 *
 * Returns: what there is to say
 */
DomainPublished
domain_published_compare (AimxDnsType type, const char *value, gboolean exact, AimxDnsAnswer *answer, GPtrArray *found);

G_END_DECLS
