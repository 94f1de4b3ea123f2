/* SPDX-License-Identifier: MIT */
/*
 * How the mail store makes spools, and the memory that its spools share.
 */
#pragma once

#include "io/directory.h"

#include <aimx/spool.h>

G_BEGIN_DECLS

/** AIMX_SPOOL_ROOM: bytes beyond their first %AIMX_SPOOL_MEMORY_MIN that messages may keep in memory, all together */
#define AIMX_SPOOL_ROOM (32 * 1024 * 1024)

/**
 * AimxSpoolRoom:
 * @used: bytes; atomic
 *
 * What of %AIMX_SPOOL_ROOM is taken. Counts references: messages outlive their spools.
 */
typedef struct
{
  gint used;
} AimxSpoolRoom;

/** aimx_spool_room_new: Returns: (transfer full): all of it free; to be given to g_atomic_rc_box_release() */
AimxSpoolRoom *aimx_spool_room_new (void);
/**
 * aimx_spool_new:
 * @directory: (nullable): where the file is, if it comes to one; without it no message may be large
 * @room: shared with other spools
 *
 * Returns: (transfer full): an empty spool
 */
AimxSpool *aimx_spool_new (AimxDirectory *directory, AimxSpoolRoom *room);

G_END_DECLS
