/* SPDX-License-Identifier: MIT */
/*
 * HTML standard, 13.2.5.72 to 80, with the names of HTML 4, which are those that mail uses.
 */
#include "parser/html-reference.h"

#include <libxml/HTMLparser.h>
#include <string.h>

#define NAME_MAX_LENGTH 16
/* The last that has a name, `diams`. */
#define CHARACTER_MAX 0x2666
/* Behind names of these characters and of `&`, `<`, `>` and `"` the semicolon may be left out; lengths of those names.
 */
#define LATIN_1_MAX     0xFF
#define SHORT_NAME_MAX  6
#define NAME_MIN_LENGTH 2

/* Numbers from 0x80 on are those of windows-1252, whatever the charset (HTML standard, 13.2.5.80). */
static gunichar
read_windows_1252 (gunichar c)
{
  static const guint16 characters[0x20] = { 0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                            0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                            0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                            0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178 };

  return c >= 0x80 && c < 0xA0 ? characters[c - 0x80] : c;
}

static gsize
read_number (const char *at, const char *end, gunichar *character)
{
  const char *start = at;
  gboolean hex = end - at > 2 && g_ascii_tolower (at[2]) == 'x';
  const char *digits = at + (hex ? 3 : 2);
  gunichar c = 0;

  for (at = digits; at < end && (hex ? g_ascii_isxdigit (*at) : g_ascii_isdigit (*at)); at++)
    if (c <= 0x10FFFF)
      c = c * (hex ? 16 : 10) + (gunichar) g_ascii_xdigit_value (*at);
  if (at == digits)
    return 0;
  c = read_windows_1252 (c);
  *character = g_unichar_validate (c) ? c : 0;
  return (gsize) (at - start) + (at < end && *at == ';' ? 1 : 0);
}

/* libxml2 looks through its list from the beginning, which takes a hostile message far. */
static GHashTable *
make_names (void)
{
  GHashTable *names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint c = 1; c <= CHARACTER_MAX; c++)
    {
      const htmlEntityDesc *entity = htmlEntityValueLookup (c);

      if (entity != NULL)
        g_hash_table_insert (names, (gpointer) entity->name, GUINT_TO_POINTER (c));
    }
  return names;
}

/* The character called by the first @length bytes of @name, 0 for none. */
static gunichar
find_name (const char *name, gsize length)
{
  static GHashTable *names;
  char buffer[NAME_MAX_LENGTH + 1];

  if (length < NAME_MIN_LENGTH || length > NAME_MAX_LENGTH)
    return 0;
  memcpy (buffer, name, length);
  buffer[length] = '\0';
  if (g_once_init_enter (&names))
    {
      GHashTable *made = make_names ();

      g_once_init_leave (&names, made);
    }
  return GPOINTER_TO_UINT (g_hash_table_lookup (names, buffer));
}

static gboolean
needs_semicolon (gunichar c)
{
  return c == 0 || c > LATIN_1_MAX || c == '\'';
}

static gsize
read_name (const char *at, const char *end, gboolean in_attribute, gunichar *character)
{
  const char *name = at + 1;
  gsize length = 0;

  while (length < NAME_MAX_LENGTH && name + length < end && g_ascii_isalnum (name[length]))
    length++;
  *character = find_name (name, length);
  if (*character != 0 && name + length < end && name[length] == ';')
    return length + 2;
  if (in_attribute)
    return needs_semicolon (*character) || (name + length < end && name[length] == '=') ? 0 : length + 1;
  /* `&ampx` */
  for (length = MIN (length, SHORT_NAME_MAX + 1); length > 0 && needs_semicolon (*character);)
    *character = find_name (name, --length);
  return length > 0 ? length + 1 : 0;
}

gsize
html_reference_read (const char *at, const char *end, gboolean in_attribute, gunichar *character)
{
  *character = 0;
  return end - at > 1 && at[1] == '#' ? read_number (at, end, character) : read_name (at, end, in_attribute, character);
}
