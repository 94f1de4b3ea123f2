/* SPDX-License-Identifier: MIT */
/* Which build something is, in one line. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** cli_version_format: each: (nullable): as a build says it. Returns: (transfer full): the line, without line end */
char *cli_version_format (const char *tag, const char *commit, const char *target, const char *date);
/** cli_version_print: writes the line of this build to stdout */
void cli_version_print (void);

G_END_DECLS
