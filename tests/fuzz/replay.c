/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzzer's entry point over its corpus directory, so that what was once found stays found without libFuzzer.
 */
#include <glib.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;
  guint count = 0;

  if (argc != 2)
    {
      g_printerr ("usage: %s CORPUS-DIRECTORY\n", argv[0]);
      return 2;
    }
  dir = g_dir_open (argv[1], 0, &error);
  while (dir != NULL && error == NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (argv[1], name, NULL);
      g_autofree char *text = NULL;
      gsize length;

      if (g_file_get_contents (path, &text, &length, &error))
        {
          LLVMFuzzerTestOneInput ((const uint8_t *) text, length);
          count++;
        }
    }
  if (error != NULL || count == 0)
    {
      g_printerr ("%s: %s\n", argv[1], error != NULL ? error->message : "no corpus");
      return 1;
    }
  g_print ("%u inputs\n", count);
  return 0;
}
