/* SPDX-License-Identifier: MIT */
/* Promises of what the command shows: cli/table.c, cli/display.c, cli/style.c, cli/nearest.c. */
#include "display.h"
#include "nearest.h"
#include "table.h"

#include <string.h>

static const CliColumn columns[] = { { "NAME" }, { "COUNT", TRUE }, { "LAST" }, { NULL } };

static void
add_row (CliTable *table, const char *name, gint64 count, const char *last)
{
  cli_table_add (table, CLI_STYLE_PLAIN, name);
  cli_table_add_number (table, count);
  cli_table_add (table, CLI_STYLE_WARNING, last);
}

/* ---- tables ---- */

static void
test_columns_are_as_wide_as_what_they_hold (void)
{
  g_autoptr (CliTable) table = cli_table_new (columns);
  g_autofree char *text = NULL;

  add_row (table, "a", 1, "x");
  add_row (table, "longer name", 12345678, "y");
  text = cli_table_format (table, FALSE, 0);
  g_assert_cmpstr (text, ==,
                   "NAME            COUNT  LAST\n"
                   "a                   1  x\n"
                   "longer name  12345678  y\n");
}

static void
test_wide_and_combining_characters_keep_columns_straight (void)
{
  g_autoptr (CliTable) table = cli_table_new (columns);
  g_autofree char *text = NULL;

  add_row (table, "日本", 1, "x");
  add_row (table, "e\xcc\x81te", 2, "y");
  text = cli_table_format (table, FALSE, 0);
  g_assert_cmpstr (text, ==,
                   "NAME  COUNT  LAST\n"
                   "日本      1  x\n"
                   "e\xcc\x81te       2  y\n");
}

static void
test_only_a_terminal_cuts_and_the_widest_first (void)
{
  g_autoptr (CliTable) table = cli_table_new (columns);
  g_autofree char *whole = NULL;
  g_autofree char *cut = NULL;
  g_auto (GStrv) lines = NULL;

  add_row (table, "short", 7, "a text that is far too long to be shown whole");
  whole = cli_table_format (table, FALSE, 0);
  g_assert_nonnull (strstr (whole, "shown whole\n"));
  cut = cli_table_format (table, FALSE, 30);
  g_assert_nonnull (strstr (cut, "short"));
  g_assert_nonnull (strstr (cut, "…\n"));
  lines = g_strsplit (cut, "\n", -1);
  g_assert_cmpuint (cli_display_width (lines[1]), ==, 30);
}

static void
test_a_terminal_too_narrow_for_anything_still_gets_rows (void)
{
  g_autoptr (CliTable) table = cli_table_new (columns);
  g_autofree char *text = NULL;

  add_row (table, "a name", 1, "something long");
  text = cli_table_format (table, FALSE, 1);
  g_assert_nonnull (strstr (text, "a name"));
  g_assert_nonnull (strstr (text, "somethi…"));
}

static void
test_colours_do_not_count_as_width (void)
{
  g_autoptr (CliTable) table = cli_table_new (columns);
  g_autofree char *text = NULL;

  add_row (table, "a", 1, "x");
  text = cli_table_format (table, TRUE, 0);
  g_assert_nonnull (strstr (text, "\033[1mNAME\033[0m  \033[1mCOUNT\033[0m  "));
  g_assert_nonnull (strstr (text, "a         1  \033[33mx\033[0m\n"));
}

static void
test_cells_cannot_forge_rows (void)
{
  g_autoptr (CliTable) table = cli_table_new (columns);
  g_autofree char *text = NULL;

  add_row (table, "a\nb", 1, "\033[31mred");
  text = cli_table_format (table, FALSE, 0);
  g_assert_nonnull (strstr (text, "a\\nb"));
  g_assert_nonnull (strstr (text, "\\x1b[31mred\n"));
}

/* ---- text ---- */

static void
test_what_acts_is_shown_by_its_number (void)
{
  static const struct
  {
    const char *text;
    const char *shown;
  } cases[] = {
    { "plain", "plain" },
    { "Grüße, 世界", "Grüße, 世界" },
    { "a\tb\r\n", "a\\x09b\\x0d\\n" },
    { "\033]0;title\007", "\\x1b]0;title\\x07" },
    { "\x7f", "\\x7f" },
    { "\xc2\x9b"
      "31m",
      "\\x9b31m" },                              /* CSI as one character */
    { "\xe2\x80\xaegpj.exe", "\\u202egpj.exe" }, /* right-to-left override */
    { "\xe2\x80\xa8", "\\u2028" },               /* line separator */
    { "a\xff"
      "b\xc3",
      "a\\xffb\\xc3" }, /* not UTF-8 */
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *shown = cli_display (cases[i].text);

      g_assert_cmpstr (shown, ==, cases[i].shown);
    }
}

static void
test_several_lines_keep_their_ends (void)
{
  g_autofree char *shown = cli_display_lines ("a\n\tb\r\0c", 7);

  g_assert_cmpstr (shown, ==, "a\n\tb\\x0d\\x00c");
}

static void
test_cutting_counts_columns (void)
{
  static const struct
  {
    const char *text;
    guint width;
    const char *cut;
    const char *start;
  } cases[] = {
    { "abcdef", 6, "abcdef", "abcdef" }, { "abcdef", 5, "abcd…", "…cdef" },
    { "abcdef", 1, "…", "…" },           { "abcdef", 0, "", "" },
    { "日本語", 6, "日本語", "日本語" }, { "日本語", 5, "日本…", "…本語" },
    { "日本語", 4, "日…", "…語" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *cut = cli_display_cut (cases[i].text, cases[i].width);
      g_autofree char *start = cli_display_cut_start (cases[i].text, cases[i].width);

      g_assert_cmpstr (cut, ==, cases[i].cut);
      g_assert_cmpstr (start, ==, cases[i].start);
    }
}

/* ---- style ---- */

static void
test_colours_are_for_terminals_that_want_them (void)
{
  g_assert_true (cli_style_is_wanted (TRUE, "xterm", NULL));
  g_assert_true (cli_style_is_wanted (TRUE, "xterm", ""));
  g_assert_false (cli_style_is_wanted (FALSE, "xterm", NULL));
  g_assert_false (cli_style_is_wanted (TRUE, "xterm", "1"));
  g_assert_false (cli_style_is_wanted (TRUE, "dumb", NULL));
  g_assert_false (cli_style_is_wanted (TRUE, NULL, NULL));
}

static void
test_marks_are_words_where_there_are_no_colours (void)
{
  static const char *const words[] = { "[OK]", "[FAIL]", "[WARN]", "[>]" };

  for (int i = 0; i < (int) G_N_ELEMENTS (words); i++)
    {
      g_autofree char *plain = cli_mark (FALSE, (CliMark) i);
      g_autofree char *rich = cli_mark (TRUE, (CliMark) i);

      g_assert_cmpstr (plain, ==, words[i]);
      g_assert_true (g_str_has_prefix (rich, "\033["));
      g_assert_true (g_str_has_suffix (rich, "\033[0m"));
    }
}

/* ---- what was meant ---- */

static void
test_the_nearest_is_near (void)
{
  static const char *const known[] = { "mailboxes", "modules", "serve", "version", "reload", "call" };
  static const struct
  {
    const char *typed;
    const char *nearest;
  } cases[] = {
    { "mailbxes", "mailboxes" },
    { "mailb", "mailboxes" },
    { "sevre", "serve" },
    { "vserion", "version" },
    { "modlues", "modules" },
    { "cal", "call" },
    { "agent", NULL },
    { "x", NULL },
    { "", NULL },
  };
  g_autofree char *long_one = g_strnfill (100000, 'a');

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (cli_nearest (cases[i].typed, known, G_N_ELEMENTS (known)), ==, cases[i].nearest);
  g_assert_null (cli_nearest (long_one, known, G_N_ELEMENTS (known)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/table/columns-as-wide-as-contents", test_columns_are_as_wide_as_what_they_hold);
  g_test_add_func ("/table/wide-and-combining", test_wide_and_combining_characters_keep_columns_straight);
  g_test_add_func ("/table/only-terminals-cut", test_only_a_terminal_cuts_and_the_widest_first);
  g_test_add_func ("/table/too-narrow", test_a_terminal_too_narrow_for_anything_still_gets_rows);
  g_test_add_func ("/table/colours-are-no-width", test_colours_do_not_count_as_width);
  g_test_add_func ("/table/cells-cannot-forge-rows", test_cells_cannot_forge_rows);
  g_test_add_func ("/display/what-acts-is-visible", test_what_acts_is_shown_by_its_number);
  g_test_add_func ("/display/lines-keep-their-ends", test_several_lines_keep_their_ends);
  g_test_add_func ("/display/cutting-counts-columns", test_cutting_counts_columns);
  g_test_add_func ("/style/only-where-wanted", test_colours_are_for_terminals_that_want_them);
  g_test_add_func ("/style/marks-are-words-without", test_marks_are_words_where_there_are_no_colours);
  g_test_add_func ("/nearest/is-near", test_the_nearest_is_near);
  return g_test_run ();
}
