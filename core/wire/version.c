/* SPDX-License-Identifier: MIT */
/* Which build this is: what meson and git said when it was made. */
#include "wire/version.h"

#include "version-build.h"

static const struct
{
  const char *commit;
  const char *date;
} revision = { AIMX_BUILD_REVISION };

const char *
aimx_version_get_tag (void)
{
  return AIMX_BUILD_TAG;
}

const char *
aimx_version_get_commit (void)
{
  return revision.commit;
}

const char *
aimx_version_get_target (void)
{
  return AIMX_BUILD_TARGET;
}

const char *
aimx_version_get_date (void)
{
  return revision.date;
}
