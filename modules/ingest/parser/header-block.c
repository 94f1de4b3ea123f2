/* SPDX-License-Identifier: MIT */
/*
 * Which lines are a header's, and which of its fields are kept.
 */
#include "parser/header-block.h"

#include "parser/parser-limits.h"

#include <string.h>

#define TRACE_NAME "Received"

static const char *const header_names[HEADER_N_NAMES] = {
  [HEADER_AUTO_SUBMITTED] = "Auto-Submitted",
  [HEADER_CC] = "Cc",
  [HEADER_CONTENT_DISPOSITION] = "Content-Disposition",
  [HEADER_CONTENT_ID] = "Content-ID",
  [HEADER_CONTENT_TRANSFER_ENCODING] = "Content-Transfer-Encoding",
  [HEADER_CONTENT_TYPE] = "Content-Type",
  [HEADER_DATE] = "Date",
  [HEADER_FROM] = "From",
  [HEADER_IN_REPLY_TO] = "In-Reply-To",
  [HEADER_LIST_ID] = "List-Id",
  [HEADER_MESSAGE_ID] = "Message-ID",
  [HEADER_REFERENCES] = "References",
  [HEADER_REPLY_TO] = "Reply-To",
  [HEADER_RETURN_PATH] = "Return-Path",
  [HEADER_SUBJECT] = "Subject",
  [HEADER_TO] = "To",
};

void
header_block_init (HeaderBlock *self)
{
  self->fields = g_array_new (FALSE, FALSE, sizeof (HeaderField));
  self->open = NULL;
  self->progress = HEADER_NOTHING;
}

void
header_block_reset (HeaderBlock *self)
{
  g_array_set_size (self->fields, 0);
  self->open = NULL;
  self->progress = HEADER_NOTHING;
}

void
header_block_clear (HeaderBlock *self)
{
  g_clear_pointer (&self->fields, g_array_unref);
  self->open = NULL;
}

/* The bytes before the colon, without the blanks that RFC 5322, 4.5, allows there; 0 when this is no field. */
static gsize
length_of_name (const char *line, const char *colon)
{
  const char *end = colon;

  while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
    end--;
  for (const char *at = line; at < end; at++)
    if (!g_ascii_isgraph (*at))
      return 0;
  return (gsize) (end - line);
}

static HeaderName
find_name (const char *name, gsize length)
{
  for (guint i = 0; i < HEADER_N_NAMES; i++)
    if (strlen (header_names[i]) == length && g_ascii_strncasecmp (header_names[i], name, length) == 0)
      return i;
  return HEADER_N_NAMES;
}

static gboolean
is_trace (const char *name, gsize length)
{
  return length == strlen (TRACE_NAME) && g_ascii_strncasecmp (name, TRACE_NAME, length) == 0;
}

static void
open_field (HeaderBlock *self, HeaderName name, const char *value, gsize length)
{
  HeaderField field = { name, length > HEADER_FIELD_MAX, value, MIN (length, HEADER_FIELD_MAX) };

  self->open = NULL;
  if (name == HEADER_N_NAMES || self->fields->len >= HEADER_FIELDS_MAX)
    return;
  g_array_append_val (self->fields, field);
  self->open = &g_array_index (self->fields, HeaderField, self->fields->len - 1);
}

/* RFC 5322, 2.2.3 */
static void
continue_field (HeaderBlock *self, const char *line, gsize length)
{
  gsize grown;

  if (self->open == NULL)
    return;
  grown = (gsize) (line + length - self->open->value);
  self->open->cut = grown > HEADER_FIELD_MAX;
  self->open->length = MIN (grown, HEADER_FIELD_MAX);
}

gboolean
header_block_take (HeaderBlock *self, const char *line, gsize length)
{
  HeaderProgress before = self->progress;
  const char *colon;
  gsize name_length;

  if (length == 0)
    return FALSE;
  if (*line == ' ' || *line == '\t')
    {
      continue_field (self, line, length);
      return before != HEADER_NOTHING;
    }
  colon = memchr (line, ':', length);
  name_length = colon != NULL ? length_of_name (line, colon) : 0;
  if (name_length > 0)
    open_field (self, find_name (line, name_length), colon + 1, (gsize) (line + length - colon - 1));
  /* The line that mailbox files put before a message is no field, but no body either. */
  else if (before == HEADER_MORE || length <= 5 || memcmp (line, "From ", 5) != 0)
    return FALSE;
  self->progress = before == HEADER_NOTHING && is_trace (line, name_length) ? HEADER_TRACE_ONLY : HEADER_MORE;
  return TRUE;
}

const HeaderField *
header_block_find (const HeaderBlock *self, HeaderName name, const HeaderField *after)
{
  guint i = after != NULL ? (guint) (after - (const HeaderField *) self->fields->data) + 1 : 0;

  for (; i < self->fields->len; i++)
    {
      const HeaderField *field = &g_array_index (self->fields, HeaderField, i);

      if (field->name == name)
        return field;
    }
  return NULL;
}
