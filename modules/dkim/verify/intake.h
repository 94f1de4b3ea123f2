/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a message as they arrive, cut anywhere: the header is kept, the body is passed on. Every line ends in
 * CRLF here, also where a LF stood alone. Pure functions on bytes.
 */
#pragma once

#include "../signature/canonicalization.h"

G_BEGIN_DECLS

/**
 * DkimIntake:
 * @header: what has come of the header, without the empty line after it
 * @complete: it is whole, or as much as is kept of it
 * @too_long: it is longer than that; then no body is passed on
 *
 * The other fields are private.
 */
typedef struct
{
  GString *header;
  gboolean complete;
  gboolean too_long;
  gsize line;      /* where in the header the line under way began */
  gsize limit;     /* bytes of it */
  gboolean has_cr; /* the last byte of the body was a CR */
} DkimIntake;

/** dkim_intake_init: begins a message; of its header @limit bytes are kept */
void dkim_intake_init (DkimIntake *self, gsize limit);
/** dkim_intake_clear: frees what @self owns */
void dkim_intake_clear (DkimIntake *self);
/** dkim_intake_take_header: Returns: how many of these bytes were for the header, which is not complete yet */
gsize dkim_intake_take_header (DkimIntake *self, const char *data, gsize length);
/** dkim_intake_take_body: gives @sink the next piece of the body, whose header is complete */
void dkim_intake_take_body (DkimIntake *self, const char *data, gsize length, DkimSink sink, gpointer user_data);

G_END_DECLS
