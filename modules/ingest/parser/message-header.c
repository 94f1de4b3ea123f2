/* SPDX-License-Identifier: MIT */
/*
 * One function for each kind of value: text, ids, addresses, date. Of a field that may stand once the first counts;
 * addresses are collected from all.
 */
#include "parser/message-header.h"

#include "parser/addresses.h"
#include "parser/date-time.h"
#include "parser/header-text.h"
#include "parser/parser-limits.h"

#include <string.h>

/* Of From fields more than these each counts as one author, unread. */
#define FROM_FIELDS_MAX 16

static void
set_unless_empty (AimxMessage *message, AimxMessageField field, const GString *value)
{
  if (value->len > 0)
    aimx_message_set (message, field, value->str);
}

static void
mark_cut (GString *value, const HeaderField *field)
{
  if (field->cut)
    g_string_append (value, HEADER_CUT_MARK);
}

static void
read_text (AimxMessage *message, AimxMessageField field, const HeaderBlock *header, HeaderName name, Charsets *charsets)
{
  const HeaderField *found = header_block_find (header, name, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  if (found == NULL)
    return;
  header_text_append (charsets, found->value, found->length, text);
  header_text_tidy (text, 0);
  mark_cut (text, found);
  set_unless_empty (message, field, text);
}

/* ---- ids ---- */

/* An id without white space; folding may have put some in. */
static void
append_id (GString *ids, const char *id, gsize length)
{
  gsize start = ids->len;
  gsize to;

  if (start > 0)
    g_string_append_c (ids, ' ');
  to = ids->len;
  charset_append (NULL, NULL, (const guint8 *) id, length, ids);
  header_text_tidy (ids, to);
  for (gsize from = to; from < ids->len; from++)
    if (ids->str[from] != ' ' && ids->str[from] != '<')
      ids->str[to++] = ids->str[from];
  g_string_truncate (ids, to == start + 1 ? start : to);
}

/* RFC 5322, 4.5.4: words outside of angle brackets are no ids. */
static void
append_bracketed_ids (GString *ids, const char *at, const char *end, guint max)
{
  while (max-- > 0 && (at = memchr (at, '<', (gsize) (end - at))) != NULL)
    {
      const char *close = memchr (at, '>', (gsize) (end - at));

      if (close == NULL)
        return;
      append_id (ids, at + 1, (gsize) (close - at - 1));
      at = close + 1;
    }
}

/* Some senders forget the brackets. */
static void
append_bare_ids (GString *ids, const char *at, const char *end, guint max)
{
  while (at < end && max > 0)
    {
      const char *start;

      while (at < end && g_ascii_isspace (*at))
        at++;
      for (start = at; at < end && !g_ascii_isspace (*at);)
        at++;
      if (max > 1 && memchr (start, '@', (gsize) (at - start)) == NULL)
        continue;
      append_id (ids, start, (gsize) (at - start));
      max--;
    }
}

static void
read_ids (AimxMessage *message, AimxMessageField field, const HeaderBlock *header, HeaderName name, guint max)
{
  const HeaderField *found = header_block_find (header, name, NULL);
  g_autoptr (GString) ids = g_string_new (NULL);

  if (found == NULL)
    return;
  append_bracketed_ids (ids, found->value, found->value + found->length, max);
  if (ids->len == 0)
    append_bare_ids (ids, found->value, found->value + found->length, max);
  set_unless_empty (message, field, ids);
}

/* `<>` is the null sender: there, and empty. */
static void
read_return_path (AimxMessage *message, const HeaderBlock *header)
{
  const HeaderField *found = header_block_find (header, HEADER_RETURN_PATH, NULL);
  g_autoptr (GString) path = g_string_new (NULL);
  const char *open;
  const char *close;

  if (found == NULL)
    return;
  open = memchr (found->value, '<', found->length);
  close = open != NULL ? memchr (open, '>', (gsize) (found->value + found->length - open)) : NULL;
  if (close != NULL)
    append_id (path, open + 1, (gsize) (close - open - 1));
  else
    append_id (path, found->value, found->length);
  aimx_message_set (message, AIMX_MESSAGE_RETURN_PATH, path->str);
}

/* ---- addresses ---- */

static void
read_addresses (AimxMessage *message,
                AimxMessageField field,
                const HeaderBlock *header,
                HeaderName name,
                Charsets *charsets)
{
  g_autoptr (GString) addresses = g_string_new (NULL);
  guint left = ADDRESSES_MAX;

  for (const HeaderField *at = header_block_find (header, name, NULL); at != NULL && left > 0;
       at = header_block_find (header, name, at))
    {
      left -= addresses_append (charsets, at->value, at->length, left, addresses);
      mark_cut (addresses, at);
    }
  set_unless_empty (message, field, addresses);
}

/* A second From field makes a second author, whatever it holds: readers differ in which one they show. */
static void
read_authors (AimxMessage *message, const HeaderBlock *header, Charsets *charsets)
{
  g_autoptr (GString) authors = g_string_new (NULL);
  guint n_fields = 0;
  guint count = 0;

  for (const HeaderField *at = header_block_find (header, HEADER_FROM, NULL); at != NULL;
       at = header_block_find (header, HEADER_FROM, at))
    {
      guint n_added = 0;

      if (++n_fields <= FROM_FIELDS_MAX && count < ADDRESSES_MAX)
        n_added = addresses_append (charsets, at->value, at->length, ADDRESSES_MAX - count, authors);
      count += n_fields > 1 ? MAX (n_added, 1) : n_added;
      mark_cut (authors, at);
    }
  set_unless_empty (message, AIMX_MESSAGE_FROM, authors);
  aimx_message_set_author_count (message, count);
}

/* ---- date ---- */

static void
read_date (AimxMessage *message, const HeaderBlock *header)
{
  const HeaderField *found = header_block_find (header, HEADER_DATE, NULL);
  g_autofree char *date = found != NULL ? date_time_to_rfc3339 (found->value, found->length) : NULL;

  aimx_message_set (message, AIMX_MESSAGE_DATE, date);
}

void
message_header_read (AimxMessage *message, const HeaderBlock *header, Charsets *charsets)
{
  read_ids (message, AIMX_MESSAGE_MESSAGE_ID, header, HEADER_MESSAGE_ID, 1);
  read_authors (message, header, charsets);
  read_addresses (message, AIMX_MESSAGE_TO, header, HEADER_TO, charsets);
  read_addresses (message, AIMX_MESSAGE_CC, header, HEADER_CC, charsets);
  read_addresses (message, AIMX_MESSAGE_REPLY_TO, header, HEADER_REPLY_TO, charsets);
  read_text (message, AIMX_MESSAGE_SUBJECT, header, HEADER_SUBJECT, charsets);
  read_date (message, header);
  read_ids (message, AIMX_MESSAGE_IN_REPLY_TO, header, HEADER_IN_REPLY_TO, G_MAXUINT);
  read_ids (message, AIMX_MESSAGE_REFERENCES, header, HEADER_REFERENCES, G_MAXUINT);
  read_text (message, AIMX_MESSAGE_LIST_ID, header, HEADER_LIST_ID, charsets);
  read_text (message, AIMX_MESSAGE_AUTO_SUBMITTED, header, HEADER_AUTO_SUBMITTED, charsets);
  read_return_path (message, header);
}
