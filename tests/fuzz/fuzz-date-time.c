/* SPDX-License-Identifier: MIT */
/* Any bytes as a Date field: there is no time, or one of RFC 3339 that GLib reads. */
#include "parser/date-time.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = date_time_to_rfc3339 ((const char *) data, size);
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;

  g_assert_true ((text == NULL) == (time == NULL));
  return 0;
}
