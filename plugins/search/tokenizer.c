/* SPDX-License-Identifier: MIT */
/*
 * A text without a character that needs anything goes to `unicode61` as it is, after one look at its bytes. Else it is
 * brought to its form first, with a list of the places where that changed its length, and then taken apart: what has a
 * token a character here, what is between by `unicode61`.
 */
#include "tokenizer.h"

#include <string.h>

/* Below it no character is a mark, none is split, and none is brought to another form. */
#define FIRST_SPECIAL 0x300
/* The byte with which it begins; no character from it on begins with a lower one, and only first bytes are as high. */
#define FIRST_SPECIAL_BYTE 0xcc

/* A place that has another form than in the text as it came. */
typedef struct
{
  int start; /* here */
  int end;
  int original_start;
  int original_end;
} Change;

/* What one call works on. */
typedef struct
{
  const char *text;
  int length;
  GArray *changes; /* of Change */
  guint n_passed;  /* changes before the last token */
  int run_start;   /* of what `unicode61` has at the moment */
  int last_end;    /* of the last token in the text as it came */
  void *context;
  int (*token) (void *context, int flags, const char *token, int length, int start, int end);
} Work;

struct Fts5Tokenizer
{
  fts5_tokenizer words; /* `unicode61` */
  Fts5Tokenizer *words_data;
};

/* ---- characters ---- */

/* The character at @at and its length; what is no UTF-8 is one byte that means nothing. */
static gunichar
read_character (const char *at, const char *end, int *length)
{
  gunichar c = (guchar) *at < 0x80 ? (guchar) *at : g_utf8_get_char_validated (at, end - at);

  if (c > 0x10ffff)
    c = 0;
  *length = c >= 0x80 ? g_unichar_to_utf8 (c, NULL) : 1;
  return c;
}

/* Whether the character of which @byte is a part needs nothing. Cyrillic, U+0400 to U+047F, has no special ones. */
static gboolean
is_plain (guchar byte)
{
  return byte < FIRST_SPECIAL_BYTE || byte == 0xd0 || byte == 0xd1;
}

/* The first character from @at on that may need something. */
static const char *
skip_plain (const char *at, const char *end)
{
  while (at < end && is_plain ((guchar) *at))
    at++;
  return at;
}

/* Whether @c belongs to the character before. */
static gboolean
is_mark (gunichar c)
{
  if (c < FIRST_SPECIAL)
    return FALSE;
  /* Vowels and finals of Hangul in parts; the marks of narrow Katakana. */
  return g_unichar_ismark (c) || (c >= 0x1160 && c <= 0x11ff) || c == 0xff9e || c == 0xff9f;
}

static gboolean
is_split (gunichar c)
{
  /* Lengthens a vowel in Hiragana and Katakana, and belongs to neither. */
  if (c < FIRST_SPECIAL || c == 0x30fc)
    return c == 0x30fc;
  switch (g_unichar_get_script (c))
    {
    case G_UNICODE_SCRIPT_HAN:
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA:
    case G_UNICODE_SCRIPT_BOPOMOFO:
    case G_UNICODE_SCRIPT_HANGUL:
    case G_UNICODE_SCRIPT_THAI:
    case G_UNICODE_SCRIPT_LAO:
    case G_UNICODE_SCRIPT_KHMER:
    case G_UNICODE_SCRIPT_MYANMAR:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
is_letter_or_number (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_LETTER_NUMBER:
    case G_UNICODE_OTHER_NUMBER:
      return TRUE;
    default:
      return g_unichar_isalnum (c);
    }
}

/* Letters of every day in scripts of many readers, which have their form already; the others are looked up. */
static gboolean
is_settled (gunichar c)
{
  static const gunichar ranges[][2] = {
    { 0x388, 0x3ce },   { 0x400, 0x482 },   { 0x48a, 0x52f },   { 0x5d0, 0x5ea },
    { 0x621, 0x64a },   { 0xe01, 0xe32 },   { 0x3041, 0x3096 }, { 0x30a1, 0x30fa },
    { 0x3400, 0x4dbf }, { 0x4e00, 0x9fff }, { 0xac00, 0xd7a3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ranges) && c >= ranges[i][0]; i++)
    if (c <= ranges[i][1])
      return TRUE;
  return FALSE;
}

/* Whether @c without marks may have another form. */
static gboolean
has_form (gunichar c)
{
  gunichar first;

  if (c < FIRST_SPECIAL || is_settled (c) || !is_letter_or_number (c))
    return FALSE;
  return g_unichar_fully_decompose (c, TRUE, &first, 1) > 1 || first != c;
}

static gboolean
needs_something (const char *text, int length)
{
  const char *end = text + length;

  for (const char *at = skip_plain (text, end); at < end; at = skip_plain (at, end))
    {
      int size;
      gunichar c = read_character (at, end, &size);

      if (is_mark (c) || is_split (c) || has_form (c))
        return TRUE;
      at += size;
    }
  return FALSE;
}

gboolean
search_tokenizer_splits (const char *text)
{
  const char *end = text + strlen (text);

  for (const char *at = skip_plain (text, end); at < end; at = skip_plain (at, end))
    {
      int size;

      if (is_split (read_character (at, end, &size)))
        return TRUE;
      at += size;
    }
  return FALSE;
}

/* ---- the form ---- */

/* Appends the character @at with its marks. */
static void
append_form (GString *form, GArray *changes, const char *text, const char *at, int size)
{
  g_autofree char *normal = g_utf8_normalize (at, size, G_NORMALIZE_NFKC);
  int start = (int) form->len;
  int length = normal != NULL ? (int) strlen (normal) : 0;
  Change change;

  /* What a form would lose, a NUL, is kept. */
  if (length == 0 || (length == size && memcmp (normal, at, (gsize) size) == 0))
    {
      g_string_append_len (form, at, size);
      return;
    }
  g_string_append_len (form, normal, length);
  change = (Change){ start, start + length, (int) (at - text), (int) (at - text) + size };
  g_array_append_val (changes, change);
}

/* The end of what needs nothing, from @at on: a character before a mark needs something too. */
static const char *
find_end_of_plain (const char *at, const char *end)
{
  const char *special = skip_plain (at, end);
  int size;

  if (special > at && special < end && is_mark (read_character (special, end, &size)))
    special = g_utf8_find_prev_char (at, special);
  return special != NULL ? special : at;
}

/* The text in the one form of its letters and digits. */
static GString *
make_form (const char *text, int length, GArray *changes)
{
  GString *form = g_string_sized_new ((gsize) length + 1);
  const char *end = text + length;

  for (const char *at = text; at < end;)
    {
      const char *plain_end = find_end_of_plain (at, end);
      int size, more, whole;
      gunichar c;

      g_string_append_len (form, at, plain_end - at);
      at = plain_end;
      if (at == end)
        break;
      c = read_character (at, end, &size);
      for (whole = size; at + whole < end && is_mark (read_character (at + whole, end, &more)); whole += more)
        ;
      if (whole > size ? is_mark (c) || is_letter_or_number (c) : has_form (c))
        append_form (form, changes, text, at, whole);
      else
        g_string_append_len (form, at, whole);
      at += whole;
    }
  return form;
}

/* ---- tokens ---- */

/* How much further the text as it came is than here, behind the changes that were passed. */
static int
get_shift (const Work *work)
{
  const Change *change;

  if (work->n_passed == 0)
    return 0;
  change = &g_array_index (work->changes, Change, work->n_passed - 1);
  return change->original_end - change->end;
}

/* The change in which @offset is, when it is in one. Offsets come in their order. */
static const Change *
find_change (Work *work, int offset)
{
  const Change *change;

  while (work->n_passed < work->changes->len && g_array_index (work->changes, Change, work->n_passed).end <= offset)
    work->n_passed++;
  if (work->n_passed == work->changes->len)
    return NULL;
  change = &g_array_index (work->changes, Change, work->n_passed);
  return change->start <= offset ? change : NULL;
}

/* Whoever shows the text goes on where the last token ended: of several that one character became, the first has it. */
static int
tell (Work *work, int flags, const char *token, int length, int start, int end)
{
  const Change *first = find_change (work, start);
  int from = first != NULL ? first->original_start : start + get_shift (work);
  const Change *last = find_change (work, end - 1);
  int to = last != NULL ? last->original_end : end + get_shift (work);

  from = MAX (from, work->last_end);
  work->last_end = MAX (from, to);
  return work->token (work->context, flags, token, length, from, work->last_end);
}

static int
on_word (void *data, int flags, const char *token, int length, int start, int end)
{
  Work *work = data;

  return tell (work, flags, token, length, work->run_start + start, work->run_start + end);
}

/* The end of the character at @at, which is a token, and of its marks. */
static int
find_end_of_split (const Work *work, int at)
{
  const char *end = work->text + work->length;
  int size;

  read_character (work->text + at, end, &size);
  for (at += size; at < work->length && is_mark (read_character (work->text + at, end, &size)); at += size)
    ;
  return at;
}

/* Where the next character that is split is, from @at on; else the end. */
static int
find_split (const Work *work, int from)
{
  const char *end = work->text + work->length;
  const char *at = skip_plain (work->text + from, end);
  int size;

  for (; at < end && !is_split (read_character (at, end, &size)); at = skip_plain (at + size, end))
    ;
  return (int) (at - work->text);
}

static int
tell_words (Fts5Tokenizer *self, Work *work, int flags, int start, int end)
{
  if (start == end)
    return SQLITE_OK;
  work->run_start = start;
  return self->words.xTokenize (self->words_data, work, flags, work->text + start, end - start, on_word);
}

static int
tell_split (Work *work, int start, int end)
{
  int size;

  if (!is_letter_or_number (read_character (work->text + start, work->text + end, &size)))
    return SQLITE_OK;
  return tell (work, 0, work->text + start, end - start, start, end);
}

static int
take_apart (Fts5Tokenizer *self, Work *work, int flags)
{
  int result = SQLITE_OK;

  for (int at = 0; at < work->length && result == SQLITE_OK;)
    {
      int split = find_split (work, at);

      result = tell_words (self, work, flags, at, split);
      at = split < work->length ? find_end_of_split (work, split) : split;
      if (result == SQLITE_OK && at > split)
        result = tell_split (work, split, at);
    }
  return result;
}

/* ---- for SQLite ---- */

static int
tokenize (Fts5Tokenizer *self,
          void *context,
          int flags,
          const char *text,
          int length,
          int (*token) (void *, int, const char *, int, int, int))
{
  g_autoptr (GArray) changes = NULL;
  g_autoptr (GString) form = NULL;
  Work work = { .context = context, .token = token };

  if (!needs_something (text, length))
    return self->words.xTokenize (self->words_data, context, flags, text, length, token);
  changes = g_array_new (FALSE, FALSE, sizeof (Change));
  form = make_form (text, length, changes);
  work.text = form->str;
  work.length = (int) form->len;
  work.changes = changes;
  return take_apart (self, &work, flags);
}

static void
destroy (Fts5Tokenizer *self)
{
  self->words.xDelete (self->words_data);
  g_free (self);
}

/* @data is the interface of FTS5. */
static int
create (void *data, const char **arguments, int n_arguments, Fts5Tokenizer **out)
{
  fts5_api *api = data;
  g_autofree Fts5Tokenizer *self = g_new0 (Fts5Tokenizer, 1);
  void *words_context;
  int result = api->xFindTokenizer (api, "unicode61", &words_context, &self->words);

  if (result == SQLITE_OK)
    result = self->words.xCreate (words_context, arguments, n_arguments, &self->words_data);
  if (result == SQLITE_OK)
    *out = g_steal_pointer (&self);
  return result;
}

/* SQLite's way to hand out the interface (www.sqlite.org/fts5.html#extending_fts5). */
static fts5_api *
find_api (sqlite3 *db)
{
  sqlite3_stmt *statement = NULL;
  fts5_api *api = NULL;

  if (sqlite3_prepare_v2 (db, "SELECT fts5 (?1)", -1, &statement, NULL) == SQLITE_OK)
    {
      sqlite3_bind_pointer (statement, 1, &api, "fts5_api_ptr", NULL);
      sqlite3_step (statement);
    }
  sqlite3_finalize (statement);
  return api;
}

gboolean
search_tokenizer_register (sqlite3 *db)
{
  static fts5_tokenizer tokenizer = { .xCreate = create, .xDelete = destroy, .xTokenize = tokenize };
  fts5_api *api = find_api (db);

  return api != NULL && api->xCreateTokenizer (api, SEARCH_TOKENIZER, api, &tokenizer, NULL) == SQLITE_OK;
}
