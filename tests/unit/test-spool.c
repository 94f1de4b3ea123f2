/* SPDX-License-Identifier: MIT */
/* Promises of core/mail/spool.c. */
#include "io/fault.h"
#include "mail/spool-private.h"
#include "scratch-directory.h"

static AimxDirectory *
open_directory (const char *path)
{
  return aimx_directory_open_root (path, AIMX_DIRECTORY_DEFAULT, NULL);
}

static void
test_small_messages_never_meet_the_disk (void)
{
  g_autoptr (AimxSpool) spool = aimx_spool_new (NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = g_strnfill (AIMX_SPOOL_MEMORY_MAX, 'x');

  g_assert_true (aimx_spool_fits_memory (spool, AIMX_SPOOL_MEMORY_MAX));
  g_assert_true (aimx_spool_append (spool, text, AIMX_SPOOL_MEMORY_MAX, NULL));
  g_assert_false (aimx_spool_fits_memory (spool, 1));
  g_assert_true (aimx_spool_fits_memory (spool, 0));
  bytes = aimx_spool_seal (spool, NULL);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, AIMX_SPOOL_MEMORY_MAX);
}

static void
fill (AimxSpool *spool, GByteArray *expected, gsize size)
{
  while (expected->len < size)
    {
      guint32 piece[250];

      for (guint i = 0; i < G_N_ELEMENTS (piece); i++)
        piece[i] = (guint32) g_test_rand_int ();
      g_byte_array_append (expected, (const guint8 *) piece, sizeof piece);
      g_assert_true (aimx_spool_append (spool, piece, sizeof piece, NULL));
    }
}

static void
check_large_message (AimxSpool *spool)
{
  g_autoptr (GByteArray) expected = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;

  fill (spool, expected, 1024 * 1024);
  g_assert_false (aimx_spool_fits_memory (spool, 1));
  g_assert_cmpuint (aimx_spool_get_size (spool), ==, expected->len);
  bytes = aimx_spool_seal (spool, NULL);
  g_object_unref (spool);
  /* The bytes outlive the spool. */
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected->data, expected->len);
}

static void
test_large_messages_are_in_a_file_without_a_name (void)
{
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) directory = open_directory (scratch);
  g_autofree char *names = NULL;

  check_large_message (aimx_spool_new (directory));
  names = scratch_list (scratch, ".");
  g_assert_cmpstr (names, ==, "");
}

static void
test_a_spool_for_reading_takes_no_large_message (void)
{
  g_autoptr (AimxSpool) spool = aimx_spool_new (NULL);
  g_autofree char *text = g_strnfill (AIMX_SPOOL_MEMORY_MAX + 1, 'x');
  g_autoptr (GError) error = NULL;

  g_assert_false (aimx_spool_append (spool, text, AIMX_SPOOL_MEMORY_MAX + 1, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_IO);
}

#ifdef AIMX_TEST_SEAMS

static void
test_file_systems_without_nameless_files_do_as_well (void)
{
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) directory = open_directory (scratch);
  g_autofree char *names = NULL;

  g_assert_true (aimx_fault_set_plan ("open:1:EINVAL,write:3:short,write:7:EINTR", NULL));
  check_large_message (aimx_spool_new (directory));
  g_assert_true (aimx_fault_set_plan (NULL, NULL));
  names = scratch_list (scratch, ".");
  g_assert_cmpstr (names, ==, "");
}

static void
test_a_message_with_a_hole_is_never_sealed (void)
{
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) directory = open_directory (scratch);
  g_autoptr (AimxSpool) spool = aimx_spool_new (directory);
  g_autoptr (GByteArray) written = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  fill (spool, written, 200 * 1024);
  g_assert_true (aimx_fault_set_plan ("write:1:ENOSPC", NULL));
  g_assert_false (aimx_spool_append (spool, "x", 1, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_NO_SPACE);
  g_clear_error (&error);
  g_assert_true (aimx_fault_set_plan (NULL, NULL));
  g_assert_false (aimx_spool_append (spool, "x", 1, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_IO);
  g_clear_error (&error);
  g_assert_null (aimx_spool_seal (spool, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_IO);
}

#endif

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spool/small-messages-never-meet-the-disk", test_small_messages_never_meet_the_disk);
  g_test_add_func ("/spool/large-messages-are-in-a-file-without-a-name",
                   test_large_messages_are_in_a_file_without_a_name);
  g_test_add_func ("/spool/a-spool-for-reading-takes-no-large-message",
                   test_a_spool_for_reading_takes_no_large_message);
#ifdef AIMX_TEST_SEAMS
  g_test_add_func ("/spool/file-systems-without-nameless-files-do-as-well",
                   test_file_systems_without_nameless_files_do_as_well);
  g_test_add_func ("/spool/a-message-with-a-hole-is-never-sealed", test_a_message_with_a_hole_is_never_sealed);
#endif
  return g_test_run ();
}
