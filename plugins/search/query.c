/* SPDX-License-Identifier: MIT */
/*
 * A recursive descent over the query. FTS5 can only take something away from something: what excludes alone is taken
 * from all messages, each of which has the token `all` among its marks.
 */
#include "query.h"

#include <string.h>

#define EVERYTHING "(marks : \"all\")"

typedef struct
{
  const char *at;
  const char *column; /* all is about; NULL for any */
  guint n_terms;
  guint depth;
} Parser;

static const struct
{
  const char *name;
  const char *column;
} fields[] = {
  { "from", "sender" }, { "to", "recipients" },         { "subject", "subject" },
  { "body", "body" },   { "attachment", "attachment" },
};

G_GNUC_PRINTF (2, 3) static char *fail (GError **error, const char *format, ...);
static char *parse_either (Parser *self, GError **error);

/* Returns: NULL, always */
static char *
fail (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_MALFORMED, "the query cannot be read: %s", message);
  return NULL;
}

/* ---- reading ---- */

static const char *
find_column (const char *name, gsize length)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (strlen (fields[i].name) == length && g_ascii_strncasecmp (fields[i].name, name, length) == 0)
      return fields[i].column;
  return NULL;
}

static void
skip_spaces (Parser *self)
{
  while (*self->at != '\0' && g_unichar_isspace (g_utf8_get_char (self->at)))
    self->at = aimx_utf8_next (self->at);
}

static gboolean
is_end_of_word (const char *at)
{
  return *at == '\0' || *at == '"' || *at == '(' || *at == ')' || g_unichar_isspace (g_utf8_get_char (at));
}

static const char *
find_end_of_word (const char *at)
{
  while (!is_end_of_word (at))
    at = aimx_utf8_next (at);
  return at;
}

static gboolean
is_operator (const char *at, const char *name)
{
  gsize length = strlen (name);

  return strncmp (at, name, length) == 0 && is_end_of_word (at + length);
}

static gboolean
take_operator (Parser *self, const char *name)
{
  skip_spaces (self);
  if (!is_operator (self->at, name))
    return FALSE;
  self->at += strlen (name);
  skip_spaces (self);
  return TRUE;
}

/* What the tokenizer takes for a part of a word. */
static gboolean
has_token (const char *text, gsize length)
{
  for (const char *at = text; at < text + length; at = aimx_utf8_next (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (g_unichar_isalnum (c) || g_unichar_type (c) == G_UNICODE_LETTER_NUMBER ||
          g_unichar_type (c) == G_UNICODE_OTHER_NUMBER || g_unichar_type (c) == G_UNICODE_PRIVATE_USE)
        return TRUE;
    }
  return FALSE;
}

/* ---- terms ---- */

/* Empty for what has nothing to look for, as a dash between words. */
static char *
make_term (Parser *self, const char *text, gsize length, gboolean is_prefix, GError **error)
{
  g_autofree char *shown = g_strndup (text, length);

  if (!has_token (text, length))
    return g_strdup ("");
  if (++self->n_terms > SEARCH_QUERY_TERMS_MAX)
    return fail (error, "it has more than %d words", SEARCH_QUERY_TERMS_MAX);
  /* No quote is in it: one ends a word and a phrase. */
  return g_strdup_printf ("(%s : \"%s\"%s)", self->column != NULL ? self->column : "- marks", shown,
                          is_prefix ? " *" : "");
}

static char *
parse_phrase (Parser *self, GError **error)
{
  const char *start = self->at + 1;
  const char *end = strchr (start, '"');
  gboolean is_prefix;

  if (end == NULL)
    return fail (error, "a '\"' is not closed");
  is_prefix = end[1] == '*';
  self->at = end + 1 + is_prefix;
  return make_term (self, start, (gsize) (end - start), is_prefix, error);
}

static char *
parse_word (Parser *self, GError **error)
{
  const char *start = self->at;
  const char *end = find_end_of_word (start);
  gboolean is_prefix = end > start && end[-1] == '*';

  self->at = end;
  return make_term (self, start, (gsize) (end - start) - is_prefix, is_prefix, error);
}

static gboolean
go_deeper (Parser *self, GError **error)
{
  if (++self->depth <= SEARCH_QUERY_DEPTH_MAX)
    return TRUE;
  fail (error, "it is nested more than %d deep", SEARCH_QUERY_DEPTH_MAX);
  return FALSE;
}

static char *
parse_group (Parser *self, GError **error)
{
  g_autofree char *inner = NULL;

  if (!go_deeper (self, error))
    return NULL;
  self->at++;
  inner = parse_either (self, error);
  self->depth--;
  if (inner == NULL)
    return NULL;
  if (*self->at != ')')
    return fail (error, "a '(' is not closed");
  self->at++;
  return g_steal_pointer (&inner);
}

static char *
parse_primary (Parser *self, GError **error)
{
  if (*self->at == '(')
    return parse_group (self, error);
  return *self->at == '"' ? parse_phrase (self, error) : parse_word (self, error);
}

static char *
parse_field (Parser *self, GError **error)
{
  const char *end = find_end_of_word (self->at);
  const char *colon = memchr (self->at, ':', (gsize) (end - self->at));
  const char *column = colon != NULL ? find_column (self->at, (gsize) (colon - self->at)) : NULL;
  char *inner;

  if (column == NULL)
    return parse_primary (self, error);
  if (self->column != NULL)
    return fail (error, "'%.*s' cannot stand inside of another field", (int) (colon + 1 - self->at), self->at);
  if (colon[1] != '"' && colon[1] != '(' && is_end_of_word (colon + 1))
    return fail (error, "nothing follows '%.*s'", (int) (colon + 1 - self->at), self->at);
  self->at = colon + 1;
  self->column = column;
  inner = parse_primary (self, error);
  self->column = NULL;
  return inner;
}

/* ---- operators ---- */

/* Whether something is to be left out comes next, that sign taken. */
static gboolean
take_not (Parser *self)
{
  if (take_operator (self, "NOT"))
    return TRUE;
  if (*self->at != '-' || (is_end_of_word (self->at + 1) && self->at[1] != '"' && self->at[1] != '('))
    return FALSE;
  self->at++;
  return TRUE;
}

static gboolean
is_end_of_row (Parser *self)
{
  skip_spaces (self);
  return *self->at == '\0' || *self->at == ')' || is_operator (self->at, "OR");
}

static void
append_joined (GString *text, const char *joint, const char *one)
{
  if (text->len > 0)
    g_string_append (text, joint);
  g_string_append (text, one);
}

/* Where a row ends or goes on without a word. */
static char *
fail_before_missing (Parser *self, GError **error)
{
  const char *end = *self->at == ')' ? self->at + 1 : find_end_of_word (self->at);

  if (*self->at == '\0')
    return fail (error, "a word is missing at its end");
  return fail (error, "a word is missing before '%.*s'", (int) (end - self->at), self->at);
}

/* One after the other: all wanted, none of the excluded. */
static char *
parse_row (Parser *self, GError **error)
{
  g_autoptr (GString) wanted = g_string_new (NULL);
  g_autoptr (GString) excluded = g_string_new (NULL);
  gboolean is_first = TRUE;

  do
    {
      g_autofree char *one = NULL;
      gboolean is_excluded;

      if (!is_first && take_operator (self, "AND") && is_end_of_row (self))
        return fail (error, "nothing follows AND");
      is_excluded = take_not (self);
      if (is_end_of_row (self) || is_operator (self->at, "AND") || is_operator (self->at, "NOT"))
        return is_excluded ? fail (error, "nothing follows NOT") : fail_before_missing (self, error);
      one = parse_field (self, error);
      if (one == NULL)
        return NULL;
      is_first = FALSE;
      if (*one != '\0')
        append_joined (is_excluded ? excluded : wanted, is_excluded ? " OR " : " AND ", one);
    }
  while (!is_end_of_row (self));
  if (wanted->len == 0 && excluded->len == 0)
    return fail (error, "it needs a word with a letter or a digit");
  if (excluded->len == 0)
    return g_strdup_printf ("(%s)", wanted->str);
  return g_strdup_printf ("((%s) NOT (%s))", wanted->len > 0 ? wanted->str : EVERYTHING, excluded->str);
}

static char *
parse_either (Parser *self, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  do
    {
      g_autofree char *row = parse_row (self, error);

      if (row == NULL)
        return NULL;
      append_joined (text, " OR ", row);
    }
  while (take_operator (self, "OR"));
  return g_strdup_printf ("(%s)", text->str);
}

char *
search_query_translate (const char *query, const char *field, GError **error)
{
  Parser parser = { .at = query, .column = field != NULL ? find_column (field, strlen (field)) : NULL };
  g_autofree char *text = NULL;

  if (!g_utf8_validate (query, -1, NULL))
    return fail (error, "it is no UTF-8");
  text = parse_either (&parser, error);
  if (text != NULL && *parser.at == ')')
    return fail (error, "a ')' closes nothing");
  return g_steal_pointer (&text);
}
