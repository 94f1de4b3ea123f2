/* SPDX-License-Identifier: MIT */
/*
 * tomledit: TOML 1.0 documents that are read, edited and written back without losing a byte that did not have to
 * change.
 *
 * A #TomlDocument owns the text it was parsed from and everything read out of it. A #TomlNode is one value of the
 * document, borrowed from it and valid until toml_document_free(): an edit moves no other node, a value that is
 * replaced keeps its node (which then shows the new value), and a value that is removed leaves a detached node behind,
 * which can still be read but no longer edited.
 *
 * What is promised: an unedited document's text is equal to its input, byte for byte; an edit keeps comments, order,
 * blank lines, indentation, the kind of line ending and all it was not asked to change; a failing edit changes nothing;
 * after a successful one the text parses again to what the nodes say.
 *
 * How it fails: with a #GError of the domain %TOML_ERROR. The message of a parse error begins with "line L, column C:
 * ". Calling a getter on a node of another type is a programming error (a critical, and an empty result), never a thing
 * that input can cause to a caller who asks toml_node_get_type() first. An edit on a node of the wrong type fails with
 * %TOML_ERROR_TYPE.
 *
 * A document with its nodes is used by one thread at a time; also the getters count as use.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TOML_MAX_DEPTH:
 *
 * How deep values may lie in one another: each key of a path and each array around a value counts one. Deeper documents
 * are refused with %TOML_ERROR_DEPTH.
 */
#define TOML_MAX_DEPTH 128

/**
 * TomlDocument:
 *
 * A parsed document: its text, its values, and how the ones lie in the other.
 */
typedef struct _TomlDocument TomlDocument;

/**
 * TomlNode:
 *
 * A value of a document: a table, an array or a scalar. Borrowed from the document.
 */
typedef struct _TomlNode TomlNode;

/**
 * TomlType:
 * @TOML_TYPE_TABLE: a table, however it is written: with a header, with dotted keys, inline, or implied by a longer
 * header
 * @TOML_TYPE_ARRAY: an array, written in brackets or as an array of tables
 * @TOML_TYPE_STRING: a string of Unicode characters
 * @TOML_TYPE_INTEGER: a 64-bit signed integer
 * @TOML_TYPE_FLOAT: an IEEE 754 double, also infinite or not a number
 * @TOML_TYPE_BOOLEAN: true or false
 * @TOML_TYPE_OFFSET_DATE_TIME: an instant
 * @TOML_TYPE_LOCAL_DATE_TIME: a date and time of no particular place
 * @TOML_TYPE_LOCAL_DATE: a date
 * @TOML_TYPE_LOCAL_TIME: a time of day
 *
 * What a node is.
 */
typedef enum
{
  TOML_TYPE_TABLE,
  TOML_TYPE_ARRAY,
  TOML_TYPE_STRING,
  TOML_TYPE_INTEGER,
  TOML_TYPE_FLOAT,
  TOML_TYPE_BOOLEAN,
  TOML_TYPE_OFFSET_DATE_TIME,
  TOML_TYPE_LOCAL_DATE_TIME,
  TOML_TYPE_LOCAL_DATE,
  TOML_TYPE_LOCAL_TIME,
} TomlType;

/**
 * toml_type_get_name:
 * @type: a type
 *
 * Returns: (transfer none): what a person calls a value of @type, with its article: "a table", "an integer"
 */
const char *toml_type_get_name (TomlType type);

/* Errors */

/**
 * TOML_ERROR:
 *
 * The error domain of all functions here.
 */
#define TOML_ERROR (toml_error_quark ())

/**
 * TomlError:
 * @TOML_ERROR_SYNTAX: the text is not TOML
 * @TOML_ERROR_ENCODING: a document, a key or a value that is not valid UTF-8
 * @TOML_ERROR_DUPLICATE_KEY: a key or a table is defined twice, or a header or dotted key extends what cannot be
 * extended
 * @TOML_ERROR_RANGE: a number that does not fit 64 bits, a date that is on no calendar, an array index past the end, a
 *   document of 4 GiB or more
 * @TOML_ERROR_DEPTH: nested deeper than %TOML_MAX_DEPTH
 * @TOML_ERROR_TYPE: an edit that does not suit the type of what is there
 * @TOML_ERROR_EXISTS: what an edit should make is there already
 * @TOML_ERROR_NOT_FOUND: what an edit should change is not there, or no longer
 *
 * Error codes. The first five are those of toml_document_parse().
 */
typedef enum
{
  TOML_ERROR_SYNTAX,
  TOML_ERROR_ENCODING,
  TOML_ERROR_DUPLICATE_KEY,
  TOML_ERROR_RANGE,
  TOML_ERROR_DEPTH,
  TOML_ERROR_TYPE,
  TOML_ERROR_EXISTS,
  TOML_ERROR_NOT_FOUND,
} TomlError;

GQuark toml_error_quark (void);

/**
 * toml_error_get_position:
 * @error: an error
 * @line: (out) (optional): the line, from 1
 * @column: (out) (optional): the column in characters, from 1
 *
 * Tells where in the text a parse error is. The same is in the message, for people.
 *
 * Returns: %TRUE when @error comes from toml_document_parse(); %FALSE, and zeros, for every other error
 */
gboolean toml_error_get_position (const GError *error, guint *line, guint *column);

/* Documents */

/**
 * toml_document_parse:
 * @text: the document
 * @length: its length in bytes, or -1 when it ends with a NUL
 * @error: return location for a #GError
 *
 * Parses a TOML 1.0 document. @text is copied. A byte order mark at its start is accepted and kept.
 *
 * Returns: (transfer full) (nullable): the document, or %NULL with %TOML_ERROR_SYNTAX, %TOML_ERROR_ENCODING,
 *   %TOML_ERROR_DUPLICATE_KEY, %TOML_ERROR_RANGE or %TOML_ERROR_DEPTH
 */
TomlDocument *toml_document_parse (const char *text, gssize length, GError **error);

/**
 * toml_document_free:
 * @document: (nullable) (transfer full): a document
 *
 * Frees @document and all its nodes.
 */
void toml_document_free (TomlDocument *document);

/**
 * toml_document_to_text:
 * @document: a document
 * @length: (out) (optional): the length in bytes
 *
 * Returns: (transfer full): the text of @document, with a NUL behind it; valid TOML, hence without a NUL in it
 */
char *toml_document_to_text (TomlDocument *document, gsize *length);

/**
 * toml_document_get_root:
 * @document: a document
 *
 * Returns: (transfer none): the top-level table; it has no key
 */
TomlNode *toml_document_get_root (TomlDocument *document);

/* Values */

/**
 * toml_node_get_type:
 * @node: a node
 *
 * Returns: what @node is now; an edit that replaces a value may change it
 */
TomlType toml_node_get_type (const TomlNode *node);

/**
 * toml_node_get_line:
 * @node: a node
 *
 * Returns: the line, from 1, on which the value begins in the text that was parsed: for a table or an array of tables
 * the first header that defines it, else the first key that names it; 0 when an edit made it, and for the top-level
 * table of a document
 */
guint toml_node_get_line (const TomlNode *node);

/**
 * toml_node_get_column:
 * @node: a node
 *
 * Returns: the column to toml_node_get_line(), in characters from 1, or 0
 */
guint toml_node_get_column (const TomlNode *node);

/**
 * toml_node_get_key_line:
 * @node: a node
 *
 * Returns: the line, from 1, of the first key that names @node in the text that was parsed; 0 for what has no key (an
 * element of an array in brackets, the top-level table) or was made by an edit
 */
guint toml_node_get_key_line (const TomlNode *node);

/**
 * toml_node_get_key_column:
 * @node: a node
 *
 * Returns: the column to toml_node_get_key_line(), in characters from 1, or 0
 */
guint toml_node_get_key_column (const TomlNode *node);

/**
 * toml_node_get_key:
 * @node: a node
 * @length: (out) (optional): the length in bytes
 *
 * Returns: (transfer none) (nullable): the key of @node in its table, unquoted, with a NUL behind it; %NULL for
 * elements of an array and the top-level table. TOML can write a key that has a NUL inside; such a key is told from its
 * beginning by
 *   @length alone.
 */
const char *toml_node_get_key (const TomlNode *node, gsize *length);

/**
 * toml_node_get_parent:
 * @node: a node
 *
 * Returns: (transfer none) (nullable): the table or array that holds @node; %NULL for the top-level table
 */
TomlNode *toml_node_get_parent (const TomlNode *node);

/**
 * toml_node_get_path:
 * @node: a node
 *
 * Names @node for a message to a person: `mailboxes."info@b.com".hooks[0].cmd`.
 *
 * Returns: (transfer full): the path from the top-level table, which is itself the empty string
 */
char *toml_node_get_path (const TomlNode *node);

/**
 * toml_node_get_string:
 * @node: a string
 *
 * Returns: (transfer none): the string, in UTF-8, with a NUL behind it. TOML can write a NUL inside a string (as
 * \u0000); who has to care calls toml_node_get_string_with_length().
 */
const char *toml_node_get_string (const TomlNode *node);

/**
 * toml_node_get_string_with_length:
 * @node: a string
 * @length: (out): its length in bytes
 *
 * Returns: (transfer none): the string, as toml_node_get_string(); it holds a NUL when its strlen() is less than
 * @length
 */
const char *toml_node_get_string_with_length (const TomlNode *node, gsize *length);

/**
 * toml_node_get_integer:
 * @node: an integer
 *
 * Returns: its value
 */
gint64 toml_node_get_integer (const TomlNode *node);

/**
 * toml_node_get_float:
 * @node: a float
 *
 * Returns: its value; infinite when it was written larger than a double can be
 */
double toml_node_get_float (const TomlNode *node);

/**
 * toml_node_get_boolean:
 * @node: a boolean
 *
 * Returns: its value
 */
gboolean toml_node_get_boolean (const TomlNode *node);

/**
 * toml_node_get_date_time:
 * @node: a value of one of the four date and time types
 *
 * Returns: (transfer none): its text as in RFC 3339 with `T` and `Z` in upper case: `1979-05-27T07:32:00.5-07:00`,
 *   `1979-05-27T07:32:00`, `1979-05-27`, `07:32:00`; digits of a second as they are written
 */
const char *toml_node_get_date_time (const TomlNode *node);

/* Tables, in document order; lookups are hash lookups */

/**
 * toml_table_get_size:
 * @table: a table
 *
 * Returns: the number of its keys
 */
guint toml_table_get_size (const TomlNode *table);

/**
 * toml_table_get:
 * @table: a table
 * @key: a key, not quoted
 *
 * Returns: (transfer none) (nullable): the value of @key
 */
TomlNode *toml_table_get (const TomlNode *table, const char *key);

/**
 * toml_table_get_key:
 * @table: a table
 * @index: less than toml_table_get_size()
 *
 * Returns: (transfer none): the key at @index; see toml_node_get_key() for keys with a NUL inside
 */
const char *toml_table_get_key (const TomlNode *table, guint index);

/**
 * toml_table_get_nth:
 * @table: a table
 * @index: less than toml_table_get_size()
 *
 * Returns: (transfer none): the value at @index
 */
TomlNode *toml_table_get_nth (const TomlNode *table, guint index);

/* Arrays */

/**
 * toml_array_get_length:
 * @array: an array
 *
 * Returns: the number of its elements
 */
guint toml_array_get_length (const TomlNode *array);

/**
 * toml_array_get:
 * @array: an array
 * @index: less than toml_array_get_length()
 *
 * Returns: (transfer none): the element at @index
 */
TomlNode *toml_array_get (const TomlNode *array, guint index);

/* Edits of tables. All fail with %TOML_ERROR_TYPE when the node is not a table, %TOML_ERROR_NOT_FOUND when it is no
 * longer part of the document, %TOML_ERROR_ENCODING when a key or string is not UTF-8, %TOML_ERROR_DEPTH when the value
 * would lie too deep; and change nothing then. */

/**
 * toml_table_set_string:
 * @table: a table
 * @key: a key
 * @value: its value, UTF-8
 * @error: return location for a #GError
 *
 * Sets a string. Where @key is there, its value is replaced in place, and the comment behind it stays; nothing changes
 * when it has this value already. Else a line is added after the last key-value line of @table (or an entry to an
 * inline table, or a line with the same dotted prefix when that is how @table is written); a table that so far is only
 * implied by longer headers gets its header.
 *
 * Returns: %FALSE with %TOML_ERROR_TYPE when @key is a table or an array of tables: remove it first
 */
gboolean toml_table_set_string (TomlNode *table, const char *key, const char *value, GError **error);

/**
 * toml_table_set_integer:
 * @table: a table
 * @key: a key
 * @value: its value
 * @error: return location for a #GError
 *
 * Sets an integer, as toml_table_set_string() does a string.
 *
 * Returns: as toml_table_set_string()
 */
gboolean toml_table_set_integer (TomlNode *table, const char *key, gint64 value, GError **error);

/**
 * toml_table_set_boolean:
 * @table: a table
 * @key: a key
 * @value: its value
 * @error: return location for a #GError
 *
 * Sets a boolean, as toml_table_set_string() does a string.
 *
 * Returns: as toml_table_set_string()
 */
gboolean toml_table_set_boolean (TomlNode *table, const char *key, gboolean value, GError **error);

/**
 * toml_table_set_strv:
 * @table: a table
 * @key: a key
 * @values: (array zero-terminated=1): strings, UTF-8
 * @error: return location for a #GError
 *
 * Sets an array of strings, as toml_table_set_string() does a string. An array that is there keeps its layout, and the
 * elements that stay keep their comments, also when their order changes.
 *
 * Returns: as toml_table_set_string()
 */
gboolean toml_table_set_strv (TomlNode *table, const char *key, const char *const *values, GError **error);

/**
 * toml_table_add_table:
 * @table: a table
 * @key: a new key
 * @error: return location for a #GError
 *
 * Adds an empty table: a `[header]` after the last section of @table and what lies in it, with as many blank lines
 * before it as this document has before a header; inside an inline table `key = {}`.
 *
 * Returns: (transfer none) (nullable): the new table, or %NULL with %TOML_ERROR_EXISTS when @key is there
 */
TomlNode *toml_table_add_table (TomlNode *table, const char *key, GError **error);

/**
 * toml_table_add_table_path:
 * @table: a table
 * @path: (array zero-terminated=1): at least one key
 * @error: return location for a #GError
 *
 * Adds an empty table some levels below @table, as toml_table_add_table() does. Tables on the way that are not there
 * are implied by the new header and get none of their own. An array of tables on the way stands for its last element.
 *
 * Returns: (transfer none) (nullable): the new table, or %NULL with %TOML_ERROR_EXISTS when it is there,
 * %TOML_ERROR_TYPE when something on the way is not a table
 */
TomlNode *toml_table_add_table_path (TomlNode *table, const char *const *path, GError **error);

/**
 * toml_table_add_table_to_array:
 * @table: a table
 * @key: a key: an array of tables, an array in brackets that is empty or holds tables, or new
 * @error: return location for a #GError
 *
 * Adds an empty table at the end of an array of tables: a `[[header]]` after the last element's sections; `{}` where
 * the array is written in brackets.
 *
 * Returns: (transfer none) (nullable): the new element, or %NULL with %TOML_ERROR_TYPE when @key is anything else
 */
TomlNode *toml_table_add_table_to_array (TomlNode *table, const char *key, GError **error);

/**
 * toml_table_remove:
 * @table: a table
 * @key: a key
 * @error: return location for a #GError
 *
 * Removes @key with all of its value: its line, or every section of a table or array of tables wherever it stands, or
 * its entry in an inline table; with the comment lines directly above each (no blank line between). A table that was
 * only implied by what is removed goes with it.
 *
 * Returns: %FALSE with %TOML_ERROR_NOT_FOUND when @key is not there
 */
gboolean toml_table_remove (TomlNode *table, const char *key, GError **error);

/**
 * toml_table_rename:
 * @table: a table
 * @old_key: a key
 * @new_key: what to call it
 * @error: return location for a #GError
 *
 * Renames a key wherever it is named: on its line, in every header and in every dotted key. Quotes stay as they are
 * where the new key can be written in them.
 *
 * Returns: %FALSE with %TOML_ERROR_NOT_FOUND when @old_key is not there, %TOML_ERROR_EXISTS when @new_key is
 */
gboolean toml_table_rename (TomlNode *table, const char *old_key, const char *new_key, GError **error);

/* Edits of arrays. All fail with %TOML_ERROR_TYPE when the node is not an array, %TOML_ERROR_NOT_FOUND when it is no
 * longer part of the document; and change nothing then. An array over several lines stays one; new elements are laid
 * out as their neighbours are; comments above an element or behind it on its line belong to it. */

/**
 * toml_array_append_string:
 * @array: an array in brackets
 * @value: a string, UTF-8
 * @error: return location for a #GError
 *
 * Appends a string.
 *
 * Returns: %FALSE with %TOML_ERROR_TYPE for an array of tables, %TOML_ERROR_ENCODING
 */
gboolean toml_array_append_string (TomlNode *array, const char *value, GError **error);

/**
 * toml_array_insert_string:
 * @array: an array in brackets
 * @index: where the string will be: at most toml_array_get_length()
 * @value: a string, UTF-8
 * @error: return location for a #GError
 *
 * Inserts a string.
 *
 * Returns: %FALSE with %TOML_ERROR_TYPE for an array of tables, %TOML_ERROR_RANGE, %TOML_ERROR_ENCODING
 */
gboolean toml_array_insert_string (TomlNode *array, guint index, const char *value, GError **error);

/**
 * toml_array_remove:
 * @array: an array
 * @index: which element
 * @error: return location for a #GError
 *
 * Removes an element with its comments; of an array of tables, the sections of that element. An array of tables that
 * loses its last element is gone, as TOML has no way to write it.
 *
 * Returns: %FALSE with %TOML_ERROR_RANGE
 */
gboolean toml_array_remove (TomlNode *array, guint index, GError **error);

/**
 * toml_array_move:
 * @array: an array
 * @from: which element
 * @to: where it will be; the elements between move by one
 * @error: return location for a #GError
 *
 * Moves an element with its comments; of an array of tables, the sections of that element.
 *
 * Returns: %FALSE with %TOML_ERROR_RANGE
 */
gboolean toml_array_move (TomlNode *array, guint from, guint to, GError **error);

/* Quoting, for those who write TOML themselves */

/**
 * toml_quote_string:
 * @string: a string, UTF-8
 *
 * Writes @string as a basic string on one line: in double quotes, with what needs it escaped. A byte that is not UTF-8
 * becomes U+FFFD.
 *
 * Returns: (transfer full): the TOML text
 */
char *toml_quote_string (const char *string);

/**
 * toml_quote_key:
 * @key: a key, UTF-8
 *
 * Writes @key as TOML: bare where that is possible, else as toml_quote_string().
 *
 * Returns: (transfer full): the TOML text
 */
char *toml_quote_key (const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TomlDocument, toml_document_free)

G_END_DECLS
