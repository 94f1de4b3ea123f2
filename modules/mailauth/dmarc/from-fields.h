/* SPDX-License-Identifier: MIT */
/*
 * The From fields of a message while it arrives, however long its header is and wherever in it they stand. A pure
 * function over bytes.
 */
#pragma once

#include "author.h"

G_BEGIN_DECLS

/** DMARC_FROM_FIELDS_MAX: bytes of all From fields that are kept */
#define DMARC_FROM_FIELDS_MAX (64 * 1024)

/** DmarcLine: what is known of the line under way */
typedef enum
{
  DMARC_LINE_BEGINS,
  DMARC_LINE_CR,   /* it ends the header when a LF follows */
  DMARC_LINE_NAME, /* it may be a From field */
  DMARC_LINE_FROM,
  DMARC_LINE_OTHER,
} DmarcLine;

/**
 * DmarcFromFields:
 * @text: the fields, each with its name
 * @is_complete: the header is over
 * @is_cut: they are longer than what is kept
 *
 * The other fields are private.
 */
typedef struct
{
  GString *text;
  gboolean is_complete;
  gboolean is_cut;
  DmarcLine line;
  gsize n_seen;     /* bytes of the line, as long as it may be a From field */
  gboolean is_from; /* the field before the line is one */
} DmarcFromFields;

/** dmarc_from_fields_init: begins a message */
void dmarc_from_fields_init (DmarcFromFields *self);
/** dmarc_from_fields_clear: frees what @self owns */
void dmarc_from_fields_clear (DmarcFromFields *self);
/** dmarc_from_fields_take: takes the next bytes of the message, whose header may end within them */
void dmarc_from_fields_take (DmarcFromFields *self, const char *data, gsize length);
/** dmarc_from_fields_read: Returns: (transfer full): the authors that have come */
DmarcAuthors *dmarc_from_fields_read (const DmarcFromFields *self);

G_END_DECLS
