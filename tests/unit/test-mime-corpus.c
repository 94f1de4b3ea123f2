/* SPDX-License-Identifier: MIT */
/*
 * Each message of corpus/mail/ becomes what stands beside it in <shape>.expected, whether its lines end in LF, as they
 * do in these files, or in CRLF, as they do on the wire.
 *
 * With the path of a message as argument it prints what it makes of it: so an .expected file begins, to be read and
 * corrected by a person.
 */
#include "mail/transfer-decoder.h"
#include "parser/message-parser.h"

#include <stdio.h>
#include <string.h>

#define SHOWN_MAX 200

static const char *const field_names[AIMX_MESSAGE_N_FIELDS] = {
  [AIMX_MESSAGE_MESSAGE_ID] = "message-id",
  [AIMX_MESSAGE_FROM] = "from",
  [AIMX_MESSAGE_TO] = "to",
  [AIMX_MESSAGE_CC] = "cc",
  [AIMX_MESSAGE_REPLY_TO] = "reply-to",
  [AIMX_MESSAGE_SUBJECT] = "subject",
  [AIMX_MESSAGE_DATE] = "date",
  [AIMX_MESSAGE_IN_REPLY_TO] = "in-reply-to",
  [AIMX_MESSAGE_REFERENCES] = "references",
  [AIMX_MESSAGE_LIST_ID] = "list-id",
  [AIMX_MESSAGE_AUTO_SUBMITTED] = "auto-submitted",
  [AIMX_MESSAGE_RETURN_PATH] = "return-path",
};

static const char *const encoding_names[] = { "identity", "base64", "quoted-printable", "uuencode" };

static gboolean
collect (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  g_string_append_len (user_data, (const char *) data, (gssize) length);
  return TRUE;
}

/* The decoded contents when a person can read them, else how many bytes there are. */
static void
append_contents (GString *out, GBytes *raw, const AimxAttachment *attachment)
{
  g_autoptr (GString) contents = g_string_new (NULL);
  gsize size;
  const guint8 *data = g_bytes_get_data (raw, &size);
  g_auto (GStrv) lines = NULL;

  g_assert_cmpuint (attachment->offset + attachment->length, <=, size);
  g_assert_true (aimx_transfer_decode (attachment->encoding, data + attachment->offset, attachment->length, collect,
                                       contents, NULL));
  g_string_replace (contents, "\r\n", "\n", 0);
  if (contents->len == 0)
    g_string_append (out, "  (empty)\n");
  else if (contents->len > SHOWN_MAX || !g_utf8_validate (contents->str, (gssize) contents->len, NULL))
    g_string_append_printf (out, "  (%" G_GSIZE_FORMAT " bytes)\n", contents->len);
  else
    {
      lines = g_strsplit (g_strchomp (contents->str), "\n", -1);
      for (guint i = 0; lines[i] != NULL; i++)
        g_string_append_printf (out, "  |%s\n", lines[i]);
    }
}

static char *
describe (GBytes *raw)
{
  g_autoptr (AimxMessage) message = message_parse (raw);
  GString *out = g_string_new (NULL);

  for (int field = 0; field < AIMX_MESSAGE_N_FIELDS; field++)
    if (aimx_message_get (message, field) != NULL)
      g_string_append_printf (out, "%s: %s\n", field_names[field], aimx_message_get (message, field));
  if (aimx_message_get_author_count (message) != 1)
    g_string_append_printf (out, "(%u authors)\n", aimx_message_get_author_count (message));
  for (guint i = 0; i < aimx_message_get_n_attachments (message); i++)
    {
      const AimxAttachment *attachment = aimx_message_get_attachment (message, i);

      g_string_append_printf (out, "attachment: %s, %s, %s\n",
                              attachment->filename != NULL ? attachment->filename : "(no name)",
                              attachment->content_type, encoding_names[attachment->encoding]);
      append_contents (out, raw, attachment);
    }
  g_string_append_printf (out, "\n%s", aimx_message_get_body (message));
  return g_string_free (out, FALSE);
}

static GBytes *
with_crlf (const char *text, gsize length)
{
  GString *crlf = g_string_sized_new (length);

  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '\n')
        g_string_append_c (crlf, '\r');
      g_string_append_c (crlf, text[i]);
    }
  return g_string_free_to_bytes (crlf);
}

static void
test_message_becomes_what_is_expected (gconstpointer data)
{
  const char *shape = data;
  g_autofree char *message_name = g_strconcat (shape, ".eml", NULL);
  g_autofree char *expected_name = g_strconcat (shape, ".expected", NULL);
  g_autofree char *message_path = g_test_build_filename (G_TEST_DIST, "corpus", "mail", message_name, NULL);
  g_autofree char *expected_path = g_test_build_filename (G_TEST_DIST, "corpus", "mail", expected_name, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *with_lf = NULL;
  g_autofree char *on_the_wire = NULL;
  g_autoptr (GBytes) lf = NULL;
  g_autoptr (GBytes) crlf = NULL;
  gsize length;

  g_file_get_contents (message_path, &text, &length, &error);
  g_assert_no_error (error);
  g_file_get_contents (expected_path, &expected, NULL, &error);
  g_assert_no_error (error);

  lf = g_bytes_new_static (text, length);
  crlf = with_crlf (text, length);
  with_lf = describe (lf);
  on_the_wire = describe (crlf);
  g_assert_cmpstr (with_lf, ==, expected);
  g_assert_cmpstr (on_the_wire, ==, expected);
}

static int
print_description (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *description = NULL;
  g_autoptr (GBytes) raw = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  raw = g_bytes_new_static (text, length);
  description = describe (raw);
  fputs (description, stdout);
  return 0;
}

static void
add_shapes (GDir *dir, GPtrArray *shapes)
{
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".eml"))
      {
        char *shape = g_strndup (name, strlen (name) - strlen (".eml"));
        g_autofree char *path = g_strconcat ("/mime-corpus/", shape, NULL);

        g_ptr_array_add (shapes, shape);
        g_test_add_data_func (path, shape, test_message_becomes_what_is_expected);
      }
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) shapes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GDir) dir = NULL;

  message_parser_init ();
  if (argc == 2 && argv[1][0] != '-')
    return print_description (argv[1]);
  g_test_init (&argc, &argv, NULL);
  path = g_test_build_filename (G_TEST_DIST, "corpus", "mail", NULL);
  dir = g_dir_open (path, 0, &error);
  g_assert_no_error (error);
  add_shapes (dir, shapes);
  g_assert_cmpuint (shapes->len, >=, 40);
  return g_test_run ();
}
