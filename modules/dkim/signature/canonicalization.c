/* SPDX-License-Identifier: MIT */
#include "canonicalization.h"

#include <string.h>

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\t';
}

/* ---- header fields ---- */

/* Appends what is between @p and @end: unfolded, each run of white space as one space, none at either end. */
static void
append_relaxed (GString *canonical, const char *p, const char *end)
{
  gboolean has_space = FALSE, has_text = FALSE;

  for (; p < end; p++)
    {
      if (p[0] == '\r' && p + 1 < end && p[1] == '\n')
        p++;
      else if (is_space (*p))
        has_space = TRUE;
      else
        {
          if (has_space && has_text)
            g_string_append_c (canonical, ' ');
          g_string_append_c (canonical, *p);
          has_space = FALSE;
          has_text = TRUE;
        }
    }
}

void
dkim_header_canonicalize (DkimCanonicalization kind, const char *field, gsize length, GString *canonical)
{
  gsize end = length >= 2 && memcmp (field + length - 2, "\r\n", 2) == 0 ? length - 2 : length;
  const char *colon = memchr (field, ':', end);

  if (kind == DKIM_SIMPLE || colon == NULL)
    g_string_append_len (canonical, field, (gssize) end);
  else
    {
      gsize start = canonical->len;

      append_relaxed (canonical, field, colon);
      for (gsize i = start; i < canonical->len; i++)
        canonical->str[i] = g_ascii_tolower (canonical->str[i]);
      g_string_append_c (canonical, ':');
      append_relaxed (canonical, colon + 1, field + end);
    }
  g_string_append (canonical, "\r\n");
}

/* ---- body ---- */

void
dkim_body_init (DkimBody *self, DkimCanonicalization kind, DkimSink sink, gpointer user_data)
{
  self->kind = kind;
  self->sink = sink;
  self->user_data = user_data;
  self->has_text = self->has_space = self->has_cr = FALSE;
  self->n_line_ends = self->filled = 0;
}

static void
flush (DkimBody *self)
{
  if (self->filled > 0)
    self->sink (self->buffer, self->filled, self->user_data);
  self->filled = 0;
}

static void
put (DkimBody *self, const char *data, gsize length)
{
  if (length > DKIM_BODY_BUFFER - self->filled)
    flush (self);
  if (length > DKIM_BODY_BUFFER)
    {
      self->sink (data, length, self->user_data);
      return;
    }
  memcpy (self->buffer + self->filled, data, length);
  self->filled += length;
}

static void
put_text (DkimBody *self, const char *data, gsize length)
{
  for (; self->n_line_ends > 0; self->n_line_ends--)
    put (self, "\r\n", 2);
  if (self->has_space)
    put (self, " ", 1);
  self->has_space = FALSE;
  self->has_text = TRUE;
  put (self, data, length);
}

/* How far there is nothing but text. */
static gsize
span_text (DkimCanonicalization kind, const char *data, gsize length)
{
  const char *cr;
  gsize i = 0;

  if (kind == DKIM_SIMPLE)
    {
      cr = memchr (data, '\r', length);
      return cr != NULL ? (gsize) (cr - data) : length;
    }
  while (i < length && data[i] != '\r' && !is_space (data[i]))
    i++;
  return i;
}

/* Takes what may turn out to be white space or the end of a line; returns whether @c was that. */
static gboolean
take_blank (DkimBody *self, char c)
{
  if (self->has_cr && c == '\n')
    {
      self->has_cr = self->has_space = FALSE;
      self->n_line_ends++;
      return TRUE;
    }
  if (self->has_cr)
    put_text (self, "\r", 1);
  self->has_cr = c == '\r';
  if (self->kind == DKIM_RELAXED && is_space (c))
    self->has_space = TRUE;
  return self->has_cr || (self->kind == DKIM_RELAXED && is_space (c));
}

void
dkim_body_feed (DkimBody *self, const char *data, gsize length)
{
  const char *end = data + length;

  while (data < end)
    {
      gsize n;

      if (take_blank (self, *data))
        {
          data++;
          continue;
        }
      n = span_text (self->kind, data, (gsize) (end - data));
      put_text (self, data, n);
      data += n;
    }
}

void
dkim_body_finish (DkimBody *self)
{
  if (self->has_cr)
    put_text (self, "\r", 1);
  /* RFC 6376, 3.4.3: a body without text is one line end; 3.4.4: it is nothing. */
  if (self->has_text || self->kind == DKIM_SIMPLE)
    put (self, "\r\n", 2);
  flush (self);
}
