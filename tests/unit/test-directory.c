/* SPDX-License-Identifier: MIT */
/* Promises of core/io/directory.c, directory-iter.c and directory-empty.c, with openat2(2) and without. */
#include "io/directory.h"
#include "scratch-directory.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

static AimxDirectory *
open_root (const char *path, gconstpointer flags)
{
  g_autoptr (GError) error = NULL;
  AimxDirectory *root = aimx_directory_open_root (path, GPOINTER_TO_UINT (flags), &error);

  g_assert_no_error (error);
  return root;
}

static void
test_a_directory_is_reached_by_its_path (gconstpointer flags)
{
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) root = open_root (scratch, flags);
  g_autoptr (AimxDirectory) found = NULL;
  g_autoptr (AimxDirectory) missing = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *shown = g_strconcat (scratch, "/b.com/inbox/info", NULL);

  scratch_make_directory (scratch, "b.com/inbox/info");
  found = aimx_directory_open (root, "b.com/inbox/info", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (aimx_directory_get_path (found), ==, shown);

  missing = aimx_directory_open (root, "b.com/sent/info", &error);
  g_assert_null (missing);
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_NOT_FOUND);
}

static void
test_a_link_is_refused_at_every_place_in_a_path (gconstpointer flags)
{
  static const char *const links[] = { "link/inbox/info", "b.com/link/info", "b.com/inbox/link" };
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) root = open_root (scratch, flags);

  scratch_make_directory (scratch, "b.com/inbox/info");
  scratch_link (scratch, "b.com", "link");
  scratch_link (scratch, "inbox", "b.com/link");
  scratch_link (scratch, "/etc", "b.com/inbox/link");
  for (guint i = 0; i < G_N_ELEMENTS (links); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AimxDirectory) found = aimx_directory_open (root, links[i], &error);

      g_assert_null (found);
      g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
    }
}

static void
test_names_that_leave_the_directory_are_refused (gconstpointer flags)
{
  static const char *const names[] = { "", ".", "..", "../x", "a/..", "a//b", "/etc", "a/./b", "a/", "a/../../x" };
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) root = open_root (scratch, flags);

  scratch_make_directory (scratch, "a/b");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AimxDirectory) found = aimx_directory_open (root, names[i], &error);

      g_assert_null (found);
      g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
    }
}

static void
test_only_regular_files_are_opened (gconstpointer flags)
{
  static const char *const others[] = { "pipe", "link", "directory", "socket" };
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) root = open_root (scratch, flags);
  g_autofree char *pipe = g_build_filename (scratch, "pipe", NULL);
  g_autofree char *node = g_build_filename (scratch, "socket", NULL);
  g_autoptr (GError) file_error = NULL;
  struct stat info;
  int fd;

  scratch_write (scratch, "bundle/file", "text");
  scratch_link (scratch, "bundle/file", "link");
  scratch_make_directory (scratch, "directory");
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_cmpint (mknod (node, S_IFSOCK | 0600, 0), ==, 0);
  fd = aimx_directory_open_file (root, "bundle/file", &info, &file_error);
  g_assert_no_error (file_error);
  g_assert_cmpint (info.st_size, ==, 4);
  close (fd);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (aimx_directory_open_file (root, others[i], &info, &error), ==, -1);
      g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
    }
}

static void
test_a_made_directory_has_its_mode_whatever_the_umask (gconstpointer flags)
{
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) root = open_root (scratch, flags);
  g_autoptr (AimxDirectory) made = NULL;
  g_autoptr (AimxDirectory) again = NULL;
  g_autoptr (GError) error = NULL;
  mode_t umask_before = umask (0277);
  gboolean created;
  struct stat info;

  made = aimx_directory_make (root, "b.com", 0755, geteuid (), getegid (), &created, &error);
  umask (umask_before);
  g_assert_no_error (error);
  g_assert_true (created);
  g_assert_true (aimx_directory_get_info (made, &info, NULL));
  g_assert_cmpuint (info.st_mode & 07777, ==, 0755);

  again = aimx_directory_make (root, "b.com", 0700, geteuid (), getegid (), &created, &error);
  g_assert_no_error (error);
  g_assert_false (created);
  g_assert_true (aimx_directory_get_info (again, &info, NULL));
  g_assert_cmpuint (info.st_mode & 07777, ==, 0755);
}

static void
test_a_link_in_place_of_a_directory_to_make_is_refused (gconstpointer flags)
{
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) root = open_root (scratch, flags);
  g_autoptr (AimxDirectory) made = NULL;
  g_autoptr (GError) error = NULL;

  scratch_link (scratch, "/etc", "info");
  made = aimx_directory_make (root, "info", 0700, 1000, 1000, NULL, &error);
  g_assert_null (made);
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
}

static void
test_renaming_replaces_nothing (gconstpointer flags)
{
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) root = open_root (scratch, flags);
  g_autoptr (GError) error = NULL;

  scratch_write (scratch, "new/file", "new");
  scratch_make_directory (scratch, "taken");
  g_assert_false (aimx_directory_rename (root, "new", root, "taken", &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_true (aimx_directory_rename (root, "new", root, "free", &error));
  g_assert_true (scratch_exists (scratch, "free/file"));
}

static void
test_a_walk_names_every_entry_with_its_kind (gconstpointer flags)
{
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) root = open_root (scratch, flags);
  g_autoptr (AimxDirectoryIter) iter = NULL;
  g_autoptr (GError) error = NULL;
  guint counts[3] = { 0 };
  AimxDirectoryEntryType type;
  const char *name;

  /* More than one buffer holds. */
  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *file = g_strdup_printf ("a-message-with-a-name-of-some-length-%u.md", i);

      scratch_write (scratch, file, "");
    }
  scratch_make_directory (scratch, "bundle");
  scratch_link (scratch, "bundle", "link");
  iter = aimx_directory_iterate (root, &error);
  g_assert_no_error (error);
  while (aimx_directory_iter_next (iter, &name, &type, &error) && name != NULL)
    counts[type]++;
  g_assert_no_error (error);
  g_assert_cmpuint (counts[AIMX_DIRECTORY_ENTRY_FILE], ==, 2000);
  g_assert_cmpuint (counts[AIMX_DIRECTORY_ENTRY_DIRECTORY], ==, 1);
  g_assert_cmpuint (counts[AIMX_DIRECTORY_ENTRY_OTHER], ==, 1);
}

static void
test_emptying_follows_no_link (gconstpointer flags)
{
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) root = open_root (scratch, flags);
  g_autoptr (AimxDirectory) box = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *left = NULL;

  scratch_write (scratch, "precious/file", "kept");
  scratch_write (scratch, "box/one.md", "gone");
  scratch_write (scratch, "box/bundle/bundle.md", "gone");
  scratch_write (scratch, "box/bundle/deep/deeper/x", "gone");
  scratch_link (scratch, "../precious", "box/link");
  scratch_link (scratch, "../../precious", "box/bundle/link");
  scratch_link (scratch, "../../../../precious/file", "box/bundle/deep/deeper/link");
  box = aimx_directory_open (root, "box", &error);
  g_assert_true (aimx_directory_empty (box, &error));
  g_assert_no_error (error);
  left = scratch_list (scratch, "box");
  g_assert_cmpstr (left, ==, "");
  g_assert_true (scratch_exists (scratch, "precious/file"));
}

static void
nest (const char *scratch, guint depth)
{
  g_autofree char *top = g_build_filename (scratch, "box", NULL);
  int at;

  g_assert_cmpint (mkdir (top, 0755), ==, 0);
  at = open (top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (guint i = 0; i < depth; i++)
    {
      int next;

      g_assert_cmpint (mkdirat (at, "d", 0755), ==, 0);
      next = openat (at, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      g_assert_cmpint (next, >=, 0);
      close (at);
      at = next;
    }
  close (at);
}

static void
test_emptying_needs_few_descriptors_at_any_depth (gconstpointer flags)
{
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) root = open_root (scratch, flags);
  g_autoptr (AimxDirectory) box = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *left = NULL;
  struct rlimit before, low;

  /* Deeper than a path can be long, than descriptors are allowed, and than a stack would like. */
  nest (scratch, 5000);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  low = before;
  low.rlim_cur = 32;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &low), ==, 0);
  box = aimx_directory_open (root, "box", &error);
  g_assert_no_error (error);
  g_assert_true (aimx_directory_empty (box, &error));
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  g_assert_no_error (error);
  left = scratch_list (scratch, "box");
  g_assert_cmpstr (left, ==, "");
}

static void
enter_mount_namespace (void)
{
  int flags = geteuid () == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER;

  g_assert_cmpint (unshare (flags), ==, 0);
  g_assert_cmpint (mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), ==, 0);
}

static void
test_emptying_crosses_no_mount (gconstpointer flags)
{
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) root = NULL;
  g_autoptr (AimxDirectory) box = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *precious = g_build_filename (scratch, "precious", NULL);
  g_autofree char *mounted = g_build_filename (scratch, "box", "mounted", NULL);

  /* A namespace is a process's for good, hence a process of its own. */
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  enter_mount_namespace ();
  scratch_write (scratch, "precious/file", "kept");
  scratch_make_directory (scratch, "box/mounted");
  /* Of the same file system, so that the device number does not tell. */
  g_assert_cmpint (mount (precious, mounted, NULL, MS_BIND, NULL), ==, 0);
  root = open_root (scratch, flags);
  box = aimx_directory_open (root, "box", &error);
  g_assert_false (aimx_directory_empty (box, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  g_assert_true (scratch_exists (scratch, "precious/file"));
  g_assert_cmpint (umount (mounted), ==, 0);
}

static void
test_removing_a_tree_takes_whatever_is_there (gconstpointer flags)
{
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) root = open_root (scratch, flags);
  g_autoptr (GError) error = NULL;
  g_autofree char *left = NULL;

  scratch_write (scratch, "file", "");
  scratch_write (scratch, "tree/a/b", "");
  scratch_link (scratch, "/etc", "link");
  g_assert_true (aimx_directory_remove_tree (root, "file", &error));
  g_assert_true (aimx_directory_remove_tree (root, "tree", &error));
  g_assert_true (aimx_directory_remove_tree (root, "link", &error));
  g_assert_true (aimx_directory_remove_tree (root, "missing", &error));
  g_assert_no_error (error);
  left = scratch_list (scratch, ".");
  g_assert_cmpstr (left, ==, "");
}

static void
add (const char *promise, GTestDataFunc func)
{
  g_autofree char *fast = g_strconcat ("/directory/openat2/", promise, NULL);
  g_autofree char *slow = g_strconcat ("/directory/component-wise/", promise, NULL);

  g_test_add_data_func (fast, GUINT_TO_POINTER (AIMX_DIRECTORY_DEFAULT), func);
  g_test_add_data_func (slow, GUINT_TO_POINTER (AIMX_DIRECTORY_COMPONENT_WISE), func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("a-directory-is-reached-by-its-path", test_a_directory_is_reached_by_its_path);
  add ("a-link-is-refused-at-every-place-in-a-path", test_a_link_is_refused_at_every_place_in_a_path);
  add ("names-that-leave-the-directory-are-refused", test_names_that_leave_the_directory_are_refused);
  add ("only-regular-files-are-opened", test_only_regular_files_are_opened);
  add ("a-made-directory-has-its-mode-whatever-the-umask", test_a_made_directory_has_its_mode_whatever_the_umask);
  add ("a-link-in-place-of-a-directory-to-make-is-refused", test_a_link_in_place_of_a_directory_to_make_is_refused);
  add ("renaming-replaces-nothing", test_renaming_replaces_nothing);
  add ("a-walk-names-every-entry-with-its-kind", test_a_walk_names_every_entry_with_its_kind);
  add ("emptying-follows-no-link", test_emptying_follows_no_link);
  add ("emptying-needs-few-descriptors-at-any-depth", test_emptying_needs_few_descriptors_at_any_depth);
  add ("emptying-crosses-no-mount", test_emptying_crosses_no_mount);
  add ("removing-a-tree-takes-whatever-is-there", test_removing_a_tree_takes_whatever_is_there);
  return g_test_run ();
}
