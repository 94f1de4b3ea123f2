/* SPDX-License-Identifier: MIT */
/*
 * A walk over the top-level keys of TOML text that tells where each value is without building any. A pure function over
 * bytes, which may be anything.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * AimxTomlEntry:
 * @line: where the line of the key begins
 * @key: the key as written, dots and quotes too
 * @key_length: its length
 * @value: where its value begins
 * @value_end: where it ends
 * @line_end: where the line of the end of the value ends, its line feed included
 *
 * One key and its value.
 */
typedef struct
{
  const char *line;
  const char *key;
  gsize key_length;
  const char *value;
  const char *value_end;
  const char *line_end;
} AimxTomlEntry;

/** AimxTomlScanResult: what aimx_toml_scan_next() came to */
typedef enum
{
  AIMX_TOML_SCAN_ENTRY,
  AIMX_TOML_SCAN_END,     /* of the text, or the first table header */
  AIMX_TOML_SCAN_UNENDED, /* a value that does not end */
} AimxTomlScanResult;

/**
 * aimx_toml_scan_next:
 * @at: (inout): where to go on; at the end of the top level it stays before the table header
 * @end: end of the text
 * @entry: (out): what was found
 *
 * Lines that are neither empty nor a comment nor a key with a value are passed over.
 */
AimxTomlScanResult aimx_toml_scan_next (const char **at, const char *end, AimxTomlEntry *entry);

/** aimx_toml_unquote: Returns: (transfer full) (nullable): the text of a string value of any of TOML's four forms;
 * %NULL when it is none, or holds what no string of a program can (NUL, invalid UTF-8) */
char *aimx_toml_unquote (const char *value, const char *end);

G_END_DECLS
