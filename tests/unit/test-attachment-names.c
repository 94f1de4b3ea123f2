/* SPDX-License-Identifier: MIT */
/* Promises of core/mail/attachment-names.c. */
#include "mail/attachment-names.h"

#include <string.h>

static void
assert_name (AimxAttachmentNames *names, const char *declared, guint index, const char *expected)
{
  g_autofree char *name = aimx_attachment_names_add (names, declared, index);

  g_assert_cmpstr (name, ==, expected);
}

static void
test_what_strangers_declare_is_made_safe (void)
{
  static const struct
  {
    const char *declared;
    const char *name;
  } cases[] = {
    { "report.pdf", "report.pdf" },
    { "../../etc/passwd", "passwd" },
    { "C:\\Users\\x\\report.pdf", "report.pdf" },
    { "folder/", "folder" },
    { "..", "attachment-7" },
    { "", "attachment-7" },
    { NULL, "attachment-7" },
    { " ._-hidden-_. ", "hidden" },
    { ".bashrc", "bashrc" },
    { "a\nb\r\n\x01"
      "c.txt",
      "a_b_c.txt" },
    { "a\xe2\x80\x8b\xe2\x80\xae"
      "fdp.exe",
      "a_fdp.exe" },
    { "two\xe2\x80\xa8lines.txt", "two_lines.txt" },
    { "\xef\xbb\xbfname", "name" },
    { "\xc2\xa0spaced out\xe3\x80\x80", "spaced out" },
    { "e\xcc\x81.txt", "é.txt" },
    { "bad\xff.txt", "bad\xef\xbf\xbd.txt" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AimxAttachmentNames) names = aimx_attachment_names_new ("stem");

      assert_name (names, cases[i].declared, 7, cases[i].name);
    }
}

static void
test_equal_names_are_told_apart_before_the_extension (void)
{
  g_autoptr (AimxAttachmentNames) names = aimx_attachment_names_new ("stem");

  assert_name (names, "image.png", 0, "image.png");
  assert_name (names, "IMAGE.PNG", 1, "IMAGE-1.PNG");
  assert_name (names, "image.png", 2, "image-2.png");
  assert_name (names, "image-1.png", 3, "image-1-1.png");
  assert_name (names, "README", 4, "README");
  assert_name (names, "readme", 5, "readme-1");
  assert_name (names, "STRASSE", 6, "STRASSE");
  assert_name (names, "straße", 7, "straße-1");
}

static void
test_the_messages_own_files_are_taken (void)
{
  g_autoptr (AimxAttachmentNames) names = aimx_attachment_names_new ("2024-12-31-235959-hello");

  assert_name (names, "2024-12-31-235959-hello.md", 0, "2024-12-31-235959-hello-1.md");
  assert_name (names, "2024-12-31-235959-HELLO.eml", 1, "2024-12-31-235959-HELLO-1.eml");
}

static void
test_names_are_cut_between_characters (void)
{
  g_autoptr (AimxAttachmentNames) names = aimx_attachment_names_new ("stem");
  g_autofree char *ascii = g_strnfill (300, 'x');
  g_autoptr (GString) wide = g_string_new ("a");
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;

  for (guint i = 0; i < 100; i++)
    g_string_append (wide, "日");
  first = aimx_attachment_names_add (names, ascii, 0);
  second = aimx_attachment_names_add (names, wide->str, 1);
  third = aimx_attachment_names_add (names, wide->str, 2);
  g_assert_cmpuint (strlen (first), ==, AIMX_ATTACHMENT_NAME_MAX);
  g_assert_cmpuint (strlen (second), ==, 1 + 66 * 3);
  g_assert_cmpuint (strlen (third), <=, AIMX_ATTACHMENT_NAME_MAX);
  g_assert_true (g_utf8_validate (third, -1, NULL));
  g_assert_true (g_str_has_suffix (third, "-1"));
}

static void
test_many_equal_names_cost_little (void)
{
  g_autoptr (AimxAttachmentNames) names = aimx_attachment_names_new ("stem");

  for (guint i = 0; i < 1000; i++)
    g_free (aimx_attachment_names_add (names, "image.png", i));
  assert_name (names, "image.png", 1000, "image-1000.png");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attachment-names/what-strangers-declare-is-made-safe", test_what_strangers_declare_is_made_safe);
  g_test_add_func ("/attachment-names/equal-names-are-told-apart-before-the-extension",
                   test_equal_names_are_told_apart_before_the_extension);
  g_test_add_func ("/attachment-names/the-messages-own-files-are-taken", test_the_messages_own_files_are_taken);
  g_test_add_func ("/attachment-names/names-are-cut-between-characters", test_names_are_cut_between_characters);
  g_test_add_func ("/attachment-names/many-equal-names-cost-little", test_many_equal_names_cost_little);
  return g_test_run ();
}
