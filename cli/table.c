/* SPDX-License-Identifier: MIT */
/* Tables. */
#include "table.h"

#include "display.h"

#include <sys/ioctl.h>
#include <unistd.h>

#define GAP         2
#define NARROWEST   8
#define USUAL_WIDTH 80

typedef struct
{
  CliStyle style;
  char *text;
} Cell;

struct _CliTable
{
  const CliColumn *columns;
  guint n_columns;
  GArray *cells; /* Cell, row after row; the headings are the first */
};

static void
clear_cell (gpointer data)
{
  g_free (((Cell *) data)->text);
}

CliTable *
cli_table_new (const CliColumn *columns)
{
  CliTable *self = g_new0 (CliTable, 1);

  self->columns = columns;
  self->cells = g_array_new (FALSE, FALSE, sizeof (Cell));
  g_array_set_clear_func (self->cells, clear_cell);
  for (; columns[self->n_columns].heading != NULL; self->n_columns++)
    cli_table_add (self, CLI_STYLE_HEADER, columns[self->n_columns].heading);
  g_assert (self->n_columns <= CLI_TABLE_COLUMNS_MAX);
  return self;
}

void
cli_table_free (CliTable *self)
{
  g_array_unref (self->cells);
  g_free (self);
}

void
cli_table_add (CliTable *self, CliStyle style, const char *text)
{
  Cell cell = { style, cli_display (text) };

  g_array_append_val (self->cells, cell);
}

void
cli_table_add_number (CliTable *self, gint64 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  cli_table_add (self, CLI_STYLE_PLAIN, text);
}

/* ---- widths ---- */

static guint
get_widest (const guint *widths, guint n_columns)
{
  guint widest = 0;

  for (guint i = 1; i < n_columns; i++)
    if (widths[i] > widths[widest])
      widest = i;
  return widest;
}

/* What each column needs; @widths: (out): zeros before. Returns: all together, the gaps too. */
static guint
get_wanted (CliTable *self, guint *widths)
{
  guint total = GAP * (self->n_columns - 1);

  for (guint i = 0; i < self->cells->len; i++)
    {
      guint width = cli_display_width (g_array_index (self->cells, Cell, i).text);

      if (width > widths[i % self->n_columns])
        {
          total += width - widths[i % self->n_columns];
          widths[i % self->n_columns] = width;
        }
    }
  return total;
}

static void
get_widths (CliTable *self, guint limit, guint *widths)
{
  for (guint total = get_wanted (self, widths); limit > 0 && total > limit; total--)
    {
      guint widest = get_widest (widths, self->n_columns);

      if (widths[widest] <= NARROWEST)
        return;
      widths[widest]--;
    }
}

gboolean
cli_table_fits (CliTable *self, guint width)
{
  guint widths[CLI_TABLE_COLUMNS_MAX] = { 0 };

  return width == 0 || get_wanted (self, widths) <= width;
}

/* ---- text ---- */

static void
append_spaces (GString *text, guint n)
{
  g_string_append_printf (text, "%*s", (int) n, "");
}

static void
append_cell (CliTable *self, GString *text, guint index, guint width, gboolean rich)
{
  const Cell *cell = &g_array_index (self->cells, Cell, index);
  guint column = index % self->n_columns;
  g_autofree char *cut =
      self->columns[column].path ? cli_display_cut_start (cell->text, width) : cli_display_cut (cell->text, width);
  g_autofree char *styled = cli_styled (rich, cell->style, cut);
  guint padding = width - cli_display_width (cut);

  if (column > 0)
    append_spaces (text, GAP);
  if (self->columns[column].right)
    append_spaces (text, padding);
  g_string_append (text, styled);
  if (column == self->n_columns - 1)
    g_string_append_c (text, '\n');
  else if (!self->columns[column].right)
    append_spaces (text, padding);
}

char *
cli_table_format (CliTable *self, gboolean rich, guint width)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint widths[CLI_TABLE_COLUMNS_MAX] = { 0 };

  g_return_val_if_fail (self->cells->len % self->n_columns == 0, NULL);

  get_widths (self, width, widths);
  for (guint i = 0; i < self->cells->len; i++)
    append_cell (self, text, i, widths[i % self->n_columns], rich);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

guint
cli_table_get_width (void)
{
  struct winsize size;

  if (!isatty (STDOUT_FILENO))
    return 0;
  return ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : USUAL_WIDTH;
}

void
cli_table_print (CliTable *self)
{
  g_autofree char *text = cli_table_format (self, cli_style_is_rich (stdout), cli_table_get_width ());

  fputs (text, stdout);
}
