/* SPDX-License-Identifier: MIT */
/*
 * A walk over libxml2's tree of what html-guard.c let through: that is at most HTML_DEPTH_MAX levels, so that the walk
 * may recurse.
 */
#include "parser/html-to-markdown.h"

#include "parser/html-element.h"
#include "parser/html-guard.h"
#include "parser/html-table.h"
#include "parser/markdown-writer.h"

#include <libxml/parser.h>
#include <string.h>

/* Cells of a row that may span columns and rows, and how many columns. */
#define SPANNING_CELLS_MAX 200
#define COLSPAN_MAX        32

typedef void (*ElementFunc) (MarkdownWriter *writer, const xmlNode *node);

static void walk (MarkdownWriter *writer, const xmlNode *node);

/* What an element's text has from what is around it. */
typedef struct
{
  gboolean sizeless;
  gboolean keeps_lines;
} Inherited;

/* What follows is within @node; returns what was before, to be given back behind it. */
static Inherited
enter (MarkdownWriter *writer, const xmlNode *node)
{
  const Inherited around = { writer->sizeless, writer->keeps_lines };

  writer->sizeless = html_element_is_sizeless (node, around.sizeless);
  writer->keeps_lines = html_element_keeps_lines (node, around.keeps_lines);
  return around;
}

static void
leave (MarkdownWriter *writer, Inherited around)
{
  writer->sizeless = around.sizeless;
  writer->keeps_lines = around.keeps_lines;
}

static void
walk_children (MarkdownWriter *writer, const xmlNode *node)
{
  Inherited around = enter (writer, node);

  for (const xmlNode *child = node->children; child != NULL && !markdown_writer_is_full (writer); child = child->next)
    walk (writer, child);
  leave (writer, around);
}

/* What is within @node on one line. */
static char *
render_line (const MarkdownWriter *around, const xmlNode *node, gboolean in_cell, gboolean in_link)
{
  MarkdownWriter writer;

  markdown_writer_init (&writer);
  writer.sizeless = around->sizeless;
  writer.keeps_lines = around->keeps_lines;
  writer.flat = TRUE;
  writer.in_cell = in_cell;
  writer.in_link = in_link;
  walk_children (&writer, node);
  return g_string_free (markdown_writer_finish (&writer), FALSE);
}

/* ---- within a line ---- */

static void
write_line_break (MarkdownWriter *writer, const xmlNode *node)
{
  markdown_writer_line_break (writer);
}

static void
write_image (MarkdownWriter *writer, const xmlNode *node)
{
  g_autofree char *alt = html_element_get (node, "alt");

  if (alt == NULL || *g_strstrip (alt) == '\0')
    return;
  markdown_writer_markup (writer, "![");
  markdown_writer_text (writer, alt);
  markdown_writer_markup (writer, "]");
}

static gboolean
holds_image (const xmlNode *node)
{
  for (const xmlNode *child = node->children; child != NULL; child = child->next)
    if ((html_element_is (child, "img") && !html_element_is_hidden (child)) || holds_image (child))
      return TRUE;
  return FALSE;
}

/* Whether the text of a link says where it leads. */
static gboolean
is_autolink (const MarkdownWriter *writer, const xmlNode *node, const char *url)
{
  g_autoptr (GString) text = g_string_new (NULL);

  html_element_append_text (node, writer->sizeless, text);
  g_strstrip (text->str);
  return strcmp (text->str, url) == 0 ||
         (g_ascii_strncasecmp (url, "mailto:", 7) == 0 && strcmp (text->str, url + 7) == 0);
}

static void
write_link (MarkdownWriter *writer, const xmlNode *node)
{
  g_autofree char *url = html_element_get_url (node);
  g_autofree char *text = NULL;

  if (url == NULL || writer->in_link)
    {
      walk_children (writer, node);
      return;
    }
  if (is_autolink (writer, node, url))
    {
      g_autofree char *autolink = g_strdup_printf ("<%s>", g_str_has_prefix (url, "mailto:") ? url + 7 : url);

      markdown_writer_markup (writer, autolink);
      return;
    }
  text = render_line (writer, node, writer->in_cell, TRUE);
  if (*text != '\0' || holds_image (node))
    {
      g_autofree char *link = g_strdup_printf ("[%s](%s)", *text != '\0' ? text : "image", url);

      markdown_writer_markup (writer, link);
    }
}

static guint
longest_run (const char *text, char c)
{
  guint longest = 0;

  for (guint run = 0; *text != '\0'; text++)
    {
      run = *text == c ? run + 1 : 0;
      longest = MAX (longest, run);
    }
  return longest;
}

static void
write_code (MarkdownWriter *writer, const xmlNode *node)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *fence = NULL;
  g_autofree char *code = NULL;
  const char *pad;

  html_element_append_text (node, writer->sizeless, text);
  g_strstrip (g_strdelimit (text->str, "\r\n\t", ' '));
  if (*text->str == '\0')
    return;
  fence = g_strnfill (longest_run (text->str, '`') + 1, '`');
  pad = *text->str == '`' || text->str[strlen (text->str) - 1] == '`' ? " " : "";
  code = g_strconcat (fence, pad, text->str, pad, fence, NULL);
  markdown_writer_markup (writer, code);
}

/* ---- blocks ---- */

static void
write_block (MarkdownWriter *writer, const xmlNode *node)
{
  markdown_writer_break (writer, 1);
  walk_children (writer, node);
  markdown_writer_break (writer, 1);
}

static void
write_paragraph (MarkdownWriter *writer, const xmlNode *node)
{
  markdown_writer_break (writer, 2);
  walk_children (writer, node);
  markdown_writer_break (writer, 2);
}

static void
write_heading (MarkdownWriter *writer, const xmlNode *node)
{
  g_autofree char *text = NULL;
  g_autofree char *heading = NULL;

  if (writer->flat)
    {
      write_block (writer, node);
      return;
    }
  text = render_line (writer, node, FALSE, FALSE);
  if (*text == '\0')
    {
      markdown_writer_break (writer, 1);
      return;
    }
  heading = g_strdup_printf ("%.*s %s", node->name[1] - '0', "######", text);
  markdown_writer_break (writer, 2);
  markdown_writer_line (writer, heading);
  markdown_writer_break (writer, 2);
}

static void
write_rule (MarkdownWriter *writer, const xmlNode *node)
{
  markdown_writer_break (writer, 2);
  if (!writer->flat)
    markdown_writer_line (writer, "---");
  markdown_writer_break (writer, 2);
}

static void
write_quote (MarkdownWriter *writer, const xmlNode *node)
{
  if (writer->flat)
    {
      write_block (writer, node);
      return;
    }
  markdown_writer_break (writer, 2);
  markdown_writer_push (writer, "> ", "> ");
  walk_children (writer, node);
  markdown_writer_pop (writer);
  markdown_writer_break (writer, 2);
}

static void
write_item (MarkdownWriter *writer, const xmlNode *item, const char *marker)
{
  g_autofree char *indent = g_strnfill (strlen (marker), ' ');

  markdown_writer_break (writer, 1);
  markdown_writer_push (writer, marker, indent);
  walk_children (writer, item);
  markdown_writer_pop (writer);
  markdown_writer_break (writer, 1);
}

static void
write_list (MarkdownWriter *writer, const xmlNode *node)
{
  gboolean ordered = html_element_is (node, "ol");
  guint number = html_element_get_number (node, "start", 1);
  /* A list within an item follows its text closely. */
  guint breaks = writer->n_levels > 0 ? 1 : 2;
  Inherited around;

  if (writer->flat)
    {
      write_block (writer, node);
      return;
    }
  around = enter (writer, node);
  markdown_writer_break (writer, breaks);
  for (const xmlNode *child = node->children; child != NULL; child = child->next)
    {
      char marker[16];

      if (!html_element_is (child, "li"))
        {
          walk (writer, child);
          continue;
        }
      if (html_element_is_hidden (child))
        continue;
      number = html_element_get_number (child, "value", number);
      g_snprintf (marker, sizeof marker, "%u. ", number++);
      write_item (writer, child, ordered ? marker : "- ");
    }
  markdown_writer_break (writer, breaks);
  leave (writer, around);
}

/* An item outside of any list. */
static void
write_stray_item (MarkdownWriter *writer, const xmlNode *node)
{
  if (writer->flat)
    write_block (writer, node);
  else
    write_item (writer, node, "- ");
}

static void
write_preformatted (MarkdownWriter *writer, const xmlNode *node)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *fence = NULL;
  g_auto (GStrv) lines = NULL;

  html_element_append_text (node, writer->sizeless, text);
  g_strchomp (text->str);
  if (*text->str == '\0')
    return;
  if (writer->flat)
    {
      write_code (writer, node);
      return;
    }
  fence = g_strnfill (MAX (longest_run (text->str, '`') + 1, 3), '`');
  /* The line break behind the tag is not part of it (HTML standard, 13.2.6.4.7). */
  lines = g_strsplit (*text->str == '\n' ? text->str + 1 : text->str, "\n", -1);
  markdown_writer_break (writer, 2);
  markdown_writer_line (writer, fence);
  for (guint i = 0; lines[i] != NULL; i++)
    markdown_writer_line (writer, lines[i]);
  markdown_writer_line (writer, fence);
  markdown_writer_break (writer, 2);
}

/* ---- tables ---- */

/* Of the text in a row, by what is between it and its table: groups of rows. */
static gboolean
is_sizeless_above (const xmlNode *row, const xmlNode *table, gboolean around)
{
  const xmlNode *above = row->parent;

  return above == table ? around : html_element_is_sizeless (above, is_sizeless_above (above, table, around));
}

typedef struct
{
  GString *line;
  guint n_cells;
  guint down[SPANNING_CELLS_MAX]; /* rows into which a cell above each column reaches */
} Row;

static void
append_reached (Row *self)
{
  for (; self->n_cells < SPANNING_CELLS_MAX && self->down[self->n_cells] > 0; self->n_cells++)
    {
      self->down[self->n_cells]--;
      g_string_append (self->line, "  |");
    }
}

static void
append_cell (const MarkdownWriter *writer, const xmlNode *cell, Row *row)
{
  g_autofree char *text = render_line (writer, cell, TRUE, FALSE);
  guint span_max = row->n_cells < SPANNING_CELLS_MAX ? COLSPAN_MAX : 1;
  guint span = CLAMP (html_element_get_number (cell, "colspan", 1), 1, span_max);
  guint n_rows = MAX (html_element_get_number (cell, "rowspan", 1), 1);

  g_string_append_printf (row->line, " %s |", text);
  for (guint i = 0; i < span; i++, row->n_cells++)
    {
      if (i > 0)
        g_string_append (row->line, "  |");
      if (row->n_cells < SPANNING_CELLS_MAX)
        row->down[row->n_cells] = n_rows - 1;
    }
}

/* Returns whether there is a cell. */
static gboolean
append_cells (MarkdownWriter *writer, const xmlNode *node, Row *row)
{
  Inherited around = enter (writer, node);
  gboolean any = FALSE;

  g_string_assign (row->line, "|");
  row->n_cells = 0;
  for (const xmlNode *child = node->children; child != NULL; child = child->next)
    if (html_table_is_cell (child) && !html_element_is_hidden (child))
      {
        append_reached (row);
        append_cell (writer, child, row);
        any = TRUE;
      }
  append_reached (row);
  leave (writer, around);
  return any;
}

static void
write_caption (MarkdownWriter *writer, const xmlNode *table)
{
  for (const xmlNode *child = table->children; child != NULL; child = child->next)
    if (html_element_is (child, "caption") && !html_element_is_hidden (child))
      write_paragraph (writer, child);
}

/* The first row is the header: a table of GitHub's kind must have one. */
static void
write_data_table (MarkdownWriter *writer, const xmlNode *table)
{
  g_autoptr (GPtrArray) rows = html_table_get_rows (table);
  g_autoptr (GString) line = g_string_new (NULL);
  Row cells = { .line = line };
  Inherited around = enter (writer, table);
  gboolean is_first = TRUE;

  write_caption (writer, table);
  markdown_writer_break (writer, 2);
  for (guint i = 0; i < rows->len && !markdown_writer_is_full (writer); i++)
    {
      const xmlNode *row = g_ptr_array_index (rows, i);
      gboolean in_table = writer->sizeless;
      gboolean any;

      writer->sizeless = is_sizeless_above (row, table, in_table);
      any = !html_element_is_hidden (row) && append_cells (writer, row, &cells);
      writer->sizeless = in_table;
      if (!any)
        continue;
      markdown_writer_line (writer, line->str);
      if (!is_first)
        continue;
      is_first = FALSE;
      g_string_assign (line, "|");
      for (guint column = 0; column < cells.n_cells; column++)
        g_string_append (line, " --- |");
      markdown_writer_line (writer, line->str);
    }
  markdown_writer_break (writer, 2);
  leave (writer, around);
}

static void
write_table (MarkdownWriter *writer, const xmlNode *node)
{
  if (!writer->flat && html_table_is_data (node))
    write_data_table (writer, node);
  else
    write_block (writer, node);
}

/* Of a table that lays out: its cells stand side by side. */
static void
write_cell (MarkdownWriter *writer, const xmlNode *node)
{
  markdown_writer_blank (writer);
  walk_children (writer, node);
  markdown_writer_blank (writer);
}

/* ---- the walk ---- */

static const struct
{
  const char *name;
  ElementFunc write;
} writers[] = {
  { "summary", write_block },    { "listing", write_preformatted },
  { "legend", write_block },     { "hgroup", write_block },
  { "figcaption", write_block }, { "fieldset", write_block },
  { "dialog", write_block },     { "details", write_block },
  { "a", write_link },           { "address", write_block },
  { "article", write_block },    { "aside", write_block },
  { "blockquote", write_quote }, { "br", write_line_break },
  { "caption", write_block },    { "center", write_block },
  { "code", write_code },        { "dd", write_block },
  { "dir", write_list },         { "div", write_block },
  { "dl", write_paragraph },     { "dt", write_block },
  { "figure", write_paragraph }, { "footer", write_block },
  { "form", write_block },       { "h1", write_heading },
  { "h2", write_heading },       { "h3", write_heading },
  { "h4", write_heading },       { "h5", write_heading },
  { "h6", write_heading },       { "header", write_block },
  { "hr", write_rule },          { "img", write_image },
  { "kbd", write_code },         { "li", write_stray_item },
  { "main", write_block },       { "menu", write_list },
  { "nav", write_block },        { "ol", write_list },
  { "p", write_paragraph },      { "pre", write_preformatted },
  { "samp", write_code },        { "section", write_block },
  { "table", write_table },      { "td", write_cell },
  { "th", write_cell },          { "tr", write_block },
  { "tt", write_code },          { "ul", write_list },
};

static ElementFunc
find_writer (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    if (strcmp (writers[i].name, name) == 0)
      return writers[i].write;
  return walk_children;
}

static void
write_lines (MarkdownWriter *writer, const char *text)
{
  for (const char *feed; (feed = strchr (text, '\n')) != NULL; text = feed + 1)
    {
      g_autofree char *line = g_strndup (text, (gsize) (feed - text));

      markdown_writer_text (writer, line);
      markdown_writer_line_break (writer);
    }
  markdown_writer_text (writer, text);
}

/* Text without a size is not seen, but what stands on both sides of a blank stays apart. */
static void
write_text (MarkdownWriter *writer, const char *text)
{
  if (!writer->sizeless && writer->keeps_lines)
    write_lines (writer, text);
  else if (!writer->sizeless)
    markdown_writer_text (writer, text);
  else if (text[strspn (text, " \t\r\n\f")] == '\0')
    markdown_writer_blank (writer);
}

static void
walk (MarkdownWriter *writer, const xmlNode *node)
{
  if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
    write_text (writer, node->content != NULL ? (const char *) node->content : "");
  else if (node->type == XML_ELEMENT_NODE && !html_element_is_hidden (node))
    find_writer ((const char *) node->name) (writer, node);
}

gboolean
html_to_markdown (const char *html, gsize length, GString *out)
{
  g_autoptr (GString) clean = html_guard_clean (html, length);
  g_autoptr (GString) markdown = NULL;
  MarkdownWriter writer;
  gboolean complete;
  xmlDocPtr document;

  document =
      xmlReadMemory (clean->str, (int) clean->len, NULL, "UTF-8",
                     XML_PARSE_RECOVER | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET | XML_PARSE_HUGE);
  markdown_writer_init (&writer);
  if (document != NULL)
    walk_children (&writer, (const xmlNode *) document);
  xmlFreeDoc (document);
  complete = !markdown_writer_is_full (&writer);
  markdown = markdown_writer_finish (&writer);
  g_string_append_len (out, markdown->str, (gssize) markdown->len);
  return complete;
}
