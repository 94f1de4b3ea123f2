/* SPDX-License-Identifier: MIT */
/*
 * A tokenizer after the HTML standard (13.2.5), as far as tags, comments and raw text are concerned, and a stack of
 * open elements.
 */
#include "parser/html-guard.h"

#include "parser/html-reference.h"
#include "parser/html-style.h"
#include "parser/html-tag.h"
#include "parser/parser-limits.h"

#include <aimx/utf8.h>

#include <string.h>

/* Bytes of a name that tell an element from others. */
#define NAME_MAX_LENGTH 64

#define NOT_REOPENED G_MAXUINT

/* Attributes that the conversion reads. */
static const char *const attributes_kept[] = { "alt",     "colspan", "height", "hidden", "href", "role",
                                               "rowspan", "start",   "style",  "value",  "width" };

/* An element by its name: all of no interest are one in the table. */
typedef struct
{
  const HtmlTag *element;
  const char *name;
  gsize name_length;
  gboolean hidden;
  gboolean again; /* it is opened again, and no new block */
} Named;

/* Hidden formatting that was ended by the end of something else, and so goes on: `<p><b hidden></p>`. */
typedef struct
{
  Named named;
  guint n_open;   /* elements around it that are still open */
  guint n_cells;  /* and cells: behind its own one it is over */
  guint reopened; /* elements that were open when it was opened again, or NOT_REOPENED */
} Formatting;

typedef struct
{
  const char *at;
  const char *end;
  GString *out;
  Named open[HTML_DEPTH_MAX];
  guint n_open;
  guint n_cells; /* of these */
  Formatting formatting[HTML_DEPTH_MAX];
  guint n_formatting;
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

static const char *
name_of (const Named *named)
{
  return named->again ? "span" : named->element->name;
}

static gboolean
is_same (const Named *one, const Named *other)
{
  return one->element == other->element &&
         (one->element->kind != ELEMENT_OTHER || (one->name_length == other->name_length &&
                                                  g_ascii_strncasecmp (one->name, other->name, one->name_length) == 0));
}

/* ---- the stack ---- */

/* HTML standard, 13.2.4.3: a cell ends the formatting within. */
static void
close_cell (Guard *self)
{
  self->n_cells--;
  while (self->n_formatting > 0 && self->formatting[self->n_formatting - 1].n_cells > self->n_cells)
    self->n_formatting--;
}

/* All but the outermost of them end only because that does. */
static void
close_elements (Guard *self, guint n_open)
{
  while (self->n_open > n_open)
    {
      const Named *named = &self->open[--self->n_open];

      g_string_append_printf (self->out, "</%s>", name_of (named));
      if ((named->element->group & GROUP_CELL) != 0)
        close_cell (self);
      else if (named->hidden && (named->element->group & GROUP_FORMATTING) != 0 && self->n_open > n_open &&
               self->n_formatting < HTML_DEPTH_MAX)
        self->formatting[self->n_formatting++] = (Formatting){ *named, n_open, self->n_cells, NOT_REOPENED };
    }
  for (guint i = 0; i < self->n_formatting; i++)
    {
      self->formatting[i].n_open = MIN (self->formatting[i].n_open, n_open);
      if (self->formatting[i].reopened > n_open)
        self->formatting[i].reopened = NOT_REOPENED;
    }
}

static void
open_element (Guard *self, const Named *named, const char *attributes)
{
  self->n_elements++;
  g_string_append_printf (self->out, "<%s%s>", name_of (named), attributes);
  self->open[self->n_open++] = *named;
  self->n_cells += (named->element->group & GROUP_CELL) != 0 ? 1 : 0;
}

/* What is more than a part of a line (HTML standard, 13.2.4.2: special). */
static gboolean
is_block (const Named *named)
{
  return (named->element->group & ~(HtmlGroups) (GROUP_FORMATTING | GROUP_LINK)) != 0;
}

static void
skip (Guard *self, const Named *named)
{
  self->skipped = *named;
  self->skipped_depth = 1;
}

/* Ends the element at @place alone: blocks in it stay open (HTML standard, 13.2.6.4.7, adoption agency). */
static void
close_from_within (Guard *self, guint place)
{
  guint n_open = self->n_open;

  close_elements (self, place);
  for (guint i = place + 1; i < n_open && self->skipped_depth == 0; i++)
    {
      Named named = self->open[i];

      if (!is_block (&named))
        continue;
      named.again = TRUE;
      if (self->n_elements < HTML_ELEMENTS_MAX)
        open_element (self, &named, named.hidden ? " hidden=\"\"" : "");
      else if (named.hidden)
        skip (self, &named);
    }
}

/* Whether formatting that goes on hides what comes; this opens it again, around cells in what comes, too. */
static gboolean
is_formatting_hidden (Guard *self)
{
  gboolean hidden = FALSE;

  for (guint i = 0; i < self->n_formatting; i++)
    {
      Formatting *formatting = &self->formatting[i];

      if (formatting->n_cells == self->n_cells)
        formatting->reopened = MIN (formatting->reopened, self->n_open);
      hidden |= formatting->reopened != NOT_REOPENED;
    }
  return hidden;
}

/* Ends the outermost of the elements of @groups that are not outside of @within. */
static void
close_groups (Guard *self, HtmlGroups groups, HtmlGroups within)
{
  guint found = self->n_open;

  for (guint i = self->n_open; i > 0 && (self->open[i - 1].element->group & within) == 0; i--)
    if ((self->open[i - 1].element->group & groups) != 0)
      found = i - 1;
  if (groups == GROUP_LINK && found < self->n_open)
    close_from_within (self, found);
  else
    close_elements (self, found);
}

static gboolean
is_in_heading (const Guard *self)
{
  return self->n_open > 0 && (self->open[self->n_open - 1].element->group & GROUP_HEADING) != 0;
}

/* Ends the elements that @element cannot be within. */
static void
close_implied (Guard *self, const HtmlTag *element)
{
  close_groups (self, element->closes, element->within);
  if ((element->group & (GROUP_ITEM | GROUP_DEFINITION)) != 0)
    close_groups (self, PARAGRAPH_ENDED, PARAGRAPH_ENDED_WITHIN);
  if ((element->group & GROUP_HEADING) != 0 && is_in_heading (self))
    close_elements (self, self->n_open - 1);
}

/* What an end tag of @element does not reach beyond. */
static HtmlGroups
limit_of_end (const HtmlTag *element)
{
  if ((element->group & (GROUP_TABLE | GROUP_ROWS | GROUP_ROW | GROUP_CELL)) != 0)
    return GROUP_TABLE;
  if ((element->group & GROUP_PARAGRAPH) != 0)
    return GROUP_TABLE | GROUP_CELL | GROUP_BUTTON;
  if (element->group != 0)
    return GROUP_TABLE | GROUP_CELL;
  return ~(HtmlGroups) (GROUP_FORMATTING | GROUP_LINK);
}

static gboolean
is_ended_by (const Named *open, const Named *end)
{
  return is_same (open, end) || (open->element->group & end->element->group & GROUP_HEADING) != 0;
}

/* The place + 1 on the stack of what an end tag ends, 0 for nothing. */
static guint
find_open (const Guard *self, const Named *end)
{
  HtmlGroups limit = limit_of_end (end->element);

  for (guint i = self->n_open; i > 0; i--)
    if (is_ended_by (&self->open[i - 1], end))
      return i;
    else if ((self->open[i - 1].element->group & limit) != 0)
      return 0;
  return 0;
}

/* Whether an end tag is that of formatting that goes on, which then does no more. */
static gboolean
end_formatting (Guard *self, const Named *end, guint open)
{
  for (guint i = self->n_formatting; i > 0 && self->formatting[i - 1].n_cells == self->n_cells; i--)
    if (is_same (&self->formatting[i - 1].named, end))
      {
        if (open > self->formatting[i - 1].n_open)
          return FALSE;
        self->n_formatting--;
        memmove (&self->formatting[i - 1], &self->formatting[i],
                 (self->n_formatting - (i - 1)) * sizeof *self->formatting);
        return TRUE;
      }
  return FALSE;
}

static void
take_end_tag (Guard *self, const Named *named)
{
  guint open;

  if (named->element->kind == ELEMENT_VOID)
    {
      /* `</br>` is a line break (HTML standard, 13.2.6.4.7). */
      if (strcmp (named->element->name, "br") == 0)
        g_string_append (self->out, "<br/>");
      return;
    }
  open = find_open (self, named);
  if (end_formatting (self, named, open) || open == 0)
    return;
  if ((named->element->group & (GROUP_FORMATTING | GROUP_FORM)) != 0)
    close_from_within (self, open - 1);
  else
    close_elements (self, open - 1);
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

/* As XML, which has no other controls (XML 1.0, 2.2), and in attributes only blanks unless told so (3.3.3). */
static void
append_character (GString *out, gunichar c, gboolean in_attribute)
{
  if (c == '&')
    g_string_append (out, "&amp;");
  else if (c == '<')
    g_string_append (out, "&lt;");
  else if (c == '>')
    g_string_append (out, "&gt;");
  else if (c == '"')
    g_string_append (out, "&quot;");
  else if (in_attribute && (c == '\t' || c == '\n'))
    g_string_append_printf (out, "&#%u;", c);
  else if (c < ' ' && c != '\t' && c != '\n')
    g_string_append_c (out, ' ');
  else if (c != 0xFFFE && c != 0xFFFF)
    g_string_append_unichar (out, c);
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
            append_character (out, c, in_attribute);
          at += n_read;
        }
      else if (*at == '\r')
        g_string_append (out, ++at < end && *at == '\n' ? "" : "\n");
      else if (c < 0x80)
        append_character (out, (guchar) *at++, in_attribute);
      else
        {
          append_character (out, g_utf8_get_char (at), in_attribute);
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
find_raw_end (const Guard *self, const HtmlTag *element)
{
  gsize length = strlen (element->name);

  for (const char *at = self->at; (at = memchr (at, '<', (gsize) (self->end - at))) != NULL; at++)
    if ((gsize) (self->end - at) > length + 2 && at[1] == '/' &&
        g_ascii_strncasecmp (at + 2, element->name, length) == 0 && !g_ascii_isalnum (at[length + 2]))
      return at;
  return self->end;
}

static gboolean
is_hidden (const Tag *tag)
{
  return tag->hidden || html_style_hides (tag->style->str);
}

static void
begin_element (Guard *self, Named *named, const Tag *tag)
{
  const HtmlTag *element = named->element;
  gboolean is_void = element->kind == ELEMENT_VOID;

  close_implied (self, element);
  if (is_void && is_formatting_hidden (self) && strcmp (element->name, "img") == 0)
    return;
  if (self->n_elements >= HTML_ELEMENTS_MAX || (!is_void && self->n_open >= HTML_DEPTH_MAX))
    {
      /* At least the words on both sides stay apart, and what is hidden stays so. */
      g_string_append_c (self->out, ' ');
      if (!is_void && is_hidden (tag))
        skip (self, named);
      return;
    }
  if (is_void)
    {
      self->n_elements++;
      g_string_append_printf (self->out, "<%s%s/>", element->name, tag->attributes->str);
      return;
    }
  named->hidden = is_hidden (tag);
  open_element (self, named, tag->attributes->str);
}

/* HTML standard, 13.2.6.4.7: a form holds no other. */
static gboolean
is_in_form (const Guard *self)
{
  for (guint i = self->n_open; i > 0; i--)
    if ((self->open[i - 1].element->group & GROUP_FORM) != 0)
      return TRUE;
  return FALSE;
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
take_start_tag (Guard *self, Named *named, const Tag *tag)
{
  switch (named->element->kind)
    {
    case ELEMENT_CONTAINER:
    case ELEMENT_VOID:
      if ((named->element->group & GROUP_FORM) == 0 || !is_in_form (self))
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
  named.element = html_tag_find (named.name, named.name_length);
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
  for (const char *at = start + 2; (at = memchr (at, '-', (gsize) (end - at))) != NULL; at++)
    if (end - at > 2 && at[1] == '-' && at[2] == '>')
      return at + 3;
    else if (end - at > 3 && at[1] == '-' && at[2] == '!' && at[3] == '>' && at >= start + 4)
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
  if (self->skipped_depth == 0 && !is_formatting_hidden (self))
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
