/* SPDX-License-Identifier: MIT */
/*
 * What is over a limit is kept unread, never lost; and time grows with the size of a message only, whatever it is made
 * of. The time allowed is far more than is needed and far less than anything quadratic would take.
 */
#include "parser/message-parser.h"
#include "parser/parser-limits.h"

#include <malloc.h>
#include <string.h>

#define MIB                 (1024 * 1024)
#define HOSTILE_SIZE        (8 * MIB)
#define HOSTILE_SECONDS_MAX 20

static AimxMessage *
parse (const GString *text)
{
  g_autoptr (GBytes) raw = g_bytes_new_static (text->str, text->len);

  return message_parse (raw);
}

static void
append_times (GString *text, const char *piece, gsize times)
{
  for (gsize i = 0; i < times; i++)
    g_string_append (text, piece);
}

static guint
count_characters_of (const char *text, char c)
{
  guint count = 0;

  for (; *text != '\0'; text++)
    count += *text == c ? 1 : 0;
  return count;
}

/* ---- limits ---- */

static void
test_parts_over_the_limit_are_one_attachment (void)
{
  g_autoptr (GString) text = g_string_new ("Content-Type: multipart/mixed; boundary=b\n\n");
  g_autoptr (AimxMessage) message = NULL;
  const AimxAttachment *rest;
  guint n_attachments;

  for (guint i = 0; i < 2 * MIME_PARTS_MAX; i++)
    g_string_append_printf (text, "--b\nContent-Type: image/png; name=%u.png\n\n%u\n", i, i);
  g_string_append (text, "--b--\n");
  message = parse (text);

  /* The message itself is one part, and one holds the rest. */
  n_attachments = aimx_message_get_n_attachments (message);
  g_assert_cmpuint (n_attachments, ==, MIME_PARTS_MAX - 1);
  rest = aimx_message_get_attachment (message, n_attachments - 1);
  g_assert_cmpstr (rest->content_type, ==, "application/octet-stream");
  g_assert_cmpuint (rest->offset + rest->length, ==, text->len);
  g_assert_true (g_str_has_prefix (text->str + rest->offset, "--b\nContent-Type: image/png; name=998.png\n"));
  g_assert_nonnull (strstr (aimx_message_get_body (message), "too many parts"));
}

static void
test_parts_nested_too_deep_are_one_attachment (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (AimxMessage) message = NULL;
  const AimxAttachment *deep;

  for (guint i = 0; i < 150; i++)
    g_string_append_printf (text, "Content-Type: multipart/mixed; boundary=b%u\n\n--b%u\n", i, i);
  g_string_append (text, "Content-Type: text/plain\n\ndeep inside\n");
  for (guint i = 150; i > 0; i--)
    g_string_append_printf (text, "--b%u--\n", i - 1);
  message = parse (text);

  g_assert_cmpuint (aimx_message_get_n_attachments (message), ==, 1);
  deep = aimx_message_get_attachment (message, 0);
  g_assert_cmpstr (deep->content_type, ==, "multipart/mixed");
  g_assert_true (g_str_has_prefix (text->str + deep->offset, "--b100\n"));
  g_assert_nonnull (g_strstr_len (text->str + deep->offset, (gssize) deep->length, "deep inside"));
  g_assert_nonnull (strstr (aimx_message_get_body (message), "too many parts"));
}

static void
test_a_header_field_is_cut_with_a_mark (void)
{
  g_autoptr (GString) text = g_string_new ("Subject: ");
  g_autoptr (AimxMessage) message = NULL;
  const char *subject;

  append_times (text, "0123456789", 10000);
  g_string_append (text, "\nFrom: a@example.org\n\nbody\n");
  message = parse (text);
  subject = aimx_message_get (message, AIMX_MESSAGE_SUBJECT);
  g_assert_true (g_str_has_suffix (subject, HEADER_CUT_MARK));
  g_assert_cmpuint (strlen (subject), <=, HEADER_FIELD_MAX + strlen (HEADER_CUT_MARK));
  g_assert_cmpuint (strlen (subject), >, HEADER_FIELD_MAX - 10);
  g_assert_cmpstr (aimx_message_get (message, AIMX_MESSAGE_FROM), ==, "a@example.org");
  g_assert_cmpstr (aimx_message_get_body (message), ==, "body\n");
}

static void
test_headers_of_no_interest_displace_none (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (AimxMessage) message = NULL;

  append_times (text, "X-Filler: x\n", 5000);
  g_string_append (text, "From: a@example.org\n");
  append_times (text, "To: b@example.net\n", 5000);
  g_string_append (text, "\nbody\n");
  message = parse (text);
  g_assert_cmpstr (aimx_message_get (message, AIMX_MESSAGE_FROM), ==, "a@example.org");
  g_assert_cmpuint (count_characters_of (aimx_message_get (message, AIMX_MESSAGE_TO), '@'), ==, HEADER_FIELDS_MAX - 1);
  g_assert_cmpstr (aimx_message_get_body (message), ==, "body\n");
}

static void
test_no_more_addresses_than_the_limit (void)
{
  g_autoptr (GString) text = g_string_new ("From: ");
  g_autoptr (AimxMessage) message = NULL;

  append_times (text, "a@b.example, ", 3000);
  g_string_append (text, "\nTo: ");
  append_times (text, "a@b.example, ", 3000);
  g_string_append (text, "\n\n");
  message = parse (text);
  g_assert_cmpuint (aimx_message_get_author_count (message), ==, ADDRESSES_MAX);
  g_assert_cmpuint (count_characters_of (aimx_message_get (message, AIMX_MESSAGE_TO), '@'), ==, ADDRESSES_MAX);
}

static void
test_html_over_the_limit_ends_with_a_line_that_says_so (void)
{
  g_autoptr (GString) text = g_string_new ("Content-Type: text/html\n\n");
  g_autoptr (AimxMessage) message = NULL;
  const char *body;

  append_times (text, "<p>0123456789 0123456789 0123456789</p>\n", 3 * HTML_MAX / 40);
  message = parse (text);
  body = aimx_message_get_body (message);
  g_assert_cmpuint (strlen (body), <=, HTML_MAX);
  g_assert_true (g_str_has_prefix (body, "0123456789 0123456789 0123456789\n\n0123456789"));
  g_assert_true (g_str_has_suffix (body, "\n\n[This HTML is longer than what is converted; the rest is left out.]\n"));
}

static void
test_the_limit_of_html_is_for_all_parts_together (void)
{
  g_autoptr (GString) text = g_string_new ("Content-Type: multipart/mixed; boundary=b\n\n");
  g_autoptr (AimxMessage) message = NULL;

  for (guint i = 0; i < 8; i++)
    {
      g_string_append (text, "--b\nContent-Type: text/html\n\n");
      append_times (text, "<p>0123456789</p>\n", HTML_MAX / 18 / 2);
    }
  message = parse (text);
  g_assert_cmpuint (strlen (aimx_message_get_body (message)), <=, HTML_MAX);
}

static void
test_plain_text_is_never_cut (void)
{
  g_autoptr (GString) text = g_string_new ("Subject: long\n\n");
  g_autoptr (AimxMessage) message = NULL;

  append_times (text, "0123456789 0123456789 0123456789 01234567\n", 4 * MIB / 42);
  message = parse (text);
  g_assert_cmpstr (aimx_message_get_body (message), ==, text->str + strlen ("Subject: long\n\n"));
}

static void
test_the_digest_is_of_what_follows_the_header (void)
{
  g_autoptr (GString) first = g_string_new ("Subject: one\r\nReceived: by a\r\n\r\nbody\r\n");
  g_autoptr (GString) second = g_string_new ("Subject: two\r\n\r\nbody\r\n");
  g_autoptr (AimxMessage) message = parse (first);
  g_autoptr (AimxMessage) other = parse (second);
  g_autofree char *expected = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "body\r\n", -1);

  g_assert_cmpstr (aimx_message_get_body_digest (message), ==, expected);
  g_assert_cmpstr (aimx_message_get_body_digest (other), ==, expected);
}

/* ---- hostile messages ---- */

/* A message that is @start, then @piece again and again. */
typedef struct
{
  const char *name;
  const char *start;
  const char *piece;
} Hostile;

static const Hostile hostiles[] = {
  { "dashes", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n", "--\n" },
  { "delimiters", "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n" },
  { "almost-delimiters", "Content-Type: multipart/mixed; boundary=bbbbbbbbbbbbbbbbbbb\n\n--bbbbbbbbbbbbbbbbbbb\n\n",
    "--bbbbbbbbbbbbbbbbbb\n" },
  { "headers", "", "From: a@b\n" },
  { "header-names", "", ":\n" },
  { "folding", "Subject: x\n", " x\n" },
  { "colons-without-names", "Subject: x\n", "x y:" },
  { "quotes", "From: ", "\"a " },
  { "comments", "From: ", "(," },
  { "groups", "From: ", "a:" },
  { "angles", "From: ", "<," },
  { "literals", "From: ", "[," },
  { "comments-in-a-date", "Date: ", "(" },
  { "words-before-commas", "From: ", "a," },
  { "many-authors", "From: \"(<[\n", "From: (\"a\n" },
  { "encoded-words", "Subject: ", "=?utf-8?q?=C3?= " },
  { "charsets", "Subject: ", "=?gb18030?q?x?= =?koi8-r?q?x?= " },
  { "open-words", "Subject: ", "=?" },
  { "parameters", "Content-Type: text/plain", ";a*1=b" },
  { "parts-with-parameters", "Content-Type: multipart/mixed; boundary=b\n\n",
    "--b\nContent-Type: text/plain;name*0*=a''b;name*1=c;name*2=d;name*2=e\n\nx\n" },
  { "bytes-that-are-no-text", "Content-Type: text/plain; charset=utf-8\n\n", "\xFF" },
  { "bytes-that-are-no-gb18030", "Content-Type: text/plain; charset=gb18030\n\n", "\xFF" },
  { "escapes", "Content-Type: text/plain; charset=iso-2022-jp\n\n", "\x1B" },
  { "base64", "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n", "=" },
  { "base64-pieces", "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n", "YQ=" },
  { "soft-breaks", "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n", "=\n" },
  { "carriage-returns", "Subject: x\n\n", "\r" },
  { "attributes", "Content-Type: text/html\n\n<p", " a" },
  { "distinct-attributes", "Content-Type: text/html\n\n<p", " a\x01 b\x02 c\x03 d\x04" },
  { "open-elements", "Content-Type: text/html\n\n", "<b>" },
  { "styles", "Content-Type: text/html\n\n", "<p style=';;;;font:0 0 0 0 0;;;;;;/*;;;;*/;;;;font-size:1em;;;;;;;;'>x" },
  { "open-quotes", "Content-Type: text/html\n\n", "<blockquote>" },
  { "quoted-lines", "Content-Type: text/html\n\n<blockquote><blockquote><blockquote><blockquote>", "<br>x" },
  { "open-lists", "Content-Type: text/html\n\n", "<ul><li>" },
  { "open-tables", "Content-Type: text/html\n\n", "<table><tr><td>" },
  { "open-links", "Content-Type: text/html\n\n", "<table><tr><td><a href=http://x>" },
  { "open-headings", "Content-Type: text/html\n\n", "<h1>x" },
  { "headings-in-links", "Content-Type: text/html\n\n", "<a href=http://x><h1><code>x" },
  { "wide-cells", "Content-Type: text/html\n\n<table><tr><td>a<td>b<tr><td>a<td>b<tr>", "<td colspan=1000>" },
  { "end-tags", "Content-Type: text/html\n\n<i><i><i><i><i><i><i><i><i><i>", "</b>" },
  { "comments-in-html", "Content-Type: text/html\n\n", "<!--" },
  { "instructions", "Content-Type: text/html\n\n", "<?x " },
  { "scripts", "Content-Type: text/html\n\n", "<script>" },
  { "open-tags", "Content-Type: text/html\n\n", "<a " },
  { "open-values", "Content-Type: text/html\n\n", "<a b='" },
  { "entities", "Content-Type: text/html\n\n", "&a" },
  { "character-references", "Content-Type: text/html\n\n", "&#1;" },
  { "backticks", "Content-Type: text/html\n\n<code>", "`" },
  { "lesser-signs", "Content-Type: text/html\n\n", "<" },
};

static void
test_hostile_message_costs_linear_time (gconstpointer data)
{
  const Hostile *hostile = data;
  g_autoptr (GString) text = g_string_sized_new (HOSTILE_SIZE + 256);
  g_autoptr (AimxMessage) message = NULL;
  gint64 begun;

  g_string_append (text, hostile->start);
  append_times (text, hostile->piece, HOSTILE_SIZE / strlen (hostile->piece));
  begun = g_get_monotonic_time ();
  message = parse (text);
  g_test_message ("%s: %.3f s", hostile->name, (double) (g_get_monotonic_time () - begun) / G_USEC_PER_SEC);
  g_assert_cmpint (g_get_monotonic_time () - begun, <, HOSTILE_SECONDS_MAX * G_USEC_PER_SEC);
  g_assert_true (g_utf8_validate (aimx_message_get_body (message), -1, NULL));
}

/* Boundaries that begin with one another, a hundred open at once. */
static void
test_many_open_boundaries_cost_linear_time (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) boundary = g_string_new (NULL);
  g_autoptr (AimxMessage) message = NULL;
  gint64 begun;

  for (guint i = 0; i < MIME_DEPTH_MAX; i++)
    {
      g_string_append_c (boundary, 'b');
      g_string_append_printf (text, "Content-Type: multipart/mixed; boundary=%s\n\n--%s\n", boundary->str,
                              boundary->str);
    }
  g_string_append (text, "\n");
  g_string_append_c (boundary, 'b');
  while (text->len < HOSTILE_SIZE)
    g_string_append_printf (text, "--%s\n", boundary->str);
  begun = g_get_monotonic_time ();
  message = parse (text);
  g_assert_cmpint (g_get_monotonic_time () - begun, <, HOSTILE_SECONDS_MAX * G_USEC_PER_SEC);
  g_assert_cmpuint (aimx_message_get_n_attachments (message), ==, 0);
  g_assert_cmpuint (strlen (aimx_message_get_body (message)), >, HOSTILE_SIZE / 2);
}

/* ---- threads ---- */

static gpointer
parse_often (gpointer data)
{
  GBytes *raw = data;
  g_autofree char *body = NULL;

  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (AimxMessage) message = message_parse (raw);

      if (body != NULL)
        g_assert_cmpstr (aimx_message_get_body (message), ==, body);
      g_free (body);
      body = g_strdup (aimx_message_get_body (message));
    }
  return NULL;
}

static void
test_many_threads_parse_at_once (void)
{
  g_autoptr (GBytes) raw = NULL;
  GString *text =
      g_string_new ("From: =?koi8-r?q?=C1?= <a@example.org>\n"
                    "Date: Tue, 3 Feb 2026 09:15:02 +0100 (CET)\n"
                    "Content-Type: multipart/alternative; boundary=b\n\n"
                    "--b\nContent-Type: text/plain; charset=iso-2022-jp\n\n \n"
                    "--b\nContent-Type: text/html; charset=windows-1251\n\n<h1>\xC0 &eacute;</h1>\n--b--\n");
  GThread *threads[4];

  raw = g_string_free_to_bytes (text);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("parser", parse_often, raw);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  /* MALLOC_PERTURB_, which meson sets, makes glibc fill all that lies free behind a block each time that block grows:
   * the time it takes then says nothing. */
  mallopt (M_PERTURB, 0);
  message_parser_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mime/limits/parts", test_parts_over_the_limit_are_one_attachment);
  g_test_add_func ("/mime/limits/depth", test_parts_nested_too_deep_are_one_attachment);
  g_test_add_func ("/mime/limits/header-field-is-cut-with-a-mark", test_a_header_field_is_cut_with_a_mark);
  g_test_add_func ("/mime/limits/headers-of-no-interest-displace-none", test_headers_of_no_interest_displace_none);
  g_test_add_func ("/mime/limits/addresses", test_no_more_addresses_than_the_limit);
  g_test_add_func ("/mime/limits/html-says-that-it-is-cut", test_html_over_the_limit_ends_with_a_line_that_says_so);
  g_test_add_func ("/mime/limits/html-of-all-parts-together", test_the_limit_of_html_is_for_all_parts_together);
  g_test_add_func ("/mime/limits/plain-text-is-never-cut", test_plain_text_is_never_cut);
  g_test_add_func ("/mime/digest-is-of-what-follows-the-header", test_the_digest_is_of_what_follows_the_header);
  for (guint i = 0; i < G_N_ELEMENTS (hostiles); i++)
    {
      g_autofree char *path = g_strconcat ("/mime/linear-time/", hostiles[i].name, NULL);

      g_test_add_data_func (path, &hostiles[i], test_hostile_message_costs_linear_time);
    }
  g_test_add_func ("/mime/linear-time/many-open-boundaries", test_many_open_boundaries_cost_linear_time);
  g_test_add_func ("/mime/many-threads-parse-at-once", test_many_threads_parse_at_once);
  return g_test_run ();
}
