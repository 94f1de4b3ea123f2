/* SPDX-License-Identifier: MIT */
#include "input.h"

#include "errors.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define CHUNK (64 * 1024)

/* @name: of what is read, for people */
static GBytes *
read_all (int fd, const char *name, gsize limit)
{
  g_autoptr (GByteArray) read_so_far = g_byte_array_new ();

  for (;;)
    {
      guint8 chunk[CHUNK];
      gssize n = read (fd, chunk, sizeof chunk);

      if (n == 0)
        return g_byte_array_free_to_bytes (g_steal_pointer (&read_so_far));
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        cli_error (NULL, "cannot read %s: %s", name, g_strerror (errno));
      else if ((gsize) n > limit - read_so_far->len)
        cli_error (NULL, "%s is longer than the %" G_GSIZE_FORMAT " bytes that may be sent", name, limit);
      else
        {
          g_byte_array_append (read_so_far, chunk, (guint) n);
          continue;
        }
      return NULL;
    }
}

GBytes *
cli_input_read (gsize limit)
{
  return read_all (STDIN_FILENO, "standard input", limit);
}

GBytes *
cli_input_read_file (const char *path, gsize limit)
{
  GBytes *bytes;
  int fd;

  if (strcmp (path, "-") == 0)
    return cli_input_read (limit);
  fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0)
    {
      cli_error (NULL, "cannot read %s: %s", path, g_strerror (errno));
      return NULL;
    }
  bytes = read_all (fd, path, limit);
  close (fd);
  return bytes;
}
