/* SPDX-License-Identifier: MIT */
/* What is being waited for, said on stderr when it takes over a second and somebody is watching. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CliProgress CliProgress;

/** cli_progress_start: @what: static text, such as `waiting for the daemon`. Returns: (transfer full) (nullable): it */
CliProgress *cli_progress_start (const char *what);
/** cli_progress_end: takes the text away again */
void cli_progress_end (CliProgress *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliProgress, cli_progress_end)

G_END_DECLS
