/* SPDX-License-Identifier: MIT */
/*
 * What a module lets its operator set, in `[plugin.<name>]` of the configuration. The module says once what there is;
 * the server sees to it that a value of the wrong kind never reaches it, and warns about keys that nobody knows.
 */
#pragma once

#include <aimx/abi.h>

G_BEGIN_DECLS

/**
 * AimxSettingSpec:
 * @name: the key, `[a-z][a-z0-9_]*`; the array of settings ends with a %NULL name
 * @type: `s` a string, `b` a boolean, `x` an integer, `as` strings
 * @fallback: what it is when it is not set, as g_variant_parse() reads it: `'Hello'`, `true`, `60`, `['a', 'b']`
 * @minimum: of an integer
 * @maximum: of an integer; 0 with @minimum 0: any
 * @summary: one line for people
 *
 * Static data of the module.
 */
typedef struct
{
  const char *name;
  const char *type;
  const char *fallback;
  gint64 minimum;
  gint64 maximum;
  const char *summary;
  gpointer reserved[4];
} AimxSettingSpec;

G_END_DECLS
