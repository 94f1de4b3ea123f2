/* SPDX-License-Identifier: MIT */
/* Promises of modules/dkim/signature/canonicalization.c and header-fields.c: RFC 6376, 3.4 to the letter. */
#include "dkim/signature/canonicalization.h"
#include "dkim/signature/header-fields.h"

#include <string.h>

/* ---- bodies ---- */

static const struct
{
  const char *body, *simple, *relaxed;
} bodies[] = {
  /* RFC 6376, 3.4.5: the examples. */
  { " C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n" },
  /* 3.4.3, 3.4.4: nothing, and nothing but empty lines. */
  { "", "\r\n", "" },
  { "\r\n", "\r\n", "" },
  { "\r\n\r\n\r\n", "\r\n", "" },
  { " \t\r\n", " \t\r\n", "" },
  { "\r\n \r\n\t\r\n", "\r\n \r\n\t\r\n", "" },
  { " ", " \r\n", "" },
  /* A line end is added where none is. */
  { "text", "text\r\n", "text\r\n" },
  { "text ", "text \r\n", "text\r\n" },
  { "text\r\n", "text\r\n", "text\r\n" },
  { "text\r\n \t", "text\r\n \t\r\n", "text\r\n" },
  /* Empty lines within, white space at either end of a line. */
  { "a\r\n\r\n\r\nb\r\n\r\n", "a\r\n\r\n\r\nb\r\n", "a\r\n\r\n\r\nb\r\n" },
  { "a\r\n  \r\nb\r\n", "a\r\n  \r\nb\r\n", "a\r\n\r\nb\r\n" },
  { "\t a\t \r\n  b", "\t a\t \r\n  b\r\n", " a\r\n b\r\n" },
  { "\r\na\r\n", "\r\na\r\n", "\r\na\r\n" },
  /* CR and LF alone are text. */
  { "a\rb\nc\r\r\nd\n\r\n", "a\rb\nc\r\r\nd\n\r\n", "a\rb\nc\r\r\nd\n\r\n" },
  { "a\r", "a\r\r\n", "a\r\r\n" },
  { "\r", "\r\r\n", "\r\r\n" },
  { "\n", "\n\r\n", "\n\r\n" },
  { "a \r \n \r\n", "a \r \n \r\n", "a \r \n\r\n" },
  { " \rx", " \rx\r\n", " \rx\r\n" },
};

static void
append (const char *data, gsize length, gpointer user_data)
{
  g_assert_cmpuint (length, >, 0);
  g_string_append_len (user_data, data, (gssize) length);
}

static const char *
expected_form (guint i, DkimCanonicalization kind)
{
  return kind == DKIM_SIMPLE ? bodies[i].simple : bodies[i].relaxed;
}

static void
assert_same (const GString *form, const char *expected)
{
  g_assert_cmpmem (form->str, form->len, expected, strlen (expected));
}

static void
test_bodies_have_their_forms (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    for (DkimCanonicalization kind = DKIM_SIMPLE; kind <= DKIM_RELAXED; kind++)
      {
        g_autoptr (GString) form = g_string_new (NULL);
        DkimBody body;

        dkim_body_init (&body, kind, append, form);
        dkim_body_feed (&body, bodies[i].body, strlen (bodies[i].body));
        dkim_body_finish (&body);
        assert_same (form, expected_form (i, kind));
      }
}

/* Each body of n bytes in each of its 2^(n-1) ways: a bit set is a cut after that byte. */
static void
test_a_body_may_be_cut_anywhere (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    for (DkimCanonicalization kind = DKIM_SIMPLE; kind <= DKIM_RELAXED; kind++)
      {
        gsize length = strlen (bodies[i].body);
        gsize n_ways = length > 1 ? (gsize) 1 << (length - 1) : 1;

        for (gsize cuts = 0; cuts < n_ways; cuts++)
          {
            g_autoptr (GString) form = g_string_new (NULL);
            gsize start = 0;
            DkimBody body;

            dkim_body_init (&body, kind, append, form);
            for (gsize end = 1; end <= length; end++)
              if (end == length || (cuts >> (end - 1) & 1) != 0)
                {
                  dkim_body_feed (&body, bodies[i].body + start, end - start);
                  start = end;
                }
            dkim_body_finish (&body);
            assert_same (form, expected_form (i, kind));
          }
      }
}

/* What fills the buffer, by one byte more and less, and what never enters it. */
static void
test_no_length_is_special (void)
{
  for (gsize length = DKIM_BODY_BUFFER - 4; length < 2 * DKIM_BODY_BUFFER + 4; length++)
    {
      g_autofree char *word = g_strnfill (length, 'x');
      g_autofree char *text = g_strconcat ("ab\t \tc ", word, "  \r\n\r\n", word, " d\r\n\r\n", NULL);
      g_autofree char *expected = g_strconcat ("ab c ", word, "\r\n\r\n", word, " d\r\n", NULL);
      g_autoptr (GString) form = g_string_new (NULL);
      DkimBody body;

      dkim_body_init (&body, DKIM_RELAXED, append, form);
      dkim_body_feed (&body, text, strlen (text));
      dkim_body_finish (&body);
      assert_same (form, expected);
    }
}

static void
test_bytes_of_every_value_are_kept (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) form = g_string_new (NULL);
  DkimBody body;

  for (guint c = 0; c < 256; c++)
    if (c != ' ' && c != '\t')
      g_string_append_c (text, (char) c);
  g_string_append (text, "\r\n");
  dkim_body_init (&body, DKIM_RELAXED, append, form);
  dkim_body_feed (&body, text->str, text->len);
  dkim_body_finish (&body);
  g_assert_cmpmem (form->str, form->len, text->str, text->len);
}

/* ---- header fields ---- */

static const struct
{
  const char *field, *simple, *relaxed;
} fields[] = {
  /* RFC 6376, 3.4.5: the examples. */
  { "A: X\r\n", "A: X\r\n", "a:X\r\n" },
  { "B : Y\t\r\n\tZ  \r\n", "B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n" },
  { "SUBJect:  AbC\r\n", "SUBJect:  AbC\r\n", "subject:AbC\r\n" },
  { "X:\r\n", "X:\r\n", "x:\r\n" },
  { "X: \r\n \t\r\n", "X: \r\n \t\r\n", "x:\r\n" },
  { "X:a:b : c\r\n", "X:a:b : c\r\n", "x:a:b : c\r\n" },
  { "X: a\r\n\t b\r\n c\r\n", "X: a\r\n\t b\r\n c\r\n", "x:a b c\r\n" },
  { "X\t :a", "X\t :a\r\n", "x:a\r\n" },
  { "X: a\rb\nc\r\n", "X: a\rb\nc\r\n", "x:a\rb\nc\r\n" },
  { "X: \xc3\x84\xff\r\n", "X: \xc3\x84\xff\r\n", "x:\xc3\x84\xff\r\n" },
  { "X", "X\r\n", "X\r\n" },
  { "", "\r\n", "\r\n" },
};

static void
test_header_fields_have_their_forms (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr (GString) simple = g_string_new ("before|");
      g_autoptr (GString) relaxed = g_string_new ("BEFORE|");
      g_autofree char *expected_simple = g_strconcat ("before|", fields[i].simple, NULL);
      g_autofree char *expected_relaxed = g_strconcat ("BEFORE|", fields[i].relaxed, NULL);

      dkim_header_canonicalize (DKIM_SIMPLE, fields[i].field, strlen (fields[i].field), simple);
      dkim_header_canonicalize (DKIM_RELAXED, fields[i].field, strlen (fields[i].field), relaxed);
      assert_same (simple, expected_simple);
      assert_same (relaxed, expected_relaxed);
    }
}

/* ---- finding them ---- */

static const struct
{
  const char *message, *fields, *body; /* fields are parted by `|` */
} messages[] = {
  { "A: 1\r\nB: 2\r\n\r\nbody\r\n", "A: 1\r\n|B: 2\r\n|", "body\r\n" },
  { "A: 1\r\n 2\r\n\t3\r\nB:\r\n\r\n", "A: 1\r\n 2\r\n\t3\r\n|B:\r\n|", "" },
  { "A: 1\r\n", "A: 1\r\n|", "" },
  { "A: 1", "A: 1|", "" },
  { "", "", "" },
  { "\r\nA: 1\r\n", "", "A: 1\r\n" },
  { " A: 1\r\nB: 2\r\n\r\n", "B: 2\r\n|", "" },
  { "A: 1\r\nno field\r\n its rest\r\nB: 2\r\n\r\n", "A: 1\r\n|B: 2\r\n|", "" },
  { "A: 1\r\nno field: 3\r\n: 4\r\nB: 2\r\n\r\n", "A: 1\r\n|B: 2\r\n|", "" },
  { "A \t: 1\r\n\r\n", "A \t: 1\r\n|", "" },
  { "A: 1\nB: 2\r\r\n\r\nx", "A: 1\nB: 2\r\r\n|", "x" },
  { "A: 1\r\n \r\n\r\nx", "A: 1\r\n \r\n|", "x" },
};

static void
test_fields_are_found_as_they_stand (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      gsize body;
      g_autoptr (GArray) found = dkim_fields_split (messages[i].message, strlen (messages[i].message), &body);
      g_autoptr (GString) text = g_string_new (NULL);

      for (guint n = 0; n < found->len; n++)
        {
          const DkimField *field = &g_array_index (found, DkimField, n);

          g_string_append_len (text, field->data, (gssize) field->length);
          g_string_append_c (text, '|');
        }
      g_assert_cmpstr (text->str, ==, messages[i].fields);
      g_assert_cmpstr (messages[i].message + body, ==, messages[i].body);
    }
}

static void
test_names_compare_without_case (void)
{
  static const char message[] = "sUBJECT \t: x\r\n";
  gsize body;
  g_autoptr (GArray) found = dkim_fields_split (message, strlen (message), &body);
  const DkimField *field = &g_array_index (found, DkimField, 0);

  g_assert_true (dkim_field_is (field, "Subject"));
  g_assert_false (dkim_field_is (field, "Subj"));
  g_assert_false (dkim_field_is (field, "Subjects"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dkim-canonicalization/body", test_bodies_have_their_forms);
  g_test_add_func ("/dkim-canonicalization/body-cut-anywhere", test_a_body_may_be_cut_anywhere);
  g_test_add_func ("/dkim-canonicalization/body-length", test_no_length_is_special);
  g_test_add_func ("/dkim-canonicalization/body-bytes", test_bytes_of_every_value_are_kept);
  g_test_add_func ("/dkim-canonicalization/header", test_header_fields_have_their_forms);
  g_test_add_func ("/dkim-canonicalization/fields", test_fields_are_found_as_they_stand);
  g_test_add_func ("/dkim-canonicalization/names", test_names_compare_without_case);
  return g_test_run ();
}
