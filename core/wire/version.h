/* SPDX-License-Identifier: MIT */
/*
 * Which build this is. Static strings; nothing depends on the time or place of building (reproducible builds).
 */
#pragma once

#include <aimx/abi.h>

G_BEGIN_DECLS

/** aimx_version_get_tag: Returns: (transfer none): the release tag without `v`, or `dev` */
AIMX_API const char *aimx_version_get_tag (void);
/** aimx_version_get_commit: Returns: (transfer none): the short commit, `0000000` without git */
AIMX_API const char *aimx_version_get_commit (void);
/** aimx_version_get_target: Returns: (transfer none): the target triple, such as `x86_64-linux-gnu` */
AIMX_API const char *aimx_version_get_target (void);
/** aimx_version_get_date: Returns: (transfer none): the date of the commit, `YYYY-MM-DD` */
AIMX_API const char *aimx_version_get_date (void);

G_END_DECLS
