/* SPDX-License-Identifier: MIT */
/*
 * The parser: one pass over the text, recursive only in values, and there bounded by TOML_MAX_DEPTH.
 */
#include "document.h"
#include "scalar.h"

#include <string.h>

typedef struct
{
  TomlDocument *document;
  const char *text;
  const char *p;
  const char *end;
  const char *line; /* start of the current key-value line */
  TomlNode *table;  /* of the current section */
  guint depth;
  GError **error;
} Parser;

typedef struct
{
  char *text;
  gsize length;
  gsize start;
} Key;

static gboolean
fail_at (Parser *self, const char *where, TomlError code, const char *format, ...)
{
  g_autofree char *what = NULL;
  guint line, column;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  toml_position (self->text, (gsize) (where - self->text), &line, &column);
  g_set_error (self->error, TOML_ERROR, code, "line %u, column %u: %s", line, column, what);
  return FALSE;
}

static void
skip_blanks (Parser *self)
{
  while (self->p < self->end && (*self->p == ' ' || *self->p == '\t'))
    self->p++;
}

static gboolean
at (Parser *self, char c)
{
  return self->p < self->end && *self->p == c;
}

static gboolean
at_newline (Parser *self)
{
  return at (self, '\n') || (at (self, '\r') && self->p + 1 < self->end && self->p[1] == '\n');
}

static void
skip_newline (Parser *self)
{
  self->p += *self->p == '\r' ? 2 : 1;
}

static gboolean
skip_comment (Parser *self)
{
  if (!at (self, '#'))
    return TRUE;
  while (self->p < self->end && !at_newline (self))
    {
      guchar c = (guchar) *self->p;

      if ((c < 0x20 && c != '\t') || c == 0x7f)
        return fail_at (self, self->p, TOML_ERROR_SYNTAX, "control characters may not stand in a comment");
      self->p++;
    }
  return TRUE;
}

/* Blanks, a comment, then the end of the line or of the document. */
static gboolean
finish_line (Parser *self)
{
  skip_blanks (self);
  if (!skip_comment (self))
    return FALSE;
  if (self->p == self->end)
    return TRUE;
  if (!at_newline (self))
    return fail_at (self, self->p, TOML_ERROR_SYNTAX, "the end of the line is expected here");
  skip_newline (self);
  return TRUE;
}

static gboolean
enter (Parser *self)
{
  if (++self->depth <= TOML_MAX_DEPTH)
    return TRUE;
  return fail_at (self, self->p, TOML_ERROR_DEPTH, "values are nested deeper than %d levels", TOML_MAX_DEPTH);
}

/* ---- keys ---- */

static void
key_clear (gpointer data)
{
  g_free (((Key *) data)->text);
}

static gboolean
parse_simple_key (Parser *self, Key *key)
{
  const char *start = self->p;

  key->start = (gsize) (start - self->text);
  if (at (self, '"') || at (self, '\''))
    {
      TomlScalar scalar = { 0 };
      TomlFault fault;
      gsize n = toml_scan_string (self->p, self->end, FALSE, &scalar, &fault);

      if (n == 0)
        return fail_at (self, start + fault.offset, fault.code, "%s", fault.why);
      self->p += n;
      key->text = scalar.text;
      key->length = scalar.text_length;
      return TRUE;
    }
  while (self->p < self->end && (g_ascii_isalnum (*self->p) || *self->p == '_' || *self->p == '-'))
    self->p++;
  if (self->p == start)
    return fail_at (self, start, TOML_ERROR_SYNTAX,
                    "a key is expected here; other characters than letters, digits, - and _ are written in quotes");
  key->length = (gsize) (self->p - start);
  key->text = g_strndup (start, key->length);
  return TRUE;
}

/* A dotted key; the array's clear function frees the texts. */
static GArray *
parse_key (Parser *self)
{
  g_autoptr (GArray) keys = g_array_new (FALSE, TRUE, sizeof (Key));

  g_array_set_clear_func (keys, key_clear);
  for (;;)
    {
      Key key = { 0 };

      skip_blanks (self);
      if (!parse_simple_key (self, &key))
        return NULL;
      g_array_append_val (keys, key);
      if (keys->len + self->depth > TOML_MAX_DEPTH)
        return fail_at (self, self->p, TOML_ERROR_DEPTH, "values are nested deeper than %d levels", TOML_MAX_DEPTH),
               NULL;
      skip_blanks (self);
      if (!at (self, '.'))
        return g_steal_pointer (&keys);
      self->p++;
    }
}

static TomlNode *
add_node (Parser *self, TomlNode *parent, const Key *key, TomlType type, TomlOrigin origin)
{
  TomlNode *node = toml_node_new (self->document, parent, type);

  node->origin = origin;
  node->key = g_memdup2 (key->text, key->length + 1);
  node->key_length = key->length;
  node->key_start = node->start = node->end = key->start;
  node->line_start = (gsize) (self->line - self->text);
  toml_table_insert (parent, node);
  return node;
}

static gboolean
duplicate (Parser *self, const Key *key)
{
  return fail_at (self, self->text + key->start, TOML_ERROR_DUPLICATE_KEY, "the key '%s' is defined already",
                  key->text);
}

/* ---- values ---- */

static gboolean parse_value (Parser *self, TomlNode *node);
static gboolean parse_key_value (Parser *self, TomlNode *table);

static void
take_scalar (TomlNode *node, TomlScalar *scalar)
{
  node->type = scalar->type;
  node->text = scalar->text;
  node->text_length = scalar->text_length;
  node->integer = scalar->integer;
  node->number = scalar->number;
}

static gboolean
skip_lines (Parser *self)
{
  for (;;)
    {
      skip_blanks (self);
      if (!skip_comment (self))
        return FALSE;
      if (!at_newline (self))
        return TRUE;
      skip_newline (self);
    }
}

static gboolean
parse_array (Parser *self, TomlNode *node)
{
  const char *open = self->p++;

  node->type = TOML_TYPE_ARRAY;
  node->items = g_ptr_array_new_with_free_func ((GDestroyNotify) toml_node_free);
  for (;;)
    {
      TomlNode *item;

      if (!skip_lines (self))
        return FALSE;
      if (at (self, ']'))
        break;
      if (self->p == self->end)
        return fail_at (self, open, TOML_ERROR_SYNTAX, "this array is not closed");
      item = toml_node_new (self->document, node, TOML_TYPE_STRING);
      item->key_start = (gsize) (self->p - self->text);
      g_ptr_array_add (node->items, item);
      if (!parse_value (self, item) || !skip_lines (self))
        return FALSE;
      if (at (self, ']'))
        break;
      if (!at (self, ','))
        return self->p == self->end ? fail_at (self, open, TOML_ERROR_SYNTAX, "this array is not closed")
                                    : fail_at (self, self->p, TOML_ERROR_SYNTAX, "a comma or ] is expected here");
      self->p++;
    }
  self->p++;
  return TRUE;
}

static gboolean
parse_inline_table (Parser *self, TomlNode *node)
{
  self->p++;
  node->type = TOML_TYPE_TABLE;
  node->items = g_ptr_array_new_with_free_func ((GDestroyNotify) toml_node_free);
  skip_blanks (self);
  while (!at (self, '}'))
    {
      if (!parse_key_value (self, node))
        return FALSE;
      skip_blanks (self);
      if (at (self, '}'))
        break;
      if (!at (self, ','))
        return fail_at (self, self->p, TOML_ERROR_SYNTAX,
                        "a comma or } is expected here; an inline table stands on one line");
      self->p++;
      skip_blanks (self);
      if (at (self, '}'))
        return fail_at (self, self->p, TOML_ERROR_SYNTAX, "no comma may stand before the } of an inline table");
    }
  self->p++;
  return TRUE;
}

static gsize
plain_length (Parser *self)
{
  const char *q = self->p;

  while (q < self->end && strchr (" \t\r\n,]}#", *q) == NULL)
    q++;
  /* A date may be parted from its time by one space. */
  if (q - self->p == 10 && self->p[4] == '-' && q + 1 < self->end && *q == ' ' && g_ascii_isdigit (q[1]))
    for (q++; q < self->end && strchr (" \t\r\n,]}#", *q) == NULL;)
      q++;
  return (gsize) (q - self->p);
}

static gboolean
parse_scalar (Parser *self, TomlNode *node)
{
  TomlScalar scalar = { 0 };
  TomlFault fault = { 0 };
  gsize n;

  if (at (self, '"') || at (self, '\''))
    n = toml_scan_string (self->p, self->end, TRUE, &scalar, &fault);
  else
    {
      n = plain_length (self);
      if (!toml_scan_plain (self->p, n, &scalar, &fault))
        n = 0;
    }
  if (n == 0)
    {
      g_free (scalar.text);
      return fail_at (self, self->p + fault.offset, fault.code, "%s", fault.why);
    }
  self->p += n;
  take_scalar (node, &scalar);
  return TRUE;
}

static gboolean
parse_value (Parser *self, TomlNode *node)
{
  gboolean done;

  if (!enter (self))
    return FALSE;
  node->start = (gsize) (self->p - self->text);
  if (at (self, '['))
    done = parse_array (self, node);
  else if (at (self, '{'))
    done = parse_inline_table (self, node);
  else
    done = parse_scalar (self, node);
  self->depth--;
  node->end = (gsize) (self->p - self->text);
  return done;
}

/* The table that a dotted key's last part goes into. */
static TomlNode *
walk_dotted (Parser *self, TomlNode *table, GArray *keys)
{
  for (guint i = 0; i + 1 < keys->len; i++)
    {
      const Key *key = &g_array_index (keys, Key, i);
      TomlNode *next = toml_table_find (table, key->text, key->length);

      if (next == NULL)
        next = add_node (self, table, key, TOML_TYPE_TABLE, TOML_ORIGIN_DOTTED);
      else if (next->type != TOML_TYPE_TABLE || next->origin == TOML_ORIGIN_VALUE || next->origin == TOML_ORIGIN_HEADER)
        return duplicate (self, key), NULL;
      else
        {
          next->origin = TOML_ORIGIN_DOTTED;
          toml_node_add_key (next, key->start);
        }
      table = next;
    }
  return table;
}

static gboolean
parse_key_value (Parser *self, TomlNode *table)
{
  g_autoptr (GArray) keys = parse_key (self);
  const Key *last;
  TomlNode *node;
  guint depth = self->depth;
  gboolean done;

  if (keys == NULL)
    return FALSE;
  if (!at (self, '='))
    return fail_at (self, self->p, TOML_ERROR_SYNTAX, "an equals sign is expected after the key");
  self->p++;
  skip_blanks (self);
  table = walk_dotted (self, table, keys);
  if (table == NULL)
    return FALSE;
  last = &g_array_index (keys, Key, keys->len - 1);
  if (toml_table_find (table, last->text, last->length) != NULL)
    return duplicate (self, last);
  node = add_node (self, table, last, TOML_TYPE_STRING, TOML_ORIGIN_VALUE);
  node->entry_start = g_array_index (keys, Key, 0).start;
  self->depth += keys->len - 1;
  done = parse_value (self, node);
  self->depth = depth;
  return done;
}

/* ---- headers ---- */

static TomlNode *
walk_header (Parser *self, GArray *keys)
{
  TomlNode *table = self->document->root;

  for (guint i = 0; i + 1 < keys->len; i++)
    {
      const Key *key = &g_array_index (keys, Key, i);
      TomlNode *next = toml_table_find (table, key->text, key->length);

      if (next == NULL)
        next = add_node (self, table, key, TOML_TYPE_TABLE, TOML_ORIGIN_IMPLIED);
      else if (next->origin == TOML_ORIGIN_VALUE)
        return duplicate (self, key), NULL;
      else
        toml_node_add_key (next, key->start);
      table = next->type == TOML_TYPE_ARRAY ? next->items->pdata[next->items->len - 1] : next;
    }
  return table;
}

static TomlNode *
open_table (Parser *self, TomlNode *parent, const Key *key, gsize start)
{
  TomlNode *table = toml_table_find (parent, key->text, key->length);

  if (table == NULL)
    table = add_node (self, parent, key, TOML_TYPE_TABLE, TOML_ORIGIN_HEADER);
  else if (table->type != TOML_TYPE_TABLE || table->origin != TOML_ORIGIN_IMPLIED)
    return duplicate (self, key), NULL;
  else
    toml_node_add_key (table, key->start);
  table->origin = TOML_ORIGIN_HEADER;
  table->start = start;
  return table;
}

static TomlNode *
open_element (Parser *self, TomlNode *parent, const Key *key, gsize start)
{
  TomlNode *array = toml_table_find (parent, key->text, key->length);
  TomlNode *element;

  if (array == NULL)
    {
      array = add_node (self, parent, key, TOML_TYPE_ARRAY, TOML_ORIGIN_HEADER);
      array->start = start;
      array->items = g_ptr_array_new_with_free_func ((GDestroyNotify) toml_node_free);
    }
  else if (array->type != TOML_TYPE_ARRAY || array->origin != TOML_ORIGIN_HEADER)
    return duplicate (self, key), NULL;
  else
    toml_node_add_key (array, key->start);
  element = toml_node_new (self->document, array, TOML_TYPE_TABLE);
  element->origin = TOML_ORIGIN_HEADER;
  element->start = start;
  element->key_start = key->start;
  g_ptr_array_add (array->items, element);
  return element;
}

static gboolean
parse_header (Parser *self)
{
  g_autoptr (GArray) keys = NULL;
  gsize start = (gsize) (self->p - self->text);
  gboolean element = self->p + 1 < self->end && self->p[1] == '[';
  TomlSection section = { 0 };
  TomlNode *parent;
  const Key *last;

  self->p += element ? 2 : 1;
  keys = parse_key (self);
  if (keys == NULL)
    return FALSE;
  if (!at (self, ']') || (element && (self->p + 1 == self->end || self->p[1] != ']')))
    return fail_at (self, self->p, TOML_ERROR_SYNTAX, "%s is expected here", element ? "]]" : "]");
  self->p += element ? 2 : 1;
  parent = walk_header (self, keys);
  if (parent == NULL)
    return FALSE;
  last = &g_array_index (keys, Key, keys->len - 1);
  self->table = element ? open_element (self, parent, last, start) : open_table (self, parent, last, start);
  if (self->table == NULL)
    return FALSE;
  self->table->end = (gsize) (self->p - self->text);
  self->depth = keys->len;
  if (!finish_line (self))
    return FALSE;
  section.line_start = (gsize) (self->line - self->text);
  section.header_end = (gsize) (self->p - self->text);
  section.table = self->table;
  g_array_append_val (self->document->sections, section);
  return TRUE;
}

static gboolean
parse_lines (Parser *self)
{
  TomlSection first = { .table = self->document->root };

  if (self->end - self->p >= 3 && memcmp (self->p, "\xef\xbb\xbf", 3) == 0)
    self->p += 3;
  first.header_end = first.line_start = (gsize) (self->p - self->text);
  g_array_append_val (self->document->sections, first);
  while (self->p < self->end)
    {
      self->line = self->p;
      skip_blanks (self);
      if (at (self, '['))
        {
          if (!parse_header (self))
            return FALSE;
          continue;
        }
      if (at (self, '#'))
        {
          gsize line = (gsize) (self->line - self->text);

          g_array_append_val (self->document->comments, line);
        }
      if (self->p < self->end && !at (self, '#') && !at_newline (self) && !parse_key_value (self, self->table))
        return FALSE;
      if (!finish_line (self))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_encoding (Parser *self)
{
  const char *where;

  if (g_utf8_validate_len (self->text, self->document->length, &where))
    return TRUE;
  if (*where == '\0')
    return fail_at (self, where, TOML_ERROR_SYNTAX, "a NUL byte may not stand in a document");
  return fail_at (self, where, TOML_ERROR_ENCODING, "this is not UTF-8");
}

TomlDocument *
toml_document_parse (const char *text, gssize length, GError **error)
{
  g_autoptr (TomlDocument) document = g_new0 (TomlDocument, 1);
  Parser parser = { .document = document, .error = error };

  document->length = length < 0 ? strlen (text) : (gsize) length;
  document->text = g_malloc (document->length + 1);
  memcpy (document->text, text, document->length);
  document->text[document->length] = '\0';
  document->sections = g_array_new (FALSE, TRUE, sizeof (TomlSection));
  document->comments = g_array_new (FALSE, FALSE, sizeof (gsize));
  document->root = toml_node_new (document, NULL, TOML_TYPE_TABLE);
  document->root->origin = TOML_ORIGIN_HEADER;
  parser.text = parser.p = parser.line = document->text;
  parser.end = document->text + document->length;
  parser.table = document->root;
  if (!check_encoding (&parser) || !parse_lines (&parser))
    return NULL;
  for (guint i = 0; i < document->sections->len; i++)
    {
      gboolean last = i + 1 == document->sections->len;

      g_array_index (document->sections, TomlSection, i).end =
          last ? document->length : g_array_index (document->sections, TomlSection, i + 1).line_start;
    }
  return g_steal_pointer (&document);
}
