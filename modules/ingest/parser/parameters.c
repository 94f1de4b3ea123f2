/* SPDX-License-Identifier: MIT */
/*
 * One pass over the field finds the parameters as ranges; their values are decoded when asked for.
 */
#include "parser/parameters.h"

#include "parser/header-text.h"
#include "parser/parser-limits.h"

#include <stdlib.h>
#include <string.h>

#define SECTION_MAX 999

typedef struct
{
  const char *name;
  gsize name_length;
  const char *value; /* inside of the quotes */
  gsize value_length;
  guint section; /* RFC 2231, 3: the number of a continuation */
  gboolean quoted;
  gboolean starred;  /* a continuation or an extended value (RFC 2231) */
  gboolean extended; /* RFC 2231, 4: percent-encoded */
} Parameter;

struct _Parameters
{
  const char *token;
  gsize token_length;
  guint n_parameters;
  Parameter parameters[PARAMETERS_MAX];
};

static const char *
skip_space (const char *at, const char *end)
{
  while (at < end && g_ascii_isspace (*at))
    at++;
  return at;
}

static gsize
trimmed_length (const char *start, const char *end)
{
  while (end > start && g_ascii_isspace (end[-1]))
    end--;
  return (gsize) (end - start);
}

static const char *
find_any (const char *at, const char *end, const char *set)
{
  while (at < end && (*at == '\0' || strchr (set, *at) == NULL))
    at++;
  return at;
}

/* Takes `*`, `*3` and `*3*` off the name. */
static void
split_name (Parameter *parameter)
{
  const char *star = memchr (parameter->name, '*', parameter->name_length);
  const char *end = parameter->name + parameter->name_length;

  if (star == NULL)
    return;
  parameter->starred = TRUE;
  parameter->name_length = (gsize) (star - parameter->name);
  parameter->extended = end[-1] == '*';
  for (const char *at = star + 1; at < end && g_ascii_isdigit (*at) && parameter->section <= SECTION_MAX; at++)
    parameter->section = parameter->section * 10 + (guint) (*at - '0');
}

static const char *
read_quoted (const char *at, const char *end, Parameter *parameter)
{
  parameter->value = ++at;
  while (at < end && *at != '"')
    at += *at == '\\' && end - at > 1 ? 2 : 1;
  parameter->value_length = (gsize) (at - parameter->value);
  parameter->quoted = TRUE;
  return at < end ? at + 1 : end;
}

static const char *
read_parameter (const char *at, const char *end, Parameter *parameter)
{
  memset (parameter, 0, sizeof *parameter);
  parameter->name = at = skip_space (at, end);
  at = find_any (at, end, "=;");
  parameter->name_length = trimmed_length (parameter->name, at);
  parameter->value = at;
  if (at == end || *at == ';')
    return at;
  at = skip_space (at + 1, end);
  if (at < end && *at == '"')
    at = find_any (read_quoted (at, end, parameter), end, ";");
  else
    {
      parameter->value = at;
      at = find_any (at, end, ";");
      parameter->value_length = trimmed_length (parameter->value, at);
    }
  split_name (parameter);
  return at;
}

static int
compare_sections (const void *a, const void *b)
{
  const Parameter *first = a;
  const Parameter *second = b;

  return (first->section > second->section) - (first->section < second->section);
}

Parameters *
parameters_parse (const char *data, gsize length)
{
  Parameters *self = g_new (Parameters, 1);
  const char *end = data + length;
  const char *at;

  self->token = skip_space (data, end);
  at = find_any (self->token, end, ";");
  self->token_length = trimmed_length (self->token, at);
  self->n_parameters = 0;
  while (at < end && self->n_parameters < PARAMETERS_MAX)
    {
      Parameter *parameter = &self->parameters[self->n_parameters];

      at = read_parameter (at + 1, end, parameter);
      if (parameter->name_length > 0)
        self->n_parameters++;
    }
  return self;
}

void
parameters_free (Parameters *self)
{
  g_free (self);
}

/* RFC 2045, 5.1: token */
static gsize
token_length (const char *at, const char *end)
{
  const char *start = at;

  while (at < end && g_ascii_isgraph (*at) && strchr ("()<>@,;:\\\"/[]?=", *at) == NULL)
    at++;
  return (gsize) (at - start);
}

char *
parameters_get_token (const Parameters *self, gboolean slash)
{
  const char *at = self->token;
  const char *end = at + self->token_length;
  gsize length = token_length (at, end);

  if (length == 0)
    return NULL;
  if (slash)
    {
      gsize second;

      if (length == self->token_length || at[length] != '/')
        return NULL;
      second = token_length (at + length + 1, end);
      if (second == 0)
        return NULL;
      length += 1 + second;
    }
  /* A comment may follow. */
  if (length < self->token_length && !g_ascii_isspace (at[length]) && at[length] != '(')
    return NULL;
  return g_ascii_strdown (at, (gssize) length);
}

static const Parameter *
find_parameter (const Parameters *self, const char *name, const Parameter *after)
{
  gsize length = strlen (name);

  for (const Parameter *at = after != NULL ? after + 1 : self->parameters; at < self->parameters + self->n_parameters;
       at++)
    if (at->name_length == length && g_ascii_strncasecmp (at->name, name, length) == 0)
      return at;
  return NULL;
}

/* Where a line is folded (RFC 5322, 2.2.3): past the line break and the white space behind it, else @at. */
static const char *
skip_fold (const char *at, const char *end)
{
  const char *next = at;

  if (next < end && *next == '\r')
    next++;
  if (end - next < 2 || *next != '\n' || (next[1] != ' ' && next[1] != '\t'))
    return at;
  for (next++; next < end && (*next == ' ' || *next == '\t'); next++)
    ;
  return next;
}

/* Only quotes and backslashes are escaped: `C:\file` comes from senders that do not escape at all. */
static void
append_unescaped (const Parameter *parameter, GString *out)
{
  const char *end = parameter->value + parameter->value_length;

  for (const char *at = parameter->value; at < end; at++)
    {
      const char *folded = skip_fold (at, end);

      if (folded > at)
        {
          g_string_append_c (out, ' ');
          at = folded - 1;
          continue;
        }
      if (parameter->quoted && *at == '\\' && end - at > 1 && (at[1] == '"' || at[1] == '\\'))
        at++;
      g_string_append_c (out, *at);
    }
}

static void
append_percent_decoded (const char *at, const char *end, GString *out)
{
  for (; at < end; at++)
    if (*at == '%' && end - at > 2 && g_ascii_isxdigit (at[1]) && g_ascii_isxdigit (at[2]))
      {
        g_string_append_c (out, (char) (g_ascii_xdigit_value (at[1]) << 4 | g_ascii_xdigit_value (at[2])));
        at += 2;
      }
    else
      g_string_append_c (out, *at);
}

/* The charset before the text, `charset'language'text`. */
static const char *
split_charset (const Parameter *parameter, char **charset)
{
  const char *end = parameter->value + parameter->value_length;
  const char *first = memchr (parameter->value, '\'', parameter->value_length);
  const char *second = first != NULL ? memchr (first + 1, '\'', (gsize) (end - first - 1)) : NULL;

  if (second == NULL)
    return parameter->value;
  *charset = g_strndup (parameter->value, (gsize) (first - parameter->value));
  return second + 1;
}

/* Continuations in the order of their numbers; the charset stands in the first. */
static void
append_extended (const Parameter *sections, guint n_sections, char **charset, GString *out)
{
  for (guint i = 0; i < n_sections; i++)
    {
      const Parameter *section = &sections[i];
      const char *start = section->value;

      if (!section->extended)
        {
          append_unescaped (section, out);
          continue;
        }
      if (i == 0)
        start = split_charset (section, charset);
      append_percent_decoded (start, section->value + section->value_length, out);
    }
}

/* The sections of a parameter in the form of RFC 2231, in order; and the first in the plain form. */
static guint
find_sections (const Parameters *self, const char *name, Parameter *sections, const Parameter **plain)
{
  guint n_sections = 0;

  *plain = NULL;
  for (const Parameter *at = find_parameter (self, name, NULL); at != NULL; at = find_parameter (self, name, at))
    if (at->starred)
      sections[n_sections++] = *at;
    else if (*plain == NULL)
      *plain = at;
  qsort (sections, n_sections, sizeof *sections, compare_sections);
  return n_sections;
}

/* Of what has no charset; @delimited: (out): whether it ends where it says, and not at white space */
static char *
get_raw (const Parameters *self, const char *name, gboolean *delimited)
{
  g_autofree Parameter *sections = g_new (Parameter, PARAMETERS_MAX);
  g_autofree char *charset = NULL;
  const Parameter *plain;
  guint n_sections = find_sections (self, name, sections, &plain);
  GString *raw;

  if (plain == NULL && n_sections == 0)
    return NULL;
  raw = g_string_new (NULL);
  *delimited = plain == NULL || plain->quoted;
  if (plain != NULL)
    append_unescaped (plain, raw);
  else
    append_extended (sections, n_sections, &charset, raw);
  return g_string_free (raw, FALSE);
}

char *
parameters_get_word (const Parameters *self, const char *name)
{
  gboolean delimited;
  g_autofree char *raw = get_raw (self, name, &delimited);
  const char *end;

  if (raw == NULL)
    return NULL;
  g_strstrip (raw);
  for (end = raw; g_ascii_isgraph (*end) && *end != '('; end++)
    ;
  return end > raw ? g_strndup (raw, (gsize) (end - raw)) : NULL;
}

gboolean
parameters_get_boundary (const Parameters *self, GString *boundary)
{
  gboolean delimited;
  g_autofree char *raw = get_raw (self, "boundary", &delimited);

  g_string_assign (boundary, raw != NULL ? raw : "");
  if (raw != NULL && !delimited)
    g_string_truncate (boundary, strcspn (raw, " \t\r\n"));
  /* White space at the end of a delimiter line is padding. */
  g_string_truncate (boundary, trimmed_length (boundary->str, boundary->str + boundary->len));
  return boundary->len > 0 && boundary->len <= MIME_BOUNDARY_MAX;
}

char *
parameters_get_text (const Parameters *self, const char *name, Charsets *charsets)
{
  g_autofree Parameter *sections = g_new (Parameter, PARAMETERS_MAX);
  g_autofree char *charset = NULL;
  g_autoptr (GString) raw = g_string_new (NULL);
  const Parameter *plain;
  guint n_sections = find_sections (self, name, sections, &plain);
  GString *text = g_string_new (NULL);

  /* RFC 2231 where it is used at all; beside it stands a plain form for readers that do not know it (RFC 6266, 4.3). */
  if (n_sections > 0)
    {
      append_extended (sections, n_sections, &charset, raw);
      charset_append (charsets, charset, (const guint8 *) raw->str, raw->len, text);
    }
  else if (plain != NULL)
    {
      append_unescaped (plain, raw);
      header_text_append (charsets, raw->str, raw->len, text);
    }
  g_strstrip (text->str);
  g_string_set_size (text, strlen (text->str));
  return g_string_free (text, text->len == 0);
}
