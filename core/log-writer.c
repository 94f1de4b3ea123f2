/* SPDX-License-Identifier: MIT */
/*
 * Where the log goes: to the journal with all fields when stderr is connected to it, else to stderr, a line a record:
 *
 *     warning smtp: message for people peer=192.0.2.1 queue_id=4Y0sHs
 *
 * `AIMX_LOG` is a list of levels separated by commas, each for one module (`smtp=debug`) or, without a name, for all
 * others. The default is `info`. What libraries say below `info` is shown only when they are named.
 *
 * What goes wrong while a module acts carries its name in AIMX_MODULE, whoever says it.
 *
 * Nothing that a peer sent can begin a line of its own: control characters and bytes that are not UTF-8 are escaped.
 */
#include "acting-module.h"
#include "server-private.h"

#include <aimx/log.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_VARIABLE "AIMX_LOG"
#define OUR_DOMAIN   "aimx"

static const struct
{
  GLogLevelFlags level;
  const char *name;
  const char *colour;
} levels[] = {
  { G_LOG_LEVEL_ERROR, "error", "\033[1;31m" },     { G_LOG_LEVEL_CRITICAL, "critical", "\033[1;31m" },
  { G_LOG_LEVEL_WARNING, "warning", "\033[1;33m" }, { G_LOG_LEVEL_MESSAGE, "message", "\033[1;32m" },
  { G_LOG_LEVEL_INFO, "info", "\033[32m" },         { G_LOG_LEVEL_DEBUG, "debug", "\033[2m" },
};

typedef struct
{
  GHashTable *limits;   /* module -> GLogLevelFlags */
  GLogLevelFlags limit; /* of all others */
  GLogLevelFlags fatal; /* what G_DEBUG makes fatal */
  gboolean to_journal;
  gboolean coloured;
} LogWriter;

/* ---- which records ---- */

static gboolean
parse_level (const char *name, GLogLevelFlags *level)
{
  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    if (strcmp (levels[i].name, name) == 0)
      {
        *level = levels[i].level;
        return TRUE;
      }
  return FALSE;
}

static gboolean
parse_item (LogWriter *self, char *item)
{
  char *equals = strchr (item, '=');
  GLogLevelFlags level;

  if (!parse_level (g_strstrip (equals != NULL ? equals + 1 : item), &level))
    return FALSE;
  if (equals == NULL)
    {
      self->limit = level;
      return TRUE;
    }
  *equals = '\0';
  g_hash_table_insert (self->limits, g_strdup (g_strstrip (item)), GUINT_TO_POINTER (level));
  return TRUE;
}

/* The items that say nothing, %NULL when there are none. */
static char *
parse_filter (LogWriter *self, const char *filter)
{
  g_auto (GStrv) items = g_strsplit (filter, ",", -1);
  g_autoptr (GPtrArray) wrong = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; items[i] != NULL; i++)
    {
      g_autofree char *item = g_strdup (g_strstrip (items[i]));

      if (*item != '\0' && !parse_item (self, item))
        g_ptr_array_add (wrong, g_strdup (items[i]));
    }
  if (wrong->len == 0)
    return NULL;
  g_ptr_array_add (wrong, NULL);
  return g_strjoinv (", ", (char **) wrong->pdata);
}

/* `smtp` for the domain `aimx-smtp`, `core` for `aimx` itself, a library's domain as it is. */
static const char *
name_module (const char *domain, gboolean *ours)
{
  *ours = g_str_has_prefix (domain, OUR_DOMAIN "-");
  if (*ours)
    return domain + strlen (OUR_DOMAIN "-");
  *ours = strcmp (domain, OUR_DOMAIN) == 0;
  return *ours ? "core" : domain;
}

/* A record without a domain is one of the module that acts. */
static const char *
find_module (const GLogField *domain, gboolean *ours)
{
  const char *acting = aimx_acting_module_get ();

  if (domain != NULL && *(const char *) domain->value != '\0')
    return name_module (domain->value, ours);
  *ours = acting != NULL;
  return acting != NULL ? acting : "-";
}

static gboolean
is_wanted (const LogWriter *self, GLogLevelFlags level, const char *module, gboolean ours)
{
  gpointer limit;

  if (g_hash_table_lookup_extended (self->limits, module, NULL, &limit))
    return level <= (GLogLevelFlags) GPOINTER_TO_UINT (limit);
  return level <= (ours ? self->limit : MIN (self->limit, G_LOG_LEVEL_INFO));
}

/* ---- a record as a line ---- */

static gboolean
is_plain (gunichar c)
{
  return c >= 0x20 && c != 0x7f && !(c >= 0x80 && c < 0xa0) && c != 0x2028 && c != 0x2029;
}

static void
append_escaped (GString *line, const char *text, gsize length, gboolean quoted)
{
  const char *end = text + length;

  while (text < end)
    {
      gunichar c = g_utf8_get_char_validated (text, end - text);
      gsize size = (gint) c >= 0 ? (gsize) (g_utf8_next_char (text) - text) : 1;

      if (quoted && (c == '"' || c == '\\'))
        g_string_append_c (line, '\\');
      if (c == '\n')
        g_string_append (line, "\\n");
      else if ((gint) c >= 0 && is_plain (c))
        g_string_append_len (line, text, (gssize) size);
      else
        for (gsize i = 0; i < size; i++)
          g_string_append_printf (line, "\\x%02x", (guchar) text[i]);
      text += size;
    }
}

static gsize
field_length (const GLogField *field)
{
  return field->length < 0 ? strlen (field->value) : (gsize) field->length;
}

static void
append_field (GString *line, const GLogField *field)
{
  const char *value = field->value;
  gsize length = field_length (field);
  gboolean quoted = length == 0;

  for (gsize i = 0; i < length; i++)
    quoted = quoted || value[i] == ' ' || value[i] == '"' || value[i] == '=';
  g_string_append_c (line, ' ');
  for (const char *c = field->key + strlen ("AIMX_"); *c != '\0'; c++)
    g_string_append_c (line, g_ascii_tolower (*c));
  g_string_append_c (line, '=');
  if (quoted)
    g_string_append_c (line, '"');
  append_escaped (line, value, length, quoted);
  if (quoted)
    g_string_append_c (line, '"');
}

static const GLogField *
find_field (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, key) == 0)
      return &fields[i];
  return NULL;
}

static void
append_level (const LogWriter *self, GString *line, GLogLevelFlags level)
{
  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    if (levels[i].level == level)
      g_string_append_printf (line, "%s%s%s", self->coloured ? levels[i].colour : "", levels[i].name,
                              self->coloured ? "\033[0m" : "");
}

static void
append_record (const LogWriter *self,
               GString *line,
               GLogLevelFlags level,
               const char *module,
               const GLogField *fields,
               gsize n_fields)
{
  const GLogField *message = find_field (fields, n_fields, "MESSAGE");

  append_level (self, line, level);
  g_string_append_printf (line, " %s: ", module);
  if (message != NULL)
    append_escaped (line, message->value, field_length (message), FALSE);
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_has_prefix (fields[i].key, "AIMX_"))
      append_field (line, &fields[i]);
  g_string_append_c (line, '\n');
}

/* One write a line where the kernel takes it; a reader that has gone loses lines, not the daemon. */
static void
write_line (const GString *line)
{
  gsize written = 0;

  while (written < line->len)
    {
      gssize n = write (STDERR_FILENO, line->str + written, line->len - written);

      if (n >= 0)
        written += (gsize) n;
      else if (errno != EINTR)
        return;
    }
}

static GLogWriterOutput
write_fields (const LogWriter *self, GLogLevelFlags flags, const GLogField *fields, gsize n_fields)
{
  GLogLevelFlags level = flags & G_LOG_LEVEL_MASK;
  const GLogField *domain = find_field (fields, n_fields, "GLIB_DOMAIN");
  gboolean ours;
  const char *module = find_module (domain, &ours);

  if (!is_wanted (self, level, module, ours))
    return G_LOG_WRITER_HANDLED;
  if (!self->to_journal || g_log_writer_journald (flags, fields, n_fields, NULL) != G_LOG_WRITER_HANDLED)
    {
      g_autoptr (GString) line = g_string_sized_new (256);

      append_record (self, line, level, module, fields, n_fields);
      write_line (line);
    }
  if ((level & self->fatal) != 0)
    abort ();
  return G_LOG_WRITER_HANDLED;
}

/* Whether the record says of itself which module it is about, or that @module wrote it. */
static gboolean
is_named (const GLogField *fields, gsize n_fields, const char *module)
{
  const GLogField *domain = find_field (fields, n_fields, "GLIB_DOMAIN");
  gboolean ours;

  return find_field (fields, n_fields, AIMX_LOG_MODULE) != NULL ||
         (domain != NULL && strcmp (name_module (domain->value, &ours), module) == 0);
}

static GLogWriterOutput
write_record (GLogLevelFlags flags, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  const char *module = aimx_acting_module_get ();
  g_autofree GLogField *with_module = NULL;

  if (module == NULL || (flags & G_LOG_LEVEL_MASK) > G_LOG_LEVEL_WARNING || is_named (fields, n_fields, module))
    return write_fields (user_data, flags, fields, n_fields);
  with_module = g_new (GLogField, n_fields + 1);
  memcpy (with_module, fields, n_fields * sizeof *fields);
  with_module[n_fields] = (GLogField){ AIMX_LOG_MODULE, module, -1 };
  return write_fields (user_data, flags, with_module, n_fields + 1);
}

/* ---- starting ---- */

/* systemd says in JOURNAL_STREAM which socket it is: device and inode. */
static gboolean
is_stderr_the_journal (void)
{
  const char *stream = g_getenv ("JOURNAL_STREAM");
  g_autofree char *ours = NULL;
  struct stat info;

  if (stream == NULL || fstat (STDERR_FILENO, &info) < 0)
    return FALSE;
  ours = g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64) info.st_dev, (guint64) info.st_ino);
  return strcmp (stream, ours) == 0;
}

/* Only setting it tells what it was. */
static GLogLevelFlags
get_fatal_levels (void)
{
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK);

  g_log_set_always_fatal (fatal);
  return fatal;
}

void
aimx_log_start (void)
{
  LogWriter *self = g_new0 (LogWriter, 1);
  const char *filter = g_getenv (LOG_VARIABLE);
  g_autofree char *wrong = NULL;

  self->limits = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->limit = G_LOG_LEVEL_INFO;
  self->fatal = get_fatal_levels ();
  self->to_journal = is_stderr_the_journal ();
  self->coloured =
      isatty (STDERR_FILENO) && g_getenv ("NO_COLOR") == NULL && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
  if (filter != NULL)
    wrong = parse_filter (self, filter);
  g_log_set_writer_func (write_record, self, NULL);
  if (wrong != NULL)
    aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE",
              LOG_VARIABLE " holds what is no level (error, critical, warning, message, info, debug): %s", wrong);
}
