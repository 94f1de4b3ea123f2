/* SPDX-License-Identifier: MIT */
/* The verbs of this module, a file each. Their handlers get the #DkimSigner. */
#pragma once

#include <aimx/aimx.h>

G_BEGIN_DECLS

extern const AimxVerbSpec dkim_keygen_verb;
extern const AimxVerbSpec dkim_show_verb;
extern const AimxVerbSpec domain_rotate_dkim_verb;

G_END_DECLS
