/* SPDX-License-Identifier: MIT */
/*
 * The TOML between the `+++` lines of a message file: written whole, read as far as needed, edited in place.
 *
 * The reader takes whatever an owner or an earlier release left there: it knows TOML's values well enough to tell where
 * one ends, looks only at the keys asked for and passes over what it does not understand. The editor changes the keys
 * it means to change and keeps every other byte.
 */
#pragma once

#include <aimx/error.h>

G_BEGIN_DECLS

/** AIMX_FRONTMATTER_MAX: bytes of a file that are searched for the end of its frontmatter */
#define AIMX_FRONTMATTER_MAX (1024 * 1024)

/* ---- writing ---- */

typedef struct _AimxFrontmatterWriter AimxFrontmatterWriter;

/** aimx_frontmatter_writer_new: Returns: (transfer full): a writer that cuts strings, with a mark, when they take more
 * than @string_max bytes in the file */
AimxFrontmatterWriter *aimx_frontmatter_writer_new (gsize string_max);
/** aimx_frontmatter_writer_free: frees it */
void aimx_frontmatter_writer_free (AimxFrontmatterWriter *self);
/** aimx_frontmatter_writer_add_string: a string, empty for %NULL; it may be any bytes */
void aimx_frontmatter_writer_add_string (AimxFrontmatterWriter *self, const char *key, const char *value);
/** aimx_frontmatter_writer_add_filled: as aimx_frontmatter_writer_add_string(), but omitted when %NULL or empty */
void aimx_frontmatter_writer_add_filled (AimxFrontmatterWriter *self, const char *key, const char *value);
/** aimx_frontmatter_writer_add_integer: an integer */
void aimx_frontmatter_writer_add_integer (AimxFrontmatterWriter *self, const char *key, guint64 value);
/** aimx_frontmatter_writer_add_boolean: `true` or `false` */
void aimx_frontmatter_writer_add_boolean (AimxFrontmatterWriter *self, const char *key, gboolean value);
/** aimx_frontmatter_writer_add_strings: an array of strings, omitted when %NULL or empty */
void aimx_frontmatter_writer_add_strings (AimxFrontmatterWriter *self, const char *key, const char *const *values);
/** aimx_frontmatter_writer_begin_table: what follows belongs to one more table of the array @name */
void aimx_frontmatter_writer_begin_table (AimxFrontmatterWriter *self, const char *name);
/** aimx_frontmatter_writer_finish: Returns: (transfer full): both `+++` lines, what was added between them, and the
 * empty line that separates the body */
GString *aimx_frontmatter_writer_finish (AimxFrontmatterWriter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxFrontmatterWriter, aimx_frontmatter_writer_free)

/** aimx_frontmatter_format_time: Returns: (transfer full): microseconds since the epoch in RFC 3339, UTC, whole seconds
 */
char *aimx_frontmatter_format_time (gint64 usec);

/* ---- reading ---- */

/**
 * AimxFrontmatter:
 * @text: (array length=length): the beginning of the file, up to the end of the closing line at least
 * @length: bytes of @text
 * @start: where the TOML begins in @text
 * @end: where its closing line begins
 *
 * Where the frontmatter of a file is. Borrows @text.
 */
typedef struct
{
  const char *text;
  gsize length;
  gsize start;
  gsize end;
} AimxFrontmatter;

/**
 * aimx_frontmatter_find:
 * @text: (array length=length): the beginning of a file
 * @length: bytes of @text
 * @is_whole: whether that is all of the file
 * @frontmatter: (out): where it is
 *
 * Returns: whether @text begins with a whole frontmatter
 */
gboolean aimx_frontmatter_find (const char *text, gsize length, gboolean is_whole, AimxFrontmatter *frontmatter);
/**
 * aimx_frontmatter_read:
 * @fd: a regular file
 * @shown: its path for messages
 * @text: (out) (transfer full): what @frontmatter borrows from
 * @frontmatter: (out): where it is
 * @error: return location
 *
 * Reads from the beginning of the file, as little as finds the end of the frontmatter, %AIMX_FRONTMATTER_MAX at most.
 * The position of @fd stays. May block.
 *
 * Returns: %FALSE with %AIMX_ERROR_VALIDATION when there is no frontmatter, %AIMX_ERROR_IO
 */
gboolean aimx_frontmatter_read (int fd, const char *shown, char **text, AimxFrontmatter *frontmatter, GError **error);
/** aimx_frontmatter_get_string: Returns: (transfer full) (nullable): the string @key of the top level; %NULL when it is
 * missing or no string */
char *aimx_frontmatter_get_string (const AimxFrontmatter *self, const char *key);
/** aimx_frontmatter_get_boolean: Returns: the boolean @key of the top level, @fallback when it is missing or none */
gboolean aimx_frontmatter_get_boolean (const AimxFrontmatter *self, const char *key, gboolean fallback);
/** aimx_frontmatter_get_table_strings: Returns: (transfer full) (array zero-terminated=1): the string @key of each
 * table in the array of tables @table, empty where it has none */
char **aimx_frontmatter_get_table_strings (const AimxFrontmatter *self, const char *table, const char *key);

/* ---- editing ---- */

/**
 * aimx_frontmatter_mark:
 * @self: the frontmatter of a message
 * @read: what `read` becomes
 * @read_at: (nullable): an RFC 3339 time that `read_at` becomes, right after `read`; %NULL to have none
 * @error: return location
 *
 * Returns: (transfer full) (nullable): all of the text, with the change; %AIMX_ERROR_VALIDATION when a value that never
 * ends makes it impossible to tell where the keys are
 */
GString *aimx_frontmatter_mark (const AimxFrontmatter *self, gboolean read, const char *read_at, GError **error);

G_END_DECLS
