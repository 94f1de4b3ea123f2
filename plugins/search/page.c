/* SPDX-License-Identifier: MIT */
/*
 * A few mailboxes are looked for by their folders' tokens; many, as root's, would make the look-up slower than leaving
 * out rows does.
 */
#include "page.h"

#include "entry.h"
#include "tokenizer.h"

/* Folders that a look-up names. */
#define FOLDERS_MAX 64
/* Words around what was found, or characters where each is a token. */
#define SNIPPET_WORDS      16
#define SNIPPET_CHARACTERS 48

/* The outer loop runs over the texts, which come in the order of ids. The body is column 5. */
#define FIND                                                                                                           \
  "SELECT text.rowid, folder.mailbox, folder.name, message.stem, message.stamp,"                                       \
  " snippet (text, 5, '', '', '\342\200\246', ?4) FROM text CROSS JOIN message ON message.id = text.rowid"             \
  " CROSS JOIN folder ON folder.id = message.folder"                                                                   \
  " WHERE text MATCH ?1 AND text.rowid BETWEEN ?2 AND ?3 ORDER BY text.rowid DESC"

typedef struct
{
  AimxMailStore *mail;
  const SearchQuestion *question;
  const SearchScope *scope;
  SearchStaleFunc stale;
  gpointer user_data;
  JsonBuilder *builder;
  guint n_shown;
  gint64 last_id; /* of those shown */
  gboolean more;
} Page;

/* ---- what is looked for ---- */

/* (transfer full) (nullable): tokens of the scope's folders that are in the index, empty for none; NULL with @error */
static GString *
find_tokens (SearchDatabase *index, const SearchScope *scope, GError **error)
{
  GString *tokens = g_string_new (NULL);

  for (guint i = 0; i < scope->names->len * SEARCH_N_FOLDERS; i++)
    {
      gint64 id;

      if (!search_index_find_folder (index, scope->names->pdata[i / SEARCH_N_FOLDERS],
                                     search_folders[i % SEARCH_N_FOLDERS], &id, NULL, error))
        {
          g_string_free (tokens, TRUE);
          return NULL;
        }
      if (id != 0)
        g_string_append_printf (tokens, "%smarks : \"f%" G_GINT64_FORMAT "\"", tokens->len > 0 ? " OR " : "", id);
    }
  return tokens;
}

/* (transfer full) (nullable): the whole expression, empty when nothing can be found; NULL with @error */
static char *
make_expression (SearchDatabase *index, const SearchQuestion *question, const SearchScope *scope, GError **error)
{
  g_autofree char *folders = NULL;
  GString *tokens;

  if (scope->names->len * SEARCH_N_FOLDERS > FOLDERS_MAX)
    return g_strdup (question->expression != NULL ? question->expression : "marks : \"all\"");
  tokens = find_tokens (index, scope, error);
  if (tokens == NULL)
    return NULL;
  folders = g_string_free (tokens, FALSE);
  if (*folders == '\0' || question->expression == NULL)
    return g_steal_pointer (&folders);
  return g_strdup_printf ("(%s) AND %s", folders, question->expression);
}

/* ---- what is shown ---- */

/* (transfer full): one line without anything that moves a cursor. */
static char *
clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *line = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = aimx_utf8_next (at))
    {
      gunichar c = g_utf8_get_char (at);
      gboolean is_space = g_unichar_isspace (c) || g_unichar_type (c) == G_UNICODE_CONTROL;

      if (g_unichar_type (c) == G_UNICODE_FORMAT)
        continue;
      if (!is_space)
        g_string_append_unichar (line, c);
      else if (line->len > 0 && line->str[line->len - 1] != ' ')
        g_string_append_c (line, ' ');
    }
  return g_strchomp (g_string_free (line, FALSE));
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
show (Page *self, const char *mailbox, const char *folder, const char *stem, const SearchEntry *entry, const char *text)
{
  g_autofree char *snippet = clean (text != NULL ? text : "");

  json_builder_begin_object (self->builder);
  add_string (self->builder, "mailbox", mailbox);
  add_string (self->builder, "folder", folder);
  add_string (self->builder, "id", stem);
  add_string (self->builder, "from", entry->sender);
  add_string (self->builder, "subject", entry->subject);
  add_string (self->builder, "date", entry->date);
  json_builder_set_member_name (self->builder, "read");
  json_builder_add_boolean_value (self->builder, entry->read);
  add_string (self->builder, "snippet", snippet);
  json_builder_end_object (self->builder);
}

/* The message as it is now, when it is one that was asked for. @is_same: (out): whether it is as it was indexed: else
 * the index has a text that may not be its owner's any more. */
static gboolean
check (Page *self,
       const char *mailbox,
       AimxFolder folder,
       const char *stem,
       guint64 stamp,
       SearchEntry *entry,
       gboolean *is_same)
{
  g_autoptr (AimxStoredMessage) message = aimx_mail_store_read_message (self->mail, mailbox, folder, stem, 0, NULL);

  *is_same = message != NULL && aimx_stored_message_get_stamp (message) == stamp;
  if (self->stale != NULL && !*is_same)
    self->stale (mailbox, folder, stem, self->user_data);
  if (message == NULL)
    return FALSE;
  search_entry_init (entry, message, stem);
  return self->question->read < 0 || self->question->read == entry->read;
}

static const char *
get_text (sqlite3_stmt *row, int column)
{
  const char *text = (const char *) sqlite3_column_text (row, column);

  return text != NULL ? text : "";
}

static void
take_row (Page *self, sqlite3_stmt *row)
{
  const char *mailbox = get_text (row, 1);
  const char *name = get_text (row, 2);
  const char *stem = get_text (row, 3);
  AimxFolder folder =
      g_str_equal (name, aimx_folder_get_name (AIMX_FOLDER_INBOX)) ? AIMX_FOLDER_INBOX : AIMX_FOLDER_SENT;
  g_auto (SearchEntry) entry = { 0 };
  gboolean is_same;

  if (!search_scope_has (self->scope, mailbox) ||
      !check (self, mailbox, folder, stem, (guint64) sqlite3_column_int64 (row, 4), &entry, &is_same))
    return;
  if (self->n_shown == self->question->limit)
    {
      self->more = TRUE;
      return;
    }
  show (self, mailbox, name, stem, &entry, is_same ? get_text (row, 5) : "");
  self->last_id = sqlite3_column_int64 (row, 0);
  self->n_shown++;
}

static gint64
get_snippet_size (const char *expression)
{
  return search_tokenizer_splits (expression) ? SNIPPET_CHARACTERS : SNIPPET_WORDS;
}

static gboolean
take_rows (Page *self, SearchDatabase *index, GError **error)
{
  g_autofree char *expression = make_expression (index, self->question, self->scope, error);
  g_autoptr (sqlite3_stmt) statement = NULL;
  gboolean row = TRUE;

  if (expression == NULL)
    return FALSE;
  if (*expression == '\0')
    return TRUE;
  statement = search_database_prepare (index, error, FIND, "siii", expression, self->question->first_id,
                                       self->question->last_id, get_snippet_size (expression));
  while (statement != NULL && row && !self->more)
    {
      if (!search_database_step (index, statement, &row, error))
        return FALSE;
      if (row)
        take_row (self, statement);
    }
  return statement != NULL;
}

gboolean
search_page_write (SearchDatabase *index,
                   AimxMailStore *mail,
                   const SearchQuestion *question,
                   const SearchScope *scope,
                   SearchStaleFunc stale,
                   gpointer user_data,
                   JsonBuilder *builder,
                   GError **error)
{
  Page page = {
    .mail = mail, .question = question, .scope = scope, .stale = stale, .user_data = user_data, .builder = builder
  };
  g_autofree char *cursor = NULL;

  json_builder_set_member_name (builder, "results");
  json_builder_begin_array (builder);
  if (!take_rows (&page, index, error))
    return FALSE;
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "next_cursor");
  cursor = page.more ? search_cursor_new (page.last_id) : NULL;
  if (cursor != NULL)
    json_builder_add_string_value (builder, cursor);
  else
    json_builder_add_null_value (builder);
  return TRUE;
}
