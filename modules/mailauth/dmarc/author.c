/* SPDX-License-Identifier: MIT */
/*
 * A reader of the grammar, one token after the other. What it does not expect it does not pass over.
 */
#include "author.h"

#include "domain.h"
#include "guess.h"
#include "header.h"

#include <string.h>

typedef struct
{
  const char *at;
  const char *end;
  DmarcAuthors *authors;
  gboolean is_open; /* a comment does not end */
} Reader;

/* ---- white space and comments ---- */

static gboolean
is_at (const Reader *self, char c)
{
  return self->at < self->end && *self->at == c;
}

/* @depth: comments nest, so that their depth is a number and no recursion. */
static gboolean
skip_comment (Reader *self)
{
  guint depth = 0;

  for (; self->at < self->end; self->at++)
    if (*self->at == '\\')
      self->at++;
    else if (*self->at == '(')
      depth++;
    else if (*self->at == ')' && --depth == 0)
      {
        self->at++;
        return TRUE;
      }
  self->is_open = TRUE;
  return FALSE;
}

/* CFWS. Returns: %FALSE for a comment that does not end */
static gboolean
skip_blank (Reader *self)
{
  while (self->at < self->end)
    if (g_ascii_isspace (*self->at))
      self->at++;
    else if (*self->at != '(')
      break;
    else if (!skip_comment (self))
      return FALSE;
  return TRUE;
}

/* ---- words ---- */

/* Beyond ASCII: RFC 6532, 3.2. */
static gboolean
is_atom_char (char c)
{
  return g_ascii_isalnum (c) || (guchar) c >= 0x80 || (c != '\0' && strchr ("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* Dots, too. */
static gboolean
read_atom (Reader *self, GString *word)
{
  const char *start = self->at;

  while (self->at < self->end && (is_atom_char (*self->at) || *self->at == '.'))
    self->at++;
  g_string_append_len (word, start, self->at - start);
  return self->at > start;
}

/* As written, with its quotes. */
static gboolean
read_quoted (Reader *self, GString *word)
{
  const char *start = self->at;

  for (self->at++; self->at < self->end && *self->at != '"'; self->at++)
    if (*self->at == '\\')
      self->at++;
  if (self->at >= self->end)
    return FALSE;
  self->at++;
  g_string_append_len (word, start, self->at - start);
  return TRUE;
}

static gboolean
read_word (Reader *self, GString *word)
{
  return is_at (self, '"') ? read_quoted (self, word) : read_atom (self, word);
}

static gboolean
is_at_word (const Reader *self)
{
  return self->at < self->end && (*self->at == '"' || is_atom_char (*self->at));
}

/* A phrase: the words of a name, in which people write dots (RFC 5322, 4.1) and brackets. */
static gboolean
skip_phrase (Reader *self)
{
  g_autoptr (GString) ignored = g_string_new (NULL);

  while (self->at < self->end && (*self->at == '\0' || strchr ("<:,;@>", *self->at) == NULL))
    {
      if (*self->at == '[' || *self->at == ']')
        self->at++;
      else if (!read_word (self, ignored))
        return FALSE;
      if (!skip_blank (self))
        return FALSE;
    }
  return TRUE;
}

/* ---- addresses ---- */

/* Words with dots between them; people have addresses with more dots than the grammar allows. */
static gboolean
read_dotted (Reader *self, GString *address)
{
  do
    if (!read_word (self, address) || !skip_blank (self))
      return FALSE;
  while (is_at (self, '.') || (address->str[address->len - 1] == '.' && is_at_word (self)));
  return TRUE;
}

/* Of what an address of a host is written in (RFC 5321, 4.1.3), lest it hide the brackets of others. */
static gboolean
read_literal (Reader *self, GString *address)
{
  const char *close = memchr (self->at, ']', (gsize) (self->end - self->at));

  if (close == NULL)
    return FALSE;
  for (const char *at = self->at + 1; at < close; at++)
    if (!g_ascii_isalnum (*at) && *at != '.' && *at != ':' && *at != '-')
      return FALSE;
  g_string_append_len (address, self->at, close + 1 - self->at);
  self->at = close + 1;
  return skip_blank (self);
}

static gboolean
read_domain (Reader *self, GString *address)
{
  if (!skip_blank (self))
    return FALSE;
  if (is_at (self, '['))
    return read_literal (self, address);
  return !is_at (self, '"') && read_dotted (self, address);
}

static gboolean
add_domain (DmarcAuthors *self, const char *text)
{
  g_autofree char *domain = domain_normalize (text);

  if (domain == NULL || self->domains->len >= DMARC_AUTHORS_MAX)
    return FALSE;
  if (!g_ptr_array_find_with_equal_func (self->domains, domain, g_str_equal, NULL))
    g_ptr_array_add (self->domains, g_steal_pointer (&domain));
  return TRUE;
}

static gboolean
add_address (Reader *self, const GString *address, gsize domain_at)
{
  DmarcAuthors *authors = self->authors;

  if (authors->addresses->len >= DMARC_AUTHORS_MAX || !g_utf8_validate_len (address->str, address->len, NULL))
    return FALSE;
  g_ptr_array_add (authors->addresses, g_strndup (address->str, address->len));
  return address->str[domain_at] == '[' || add_domain (authors, address->str + domain_at);
}

/* addr-spec */
static gboolean
read_address (Reader *self)
{
  g_autoptr (GString) address = g_string_new (NULL);
  gsize domain_at;

  if (!read_dotted (self, address) || !is_at (self, '@'))
    return FALSE;
  g_string_append_c (address, *self->at++);
  domain_at = address->len;
  return read_domain (self, address) && add_address (self, address, domain_at);
}

/* angle-addr; a route (RFC 5322, 4.4), which nobody has any more, is not understood. */
static gboolean
read_angle (Reader *self)
{
  self->at++;
  if (!skip_blank (self) || !read_address (self) || !is_at (self, '>'))
    return FALSE;
  self->at++;
  return skip_blank (self);
}

/* One mailbox: with a name, or without name and brackets. */
static gboolean
read_mailbox (Reader *self)
{
  const char *start = self->at;

  if (!skip_phrase (self))
    return FALSE;
  if (is_at (self, '<'))
    return read_angle (self);
  self->at = start;
  return read_address (self);
}

/* mailbox-list, with places left empty (RFC 5322, 4.4) up to @close. */
static gboolean
read_mailboxes (Reader *self, char close)
{
  while (skip_blank (self) && self->at < self->end && *self->at != close)
    {
      if (is_at (self, ','))
        {
          self->at++;
          continue;
        }
      if (!read_mailbox (self) || (self->at < self->end && *self->at != ',' && *self->at != close))
        return FALSE;
    }
  return self->at >= self->end || *self->at == close;
}

/* Returns: whether a group begins here, whose name is passed over then */
static gboolean
take_group_name (Reader *self)
{
  const char *start = self->at;

  if (skip_phrase (self) && is_at (self, ':') && self->at > start)
    {
      self->at++;
      return TRUE;
    }
  self->at = start;
  return FALSE;
}

/* address-list. A group ends in a semicolon, and does not nest. */
static gboolean
read_list (Reader *self)
{
  while (skip_blank (self) && self->at < self->end)
    {
      if (is_at (self, ','))
        self->at++;
      else if (take_group_name (self))
        {
          if (!read_mailboxes (self, ';') || !is_at (self, ';'))
            return FALSE;
          self->at++;
        }
      else if (!read_mailbox (self))
        return FALSE;
      else if (self->at < self->end && !is_at (self, ','))
        return FALSE;
    }
  return self->at >= self->end;
}

/* ---- fields ---- */

/* Nobody escapes from a policy by a field that cannot be read. */
static void
guess_domains (DmarcAuthors *self, const HeaderField *field)
{
  g_autoptr (GPtrArray) domains = dmarc_guess_domains (field->value, field->value_length);

  self->has_hidden |= domains == NULL || domains->len == 0;
  for (guint i = 0; domains != NULL && i < domains->len; i++)
    self->has_hidden |= !add_domain (self, domains->pdata[i]);
}

static void
read_field (DmarcAuthors *self, const HeaderField *field)
{
  Reader reader = { .at = field->value, .end = field->value + field->value_length, .authors = self };
  guint before = self->addresses->len;
  guint domains_before = self->domains->len;

  self->n_fields++;
  if (!read_list (&reader) || reader.is_open)
    {
      g_ptr_array_set_size (self->domains, (gint) domains_before);
      self->malformed = "the From field cannot be read without doubt";
      guess_domains (self, field);
    }
  else if (self->addresses->len == before)
    self->malformed = "the From field has no address";
}

DmarcAuthors *
dmarc_authors_new (const char *header, gsize length)
{
  DmarcAuthors *self = g_new0 (DmarcAuthors, 1);
  const char *at = header;
  HeaderField field;

  self->addresses = g_ptr_array_new_with_free_func (g_free);
  self->domains = g_ptr_array_new_with_free_func (g_free);
  while (header_take_field (&at, header + length, &field))
    if (header_field_is (&field, "From"))
      read_field (self, &field);
  if (self->n_fields == 0)
    self->malformed = "there is no From field";
  return self;
}

void
dmarc_authors_free (DmarcAuthors *self)
{
  g_ptr_array_unref (self->addresses);
  g_ptr_array_unref (self->domains);
  g_free (self);
}

const char *
dmarc_authors_get_single (const DmarcAuthors *self)
{
  return self->n_fields == 1 && self->malformed == NULL && self->addresses->len == 1 ? self->addresses->pdata[0] : NULL;
}
