/* SPDX-License-Identifier: MIT */
#include <aimx/utf8.h>

#include <string.h>

#define EACH_BYTE(value) (G_GUINT64_CONSTANT (0x0101010101010101) * (value))

/* Whether the next eight bytes are ASCII without NUL; a byte of 0 borrows from its highest bit, and may make those
 * after it look like one, which costs time only. */
static gboolean
is_plain (const char *at)
{
  guint64 bytes;

  memcpy (&bytes, at, sizeof bytes);
  return ((bytes | (bytes - EACH_BYTE (1))) & EACH_BYTE (0x80)) == 0;
}

gboolean
aimx_utf8_validate (const char *text, gsize length, const char **end)
{
  const char *at = text, *stop = text + length;

  while (at < stop)
    {
      if (stop - at >= (gssize) sizeof (guint64) && is_plain (at))
        {
          at += sizeof (guint64);
          continue;
        }
      if (*at == '\0' || (gint32) g_utf8_get_char_validated (at, stop - at) < 0)
        break;
      at = aimx_utf8_next (at);
    }
  if (end != NULL)
    *end = at;
  return at == stop;
}
