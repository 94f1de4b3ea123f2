/* SPDX-License-Identifier: MIT */
/* The rows and cells of the kanji are moved to where windows-31j has them. */
#include "parser/iso-2022-jp.h"

#include <string.h>

#define ESCAPE 0x1B
/* Bytes of an escape sequence. */
#define SEQUENCE_LENGTH 3

static gboolean
is_kanji_byte (guint8 c)
{
  return c >= 0x21 && c <= 0x7E;
}

static gboolean
find_set (const guint8 *sequence, Iso2022JpSet *set)
{
  static const struct
  {
    const char *sequence;
    Iso2022JpSet set;
  } sequences[] = {
    { "\x1b(B", ISO_2022_JP_ASCII }, { "\x1b(J", ISO_2022_JP_ASCII }, { "\x1b(I", ISO_2022_JP_KATAKANA },
    { "\x1b$@", ISO_2022_JP_KANJI }, { "\x1b$B", ISO_2022_JP_KANJI },
  };

  for (guint i = 0; i < G_N_ELEMENTS (sequences); i++)
    if (memcmp (sequence, sequences[i].sequence, SEQUENCE_LENGTH) == 0)
      {
        *set = sequences[i].set;
        return TRUE;
      }
  return FALSE;
}

static void
append_kanji (Iso2022JpRun *run, guint row, guint cell)
{
  guint pair = (row - 0x21) / 2;

  run->text[run->length++] = (guint8) (pair + (pair < 0x1F ? 0x81 : 0xC1));
  if (row % 2 == 0)
    run->text[run->length++] = (guint8) (cell + 0x7E);
  else
    run->text[run->length++] = (guint8) (cell + (cell < 0x60 ? 0x1F : 0x20));
}

static gsize
read_kanji (const guint8 *data, gsize length, Iso2022JpRun *run)
{
  gsize at = 0;

  for (; length - at >= 2 && run->length + 2 <= sizeof run->text; at += 2)
    {
      if (!is_kanji_byte (data[at]) || !is_kanji_byte (data[at + 1]))
        break;
      append_kanji (run, data[at], data[at + 1]);
    }
  run->width = 2;
  return at;
}

static gsize
read_katakana (const guint8 *data, gsize length, Iso2022JpRun *run)
{
  gsize at = 0;

  for (; at < length && run->length < sizeof run->text && data[at] >= 0x21 && data[at] <= 0x5F; at++)
    run->text[run->length++] = data[at] | 0x80;
  return at;
}

/* A line begins in ASCII (RFC 1468). */
static gsize
read_ascii (Iso2022JpSet *set, const guint8 *data, gsize length, Iso2022JpRun *run)
{
  gsize at = 0;

  for (; at < length && run->length < sizeof run->text && data[at] < 0x80 && data[at] != ESCAPE; at++)
    {
      if (*set != ISO_2022_JP_ASCII && data[at] > ' ')
        break;
      if (data[at] == '\n')
        *set = ISO_2022_JP_ASCII;
      run->text[run->length++] = data[at];
    }
  return at;
}

gsize
iso_2022_jp_read (Iso2022JpSet *set, const guint8 *data, gsize length, Iso2022JpRun *run)
{
  gsize n_read = 0;

  run->length = 0;
  run->width = 1;
  if (length == 0)
    return 0;
  if (*data == ESCAPE && length < SEQUENCE_LENGTH)
    return 0;
  if (*data == ESCAPE && find_set (data, set))
    return SEQUENCE_LENGTH;
  if (*set == ISO_2022_JP_KANJI && is_kanji_byte (*data) && length < 2)
    return 0;
  if (*set == ISO_2022_JP_KANJI)
    n_read = read_kanji (data, length, run);
  else if (*set == ISO_2022_JP_KATAKANA)
    n_read = read_katakana (data, length, run);
  if (n_read == 0)
    {
      run->width = 1;
      n_read = read_ascii (set, data, length, run);
    }
  if (n_read > 0)
    return n_read;
  run->width = 0;
  return 1;
}
