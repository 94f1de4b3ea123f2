/* SPDX-License-Identifier: MIT */
/*
 * Who is said to have written a message: the addresses of its From fields (RFC 5322, 3.4 and 3.6.2; groups, RFC 6854).
 *
 * What readers could understand in different ways is not understood here at all: a proof must not be about another
 * address than the one that people see. All domains that they could see have their say, though. A pure function over
 * bytes.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** DMARC_AUTHORS_MAX: addresses of a message that are read, and domains that are remembered */
#define DMARC_AUTHORS_MAX 100
/** DMARC_DOMAINS_MAX: domains of authors whose policies are asked for; a message that names more is to be refused */
#define DMARC_DOMAINS_MAX 8

/**
 * DmarcAuthors:
 * @n_fields: From fields
 * @malformed: (nullable): what cannot be read in one, for people
 * @has_hidden: an author may be shown whose domain is not in @domains; then @malformed is set
 * @addresses: (element-type utf8): all addresses as written, without comments and white space
 * @domains: (element-type utf8): their domains, each once, in lower case and A-labels; of an address with a literal
 * (RFC 5321, 4.1.3) there is none; of a field that cannot be read all that it may be taken to name
 */
typedef struct
{
  guint n_fields;
  const char *malformed;
  gboolean has_hidden;
  GPtrArray *addresses;
  GPtrArray *domains;
} DmarcAuthors;

/** dmarc_authors_new: Returns: (transfer full): what the From fields of @header say */
DmarcAuthors *dmarc_authors_new (const char *header, gsize length);
/** dmarc_authors_free: frees it */
void dmarc_authors_free (DmarcAuthors *self);
/** dmarc_authors_get_single: Returns: (transfer none) (nullable): the address, when one field has exactly one */
const char *dmarc_authors_get_single (const DmarcAuthors *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmarcAuthors, dmarc_authors_free)

G_END_DECLS
