/* SPDX-License-Identifier: MIT */
/*
 * A walk over the tree of parts, at most MIME_DEPTH_MAX deep. Each part is rendered or attached once.
 */
#include "parser/message-body.h"

#include "parser/flowed-text.h"
#include "parser/html-to-markdown.h"
#include "parser/parser-limits.h"
#include "parser/part-text.h"

#include <string.h>

/* RFC 2046, 5.1.4: plain text shorter than this may only say that there is HTML. */
#define POINTER_MAX_CHARACTERS 200
#define POINTER_MAX_SHARE      4

#define NOTE_HTML_CUT "[This HTML is longer than what is converted; the rest is left out.]"
#define NOTE_UNREAD   "[This message has too many parts; those that were not read are attached as they came.]"

typedef struct
{
  const MimeScan *scan;
  const char *raw;
  Charsets *charsets;
  GString *body;
  gsize html_left; /* bytes of HTML that may still be converted */
  gboolean *attached;
  gboolean unread;
} Reader;

/* What becomes of the texts within parts that are not shown. */
typedef enum
{
  TEXTS_ATTACHED,
  TEXTS_DROPPED,
} TextsFate;

static void render (Reader *self, guint index, const char *type_unless_told, gboolean alone);

static const MimePart *
part_at (const Reader *self, guint index)
{
  return mime_scan_get_part (self->scan, index);
}

static gboolean
is_type (const MimePart *part, const char *type)
{
  return g_strcmp0 (part->type, type) == 0;
}

static gboolean
is_empty_multipart (const MimePart *part, guint index)
{
  return part->multipart && part->after == index + 1;
}

/* ---- attachments ---- */

static void
attach (Reader *self, guint index)
{
  self->attached[index] = TRUE;
  self->unread |= part_at (self, index)->unread;
}

/* Whether a text is something on its own. As an alternative it may have a name and still be none. */
static gboolean
is_file (const MimePart *part, gboolean name_counts)
{
  return part->attached || part->unread || is_type (part, "text/calendar") || (name_counts && part->filename != NULL);
}

/* Attaches what is within the part @index, which is not shown. */
static void
attach_all (Reader *self, guint index, TextsFate fate)
{
  guint after = part_at (self, index)->after;

  for (guint i = index; i < after; i++)
    {
      const MimePart *part = part_at (self, i);
      gboolean text = part->type == NULL || g_str_has_prefix (part->type, "text/");

      if (part->multipart && !is_empty_multipart (part, i))
        continue;
      if (fate == TEXTS_DROPPED && text && !is_file (part, i != index))
        continue;
      attach (self, i);
    }
}

static char *
name_attachment (const MimePart *part, const char *type)
{
  gboolean message = strcmp (type, "message/rfc822") == 0;

  if (part->filename == NULL)
    return message ? g_strdup ("message.eml") : NULL;
  if (!message || g_str_has_suffix (part->filename, ".eml"))
    return g_strdup (part->filename);
  return g_strconcat (part->filename, ".eml", NULL);
}

/* RFC 2046, 5.1.5: what a digest holds are messages. */
static const char *
type_of_attachment (const Reader *self, guint index)
{
  const MimePart *part = part_at (self, index);
  guint parent = index;

  if (part->type != NULL)
    return part->type;
  while (parent > 0 && part_at (self, parent)->depth >= part->depth)
    parent--;
  return is_type (part_at (self, parent), "multipart/digest") && !part->unread ? "message/rfc822"
                                                                               : "application/octet-stream";
}

static void
add_attachments (const Reader *self, AimxMessage *message)
{
  for (guint i = 0; i < self->scan->parts->len; i++)
    {
      const MimePart *part = part_at (self, i);
      const char *type = type_of_attachment (self, i);
      g_autofree char *filename = NULL;
      AimxAttachment attachment = { .offset = part->start, .length = part->length, .encoding = part->encoding };

      if (!self->attached[i])
        continue;
      filename = name_attachment (part, type);
      attachment.filename = filename;
      attachment.content_type = (char *) type;
      aimx_message_add_attachment (message, &attachment);
    }
}

/* ---- text ---- */

/* Of a text that turned out empty nothing stays, nor the empty line before it. */
static void
end_text (Reader *self, gsize before, gsize start)
{
  while (self->body->len > start && g_ascii_isspace (self->body->str[self->body->len - 1]))
    g_string_truncate (self->body, self->body->len - 1);
  if (self->body->len == start)
    g_string_truncate (self->body, before);
}

static gsize
begin_text (Reader *self)
{
  if (self->body->len > 0)
    g_string_append (self->body, "\n\n");
  return self->body->len;
}

static void
append_note (Reader *self, const char *note)
{
  begin_text (self);
  g_string_append (self->body, note);
}

static void
append_html (Reader *self, const MimePart *part)
{
  gboolean cut;
  g_autoptr (GString) html = part_text_decode_html (part, self->raw, self->charsets, self->html_left, &cut);
  gboolean complete = html_to_markdown (html->str, html->len, self->body);

  self->html_left -= MIN (self->html_left, html->len);
  if (cut || !complete)
    append_note (self, NOTE_HTML_CUT);
}

static void
append_plain (Reader *self, const MimePart *part)
{
  static const char byte_order_mark[] = "\xEF\xBB\xBF";
  gsize start = self->body->len;

  part_text_append (part, self->raw, self->charsets, self->body);
  if (g_str_has_prefix (self->body->str + start, byte_order_mark))
    g_string_erase (self->body, (gssize) start, sizeof byte_order_mark - 1);
  if (part->flowed)
    flowed_text_join (self->body, start);
}

/* ---- the walk ---- */

/* @alone: whether nothing else is shown in its place, so that a name makes it no attachment */
static void
render_leaf (Reader *self, guint index, const char *type_unless_told, gboolean alone)
{
  const MimePart *part = part_at (self, index);
  const char *type = part->type != NULL ? part->type : type_unless_told;
  gboolean html = strcmp (type, "text/html") == 0;
  gsize before = self->body->len;
  gsize start;

  if (part->attached || part->unread || (part->filename != NULL && !alone) ||
      (!html && strcmp (type, "text/plain") != 0))
    {
      attach (self, index);
      return;
    }
  start = begin_text (self);
  if (html)
    append_html (self, part);
  else
    append_plain (self, part);
  end_text (self, before, start);
}

/* What a part offers to read: the type of its first text, %NULL for none. */
static const char *
offered_type (const Reader *self, guint index)
{
  guint after = part_at (self, index)->after;

  for (guint i = index; i < after; i++)
    {
      const MimePart *part = part_at (self, i);

      if (part->multipart || part->attached || part->unread)
        continue;
      if (part->type == NULL || is_type (part, "text/plain"))
        return "text/plain";
      if (is_type (part, "text/html"))
        return "text/html";
    }
  return NULL;
}

/* The last part that offers @type, the richest by RFC 2046, 5.1.4; 0 for none. */
static guint
find_alternative (const Reader *self, guint index, const char *type)
{
  guint after = part_at (self, index)->after;
  guint found = 0;

  for (guint i = index + 1; i < after; i = part_at (self, i)->after)
    if (g_strcmp0 (offered_type (self, i), type) == 0)
      found = i;
  return found;
}

static glong
count_characters (const char *text)
{
  const char *end = text + strlen (text);

  while (g_ascii_isspace (*text))
    text++;
  while (end > text && g_ascii_isspace (end[-1]))
    end--;
  return g_utf8_strlen (text, end - text);
}

/* Shows the HTML instead of the plain text behind @start when that only points to it. */
static gboolean
replace_pointer (Reader *self, guint html, gsize start)
{
  g_autofree char *plain = g_strdup (self->body->str + start);
  glong plain_characters = count_characters (plain);

  if (plain_characters >= POINTER_MAX_CHARACTERS)
    return FALSE;
  g_string_truncate (self->body, start);
  render (self, html, "text/plain", TRUE);
  if (count_characters (self->body->str + start) > plain_characters * POINTER_MAX_SHARE)
    return TRUE;
  g_string_truncate (self->body, start);
  g_string_append (self->body, plain);
  return FALSE;
}

static void
render_alternative (Reader *self, guint index)
{
  guint after = part_at (self, index)->after;
  guint plain = find_alternative (self, index, "text/plain");
  guint html = find_alternative (self, index, "text/html");
  gsize start = self->body->len;
  guint shown = plain;

  if (plain > 0)
    render (self, plain, "text/plain", TRUE);
  else if (html > 0)
    render (self, html, "text/plain", TRUE);
  if (plain == 0 || (html > 0 && replace_pointer (self, html, start)))
    shown = html;
  for (guint i = index + 1; i < after; i = part_at (self, i)->after)
    if (i != shown)
      attach_all (self, i, shown > 0 ? TEXTS_DROPPED : TEXTS_ATTACHED);
}

/* RFC 2387, 3.2: the root is the first part unless its Content-ID is told. */
static guint
find_root (const Reader *self, guint index)
{
  const MimePart *related = part_at (self, index);

  for (guint i = index + 1; related->root != NULL && i < related->after; i = part_at (self, i)->after)
    if (g_strcmp0 (part_at (self, i)->content_id, related->root) == 0)
      return i;
  return index + 1;
}

/* Shows one part of several. */
static void
render_only (Reader *self, guint index, guint shown)
{
  guint after = part_at (self, index)->after;

  for (guint i = index + 1; i < after; i = part_at (self, i)->after)
    if (i == shown)
      render (self, i, "text/plain", TRUE);
    else
      attach_all (self, i, TEXTS_ATTACHED);
}

static void
render_mixed (Reader *self, guint index)
{
  const MimePart *mixed = part_at (self, index);
  const char *type_unless_told = is_type (mixed, "multipart/digest") ? "message/rfc822" : "text/plain";

  for (guint i = index + 1; i < mixed->after; i = part_at (self, i)->after)
    render (self, i, type_unless_told, FALSE);
}

static void
render (Reader *self, guint index, const char *type_unless_told, gboolean alone)
{
  const MimePart *part = part_at (self, index);

  if (!part->multipart)
    render_leaf (self, index, type_unless_told, alone);
  else if (is_empty_multipart (part, index))
    attach (self, index);
  else if (is_type (part, "multipart/alternative"))
    render_alternative (self, index);
  else if (is_type (part, "multipart/related"))
    render_only (self, index, find_root (self, index));
  else if (is_type (part, "multipart/report"))
    /* RFC 6522, 3: what is for people comes first. */
    render_only (self, index, index + 1);
  else
    render_mixed (self, index);
}

gboolean
message_body_read (AimxMessage *message, const MimeScan *scan, const char *raw, Charsets *charsets)
{
  const MimePart *root = mime_scan_get_part (scan, 0);
  g_autofree gboolean *attached = g_new0 (gboolean, scan->parts->len);
  Reader self = { .scan = scan, .raw = raw, .charsets = charsets, .html_left = HTML_MAX, .attached = attached };

  if (root->type != NULL && g_str_has_prefix (root->type, "multipart/") &&
      (!root->multipart || is_empty_multipart (root, 0)))
    return FALSE;
  self.body = g_string_new (NULL);
  render (&self, 0, "text/plain", TRUE);
  if (self.unread)
    append_note (&self, NOTE_UNREAD);
  if (self.body->len > 0)
    g_string_append_c (self.body, '\n');
  aimx_message_take_body (message, g_string_free (self.body, FALSE));
  add_attachments (&self, message);
  return TRUE;
}
