/* SPDX-License-Identifier: MIT */
/* The ways in which a rotation ends. Both may be called again after a failure, and neither destroys a key. May block.
 */
#pragma once

#include "rotation-file.h"

G_BEGIN_DECLS

/**
 * dkim_rotation_finish:
 * @self: a rotation
 * @files: of its domain; the selector is that of the rotation
 * @change: a change of the configuration
 * @kept: (element-type utf8): gets absolute paths of what was put aside
 * @error: %AIMX_ERROR_SIGN when a new key cannot be used: the old one stays
 *
 * Puts the old keys aside; the new ones take their place.
 */
gboolean dkim_rotation_finish (DkimRotation *self,
                               const DkimKeyFiles *files,
                               AimxConfigChange *change,
                               GPtrArray *kept,
                               GError **error);
/**
 * dkim_rotation_break_off:
 * @self: a rotation
 * @files: of its domain
 * @change: a change of the configuration
 * @is_switched: whether its selector is in use
 * @kept: (element-type utf8): gets absolute paths of what was put aside
 * @error: return location
 *
 * Ends it as it is: what is not in use is put aside. A new key that is in use and damaged stays where it is.
 */
gboolean dkim_rotation_break_off (DkimRotation *self,
                                  const DkimKeyFiles *files,
                                  AimxConfigChange *change,
                                  gboolean is_switched,
                                  GPtrArray *kept,
                                  GError **error);

G_END_DECLS
