/* SPDX-License-Identifier: MIT */
#include "from-fields.h"

#include <string.h>

static const char name[] = "from";

void
dmarc_from_fields_init (DmarcFromFields *self)
{
  *self = (DmarcFromFields){ .text = g_string_new (NULL) };
}

void
dmarc_from_fields_clear (DmarcFromFields *self)
{
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  self->text = NULL;
}

static void
append (DmarcFromFields *self, const char *data, gsize length)
{
  gsize room = DMARC_FROM_FIELDS_MAX - self->text->len;

  g_string_append_len (self->text, data, (gssize) MIN (length, room));
  self->is_cut |= length > room;
}

/* ---- lines ---- */

/* White space before the colon is obsolete, and no part of the name (RFC 5322, 4.5). */
static void
take_name (DmarcFromFields *self, char c)
{
  if (self->n_seen < strlen (name) && g_ascii_tolower (c) == name[self->n_seen])
    self->n_seen++;
  else if (self->n_seen == strlen (name) && c == ':')
    {
      append (self, "From:", strlen ("From:"));
      self->line = DMARC_LINE_FROM;
      self->is_from = TRUE;
    }
  else if (self->n_seen < strlen (name) || (c != ' ' && c != '\t'))
    self->line = c == '\n' ? DMARC_LINE_BEGINS : DMARC_LINE_OTHER;
}

/* The first byte of a line: white space goes on with the field before it (RFC 5322, 2.2.3). */
static void
begin_line (DmarcFromFields *self, char c)
{
  if (c == '\n')
    self->is_complete = TRUE;
  else if (c == '\r')
    self->line = DMARC_LINE_CR;
  else if (c != ' ' && c != '\t')
    {
      self->line = DMARC_LINE_NAME;
      self->n_seen = 0;
      self->is_from = FALSE;
      take_name (self, c);
    }
  else if (self->is_from)
    {
      self->line = DMARC_LINE_FROM;
      append (self, &c, 1);
    }
  else
    self->line = DMARC_LINE_OTHER;
}

static void
take_byte (DmarcFromFields *self, char c)
{
  if (self->line == DMARC_LINE_BEGINS)
    begin_line (self, c);
  else if (self->line == DMARC_LINE_NAME)
    take_name (self, c);
  else if (c == '\n')
    self->is_complete = TRUE;
  else
    {
      self->line = DMARC_LINE_OTHER;
      self->is_from = FALSE;
    }
}

/* Returns: where the next line begins, or the end */
static const char *
take_rest_of_line (DmarcFromFields *self, const char *data, const char *end)
{
  const char *line_feed = memchr (data, '\n', (gsize) (end - data));
  const char *next = line_feed != NULL ? line_feed + 1 : end;

  if (self->line == DMARC_LINE_FROM)
    append (self, data, (gsize) (next - data));
  if (line_feed != NULL)
    self->line = DMARC_LINE_BEGINS;
  return next;
}

void
dmarc_from_fields_take (DmarcFromFields *self, const char *data, gsize length)
{
  const char *end = data + length;

  while (data < end && !self->is_complete)
    if (self->line == DMARC_LINE_FROM || self->line == DMARC_LINE_OTHER)
      data = take_rest_of_line (self, data, end);
    else
      take_byte (self, *data++);
}

/* ---- authors ---- */

DmarcAuthors *
dmarc_from_fields_read (const DmarcFromFields *self)
{
  DmarcAuthors *authors = dmarc_authors_new (self->text->str, self->text->len);

  if (self->is_cut)
    {
      authors->malformed = "the From fields are longer than anybody reads";
      authors->has_hidden = TRUE;
    }
  return authors;
}
