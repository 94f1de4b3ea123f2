/* SPDX-License-Identifier: MIT */
/*
 * The fields of a header by their names, each name from the bottom up (RFC 6376, 5.4.2). A look-up takes a logarithm of
 * their number, whatever the names are: strangers choose them.
 */
#pragma once

#include "../signature/header-fields.h"

G_BEGIN_DECLS

typedef struct _DkimFieldIndex DkimFieldIndex;

/** dkim_field_index_new: Returns: (transfer full): an index of @fields (element-type DkimField), which stay as they are
 * for as long */
DkimFieldIndex *dkim_field_index_new (GArray *fields);
/** dkim_field_index_free: frees it */
void dkim_field_index_free (DkimFieldIndex *self);
/** dkim_field_index_rewind: begins another signature: no field is taken */
void dkim_field_index_rewind (DkimFieldIndex *self);
/** dkim_field_index_take: Returns: (transfer none) (nullable): the lowest field of that name that is not taken yet, and
 * takes it */
const DkimField *dkim_field_index_take (DkimFieldIndex *self, const char *name, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkimFieldIndex, dkim_field_index_free)

G_END_DECLS
