/* SPDX-License-Identifier: MIT */
/* Reading standard input. */
#include "input.h"

#include "errors.h"

#include <errno.h>
#include <unistd.h>

#define CHUNK (64 * 1024)

GBytes *
cli_input_read (gsize limit)
{
  g_autoptr (GByteArray) read_so_far = g_byte_array_new ();

  for (;;)
    {
      guint8 chunk[CHUNK];
      gssize n = read (STDIN_FILENO, chunk, sizeof chunk);

      if (n == 0)
        return g_byte_array_free_to_bytes (g_steal_pointer (&read_so_far));
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        cli_error (NULL, "cannot read standard input: %s", g_strerror (errno));
      else if ((gsize) n > limit - read_so_far->len)
        cli_error (NULL, "standard input is longer than the %" G_GSIZE_FORMAT " bytes that may be sent", limit);
      else
        {
          g_byte_array_append (read_so_far, chunk, (guint) n);
          continue;
        }
      return NULL;
    }
}
