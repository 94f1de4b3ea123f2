/* SPDX-License-Identifier: MIT */
/* Promises of the AIMX/1 codec (core/wire): every frame is replayed whole, in halves and byte by byte. */
#include <aimx/frame.h>
#include <string.h>

#define BODY_LIMIT 100

/* ---- requests ---- */

typedef struct
{
  AimxRequestParser *parser;
  AimxFrameStatus status;
  gsize taken;
  guint n_verbs;
  guint n_heads;
} Reading;

static void
reading_clear (Reading *reading)
{
  aimx_request_parser_free (reading->parser);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

static gboolean
reading_goes_on (const Reading *reading)
{
  return reading->status != AIMX_FRAME_COMPLETE && reading->status != AIMX_FRAME_MALFORMED;
}

static void
reading_feed (Reading *reading, const char *data, gsize length)
{
  gsize n_taken;

  reading->status = aimx_request_parser_feed (reading->parser, data, length, &n_taken);
  g_assert_cmpuint (n_taken, <=, length);
  reading->taken += n_taken;
  if (reading->status == AIMX_FRAME_VERB)
    {
      reading->n_verbs++;
      aimx_request_parser_set_body_limit (reading->parser, BODY_LIMIT);
    }
  else if (reading->status == AIMX_FRAME_HEAD)
    reading->n_heads++;
  else if (reading->status == AIMX_FRAME_MORE)
    g_assert_cmpuint (n_taken, ==, length);
}

/* Reads a frame in pieces of a size; what a piece leaves is given again with the next. */
static Reading
read_pieces (const char *frame, gsize length, gsize piece)
{
  Reading reading = { .parser = aimx_request_parser_new (), .status = AIMX_FRAME_MORE };

  while (reading_goes_on (&reading) && reading.taken < length)
    reading_feed (&reading, frame + reading.taken, MIN (piece, length - reading.taken));
  if (reading_goes_on (&reading))
    reading.status = aimx_request_parser_end (reading.parser);
  return reading;
}

static void
assert_request (const char *frame,
                gsize length,
                const char *verb,
                const char *headers,
                const char *body,
                gsize frame_length)
{
  const gsize pieces[] = { length, (length + 1) / 2, 1 };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_auto (Reading) reading = read_pieces (frame, length, pieces[i]);
      g_autofree char *joined = NULL;
      g_autoptr (GBytes) read_body = NULL;

      g_assert_cmpstr (aimx_request_parser_get_fault (reading.parser), ==, NULL);
      g_assert_cmpint (reading.status, ==, AIMX_FRAME_COMPLETE);
      g_assert_cmpuint (reading.taken, ==, frame_length);
      g_assert_cmpuint (reading.n_verbs, ==, 1);
      g_assert_cmpuint (reading.n_heads, ==, body != NULL && *body != '\0' ? 1 : 0);
      g_assert_cmpstr (aimx_request_parser_get_verb (reading.parser), ==, verb);
      joined = g_strjoinv ("|", (GStrv) aimx_request_parser_get_headers (reading.parser));
      g_assert_cmpstr (joined, ==, headers);
      read_body = aimx_request_parser_take_body (reading.parser);
      g_assert_true ((read_body == NULL) == (body == NULL));
      if (body != NULL)
        g_assert_cmpmem (g_bytes_get_data (read_body, NULL), g_bytes_get_size (read_body), body, strlen (body));
    }
}

static void
assert_text_request (const char *frame, const char *verb, const char *headers, const char *body)
{
  assert_request (frame, strlen (frame), verb, headers, body, strlen (frame));
}

static void
assert_malformed (const char *frame, gsize length, const char *fault)
{
  const gsize pieces[] = { length, (length + 1) / 2, 1 };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_auto (Reading) reading = read_pieces (frame, length, pieces[i]);

      g_assert_cmpint (reading.status, ==, AIMX_FRAME_MALFORMED);
      g_assert_cmpstr (aimx_request_parser_get_fault (reading.parser), ==, fault);
      /* Final. */
      reading_feed (&reading, "x", 1);
      g_assert_cmpint (reading.status, ==, AIMX_FRAME_MALFORMED);
    }
}

static void
assert_malformed_text (const char *frame, const char *fault)
{
  assert_malformed (frame, strlen (frame), fault);
}

static void
test_request_without_headers (void)
{
  assert_text_request ("AIMX/1 VERSION\n\n", "VERSION", "", NULL);
  assert_text_request ("AIMX/1 VERSION\r\n\r\n", "VERSION", "", NULL);
  assert_text_request ("AIMX/1 no such verb \n\n", "no such verb ", "", NULL);
  assert_text_request ("AIMX/1 \n\n", "", "", NULL);
}

static void
test_headers_keep_order_and_lose_space (void)
{
  assert_text_request ("AIMX/1 MARK-READ\nMailbox:  a@b.org \t\r\nID:1\nX-New: a: b\nEmpty:\n\n", "MARK-READ",
                       "Mailbox|a@b.org|ID|1|X-New|a: b|Empty|", NULL);
}

static void
test_body_is_binary_and_ends_by_its_length (void)
{
  assert_text_request ("AIMX/1 SEND\ncontent-length: 5\n\n\r\n\n\xff\x01", "SEND", "content-length|5",
                       "\r\n\n\xff\x01");
  assert_text_request ("AIMX/1 SEND\nContent-Length: 0\n\n", "SEND", "Content-Length|0", "");
}

static void
test_what_follows_the_frame_is_left (void)
{
  const char frame[] = "AIMX/1 SEND\nContent-Length: 2\n\nabAIMX/1 VERSION\n\n";

  assert_request (frame, strlen (frame), "SEND", "Content-Length|2", "ab",
                  strlen (frame) - strlen ("AIMX/1 VERSION\n\n"));
}

static void
test_another_protocol_is_refused_at_its_first_byte (void)
{
  const char *fault = "the request does not start with 'AIMX/1 '";
  g_auto (Reading) reading = { .parser = aimx_request_parser_new () };

  assert_malformed_text ("GET / HTTP/1.1\r\n\r\n", fault);
  assert_malformed_text ("AIMX/2 VERSION\n\n", fault);
  assert_malformed_text ("aimx/1 VERSION\n\n", fault);
  assert_malformed_text ("AIMX/1\n\n", fault);
  assert_malformed_text ("\n", fault);
  assert_malformed ("AIMX\0/1 VERSION\n", 16, fault);
  reading_feed (&reading, "\x16", 1);
  g_assert_cmpint (reading.status, ==, AIMX_FRAME_MALFORMED);
}

static void
test_faulty_header_lines (void)
{
  assert_malformed_text ("AIMX/1 X\nMailbox\n\n", "header line without ':'");
  assert_malformed_text ("AIMX/1 X\n: v\n\n", "header line without a name");
  assert_malformed_text ("AIMX/1 X\nId : v\n\n", "header name that is not printable ASCII without spaces");
  assert_malformed_text ("AIMX/1 X\n Id: v\n\n", "header name that is not printable ASCII without spaces");
  assert_malformed_text ("AIMX/1 X\nN\xc3\xa4me: v\n\n", "header name that is not printable ASCII without spaces");
  assert_malformed_text ("AIMX/1 X\nId: \xff\n\n", "header line that is not UTF-8");
  assert_malformed_text ("AIMX/1 \xc0\x80\n\n", "request line that is not UTF-8");
}

static void
test_content_length_rules (void)
{
  static const char *const no_numbers[] = { "", "-1", "+1", "1 2", "0x10", "1.0", "five" };

  for (guint i = 0; i < G_N_ELEMENTS (no_numbers); i++)
    {
      g_autofree char *frame = g_strdup_printf ("AIMX/1 X\nContent-Length: %s\n\n", no_numbers[i]);

      assert_malformed_text (frame, "Content-Length is not a number");
    }
  assert_malformed_text ("AIMX/1 X\nContent-Length: 101\n\n", "body over 100 bytes");
  assert_malformed_text ("AIMX/1 X\nContent-Length: 99999999999999999999999\n\n", "body over 100 bytes");
  assert_malformed_text ("AIMX/1 X\nContent-Length: 0\nCONTENT-LENGTH: 0\n\n", "Content-Length comes twice");
}

static void
test_verb_without_body_takes_only_zero (void)
{
  const char *lengths[] = { "0", "1" };
  const AimxFrameStatus expected[] = { AIMX_FRAME_COMPLETE, AIMX_FRAME_MALFORMED };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (AimxRequestParser) parser = aimx_request_parser_new ();
      g_autofree char *headers = g_strdup_printf ("Content-Length: %s\n\n", lengths[i]);
      gsize n_taken;

      g_assert_cmpint (aimx_request_parser_feed (parser, "AIMX/1 X\n", 9, &n_taken), ==, AIMX_FRAME_VERB);
      aimx_request_parser_set_body_limit (parser, 0);
      g_assert_cmpint (aimx_request_parser_feed (parser, headers, strlen (headers), &n_taken), ==, expected[i]);
    }
}

static void
test_truncated_requests (void)
{
  const char *head = "the request ends before the empty line after its headers";

  assert_malformed_text ("AIMX/1 VERSION", head);
  assert_malformed_text ("AIMX/1 VERSION\n", head);
  assert_malformed_text ("AIMX/1 VERSION\nId: 1\n", head);
  assert_malformed_text ("AIMX/1 SEND\nContent-Length: 5\n\nabcd", "the body ends after 4 of 5 bytes");
}

/* A request line, then header lines of a length, all in all so many. */
static char *
make_headers (guint n, gsize line_length)
{
  GString *frame = g_string_new ("AIMX/1 X\n");

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *value = g_strnfill (line_length - strlen ("X: "), 'v');

      g_string_append_printf (frame, "X: %s\n", value);
    }
  g_string_append_c (frame, '\n');
  return g_string_free (frame, FALSE);
}

static void
test_lines_and_headers_are_bounded (void)
{
  g_autofree char *longest = make_headers (1, AIMX_FRAME_LINE_MAX);
  g_autofree char *too_long = make_headers (1, AIMX_FRAME_LINE_MAX + 1);
  g_autofree char *most = make_headers (AIMX_FRAME_HEADERS_MAX, 10);
  g_autofree char *too_many = make_headers (AIMX_FRAME_HEADERS_MAX + 1, 10);
  g_autofree char *too_large = make_headers (9, AIMX_FRAME_LINE_MAX);
  g_autofree char *endless = g_strnfill (3 * AIMX_FRAME_LINE_MAX, 'x');
  g_autofree char *endless_verb = g_strconcat ("AIMX/1 ", endless, NULL);
  g_auto (Reading) reading = read_pieces (longest, strlen (longest), 7);
  g_auto (Reading) reading_most = read_pieces (most, strlen (most), 7);

  g_assert_cmpint (reading.status, ==, AIMX_FRAME_COMPLETE);
  g_assert_cmpint (reading_most.status, ==, AIMX_FRAME_COMPLETE);
  assert_malformed_text (too_long, "header line over 8192 bytes");
  assert_malformed_text (too_many, "more than 100 header lines");
  assert_malformed_text (too_large, "header lines over 65536 bytes");
  assert_malformed_text (endless_verb, "request line over 8192 bytes");
}

static void
test_cr_of_the_longest_line_is_tolerated (void)
{
  g_autofree char *value = g_strnfill (AIMX_FRAME_LINE_MAX - strlen ("X: "), 'v');
  g_autofree char *frame = g_strdup_printf ("AIMX/1 X\r\nX: %s\r\n\r\n", value);
  g_autofree char *headers = g_strdup_printf ("X|%s", value);

  assert_text_request (frame, "X", headers, NULL);
}

static void
test_nul_never_shortens_a_value (void)
{
  const char frame[] = "AIMX/1 X\0Y\nId: a\0b\n\n";

  assert_request (frame, sizeof frame - 1, "X\xef\xbf\xbdY",
                  "Id|a\xef\xbf\xbd"
                  "b",
                  NULL, sizeof frame - 1);
}

/* ---- answers ---- */

static AimxResponseParser *
read_answer (const char *frame, gsize piece, AimxFrameStatus *status)
{
  AimxResponseParser *parser = aimx_response_parser_new ();
  gsize length = strlen (frame);

  *status = AIMX_FRAME_MORE;
  for (gsize at = 0; at < length && *status == AIMX_FRAME_MORE; at += piece)
    *status = aimx_response_parser_feed (parser, frame + at, MIN (piece, length - at));
  if (*status == AIMX_FRAME_MORE)
    *status = aimx_response_parser_end (parser);
  return parser;
}

static void
assert_answer (const char *frame, AimxFrameStatus expected, const char *code, const char *text, const char *body)
{
  const gsize pieces[] = { strlen (frame), strlen (frame) / 2 + 1, 1 };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      AimxFrameStatus status;
      g_autoptr (AimxResponseParser) parser = read_answer (frame, MAX (pieces[i], 1), &status);
      g_autoptr (GBytes) read_body = NULL;

      g_assert_cmpint (status, ==, expected);
      g_assert_true ((aimx_response_parser_get_fault (parser) != NULL) == (expected == AIMX_FRAME_MALFORMED));
      if (expected != AIMX_FRAME_COMPLETE)
        continue;
      g_assert_cmpstr (aimx_response_parser_get_code (parser), ==, code);
      g_assert_cmpstr (aimx_response_parser_get_text (parser), ==, text);
      read_body = aimx_response_parser_take_body (parser);
      g_assert_true ((read_body == NULL) == (body == NULL));
      if (body != NULL)
        g_assert_cmpmem (g_bytes_get_data (read_body, NULL), g_bytes_get_size (read_body), body, strlen (body));
    }
}

static void
test_each_shape_is_read (void)
{
  assert_answer ("AIMX/1 OK\n", AIMX_FRAME_COMPLETE, NULL, NULL, NULL);
  assert_answer ("AIMX/1 OK\r\n\r\n", AIMX_FRAME_COMPLETE, NULL, NULL, NULL);
  assert_answer ("AIMX/1 OK <1@b.org>\n", AIMX_FRAME_COMPLETE, NULL, "<1@b.org>", NULL);
  assert_answer ("AIMX/1 OK\nContent-Length: 2\n\n[]", AIMX_FRAME_COMPLETE, NULL, NULL, "[]");
  assert_answer ("AIMX/1 OK\nContent-Length: 0\nX: y\n\n", AIMX_FRAME_COMPLETE, NULL, NULL, "");
  assert_answer ("AIMX/1 ERR EACCES not authorized\nCode: EACCES\n\n", AIMX_FRAME_COMPLETE, "EACCES", "not authorized",
                 NULL);
  assert_answer ("AIMX/1 ERR IO\n", AIMX_FRAME_COMPLETE, "IO", "", NULL);
}

static void
test_truncated_answers_are_not_complete (void)
{
  assert_answer ("", AIMX_FRAME_MORE, NULL, NULL, NULL);
  assert_answer ("AIMX/1 OK", AIMX_FRAME_MORE, NULL, NULL, NULL);
  assert_answer ("AIMX/1 OK\nContent-Length: 2\n", AIMX_FRAME_MORE, NULL, NULL, NULL);
  assert_answer ("AIMX/1 OK\nContent-Length: 2\n\n[", AIMX_FRAME_MORE, NULL, NULL, NULL);
  assert_answer ("AIMX/1 ERR EACCES no\nCode", AIMX_FRAME_MORE, NULL, NULL, NULL);
}

static void
test_what_is_no_answer_is_refused (void)
{
  assert_answer ("HTTP/1.1 200 OK\r\n", AIMX_FRAME_MALFORMED, NULL, NULL, NULL);
  assert_answer ("AIMX/1 OKAY\n", AIMX_FRAME_MALFORMED, NULL, NULL, NULL);
  assert_answer ("AIMX/1 ERR  x\n", AIMX_FRAME_MALFORMED, NULL, NULL, NULL);
  assert_answer ("AIMX/1 OK\nnonsense\n", AIMX_FRAME_MALFORMED, NULL, NULL, NULL);
  assert_answer ("AIMX/1 OK\nContent-Length: x\n", AIMX_FRAME_MALFORMED, NULL, NULL, NULL);
  assert_answer ("AIMX/1 OK\nContent-Length: 1\nContent-Length: 1\n", AIMX_FRAME_MALFORMED, NULL, NULL, NULL);
  assert_answer ("AIMX/1 OK\nContent-Length: 268435457\n", AIMX_FRAME_MALFORMED, NULL, NULL, NULL);
}

static void
test_shapes_are_written_as_the_protocol_says (void)
{
  g_autofree char *ack = aimx_frame_new_ok (NULL);
  g_autofree char *id = aimx_frame_new_ok ("<1@b.org>");
  g_autofree char *head = aimx_frame_new_json_head (17);
  g_autofree char *error = aimx_frame_new_error ("ENOENT", "hook 'x' not found");

  g_assert_cmpstr (ack, ==, "AIMX/1 OK\n");
  g_assert_cmpstr (id, ==, "AIMX/1 OK <1@b.org>\n");
  g_assert_cmpstr (head, ==, "AIMX/1 OK\nContent-Length: 17\n\n");
  g_assert_cmpstr (error, ==, "AIMX/1 ERR ENOENT hook 'x' not found\nCode: ENOENT\n\n");
}

static void
test_no_reason_forges_a_frame (void)
{
  g_autofree char *forged = aimx_frame_new_error ("IO", "a\r\nCode: EACCES\n\n\x01\x7f\xc2\x85\xe2\x80\xa8z");
  g_autofree char *bytes = aimx_frame_new_error ("IO", "a\xff"
                                                       "b");

  g_assert_cmpstr (forged, ==, "AIMX/1 ERR IO a  Code: EACCES      z\nCode: IO\n\n");
  g_assert_cmpstr (bytes, ==,
                   "AIMX/1 ERR IO a\xef\xbf\xbd"
                   "b\nCode: IO\n\n");
}

static void
test_long_reason_is_cut_between_characters (void)
{
  g_autofree char *fill = g_strnfill (AIMX_FRAME_LINE_MAX - strlen ("AIMX/1 ERR IO ") - 1, 'x');
  g_autofree char *reason = g_strconcat (fill, "\xc3\xa4 and more", NULL);
  g_autofree char *frame = aimx_frame_new_error ("IO", reason);

  assert_answer (frame, AIMX_FRAME_COMPLETE, "IO", fill, NULL);
}

/* ---- what a client writes ---- */

static void
test_written_request_is_read_back (void)
{
  const char *const headers[] = { "Mailbox", "a@b.org", "Note", "", NULL };
  g_autoptr (GBytes) body = g_bytes_new_static ("text", 4);
  g_autofree char *fault = NULL;
  g_autofree char *head = aimx_frame_new_request_head ("X", headers, body, &fault);
  g_autofree char *frame = g_strconcat (head, "text", NULL);

  assert_text_request (frame, "X", "Mailbox|a@b.org|Note||Content-Length|4", "text");
}

static void
assert_unframable (const char *verb, const char *name, const char *value)
{
  const char *const headers[] = { name, value, NULL };
  g_autofree char *fault = NULL;
  g_autofree char *head = aimx_frame_new_request_head (verb, headers, NULL, &fault);

  g_assert_null (head);
  g_assert_nonnull (fault);
}

static void
test_request_that_would_read_differently_is_not_written (void)
{
  g_autofree char *longest = g_strnfill (AIMX_FRAME_LINE_MAX, 'v');

  assert_unframable ("", NULL, NULL);
  assert_unframable ("X\nY", NULL, NULL);
  assert_unframable (longest, NULL, NULL);
  assert_unframable ("X", "Na me", "v");
  assert_unframable ("X", "Name:", "v");
  assert_unframable ("X", "", "v");
  assert_unframable ("X", "Name", "a\nForce: true");
  assert_unframable ("X", "Name", NULL);
  assert_unframable ("X", "Name", " v");
  assert_unframable ("X", "Name", "\xff");
  assert_unframable ("X", "Name", longest);
  assert_unframable ("X", "content-length", "3");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame/request-without-headers", test_request_without_headers);
  g_test_add_func ("/frame/headers-keep-order-and-lose-space", test_headers_keep_order_and_lose_space);
  g_test_add_func ("/frame/body-is-binary-and-ends-by-its-length", test_body_is_binary_and_ends_by_its_length);
  g_test_add_func ("/frame/what-follows-the-frame-is-left", test_what_follows_the_frame_is_left);
  g_test_add_func ("/frame/another-protocol-is-refused-at-its-first-byte",
                   test_another_protocol_is_refused_at_its_first_byte);
  g_test_add_func ("/frame/faulty-header-lines", test_faulty_header_lines);
  g_test_add_func ("/frame/content-length-rules", test_content_length_rules);
  g_test_add_func ("/frame/verb-without-body-takes-only-zero", test_verb_without_body_takes_only_zero);
  g_test_add_func ("/frame/truncated-requests", test_truncated_requests);
  g_test_add_func ("/frame/lines-and-headers-are-bounded", test_lines_and_headers_are_bounded);
  g_test_add_func ("/frame/cr-of-the-longest-line-is-tolerated", test_cr_of_the_longest_line_is_tolerated);
  g_test_add_func ("/frame/nul-never-shortens-a-value", test_nul_never_shortens_a_value);
  g_test_add_func ("/frame/each-shape-is-read", test_each_shape_is_read);
  g_test_add_func ("/frame/truncated-answers-are-not-complete", test_truncated_answers_are_not_complete);
  g_test_add_func ("/frame/what-is-no-answer-is-refused", test_what_is_no_answer_is_refused);
  g_test_add_func ("/frame/shapes-are-written-as-the-protocol-says", test_shapes_are_written_as_the_protocol_says);
  g_test_add_func ("/frame/no-reason-forges-a-frame", test_no_reason_forges_a_frame);
  g_test_add_func ("/frame/long-reason-is-cut-between-characters", test_long_reason_is_cut_between_characters);
  g_test_add_func ("/frame/written-request-is-read-back", test_written_request_is_read_back);
  g_test_add_func ("/frame/request-that-would-read-differently-is-not-written",
                   test_request_that_would_read_differently_is_not_written);
  return g_test_run ();
}
