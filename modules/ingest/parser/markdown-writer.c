/* SPDX-License-Identifier: MIT */
/*
 * Breaks and blanks are due until text comes, so that none stand at the start, the end or twice.
 */
#include "parser/markdown-writer.h"

#include <string.h>

void
markdown_writer_init (MarkdownWriter *self)
{
  memset (self, 0, sizeof *self);
  self->out = g_string_new (NULL);
  self->prefix = g_string_new (NULL);
  self->markers = g_string_new (NULL);
}

GString *
markdown_writer_finish (MarkdownWriter *self)
{
  g_string_free (g_steal_pointer (&self->prefix), TRUE);
  g_string_free (g_steal_pointer (&self->markers), TRUE);
  return g_steal_pointer (&self->out);
}

gboolean
markdown_writer_is_full (const MarkdownWriter *self)
{
  return self->out->len >= MARKDOWN_MAX;
}

void
markdown_writer_break (MarkdownWriter *self, guint breaks)
{
  if (self->flat)
    self->blank = TRUE;
  else if (self->n_due == 0)
    self->breaks = MAX (self->breaks, breaks);
}

void
markdown_writer_line_break (MarkdownWriter *self)
{
  markdown_writer_break (self, MIN (self->breaks + 1, 2));
}

void
markdown_writer_blank (MarkdownWriter *self)
{
  self->blank = TRUE;
}

/* ---- before something is written ---- */

/* What stands before each line, without the levels whose markers are due. */
static gsize
length_of_prefix (const MarkdownWriter *self)
{
  return self->n_due > 0 ? self->prefix_lengths[self->n_levels - self->n_due] : self->prefix->len;
}

static void
trim_blanks (GString *text)
{
  while (text->len > 0 && text->str[text->len - 1] == ' ')
    g_string_truncate (text, text->len - 1);
}

static void
append_empty_line (MarkdownWriter *self)
{
  g_string_append_len (self->out, self->prefix->str, (gssize) length_of_prefix (self));
  trim_blanks (self->out);
  g_string_append_c (self->out, '\n');
}

/* Writes the breaks and markers that are due; a single break in a paragraph has to be said (CommonMark, 6.7). */
static void
begin_line (MarkdownWriter *self, gboolean hard)
{
  if (self->out->len > 0)
    g_string_append (self->out, hard && self->breaks == 1 && self->n_due == 0 ? "  \n" : "\n");
  if (self->out->len > 0 && self->breaks > 1)
    append_empty_line (self);
  g_string_append_len (self->out, self->prefix->str, (gssize) length_of_prefix (self));
  g_string_append_len (self->out, self->markers->str, (gssize) self->markers->len);
  g_string_truncate (self->markers, 0);
  self->n_due = 0;
  self->breaks = 0;
}

static gboolean
is_at_line_start (const MarkdownWriter *self)
{
  return self->breaks > 0 || self->n_due > 0 || self->out->len == 0;
}

static void
begin_text (MarkdownWriter *self)
{
  if (is_at_line_start (self))
    begin_line (self, TRUE);
  else if (self->blank)
    g_string_append_c (self->out, ' ');
  self->blank = FALSE;
}

/* ---- text ---- */

/* Bytes of white space here, and of characters that only fill a preview; 0 for text. */
static gsize
length_of_space (const char *at, gboolean *fills)
{
  static const char *const fillers[] = {
    "\xC2\xAD" /* soft hyphen */, "\xCD\x8F" /* grapheme joiner */, "\xE2\x80\x8B" /* zero width space */,
    "\xEF\xBB\xBF" /* byte order mark */
  };

  *fills = FALSE;
  if ((guchar) *at <= ' ' || *at == 0x7F)
    return 1;
  if ((guchar) *at < 0x80)
    return 0;
  if (g_str_has_prefix (at, "\xC2\xA0"))
    return 2;
  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
    if (g_str_has_prefix (at, fillers[i]))
      {
        *fills = TRUE;
        return strlen (fillers[i]);
      }
  return 0;
}

static gboolean
is_blank_or_end (char c)
{
  return c == '\0' || g_ascii_isspace (c);
}

/* Whether a line that begins so would be a heading, a list, a quote, a rule or a fence (CommonMark, 4 and 5). */
static gboolean
begins_block (const char *at)
{
  switch (*at)
    {
    case '#':
      return is_blank_or_end (at[strspn (at, "#")]);
    case '+':
    case '*':
      return is_blank_or_end (at[1]);
    case '-':
    case '=':
      return is_blank_or_end (at[1]) || at[1] == *at;
    case '>':
      return TRUE;
    case '~':
      return strncmp (at, "~~~", 3) == 0;
    default:
      return FALSE;
    }
}

/* Whether it would be markup within a line (CommonMark, 6). */
static gboolean
is_inline_markup (const MarkdownWriter *self, const char *at, char before)
{
  switch (*at)
    {
    case '`':
      return TRUE;
    case '*':
      return !is_blank_or_end (before) || !is_blank_or_end (at[1]);
    case '_':
      return !g_ascii_isalnum (before) || !g_ascii_isalnum (at[1]);
    case '[':
      return self->in_link;
    case ']':
      return self->in_link || at[1] == '(' || at[1] == '[' || at[1] == ':';
    case '<':
      return g_ascii_isalpha (at[1]) || (at[1] != '\0' && strchr ("/!?", at[1]) != NULL);
    case '\\':
      return g_ascii_ispunct (at[1]);
    case '|':
      return self->in_cell;
    default:
      return FALSE;
    }
}

/* `1.` and `1)` at the start of a line: the bytes of the number, 0 when it is none. */
static gsize
length_of_ordinal (const char *at)
{
  gsize digits = strspn (at, "0123456789");

  if (digits == 0 || digits > 9 || (at[digits] != '.' && at[digits] != ')') || !is_blank_or_end (at[digits + 1]))
    return 0;
  return digits;
}

static gboolean
is_markup (const MarkdownWriter *self, const char *at, gboolean line_start)
{
  gsize length = self->out->len;

  return (line_start && begins_block (at)) ||
         is_inline_markup (self, at, length > 0 ? self->out->str[length - 1] : ' ');
}

void
markdown_writer_text (MarkdownWriter *self, const char *text)
{
  const char *at = text;

  while (*at != '\0' && !markdown_writer_is_full (self))
    {
      gboolean line_start = is_at_line_start (self);
      gboolean fills;
      gsize space = length_of_space (at, &fills);
      gsize ordinal;

      if (space > 0)
        {
          self->blank |= !fills && !line_start;
          at += space;
          continue;
        }
      begin_text (self);
      line_start = line_start && !self->flat;
      ordinal = line_start ? length_of_ordinal (at) : 0;
      g_string_append_len (self->out, at, (gssize) ordinal);
      at += ordinal;
      if (ordinal > 0 || is_markup (self, at, line_start))
        g_string_append_c (self->out, '\\');
      g_string_append_c (self->out, *at++);
    }
}

/* ---- markup ---- */

void
markdown_writer_markup (MarkdownWriter *self, const char *text)
{
  if (markdown_writer_is_full (self))
    return;
  begin_text (self);
  g_string_append (self->out, text);
}

void
markdown_writer_line (MarkdownWriter *self, const char *text)
{
  if (markdown_writer_is_full (self))
    return;
  markdown_writer_break (self, 1);
  begin_line (self, FALSE);
  if (*text != '\0')
    g_string_append (self->out, text);
  else
    trim_blanks (self->out);
  self->blank = FALSE;
  self->breaks = 1;
}

void
markdown_writer_push (MarkdownWriter *self, const char *marker, const char *prefix)
{
  if (self->n_levels >= MARKDOWN_INDENT_MAX)
    {
      self->n_ignored++;
      return;
    }
  self->prefix_lengths[self->n_levels] = self->prefix->len;
  self->marker_lengths[self->n_levels] = self->markers->len;
  g_string_append (self->prefix, prefix);
  g_string_append (self->markers, marker);
  self->n_levels++;
  self->n_due++;
}

void
markdown_writer_pop (MarkdownWriter *self)
{
  if (self->n_ignored > 0)
    {
      self->n_ignored--;
      return;
    }
  g_return_if_fail (self->n_levels > 0);
  self->n_levels--;
  g_string_truncate (self->prefix, self->prefix_lengths[self->n_levels]);
  if (self->n_due > 0)
    {
      self->n_due--;
      g_string_truncate (self->markers, self->marker_lengths[self->n_levels]);
    }
}
