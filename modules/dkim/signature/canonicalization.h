/* SPDX-License-Identifier: MIT */
/*
 * The forms of a message that survive its way (RFC 6376, 3.4): what signers and verifiers hash. Pure functions on
 * bytes; lines end in CRLF, and a CR or LF alone is text like any other.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** DkimCanonicalization: how much may change on the way */
typedef enum
{
  DKIM_SIMPLE,
  DKIM_RELAXED,
} DkimCanonicalization;

/**
 * dkim_header_canonicalize:
 * @kind: which form
 * @field: a header field as it stands, folded lines included
 * @length: bytes
 * @canonical: (inout): gets the form appended, with one CRLF at its end
 */
void dkim_header_canonicalize (DkimCanonicalization kind, const char *field, gsize length, GString *canonical);

/** DKIM_BODY_BUFFER: bytes that are gathered before the sink is called */
#define DKIM_BODY_BUFFER 2048

/** DkimSink: takes the next @length bytes of the form */
typedef void (*DkimSink) (const char *data, gsize length, gpointer user_data);

/**
 * DkimBody: a body on its way; all fields are private. It may be cut into pieces anywhere, and takes the same memory
 * for any body.
 */
typedef struct
{
  DkimCanonicalization kind;
  DkimSink sink;
  gpointer user_data;
  gboolean has_text;
  gboolean has_space; /* white space that counts if text follows on its line */
  gboolean has_cr;    /* a CR that may begin a line end */
  gsize n_line_ends;  /* that count if text follows */
  gsize filled;
  char buffer[DKIM_BODY_BUFFER];
} DkimBody;

/** dkim_body_init: begins a body whose form goes to @sink */
void dkim_body_init (DkimBody *self, DkimCanonicalization kind, DkimSink sink, gpointer user_data);
/** dkim_body_feed: takes the next piece of the body */
void dkim_body_feed (DkimBody *self, const char *data, gsize length);
/** dkim_body_finish: there is no more; a body that does not end with a line end is taken as if it did */
void dkim_body_finish (DkimBody *self);

G_END_DECLS
