/* SPDX-License-Identifier: MIT */
/*
 * What the disk alone takes for durable files: create, write, fsync, rename into one directory, fsync that directory.
 *
 *   disk --directory DIR [--writers N] [--files N] [--size BYTES]
 *
 * Each writer does that for one file after another, as a mail server does for messages to one mailbox that shares
 * nothing between them. On standard output one JSON object, as load prints it.
 */
#include "waits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *directory;
  int writers;
  int files;
  int size;
  int work_fd;
  int target_fd;
  char *data;
  gint next; /* atomic */
} Disk;

static void
check (gboolean fine, const char *what)
{
  if (!fine)
    g_error ("%s: %s", what, g_strerror (errno));
}

static void
store (Disk *self, int number)
{
  g_autofree char *name = g_strdup_printf ("%d", number);
  int fd = openat (self->work_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  check (fd >= 0, "create");
  check (write (fd, self->data, (gsize) self->size) == self->size, "write");
  check (fsync (fd) == 0, "fsync");
  check (renameat (self->work_fd, name, self->target_fd, name) == 0, "rename");
  check (fsync (self->target_fd) == 0, "fsync of the directory");
  close (fd);
}

static gpointer
run_writer (gpointer data)
{
  Disk *self = data;
  Waits *waits = waits_new ();

  for (;;)
    {
      int number = g_atomic_int_add (&self->next, 1);
      gint64 start = g_get_monotonic_time ();

      if (number >= self->files)
        return waits;
      store (self, number);
      waits_add (waits, g_get_monotonic_time () - start);
    }
}

static void
run (Disk *self)
{
  g_autofree GThread **threads = g_new0 (GThread *, self->writers);
  g_autoptr (GArray) waits = waits_new ();
  gint64 start = g_get_monotonic_time ();

  for (int i = 0; i < self->writers; i++)
    threads[i] = g_thread_new ("writer", run_writer, self);
  for (int i = 0; i < self->writers; i++)
    waits_merge (waits, g_thread_join (threads[i]));
  start = g_get_monotonic_time () - start;
  waits_sort (waits);
  printf ("{\"accepted\": %u, \"seconds\": %.6f, \"p50_us\": %" G_GINT64_FORMAT ", \"p99_us\": %" G_GINT64_FORMAT "}\n",
          waits->len, (double) start / G_USEC_PER_SEC, waits_percentile (waits, 50), waits_percentile (waits, 99));
}

static int
open_directory (int at, const char *name)
{
  int fd;

  check (mkdirat (at, name, 0700) == 0 || errno == EEXIST, "mkdir");
  fd = openat (at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  check (fd >= 0, "open");
  return fd;
}

int
main (int argc, char **argv)
{
  Disk disk = { .writers = 1, .files = 100, .size = 4096 };
  g_autoptr (GError) error = NULL;
  const GOptionEntry options[] = { { "directory", 0, 0, G_OPTION_ARG_FILENAME, &disk.directory, "an empty directory",
                                     "DIR" },
                                   { "writers", 0, 0, G_OPTION_ARG_INT, &disk.writers, "how many at a time", "N" },
                                   { "files", 0, 0, G_OPTION_ARG_INT, &disk.files, "files in all", "N" },
                                   { "size", 0, 0, G_OPTION_ARG_INT, &disk.size, "bytes of a file", "BYTES" },
                                   { NULL } };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  int top;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || disk.directory == NULL || disk.files < 1)
    {
      fprintf (stderr, "disk: %s\n", error != NULL ? error->message : "--directory and files are needed");
      return 2;
    }
  top = open_directory (AT_FDCWD, disk.directory);
  disk.work_fd = open_directory (top, "work");
  disk.target_fd = open_directory (top, "target");
  disk.data = g_strnfill ((gsize) disk.size, 'x');
  run (&disk);
  g_free (disk.data);
  g_free (disk.directory);
  return 0;
}
