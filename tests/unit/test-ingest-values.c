/* SPDX-License-Identifier: MIT */
/* Promises of the values that a message is handed on as: AimxMessage, AimxEnvelope. */
#include <aimx/envelope.h>
#include <aimx/message.h>

static void
test_absent_fields_are_null_and_the_body_is_empty (void)
{
  g_autoptr (AimxMessage) message = aimx_message_new ();

  for (int field = 0; field < AIMX_MESSAGE_N_FIELDS; field++)
    g_assert_null (aimx_message_get (message, field));
  g_assert_cmpstr (aimx_message_get_body (message), ==, "");
  g_assert_null (aimx_message_get_body_digest (message));
  g_assert_cmpuint (aimx_message_get_n_attachments (message), ==, 0);
  g_assert_cmpuint (aimx_message_get_author_count (message), ==, 0);
}

static void
test_a_message_keeps_its_own_copies (void)
{
  g_autoptr (AimxMessage) message = aimx_message_new ();
  char subject[] = "Invoice", filename[] = "a.pdf", type[] = "application/pdf";
  AimxAttachment attachment = { filename, type, 10, 20, AIMX_TRANSFER_BASE64 };
  const AimxAttachment *kept;

  aimx_message_set (message, AIMX_MESSAGE_SUBJECT, subject);
  aimx_message_add_attachment (message, &attachment);
  aimx_message_take_body (message, g_strdup ("Hello\n"));
  aimx_message_set_author_count (message, 2);
  subject[0] = filename[0] = type[0] = '!';

  g_assert_cmpstr (aimx_message_get (message, AIMX_MESSAGE_SUBJECT), ==, "Invoice");
  g_assert_cmpstr (aimx_message_get_body (message), ==, "Hello\n");
  g_assert_cmpuint (aimx_message_get_author_count (message), ==, 2);
  kept = aimx_message_get_attachment (message, 0);
  g_assert_cmpstr (kept->filename, ==, "a.pdf");
  g_assert_cmpstr (kept->content_type, ==, "application/pdf");
  g_assert_cmpuint (kept->offset, ==, 10);
  g_assert_cmpuint (kept->length, ==, 20);
  g_assert_cmpint (kept->encoding, ==, AIMX_TRANSFER_BASE64);
}

static void
test_a_field_may_be_set_from_itself_and_cleared (void)
{
  g_autoptr (AimxMessage) message = aimx_message_new ();

  aimx_message_set (message, AIMX_MESSAGE_FROM, "a@b.com");
  aimx_message_set (message, AIMX_MESSAGE_FROM, aimx_message_get (message, AIMX_MESSAGE_FROM));
  g_assert_cmpstr (aimx_message_get (message, AIMX_MESSAGE_FROM), ==, "a@b.com");
  aimx_message_set (message, AIMX_MESSAGE_FROM, NULL);
  g_assert_null (aimx_message_get (message, AIMX_MESSAGE_FROM));
}

static void
test_an_envelope_copy_shares_nothing (void)
{
  g_autoptr (AimxEnvelope) envelope = aimx_envelope_new ();
  g_autoptr (AimxEnvelope) copy = NULL;

  g_assert_cmpint (envelope->received_at, >, 0);
  g_assert_nonnull (envelope->recipients);
  g_assert_null (envelope->recipients[0]);
  envelope->queue_id = g_strdup ("q1");
  envelope->mail_from = g_strdup ("");
  g_strfreev (envelope->recipients);
  envelope->recipients = g_strsplit ("a@b.com c@d.com", " ", -1);

  copy = g_boxed_copy (AIMX_TYPE_ENVELOPE, envelope);
  g_clear_pointer (&envelope, aimx_envelope_free);
  g_assert_cmpstr (copy->queue_id, ==, "q1");
  g_assert_cmpstr (copy->mail_from, ==, "");
  g_assert_cmpstr (copy->recipients[1], ==, "c@d.com");
  g_assert_null (copy->recipients[2]);
  g_assert_null (copy->peer_address);
}

static void
test_a_path_is_read_with_and_without_its_brackets (void)
{
  static const char *const paths[][2] = {
    { "bob@a.test", "bob@a.test" },
    { "<bob@a.test>", "bob@a.test" },
    { " < bob@a.test > ", "bob@a.test" },
    { "<>", "" },
    { "", "" },
    { "<", "<" },
    { "<bob@a.test", "<bob@a.test" },
    { NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *path = aimx_envelope_read_path (paths[i][0]);

      g_assert_cmpstr (path, ==, paths[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ingest/values/absent-fields-are-null", test_absent_fields_are_null_and_the_body_is_empty);
  g_test_add_func ("/ingest/values/message-keeps-its-own-copies", test_a_message_keeps_its_own_copies);
  g_test_add_func ("/ingest/values/field-set-from-itself-and-cleared", test_a_field_may_be_set_from_itself_and_cleared);
  g_test_add_func ("/ingest/values/envelope-copy-shares-nothing", test_an_envelope_copy_shares_nothing);
  g_test_add_func ("/ingest/values/path-with-and-without-brackets", test_a_path_is_read_with_and_without_its_brackets);
  return g_test_run ();
}
