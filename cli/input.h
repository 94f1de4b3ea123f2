/* SPDX-License-Identifier: MIT */
/* What comes on standard input. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** cli_input_read: Returns: (transfer full) (nullable): all of stdin, at most @limit bytes; %NULL when it is more or
 * cannot be read and the error has been told */
GBytes *cli_input_read (gsize limit);

G_END_DECLS
