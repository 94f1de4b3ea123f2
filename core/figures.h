/* SPDX-License-Identifier: MIT */
/*
 * Which modules publish figures. Main thread.
 */
#pragma once

#include <aimx/server.h>

G_BEGIN_DECLS

typedef struct _AimxFigures AimxFigures;

/** aimx_figures_new: Returns: (transfer full): nobody publishes any */
AimxFigures *aimx_figures_new (void);
/** aimx_figures_free: frees it */
void aimx_figures_free (AimxFigures *self);
/** aimx_figures_add: as aimx_server_publish_figures(), for @module, a name that lives as long as @self */
gboolean aimx_figures_add (AimxFigures *self,
                           const char *module,
                           const char *group,
                           AimxFiguresFunc func,
                           gpointer user_data,
                           GError **error);
/** aimx_figures_add_locks: what @locks, which outlives @self, has seen, as figures of the server itself */
void aimx_figures_add_locks (AimxFigures *self, AimxLockManager *locks);
/** aimx_figures_remove_module: @module publishes none any more */
void aimx_figures_remove_module (AimxFigures *self, const char *module);
/** aimx_figures_read: as aimx_server_read_figures() */
GVariant *aimx_figures_read (AimxFigures *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxFigures, aimx_figures_free)

G_END_DECLS
