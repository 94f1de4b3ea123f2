/* SPDX-License-Identifier: MIT */
/*
 * Any bytes are a request or not, and an answer or not, and however they are cut into pieces the outcome is the same.
 */
#include <aimx/frame.h>
#include <stdint.h>
#include <string.h>

#define BODY_LIMIT (64 * 1024)

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
describe_strings (GString *outcome, const char *const *strings)
{
  for (gsize i = 0; strings[i] != NULL; i++)
    g_string_append_printf (outcome, "[%s]", strings[i]);
}

static void
describe_body (GString *outcome, GBytes *body)
{
  gsize size;
  const char *data;

  if (body == NULL)
    return;
  data = g_bytes_get_data (body, &size);
  g_string_append_printf (outcome, "%" G_GSIZE_FORMAT ":", size);
  g_string_append_len (outcome, data, (gssize) size);
}

/* Reads a request in pieces of @piece bytes. Returns all that a caller can see of it. */
static GString *
read_request (const uint8_t *data, gsize size, gsize piece)
{
  g_autoptr (AimxRequestParser) parser = aimx_request_parser_new ();
  g_autoptr (GBytes) body = NULL;
  AimxFrameStatus status = AIMX_FRAME_MORE;
  GString *outcome = g_string_new (NULL);
  gsize taken = 0;

  while (status != AIMX_FRAME_COMPLETE && status != AIMX_FRAME_MALFORMED && taken < size)
    {
      gsize n_taken;

      status = aimx_request_parser_feed (parser, data + taken, MIN (piece, size - taken), &n_taken);
      taken += n_taken;
      if (status == AIMX_FRAME_VERB)
        aimx_request_parser_set_body_limit (parser, BODY_LIMIT);
    }
  if (status != AIMX_FRAME_COMPLETE && status != AIMX_FRAME_MALFORMED)
    status = aimx_request_parser_end (parser);
  if (status == AIMX_FRAME_MALFORMED)
    {
      g_assert_nonnull (aimx_request_parser_get_fault (parser));
      return g_string_append (outcome, aimx_request_parser_get_fault (parser));
    }
  g_assert_cmpint (status, ==, AIMX_FRAME_COMPLETE);
  g_assert_true (g_utf8_validate (aimx_request_parser_get_verb (parser), -1, NULL));
  g_string_append_printf (outcome, "%" G_GSIZE_FORMAT "[%s]", taken, aimx_request_parser_get_verb (parser));
  describe_strings (outcome, aimx_request_parser_get_headers (parser));
  body = aimx_request_parser_take_body (parser);
  describe_body (outcome, body);
  return outcome;
}

static GString *
read_answer (const uint8_t *data, gsize size, gsize piece)
{
  g_autoptr (AimxResponseParser) parser = aimx_response_parser_new ();
  g_autoptr (GBytes) body = NULL;
  AimxFrameStatus status = AIMX_FRAME_MORE;
  GString *outcome = g_string_new (NULL);

  for (gsize at = 0; at < size && status == AIMX_FRAME_MORE; at += piece)
    status = aimx_response_parser_feed (parser, data + at, MIN (piece, size - at));
  if (status == AIMX_FRAME_MORE)
    status = aimx_response_parser_end (parser);
  g_string_append_printf (outcome, "%d", status);
  if (status != AIMX_FRAME_COMPLETE)
    return g_string_append (outcome, status == AIMX_FRAME_MALFORMED ? aimx_response_parser_get_fault (parser) : "");
  g_string_append_printf (outcome, "[%s][%s]", aimx_response_parser_get_code (parser),
                          aimx_response_parser_get_text (parser));
  body = aimx_response_parser_take_body (parser);
  describe_body (outcome, body);
  return outcome;
}

typedef GString *(*ReadFunc) (const uint8_t *data, gsize size, gsize piece);

static void
expect_one_outcome (ReadFunc read, const uint8_t *data, gsize size)
{
  const gsize pieces[] = { 1, 2, 7, size / 2 + 1 };
  GString *whole = read (data, size, MAX (size, 1));

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      GString *cut = read (data, size, pieces[i]);

      g_assert_cmpmem (cut->str, cut->len, whole->str, whole->len);
      g_string_free (cut, TRUE);
    }
  g_string_free (whole, TRUE);
}

/* What is not one line or not UTF-8 must not become a frame of its own when it is echoed. */
static void
expect_echo_is_one_error (const uint8_t *data, gsize size)
{
  g_autofree char *reason = g_strndup ((const char *) data, size);
  g_autofree char *frame = aimx_frame_new_error ("IO", reason);
  g_autoptr (AimxResponseParser) parser = aimx_response_parser_new ();

  g_assert_cmpint (aimx_response_parser_feed (parser, frame, strlen (frame) - 1), ==, AIMX_FRAME_MORE);
  g_assert_cmpint (aimx_response_parser_feed (parser, "\n", 1), ==, AIMX_FRAME_COMPLETE);
  g_assert_cmpstr (aimx_response_parser_get_code (parser), ==, "IO");
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  expect_one_outcome (read_request, data, size);
  expect_one_outcome (read_answer, data, size);
  expect_echo_is_one_error (data, size);
  return 0;
}
