/* SPDX-License-Identifier: MIT */
#include "parser/html-tag.h"

#include <string.h>

/* A block ends a paragraph around it, but for one around what the block is in. */
#define ENDS_PARAGRAPH PARAGRAPH_ENDED, PARAGRAPH_ENDED_WITHIN

/* What an item ends is not looked for beyond these (HTML standard, 13.2.6.4.7). */
#define OUTSIDE_OF_ITEMS                                                                                               \
  (GROUP_LIST | GROUP_DEFINITIONS | GROUP_SECTION | GROUP_TABLE | GROUP_ROWS | GROUP_ROW | GROUP_CELL)

/* Groups of rows end one another, and the rows within. */
#define ENDS_ROWS GROUP_ROWS, (GROUP_ROWS | GROUP_ROW | GROUP_CELL), GROUP_TABLE

static const HtmlTag tags[] = {
  { "a", ELEMENT_CONTAINER, GROUP_LINK | GROUP_FORMATTING, GROUP_LINK, GROUP_CELL | GROUP_TABLE },
  { "abbr", ELEMENT_CONTAINER, 0, 0, 0 },
  { "address", ELEMENT_CONTAINER, GROUP_BLOCK, ENDS_PARAGRAPH },
  { "area", ELEMENT_DROPPED, 0, 0, 0 },
  { "article", ELEMENT_CONTAINER, GROUP_SECTION, ENDS_PARAGRAPH },
  { "aside", ELEMENT_CONTAINER, GROUP_SECTION, ENDS_PARAGRAPH },
  { "audio", ELEMENT_SKIPPED, 0, 0, 0 },
  { "b", ELEMENT_CONTAINER, GROUP_FORMATTING, 0, 0 },
  { "base", ELEMENT_DROPPED, 0, 0, 0 },
  { "basefont", ELEMENT_DROPPED, 0, 0, 0 },
  { "bdo", ELEMENT_CONTAINER, 0, 0, 0 },
  { "bgsound", ELEMENT_DROPPED, 0, 0, 0 },
  { "big", ELEMENT_CONTAINER, GROUP_FORMATTING, 0, 0 },
  { "blockquote", ELEMENT_CONTAINER, GROUP_BLOCK | GROUP_SECTION, ENDS_PARAGRAPH },
  { "br", ELEMENT_VOID, 0, 0, 0 },
  { "button", ELEMENT_CONTAINER, GROUP_SECTION | GROUP_BUTTON, GROUP_BUTTON, GROUP_CELL | GROUP_TABLE },
  { "canvas", ELEMENT_SKIPPED, 0, 0, 0 },
  { "caption", ELEMENT_CONTAINER, GROUP_CELL, 0, 0 },
  { "center", ELEMENT_CONTAINER, GROUP_SECTION, ENDS_PARAGRAPH },
  { "cite", ELEMENT_CONTAINER, 0, 0, 0 },
  { "code", ELEMENT_CONTAINER, GROUP_FORMATTING, 0, 0 },
  { "col", ELEMENT_DROPPED, 0, 0, 0 },
  { "colgroup", ELEMENT_DROPPED, 0, 0, 0 },
  { "datalist", ELEMENT_SKIPPED, 0, 0, 0 },
  { "dd", ELEMENT_CONTAINER, GROUP_DEFINITION, GROUP_DEFINITION, OUTSIDE_OF_ITEMS | GROUP_ITEM },
  { "del", ELEMENT_CONTAINER, 0, 0, 0 },
  { "details", ELEMENT_CONTAINER, GROUP_SECTION, ENDS_PARAGRAPH },
  { "dfn", ELEMENT_CONTAINER, 0, 0, 0 },
  { "dialog", ELEMENT_CONTAINER, GROUP_SECTION, ENDS_PARAGRAPH },
  { "dir", ELEMENT_CONTAINER, GROUP_LIST, ENDS_PARAGRAPH },
  { "div", ELEMENT_CONTAINER, GROUP_BLOCK, ENDS_PARAGRAPH },
  { "dl", ELEMENT_CONTAINER, GROUP_DEFINITIONS, ENDS_PARAGRAPH },
  { "dt", ELEMENT_CONTAINER, GROUP_DEFINITION, GROUP_DEFINITION, OUTSIDE_OF_ITEMS | GROUP_ITEM },
  { "em", ELEMENT_CONTAINER, GROUP_FORMATTING, 0, 0 },
  { "embed", ELEMENT_DROPPED, 0, 0, 0 },
  { "fieldset", ELEMENT_CONTAINER, GROUP_SECTION, ENDS_PARAGRAPH },
  { "figcaption", ELEMENT_CONTAINER, GROUP_SECTION, ENDS_PARAGRAPH },
  { "figure", ELEMENT_CONTAINER, GROUP_SECTION, ENDS_PARAGRAPH },
  { "font", ELEMENT_CONTAINER, GROUP_FORMATTING, 0, 0 },
  { "footer", ELEMENT_CONTAINER, GROUP_SECTION, ENDS_PARAGRAPH },
  { "form", ELEMENT_CONTAINER, GROUP_SECTION | GROUP_FORM, ENDS_PARAGRAPH },
  { "frame", ELEMENT_DROPPED, 0, 0, 0 },
  { "h1", ELEMENT_CONTAINER, GROUP_SECTION | GROUP_HEADING, ENDS_PARAGRAPH },
  { "h2", ELEMENT_CONTAINER, GROUP_SECTION | GROUP_HEADING, ENDS_PARAGRAPH },
  { "h3", ELEMENT_CONTAINER, GROUP_SECTION | GROUP_HEADING, ENDS_PARAGRAPH },
  { "h4", ELEMENT_CONTAINER, GROUP_SECTION | GROUP_HEADING, ENDS_PARAGRAPH },
  { "h5", ELEMENT_CONTAINER, GROUP_SECTION | GROUP_HEADING, ENDS_PARAGRAPH },
  { "h6", ELEMENT_CONTAINER, GROUP_SECTION | GROUP_HEADING, ENDS_PARAGRAPH },
  { "header", ELEMENT_CONTAINER, GROUP_SECTION, ENDS_PARAGRAPH },
  { "hgroup", ELEMENT_CONTAINER, GROUP_SECTION, ENDS_PARAGRAPH },
  { "hr", ELEMENT_VOID, GROUP_NONE, ENDS_PARAGRAPH },
  { "i", ELEMENT_CONTAINER, GROUP_FORMATTING, 0, 0 },
  { "iframe", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "image", ELEMENT_DROPPED, 0, 0, 0 },
  { "img", ELEMENT_VOID, 0, 0, 0 },
  { "input", ELEMENT_DROPPED, 0, 0, 0 },
  { "ins", ELEMENT_CONTAINER, 0, 0, 0 },
  { "kbd", ELEMENT_CONTAINER, 0, 0, 0 },
  { "keygen", ELEMENT_DROPPED, 0, 0, 0 },
  { "label", ELEMENT_CONTAINER, 0, 0, 0 },
  { "legend", ELEMENT_CONTAINER, GROUP_SECTION, ENDS_PARAGRAPH },
  { "li", ELEMENT_CONTAINER, GROUP_ITEM, GROUP_ITEM, OUTSIDE_OF_ITEMS | GROUP_DEFINITION },
  { "link", ELEMENT_DROPPED, 0, 0, 0 },
  { "listing", ELEMENT_CONTAINER, GROUP_SECTION, ENDS_PARAGRAPH },
  { "main", ELEMENT_CONTAINER, GROUP_SECTION, ENDS_PARAGRAPH },
  { "mark", ELEMENT_CONTAINER, 0, 0, 0 },
  { "math", ELEMENT_SKIPPED, 0, 0, 0 },
  { "menu", ELEMENT_CONTAINER, GROUP_LIST, ENDS_PARAGRAPH },
  { "meta", ELEMENT_DROPPED, 0, 0, 0 },
  { "nav", ELEMENT_CONTAINER, GROUP_SECTION, ENDS_PARAGRAPH },
  { "noembed", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "noframes", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "object", ELEMENT_SKIPPED, 0, 0, 0 },
  { "ol", ELEMENT_CONTAINER, GROUP_LIST, ENDS_PARAGRAPH },
  { "p", ELEMENT_CONTAINER, GROUP_PARAGRAPH, ENDS_PARAGRAPH },
  { "param", ELEMENT_DROPPED, 0, 0, 0 },
  { "pre", ELEMENT_CONTAINER, GROUP_SECTION, ENDS_PARAGRAPH },
  { "q", ELEMENT_CONTAINER, 0, 0, 0 },
  { "s", ELEMENT_CONTAINER, GROUP_FORMATTING, 0, 0 },
  { "samp", ELEMENT_CONTAINER, 0, 0, 0 },
  { "script", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "section", ELEMENT_CONTAINER, GROUP_SECTION, ENDS_PARAGRAPH },
  { "select", ELEMENT_SKIPPED, 0, 0, 0 },
  { "small", ELEMENT_CONTAINER, GROUP_FORMATTING, 0, 0 },
  { "source", ELEMENT_DROPPED, 0, 0, 0 },
  { "span", ELEMENT_CONTAINER, 0, 0, 0 },
  { "strike", ELEMENT_CONTAINER, GROUP_FORMATTING, 0, 0 },
  { "strong", ELEMENT_CONTAINER, GROUP_FORMATTING, 0, 0 },
  { "style", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
  { "sub", ELEMENT_CONTAINER, 0, 0, 0 },
  { "summary", ELEMENT_CONTAINER, GROUP_SECTION, ENDS_PARAGRAPH },
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
  { "tt", ELEMENT_CONTAINER, GROUP_FORMATTING, 0, 0 },
  { "u", ELEMENT_CONTAINER, GROUP_FORMATTING, 0, 0 },
  { "ul", ELEMENT_CONTAINER, GROUP_LIST, ENDS_PARAGRAPH },
  { "var", ELEMENT_CONTAINER, 0, 0, 0 },
  { "video", ELEMENT_SKIPPED, 0, 0, 0 },
  { "wbr", ELEMENT_DROPPED, 0, 0, 0 },
  { "xmp", ELEMENT_SKIPPED_RAW, 0, 0, 0 },
};

const HtmlTag *
html_tag_find (const char *name, gsize length)
{
  static const HtmlTag other = { "span", ELEMENT_OTHER, 0, 0, 0 };
  guint low = 0;
  guint high = G_N_ELEMENTS (tags);

  while (low < high)
    {
      guint middle = (low + high) / 2;
      int order = g_ascii_strncasecmp (name, tags[middle].name, length);

      if (order == 0 && tags[middle].name[length] == '\0')
        return &tags[middle];
      if (order > 0)
        low = middle + 1;
      else
        high = middle;
    }
  return &other;
}
