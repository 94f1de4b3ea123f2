/* SPDX-License-Identifier: MIT */
#include "rotation-end.h"

gboolean
dkim_rotation_finish (DkimRotation *self,
                      const DkimKeyFiles *files,
                      AimxConfigChange *change,
                      GPtrArray *kept,
                      GError **error)
{
  for (DkimAlgorithm i = 0; i < DKIM_N_ALGORITHMS; i++)
    if (!dkim_key_files_promote (files, change, i, kept, error))
      return FALSE;
  return dkim_rotation_end (self, files, change, error);
}

gboolean
dkim_rotation_break_off (DkimRotation *self,
                         const DkimKeyFiles *files,
                         AimxConfigChange *change,
                         gboolean is_switched,
                         GPtrArray *kept,
                         GError **error)
{
  DkimKeyFiles next = *files;

  next.selector = self->selector;
  return (is_switched ? dkim_key_files_settle (&next, change, kept, error)
                      : dkim_key_files_clear_next (&next, change, kept, error)) &&
         dkim_rotation_end (self, files, change, error);
}
