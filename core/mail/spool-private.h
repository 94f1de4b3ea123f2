/* SPDX-License-Identifier: MIT */
/*
 * How the mail store makes spools.
 */
#pragma once

#include "io/directory.h"

#include <aimx/spool.h>

G_BEGIN_DECLS

/** aimx_spool_new: Returns: (transfer full): an empty spool whose file, if it comes to one, is in @directory (nullable:
 * no file, hence no message over %AIMX_SPOOL_MEMORY_MAX) */
AimxSpool *aimx_spool_new (AimxDirectory *directory);

G_END_DECLS
