/* SPDX-License-Identifier: MIT */
/* Lets rotations go on by themselves while a daemon runs. */
#pragma once

#include "signer.h"

G_BEGIN_DECLS

typedef struct _DkimRotationWatch DkimRotationWatch;

/** dkim_rotation_watch_start: Returns: (transfer full): one that looks now, every few minutes, and whenever the
 * configuration is read again; main thread. Neither argument is kept alive */
DkimRotationWatch *dkim_rotation_watch_start (AimxServer *server, DkimSigner *signer);
/** dkim_rotation_watch_stop: looks no more; when a look is under way, it ends by itself. Main thread */
void dkim_rotation_watch_stop (DkimRotationWatch *self);

G_END_DECLS
