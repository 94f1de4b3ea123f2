/* SPDX-License-Identifier: MIT */
/*
 * The scan over the lines, with the multiparts that are open on a stack and their boundaries in a hash table, so that
 * a line costs the same whether one multipart is open or a hundred.
 */
#include "parser/mime-scan.h"

#include "parser/parser-limits.h"

#include <string.h>

typedef struct
{
  const char *text;
  gsize length;
} Boundary;

/* A multipart that is not at its end. */
typedef struct
{
  guint part;
  guint shadowed; /* level + 1 of the multipart around it with the same boundary, 0: none */
  Boundary boundary;
  GString *text;
} Open;

typedef struct
{
  const char *raw;
  gsize size;
  Charsets *charsets;
  MimeScan *scan;
  HeaderBlock part_header;
  HeaderBlock *header; /* (nullable): being read */
  gint leaf;           /* part whose content is being read, -1: none, what comes is dropped */
  gboolean full;       /* no part more: the last one takes the rest */
  GHashTable *levels;  /* Boundary: level + 1 */
  guint n_open;
  Open open[MIME_DEPTH_MAX];
  GString *boundary;
} Scanner;

static guint
hash_boundary (gconstpointer key)
{
  const Boundary *boundary = key;
  guint hash = 5381;

  for (gsize i = 0; i < boundary->length; i++)
    hash = hash * 33 + (guchar) boundary->text[i];
  return hash;
}

static gboolean
equal_boundary (gconstpointer a, gconstpointer b)
{
  const Boundary *first = a;
  const Boundary *second = b;

  return first->length == second->length && memcmp (first->text, second->text, first->length) == 0;
}

static void
clear_part (gpointer data)
{
  MimePart *part = data;

  g_free (part->type);
  g_free (part->charset);
  g_free (part->filename);
  g_free (part->content_id);
  g_free (part->root);
}

static MimePart *
part_at (Scanner *self, guint index)
{
  return &g_array_index (self->scan->parts, MimePart, index);
}

static MimePart *
last_part (Scanner *self)
{
  return part_at (self, self->scan->parts->len - 1);
}

/* ---- what the fields of a part say ---- */

static AimxTransferEncoding
read_encoding (const HeaderField *field)
{
  static const struct
  {
    const char *name;
    AimxTransferEncoding encoding;
  } encodings[] = {
    { "base64", AIMX_TRANSFER_BASE64 },     { "quoted-printable", AIMX_TRANSFER_QUOTED_PRINTABLE },
    { "uuencode", AIMX_TRANSFER_UUENCODE }, { "x-uuencode", AIMX_TRANSFER_UUENCODE },
    { "x-uue", AIMX_TRANSFER_UUENCODE },
  };
  g_autoptr (Parameters) parameters = NULL;
  g_autofree char *token = NULL;

  if (field == NULL)
    return AIMX_TRANSFER_IDENTITY;
  parameters = parameters_parse (field->value, field->length);
  token = parameters_get_token (parameters, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
    if (g_strcmp0 (token, encodings[i].name) == 0)
      return encodings[i].encoding;
  return AIMX_TRANSFER_IDENTITY;
}

static char *
without_brackets (const char *id, gsize length)
{
  const char *end = id + length;

  while (id < end && (g_ascii_isspace (*id) || *id == '<'))
    id++;
  while (end > id && (g_ascii_isspace (end[-1]) || end[-1] == '>'))
    end--;
  return end > id ? g_strndup (id, (gsize) (end - id)) : NULL;
}

static void
read_disposition (Scanner *self, MimePart *part, const HeaderField *field)
{
  g_autoptr (Parameters) parameters = parameters_parse (field->value, field->length);
  g_autofree char *token = parameters_get_token (parameters, FALSE);

  /* RFC 2183, 2.8: what is unknown is an attachment. */
  part->attached = token != NULL && strcmp (token, "inline") != 0;
  part->filename = parameters_get_text (parameters, "filename", self->charsets);
}

static gboolean
has_word (const Parameters *parameters, const char *name, const char *expected)
{
  g_autofree char *word = parameters_get_word (parameters, name);

  return word != NULL && g_ascii_strcasecmp (word, expected) == 0;
}

static void
read_type (Scanner *self, MimePart *part, const HeaderField *field)
{
  g_autoptr (Parameters) parameters = parameters_parse (field->value, field->length);

  part->type = parameters_get_token (parameters, TRUE);
  part->charset = parameters_get_word (parameters, "charset");
  part->flowed = has_word (parameters, "format", "flowed") && has_word (parameters, "delsp", "yes");
  if (part->filename == NULL)
    part->filename = parameters_get_text (parameters, "name", self->charsets);
  if (part->type == NULL || !g_str_has_prefix (part->type, "multipart/"))
    return;
  part->multipart = parameters_get_boundary (parameters, self->boundary);
  if (strcmp (part->type, "multipart/related") == 0)
    {
      g_autofree char *root = parameters_get_word (parameters, "start");

      part->root = root != NULL ? without_brackets (root, strlen (root)) : NULL;
    }
}

static void
read_fields (Scanner *self, MimePart *part)
{
  const HeaderField *disposition = header_block_find (self->header, HEADER_CONTENT_DISPOSITION, NULL);
  const HeaderField *type = header_block_find (self->header, HEADER_CONTENT_TYPE, NULL);
  const HeaderField *id = header_block_find (self->header, HEADER_CONTENT_ID, NULL);

  if (disposition != NULL)
    read_disposition (self, part, disposition);
  if (type != NULL)
    read_type (self, part, type);
  if (id != NULL)
    part->content_id = without_brackets (id->value, id->length);
  part->encoding = read_encoding (header_block_find (self->header, HEADER_CONTENT_TRANSFER_ENCODING, NULL));
}

/* ---- the tree ---- */

static void
open_multipart (Scanner *self, guint part)
{
  Open *open = &self->open[self->n_open];

  open->part = part;
  open->text = g_string_new_len (self->boundary->str, (gssize) self->boundary->len);
  open->boundary.text = open->text->str;
  open->boundary.length = open->text->len;
  open->shadowed = GPOINTER_TO_UINT (g_hash_table_lookup (self->levels, &open->boundary));
  g_hash_table_replace (self->levels, &open->boundary, GUINT_TO_POINTER (++self->n_open));
}

/* Ends the multiparts within the first @n_open ones. */
static void
close_multiparts (Scanner *self, guint n_open, gsize end)
{
  while (self->n_open > n_open)
    {
      Open *open = &self->open[--self->n_open];
      MimePart *part = part_at (self, open->part);

      part->length = end - part->start;
      part->after = self->scan->parts->len;
      if (open->shadowed > 0)
        g_hash_table_replace (self->levels, &self->open[open->shadowed - 1].boundary,
                              GUINT_TO_POINTER (open->shadowed));
      else
        g_hash_table_remove (self->levels, &open->boundary);
      g_string_free (open->text, TRUE);
    }
}

/* The header of the last part has ended where its content begins, at @start. */
static void
end_header (Scanner *self, gsize start)
{
  guint index = self->scan->parts->len - 1;
  MimePart *part = part_at (self, index);

  if (index == 0)
    self->scan->body = start;
  part->start = start;
  read_fields (self, part);
  self->header = NULL;
  self->leaf = -1;
  if (part->multipart && self->n_open < MIME_DEPTH_MAX)
    open_multipart (self, index);
  else
    {
      part->unread = part->multipart;
      part->multipart = FALSE;
      self->leaf = (gint) index;
    }
}

/* The line break before a delimiter line belongs to it (RFC 2046, 5.1.1). */
static gsize
before_line_break (Scanner *self, gsize start, gsize end)
{
  if (end > start && self->raw[end - 1] == '\n')
    end--;
  if (end > start && self->raw[end - 1] == '\r')
    end--;
  return end;
}

/* Ends the part being read, at a delimiter line or at the end of the message. */
static void
end_leaf (Scanner *self, gsize end, gboolean delimited)
{
  MimePart *part;

  if (self->header != NULL)
    end_header (self, end);
  if (self->leaf < 0)
    return;
  part = part_at (self, (guint) self->leaf);
  part->length = (delimited ? before_line_break (self, part->start, end) : end) - part->start;
  self->leaf = -1;
}

static void
begin_part (Scanner *self, guint depth)
{
  MimePart part = { .depth = depth, .after = self->scan->parts->len + 1 };

  g_array_append_val (self->scan->parts, part);
  self->header = depth == 0 ? &self->scan->header : &self->part_header;
  header_block_reset (self->header);
}

/* The last part that may be: all the rest of the message. */
static void
keep_rest (Scanner *self, gsize start)
{
  begin_part (self, self->n_open);
  self->header = NULL;
  last_part (self)->start = start;
  last_part (self)->unread = TRUE;
  self->leaf = (gint) self->scan->parts->len - 1;
  self->full = TRUE;
}

/* The level + 1 of the multipart that a line delimits, 0 when it is no delimiter. */
static guint
find_delimiter (Scanner *self, const char *line, gsize length, gboolean *closes)
{
  Boundary key = { line + 2, length - 2 };
  guint level;

  while (key.length > 0 && (key.text[key.length - 1] == ' ' || key.text[key.length - 1] == '\t'))
    key.length--;
  *closes = FALSE;
  if (key.length > MIME_BOUNDARY_MAX + 2)
    return 0;
  level = GPOINTER_TO_UINT (g_hash_table_lookup (self->levels, &key));
  if (level > 0 || key.length < 2 || memcmp (key.text + key.length - 2, "--", 2) != 0)
    return level;
  *closes = TRUE;
  key.length -= 2;
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->levels, &key));
}

/* Returns whether the line is a delimiter. */
static gboolean
take_delimiter (Scanner *self, const char *line, gsize length)
{
  gsize start = (gsize) (line - self->raw);
  gboolean closes;
  guint level;

  if (self->n_open == 0 || length < 3 || line[0] != '-' || line[1] != '-')
    return FALSE;
  level = find_delimiter (self, line, length, &closes);
  if (level == 0)
    return FALSE;
  end_leaf (self, start, TRUE);
  close_multiparts (self, closes ? level - 1 : level, start);
  if (closes)
    return TRUE;
  if (self->scan->parts->len + 1 < MIME_PARTS_MAX)
    begin_part (self, level);
  else
    keep_rest (self, start);
  return TRUE;
}

static void
scan_lines (Scanner *self)
{
  gsize at = 0;

  while (at < self->size && !self->full)
    {
      const char *line = self->raw + at;
      const char *feed = memchr (line, '\n', self->size - at);
      gsize next = feed != NULL ? (gsize) (feed - self->raw) + 1 : self->size;
      gsize length = next - at - (feed != NULL ? 1 : 0);

      if (length > 0 && line[length - 1] == '\r')
        length--;
      if (!take_delimiter (self, line, length) && self->header != NULL &&
          !header_block_take (self->header, line, length))
        end_header (self, length == 0 ? next : at);
      at = next;
    }
}

MimeScan *
mime_scan_new (const char *raw, gsize size, Charsets *charsets)
{
  g_autofree Scanner *self = g_new0 (Scanner, 1);
  MimeScan *scan = g_new0 (MimeScan, 1);

  scan->parts = g_array_new (FALSE, FALSE, sizeof (MimePart));
  g_array_set_clear_func (scan->parts, clear_part);
  header_block_init (&scan->header);
  self->raw = raw;
  self->size = size;
  self->charsets = charsets;
  self->scan = scan;
  self->levels = g_hash_table_new (hash_boundary, equal_boundary);
  self->boundary = g_string_new (NULL);
  self->leaf = -1;
  header_block_init (&self->part_header);

  begin_part (self, 0);
  scan_lines (self);
  end_leaf (self, size, FALSE);
  close_multiparts (self, 0, size);

  header_block_clear (&self->part_header);
  g_string_free (self->boundary, TRUE);
  g_hash_table_unref (self->levels);
  return scan;
}

void
mime_scan_free (MimeScan *self)
{
  if (self == NULL)
    return;
  header_block_clear (&self->header);
  g_array_unref (self->parts);
  g_free (self);
}

const MimePart *
mime_scan_get_part (const MimeScan *self, guint index)
{
  return &g_array_index (self->parts, MimePart, index);
}
