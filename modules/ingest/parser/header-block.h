/* SPDX-License-Identifier: MIT */
/*
 * The fields of a header as ranges of the message, taken line by line (RFC 5322, 2.2).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** HeaderName: the fields that matter here; others are passed over */
typedef enum
{
  HEADER_AUTO_SUBMITTED,
  HEADER_CC,
  HEADER_CONTENT_DISPOSITION,
  HEADER_CONTENT_ID,
  HEADER_CONTENT_TRANSFER_ENCODING,
  HEADER_CONTENT_TYPE,
  HEADER_DATE,
  HEADER_FROM,
  HEADER_IN_REPLY_TO,
  HEADER_LIST_ID,
  HEADER_MESSAGE_ID,
  HEADER_REFERENCES,
  HEADER_REPLY_TO,
  HEADER_RETURN_PATH,
  HEADER_SUBJECT,
  HEADER_TO,
  HEADER_N_NAMES,
} HeaderName;

/**
 * HeaderField:
 * @name: which
 * @cut: whether it was longer than %HEADER_FIELD_MAX
 * @value: what follows the colon, folded as it came
 * @length: its bytes
 */
typedef struct
{
  HeaderName name;
  gboolean cut;
  const char *value;
  gsize length;
} HeaderField;

/** HeaderProgress: what of a header there was so far */
typedef enum
{
  HEADER_NOTHING,
  HEADER_TRACE_ONLY, /* one Received field, as a server puts before what it was sent */
  HEADER_MORE,
} HeaderProgress;

/** HeaderBlock: the fields of one header; one at a time, used again */
typedef struct
{
  GArray *fields;    /* HeaderField */
  HeaderField *open; /* the last one, as long as lines may continue it */
  HeaderProgress progress;
} HeaderBlock;

void header_block_init (HeaderBlock *self);
void header_block_reset (HeaderBlock *self);
void header_block_clear (HeaderBlock *self);

/**
 * header_block_take:
 * @self: the block
 * @line: a line of the message
 * @length: its bytes without the line break
 *
 * Returns: whether it belongs to the header; the first one that does not ends it
 */
gboolean header_block_take (HeaderBlock *self, const char *line, gsize length);
/** header_block_find: Returns: (transfer none) (nullable): the first field called @name behind @after */
const HeaderField *header_block_find (const HeaderBlock *self, HeaderName name, const HeaderField *after);

G_END_DECLS
