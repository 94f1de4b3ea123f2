/* SPDX-License-Identifier: MIT */
/* What comes on standard input, or from a file that is named. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** cli_input_read: Returns: (transfer full) (nullable): all of stdin, at most @limit bytes; %NULL when it is more or
 * cannot be read and the error has been told */
GBytes *cli_input_read (gsize limit);
/** cli_input_read_file: as cli_input_read(), of @path; `-` is stdin */
GBytes *cli_input_read_file (const char *path, gsize limit);

G_END_DECLS
