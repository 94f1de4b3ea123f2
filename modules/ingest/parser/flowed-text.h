/* SPDX-License-Identifier: MIT */
/*
 * Text of `format=flowed; delsp=yes` (RFC 3676), whose sender broke lines within words and links.
 *
 * Without `delsp` lines are broken between words, and stay as they are.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** flowed_text_join: makes one of lines that were one, in @text from @start on; linear time */
void flowed_text_join (GString *text, gsize start);

G_END_DECLS
