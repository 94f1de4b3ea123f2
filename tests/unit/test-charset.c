/* SPDX-License-Identifier: MIT */
/* Promises of modules/ingest/parser/charset.h. */
#include "parser/charset.h"

#include "parser/parser-limits.h"

#include <string.h>

#define HEBREW     "\xf9\xec\xe5\xed"    /* in windows-1255 */
#define VIETNAMESE "Xin ch\xe0o ba\xf2n" /* in windows-1258, the second accent by itself */

static const struct
{
  const char *charset;
  const char *bytes;
  const char *text;
} texts[] = {
  { "utf-8", "h\xc3\xa9", "hé" },
  { "utf-8", "h\xc3", "h" REPLACEMENT_CHARACTER },
  { "x-unknown", "h\xc3\xa9", "hé" },
  { "iso-8859-1", "h\xe9 \x80", "hé €" },
  { "windows-1255", HEBREW, "שלום" },
  { "windows-1255", "\xf9\xd1", "\xef\xac\xaa" },
  { "windows-1258", VIETNAMESE, "Xin chào bạn" },
  { "windows-1258", "a\xf2", "ạ" },
  { "windows-1258", "a", "a" },
  { "big5-hkscs", "\x88\x66", "Ê" },
  { "big5-hkscs", "\x88\x66\x88", "Ê" REPLACEMENT_CHARACTER },
  { "iso-2022-jp", "\x1b$B$+", "か" },
  { "iso-2022-jp", "\x1b$B-!-j|b-b!A\x1b(B~\x1b$@F|\x1b(I123\x1b(Ja", "①㈱髙№～~日ｱｲｳa" },
  { "ISO-2022-JP", "\x1b$B$+)!$+\x80$+\nok \x1b(X",
    "か" REPLACEMENT_CHARACTER "か" REPLACEMENT_CHARACTER "か\nok " REPLACEMENT_CHARACTER "(X" },
  { "iso-2022-jp", "\x1b$B$+$", "か" REPLACEMENT_CHARACTER },
  { "iso-2022-jp-3", "\x1b$(O-!\x1b(B", "①" },
  { "utf-16le",
    "a\x01\xad\xdb"
    "b\x01",
    "š" REPLACEMENT_CHARACTER "Ţ" },
  { "shift_jis", "\x82\xa9\x82", "か" REPLACEMENT_CHARACTER },
  { "utf-7", "h+AOk", "hé" },
};

static void
test_a_text_is_whole_wherever_it_is_cut (void)
{
  g_autoptr (Charsets) charsets = charsets_new ();

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (gsize cut = 0; cut <= strlen (texts[i].bytes); cut++)
      {
        g_autoptr (GString) out = g_string_new (NULL);
        const guint8 *bytes = (const guint8 *) texts[i].bytes;
        CharsetStream stream;

        charset_stream_init (&stream, charsets, texts[i].charset);
        charset_stream_push (&stream, bytes, cut, out);
        charset_stream_push (&stream, bytes + cut, strlen (texts[i].bytes) - cut, out);
        charset_stream_finish (&stream, out);
        g_assert_cmpstr (out->str, ==, texts[i].text);
      }
}

static void
test_the_last_letter_is_kept_at_any_length (void)
{
  g_autoptr (Charsets) charsets = charsets_new ();

  /* Around the size of the buffer that is converted into. */
  for (gsize length = 8180; length <= 8200; length++)
    {
      g_autofree char *text = g_strnfill (length, 'a');
      g_autoptr (GString) out = g_string_new (NULL);

      charset_append (charsets, "windows-1258", (const guint8 *) text, length, out);
      g_assert_cmpstr (out->str, ==, text);
    }
}

static void
test_a_letter_is_kept_when_the_charset_is_given_up (void)
{
  g_autoptr (Charsets) charsets = charsets_new ();
  g_autofree char *text = g_strnfill (CHARSET_ERRORS_MAX + 1, (char) 0x8A);
  g_autoptr (GString) out = g_string_new (NULL);

  text[CHARSET_ERRORS_MAX - 1] = 'a';
  charset_append (charsets, "windows-1258", (const guint8 *) text, CHARSET_ERRORS_MAX + 1, out);
  g_assert_nonnull (strchr (out->str, 'a'));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/charset/a-text-is-whole-wherever-it-is-cut", test_a_text_is_whole_wherever_it_is_cut);
  g_test_add_func ("/charset/the-last-letter-is-kept-at-any-length", test_the_last_letter_is_kept_at_any_length);
  g_test_add_func ("/charset/a-letter-is-kept-when-the-charset-is-given-up",
                   test_a_letter_is_kept_when_the_charset_is_given_up);
  return g_test_run ();
}
