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

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxSpoolRoom, g_atomic_rc_box_release)

static AimxSpool *
spool_new (AimxDirectory *directory)
{
  g_autoptr (AimxSpoolRoom) room = aimx_spool_room_new ();

  return aimx_spool_new (directory, room);
}

static void
check_in_memory (AimxSpool *spool, gsize size)
{
  g_autofree char *text = g_strnfill (size, 'x');
  g_autoptr (GBytes) bytes = NULL;

  g_assert_true (aimx_spool_reserve_memory (spool, size));
  g_assert_true (aimx_spool_append (spool, text, size, NULL));
  g_assert_false (aimx_spool_reserve_memory (spool, 1));
  g_assert_true (aimx_spool_reserve_memory (spool, 0));
  bytes = aimx_spool_seal (spool, NULL);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, size);
}

static void
test_most_messages_never_meet_the_disk (void)
{
  g_autoptr (AimxSpool) spool = spool_new (NULL);

  check_in_memory (spool, AIMX_SPOOL_MEMORY_MAX);
}

static void
test_small_messages_need_no_room (void)
{
  g_autoptr (AimxSpoolRoom) room = aimx_spool_room_new ();
  g_autoptr (AimxSpool) spool = aimx_spool_new (NULL, room);

  room->used = AIMX_SPOOL_ROOM;
  check_in_memory (spool, AIMX_SPOOL_MEMORY_MIN);
  g_assert_cmpint (room->used, ==, AIMX_SPOOL_ROOM);
}

static void
test_large_messages_share_the_room (void)
{
  g_autoptr (AimxSpoolRoom) room = aimx_spool_room_new ();
  g_autoptr (AimxSpool) full = aimx_spool_new (NULL, room);
  g_autoptr (AimxSpool) next = aimx_spool_new (NULL, room);
  GBytes *bytes;

  room->used = AIMX_SPOOL_ROOM - (AIMX_SPOOL_MEMORY_MAX - AIMX_SPOOL_MEMORY_MIN);
  g_assert_true (aimx_spool_reserve_memory (full, AIMX_SPOOL_MEMORY_MAX));
  g_assert_cmpint (room->used, ==, AIMX_SPOOL_ROOM);
  g_assert_true (aimx_spool_append (full, "x", 1, NULL));
  g_assert_true (aimx_spool_reserve_memory (full, AIMX_SPOOL_MEMORY_MAX - 1));
  g_assert_false (aimx_spool_reserve_memory (next, AIMX_SPOOL_MEMORY_MIN + 1));
  bytes = aimx_spool_seal (full, NULL);
  g_assert_false (aimx_spool_reserve_memory (next, AIMX_SPOOL_MEMORY_MIN + 1));
  g_bytes_unref (bytes);
  g_assert_true (aimx_spool_reserve_memory (next, AIMX_SPOOL_MEMORY_MIN + 1));
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

  fill (spool, expected, AIMX_SPOOL_MEMORY_MAX + 1024 * 1024);
  g_assert_false (aimx_spool_reserve_memory (spool, 1));
  g_assert_cmpuint (aimx_spool_get_size (spool), ==, expected->len);
  bytes = aimx_spool_seal (spool, NULL);
  g_object_unref (spool);
  /* The bytes outlive the spool. */
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected->data, expected->len);
}

static void
test_larger_messages_are_in_a_file_without_a_name (void)
{
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) directory = open_directory (scratch);
  g_autofree char *names = NULL;

  check_large_message (spool_new (directory));
  names = scratch_list (scratch, ".");
  g_assert_cmpstr (names, ==, "");
}

static void
test_what_is_in_a_file_takes_no_room (void)
{
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) directory = open_directory (scratch);
  g_autoptr (AimxSpoolRoom) room = aimx_spool_room_new ();
  g_autoptr (AimxSpool) spool = aimx_spool_new (directory, room);
  g_autoptr (GByteArray) written = g_byte_array_new ();

  fill (spool, written, AIMX_SPOOL_MEMORY_MAX / 2);
  g_assert_cmpint (room->used, >=, AIMX_SPOOL_MEMORY_MAX / 2 - AIMX_SPOOL_MEMORY_MIN);
  fill (spool, written, AIMX_SPOOL_MEMORY_MAX * 2);
  g_assert_cmpint (room->used, ==, 0);
}

static void
test_a_spool_for_reading_takes_no_large_message (void)
{
  g_autoptr (AimxSpool) spool = spool_new (NULL);
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
  check_large_message (spool_new (directory));
  g_assert_true (aimx_fault_set_plan (NULL, NULL));
  names = scratch_list (scratch, ".");
  g_assert_cmpstr (names, ==, "");
}

static void
test_a_message_with_a_hole_is_never_sealed (void)
{
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autoptr (AimxDirectory) directory = open_directory (scratch);
  g_autoptr (AimxSpool) spool = spool_new (directory);
  g_autoptr (GByteArray) written = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  fill (spool, written, AIMX_SPOOL_MEMORY_MAX * 2);
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
  g_test_add_func ("/spool/most-messages-never-meet-the-disk", test_most_messages_never_meet_the_disk);
  g_test_add_func ("/spool/small-messages-need-no-room", test_small_messages_need_no_room);
  g_test_add_func ("/spool/large-messages-share-the-room", test_large_messages_share_the_room);
  g_test_add_func ("/spool/larger-messages-are-in-a-file-without-a-name",
                   test_larger_messages_are_in_a_file_without_a_name);
  g_test_add_func ("/spool/what-is-in-a-file-takes-no-room", test_what_is_in_a_file_takes_no_room);
  g_test_add_func ("/spool/a-spool-for-reading-takes-no-large-message",
                   test_a_spool_for_reading_takes_no_large_message);
#ifdef AIMX_TEST_SEAMS
  g_test_add_func ("/spool/file-systems-without-nameless-files-do-as-well",
                   test_file_systems_without_nameless_files_do_as_well);
  g_test_add_func ("/spool/a-message-with-a-hole-is-never-sealed", test_a_message_with_a_hole_is_never_sealed);
#endif
  return g_test_run ();
}
