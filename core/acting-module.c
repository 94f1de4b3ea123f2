/* SPDX-License-Identifier: MIT */
/* Whose code runs on a thread. */
#include "acting-module.h"

static _Thread_local const char *acting;

const char *
aimx_acting_module_get (void)
{
  return acting;
}

const char *
aimx_acting_module_set (const char *name)
{
  const char *before = acting;

  acting = name;
  return before;
}
