/* SPDX-License-Identifier: MIT */
/* Promises of include/aimx/utf8.h. */
#include <aimx/utf8.h>

#include <string.h>

static void
check (const char *text, gsize length)
{
  const char *end = NULL, *expected_end = NULL;
  gboolean expected = g_utf8_validate_len (text, length, &expected_end);

  g_assert_cmpint (aimx_utf8_validate (text, length, &end), ==, expected);
  g_assert_true (end == expected_end);
}

static void
test_each_kind_of_byte_is_judged_as_glib_does (void)
{
  static const char *const pieces[] = {
    "plain text of some length",
    "\xc3\xa9",
    "\xe2\x82\xac",
    "\xf0\x9f\x93\xa7",
    "\x7f",
    "\x01",
    /* Too long, cut, a surrogate, past the last, stray. */
    "\xc0\x80",
    "\xe2\x82",
    "\xed\xa0\x80",
    "\xf4\x90\x80\x80",
    "\x80",
    "\xff",
    "",
  };

  for (guint round = 0; round < 20000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      for (int n = g_test_rand_int_range (0, 6); n > 0; n--)
        {
          /* The last one stands for NUL. */
          const char *piece = pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))];

          g_string_append_len (text, piece, MAX ((gssize) strlen (piece), 1));
        }
      check (text->str, text->len);
    }
}

static void
test_every_character_is_judged_as_glib_does (void)
{
  for (gunichar c = 1; c < 0x110010; c++)
    {
      char text[16] = "eight by";
      int length = 8 + g_unichar_to_utf8 (c, text + 8);

      check (text, (gsize) length);
      check (text, (gsize) length - 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/utf8/each-kind-of-byte-is-judged-as-glib-does", test_each_kind_of_byte_is_judged_as_glib_does);
  g_test_add_func ("/utf8/every-character-is-judged-as-glib-does", test_every_character_is_judged_as_glib_does);
  return g_test_run ();
}
