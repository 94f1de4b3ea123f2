/* SPDX-License-Identifier: MIT */
/* A last word of a daemon that crashes: whose code it was. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** aimx_crash_note_install: from now on a signal of a crash, where nobody else handles it, first writes the name of the
 * module that acts on the thread, if any does, to stderr; then it ends the process as before */
void aimx_crash_note_install (void);

G_END_DECLS
