/* SPDX-License-Identifier: MIT */
#include "intake.h"

#include <string.h>

void
dkim_intake_init (DkimIntake *self, gsize limit)
{
  *self = (DkimIntake){ .header = g_string_new (NULL), .limit = limit };
}

void
dkim_intake_clear (DkimIntake *self)
{
  if (self->header != NULL)
    g_string_free (self->header, TRUE);
  self->header = NULL;
}

/* ---- header ---- */

static void
append (DkimIntake *self, const char *data, gsize length)
{
  gsize room = self->limit - self->header->len;

  g_string_append_len (self->header, data, (gssize) MIN (length, room));
  self->complete = self->too_long = length > room;
}

/* What is of the line under way has come, up to its LF. */
static void
end_line (DkimIntake *self)
{
  gboolean has_cr = self->header->len > self->line && self->header->str[self->header->len - 1] == '\r';

  append (self, has_cr ? "\n" : "\r\n", has_cr ? 1 : 2);
  if (self->too_long)
    return;
  if (self->header->len - self->line == 2)
    {
      g_string_truncate (self->header, self->line);
      self->complete = TRUE;
    }
  self->line = self->header->len;
}

gsize
dkim_intake_take_header (DkimIntake *self, const char *data, gsize length)
{
  gsize taken = 0;

  while (!self->complete && taken < length)
    {
      const char *lf = memchr (data + taken, '\n', length - taken);
      gsize n = lf != NULL ? (gsize) (lf - data) - taken : length - taken;

      append (self, data + taken, n);
      taken += n;
      if (lf != NULL && !self->complete)
        {
          end_line (self);
          taken++;
        }
    }
  return taken;
}

/* ---- body ---- */

void
dkim_intake_take_body (DkimIntake *self, const char *data, gsize length, DkimSink sink, gpointer user_data)
{
  const char *end = data + length, *begin = data;

  for (const char *p = data; (p = memchr (p, '\n', (gsize) (end - p))) != NULL; p++)
    if (p > data ? p[-1] != '\r' : !self->has_cr)
      {
        if (p > begin)
          sink (begin, (gsize) (p - begin), user_data);
        sink ("\r", 1, user_data);
        begin = p;
      }
  if (end > begin)
    sink (begin, (gsize) (end - begin), user_data);
  if (length > 0)
    self->has_cr = end[-1] == '\r';
}
