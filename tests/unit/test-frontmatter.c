/* SPDX-License-Identifier: MIT */
/* Promises of core/mail/frontmatter.c, frontmatter-writer.c, toml-scan.c and thread-id.c. */
#include "mail/frontmatter.h"
#include "mail/thread-id.h"
#include "scratch-directory.h"

#include <fcntl.h>
#include <string.h>

static GString *
write_example (const char *subject, gsize string_max)
{
  static const char *const labels[] = { "one", "t\"wo", NULL };
  g_autoptr (AimxFrontmatterWriter) writer = aimx_frontmatter_writer_new (string_max);

  aimx_frontmatter_writer_add_string (writer, "id", "stem");
  aimx_frontmatter_writer_add_string (writer, "subject", subject);
  aimx_frontmatter_writer_add_filled (writer, "cc", "");
  aimx_frontmatter_writer_add_filled (writer, "reply_to", NULL);
  aimx_frontmatter_writer_add_integer (writer, "size_bytes", 1234);
  aimx_frontmatter_writer_add_boolean (writer, "read", FALSE);
  aimx_frontmatter_writer_add_strings (writer, "labels", labels);
  aimx_frontmatter_writer_begin_table (writer, "attachments");
  aimx_frontmatter_writer_add_string (writer, "filename", "a.pdf");
  return aimx_frontmatter_writer_finish (writer);
}

static void
test_keys_are_written_in_order (void)
{
  g_autoptr (GString) text = write_example ("Hello", 100);

  g_assert_cmpstr (text->str, ==,
                   "+++\n"
                   "id = \"stem\"\n"
                   "subject = \"Hello\"\n"
                   "size_bytes = 1234\n"
                   "read = false\n"
                   "labels = [\"one\", \"t\\\"wo\"]\n"
                   "\n"
                   "[[attachments]]\n"
                   "filename = \"a.pdf\"\n"
                   "+++\n"
                   "\n");
}

static void
test_any_string_survives_and_no_control_character_reaches_the_file (void)
{
  static const char *const subjects[] = {
    "quote \" backslash \\ done",
    "+++\n+++\nread = true",
    "tab\tcr\rbell\adel\x7f",
    "c1 \xc2\x85 line \xe2\x80\xa8",
    "日本語 😀",
    "'''",
    "\"\"\"",
  };

  for (guint i = 0; i < G_N_ELEMENTS (subjects); i++)
    {
      g_autoptr (GString) text = write_example (subjects[i], 1000);
      g_autofree char *found = NULL;
      AimxFrontmatter frontmatter;

      for (char *at = text->str; *at != '\0'; at = g_utf8_next_char (at))
        g_assert_false (g_unichar_iscntrl (g_utf8_get_char (at)) && *at != '\n');
      g_assert_true (aimx_frontmatter_find (text->str, text->len, TRUE, &frontmatter));
      found = aimx_frontmatter_get_string (&frontmatter, "subject");
      g_assert_cmpstr (found, ==, subjects[i]);
      g_assert_false (aimx_frontmatter_get_boolean (&frontmatter, "read", TRUE));
    }
}

static void
test_bytes_that_are_no_text_become_replacement_characters (void)
{
  g_autoptr (GString) text = write_example ("a\xff"
                                            "b",
                                            1000);

  g_assert_nonnull (strstr (text->str, "subject = \"a\xef\xbf\xbd"
                                       "b\"\n"));
}

static void
test_a_string_over_the_limit_is_cut_with_a_mark (void)
{
  g_autoptr (GString) text = write_example ("日本語の長い件名", 10);
  g_autoptr (GString) quotes = write_example ("\"\"\"\"\"\"\"\"\"\"", 5);

  g_assert_nonnull (strstr (text->str, "subject = \"日本語…\"\n"));
  g_assert_nonnull (strstr (quotes->str, "subject = \"\\\"\\\"…\"\n"));
}

static void
assert_mark (const char *before, gboolean read, const char *read_at, const char *after)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) edited = NULL;
  AimxFrontmatter frontmatter;

  g_assert_true (aimx_frontmatter_find (before, strlen (before), TRUE, &frontmatter));
  edited = aimx_frontmatter_mark (&frontmatter, read, read_at, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (edited->str, ==, after);
}

#define NOW "2025-01-02T03:04:05Z"

static void
test_marking_changes_its_keys_and_no_other_byte (void)
{
  assert_mark ("+++\nid = \"x\"\nread = false\nlabels = [\"a\"]\n+++\n\nread = false\n", TRUE, NOW,
               "+++\nid = \"x\"\nread = true\nread_at = " NOW "\nlabels = [\"a\"]\n+++\n\nread = false\n");
  assert_mark ("+++\nread = true\nread_at = 2024-01-01T00:00:00Z\nlabels = []\n+++\n", FALSE, NULL,
               "+++\nread = false\nlabels = []\n+++\n");
  assert_mark ("+++\nread = true\nread_at = 2024-01-01T00:00:00Z\n+++\n", TRUE, NOW,
               "+++\nread = true\nread_at = " NOW "\n+++\n");
}

static void
test_marking_copes_with_how_others_write (void)
{
  /* Line endings, spacing, comments, a time as a string, keys in strings and arrays, a file without body. */
  assert_mark ("+++\r\n  read   =   false   # not yet\r\nx = 1\r\n+++\r\nbody", TRUE, NOW,
               "+++\r\n  read   =   true   # not yet\r\nread_at = " NOW "\r\nx = 1\r\n+++\r\nbody");
  assert_mark ("+++\nread_at = \"yesterday\"\nread = false\n+++", TRUE, NOW,
               "+++\nread_at = " NOW "\nread = true\n+++");
  assert_mark ("+++\nsubject = \"\"\"\nread = false\n\"\"\"\nnote = '''\nread = false'''\nread = false\n+++\n", TRUE,
               NOW,
               "+++\nsubject = \"\"\"\nread = false\n\"\"\"\nnote = '''\nread = false'''\nread = true\nread_at = " NOW
               "\n+++\n");
  assert_mark ("+++\nlabels = [\n  \"read = false\", # ]\n]\nt = { read = false }\nread = false\n+++\n", TRUE, NOW,
               "+++\nlabels = [\n  \"read = false\", # ]\n]\nt = { read = false }\nread = true\nread_at = " NOW
               "\n+++\n");
  assert_mark ("+++\n\"read\" = false\n'read_at' = \"never\"\n+++\n", TRUE, NOW,
               "+++\n\"read\" = true\n'read_at' = " NOW "\n+++\n");
}

static void
test_marking_adds_the_key_where_it_is_missing (void)
{
  assert_mark ("+++\nid = \"x\"\n\n[[attachments]]\nread = 1\n+++\n", TRUE, NOW,
               "+++\nid = \"x\"\nread = true\nread_at = " NOW "\n\n[[attachments]]\nread = 1\n+++\n");
  assert_mark ("+++\n+++\n", FALSE, NULL, "+++\nread = false\n+++\n");
}

static void
test_marking_and_unmarking_gives_the_file_back (void)
{
  g_autoptr (GString) before = write_example ("Hello", 100);
  g_autoptr (GString) marked = NULL;
  AimxFrontmatter frontmatter;

  g_assert_true (aimx_frontmatter_find (before->str, before->len, TRUE, &frontmatter));
  marked = aimx_frontmatter_mark (&frontmatter, TRUE, NOW, NULL);
  assert_mark (marked->str, FALSE, NULL, before->str);
}

static void
test_a_value_without_an_end_is_left_alone (void)
{
  static const char text[] = "+++\nsubject = \"\"\"\nread = false\n+++\n";
  g_autoptr (GError) error = NULL;
  AimxFrontmatter frontmatter;

  g_assert_true (aimx_frontmatter_find (text, strlen (text), TRUE, &frontmatter));
  g_assert_null (aimx_frontmatter_mark (&frontmatter, TRUE, NOW, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
}

static void
test_strings_of_every_form_are_read (void)
{
  static const char text[] = "+++\n"
                             "a = 'literal \\n'\n"
                             "b = \"\"\"\nblock \\\n    joined\"\"\"\"\n"
                             "c = '''\r\ntwo\nlines'''\n"
                             "d = \"\\u00e9\\U0001F600\"\n"
                             "e = 12\n"
                             "f = \"bad \\q\"\n"
                             "g = \"\\u0000\"\n"
                             "+++\n";
  AimxFrontmatter frontmatter;
  g_autofree char *a = NULL;
  g_autofree char *b = NULL;
  g_autofree char *c = NULL;
  g_autofree char *d = NULL;

  g_assert_true (aimx_frontmatter_find (text, strlen (text), TRUE, &frontmatter));
  a = aimx_frontmatter_get_string (&frontmatter, "a");
  b = aimx_frontmatter_get_string (&frontmatter, "b");
  c = aimx_frontmatter_get_string (&frontmatter, "c");
  d = aimx_frontmatter_get_string (&frontmatter, "d");
  g_assert_cmpstr (a, ==, "literal \\n");
  g_assert_cmpstr (b, ==, "block joined\"");
  g_assert_cmpstr (c, ==, "two\nlines");
  g_assert_cmpstr (d, ==, "é😀");
  g_assert_null (aimx_frontmatter_get_string (&frontmatter, "e"));
  g_assert_null (aimx_frontmatter_get_string (&frontmatter, "f"));
  g_assert_null (aimx_frontmatter_get_string (&frontmatter, "g"));
  g_assert_null (aimx_frontmatter_get_string (&frontmatter, "missing"));
}

static gboolean
read_file (const char *scratch, const char *name, char **text, AimxFrontmatter *frontmatter, GError **error)
{
  g_autofree char *path = g_build_filename (scratch, name, NULL);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  gboolean found = aimx_frontmatter_read (fd, path, text, frontmatter, error);

  close (fd);
  return found;
}

static void
test_as_much_is_read_as_the_frontmatter_is_long_and_one_mebibyte_at_most (void)
{
  g_autoptr (ScratchDirectory) scratch = scratch_directory_new ();
  g_autofree char *filling = g_strnfill (AIMX_FRONTMATTER_MAX - 100, 'x');
  g_autofree char *too_much = g_strnfill (AIMX_FRONTMATTER_MAX, 'x');
  g_autofree char *fitting = g_strconcat ("+++\nx = \"", filling, "\"\nread = true\n+++\nbody\n", NULL);
  g_autofree char *endless = g_strconcat ("+++\nx = \"", too_much, "\"\nread = true\n+++\nbody\n", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  AimxFrontmatter frontmatter;

  scratch_write (scratch, "fitting.md", fitting);
  scratch_write (scratch, "endless.md", endless);
  scratch_write (scratch, "plain.md", "no frontmatter\n+++\n");
  scratch_write (scratch, "empty.md", "");
  g_assert_true (read_file (scratch, "fitting.md", &text, &frontmatter, &error));
  g_assert_no_error (error);
  g_assert_true (aimx_frontmatter_get_boolean (&frontmatter, "read", FALSE));
  g_assert_false (read_file (scratch, "endless.md", &text, &frontmatter, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
  g_clear_error (&error);
  g_assert_false (read_file (scratch, "plain.md", &text, &frontmatter, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
  g_clear_error (&error);
  g_assert_false (read_file (scratch, "empty.md", &text, &frontmatter, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
}

static void
assert_thread (const char *references, const char *in_reply_to, const char *message_id, const char *root)
{
  g_autofree char *thread = aimx_thread_id_new (references, in_reply_to, message_id, "stem");
  g_autofree char *expected = g_compute_checksum_for_string (G_CHECKSUM_SHA256, root, -1);

  expected[16] = '\0';
  g_assert_cmpstr (thread, ==, expected);
}

static void
test_a_conversation_has_one_thread_id (void)
{
  assert_thread ("root@x second@x", "second@x", "third@x", "root@x");
  assert_thread ("<root@x> <second@x>", "<second@x>", "third@x", "root@x");
  assert_thread (NULL, "root@x other@x", "second@x", "root@x");
  assert_thread ("", "", "root@x", "root@x");
  assert_thread (NULL, NULL, NULL, "stem");
  assert_thread ("<>", " ", "", "stem");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frontmatter/keys-are-written-in-order", test_keys_are_written_in_order);
  g_test_add_func ("/frontmatter/any-string-survives-and-no-control-character-reaches-the-file",
                   test_any_string_survives_and_no_control_character_reaches_the_file);
  g_test_add_func ("/frontmatter/bytes-that-are-no-text-become-replacement-characters",
                   test_bytes_that_are_no_text_become_replacement_characters);
  g_test_add_func ("/frontmatter/a-string-over-the-limit-is-cut-with-a-mark",
                   test_a_string_over_the_limit_is_cut_with_a_mark);
  g_test_add_func ("/frontmatter/marking-changes-its-keys-and-no-other-byte",
                   test_marking_changes_its_keys_and_no_other_byte);
  g_test_add_func ("/frontmatter/marking-copes-with-how-others-write", test_marking_copes_with_how_others_write);
  g_test_add_func ("/frontmatter/marking-adds-the-key-where-it-is-missing",
                   test_marking_adds_the_key_where_it_is_missing);
  g_test_add_func ("/frontmatter/marking-and-unmarking-gives-the-file-back",
                   test_marking_and_unmarking_gives_the_file_back);
  g_test_add_func ("/frontmatter/a-value-without-an-end-is-left-alone", test_a_value_without_an_end_is_left_alone);
  g_test_add_func ("/frontmatter/strings-of-every-form-are-read", test_strings_of_every_form_are_read);
  g_test_add_func ("/frontmatter/as-much-is-read-as-the-frontmatter-is-long-and-one-mebibyte-at-most",
                   test_as_much_is_read_as_the_frontmatter_is_long_and_one_mebibyte_at_most);
  g_test_add_func ("/frontmatter/a-conversation-has-one-thread-id", test_a_conversation_has_one_thread_id);
  return g_test_run ();
}
