/* SPDX-License-Identifier: MIT */
/* The ARC sets of a header (RFC 8617, 4.2): the three fields of each instance. Which chains are valid is not said here.
 */
#pragma once

#include "../signature/header-fields.h"
#include "fault.h"

#include <aimx/signature-check.h>

G_BEGIN_DECLS

/** DkimArcField: the fields of a set, in the order in which they are sealed (RFC 8617, 5.1.1) */
typedef enum
{
  DKIM_ARC_RESULTS,
  DKIM_ARC_MESSAGE_SIGNATURE,
  DKIM_ARC_SEAL,
  DKIM_ARC_N_FIELDS,
} DkimArcField;

/** DkimArcSet: @fields: (nullable): the topmost field of each kind; @n: how many there are of it */
typedef struct
{
  const DkimField *fields[DKIM_ARC_N_FIELDS];
  guint n[DKIM_ARC_N_FIELDS];
} DkimArcSet;

/** DkimArcSets: begins as zeroes; the set of instance i is sets[i], at 0 is what is of none */
typedef struct
{
  DkimArcSet sets[AIMX_ARC_SETS_MAX + 1];
} DkimArcSets;

/** dkim_arc_sets_add: @instance: as it is said in the field; 0 when it is not */
void dkim_arc_sets_add (DkimArcSets *self, DkimArcField kind, guint instance, const DkimField *field);
/** dkim_arc_sets_check: Returns: whether the sets from @first to @last are there, with one field of each kind; else
 * %DKIM_FAULT_PERMERROR */
gboolean dkim_arc_sets_check (const DkimArcSets *self, guint first, guint last, GError **error);
/** dkim_arc_results_get_instance: Returns: which set an ARC-Authentication-Results field is of; 0: of none */
guint dkim_arc_results_get_instance (const DkimField *field);

G_END_DECLS
