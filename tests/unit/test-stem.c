/* SPDX-License-Identifier: MIT */
/* Promises of core/mail/stem.c. */
#include "mail/stem.h"

#include <locale.h>

typedef struct
{
  const char *subject;
  const char *slug;
} Case;

static void
check_slugs (const Case *cases, guint n_cases)
{
  for (guint i = 0; i < n_cases; i++)
    {
      g_autofree char *slug = aimx_slug_new (cases[i].subject);

      g_assert_cmpstr (slug, ==, cases[i].slug);
    }
}

static void
test_a_slug_is_letters_marks_and_digits (void)
{
  static const Case cases[] = {
    { "Re: Invoice #42 — March", "re-invoice-42-march" },
    { "日本語のお知らせ", "日本語のお知らせ" },
    { "!!!", "no-subject" },
    { "", "no-subject" },
    { NULL, "no-subject" },
    { "(no subject)", "no-subject" },
    { "  --Hello,   World!--  ", "hello-world" },
    { "हिन्दी ½ Ⅷ", "हिन्दी-½-ⅷ" },
    { "a\xff\xfe"
      "b",
      "a-b" },
    { "../../etc/passwd", "etc-passwd" },
    { "a\nb\tc", "a-b-c" },
    { "😀 party", "party" },
  };

  check_slugs (cases, G_N_ELEMENTS (cases));
}

static void
test_a_slug_ends_after_twenty_characters (void)
{
  static const Case cases[] = {
    { "abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrst" },
    { "abcdefghijklmnopqrs tuv", "abcdefghijklmnopqrs" },
    { "abcdefghijklmnopqr stuv", "abcdefghijklmnopqr-s" },
    { "abcdefghijklmnopqrst!", "abcdefghijklmnopqrst" },
    { "日日日日日日日日日日日日日日日日日日日日日日日", "日日日日日日日日日日日日日日日日日日日日" },
  };

  check_slugs (cases, G_N_ELEMENTS (cases));
}

static void
test_lower_case_is_unicodes_not_the_locales (void)
{
  static const Case cases[] = {
    { "TITLE", "title" },
    { "İSTANBUL", "i̇stanbul" },
    { "ÄÖÜ", "äöü" },
    /* e and a combining acute accent become one character first. */
    { "E\xcc\x81t\xc3\xa9", "été" },
    { "ΟΔΥΣΣΕΥΣ ΣΟΦΟΣ Σ", "οδυσσευς-σοφος-σ" },
  };
  g_autofree char *before = g_strdup (setlocale (LC_CTYPE, NULL));

  setlocale (LC_CTYPE, "tr_TR.UTF-8");
  check_slugs (cases, G_N_ELEMENTS (cases));
  setlocale (LC_CTYPE, before);
  check_slugs (cases, G_N_ELEMENTS (cases));
}

static void
test_a_stem_is_arrival_and_slug (void)
{
  g_autofree char *stem = aimx_stem_new (G_GINT64_CONSTANT (1735689599999999), "Hello");
  g_autofree char *longest = aimx_stem_new (0, "𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀");

  g_assert_cmpstr (stem, ==, "2024-12-31-235959-hello");
  g_assert_cmpuint (strlen (longest), <, 200);
}

static void
test_a_stem_gives_its_time_back (void)
{
  gint64 seconds;

  g_assert_true (aimx_stem_get_time ("2024-12-31-235959-hello-2", &seconds));
  g_assert_cmpint (seconds, ==, 1735689599);
  g_assert_false (aimx_stem_get_time ("2024-12-31", &seconds));
  g_assert_false (aimx_stem_get_time ("notes", &seconds));
  g_assert_false (aimx_stem_get_time ("", &seconds));
}

static void
test_ids_that_lead_elsewhere_are_not_acceptable (void)
{
  static const char *const refused[] = { "", ".", "..", "a/b", "a\\b", "../x", "a..b", "/etc/passwd" };
  g_autofree char *too_long = g_strnfill (253, 'x');

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_false (aimx_stem_is_acceptable (refused[i]));
  g_assert_false (aimx_stem_is_acceptable (too_long));
  g_assert_true (aimx_stem_is_acceptable ("2024-12-31-235959-hello"));
  g_assert_true (aimx_stem_is_acceptable ("notes"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stem/a-slug-is-letters-marks-and-digits", test_a_slug_is_letters_marks_and_digits);
  g_test_add_func ("/stem/a-slug-ends-after-twenty-characters", test_a_slug_ends_after_twenty_characters);
  g_test_add_func ("/stem/lower-case-is-unicodes-not-the-locales", test_lower_case_is_unicodes_not_the_locales);
  g_test_add_func ("/stem/a-stem-is-arrival-and-slug", test_a_stem_is_arrival_and_slug);
  g_test_add_func ("/stem/a-stem-gives-its-time-back", test_a_stem_gives_its_time_back);
  g_test_add_func ("/stem/ids-that-lead-elsewhere-are-not-acceptable", test_ids_that_lead_elsewhere_are_not_acceptable);
  return g_test_run ();
}
