/* SPDX-License-Identifier: MIT */
/* Promises of core/error.c. */
#include <aimx/error.h>

#include <errno.h>

static void
test_every_code_has_a_face_at_each_door (void)
{
  for (int code = 0; code <= AIMX_ERROR_MODULE; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (AIMX_ERROR, code, "x");

      g_assert_nonnull (aimx_error_get_wire_code (error));
      g_assert_cmpuint (strlen (aimx_error_get_smtp_reply (error)), ==, strlen ("451 4.3.0"));
    }
}

static void
test_foreign_errors_are_temporary (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "x");

  g_assert_cmpstr (aimx_error_get_wire_code (error), ==, "IO");
  g_assert_cmpstr (aimx_error_get_smtp_reply (error), ==, "451 4.3.0");
}

static void
test_full_disk_is_its_own_code (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (aimx_error_set_errno (&error, ENOSPC, "write %s", "/x"));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_NO_SPACE);
  g_assert_cmpstr (aimx_error_get_smtp_reply (error), ==, "452 4.3.1");
  g_assert_true (g_str_has_prefix (error->message, "write /x: "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/every-code-has-a-face-at-each-door", test_every_code_has_a_face_at_each_door);
  g_test_add_func ("/error/foreign-errors-are-temporary", test_foreign_errors_are_temporary);
  g_test_add_func ("/error/full-disk-is-its-own-code", test_full_disk_is_its_own_code);
  return g_test_run ();
}
