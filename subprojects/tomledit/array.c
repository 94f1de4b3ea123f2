/* SPDX-License-Identifier: MIT */
/*
 * Edits of the elements of an array in brackets, whatever its layout: on one line, an element a line, several on a
 * line, commas behind or in front.
 *
 * The array is seen as its tokens (elements, commas, comments, ends of lines). An element that has its lines for itself
 * owns the comment lines directly above and the comment behind it, and goes with them; a comment at a line of several
 * elements is about the line and stays.
 */
#include "document.h"

#include <string.h>

typedef enum
{
  TOKEN_OPEN,
  TOKEN_ELEMENT,
  TOKEN_COMMA,
  TOKEN_COMMENT,
  TOKEN_NEWLINE,
  TOKEN_CLOSE,
} TokenKind;

typedef struct
{
  TokenKind kind;
  gsize start;
  gsize end;
} Token;

/* An array that is being edited: its tokens, without the blanks between, and what is to change. */
typedef struct
{
  TomlDocument *document;
  const TomlNode *array;
  const Token *tokens;
  GArray *storage;
  GArray *replacements;
} Layout;

/* How an element stands in its lines, as indexes of tokens. */
typedef struct
{
  guint token;
  guint head; /* what is before it, but for a comma: the bracket, an element, or the end of the line above */
  guint tail; /* what is behind it, but for a comma and a comment: an element, the end of its line, or the bracket */
} Place;

/* An element that has left its place. */
typedef struct
{
  char *above;  /* comment lines */
  char *indent; /* of a line of its own */
  char *text;
  char *behind; /* comment, with the blanks before it */
  gboolean alone;
} Element;

/* ---- looking ---- */

static void
layout_clear (Layout *self)
{
  g_clear_pointer (&self->storage, g_array_unref);
  g_clear_pointer (&self->replacements, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Layout, layout_clear)

static void
element_clear (Element *self)
{
  g_clear_pointer (&self->above, g_free);
  g_clear_pointer (&self->indent, g_free);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->behind, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Element, element_clear)

static gsize
comment_end (const char *text, gsize start)
{
  gsize end = start + strcspn (text + start, "\n");

  return text[end - 1] == '\r' ? end - 1 : end;
}

/* What stands at an offset that is not a blank; the array did parse. */
static Token
read_token (const Layout *self, gsize start, guint n_elements)
{
  const char *text = self->document->text;
  const GPtrArray *items = self->array->items;
  const TomlNode *item = n_elements < items->len ? items->pdata[n_elements] : NULL;

  if (item != NULL && item->start == start)
    return (Token){ TOKEN_ELEMENT, start, item->end };
  switch (text[start])
    {
    case ',':
      return (Token){ TOKEN_COMMA, start, start + 1 };
    case '#':
      return (Token){ TOKEN_COMMENT, start, comment_end (text, start) };
    case '\r':
      return (Token){ TOKEN_NEWLINE, start, start + 2 };
    case '\n':
      return (Token){ TOKEN_NEWLINE, start, start + 1 };
    default:
      return (Token){ TOKEN_CLOSE, start, start + 1 };
    }
}

static gboolean
layout_init (Layout *self, TomlDocument *document, const char *const *path, GError **error)
{
  Token token;
  guint n_elements = 0;

  self->document = document;
  self->array = toml_document_find (document, path, error);
  if (self->array == NULL)
    return FALSE;
  if (self->array->type != TOML_TYPE_ARRAY || self->array->origin != TOML_ORIGIN_VALUE)
    return toml_set_error (error, TOML_ERROR_TYPE, "'%s' is not an array in brackets", self->array->key), FALSE;
  self->storage = g_array_new (FALSE, FALSE, sizeof (Token));
  self->replacements = toml_replacements_new ();
  token = (Token){ TOKEN_OPEN, self->array->start, self->array->start + 1 };
  g_array_append_val (self->storage, token);
  while (token.kind != TOKEN_CLOSE)
    {
      token = read_token (self, token.end + strspn (document->text + token.end, " \t"), n_elements);
      n_elements += token.kind == TOKEN_ELEMENT;
      g_array_append_val (self->storage, token);
    }
  self->tokens = (const Token *) self->storage->data;
  return TRUE;
}

static gboolean
check_index (const Layout *self, guint index, GError **error)
{
  if (index < self->array->items->len)
    return TRUE;
  toml_set_error (error, TOML_ERROR_NOT_FOUND, "'%s' has no element %u", self->array->key, index);
  return FALSE;
}

static Place
find_place (const Layout *self, guint index)
{
  const Token *tokens = self->tokens;
  Place place = { 0 };

  for (guint seen = 0; seen <= index;)
    seen += tokens[++place.token].kind == TOKEN_ELEMENT;
  place.head = place.token - 1;
  if (tokens[place.head].kind == TOKEN_COMMA)
    place.head--;
  place.tail = place.token + 1;
  if (tokens[place.tail].kind == TOKEN_COMMA)
    place.tail++;
  if (tokens[place.tail].kind == TOKEN_COMMENT)
    place.tail++;
  return place;
}

/* Whether the element has lines for itself, of which it may share the brackets'. */
static gboolean
is_alone (const Layout *self, const Place *place)
{
  TokenKind head = self->tokens[place->head].kind, tail = self->tokens[place->tail].kind;

  return head != TOKEN_ELEMENT && tail != TOKEN_ELEMENT && (head == TOKEN_NEWLINE || tail == TOKEN_NEWLINE);
}

/* The end of the line above the comment lines directly above the element; its head when it begins no line. */
static guint
head_of_comments (const Layout *self, const Place *place)
{
  const Token *tokens = self->tokens;
  guint head = place->head;

  while (tokens[head].kind == TOKEN_NEWLINE && tokens[head - 1].kind == TOKEN_COMMENT &&
         tokens[head - 2].kind == TOKEN_NEWLINE)
    head -= 2;
  return head;
}

static char *
copy (const Layout *self, gsize start, gsize end)
{
  return g_strndup (self->document->text + start, end - start);
}

/* The blanks that a line with a bracket begins with. */
static char *
indent_of_key (const Layout *self)
{
  const char *text = self->document->text;
  gsize line = self->array->start;

  while (line > 0 && text[line - 1] != '\n')
    line--;
  return copy (self, line, line + strspn (text + line, " \t"));
}

/* The blanks before the first element that begins a line. */
static char *
indent_of_elements (const Layout *self)
{
  const Token *tokens = self->tokens;

  for (guint i = 0; i + 1 < self->storage->len; i++)
    if (tokens[i].kind == TOKEN_NEWLINE && tokens[i + 1].kind == TOKEN_ELEMENT)
      return copy (self, tokens[i].end, tokens[i + 1].start);
  return indent_of_key (self);
}

/* What stands between elements on one line. */
static char *
separator (const Layout *self)
{
  const Token *tokens = self->tokens;

  for (guint i = 0; i + 2 < self->storage->len; i++)
    if (tokens[i].kind == TOKEN_ELEMENT && tokens[i + 1].kind == TOKEN_COMMA && tokens[i + 2].kind == TOKEN_ELEMENT)
      return copy (self, tokens[i].end, tokens[i + 2].start);
  return g_strdup (", ");
}

static void
replace (Layout *self, gsize start, gsize end, const char *text)
{
  TomlReplacement replacement = { start, end, g_strdup (text) };

  g_array_append_val (self->replacements, replacement);
}

/* ---- taking out ---- */

/* The text that goes with an element; where a comment before the bracket needs an end of line, the bracket is put
 * there. */
static Token
cut (const Layout *self, const Place *place, char **instead)
{
  const Token *tokens = self->tokens;
  const Token *element = &tokens[place->token], *tail = &tokens[place->tail], *next = tail + 1;
  guint above = head_of_comments (self, place), before = above;

  while (tokens[before].kind == TOKEN_NEWLINE)
    before--;
  if (tail->kind == TOKEN_ELEMENT)
    return (Token){ .start = element->start, .end = tail->start };
  if (tokens[place->head].kind == TOKEN_ELEMENT)
    return (Token){ .start = tokens[place->head].end, .end = element->end };
  if (tail->kind == TOKEN_CLOSE && tokens[before].kind == TOKEN_COMMENT)
    {
      *instead = indent_of_key (self);
      return (Token){ .start = tokens[above].end, .end = tail->start };
    }
  if (tail->kind == TOKEN_CLOSE)
    return (Token){ .start = tokens[before].end, .end = tokens[place->tail - 1].end };
  if (tokens[place->head].kind == TOKEN_NEWLINE)
    return (Token){ .start = tokens[above].end, .end = tail->end };
  /* Behind the opening bracket: the next element takes the place, unless comments or blank lines are before it. */
  if (next->kind == TOKEN_COMMA)
    next++;
  if (next->kind == TOKEN_ELEMENT)
    return (Token){ .start = element->start, .end = next->start };
  return (Token){ .start = tokens[place->head].end, .end = tail->start };
}

static void
remove_comma (Layout *self, guint comma)
{
  const Token *tokens = self->tokens;

  if (tokens[comma - 1].kind == TOKEN_NEWLINE)
    replace (self, tokens[comma].start, tokens[comma].end, " ");
  else
    replace (self, tokens[comma - 1].end, tokens[comma].end, "");
}

/* One element less is one comma less, wherever the commas stand. */
static void
balance_commas (Layout *self, const Place *place, const Token *range)
{
  const Token *tokens = self->tokens;
  guint next = place->token, previous = place->token;
  guint n_cut = 0;

  for (guint i = 0; i < self->storage->len; i++)
    n_cut += tokens[i].kind == TOKEN_COMMA && tokens[i].start >= range->start && tokens[i].end <= range->end;
  if (n_cut == 2)
    {
      while (tokens[--previous].kind != TOKEN_ELEMENT)
        ;
      replace (self, tokens[previous].end, tokens[previous].end, ",");
    }
  if (n_cut > 0)
    return;
  while (tokens[next].kind != TOKEN_COMMA && tokens[next].kind != TOKEN_CLOSE)
    next++;
  while (tokens[previous].kind != TOKEN_COMMA && tokens[previous].kind != TOKEN_OPEN)
    previous--;
  if (tokens[next].kind == TOKEN_COMMA)
    remove_comma (self, next);
  else if (tokens[previous].kind == TOKEN_COMMA)
    remove_comma (self, previous);
}

/* The only element leaves nothing but the comments that are not its own. */
static void
take_out_only (Layout *self, const Token *range, const char *instead)
{
  const Token *tokens = self->tokens;
  guint last = self->storage->len - 1;
  gboolean commented = FALSE;

  for (guint i = 0; i < last; i++)
    commented |= tokens[i].kind == TOKEN_COMMENT && (tokens[i].end <= range->start || tokens[i].start >= range->end);
  if (!commented)
    {
      replace (self, tokens[0].end, tokens[last].start, "");
      return;
    }
  replace (self, range->start, range->end, instead);
  for (guint i = 0; i < last; i++)
    if (tokens[i].kind == TOKEN_COMMA && (tokens[i].end <= range->start || tokens[i].start >= range->end))
      remove_comma (self, i);
}

static void
take_out (Layout *self, const Place *place)
{
  g_autofree char *instead = NULL;
  Token range = cut (self, place, &instead);

  if (self->array->items->len == 1)
    {
      take_out_only (self, &range, instead);
      return;
    }
  replace (self, range.start, range.end, instead);
  balance_commas (self, place, &range);
}

gboolean
toml_document_remove_element (TomlDocument *document, const char *const *path, guint index, GError **error)
{
  g_auto (Layout) layout = { 0 };
  Place place;

  if (!layout_init (&layout, document, path, error) || !check_index (&layout, index, error))
    return FALSE;
  place = find_place (&layout, index);
  take_out (&layout, &place);
  g_ptr_array_remove_index (layout.array->items, index);
  return toml_document_replace (document, layout.replacements, error);
}

/* ---- putting in ---- */

static void
element_init (Element *self, const Layout *layout, const Place *place)
{
  const Token *tokens = layout->tokens;
  const Token *token = &tokens[place->token], *comment = &tokens[place->tail - 1];
  guint above = head_of_comments (layout, place);

  self->alone = is_alone (layout, place);
  self->text = copy (layout, token->start, token->end);
  if (self->alone)
    self->above = copy (layout, tokens[above].end, tokens[place->head].end);
  if (self->alone && comment->kind == TOKEN_COMMENT)
    self->behind = copy (layout, comment[-1].end, comment->end);
  if (tokens[place->token - 1].kind == TOKEN_NEWLINE)
    self->indent = copy (layout, tokens[place->head].end, token->start);
  else
    self->indent = indent_of_elements (layout);
}

static gboolean
has_comments_above (const Element *self)
{
  return self->above != NULL && *self->above != '\0';
}

static gboolean
has_comments (const Element *self)
{
  return self->behind != NULL || has_comments_above (self);
}

/* The line of an element, but for its end: with the comma in front when lead has it, else behind. */
static char *
line_of (const Element *self, const char *lead, gboolean comma)
{
  return g_strconcat (self->above != NULL ? self->above : "", lead, self->text, comma ? "," : "",
                      self->behind != NULL ? self->behind : "", NULL);
}

/* What a line with its comma in front begins with; NULL where the commas are behind. */
static char *
leading_comma (const Layout *self, const Place *place)
{
  const Token *tokens = self->tokens;

  if (tokens[place->token - 1].kind != TOKEN_COMMA || tokens[place->head].kind != TOKEN_NEWLINE)
    return NULL;
  return copy (self, tokens[place->head].end, tokens[place->token].start);
}

static void
put_before (Layout *self, const Place *place, const Element *element, const char *between)
{
  const Token *tokens = self->tokens;
  const Token *target = &tokens[place->token];
  const char *newline = toml_document_newline (self->document);
  gboolean target_alone = is_alone (self, place);
  g_autofree char *line = NULL;
  g_autofree char *text = NULL;

  if (tokens[place->head].kind == TOKEN_NEWLINE && (element->alone || target_alone))
    {
      gsize where = tokens[head_of_comments (self, place)].end;
      g_autofree char *lead = leading_comma (self, place);

      line = line_of (element, lead != NULL ? lead : element->indent, lead == NULL);
      text = g_strconcat (line, newline, NULL);
      replace (self, where, where, text);
    }
  else if (has_comments (element) || (element->alone && target_alone))
    {
      gboolean behind_bracket = tokens[place->head].kind == TOKEN_OPEN && !has_comments_above (element);

      line = line_of (element, behind_bracket ? "" : element->indent, TRUE);
      text = g_strconcat (behind_bracket ? "" : newline, line, newline, element->indent, NULL);
      replace (self, behind_bracket ? target->start : target[-1].end, target->start, text);
    }
  else
    {
      text = g_strconcat (element->text, between, NULL);
      replace (self, target->start, target->start, text);
    }
}

/* After the last element. */
static void
put_behind (Layout *self, const Place *place, const Element *element, const char *between)
{
  const Token *target = &self->tokens[place->token], *tail = &self->tokens[place->tail];
  gboolean has_comma = target[1].kind == TOKEN_COMMA;
  const char *newline = toml_document_newline (self->document);
  g_autofree char *lead = has_comma ? NULL : leading_comma (self, place);
  g_autofree char *line = line_of (element, lead != NULL ? lead : element->indent, has_comma);
  g_autofree char *text = NULL;

  if (!is_alone (self, place) && !has_comments (element) && !(element->alone && tail->kind == TOKEN_NEWLINE))
    {
      text = g_strconcat (between, element->text, NULL);
      replace (self, target->end, target->end, text);
      return;
    }
  if (!has_comma && lead == NULL)
    replace (self, target->end, target->end, ",");
  if (tail->kind == TOKEN_NEWLINE)
    {
      text = g_strconcat (line, newline, NULL);
      replace (self, tail->end, tail->end, text);
    }
  else if (element->behind != NULL)
    {
      g_autofree char *key = indent_of_key (self);

      text = g_strconcat (newline, line, newline, key, NULL);
      replace (self, tail[-1].end, tail->start, text);
    }
  else
    {
      text = g_strconcat (newline, line, NULL);
      replace (self, tail[-1].end, tail[-1].end, text);
    }
}

static gboolean
put_in (TomlDocument *document,
        const char *const *path,
        guint to,
        const Element *element,
        const char *between,
        GError **error)
{
  g_auto (Layout) layout = { 0 };
  TomlNode *value = toml_parse_value (element->text, error);
  Place place;

  if (value == NULL || !layout_init (&layout, document, path, error))
    return toml_node_free (value), FALSE;
  if (to < layout.array->items->len)
    {
      place = find_place (&layout, to);
      put_before (&layout, &place, element, between);
    }
  else
    {
      place = find_place (&layout, to - 1);
      put_behind (&layout, &place, element, between);
    }
  g_ptr_array_insert (layout.array->items, (int) to, value);
  return toml_document_replace (document, layout.replacements, error);
}

gboolean
toml_document_move_element (TomlDocument *document, const char *const *path, guint index, guint to, GError **error)
{
  g_auto (Layout) layout = { 0 };
  g_auto (Element) element = { 0 };
  g_autoptr (TomlDocument) moved = NULL;
  g_autofree char *between = NULL;
  Place place;

  if (!layout_init (&layout, document, path, error) || !check_index (&layout, index, error) ||
      !check_index (&layout, to, error))
    return FALSE;
  if (index == to)
    return TRUE;
  place = find_place (&layout, index);
  between = separator (&layout);
  element_init (&element, &layout, &place);
  /* On a copy, since each of the two halves is an edit. */
  moved = toml_document_parse (document->text, (gssize) document->length, error);
  if (moved == NULL || !toml_document_remove_element (moved, path, index, error) ||
      !put_in (moved, path, to, &element, between, error))
    return FALSE;
  toml_document_exchange (document, moved);
  return TRUE;
}

gboolean
toml_document_append_string (TomlDocument *document, const char *const *path, const char *value, GError **error)
{
  g_auto (Layout) layout = { 0 };
  g_auto (Element) element = { 0 };
  g_autofree char *between = NULL;

  if (!layout_init (&layout, document, path, error))
    return FALSE;
  if (!g_utf8_validate (value, -1, NULL))
    return toml_set_error (error, TOML_ERROR_ENCODING, "the value is not UTF-8"), FALSE;
  element.text = toml_quote_string (value);
  if (layout.array->items->len == 0)
    {
      replace (&layout, layout.tokens[0].end, layout.tokens[0].end, element.text);
      g_ptr_array_add (layout.array->items, toml_parse_value (element.text, NULL));
      return toml_document_replace (document, layout.replacements, error);
    }
  element.indent = indent_of_elements (&layout);
  between = separator (&layout);
  return put_in (document, path, layout.array->items->len, &element, between, error);
}
