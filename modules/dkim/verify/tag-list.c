/* SPDX-License-Identifier: MIT */
#include "tag-list.h"

#include <string.h>

/* ---- white space: FWS of RFC 6376, 2.8 ---- */

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

static const char *
skip_space (const char *p, const char *end)
{
  for (;;)
    if (p < end && is_blank (*p))
      p++;
    else if (end - p >= 2 && p[0] == '\r' && p[1] == '\n')
      p += 2;
    else
      return p;
}

/* Where what begins at @begin ends without the white space behind it. */
static const char *
trim_space (const char *begin, const char *end)
{
  for (;;)
    if (end > begin && is_blank (end[-1]))
      end--;
    else if (end - begin >= 2 && end[-2] == '\r' && end[-1] == '\n')
      end -= 2;
    else
      return end;
}

/* ---- lists ---- */

static gboolean
check_name (const DkimTag *tag, GError **error)
{
  for (gsize i = 0; i < tag->name_length; i++)
    if (!g_ascii_isalnum (tag->name[i]) && tag->name[i] != '_')
      return dkim_refuse (error, DKIM_FAULT_PERMERROR, "a tag has a name with characters that none may have");
  if (tag->name_length == 0 || !g_ascii_isalpha (tag->name[0]))
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "a tag has no name that begins with a letter");
  return TRUE;
}

static gboolean
check_value (const DkimTag *tag, GError **error)
{
  const char *end = tag->value + tag->length;

  for (const char *p = tag->value; (p = skip_space (p, end)) < end; p++)
    if ((guchar) *p < 0x21 || *p == 0x7f)
      return dkim_refuse (error, DKIM_FAULT_PERMERROR, "there is a control character in it");
  return TRUE;
}

static gboolean
is_named (const DkimTag *tag, const char *name, gsize length)
{
  return tag->name_length == length && memcmp (tag->name, name, length) == 0;
}

static gboolean
add_tag (DkimTagList *self, const DkimTag *tag, GError **error)
{
  for (guint i = 0; i < self->n; i++)
    if (is_named (&self->tags[i], tag->name, tag->name_length))
      return dkim_refuse (error, DKIM_FAULT_PERMERROR, "the tag %.*s= stands in it twice",
                          (int) MIN (tag->name_length, 20), tag->name);
  if (self->n == DKIM_TAGS_MAX)
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "it has too many tags");
  self->tags[self->n++] = *tag;
  return TRUE;
}

/* @text: what is between two `;`, not empty */
static gboolean
parse_tag (DkimTagList *self, const char *text, const char *end, GError **error)
{
  const char *equals = memchr (text, '=', (gsize) (end - text));
  DkimTag tag = { .name = skip_space (text, end), .end = end };

  if (equals == NULL)
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "a tag has no `=`");
  tag.name_length = (gsize) (trim_space (tag.name, equals) - tag.name);
  tag.begin = equals + 1;
  tag.value = skip_space (tag.begin, end);
  tag.length = (gsize) (trim_space (tag.value, end) - tag.value);
  return check_name (&tag, error) && check_value (&tag, error) && add_tag (self, &tag, error);
}

gboolean
dkim_tag_list_parse (DkimTagList *self, const char *text, gsize length, GError **error)
{
  const char *end = text + length;

  self->n = 0;
  for (const char *p = text; p < end;)
    {
      const char *semicolon = memchr (p, ';', (gsize) (end - p));
      const char *stop = semicolon != NULL ? semicolon : end;

      if (skip_space (p, stop) == stop)
        {
          /* Only after the last `;` may be nothing. */
          if (semicolon != NULL)
            return dkim_refuse (error, DKIM_FAULT_PERMERROR, "there is a `;` with nothing before it");
        }
      else if (!parse_tag (self, p, stop, error))
        return FALSE;
      p = semicolon != NULL ? semicolon + 1 : end;
    }
  return self->n > 0 || dkim_refuse (error, DKIM_FAULT_PERMERROR, "it is empty");
}

const DkimTag *
dkim_tag_list_find (const DkimTagList *self, const char *name)
{
  for (guint i = 0; i < self->n; i++)
    if (is_named (&self->tags[i], name, strlen (name)))
      return &self->tags[i];
  return NULL;
}

/* ---- values ---- */

char *
dkim_tag_dup (const DkimTag *self)
{
  const char *end = self->value + self->length;
  char *text = g_malloc (self->length + 1);
  gsize n = 0;

  for (const char *p = self->value; (p = skip_space (p, end)) < end; p++)
    text[n++] = *p;
  text[n] = '\0';
  return text;
}

gboolean
dkim_tag_is (const DkimTag *self, const char *text)
{
  return strlen (text) == self->length && g_ascii_strncasecmp (self->value, text, self->length) == 0;
}

/* Padding may be missing (RFC 6376, 2.10). */
GBytes *
dkim_tag_decode (const DkimTag *self, GError **error)
{
  g_autofree char *text = dkim_tag_dup (self);
  gsize n = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  gsize padding = strspn (text + n, "=");
  g_autofree char *padded = NULL;
  guchar *bytes;

  if (n == 0 || n % 4 == 1 || text[n + padding] != '\0' || padding > 2 || (padding > 0 && (n + padding) % 4 != 0))
    {
      g_set_error (error, DKIM_FAULT, DKIM_FAULT_PERMERROR, "%.*s= is not in base64", (int) MIN (self->name_length, 20),
                   self->name);
      return NULL;
    }
  padded = g_strdup_printf ("%.*s%.*s", (int) n, text, (int) ((4 - n % 4) % 4), "==");
  bytes = g_base64_decode (padded, &n);
  return g_bytes_new_take (bytes, n);
}

gboolean
dkim_tag_read_number (const DkimTag *self, guint digits, gint64 *number, GError **error)
{
  gint64 value = 0;
  gsize i;

  for (i = 0; i < self->length && g_ascii_isdigit (self->value[i]); i++)
    {
      int digit = g_ascii_digit_value (self->value[i]);

      value = value > (G_MAXINT64 - digit) / 10 ? G_MAXINT64 : value * 10 + digit;
    }
  if (i > 0 && i == self->length && i <= digits)
    {
      *number = value;
      return TRUE;
    }
  return dkim_refuse (error, DKIM_FAULT_PERMERROR, "%.*s= is no number of at most %u digits",
                      (int) MIN (self->name_length, 20), self->name, digits);
}

gboolean
dkim_tag_next_item (const DkimTag *self, gsize *position, const char **item, gsize *length)
{
  const char *end = self->value + self->length;
  const char *begin, *colon;

  if (*position > self->length)
    return FALSE;
  begin = self->value + *position;
  colon = memchr (begin, ':', (gsize) (end - begin));
  if (colon == NULL)
    colon = end;
  *item = skip_space (begin, colon);
  *length = (gsize) (trim_space (*item, colon) - *item);
  *position = (gsize) (colon - self->value) + 1;
  return TRUE;
}

gboolean
dkim_tag_has_item (const DkimTag *self, const char *item)
{
  const char *found;
  gsize position = 0, length;

  while (dkim_tag_next_item (self, &position, &found, &length))
    if (length == strlen (item) && g_ascii_strncasecmp (found, item, length) == 0)
      return TRUE;
  return FALSE;
}
