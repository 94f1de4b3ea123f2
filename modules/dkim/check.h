/* SPDX-License-Identifier: MIT */
/*
 * The check of one message: which signatures it has, which keys they need, and what becomes of them. Its parts are pure
 * functions (verify/); this ties them together.
 */
#pragma once

#include <aimx/signature-check.h>

G_BEGIN_DECLS

#define DKIM_TYPE_CHECK (dkim_check_get_type ())
G_DECLARE_FINAL_TYPE (DkimCheck, dkim_check, DKIM, CHECK, GObject)

/** dkim_check_new: Returns: (transfer full): a check of a message that was received @at, in seconds since the epoch */
DkimCheck *dkim_check_new (gint64 at);

G_END_DECLS
