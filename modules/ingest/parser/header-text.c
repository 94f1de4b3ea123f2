/* SPDX-License-Identifier: MIT */
/*
 * RFC 2047, leniently and in linear time: an encoded word that does not end soon is text.
 */
#include "parser/header-text.h"

#include "parser/parser-limits.h"

#include <string.h>

#define CHARSET_NAME_MAX 48

typedef struct
{
  char charset[CHARSET_NAME_MAX];
  char encoding; /* 'b' or 'q' */
  const char *text;
  const char *text_end;
  const char *end;
} EncodedWord;

/* RFC 2231, 5, puts a language behind the charset. */
static const char *
read_charset (const char *at, const char *end, EncodedWord *word)
{
  gsize length = 0;
  gboolean in_language = FALSE;

  for (; at < end && *at != '?'; at++)
    {
      if (*at == '*')
        in_language = TRUE;
      if (g_ascii_isspace (*at) || length + 1 >= sizeof word->charset)
        return NULL;
      if (!in_language)
        word->charset[length++] = *at;
    }
  word->charset[length] = '\0';
  return at < end ? at + 1 : NULL;
}

static gboolean
read_encoded_word (const char *at, const char *end, EncodedWord *word)
{
  end = at + MIN (end - at, ENCODED_WORD_MAX);
  if (end - at < 2 || at[0] != '=' || at[1] != '?')
    return FALSE;
  at = read_charset (at + 2, end, word);
  if (at == NULL || end - at < 2 || at[1] != '?')
    return FALSE;
  word->encoding = g_ascii_tolower (at[0]);
  if (word->encoding != 'b' && word->encoding != 'q')
    return FALSE;
  word->text = at + 2;
  word->text_end = memmem (word->text, (gsize) (end - word->text), "?=", 2);
  if (word->text_end == NULL)
    return FALSE;
  word->end = word->text_end + 2;
  return TRUE;
}

gsize
header_text_get_encoded_word (const char *data, gsize length)
{
  EncodedWord word;

  return read_encoded_word (data, data + length, &word) ? (gsize) (word.end - data) : 0;
}

static void
append_b (const EncodedWord *word, GByteArray *bytes)
{
  gint state = 0;
  guint save = 0;
  guint old_length = bytes->len;
  gsize length = (gsize) (word->text_end - word->text);

  g_byte_array_set_size (bytes, old_length + (guint) (length / 4 * 3 + 3));
  length = g_base64_decode_step (word->text, length, bytes->data + old_length, &state, &save);
  g_byte_array_set_size (bytes, old_length + (guint) length);
}

static void
append_q (const EncodedWord *word, GByteArray *bytes)
{
  for (const char *at = word->text; at < word->text_end; at++)
    {
      guint8 byte = (guint8) *at;

      if (*at == '_')
        byte = ' ';
      else if (*at == '=' && word->text_end - at > 2 && g_ascii_isxdigit (at[1]) && g_ascii_isxdigit (at[2]))
        {
          byte = (guint8) (g_ascii_xdigit_value (at[1]) << 4 | g_ascii_xdigit_value (at[2]));
          at += 2;
        }
      g_byte_array_append (bytes, &byte, 1);
    }
}

/* Words of one charset that follow one another are one text: many senders cut characters. */
static const char *
append_encoded_words (Charsets *charsets, EncodedWord *word, const char *end, GString *out)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  char charset[CHARSET_NAME_MAX];
  const char *at;

  memcpy (charset, word->charset, sizeof charset);
  do
    {
      if (word->encoding == 'b')
        append_b (word, bytes);
      else
        append_q (word, bytes);
      at = word->end;
      while (at < end && g_ascii_isspace (*at))
        at++;
      if (!read_encoded_word (at, end, word))
        {
          at = word->end;
          break;
        }
    }
  while (g_ascii_strcasecmp (charset, word->charset) == 0);
  charset_append (charsets, charset, bytes->data, bytes->len, out);
  return at;
}

void
header_text_append (Charsets *charsets, const char *data, gsize length, GString *out)
{
  const char *end = data + length;
  const char *plain = data;
  const char *at = data;

  while (at < end)
    {
      EncodedWord word;

      at = memchr (at, '=', (gsize) (end - at));
      if (at == NULL)
        break;
      if (!read_encoded_word (at, end, &word))
        {
          at++;
          continue;
        }
      charset_append (charsets, NULL, (const guint8 *) plain, (gsize) (at - plain), out);
      at = plain = append_encoded_words (charsets, &word, end, out);
    }
  charset_append (charsets, NULL, (const guint8 *) plain, (gsize) (end - plain), out);
}

/* The controls of ASCII and of Latin-1 (C2 80 to C2 9F), and the separators that end a line elsewhere. */
static gsize
length_of_control (const char *at)
{
  guchar c = (guchar) at[0];

  if (c < 0x20 || c == 0x7F)
    return 1;
  if (c == 0xC2 && (guchar) at[1] < 0xA0)
    return 2;
  if (c == 0xE2 && (guchar) at[1] == 0x80 && ((guchar) at[2] == 0xA8 || (guchar) at[2] == 0xA9))
    return 3;
  return 0;
}

void
header_text_tidy (GString *text, gsize start)
{
  gsize to = start;
  gboolean blank = FALSE;

  for (gsize from = start; from < text->len;)
    {
      gsize control = length_of_control (text->str + from);

      if (control > 0 || text->str[from] == ' ')
        {
          blank = TRUE;
          from += MAX (control, 1);
          continue;
        }
      if (blank && to > start)
        text->str[to++] = ' ';
      blank = FALSE;
      text->str[to++] = text->str[from++];
    }
  g_string_truncate (text, to);
}

char *
header_text_decode (Charsets *charsets, const char *data, gsize length)
{
  GString *text = g_string_sized_new (length);

  header_text_append (charsets, data, length, text);
  header_text_tidy (text, 0);
  return g_string_free (text, FALSE);
}
