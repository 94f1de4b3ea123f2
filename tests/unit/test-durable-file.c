/* SPDX-License-Identifier: MIT */
/* Promises of core/io/durable-file.c, for files with a temporary name and without any. */
#include "io/durable-file.h"
#include "io/fault.h"
#include "scratch-directory.h"

#include <string.h>

typedef struct
{
  ScratchDirectory *scratch;
  AimxDirectory *spool;
  AimxDirectory *box;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (AimxDirectory) root = NULL;

  f->scratch = scratch_directory_new ();
  scratch_make_directory (f->scratch, "spool");
  scratch_make_directory (f->scratch, "box");
  root = aimx_directory_open_root (f->scratch, AIMX_DIRECTORY_DEFAULT, NULL);
  f->spool = aimx_directory_open (root, "spool", NULL);
  f->box = aimx_directory_open (root, "box", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  aimx_directory_unref (f->spool);
  aimx_directory_unref (f->box);
  scratch_directory_free (f->scratch);
}

static AimxDurableFile *
write_file (Fixture *f, gconstpointer name, const char *text)
{
  g_autoptr (GError) error = NULL;
  AimxDurableFile *file = aimx_durable_file_new (f->spool, name, &error);

  g_assert_no_error (error);
  g_assert_true (aimx_durable_file_write (file, text, strlen (text), &error));
  g_assert_true (aimx_durable_file_sync (file, &error));
  g_assert_no_error (error);
  return file;
}

static void
assert_entries (Fixture *f, const char *directory, const char *expected)
{
  g_autofree char *names = scratch_list (f->scratch, directory);

  g_assert_cmpstr (names, ==, expected);
}

static void
test_a_file_appears_complete (Fixture *f, gconstpointer name)
{
  g_autoptr (AimxDurableFile) file = write_file (f, name, "a message");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *path = g_build_filename (f->scratch, "box", "m.md", NULL);
  struct stat info;

  assert_entries (f, "box", "");
  g_assert_cmpuint (aimx_durable_file_get_size (file), ==, 9);
  g_assert_true (aimx_durable_file_publish (file, f->box, "m.md", &error));
  g_assert_no_error (error);
  g_clear_pointer (&file, aimx_durable_file_free);
  text = scratch_read (f->scratch, "box/m.md");
  g_assert_cmpstr (text, ==, "a message");
  g_assert_cmpint (lstat (path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0600);
  g_assert_cmpuint (info.st_nlink, ==, 1);
  assert_entries (f, "spool", "");
}

static void
test_publishing_replaces_nothing_not_even_a_dangling_link (Fixture *f, gconstpointer name)
{
  g_autoptr (AimxDurableFile) file = write_file (f, name, "new");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  scratch_write (f->scratch, "box/taken.md", "old");
  scratch_link (f->scratch, "nowhere", "box/link.md");
  g_assert_false (aimx_durable_file_publish (file, f->box, "taken.md", &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (aimx_durable_file_publish (file, f->box, "link.md", &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  text = scratch_read (f->scratch, "box/taken.md");
  g_assert_cmpstr (text, ==, "old");
  g_assert_false (scratch_exists (f->scratch, "box/nowhere"));
}

static void
test_an_unpublished_file_leaves_no_trace (Fixture *f, gconstpointer name)
{
  AimxDurableFile *file = write_file (f, name, "never seen");

  aimx_durable_file_free (file);
  assert_entries (f, "spool", "");
  assert_entries (f, "box", "");
}

static void
test_replacing_takes_the_place_of_a_link_not_of_its_target (Fixture *f, gconstpointer name)
{
  g_autoptr (AimxDurableFile) file = write_file (f, "named", "new");
  g_autoptr (GError) error = NULL;
  g_autofree char *precious = NULL;
  g_autofree char *text = NULL;

  scratch_write (f->scratch, "precious", "kept");
  scratch_link (f->scratch, "../precious", "box/m.md");
  g_assert_true (aimx_durable_file_replace (file, f->box, "m.md", &error));
  precious = scratch_read (f->scratch, "precious");
  text = scratch_read (f->scratch, "box/m.md");
  g_assert_cmpstr (precious, ==, "kept");
  g_assert_cmpstr (text, ==, "new");
}

static void
test_this_file_system_has_nameless_files (Fixture *f, gconstpointer name)
{
  g_assert_true (aimx_durable_file_can_be_nameless (f->spool));
  assert_entries (f, "spool", "");
}

#ifdef AIMX_TEST_SEAMS

static void
plan (const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (aimx_fault_set_plan (text, &error));
  g_assert_no_error (error);
}

static void
test_short_and_interrupted_writes_go_on (Fixture *f, gconstpointer name)
{
  g_autoptr (AimxDurableFile) file = aimx_durable_file_new (f->spool, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  plan ("write:1:short,write:2:EINTR,write:3:short,sync:1:EINTR,rename:1:EINTR,link:1:EINTR");
  g_assert_true (aimx_durable_file_write (file, "0123456789", 10, &error));
  g_assert_true (aimx_durable_file_sync (file, &error));
  g_assert_true (aimx_durable_file_publish (file, f->box, "m.md", &error));
  plan (NULL);
  g_assert_no_error (error);
  text = scratch_read (f->scratch, "box/m.md");
  g_assert_cmpstr (text, ==, "0123456789");
}

static void
test_a_full_disk_is_said_to_be_full (Fixture *f, gconstpointer name)
{
  g_autoptr (AimxDurableFile) file = aimx_durable_file_new (f->spool, name, NULL);
  g_autoptr (GError) error = NULL;

  plan ("write:1:ENOSPC");
  g_assert_false (aimx_durable_file_write (file, "x", 1, &error));
  plan (NULL);
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_NO_SPACE);
}

static void
test_file_systems_without_exclusive_rename_do_as_well (Fixture *f, gconstpointer name)
{
  g_autoptr (AimxDurableFile) file = write_file (f, "named", "text");
  g_autoptr (AimxDurableFile) second = write_file (f, "second", "text");
  g_autoptr (GError) error = NULL;

  plan ("rename:1+:EINVAL");
  g_assert_true (aimx_durable_file_publish (file, f->box, "m.md", &error));
  g_assert_no_error (error);
  g_assert_false (aimx_durable_file_publish (second, f->box, "m.md", &error));
  plan (NULL);
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  assert_entries (f, "spool", "second");
  assert_entries (f, "box", "m.md");
}

static void
test_a_link_whose_old_name_stays_is_taken_back (Fixture *f, gconstpointer name)
{
  g_autoptr (AimxDurableFile) file = write_file (f, "named", "text");
  g_autoptr (GError) error = NULL;

  plan ("rename:1+:EINVAL,unlink:1:EIO");
  g_assert_false (aimx_durable_file_publish (file, f->box, "m.md", &error));
  plan (NULL);
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_IO);
  g_clear_pointer (&file, aimx_durable_file_free);
  assert_entries (f, "spool", "");
  assert_entries (f, "box", "");
}

#endif

static void
add (const char *promise, void (*func) (Fixture *, gconstpointer))
{
  g_autofree char *named = g_strconcat ("/durable-file/named/", promise, NULL);
  g_autofree char *nameless = g_strconcat ("/durable-file/nameless/", promise, NULL);

  g_test_add (named, Fixture, "temporary", set_up, func, tear_down);
  g_test_add (nameless, Fixture, NULL, set_up, func, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("a-file-appears-complete", test_a_file_appears_complete);
  add ("publishing-replaces-nothing-not-even-a-dangling-link",
       test_publishing_replaces_nothing_not_even_a_dangling_link);
  add ("an-unpublished-file-leaves-no-trace", test_an_unpublished_file_leaves_no_trace);
  g_test_add ("/durable-file/replacing-takes-the-place-of-a-link-not-of-its-target", Fixture, NULL, set_up,
              test_replacing_takes_the_place_of_a_link_not_of_its_target, tear_down);
  g_test_add ("/durable-file/this-file-system-has-nameless-files", Fixture, NULL, set_up,
              test_this_file_system_has_nameless_files, tear_down);
#ifdef AIMX_TEST_SEAMS
  add ("short-and-interrupted-writes-go-on", test_short_and_interrupted_writes_go_on);
  add ("a-full-disk-is-said-to-be-full", test_a_full_disk_is_said_to_be_full);
  g_test_add ("/durable-file/file-systems-without-exclusive-rename-do-as-well", Fixture, NULL, set_up,
              test_file_systems_without_exclusive_rename_do_as_well, tear_down);
  g_test_add ("/durable-file/a-link-whose-old-name-stays-is-taken-back", Fixture, NULL, set_up,
              test_a_link_whose_old_name_stays_is_taken_back, tear_down);
#endif
  return g_test_run ();
}
