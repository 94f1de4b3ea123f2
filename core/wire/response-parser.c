/* SPDX-License-Identifier: MIT */
/*
 * An answer, read as it comes: status line, header lines, body. `ack` and `send` stop after the status line, so where
 * nothing follows it the end of the connection completes them.
 */
#include "wire/line.h"

#include <aimx/frame.h>
#include <string.h>

typedef enum
{
  STATE_STATUS_LINE,
  STATE_HEADER_LINE,
  STATE_BODY,
  STATE_COMPLETE,
  STATE_MALFORMED,
} State;

struct _AimxResponseParser
{
  gatomicrefcount ref_count;
  State state;
  GString *line;
  guint n_headers;
  char *code;
  char *text;
  gboolean has_body;
  gsize content_length;
  GByteArray *body;
  const char *fault; /* static */
};

G_DEFINE_BOXED_TYPE (AimxResponseParser, aimx_response_parser, aimx_response_parser_ref, aimx_response_parser_unref)

AimxResponseParser *
aimx_response_parser_new (void)
{
  AimxResponseParser *self = g_new0 (AimxResponseParser, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->line = g_string_new (NULL);
  self->body = g_byte_array_new ();
  return self;
}

AimxResponseParser *
aimx_response_parser_ref (AimxResponseParser *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
aimx_response_parser_unref (AimxResponseParser *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_string_free (self->line, TRUE);
  g_clear_pointer (&self->body, g_byte_array_unref);
  g_free (self->code);
  g_free (self->text);
  g_free (self);
}

static void
fail (AimxResponseParser *self, const char *fault)
{
  self->fault = fault;
  self->state = STATE_MALFORMED;
}

static void
take_error (AimxResponseParser *self, const char *code)
{
  gsize length = strcspn (code, " ");

  if (length == 0)
    {
      fail (self, "the answer has an error without a code");
      return;
    }
  self->code = g_strndup (code, length);
  self->text = g_strdup (code + length + (code[length] == ' ' ? 1 : 0));
}

static void
take_status (AimxResponseParser *self)
{
  const char *line = self->line->str;

  if (strcmp (line, "AIMX/1 OK") == 0)
    self->state = STATE_HEADER_LINE;
  else if (g_str_has_prefix (line, "AIMX/1 OK "))
    {
      self->text = g_strdup (line + strlen ("AIMX/1 OK "));
      self->state = STATE_HEADER_LINE;
    }
  else if (g_str_has_prefix (line, "AIMX/1 ERR "))
    {
      self->state = STATE_HEADER_LINE;
      take_error (self, line + strlen ("AIMX/1 ERR "));
    }
  else
    fail (self, "the answer does not start with 'AIMX/1 OK' or 'AIMX/1 ERR'");
}

static void
take_header (AimxResponseParser *self)
{
  const char *fault;
  char *value;

  if (self->line->len == 0)
    {
      self->state = self->content_length > 0 ? STATE_BODY : STATE_COMPLETE;
      return;
    }
  fault = aimx_line_split_header (self->line->str, &value);
  if (fault != NULL)
    fail (self, "the answer has a header line that is none");
  else if (++self->n_headers > AIMX_FRAME_HEADERS_MAX)
    fail (self, "the answer has too many header lines");
  else if (g_ascii_strcasecmp (self->line->str, "Content-Length") == 0)
    {
      if (self->has_body || !aimx_line_parse_length (value, AIMX_ANSWER_BODY_MAX, &self->content_length))
        fail (self, "the answer has a wrong Content-Length, or one over the limit");
      self->has_body = TRUE;
    }
}

static gsize
feed_line (AimxResponseParser *self, const char *data, gsize length)
{
  gsize n_taken;
  AimxLineStatus status = aimx_line_feed (self->line, data, length, &n_taken);

  if (status == AIMX_LINE_MORE)
    return n_taken;
  if (status != AIMX_LINE_COMPLETE)
    {
      fail (self, "the answer has a line that is too long or not UTF-8");
      return n_taken;
    }
  if (self->state == STATE_STATUS_LINE)
    take_status (self);
  else
    take_header (self);
  g_string_truncate (self->line, 0);
  return n_taken;
}

/* Memory grows with what came, not with what was announced. */
static gsize
feed_body (AimxResponseParser *self, const char *data, gsize length)
{
  gsize n_taken = MIN (length, self->content_length - self->body->len);

  g_byte_array_append (self->body, (const guint8 *) data, (guint) n_taken);
  if (self->body->len == self->content_length)
    self->state = STATE_COMPLETE;
  return n_taken;
}

static AimxFrameStatus
get_status (AimxResponseParser *self)
{
  if (self->state == STATE_COMPLETE)
    return AIMX_FRAME_COMPLETE;
  return self->state == STATE_MALFORMED ? AIMX_FRAME_MALFORMED : AIMX_FRAME_MORE;
}

AimxFrameStatus
aimx_response_parser_feed (AimxResponseParser *self, const void *data, gsize length)
{
  const char *rest = data;

  while (length > 0 && get_status (self) == AIMX_FRAME_MORE)
    {
      gsize n_taken = self->state == STATE_BODY ? feed_body (self, rest, length) : feed_line (self, rest, length);

      rest += n_taken;
      length -= n_taken;
    }
  return get_status (self);
}

AimxFrameStatus
aimx_response_parser_end (AimxResponseParser *self)
{
  if (self->state == STATE_HEADER_LINE && self->n_headers == 0 && self->line->len == 0)
    self->state = STATE_COMPLETE;
  return get_status (self);
}

const char *
aimx_response_parser_get_code (AimxResponseParser *self)
{
  return self->code;
}

const char *
aimx_response_parser_get_text (AimxResponseParser *self)
{
  return self->text;
}

GBytes *
aimx_response_parser_take_body (AimxResponseParser *self)
{
  g_return_val_if_fail (self->state == STATE_COMPLETE, NULL);

  return self->has_body ? g_byte_array_free_to_bytes (g_steal_pointer (&self->body)) : NULL;
}

const char *
aimx_response_parser_get_fault (AimxResponseParser *self)
{
  return self->fault;
}
