/* SPDX-License-Identifier: MIT */
/*
 * A request, read as it comes: request line, header lines, body. The first fault ends it.
 */
#include "wire/line.h"

#include <string.h>

#define REQUEST_PREFIX "AIMX/1 "

typedef enum
{
  STATE_REQUEST_LINE,
  STATE_HEADER_LINE,
  STATE_BODY,
  STATE_COMPLETE,
  STATE_MALFORMED,
} State;

struct _AimxRequestParser
{
  State state;
  GString *line;
  char *verb;
  GPtrArray *headers; /* of char *, name and value in turn, NULL at its end once they are complete */
  gsize header_bytes;
  gsize body_limit;
  gboolean has_body;
  gsize content_length;
  guint8 *body; /* content_length bytes, allocated with the first of them */
  gsize body_filled;
  char *fault;
};

AimxRequestParser *
aimx_request_parser_new (void)
{
  AimxRequestParser *self = g_new0 (AimxRequestParser, 1);

  self->line = g_string_new (NULL);
  self->headers = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
aimx_request_parser_free (AimxRequestParser *self)
{
  g_string_free (self->line, TRUE);
  g_ptr_array_unref (self->headers);
  g_free (self->verb);
  g_free (self->body);
  g_free (self->fault);
  g_free (self);
}

static AimxFrameStatus G_GNUC_PRINTF (2, 3) fail (AimxRequestParser *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  self->fault = g_strdup_vprintf (format, args);
  va_end (args);
  self->state = STATE_MALFORMED;
  return AIMX_FRAME_MALFORMED;
}

static AimxFrameStatus
fail_line (AimxRequestParser *self, AimxLineStatus status, const char *what)
{
  if (status == AIMX_LINE_TOO_LONG)
    return fail (self, "%s over %d bytes", what, AIMX_FRAME_LINE_MAX);
  return fail (self, "%s that is not UTF-8", what);
}

static AimxFrameStatus
feed_request_line (AimxRequestParser *self, const char *data, gsize length, gsize *n_taken)
{
  AimxLineStatus status = aimx_line_feed (self->line, data, length, n_taken);
  gsize known = strlen (REQUEST_PREFIX);

  /* Who speaks another protocol may wait for an answer without ever ending a line. */
  if (status == AIMX_LINE_MORE)
    known = MIN (known, self->line->len);
  if (strncmp (self->line->str, REQUEST_PREFIX, known) != 0)
    return fail (self, "the request does not start with '" REQUEST_PREFIX "'");
  if (status == AIMX_LINE_MORE)
    return AIMX_FRAME_MORE;
  if (status != AIMX_LINE_COMPLETE)
    return fail_line (self, status, "request line");
  self->verb = g_strdup (self->line->str + strlen (REQUEST_PREFIX));
  g_string_truncate (self->line, 0);
  self->state = STATE_HEADER_LINE;
  return AIMX_FRAME_VERB;
}

static AimxFrameStatus
take_content_length (AimxRequestParser *self, const char *value)
{
  if (self->has_body)
    return fail (self, "Content-Length comes twice");
  self->has_body = TRUE;
  if (aimx_line_parse_length (value, self->body_limit, &self->content_length))
    return AIMX_FRAME_MORE;
  if (*value == '\0' || strspn (value, "0123456789") != strlen (value))
    return fail (self, "Content-Length is not a number");
  if (self->body_limit == 0)
    return fail (self, "this verb takes no body");
  return fail (self, "body over %" G_GSIZE_FORMAT " bytes", self->body_limit);
}

static AimxFrameStatus
take_header (AimxRequestParser *self)
{
  const char *fault;
  char *value;

  self->header_bytes += self->line->len + 1;
  if (self->headers->len == 2 * AIMX_FRAME_HEADERS_MAX)
    return fail (self, "more than %d header lines", AIMX_FRAME_HEADERS_MAX);
  if (self->header_bytes > AIMX_FRAME_HEADER_BYTES_MAX)
    return fail (self, "header lines over %d bytes", AIMX_FRAME_HEADER_BYTES_MAX);
  fault = aimx_line_split_header (self->line->str, &value);
  if (fault != NULL)
    return fail (self, "%s", fault);
  g_ptr_array_add (self->headers, g_strdup (self->line->str));
  g_ptr_array_add (self->headers, g_strdup (value));
  if (g_ascii_strcasecmp (self->line->str, "Content-Length") == 0)
    return take_content_length (self, value);
  return AIMX_FRAME_MORE;
}

static AimxFrameStatus
end_headers (AimxRequestParser *self)
{
  g_ptr_array_add (self->headers, NULL);
  if (self->content_length == 0)
    {
      self->state = STATE_COMPLETE;
      return AIMX_FRAME_COMPLETE;
    }
  self->state = STATE_BODY;
  return AIMX_FRAME_HEAD;
}

static AimxFrameStatus
feed_header_line (AimxRequestParser *self, const char *data, gsize length, gsize *n_taken)
{
  AimxLineStatus status = aimx_line_feed (self->line, data, length, n_taken);
  AimxFrameStatus frame_status;

  if (status == AIMX_LINE_MORE)
    return AIMX_FRAME_MORE;
  if (status != AIMX_LINE_COMPLETE)
    return fail_line (self, status, "header line");
  if (self->line->len == 0)
    return end_headers (self);
  frame_status = take_header (self);
  g_string_truncate (self->line, 0);
  return frame_status;
}

static AimxFrameStatus
feed_body (AimxRequestParser *self, const char *data, gsize length, gsize *n_taken)
{
  *n_taken = MIN (length, self->content_length - self->body_filled);
  /* All at once: pages that nothing has come for yet are not in memory. */
  if (self->body == NULL)
    self->body = g_malloc (self->content_length);
  memcpy (self->body + self->body_filled, data, *n_taken);
  self->body_filled += *n_taken;
  if (self->body_filled < self->content_length)
    return AIMX_FRAME_MORE;
  self->state = STATE_COMPLETE;
  return AIMX_FRAME_COMPLETE;
}

static AimxFrameStatus
feed_some (AimxRequestParser *self, const char *data, gsize length, gsize *n_taken)
{
  *n_taken = 0;
  switch (self->state)
    {
    case STATE_REQUEST_LINE:
      return feed_request_line (self, data, length, n_taken);
    case STATE_HEADER_LINE:
      return feed_header_line (self, data, length, n_taken);
    case STATE_BODY:
      return feed_body (self, data, length, n_taken);
    case STATE_COMPLETE:
      return AIMX_FRAME_COMPLETE;
    case STATE_MALFORMED:
    default:
      return AIMX_FRAME_MALFORMED;
    }
}

AimxFrameStatus
aimx_request_parser_feed (AimxRequestParser *self, const void *data, gsize length, gsize *n_taken)
{
  AimxFrameStatus status = AIMX_FRAME_MORE;

  *n_taken = 0;
  while (status == AIMX_FRAME_MORE && *n_taken < length)
    {
      gsize n;

      status = feed_some (self, (const char *) data + *n_taken, length - *n_taken, &n);
      *n_taken += n;
    }
  return status;
}

AimxFrameStatus
aimx_request_parser_end (AimxRequestParser *self)
{
  switch (self->state)
    {
    case STATE_REQUEST_LINE:
    case STATE_HEADER_LINE:
      return fail (self, "the request ends before the empty line after its headers");
    case STATE_BODY:
      return fail (self, "the body ends after %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes", self->body_filled,
                   self->content_length);
    case STATE_COMPLETE:
      return AIMX_FRAME_COMPLETE;
    case STATE_MALFORMED:
    default:
      return AIMX_FRAME_MALFORMED;
    }
}

void
aimx_request_parser_set_body_limit (AimxRequestParser *self, gsize limit)
{
  self->body_limit = limit;
}

const char *
aimx_request_parser_get_verb (AimxRequestParser *self)
{
  return self->verb;
}

const char *const *
aimx_request_parser_get_headers (AimxRequestParser *self)
{
  return (const char *const *) self->headers->pdata;
}

gsize
aimx_request_parser_get_content_length (AimxRequestParser *self)
{
  return self->content_length;
}

GBytes *
aimx_request_parser_take_body (AimxRequestParser *self)
{
  g_return_val_if_fail (self->state == STATE_COMPLETE, NULL);

  return self->has_body ? g_bytes_new_take (g_steal_pointer (&self->body), self->content_length) : NULL;
}

const char *
aimx_request_parser_get_fault (AimxRequestParser *self)
{
  return self->fault;
}
