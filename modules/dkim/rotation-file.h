/* SPDX-License-Identifier: MIT */
/*
 * What is kept about a rotation while it is under way, beside the keys of its domain: `rotation` names the selectors,
 * `rotation-switched` says since when the new one is in use. All may block.
 */
#pragma once

#include "key-files.h"

G_BEGIN_DECLS

/**
 * DkimRotation:
 * @selector: the one to come, then the one in use
 * @old_selector: the one before
 * @switched_at: when the new one came into use, in seconds since the epoch; 0: not yet
 */
typedef struct
{
  char *selector;
  char *old_selector;
  gint64 switched_at;
} DkimRotation;

/** dkim_rotation_new: Returns: (transfer full): one from @old_selector to @selector that nobody knows of yet */
DkimRotation *dkim_rotation_new (const char *selector, const char *old_selector);
/** dkim_rotation_free: frees it */
void dkim_rotation_free (DkimRotation *self);

/** dkim_rotation_read: Returns: (transfer full) (nullable): the one under way; %AIMX_ERROR_NOT_FOUND when there is
 * none, %AIMX_ERROR_CONFLICT when its file was damaged, %AIMX_ERROR_IO */
DkimRotation *dkim_rotation_read (const DkimKeyFiles *files, GError **error);
/** dkim_rotation_read_last: Returns: (transfer full) (nullable): the one that has ended with @selector, which is in
 * use; %NULL when none has, or nothing more is known about it */
DkimRotation *dkim_rotation_read_last (const DkimKeyFiles *files, const char *selector);
/** dkim_rotation_begin: it is under way from now on */
gboolean dkim_rotation_begin (DkimRotation *self, const DkimKeyFiles *files, AimxConfigChange *change, GError **error);
/** dkim_rotation_forget_switch: what is known about a switch is not of this one */
gboolean
dkim_rotation_forget_switch (DkimRotation *self, const DkimKeyFiles *files, AimxConfigChange *change, GError **error);
/** dkim_rotation_mark_switched: the new selector is in use now, unless that is known already */
gboolean
dkim_rotation_mark_switched (DkimRotation *self, const DkimKeyFiles *files, AimxConfigChange *change, GError **error);
/** dkim_rotation_end: it is over; its files get the selector into their names */
gboolean dkim_rotation_end (DkimRotation *self, const DkimKeyFiles *files, AimxConfigChange *change, GError **error);
/** dkim_rotation_has_used: Returns: whether a rotation to @selector has ended */
gboolean dkim_rotation_has_used (const DkimKeyFiles *files, const char *selector);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkimRotation, dkim_rotation_free)

G_END_DECLS
