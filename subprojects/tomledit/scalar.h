/* SPDX-License-Identifier: MIT */
/*
 * Numbers, dates and strings: from the characters of one value to the value. No state, no document.
 */
#pragma once

#include "tomledit.h"

/**
 * TomlScalar:
 *
 * One value read; @text is owned.
 */
typedef struct
{
  TomlType type;
  char *text;
  gsize text_length;
  gint64 integer;
  double number;
} TomlScalar;

/* Why a scalar is refused, and where, as an offset from its start. */
typedef struct
{
  TomlError code;
  gsize offset;
  const char *why;
} TomlFault;

/**
 * toml_scan_string:
 * @text: begins with a quote
 * @end: end of the document
 * @multiline: whether three quotes may open a multi-line string
 * @scalar: (out): the string
 * @fault: (out): why not
 *
 * Returns: bytes taken, 0 on a fault
 */
gsize toml_scan_string (const char *text, const char *end, gboolean multiline, TomlScalar *scalar, TomlFault *fault);

/**
 * toml_scan_plain:
 * @text: a boolean, number or date
 * @length: all of it
 * @scalar: (out): the value
 * @fault: (out): why not
 */
gboolean toml_scan_plain (const char *text, gsize length, TomlScalar *scalar, TomlFault *fault);
