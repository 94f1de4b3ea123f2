/* SPDX-License-Identifier: MIT */
/*
 * A tokenizer after the HTML standard (13.2.5), as far as tags, comments and raw text are concerned, and a stack of
 * open elements.
 */
#include "parser/html-guard.h"

#include "parser/html-reference.h"
#include "parser/html-style.h"
#include "parser/parser-limits.h"

#include <aimx/utf8.h>

#include <string.h>

/* Bytes of a name that tell an element from others. */
#define NAME_MAX_LENGTH 64

typedef enum
{
  ELEMENT_OTHER,       /* one of no interest: only its attributes may be some */
  ELEMENT_CONTAINER,   /* has contents and, maybe left out, an end tag */
  ELEMENT_VOID,        /* has no contents */
  ELEMENT_DROPPED,     /* nor is it of interest */
  ELEMENT_SKIPPED,     /* dropped with its contents, which may hold tags */
  ELEMENT_SKIPPED_RAW, /* dropped with its contents, which are no tags */
} ElementKind;

/* Elements that end one another, or within which that ends. */
typedef enum
{
  GROUP_NONE = 0,
  GROUP_LINK = 1 << 0,
  GROUP_PARAGRAPH = 1 << 1,
  GROUP_BLOCK = 1 << 2,
  GROUP_LIST = 1 << 3,
  GROUP_ITEM = 1 << 4,
  GROUP_DEFINITIONS = 1 << 5,
  GROUP_DEFINITION = 1 << 6,
  GROUP_TABLE = 1 << 7,
  GROUP_ROW = 1 << 8,
  GROUP_CELL = 1 << 9,
  GROUP_ROWS = 1 << 10,
} Groups;

typedef struct
{
  const char *name;
  ElementKind kind;
  Groups group;
  Groups closes; /* open elements that it ends */
  Groups within; /* which are not looked for outside of these */
} Element;

/* Attributes that the conversion reads. */
static const char *const attributes_kept[] = { "alt",     "colspan", "height", "hidden", "href", "role",
                                               "rowspan", "start",   "style",  "value",  "width" };

/* A block ends a paragraph around it, but for one around what the block is in. */
#define ENDS_PARAGRAPH GROUP_PARAGRAPH, (GROUP_CELL | GROUP_ITEM | GROUP_BLOCK | GROUP_TABLE)

/* Groups of rows end one another, and the rows within. */
#define ENDS_ROWS GROUP_ROWS, (GROUP_ROWS | GROUP_ROW | GROUP_CELL), GROUP_TABLE

static const Element elements[] = {
  { "a", ELEMENT_CONTAINER, GROUP_LINK, GROUP_LINK, GROUP_CELL | GROUP_TABLE },
  { "abbr", ELEMENT_CONTAINER, 0, 0, 0 },
  { "address", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "area", ELEMENT_DROPPED, 0, 0, 0 },
  { "article", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "aside", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "audio", ELEMENT_SKIPPED, 0, 0, 0 },
  { "b", ELEMENT_CONTAINER, 0, 0, 0 },
  { "base", ELEMENT_DROPPED, 0, 0, 0 },
  { "basefont", ELEMENT_DROPPED, 0, 0, 0 },
  { "bdo", ELEMENT_CONTAINER, 0, 0, 0 },
  { "bgsound", ELEMENT_DROPPED, 0, 0, 0 },
  { "big", ELEMENT_CONTAINER, 0, 0, 0 },
  { "blockquote", ELEMENT_CONTAINER, GROUP_BLOCK, ENDS_PARAGRAPH },
  { "br", ELEMENT_VOID, 0, 0, 0 },
  { "canvas", ELEMENT_SKIPPED, 0, 0, 0 },
  { "caption", ELEMENT_CONTAINER, GROUP_CELL, 0, 0 },
  { "center", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "cite", ELEMENT_CONTAINER, 0, 0, 0 },
  { "code", ELEMENT_CONTAINER, 0, 0, 0 },
  { "col", ELEMENT_DROPPED, 0, 0, 0 },
  { "colgroup", ELEMENT_DROPPED, 0, 0, 0 },
  { "datalist", ELEMENT_SKIPPED, 0, 0, 0 },
  { "dd", ELEMENT_CONTAINER, GROUP_DEFINITION, GROUP_DEFINITION, GROUP_DEFINITIONS },
  { "del", ELEMENT_CONTAINER, 0, 0, 0 },
  { "details", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "dfn", ELEMENT_CONTAINER, 0, 0, 0 },
  { "dialog", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "dir", ELEMENT_CONTAINER, GROUP_LIST, ENDS_PARAGRAPH },
  { "div", ELEMENT_CONTAINER, GROUP_BLOCK, ENDS_PARAGRAPH },
  { "dl", ELEMENT_CONTAINER, GROUP_DEFINITIONS, ENDS_PARAGRAPH },
  { "dt", ELEMENT_CONTAINER, GROUP_DEFINITION, GROUP_DEFINITION, GROUP_DEFINITIONS },
  { "em", ELEMENT_CONTAINER, 0, 0, 0 },
  { "embed", ELEMENT_DROPPED, 0, 0, 0 },
  { "fieldset", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "figcaption", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "figure", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "font", ELEMENT_CONTAINER, 0, 0, 0 },
  { "footer", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "form", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "frame", ELEMENT_DROPPED, 0, 0, 0 },
  { "h1", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "h2", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "h3", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "h4", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "h5", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "h6", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "header", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "hgroup", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "hr", ELEMENT_VOID, GROUP_NONE, ENDS_PARAGRAPH },
  { "i", ELEMENT_CONTAINER, 0, 0, 0 },
  { "iframe", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "image", ELEMENT_DROPPED, 0, 0, 0 },
  { "img", ELEMENT_VOID, 0, 0, 0 },
  { "input", ELEMENT_DROPPED, 0, 0, 0 },
  { "ins", ELEMENT_CONTAINER, 0, 0, 0 },
  { "kbd", ELEMENT_CONTAINER, 0, 0, 0 },
  { "keygen", ELEMENT_DROPPED, 0, 0, 0 },
  { "label", ELEMENT_CONTAINER, 0, 0, 0 },
  { "legend", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "li", ELEMENT_CONTAINER, GROUP_ITEM, GROUP_ITEM, GROUP_LIST },
  { "link", ELEMENT_DROPPED, 0, 0, 0 },
  { "listing", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "main", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "mark", ELEMENT_CONTAINER, 0, 0, 0 },
  { "math", ELEMENT_SKIPPED, 0, 0, 0 },
  { "menu", ELEMENT_CONTAINER, GROUP_LIST, ENDS_PARAGRAPH },
  { "meta", ELEMENT_DROPPED, 0, 0, 0 },
  { "nav", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "noembed", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "noframes", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "object", ELEMENT_SKIPPED, 0, 0, 0 },
  { "ol", ELEMENT_CONTAINER, GROUP_LIST, ENDS_PARAGRAPH },
  { "p", ELEMENT_CONTAINER, GROUP_PARAGRAPH, ENDS_PARAGRAPH },
  { "param", ELEMENT_DROPPED, 0, 0, 0 },
  { "pre", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "q", ELEMENT_CONTAINER, 0, 0, 0 },
  { "s", ELEMENT_CONTAINER, 0, 0, 0 },
  { "samp", ELEMENT_CONTAINER, 0, 0, 0 },
  { "script", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "section", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "select", ELEMENT_SKIPPED, 0, 0, 0 },
  { "small", ELEMENT_CONTAINER, 0, 0, 0 },
  { "source", ELEMENT_DROPPED, 0, 0, 0 },
  { "span", ELEMENT_CONTAINER, 0, 0, 0 },
  { "strike", ELEMENT_CONTAINER, 0, 0, 0 },
  { "strong", ELEMENT_CONTAINER, 0, 0, 0 },
  { "style", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "sub", ELEMENT_CONTAINER, 0, 0, 0 },
  { "summary", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "sup", ELEMENT_CONTAINER, 0, 0, 0 },
  { "svg", ELEMENT_SKIPPED, 0, 0, 0 },
  { "table", ELEMENT_CONTAINER, GROUP_TABLE, ENDS_PARAGRAPH },
  { "tbody", ELEMENT_CONTAINER, ENDS_ROWS },
  { "td", ELEMENT_CONTAINER, GROUP_CELL, GROUP_CELL, GROUP_TABLE },
  { "template", ELEMENT_SKIPPED, 0, 0, 0 },
  { "textarea", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "tfoot", ELEMENT_CONTAINER, ENDS_ROWS },
  { "th", ELEMENT_CONTAINER, GROUP_CELL, GROUP_CELL, GROUP_TABLE },
  { "thead", ELEMENT_CONTAINER, ENDS_ROWS },
  { "time", ELEMENT_CONTAINER, 0, 0, 0 },
  { "title", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "tr", ELEMENT_CONTAINER, GROUP_ROW, GROUP_ROW | GROUP_CELL, GROUP_TABLE },
  { "track", ELEMENT_DROPPED, 0, 0, 0 },
  { "tt", ELEMENT_CONTAINER, 0, 0, 0 },
  { "u", ELEMENT_CONTAINER, 0, 0, 0 },
  { "ul", ELEMENT_CONTAINER, GROUP_LIST, ENDS_PARAGRAPH },
  { "var", ELEMENT_CONTAINER, 0, 0, 0 },
  { "video", ELEMENT_SKIPPED, 0, 0, 0 },
  { "wbr", ELEMENT_DROPPED, 0, 0, 0 },
  { "xmp", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
};

/* An element by its name: all of no interest are one in the table. */
typedef struct
{
  const Element *element;
  const char *name;
  gsize name_length;
} Named;

typedef struct
{
  const char *at;
  const char *end;
  GString *out;
  Named open[HTML_DEPTH_MAX];
  guint n_open;
  guint n_elements;
  /* The element being skipped with its contents, and how many of it are open. */
  Named skipped;
  guint skipped_depth;
} Guard;

/* What a start tag says, apart from its name. */
typedef struct
{
  GString *attributes; /* as they are written */
  GString *style;
  gboolean hidden;
} Tag;

typedef struct
{
  const char *name;
  gsize name_length;
  const char *value;
  gsize value_length;
} Attribute;

static const Element *
find_element (const char *name, gsize length)
{
  static const Element other = { "span", ELEMENT_OTHER, 0, 0, 0 };
  guint low = 0;
  guint high = G_N_ELEMENTS (elements);

  while (low < high)
    {
      guint middle = (low + high) / 2;
      int order = g_ascii_strncasecmp (name, elements[middle].name, length);

      if (order == 0 && elements[middle].name[length] == '\0')
        return &elements[middle];
      if (order > 0)
        low = middle + 1;
      else
        high = middle;
    }
  return &other;
}

static gboolean
is_same (const Named *one, const Named *other)
{
  return one->element == other->element &&
         (one->element->kind != ELEMENT_OTHER || (one->name_length == other->name_length &&
                                                  g_ascii_strncasecmp (one->name, other->name, one->name_length) == 0));
}

/* ---- the stack ---- */

static void
close_elements (Guard *self, guint n_open)
{
  while (self->n_open > n_open)
    g_string_append_printf (self->out, "</%s>", self->open[--self->n_open].element->name);
}

/* Ends the outermost of the elements that @element cannot be within. */
static void
close_implied (Guard *self, const Element *element)
{
  guint found = self->n_open;

  for (guint i = self->n_open; i > 0 && (self->open[i - 1].element->group & element->within) == 0; i--)
    if ((self->open[i - 1].element->group & element->closes) != 0)
      found = i - 1;
  close_elements (self, found);
}

static void
take_end_tag (Guard *self, const Named *named)
{
  const Element *element = named->element;
  Groups limit = GROUP_TABLE;

  if (element->kind == ELEMENT_VOID)
    {
      /* `</br>` is a line break (HTML standard, 13.2.6.4.7). */
      if (strcmp (element->name, "br") == 0)
        g_string_append (self->out, "<br/>");
      return;
    }
  /* What is in a cell ends nothing outside of it. */
  if ((element->group & (GROUP_TABLE | GROUP_ROWS | GROUP_ROW | GROUP_CELL)) == 0)
    limit |= GROUP_CELL;
  for (guint i = self->n_open; i > 0; i--)
    {
      if (is_same (&self->open[i - 1], named))
        {
          close_elements (self, i - 1);
          return;
        }
      if ((self->open[i - 1].element->group & limit) != 0)
        return;
    }
}

/* ---- attributes ---- */

static gboolean
is_kept (const Attribute *attribute, guint *kept)
{
  for (guint i = 0; i < G_N_ELEMENTS (attributes_kept); i++)
    if (strlen (attributes_kept[i]) == attribute->name_length &&
        g_ascii_strncasecmp (attributes_kept[i], attribute->name, attribute->name_length) == 0)
      {
        /* Of several of one name the first counts. */
        gboolean first = (*kept & (1U << i)) == 0;

        *kept |= 1U << i;
        return first;
      }
  return FALSE;
}

/* As XML, which has no other controls (XML 1.0, 2.2). */
static void
append_character (GString *out, gunichar c)
{
  switch (c)
    {
    case '&':
      g_string_append (out, "&amp;");
      break;
    case '<':
      g_string_append (out, "&lt;");
      break;
    case '>':
      g_string_append (out, "&gt;");
      break;
    case '"':
      g_string_append (out, "&quot;");
      break;
    case 0xFFFE:
    case 0xFFFF:
      break;
    default:
      g_string_append_unichar (out, c >= ' ' || c == '\t' || c == '\n' ? c : ' ');
    }
}

static void
append_text (GString *out, const char *text, gsize length, gboolean in_attribute)
{
  const char *end = text + length;

  for (const char *at = text; at < end;)
    {
      gunichar c = (guchar) *at;
      gsize n_read = c == '&' ? html_reference_read (at, end, in_attribute, &c) : 0;

      if (n_read > 0)
        {
          if (c != 0)
            append_character (out, c);
          at += n_read;
        }
      else if (*at == '\r')
        g_string_append (out, ++at < end && *at == '\n' ? "" : "\n");
      else if (c < 0x80)
        append_character (out, (guchar) *at++);
      else
        {
          append_character (out, g_utf8_get_char (at));
          at = aimx_utf8_next (at);
        }
    }
}

static void
append_attribute (const Attribute *attribute, Tag *tag, guint *kept)
{
  g_autofree char *name = NULL;

  if (!is_kept (attribute, kept))
    return;
  name = g_ascii_strdown (attribute->name, (gssize) attribute->name_length);
  if (strcmp (name, "style") == 0)
    append_text (tag->style, attribute->value, attribute->value_length, TRUE);
  tag->hidden |= strcmp (name, "hidden") == 0;
  g_string_append_printf (tag->attributes, " %s=\"", name);
  append_text (tag->attributes, attribute->value, attribute->value_length, TRUE);
  g_string_append_c (tag->attributes, '"');
}

static void
skip_space (Guard *self)
{
  while (self->at < self->end && (g_ascii_isspace (*self->at) || *self->at == '\0'))
    self->at++;
}

static void
read_value (Guard *self, Attribute *attribute)
{
  self->at++;
  skip_space (self);
  if (self->at < self->end && (*self->at == '"' || *self->at == '\''))
    {
      const char *close = memchr (self->at + 1, *self->at, (gsize) (self->end - self->at - 1));

      attribute->value = ++self->at;
      self->at = close != NULL ? close : self->end;
      attribute->value_length = (gsize) (self->at - attribute->value);
      self->at += close != NULL ? 1 : 0;
      return;
    }
  attribute->value = self->at;
  while (self->at < self->end && !g_ascii_isspace (*self->at) && *self->at != '>')
    self->at++;
  attribute->value_length = (gsize) (self->at - attribute->value);
}

/* HTML standard, 13.2.5.32 to 40; ends behind the tag. */
static void
read_attributes (Guard *self, Tag *tag)
{
  guint kept = 0;

  for (;;)
    {
      Attribute attribute = { 0 };

      skip_space (self);
      while (self->at < self->end && *self->at == '/')
        {
          self->at++;
          skip_space (self);
        }
      if (self->at >= self->end)
        return;
      if (*self->at == '>')
        {
          self->at++;
          return;
        }
      attribute.name = self->at++;
      while (self->at < self->end && !g_ascii_isspace (*self->at) && strchr ("/>=", *self->at) == NULL)
        self->at++;
      attribute.name_length = (gsize) (self->at - attribute.name);
      attribute.value = self->at;
      skip_space (self);
      if (self->at < self->end && *self->at == '=')
        read_value (self, &attribute);
      append_attribute (&attribute, tag, &kept);
    }
}

/* ---- tags ---- */

/* Where the end tag of raw text begins; what has none takes the rest. */
static const char *
find_raw_end (const Guard *self, const Element *element)
{
  gsize length = strlen (element->name);

  for (const char *at = self->at; (at = memchr (at, '<', (gsize) (self->end - at))) != NULL; at++)
    if ((gsize) (self->end - at) > length + 2 && at[1] == '/' &&
        g_ascii_strncasecmp (at + 2, element->name, length) == 0 && !g_ascii_isalnum (at[length + 2]))
      return at;
  return self->end;
}

static void
skip (Guard *self, const Named *named)
{
  self->skipped = *named;
  self->skipped_depth = 1;
}

static void
begin_element (Guard *self, const Named *named, const Tag *tag)
{
  const Element *element = named->element;
  gboolean is_void = element->kind == ELEMENT_VOID;

  close_implied (self, element);
  if (self->n_elements >= HTML_ELEMENTS_MAX || (!is_void && self->n_open >= HTML_DEPTH_MAX))
    {
      /* At least the words on both sides stay apart, and what is hidden stays so. */
      g_string_append_c (self->out, ' ');
      if (!is_void && (tag->hidden || html_style_hides (tag->style->str)))
        skip (self, named);
      return;
    }
  self->n_elements++;
  g_string_append_printf (self->out, "<%s%s%s>", element->name, tag->attributes->str, is_void ? "/" : "");
  if (!is_void)
    self->open[self->n_open++] = *named;
}

/* Elements of no interest may never end. */
static gboolean
is_told_apart (const Guard *self, const Named *named, const Tag *tag)
{
  if (tag->attributes->len > 0)
    return TRUE;
  for (guint i = self->n_open; i > 0; i--)
    if (is_same (&self->open[i - 1], named))
      return TRUE;
  return FALSE;
}

static void
take_start_tag (Guard *self, const Named *named, const Tag *tag)
{
  switch (named->element->kind)
    {
    case ELEMENT_CONTAINER:
    case ELEMENT_VOID:
      begin_element (self, named, tag);
      break;
    case ELEMENT_SKIPPED:
      skip (self, named);
      break;
    case ELEMENT_SKIPPED_RAW:
      self->at = find_raw_end (self, named->element);
      break;
    case ELEMENT_OTHER:
      if (is_told_apart (self, named, tag))
        begin_element (self, named, tag);
      break;
    case ELEMENT_DROPPED:
    default:
      break;
    }
}

/* Within what is skipped only its own tags count. */
static void
count_skipped (Guard *self, const Named *named, gboolean is_end)
{
  if (named->element->kind == ELEMENT_SKIPPED_RAW && !is_end)
    self->at = find_raw_end (self, named->element);
  if (!is_same (named, &self->skipped))
    return;
  if (!is_end)
    self->skipped_depth++;
  else
    self->skipped_depth--;
}

static void
read_tag (Guard *self)
{
  g_autoptr (GString) attributes = g_string_new (NULL);
  g_autoptr (GString) style = g_string_new (NULL);
  Tag tag = { .attributes = attributes, .style = style };
  gboolean is_end = self->at[1] == '/';
  Named named = { .name = self->at + (is_end ? 2 : 1) };

  for (self->at = named.name;
       self->at < self->end && !g_ascii_isspace (*self->at) && *self->at != '/' && *self->at != '>';)
    self->at++;
  named.name_length = MIN ((gsize) (self->at - named.name), NAME_MAX_LENGTH);
  named.element = find_element (named.name, named.name_length);
  read_attributes (self, &tag);
  if (self->skipped_depth > 0)
    count_skipped (self, &named, is_end);
  else if (is_end)
    take_end_tag (self, &named);
  else
    take_start_tag (self, &named, &tag);
}

/* `<!-->` and `<!--->` are whole; `--!>` ends one as well (HTML standard, 13.2.5.43 to 52). */
static const char *
find_comment_end (const char *start, const char *end)
{
  for (const char *at = start + 2; (at = memmem (at, (gsize) (end - at), "--", 2)) != NULL; at++)
    if (end - at > 2 && at[2] == '>')
      return at + 3;
    else if (end - at > 3 && at[2] == '!' && at[3] == '>' && at >= start + 4)
      return at + 4;
  return end;
}

/* Comments, also those that hold conditions of Outlook's, declarations and instructions. */
static void
skip_markup (Guard *self)
{
  const char *close;

  if (self->end - self->at >= 4 && memcmp (self->at, "<!--", 4) == 0)
    {
      self->at = find_comment_end (self->at, self->end);
      return;
    }
  close = memchr (self->at, '>', (gsize) (self->end - self->at));
  self->at = close != NULL ? close + 1 : self->end;
}

static void
read_text (Guard *self)
{
  const char *start = self->at++;

  while (self->at < self->end && *self->at != '<')
    self->at++;
  if (self->skipped_depth == 0)
    append_text (self->out, start, (gsize) (self->at - start), FALSE);
}

GString *
html_guard_clean (const char *html, gsize length)
{
  g_autofree Guard *self = g_new0 (Guard, 1);

  self->at = html;
  self->end = html + length;
  self->out = g_string_sized_new (length);
  g_string_append (self->out, "<html>");
  while (self->at < self->end)
    {
      gsize left = (gsize) (self->end - self->at);

      if (*self->at != '<' || left < 3)
        read_text (self);
      else if (g_ascii_isalpha (self->at[1]) || (self->at[1] == '/' && g_ascii_isalpha (self->at[2])))
        read_tag (self);
      else if (strchr ("!?/", self->at[1]) != NULL && self->at[1] != '\0')
        skip_markup (self);
      else
        read_text (self);
    }
  close_elements (self, 0);
  g_string_append (self->out, "</html>");
  return self->out;
}
