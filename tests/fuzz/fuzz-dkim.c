/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a message to hash: its fields lie in it one after the other, a body has the same form however it is cut,
 * and what has its form already keeps it.
 */
#include "dkim/signature/canonicalization.h"
#include "dkim/signature/signature-field.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
append (const char *data, gsize length, gpointer user_data)
{
  g_string_append_len (user_data, data, (gssize) length);
}

/* In pieces of @step bytes. */
static GString *
get_form (DkimCanonicalization kind, const char *text, gsize length, gsize step)
{
  GString *form = g_string_new (NULL);
  DkimBody body;

  dkim_body_init (&body, kind, append, form);
  for (gsize i = 0; i < length; i += step)
    dkim_body_feed (&body, text + i, MIN (step, length - i));
  dkim_body_finish (&body);
  return form;
}

static void
check_body (DkimCanonicalization kind, const char *text, gsize length)
{
  g_autoptr (GString) whole = get_form (kind, text, length, MAX (length, 1));
  g_autoptr (GString) again = get_form (kind, whole->str, whole->len, MAX (whole->len, 1));

  g_assert_cmpuint (whole->len, <=, length + 2);
  g_assert_true (g_string_equal (whole, again));
  for (gsize step = 1; step <= 3; step++)
    {
      g_autoptr (GString) pieces = get_form (kind, text, length, step);

      g_assert_true (g_string_equal (whole, pieces));
    }
}

static void
check_fields (GArray *fields, const char *text, gsize body)
{
  const DkimSignature signature = { "rsa-sha256", "a.test", "s", 1, "" };
  g_autoptr (GString) begun = dkim_signature_begin (&signature, fields);
  g_autoptr (GString) gathered = dkim_signature_gather (fields, begun);
  const char *end = text;

  for (guint i = 0; i < fields->len; i++)
    {
      const DkimField *field = &g_array_index (fields, DkimField, i);

      g_assert_true (field->data >= end && field->name_length > 0 && field->name_length < field->length);
      end = field->data + field->length;
    }
  g_assert_true (end <= text + body);
  g_assert_cmpuint (gathered->len, >, 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data;
  gsize body;
  g_autoptr (GArray) fields = dkim_fields_split (text, size, &body);

  g_assert_cmpuint (body, <=, size);
  check_fields (fields, text, body);
  check_body (DKIM_SIMPLE, text + body, size - body);
  check_body (DKIM_RELAXED, text + body, size - body);
  return 0;
}
