/* SPDX-License-Identifier: MIT */
/* The service that verifies: it begins checks, and has no state. */
#pragma once

#include <aimx/signature-check.h>

G_BEGIN_DECLS

#define DKIM_TYPE_CHECKER (dkim_checker_get_type ())
G_DECLARE_FINAL_TYPE (DkimChecker, dkim_checker, DKIM, CHECKER, GObject)

G_END_DECLS
