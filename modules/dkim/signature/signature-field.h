/* SPDX-License-Identifier: MIT */
/*
 * A DKIM-Signature header field (RFC 6376, 3.5) in the making: relaxed/relaxed, SHA-256, over the fields that tell
 * people who wrote what. From and Subject are named once more than they are there, so that none can be added.
 */
#pragma once

#include "header-fields.h"

G_BEGIN_DECLS

/**
 * DkimSignature:
 * @algorithm: `a=`
 * @domain: `d=`
 * @selector: `s=`
 * @timestamp: `t=`, seconds since 1970
 * @body_hash: `bh=`, in base64
 */
typedef struct
{
  const char *algorithm;
  const char *domain;
  const char *selector;
  gint64 timestamp;
  const char *body_hash;
} DkimSignature;

/** dkim_signature_begin: Returns: (transfer full): the field for a message with @fields, folded, up to the signature
 * proper, which is still empty */
GString *dkim_signature_begin (const DkimSignature *self, GArray *fields);
/** dkim_signature_gather: Returns: (transfer full): what is to be signed: @fields in their relaxed form, and @begun */
GString *dkim_signature_gather (GArray *fields, const GString *begun);
/** dkim_signature_finish: appends @signature, in base64, and the line end */
void dkim_signature_finish (GString *begun, const char *signature);

G_END_DECLS
