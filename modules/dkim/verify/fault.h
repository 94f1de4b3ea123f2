/* SPDX-License-Identifier: MIT */
/* Why a signature does not pass, as errors: each code stands for a word of RFC 8601, 2.7.1; the message is for people.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DkimFault:
 * @DKIM_FAULT_FAIL: it was verified, and is wrong
 * @DKIM_FAULT_POLICY: it may be right, but is nothing that we accept
 * @DKIM_FAULT_TEMPERROR: it cannot be verified now
 * @DKIM_FAULT_PERMERROR: it can never be verified
 */
typedef enum
{
  DKIM_FAULT_FAIL,
  DKIM_FAULT_POLICY,
  DKIM_FAULT_TEMPERROR,
  DKIM_FAULT_PERMERROR,
} DkimFault;

#define DKIM_FAULT (dkim_fault_quark ())
GQuark dkim_fault_quark (void);

/** dkim_refuse: Returns: %FALSE, with @error set to @fault and the message */
gboolean dkim_refuse (GError **error, DkimFault fault, const char *format, ...) G_GNUC_PRINTF (3, 4);
/** dkim_fault_to_string: Returns: (transfer none): the word of RFC 8601 */
const char *dkim_fault_to_string (DkimFault fault);

G_END_DECLS
