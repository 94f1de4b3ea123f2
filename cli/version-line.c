/* SPDX-License-Identifier: MIT */
/* The version line. */
#include "version-line.h"

#include "display.h"

#include "wire/version.h"

#include <stdio.h>

static const char *
or_unknown (const char *text)
{
  return text != NULL ? text : "unknown";
}

char *
cli_version_format (const char *tag, const char *commit, const char *target, const char *date)
{
  g_autofree char *line = g_strdup_printf ("AIMX (AI Mail Exchange) version %s (%s) %s built %s", or_unknown (tag),
                                           or_unknown (commit), or_unknown (target), or_unknown (date));

  return cli_display (line);
}

void
cli_version_print (void)
{
  g_autofree char *line = cli_version_format (aimx_version_get_tag (), aimx_version_get_commit (),
                                              aimx_version_get_target (), aimx_version_get_date ());

  puts (line);
}
