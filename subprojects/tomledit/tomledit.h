/* SPDX-License-Identifier: MIT */
/*
 * tomledit: TOML 1.0 documents that are read, edited and written back without losing a byte that did not have to
 * change.
 *
 * A #TomlDocument owns the text it was parsed from and everything read out of it. A #TomlNode is one value of the
 * document, borrowed from it and valid until the next edit or toml_document_free(): an edit splices the text and parses
 * it again, so that what the nodes say is always what the text says. Edits therefore name what they change by its path.
 *
 * What is promised: an unedited document's text is equal to its input, byte for byte; an edit keeps comments, order,
 * blank lines, indentation, the kind of line ending and all it was not asked to change; a failing edit changes nothing;
 * after a successful one the text parses again to what the nodes say, which is what they said before and the change.
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
 * @TOML_ERROR_RANGE: a number that does not fit 64 bits, a date that is on no calendar
 * @TOML_ERROR_DEPTH: nested deeper than %TOML_MAX_DEPTH
 * @TOML_ERROR_TYPE: an edit that does not suit the type of what is there
 * @TOML_ERROR_EXISTS: what an edit should make is there already
 * @TOML_ERROR_NOT_FOUND: what an edit should change is not there, or no longer
 * @TOML_ERROR_EDIT: an edit that would change more than it was asked to
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
  TOML_ERROR_EDIT,
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
 * Returns: what @node is
 */
TomlType toml_node_get_type (const TomlNode *node);

/**
 * toml_node_get_line:
 * @node: a node
 *
 * Returns: the line, from 1, on which the value begins in the text that was parsed: for a table or an array of tables
 * the first header that defines it, else the first key that names it; 1 for the top-level table
 */
guint toml_node_get_line (const TomlNode *node);

/**
 * toml_node_get_column:
 * @node: a node
 *
 * Returns: the column to toml_node_get_line(), in characters from 1
 */
guint toml_node_get_column (const TomlNode *node);

/**
 * toml_node_get_key_line:
 * @node: a node
 *
 * Returns: the line, from 1, of the first key that names @node; that of the value for what has no key
 */
guint toml_node_get_key_line (const TomlNode *node);

/**
 * toml_node_get_key_column:
 * @node: a node
 *
 * Returns: the column to toml_node_get_key_line(), in characters from 1
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

/* Edits. A path is the keys from the top-level table downwards. An edit costs a few passes over the document. All fail
 * with %TOML_ERROR_TYPE when something on the way is not a table, %TOML_ERROR_NOT_FOUND when it is not there,
 * %TOML_ERROR_ENCODING when a key or string is not UTF-8, %TOML_ERROR_DEPTH, %TOML_ERROR_EDIT; and change nothing then.
 */

/**
 * toml_document_set_string:
 * @document: a document
 * @path: (array zero-terminated=1): keys; the last is the one to set
 * @value: its value, UTF-8
 * @error: return location for a #GError
 *
 * Sets a string. Where the key is there, its value is replaced in place, and the comment behind it stays. Else a line
 * is added after the last key-value line of its table, or an entry to an inline table.
 *
 * Returns: %FALSE with %TOML_ERROR_TYPE when the key is a table with a header of its own
 */
gboolean toml_document_set_string (TomlDocument *document, const char *const *path, const char *value, GError **error);

/**
 * toml_document_set_text:
 * @document: a document
 * @path: (array zero-terminated=1): keys; the last is the one to set
 * @toml: a value as TOML writes it, such as `true`, `42` or `["a"]`
 * @error: return location for a #GError
 *
 * Sets any value, as toml_document_set_string() does a string.
 *
 * Returns: %FALSE also with the parser's error when @toml is not one value
 */
gboolean toml_document_set_text (TomlDocument *document, const char *const *path, const char *toml, GError **error);

/**
 * toml_document_add_table:
 * @document: a document
 * @path: (array zero-terminated=1): keys of the new table; tables on the way that are not there are implied
 * @error: return location for a #GError
 *
 * Adds an empty table: a `[header]` after the last section of its siblings, else at the end, with a blank line before
 * it when the document separates its sections so; an entry `{}` where what it goes into is written in braces.
 *
 * Returns: %FALSE with %TOML_ERROR_EXISTS when it is there
 */
gboolean toml_document_add_table (TomlDocument *document, const char *const *path, GError **error);

/**
 * toml_document_remove:
 * @document: a document
 * @path: (array zero-terminated=1): keys
 * @error: return location for a #GError
 *
 * Removes a key with all of its value: its line, or every section of a table or array of tables wherever it stands, or
 * its entries in an inline table; with the comment lines directly above each (no blank line between). A comment that
 * stands by itself behind a section, with a blank line before it, stays. A table that only dotted keys or longer
 * headers name goes with the last of them.
 */
gboolean toml_document_remove (TomlDocument *document, const char *const *path, GError **error);

/**
 * toml_document_remove_keys:
 * @document: a document
 * @path: (array zero-terminated=1): keys of a table; none for the top-level table
 * @keys: (array zero-terminated=1): keys of that table, each once
 * @error: return location for a #GError
 *
 * Removes several keys as toml_document_remove() does each, in one pass.
 */
gboolean
toml_document_remove_keys (TomlDocument *document, const char *const *path, const char *const *keys, GError **error);

/**
 * toml_document_rename_keys:
 * @document: a document
 * @path: (array zero-terminated=1): keys of a table; none for the top-level table
 * @renames: (array zero-terminated=1): a key of that table and its new name, in turn
 * @error: return location for a #GError
 *
 * Gives keys new names wherever they are written, in headers of sub-tables and dotted keys too; what they name stays in
 * its place. All at once: two keys can exchange their names.
 *
 * Returns: %FALSE also with %TOML_ERROR_DUPLICATE_KEY when a new name is taken
 */
gboolean
toml_document_rename_keys (TomlDocument *document, const char *const *path, const char *const *renames, GError **error);

/**
 * toml_document_append_string:
 * @document: a document
 * @path: (array zero-terminated=1): keys of an array in brackets
 * @value: a string, UTF-8
 * @error: return location for a #GError
 *
 * Appends a string, laid out as the last element is.
 */
gboolean
toml_document_append_string (TomlDocument *document, const char *const *path, const char *value, GError **error);

/**
 * toml_document_remove_element:
 * @document: a document
 * @path: (array zero-terminated=1): keys of an array in brackets
 * @index: which element, from 0
 * @error: return location for a #GError
 *
 * Removes an element. When it has its lines for itself, the comment behind it and the comment lines directly above it
 * (no blank line between) go with it; a comment at a line of several elements stays. The last element keeps, or goes
 * on without, a comma behind it as before.
 *
 * Returns: %FALSE with %TOML_ERROR_TYPE for what is no array in brackets, %TOML_ERROR_NOT_FOUND for an @index out of
 *   range
 */
gboolean toml_document_remove_element (TomlDocument *document, const char *const *path, guint index, GError **error);

/**
 * toml_document_move_element:
 * @document: a document
 * @path: (array zero-terminated=1): keys of an array in brackets
 * @index: which element, from 0
 * @to: the index that it gets
 * @error: return location for a #GError
 *
 * Moves an element; the others keep their order. Comments go or stay as with toml_document_remove_element(). On a line
 * of several elements it is written as those are, else on a line of its own.
 *
 * Returns: %FALSE as toml_document_remove_element(), also for @to
 */
gboolean
toml_document_move_element (TomlDocument *document, const char *const *path, guint index, guint to, GError **error);

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
