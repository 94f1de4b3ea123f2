/* SPDX-License-Identifier: MIT */
/*
 * Attachment names: last component, NFC, no character that hides or redirects, trimmed, cut, made unique.
 */
#include "mail/attachment-names.h"

#include <aimx/utf8.h>

#include <string.h>

struct _AimxAttachmentNames
{
  GHashTable *taken; /* case-folded name -> the number that the next equal one tries first */
};

static gboolean
is_dangerous (gunichar c)
{
  return g_unichar_iscntrl (c) || c == '/' || c == '\\' || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

static gboolean
is_trimmed (gunichar c)
{
  return c == '.' || c == '-' || c == '_' || g_unichar_isspace (c);
}

/* Both kinds of separators, whoever's they are; those at the very end separate nothing. */
static char *
last_component (const char *path)
{
  gsize end = strlen (path);
  gsize start;

  while (end > 0 && strchr ("/\\", path[end - 1]) != NULL)
    end--;
  start = end;
  while (start > 0 && strchr ("/\\", path[start - 1]) == NULL)
    start--;
  return g_strndup (path + start, end - start);
}

static char *
replace_dangerous (const char *name)
{
  GString *safe = g_string_new (NULL);
  gboolean in_run = FALSE;

  for (const char *at = name; *at != '\0'; at = aimx_utf8_next (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (!is_dangerous (c))
        g_string_append_unichar (safe, c);
      else if (!in_run)
        g_string_append_c (safe, '_');
      in_run = is_dangerous (c);
    }
  return g_string_free (safe, FALSE);
}

/* The longest beginning of @text of at most @max bytes that ends with a whole character. */
static gsize
fitting_length (const char *text, gsize length, gsize max)
{
  if (length <= max)
    return length;
  while (max > 0 && ((guchar) text[max] & 0xC0) == 0x80)
    max--;
  return max;
}

static char *
trim_and_cut (const char *name)
{
  const char *start = name;
  const char *end;

  while (*start != '\0' && is_trimmed (g_utf8_get_char (start)))
    start = aimx_utf8_next (start);
  end = start + fitting_length (start, strlen (start), AIMX_ATTACHMENT_NAME_MAX);
  while (end > start && is_trimmed (g_utf8_get_char (g_utf8_prev_char (end))))
    end = g_utf8_prev_char (end);
  return g_strndup (start, (gsize) (end - start));
}

static char *
make_safe (const char *declared, guint index)
{
  g_autofree char *valid = g_utf8_make_valid (declared != NULL ? declared : "", -1);
  g_autofree char *component = last_component (valid);
  g_autofree char *composed = g_utf8_normalize (component, -1, G_NORMALIZE_NFC);
  g_autofree char *replaced = replace_dangerous (composed);
  g_autofree char *name = trim_and_cut (replaced);

  return *name != '\0' ? g_steal_pointer (&name) : g_strdup_printf ("attachment-%u", index);
}

static gboolean
take (AimxAttachmentNames *self, const char *name)
{
  g_autofree char *folded = g_utf8_casefold (name, -1);

  if (g_hash_table_contains (self->taken, folded))
    return FALSE;
  return g_hash_table_insert (self->taken, g_steal_pointer (&folded), GUINT_TO_POINTER (1));
}

AimxAttachmentNames *
aimx_attachment_names_new (const char *stem)
{
  AimxAttachmentNames *self = g_new0 (AimxAttachmentNames, 1);
  g_autofree char *text = g_strconcat (stem, ".md", NULL);
  g_autofree char *original = g_strconcat (stem, ".eml", NULL);

  self->taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  take (self, text);
  take (self, original);
  return self;
}

void
aimx_attachment_names_free (AimxAttachmentNames *self)
{
  g_hash_table_unref (self->taken);
  g_free (self);
}

static char *
with_number (const char *name, guint number)
{
  const char *dot = strrchr (name, '.');
  gsize base = dot != NULL ? (gsize) (dot - name) : strlen (name);
  g_autofree char *end = g_strdup_printf ("-%u%s", number, name + base);
  gsize room = AIMX_ATTACHMENT_NAME_MAX - MIN (strlen (end), AIMX_ATTACHMENT_NAME_MAX);

  return g_strdup_printf ("%.*s%s", (int) fitting_length (name, base, room), name, end);
}

char *
aimx_attachment_names_add (AimxAttachmentNames *self, const char *declared, guint index)
{
  g_autofree char *name = make_safe (declared, index);
  g_autofree char *folded = NULL;
  g_autofree char *candidate = NULL;
  guint number;

  if (take (self, name))
    return g_steal_pointer (&name);
  folded = g_utf8_casefold (name, -1);
  number = GPOINTER_TO_UINT (g_hash_table_lookup (self->taken, folded));
  do
    {
      g_free (candidate);
      candidate = with_number (name, number++);
    }
  while (!take (self, candidate));
  g_hash_table_insert (self->taken, g_steal_pointer (&folded), GUINT_TO_POINTER (number));
  return g_steal_pointer (&candidate);
}
