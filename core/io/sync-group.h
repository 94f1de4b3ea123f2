/* SPDX-License-Identifier: MIT */
/*
 * Group commit: everybody who waits for a sync of the same directory shares one.
 *
 * A sync makes durable only what was done before it began. So whoever comes while one runs waits for the next; all who
 * came by the time that one begins share it, and one of them makes the call. When it fails, it fails for all of them.
 * Any thread; blocks.
 */
#pragma once

#include "io/directory.h"

G_BEGIN_DECLS

typedef struct _AimxSyncGroup AimxSyncGroup;

/** AimxSyncFunc: makes @directory durable; aimx_directory_sync() in earnest */
typedef gboolean (*AimxSyncFunc) (AimxDirectory *directory, GError **error);

/** aimx_sync_group_new: Returns: (transfer full): a group that syncs with @sync */
AimxSyncGroup *aimx_sync_group_new (AimxSyncFunc sync);
/** aimx_sync_group_sync: returns after a sync of @directory (by device and inode) that began after this call */
gboolean aimx_sync_group_sync (AimxSyncGroup *self, AimxDirectory *directory, GError **error);
/** aimx_sync_group_free: frees it; nobody may wait any more */
void aimx_sync_group_free (AimxSyncGroup *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxSyncGroup, aimx_sync_group_free)

G_END_DECLS
