/* SPDX-License-Identifier: MIT */
/*
 * One token at a time, into the three things that an address may consist of: words, an angle address, a comment.
 */
#include "parser/addresses.h"

#include "parser/header-text.h"

#include <string.h>

typedef struct
{
  Charsets *charsets;
  const char *at;
  const char *end;
  /* That which was opened is not closed any more, so that its end is looked for once. */
  gboolean no_quote;
  gboolean no_comment;
  gboolean no_literal;

  GString *words;   /* outside of brackets and comments, unquoted */
  GString *spec;    /* the same as written, without white space */
  GString *angle;   /* inside of angle brackets */
  GString *comment; /* the last one */
  GString *held;    /* words before a comma, which may be one in a name: `Doe, John <john@example.org>` */
  gboolean has_angle;
  gboolean has_at;
  gboolean has_quotes;

  guint max;
  guint count;
  GString *joined;
} Reader;

/* ---- what was read ---- */

static gboolean
append_name (Reader *self, const char *name, gsize length)
{
  gsize start = self->joined->len;

  header_text_append (self->charsets, name, length, self->joined);
  header_text_tidy (self->joined, start);
  return self->joined->len > start;
}

/* Blanks stay in what is quoted: `"john doe"@example.org`. */
static void
append_address (Reader *self, const char *address, gsize length)
{
  gsize start = self->joined->len;
  gsize to = start;
  gboolean quoted = FALSE;

  charset_append (self->charsets, NULL, (const guint8 *) address, length, self->joined);
  header_text_tidy (self->joined, start);
  for (gsize from = start; from < self->joined->len; from++)
    {
      char c = self->joined->str[from];

      quoted ^= c == '"' && (from == start || self->joined->str[from - 1] != '\\');
      if (c != ' ' || quoted)
        self->joined->str[to++] = (char) (c == '<' || c == '>' ? '_' : c);
    }
  g_string_truncate (self->joined, to);
}

static void
emit (Reader *self, const char *name, gsize name_length, const char *address, gsize address_length)
{
  if (self->count >= self->max || name_length + address_length == 0)
    return;
  self->count++;
  if (self->joined->len > 0)
    g_string_append (self->joined, ", ");
  if (append_name (self, name, name_length))
    {
      g_string_append (self->joined, " <");
      append_address (self, address, address_length);
      g_string_append_c (self->joined, '>');
    }
  else
    append_address (self, address, address_length);
}

/* Words before a comma that turn out to be an address without a domain. */
static void
emit_held (Reader *self)
{
  if (self->held->len > 0)
    emit (self, "", 0, self->held->str, self->held->len);
  g_string_truncate (self->held, 0);
}

static void
emit_angle (Reader *self)
{
  if (self->held->len > 0)
    {
      g_string_prepend (self->words, ", ");
      g_string_prepend_len (self->words, self->held->str, (gssize) self->held->len);
      g_string_truncate (self->held, 0);
    }
  if (self->words->len > 0)
    emit (self, self->words->str, self->words->len, self->angle->str, self->angle->len);
  else
    emit (self, self->comment->str, self->comment->len, self->angle->str, self->angle->len);
}

/* `John Doe john@example.org`, whose brackets were forgotten. */
static gboolean
emit_bracketless (Reader *self)
{
  const char *blank = strrchr (self->words->str, ' ');
  const char *at = blank != NULL ? strchr (blank, '@') : NULL;

  if (self->has_quotes || at == NULL || at == blank + 1 || at[1] == '\0')
    return FALSE;
  emit (self, self->words->str, (gsize) (blank - self->words->str), blank + 1, strlen (blank + 1));
  return TRUE;
}

static void
end_address (Reader *self)
{
  if (self->words->len > 0 && self->words->str[self->words->len - 1] == ' ')
    g_string_truncate (self->words, self->words->len - 1);
  if (self->has_angle)
    emit_angle (self);
  else if (self->has_at)
    {
      emit_held (self);
      if (!emit_bracketless (self))
        emit (self, self->comment->str, self->comment->len, self->spec->str, self->spec->len);
    }
  else if (self->words->len > 0)
    {
      emit_held (self);
      g_string_assign (self->held, self->words->str);
    }
  g_string_truncate (self->words, 0);
  g_string_truncate (self->spec, 0);
  g_string_truncate (self->angle, 0);
  g_string_truncate (self->comment, 0);
  self->has_angle = self->has_at = self->has_quotes = FALSE;
}

/* ---- tokens ---- */

/* Where what is opened here is closed, %NULL when nowhere; comments nest. */
static const char *
find_close (const Reader *self, char open, char close)
{
  guint depth = 1;

  for (const char *at = self->at + 1; at < self->end; at++)
    if (*at == '\\')
      at++;
    else if (*at == close && --depth == 0)
      return at;
    else if (*at == open && open != close)
      depth++;
  return NULL;
}

static gboolean
read_quoted (Reader *self, GString *words, GString *spec)
{
  const char *close = self->no_quote ? NULL : find_close (self, '"', '"');

  if (close == NULL)
    {
      self->no_quote = TRUE;
      self->at++;
      return FALSE;
    }
  g_string_append_len (spec, self->at, close + 1 - self->at);
  for (self->at++; words != NULL && self->at < close; self->at++)
    {
      if (*self->at == '\\' && close - self->at > 1)
        self->at++;
      g_string_append_c (words, *self->at);
    }
  self->at = close + 1;
  return TRUE;
}

static void
read_comment (Reader *self)
{
  const char *close = self->no_comment ? NULL : find_close (self, '(', ')');

  if (close == NULL)
    {
      self->no_comment = TRUE;
      self->at++;
      return;
    }
  g_string_truncate (self->comment, 0);
  g_string_append_len (self->comment, self->at + 1, close - self->at - 1);
  self->at = close + 1;
}

/* RFC 5321, 4.1.3: `[IPv6:...]` */
static void
read_literal (Reader *self)
{
  const char *close = self->no_literal ? NULL : find_close (self, '[', ']');

  if (close == NULL)
    self->no_literal = TRUE;
  close = close != NULL ? close : self->at;
  g_string_append_len (self->words, self->at, close + 1 - self->at);
  g_string_append_len (self->spec, self->at, close + 1 - self->at);
  self->at = close + 1;
}

/* RFC 5322, 4.4: `<@relay,@relay:address>` */
static void
skip_route (Reader *self)
{
  while (self->at < self->end && *self->at != ':' && *self->at != '>')
    self->at++;
  if (self->at < self->end && *self->at == ':')
    self->at++;
}

static void
read_angle (Reader *self)
{
  if (self->has_angle)
    end_address (self);
  self->has_angle = TRUE;
  while (self->at < self->end && (*self->at == '<' || g_ascii_isspace (*self->at)))
    self->at++;
  if (self->at < self->end && *self->at == '@')
    skip_route (self);
  while (self->at < self->end && strchr (">,;", *self->at) == NULL)
    if (*self->at == '"')
      read_quoted (self, NULL, self->angle);
    else if (*self->at == '(')
      read_comment (self);
    else
      g_string_append_c (self->angle, *self->at++);
  while (self->at < self->end && *self->at == '>')
    self->at++;
}

static void
read_blank (Reader *self)
{
  if (self->words->len > 0 && self->words->str[self->words->len - 1] != ' ')
    g_string_append_c (self->words, ' ');
  self->at++;
}

/* What stands before a colon is the name of a group. */
static void
begin_group (Reader *self)
{
  self->at++;
  g_string_truncate (self->words, 0);
  end_address (self);
  emit_held (self);
}

static void
read_word (Reader *self)
{
  gsize length = header_text_get_encoded_word (self->at, (gsize) (self->end - self->at));

  if (*self->at == '@')
    self->has_at = TRUE;
  length = MAX (length, 1);
  g_string_append_len (self->words, self->at, (gssize) length);
  g_string_append_len (self->spec, self->at, (gssize) length);
  self->at += length;
}

static void
read_token (Reader *self)
{
  char c = *self->at;

  if (c == '"')
    self->has_quotes |= read_quoted (self, self->words, self->spec);
  else if (c == '(')
    read_comment (self);
  else if (c == '<')
    read_angle (self);
  else if (c == '[')
    read_literal (self);
  else if (c == ',' || c == ';')
    {
      end_address (self);
      self->at++;
    }
  else if (c == ':' && !self->has_at && !self->has_angle)
    begin_group (self);
  else if (g_ascii_isspace (c))
    read_blank (self);
  else if (c == ')' || c == '>' || c == '\0')
    self->at++;
  else
    read_word (self);
}

guint
addresses_append (Charsets *charsets, const char *data, gsize length, guint max, GString *joined)
{
  g_autoptr (GString) words = g_string_new (NULL);
  g_autoptr (GString) spec = g_string_new (NULL);
  g_autoptr (GString) angle = g_string_new (NULL);
  g_autoptr (GString) comment = g_string_new (NULL);
  g_autoptr (GString) held = g_string_new (NULL);
  Reader self = {
    .charsets = charsets,
    .at = data,
    .end = data + length,
    .words = words,
    .spec = spec,
    .angle = angle,
    .comment = comment,
    .held = held,
    .max = max,
    .joined = joined,
  };

  while (self.at < self.end && self.count < max)
    read_token (&self);
  end_address (&self);
  emit_held (&self);
  return self.count;
}
