/* SPDX-License-Identifier: MIT */
/*
 * The model behind the public face: values with the places of the text where they stand.
 */
#pragma once

#include "tomledit.h"

/* How a table or array came to be, which decides what may still be added to it. */
typedef enum
{
  TOML_ORIGIN_VALUE,   /* behind an equals sign: closed */
  TOML_ORIGIN_IMPLIED, /* on the way to a longer header */
  TOML_ORIGIN_DOTTED,  /* on the way of a dotted key */
  TOML_ORIGIN_HEADER,  /* [header] or [[header]] */
} TomlOrigin;

struct _TomlNode
{
  TomlDocument *document;
  TomlNode *parent;
  TomlType type;
  TomlOrigin origin;
  char *key;
  gsize key_length;
  gsize key_start;   /* offsets into the text; of the first key that names it */
  GArray *more_keys; /* of gsize: of the other keys that name it, NULL for none */
  gsize start;       /* of the value; of the header for a table that has one */
  gsize end;
  gsize line_start;  /* of the key-value line it stands on */
  gsize entry_start; /* of the dotted key, from its first part, that this is the value of */
  GPtrArray *items;  /* of TomlNode, in order */
  GHashTable *index; /* key -> TomlNode, of tables */
  char *text;        /* of strings and dates */
  gsize text_length;
  gint64 integer;
  double number;
};

/* A header with the lines up to the next one. */
typedef struct
{
  gsize line_start;
  gsize header_end; /* past the header line */
  gsize end;
  TomlNode *table;
} TomlSection;

struct _TomlDocument
{
  char *text;
  gsize length;
  TomlNode *root;
  GArray *sections; /* of TomlSection; the first has no header */
  GArray *comments; /* of gsize: where each line begins that is nothing but a comment, and no line of a value */
  GArray *lines;    /* of gsize: where each begins; NULL until somebody asks for a position */
};

TomlNode *toml_node_new (TomlDocument *document, TomlNode *parent, TomlType type);
void toml_node_free (TomlNode *node);
/* Notes that a key at start names the node, too. */
void toml_node_add_key (TomlNode *node, gsize start);
/* Puts child, which has its key set, into a table. */
void toml_table_insert (TomlNode *table, TomlNode *child);
TomlNode *toml_table_find (const TomlNode *table, const char *key, gsize length);
/* Takes a child out and frees it. */
void toml_table_remove (TomlNode *table, TomlNode *child);
/* Puts value, which is freed with the table from now on, in the place of what key has. */
void toml_table_set (TomlNode *table, const char *key, TomlNode *value);
/* Whether both say the same, however it is written and in whatever order the keys are. */
gboolean toml_node_equal (const TomlNode *a, const TomlNode *b);
void toml_position (const char *text, gsize offset, guint *line, guint *column);
void toml_set_error (GError **error, TomlError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* ---- edits; each changes what the nodes say, and then the text, which has to say the same ---- */

/* A piece of the text and what stands there instead; without text, nothing. */
typedef struct
{
  gsize start;
  gsize end;
  char *text; /* owned */
} TomlReplacement;

GArray *toml_replacements_new (void);
/* Makes pieces that do not overlap their replacements, in one edit; sorts the array. When the text would not say what
 * the nodes say, it stays, and the nodes say again what it says. */
gboolean toml_document_replace (TomlDocument *document, GArray *replacements, GError **error);
/* Makes the document what edited is; edited gets what it was. */
void toml_document_exchange (TomlDocument *document, TomlDocument *edited);
/* A value as TOML writes it. (transfer full) (nullable): a node without a key */
TomlNode *toml_parse_value (const char *toml, GError **error);
/* How the document ends its lines. */
const char *toml_document_newline (TomlDocument *document);
/* The node at path, which must be there. */
TomlNode *toml_document_find (TomlDocument *document, const char *const *path, GError **error);

/* ---- lines; each is told by where it begins ---- */

/* Where the next line begins. */
gsize toml_line_end (TomlDocument *document, gsize offset);
gsize toml_previous_line (TomlDocument *document, gsize line);
gboolean toml_is_blank_line (TomlDocument *document, gsize line);
/* Whether it is a comment; what begins like one inside a string is none. */
gboolean toml_is_comment_line (TomlDocument *document, gsize line);
/* Where the comment lines begin that stand directly above a line. */
gsize toml_comments_above (TomlDocument *document, gsize line);

gboolean toml_node_is_inside (const TomlNode *node, const TomlNode *ancestor);
/* Whether it stands in the braces of an inline table. */
gboolean toml_node_is_in_braces (const TomlNode *node);
