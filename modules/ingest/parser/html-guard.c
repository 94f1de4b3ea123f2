/* SPDX-License-Identifier: MIT */
/*
 * A tokenizer after the HTML standard (13.2.5), as far as tags, comments and raw text are concerned, and a stack of
 * open elements. Text goes through as it is, entities included.
 */
#include "parser/html-guard.h"

#include "parser/parser-limits.h"

#include <string.h>

#define NAME_MAX_LENGTH      16
#define ATTRIBUTE_MAX_LENGTH 4096

typedef enum
{
  ELEMENT_OTHER,       /* the tag is dropped, its contents stay */
  ELEMENT_CONTAINER,   /* has contents and, maybe left out, an end tag */
  ELEMENT_VOID,        /* has no contents */
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
static const char *const attributes_kept[] = { "alt",  "colspan", "height", "hidden", "href",
                                               "role", "start",   "style",  "width" };

/* A block ends a paragraph around it, but for one around what the block is in. */
#define ENDS_PARAGRAPH GROUP_PARAGRAPH, (GROUP_CELL | GROUP_ITEM | GROUP_BLOCK | GROUP_TABLE)

static const Element elements[] = {
  { "a", ELEMENT_CONTAINER, GROUP_LINK, GROUP_LINK, GROUP_CELL | GROUP_TABLE },
  { "abbr", ELEMENT_CONTAINER, 0, 0, 0 },
  { "address", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "article", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "aside", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "audio", ELEMENT_SKIPPED, 0, 0, 0 },
  { "b", ELEMENT_CONTAINER, 0, 0, 0 },
  { "bdo", ELEMENT_CONTAINER, 0, 0, 0 },
  { "big", ELEMENT_CONTAINER, 0, 0, 0 },
  { "blockquote", ELEMENT_CONTAINER, GROUP_BLOCK, ENDS_PARAGRAPH },
  { "br", ELEMENT_VOID, 0, 0, 0 },
  { "canvas", ELEMENT_SKIPPED, 0, 0, 0 },
  { "caption", ELEMENT_CONTAINER, GROUP_CELL, 0, 0 },
  { "center", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "cite", ELEMENT_CONTAINER, 0, 0, 0 },
  { "code", ELEMENT_CONTAINER, 0, 0, 0 },
  { "dd", ELEMENT_CONTAINER, GROUP_DEFINITION, GROUP_DEFINITION, GROUP_DEFINITIONS },
  { "del", ELEMENT_CONTAINER, 0, 0, 0 },
  { "dfn", ELEMENT_CONTAINER, 0, 0, 0 },
  { "dir", ELEMENT_CONTAINER, GROUP_LIST, ENDS_PARAGRAPH },
  { "div", ELEMENT_CONTAINER, GROUP_BLOCK, ENDS_PARAGRAPH },
  { "dl", ELEMENT_CONTAINER, GROUP_DEFINITIONS, ENDS_PARAGRAPH },
  { "dt", ELEMENT_CONTAINER, GROUP_DEFINITION, GROUP_DEFINITION, GROUP_DEFINITIONS },
  { "em", ELEMENT_CONTAINER, 0, 0, 0 },
  { "figure", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "font", ELEMENT_CONTAINER, 0, 0, 0 },
  { "footer", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "form", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "h1", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "h2", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "h3", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "h4", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "h5", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "h6", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "header", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "hr", ELEMENT_VOID, GROUP_NONE, ENDS_PARAGRAPH },
  { "i", ELEMENT_CONTAINER, 0, 0, 0 },
  { "iframe", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "img", ELEMENT_VOID, 0, 0, 0 },
  { "ins", ELEMENT_CONTAINER, 0, 0, 0 },
  { "kbd", ELEMENT_CONTAINER, 0, 0, 0 },
  { "label", ELEMENT_CONTAINER, 0, 0, 0 },
  { "li", ELEMENT_CONTAINER, GROUP_ITEM, GROUP_ITEM, GROUP_LIST },
  { "main", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "mark", ELEMENT_CONTAINER, 0, 0, 0 },
  { "math", ELEMENT_SKIPPED, 0, 0, 0 },
  { "menu", ELEMENT_CONTAINER, GROUP_LIST, ENDS_PARAGRAPH },
  { "nav", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "noembed", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "noframes", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "object", ELEMENT_SKIPPED, 0, 0, 0 },
  { "ol", ELEMENT_CONTAINER, GROUP_LIST, ENDS_PARAGRAPH },
  { "p", ELEMENT_CONTAINER, GROUP_PARAGRAPH, ENDS_PARAGRAPH },
  { "pre", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "q", ELEMENT_CONTAINER, 0, 0, 0 },
  { "s", ELEMENT_CONTAINER, 0, 0, 0 },
  { "samp", ELEMENT_CONTAINER, 0, 0, 0 },
  { "script", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "section", ELEMENT_CONTAINER, GROUP_NONE, ENDS_PARAGRAPH },
  { "select", ELEMENT_SKIPPED, 0, 0, 0 },
  { "small", ELEMENT_CONTAINER, 0, 0, 0 },
  { "span", ELEMENT_CONTAINER, 0, 0, 0 },
  { "strike", ELEMENT_CONTAINER, 0, 0, 0 },
  { "strong", ELEMENT_CONTAINER, 0, 0, 0 },
  { "style", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "sub", ELEMENT_CONTAINER, 0, 0, 0 },
  { "sup", ELEMENT_CONTAINER, 0, 0, 0 },
  { "svg", ELEMENT_SKIPPED, 0, 0, 0 },
  { "table", ELEMENT_CONTAINER, GROUP_TABLE, ENDS_PARAGRAPH },
  { "td", ELEMENT_CONTAINER, GROUP_CELL, GROUP_CELL, GROUP_TABLE },
  { "template", ELEMENT_SKIPPED, 0, 0, 0 },
  { "textarea", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "th", ELEMENT_CONTAINER, GROUP_CELL, GROUP_CELL, GROUP_TABLE },
  { "time", ELEMENT_CONTAINER, 0, 0, 0 },
  { "title", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "tr", ELEMENT_CONTAINER, GROUP_ROW, GROUP_ROW | GROUP_CELL, GROUP_TABLE },
  { "tt", ELEMENT_CONTAINER, 0, 0, 0 },
  { "u", ELEMENT_CONTAINER, 0, 0, 0 },
  { "ul", ELEMENT_CONTAINER, GROUP_LIST, ENDS_PARAGRAPH },
  { "var", ELEMENT_CONTAINER, 0, 0, 0 },
  { "video", ELEMENT_SKIPPED, 0, 0, 0 },
  { "xmp", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
};

typedef struct
{
  const char *at;
  const char *end;
  GString *out;
  const Element *open[HTML_DEPTH_MAX];
  guint n_open;
  guint n_elements;
  /* The element being skipped with its contents, and how many of it are open. */
  const Element *skipped;
  guint skipped_depth;
} Guard;

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
  static const Element other = { "", ELEMENT_OTHER, 0, 0, 0 };
  guint low = 0;
  guint high = G_N_ELEMENTS (elements);

  if (length > NAME_MAX_LENGTH)
    return &other;
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

/* ---- the stack ---- */

static void
close_elements (Guard *self, guint n_open)
{
  while (self->n_open > n_open)
    g_string_append_printf (self->out, "</%s>", self->open[--self->n_open]->name);
}

/* Ends the outermost of the elements that @element cannot be within. */
static void
close_implied (Guard *self, const Element *element)
{
  guint found = self->n_open;

  for (guint i = self->n_open; i > 0 && (self->open[i - 1]->group & element->within) == 0; i--)
    if ((self->open[i - 1]->group & element->closes) != 0)
      found = i - 1;
  close_elements (self, found);
}

static void
take_end_tag (Guard *self, const Element *element)
{
  Groups limit = GROUP_TABLE;

  if (element->kind == ELEMENT_OTHER)
    return;
  if (element->kind == ELEMENT_VOID)
    {
      /* `</br>` is a line break (HTML standard, 13.2.6.4.7). */
      if (strcmp (element->name, "br") == 0)
        g_string_append (self->out, "<br>");
      return;
    }
  /* What is in a cell ends nothing outside of it. */
  if ((element->group & (GROUP_TABLE | GROUP_ROW | GROUP_CELL)) == 0)
    limit |= GROUP_CELL;
  for (guint i = self->n_open; i > 0; i--)
    {
      if (self->open[i - 1] == element)
        {
          close_elements (self, i - 1);
          return;
        }
      if ((self->open[i - 1]->group & limit) != 0)
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
        return first && attribute->value_length <= ATTRIBUTE_MAX_LENGTH;
      }
  return FALSE;
}

static void
append_text (GString *out, const char *text, gsize length)
{
  for (const char *at = text; at < text + length; at++)
    if (*at == '\r')
      g_string_append (out, at + 1 < text + length && at[1] == '\n' ? "" : "\n");
    else if ((guchar) *at < 0x20 && *at != '\t' && *at != '\n')
      g_string_append_c (out, ' ');
    else if (*at == '"')
      g_string_append (out, "&quot;");
    else if (*at == '<')
      g_string_append (out, "&lt;");
    else
      g_string_append_c (out, *at);
}

static void
append_attribute (Guard *self, const Attribute *attribute, GString *attributes, guint *kept)
{
  if (!is_kept (attribute, kept))
    return;
  g_string_append_c (attributes, ' ');
  for (gsize i = 0; i < attribute->name_length; i++)
    g_string_append_c (attributes, g_ascii_tolower (attribute->name[i]));
  g_string_append (attributes, "=\"");
  append_text (attributes, attribute->value, attribute->value_length);
  g_string_append_c (attributes, '"');
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
read_attributes (Guard *self, GString *attributes)
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
      append_attribute (self, &attribute, attributes, &kept);
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
begin_element (Guard *self, const Element *element, const GString *attributes)
{
  close_implied (self, element);
  if (self->n_elements >= HTML_ELEMENTS_MAX || (element->kind != ELEMENT_VOID && self->n_open >= HTML_DEPTH_MAX))
    {
      /* At least the words on both sides stay apart. */
      g_string_append_c (self->out, ' ');
      return;
    }
  self->n_elements++;
  g_string_append_printf (self->out, "<%s%s>", element->name, attributes->str);
  if (element->kind != ELEMENT_VOID)
    self->open[self->n_open++] = element;
}

static void
take_start_tag (Guard *self, const Element *element, const GString *attributes)
{
  switch (element->kind)
    {
    case ELEMENT_CONTAINER:
    case ELEMENT_VOID:
      begin_element (self, element, attributes);
      break;
    case ELEMENT_SKIPPED:
      self->skipped = element;
      self->skipped_depth = 1;
      break;
    case ELEMENT_SKIPPED_RAW:
      self->at = find_raw_end (self, element);
      break;
    case ELEMENT_OTHER:
    default:
      break;
    }
}

/* Within what is skipped only its own tags count. */
static void
count_skipped (Guard *self, const Element *element, gboolean is_end)
{
  if (element->kind == ELEMENT_SKIPPED_RAW && !is_end)
    self->at = find_raw_end (self, element);
  if (element != self->skipped)
    return;
  if (!is_end)
    self->skipped_depth++;
  else if (--self->skipped_depth == 0)
    self->skipped = NULL;
}

static void
read_tag (Guard *self)
{
  g_autoptr (GString) attributes = g_string_new (NULL);
  gboolean is_end = self->at[1] == '/';
  const char *name = self->at + (is_end ? 2 : 1);
  const Element *element;

  for (self->at = name; self->at < self->end && !g_ascii_isspace (*self->at) && *self->at != '/' && *self->at != '>';)
    self->at++;
  element = find_element (name, (gsize) (self->at - name));
  read_attributes (self, attributes);
  if (self->skipped != NULL)
    count_skipped (self, element, is_end);
  else if (is_end)
    take_end_tag (self, element);
  else
    take_start_tag (self, element, attributes);
}

/* Comments, also those that hold conditions of Outlook's, declarations and instructions. */
static void
skip_markup (Guard *self)
{
  const char *close;

  if (self->end - self->at >= 4 && memcmp (self->at, "<!--", 4) == 0)
    {
      /* `<!-->` and `<!--->` are whole. */
      close = memmem (self->at + 2, (gsize) (self->end - self->at - 2), "-->", 3);
      self->at = close != NULL ? close + 3 : self->end;
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
  if (self->skipped == NULL)
    append_text (self->out, start, (gsize) (self->at - start));
}

GString *
html_guard_clean (const char *html, gsize length)
{
  g_autofree Guard *self = g_new0 (Guard, 1);

  self->at = html;
  self->end = html + length;
  self->out = g_string_sized_new (length);
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
  return self->out;
}
