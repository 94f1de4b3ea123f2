/* SPDX-License-Identifier: MIT */
/*
 * Reading and editing frontmatter.
 */
#include "mail/frontmatter.h"

#include "io/sys.h"
#include "mail/toml-scan.h"

#include <string.h>

#define FENCE       "+++"
#define FIRST_CHUNK 4096

static gboolean
is_fence (const char *line, const char *line_end)
{
  gsize length = (gsize) (line_end - line);

  if (length > 0 && line[length - 1] == '\r')
    length--;
  return length == strlen (FENCE) && memcmp (line, FENCE, length) == 0;
}

gboolean
aimx_frontmatter_find (const char *text, gsize length, gboolean is_whole, AimxFrontmatter *frontmatter)
{
  const char *end = text + length;
  const char *line = text;
  gboolean opened = FALSE;

  for (;;)
    {
      const char *feed = memchr (line, '\n', (gsize) (end - line));

      /* A closing line may be the last of a file, without a line feed. */
      if (feed == NULL && !(opened && is_whole))
        return FALSE;
      if (is_fence (line, feed != NULL ? feed : end))
        {
          if (opened)
            {
              frontmatter->text = text;
              frontmatter->length = length;
              frontmatter->end = (gsize) (line - text);
              return TRUE;
            }
          opened = TRUE;
          frontmatter->start = (gsize) (feed + 1 - text);
        }
      else if (!opened)
        return FALSE;
      if (feed == NULL)
        return FALSE;
      line = feed + 1;
    }
}

static gssize
read_up_to (int fd, char *buffer, gsize from, gsize to)
{
  while (from < to)
    {
      ssize_t n_read = aimx_sys_pread (fd, buffer + from, to - from, (off_t) from);

      if (n_read < 0)
        return -1;
      if (n_read == 0)
        break;
      from += (gsize) n_read;
    }
  return (gssize) from;
}

gboolean
aimx_frontmatter_read (int fd, const char *shown, char **text, AimxFrontmatter *frontmatter, GError **error)
{
  g_autofree char *buffer = NULL;
  gsize length = 0;

  for (gsize size = FIRST_CHUNK; size <= AIMX_FRONTMATTER_MAX; size *= 4)
    {
      gssize filled;

      buffer = g_realloc (buffer, size);
      filled = read_up_to (fd, buffer, length, size);
      if (filled < 0)
        return aimx_error_set_errno (error, errno, "read %s", shown);
      length = (gsize) filled;
      if (aimx_frontmatter_find (buffer, length, length < size, frontmatter))
        {
          *text = g_steal_pointer (&buffer);
          return TRUE;
        }
      if (length < size || memcmp (buffer, FENCE, strlen (FENCE)) != 0)
        break;
    }
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "%s has no frontmatter between two '" FENCE "' lines", shown);
  return FALSE;
}

static gboolean
has_key (const AimxTomlEntry *entry, const char *key)
{
  if (*entry->key == '"' || *entry->key == '\'')
    {
      g_autofree char *name = aimx_toml_unquote (entry->key, entry->key + entry->key_length);

      return g_strcmp0 (name, key) == 0;
    }
  return entry->key_length == strlen (key) && memcmp (entry->key, key, entry->key_length) == 0;
}

static gboolean
find_entry (const AimxFrontmatter *self, const char *key, AimxTomlEntry *entry)
{
  const char *at = self->text + self->start;
  const char *end = self->text + self->end;

  while (aimx_toml_scan_next (&at, end, entry) == AIMX_TOML_SCAN_ENTRY)
    if (has_key (entry, key))
      return TRUE;
  return FALSE;
}

char *
aimx_frontmatter_get_string (const AimxFrontmatter *self, const char *key)
{
  AimxTomlEntry entry;

  return find_entry (self, key, &entry) ? aimx_toml_unquote (entry.value, entry.value_end) : NULL;
}

static gboolean
is_word (const AimxTomlEntry *entry, const char *word)
{
  gsize length = strlen (word);

  return (gsize) (entry->value_end - entry->value) == length && memcmp (entry->value, word, length) == 0;
}

gboolean
aimx_frontmatter_get_boolean (const AimxFrontmatter *self, const char *key, gboolean fallback)
{
  AimxTomlEntry entry;

  if (!find_entry (self, key, &entry))
    return fallback;
  return is_word (&entry, "true") || (fallback && !is_word (&entry, "false"));
}

/* Whether the line at @at, moved behind it, begins an element of the array of tables @table. */
static gboolean
take_table_header (const char **at, const char *end, const char *table)
{
  const char *feed = memchr (*at, '\n', (gsize) (end - *at));
  g_autofree char *line = g_strndup (*at, (gsize) ((feed != NULL ? feed : end) - *at));
  g_autofree char *header = g_strconcat ("[[", table, "]]", NULL);

  *at = feed != NULL ? feed + 1 : end;
  return g_str_equal (g_strstrip (line), header);
}

char **
aimx_frontmatter_get_table_strings (const AimxFrontmatter *self, const char *table, const char *key)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *at = self->text + self->start;
  const char *end = self->text + self->end;
  AimxTomlScanResult result;
  AimxTomlEntry entry;

  /* The scan ends at each table header, and there goes on. */
  while ((result = aimx_toml_scan_next (&at, end, &entry)) != AIMX_TOML_SCAN_UNENDED && at < end)
    {
      g_autofree char *value = NULL;

      if (result != AIMX_TOML_SCAN_END || !take_table_header (&at, end, table))
        continue;
      while (value == NULL && aimx_toml_scan_next (&at, end, &entry) == AIMX_TOML_SCAN_ENTRY)
        if (has_key (&entry, key))
          value = aimx_toml_unquote (entry.value, entry.value_end);
      g_strv_builder_add (builder, value != NULL ? value : "");
    }
  return g_strv_builder_end (builder);
}

typedef struct
{
  AimxTomlEntry read;
  AimxTomlEntry read_at;
  gboolean has_read;
  gboolean has_read_at;
  const char *scalars_end; /* behind the last key of the top level */
} ReadKeys;

static gboolean
find_read_keys (const AimxFrontmatter *self, ReadKeys *keys, GError **error)
{
  const char *at = self->text + self->start;
  const char *end = self->text + self->end;
  AimxTomlScanResult result;
  AimxTomlEntry entry;

  keys->scalars_end = at;
  while ((result = aimx_toml_scan_next (&at, end, &entry)) == AIMX_TOML_SCAN_ENTRY)
    {
      keys->scalars_end = entry.line_end;
      if (!keys->has_read && has_key (&entry, "read"))
        {
          keys->read = entry;
          keys->has_read = TRUE;
        }
      else if (!keys->has_read_at && has_key (&entry, "read_at"))
        {
          keys->read_at = entry;
          keys->has_read_at = TRUE;
        }
    }
  if (result == AIMX_TOML_SCAN_END)
    return TRUE;
  g_set_error_literal (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "the frontmatter has a value that does not end");
  return FALSE;
}

typedef struct
{
  const char *start;
  const char *end;
  char *text;
} Splice;

static void
add_line (GString *text, const char *eol, const char *key, const char *value)
{
  g_string_append_printf (text, "%s = %s%s", key, value, eol);
}

/* The splices for `read` and `read_at`, at most two, in no particular order. */
static guint
plan_splices (const ReadKeys *keys, gboolean read, const char *read_at, const char *eol, Splice *splices)
{
  const char *after_read = keys->has_read ? keys->read.line_end : keys->scalars_end;
  g_autoptr (GString) inserted = g_string_new (NULL);
  guint n = 0;

  if (keys->has_read)
    splices[n++] = (Splice){ keys->read.value, keys->read.value_end, g_strdup (read ? "true" : "false") };
  else
    add_line (inserted, eol, "read", read ? "true" : "false");
  if (read_at != NULL && keys->has_read_at)
    splices[n++] = (Splice){ keys->read_at.value, keys->read_at.value_end, g_strdup (read_at) };
  else if (read_at != NULL)
    add_line (inserted, eol, "read_at", read_at);
  else if (keys->has_read_at)
    splices[n++] = (Splice){ keys->read_at.line, keys->read_at.line_end, g_strdup ("") };
  if (inserted->len > 0)
    splices[n++] = (Splice){ after_read, after_read, g_strdup (inserted->str) };
  return n;
}

static int
compare_splices (const void *a, const void *b)
{
  const Splice *one = a, *other = b;

  if (one->start != other->start)
    return one->start < other->start ? -1 : 1;
  return one->end < other->end ? -1 : one->end > other->end;
}

GString *
aimx_frontmatter_mark (const AimxFrontmatter *self, gboolean read, const char *read_at, GError **error)
{
  ReadKeys keys = { 0 };
  const char *eol = self->start > strlen (FENCE) + 1 ? "\r\n" : "\n";
  const char *at = self->text;
  Splice splices[3];
  GString *edited;
  guint n;

  if (!find_read_keys (self, &keys, error))
    return NULL;
  n = plan_splices (&keys, read, read_at, eol, splices);
  qsort (splices, n, sizeof *splices, compare_splices);
  edited = g_string_sized_new (self->length + 64);
  for (guint i = 0; i < n; i++)
    {
      g_string_append_len (edited, at, splices[i].start - at);
      g_string_append (edited, splices[i].text);
      at = splices[i].end;
      g_free (splices[i].text);
    }
  g_string_append_len (edited, at, self->text + self->length - at);
  return edited;
}
