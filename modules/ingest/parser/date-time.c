/* SPDX-License-Identifier: MIT */
/*
 * One function for each element of the grammar: it takes the element off the text, or says that there is none. Comments
 * and white space may stand between any two.
 */
#include "parser/date-time.h"

#include <string.h>

#define YEAR_MIN 1900

typedef struct
{
  const char *at;
  const char *end;
} Reader;

typedef struct
{
  guint year;
  guint month;
  guint day;
  guint hour;
  guint minute;
  guint second;
  gint offset; /* of local time, minutes east */
} DateTime;

static gboolean
take (Reader *self, char c)
{
  if (self->at == self->end || *self->at != c)
    return FALSE;
  self->at++;
  return TRUE;
}

/* One that does not end stays, where nothing is expected that begins so. */
static gboolean
take_comment (Reader *self)
{
  guint depth = 0;

  for (const char *at = self->at; at < self->end; at++)
    {
      if (*at == '\\' && at + 1 < self->end)
        at++;
      else if (*at == '(')
        depth++;
      else if (*at == ')' && --depth == 0)
        {
          self->at = at + 1;
          return TRUE;
        }
    }
  return FALSE;
}

static void
skip_blanks (Reader *self)
{
  while (self->at < self->end)
    if (g_ascii_isspace (*self->at))
      self->at++;
    else if (*self->at != '(' || !take_comment (self))
      return;
}

/* Returns how many digits there are, 0 when these are fewer than @min or more than @max. */
static guint
take_number (Reader *self, guint min, guint max, guint *number)
{
  guint n_digits = 0;

  *number = 0;
  for (; self->at < self->end && g_ascii_isdigit (*self->at) && n_digits <= max; self->at++, n_digits++)
    *number = *number * 10 + (guint) (*self->at - '0');
  return n_digits >= min && n_digits <= max ? n_digits : 0;
}

static gsize
take_letters (Reader *self, const char **letters)
{
  *letters = self->at;
  while (self->at < self->end && g_ascii_isalpha (*self->at))
    self->at++;
  return (gsize) (self->at - *letters);
}

/* Takes one of @names, each of three letters; returns which, from 1, or 0. */
static guint
take_name (Reader *self, const char *names)
{
  const char *letters;
  gsize length = take_letters (self, &letters);

  for (guint i = 0; length == 3 && names[i] != '\0'; i += 3)
    if (g_ascii_strncasecmp (letters, names + i, 3) == 0)
      return i / 3 + 1;
  return 0;
}

/* There may be none. */
static gboolean
read_day_name (Reader *self)
{
  if (self->at == self->end || !g_ascii_isalpha (*self->at))
    return TRUE;
  if (take_name (self, "MonTueWedThuFriSatSun") == 0)
    return FALSE;
  skip_blanks (self);
  take (self, ',');
  skip_blanks (self);
  return TRUE;
}

/* RFC 5322, 4.3 */
static gboolean
read_year (Reader *self, guint *year)
{
  guint n_digits = take_number (self, 2, 4, year);

  if (n_digits == 2)
    *year += *year < 50 ? 2000 : 1900;
  else if (n_digits == 3)
    *year += 1900;
  return n_digits > 0 && *year >= YEAR_MIN;
}

static gboolean
read_date (Reader *self, DateTime *time)
{
  if (take_number (self, 1, 2, &time->day) == 0)
    return FALSE;
  skip_blanks (self);
  time->month = take_name (self, "JanFebMarAprMayJunJulAugSepOctNovDec");
  skip_blanks (self);
  return time->month > 0 && read_year (self, &time->year) &&
         g_date_valid_dmy ((GDateDay) time->day, (GDateMonth) time->month, (GDateYear) time->year);
}

/* `:` and two digits. */
static gboolean
read_sixtieths (Reader *self, guint *number)
{
  if (!take (self, ':'))
    return FALSE;
  skip_blanks (self);
  if (take_number (self, 2, 2, number) == 0)
    return FALSE;
  skip_blanks (self);
  return TRUE;
}

static gboolean
read_time_of_day (Reader *self, DateTime *time)
{
  if (take_number (self, 1, 2, &time->hour) == 0)
    return FALSE;
  skip_blanks (self);
  if (!read_sixtieths (self, &time->minute))
    return FALSE;
  if (self->at < self->end && *self->at == ':' && !read_sixtieths (self, &time->second))
    return FALSE;
  if (time->second == 60)
    time->second = 59;
  return time->hour < 24 && time->minute < 60 && time->second < 60;
}

static gboolean
read_offset (Reader *self, gint *offset)
{
  gint sign = *self->at++ == '-' ? -1 : 1;
  guint hours, minutes;
  guint n_digits = take_number (self, 2, 4, &hours);

  if (n_digits == 4)
    {
      minutes = hours % 100;
      hours /= 100;
    }
  else if (n_digits != 2 || !take (self, ':') || take_number (self, 2, 2, &minutes) == 0)
    return FALSE;
  *offset = sign * (gint) (hours * 60 + minutes);
  return hours < 24 && minutes < 60;
}

static gboolean
is_sign (const Reader *self)
{
  return self->at < self->end && (*self->at == '+' || *self->at == '-');
}

/* RFC 5322, 4.3; the letters of the military were used both ways, and say nothing. */
static gboolean
read_zone_name (Reader *self, gint *offset)
{
  static const struct
  {
    const char *name;
    gint hours;
  } zones[] = { { "UT", 0 },   { "UTC", 0 },  { "GMT", 0 },  { "EST", -5 }, { "EDT", -4 }, { "CST", -6 },
                { "CDT", -5 }, { "MST", -7 }, { "MDT", -6 }, { "PST", -8 }, { "PDT", -7 } };
  const char *letters;
  gsize length = take_letters (self, &letters);

  *offset = 0;
  if (length == 1)
    return g_ascii_toupper (*letters) != 'J';
  for (guint i = 0; i < G_N_ELEMENTS (zones); i++)
    if (strlen (zones[i].name) == length && g_ascii_strncasecmp (letters, zones[i].name, length) == 0)
      {
        *offset = zones[i].hours * 60;
        return *offset != 0 || !is_sign (self) || read_offset (self, offset);
      }
  return FALSE;
}

static gboolean
read_date_time (Reader *self, DateTime *time)
{
  skip_blanks (self);
  if (!read_day_name (self) || !read_date (self, time))
    return FALSE;
  skip_blanks (self);
  if (!read_time_of_day (self, time))
    return FALSE;
  if (!(is_sign (self) ? read_offset (self, &time->offset) : read_zone_name (self, &time->offset)))
    return FALSE;
  skip_blanks (self);
  return self->at == self->end;
}

char *
date_time_to_rfc3339 (const char *text, gsize length)
{
  Reader self = { text, text + length };
  g_autofree char *local = NULL;
  DateTime time = { 0 };

  if (!read_date_time (&self, &time))
    return NULL;
  local = g_strdup_printf ("%04u-%02u-%02uT%02u:%02u:%02u", time.year, time.month, time.day, time.hour, time.minute,
                           time.second);
  if (time.offset == 0)
    return g_strconcat (local, "Z", NULL);
  return g_strdup_printf ("%s%c%02d:%02d", local, time.offset < 0 ? '-' : '+', ABS (time.offset) / 60,
                          ABS (time.offset) % 60);
}
