/* SPDX-License-Identifier: MIT */
/*
 * search: finds mail. A daemon keeps an index; a command without one makes an index of what its caller can read, in
 * memory, and searches that.
 */
#include "indexer.h"
#include "page.h"

/* How long a search may take. */
#define SEARCH_SECONDS 10
/* How long a command without a daemon may index and search. */
#define OFFLINE_SECONDS 600
/* Mailboxes that are looked at for one search; the next one looks at others. */
#define LOOKS_MAX 32

static void on_message (const char *name, GVariant *details, gpointer user_data);
static void on_config_changed (const char *name, GVariant *details, gpointer user_data);

/* What the index follows. */
static const struct
{
  const char *event;
  AimxEventFunc func;
} followed[] = {
  { AIMX_EVENT_MESSAGE_RECEIVED, on_message },
  { AIMX_EVENT_MESSAGE_MARKED, on_message },
  { AIMX_EVENT_CONFIG_CHANGED, on_config_changed },
};

typedef struct
{
  AimxEventBus *events;
  SearchIndexer *indexer;
  guint subscriptions[G_N_ELEMENTS (followed)];
  guint n_looks; /* atomic: mailboxes */
} Search;

static gint64
get_deadline (int seconds)
{
  return g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
}

static gboolean
is_meant (const SearchQuestion *question, AimxFolder folder)
{
  return folder == AIMX_FOLDER_INBOX ? question->in_inbox : question->in_sent;
}

/* ---- in a daemon ---- */

/* In this order: what is no longer on its way to the indexer is there. */
static gboolean
is_behind (Search *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (followed); i++)
    if (!aimx_event_bus_has_told (self->events, followed[i].event))
      return TRUE;
  return search_indexer_is_behind (self->indexer);
}

/* Whatever came without an event, as copies of sent mail do, has changed its folder. */
static gboolean
look_at_folders (Search *self,
                 SearchDatabase *index,
                 AimxMailStore *mail,
                 const SearchQuestion *question,
                 const SearchScope *scope,
                 GError **error)
{
  guint n_mailboxes = MIN (scope->names->len, LOOKS_MAX);
  guint first = g_atomic_int_add (&self->n_looks, n_mailboxes);

  for (guint i = 0; i < n_mailboxes * SEARCH_N_FOLDERS; i++)
    {
      const char *mailbox = scope->names->pdata[(first + i / SEARCH_N_FOLDERS) % scope->names->len];
      AimxFolder folder = search_folders[i % SEARCH_N_FOLDERS];
      guint64 known, now;
      gint64 id;

      if (!is_meant (question, folder))
        continue;
      if (!search_index_find_folder (index, mailbox, folder, &id, &known, error))
        return FALSE;
      now = aimx_mail_store_get_folder_stamp (mail, mailbox, folder);
      if (now != known || now == AIMX_STAMP_UNSETTLED)
        search_indexer_look (self->indexer, mailbox, folder);
    }
  return TRUE;
}

static void
on_stale (const char *mailbox, AimxFolder folder, const char *stem, gpointer user_data)
{
  Search *self = user_data;

  search_indexer_update (self->indexer, mailbox, folder, stem);
}

static gboolean
write_empty (JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "results");
  json_builder_begin_array (builder);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "next_cursor");
  json_builder_add_null_value (builder);
  return TRUE;
}

/* Damage is mended, and told to the caller as what will pass. */
static void
explain (Search *self, GError *error)
{
  if (!g_error_matches (error, AIMX_ERROR, AIMX_ERROR_CONFLICT))
    return;
  search_indexer_rebuild (self->indexer, error->message);
  error->code = AIMX_ERROR_TEMPORARY;
  g_prefix_error (&error, "search again soon, when a new index is there: ");
}

/* @behind: (out): whether something may be missing: was on its way, or became known by searching */
static gboolean
search_index (Search *self,
              AimxMailStore *mail,
              const SearchQuestion *question,
              const SearchScope *scope,
              JsonBuilder *builder,
              gboolean *behind,
              GError **error)
{
  SearchReaders *readers = search_indexer_get_readers (self->indexer);
  g_autoptr (GError) why = NULL;
  SearchDatabase *reader;
  guint generation;
  gboolean done;

  if (!search_readers_is_current (readers))
    search_indexer_rebuild (self->indexer, "the file of the index is gone");
  if (!search_indexer_check (self->indexer, error))
    return FALSE;
  /* Without an index all is missing. */
  *behind = TRUE;
  reader = search_readers_take (readers, &generation, &why);
  if (reader == NULL && why == NULL)
    return write_empty (builder);
  if (reader == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  search_database_set_deadline (reader, get_deadline (SEARCH_SECONDS));
  done = look_at_folders (self, reader, mail, question, scope, error);
  /* Before the index is read: what is done by now is in it, what is done meanwhile may not be. */
  *behind = is_behind (self);
  done = done && search_page_write (reader, mail, question, scope, on_stale, self, builder, error);
  search_readers_give_back (readers, reader, generation);
  *behind = *behind || is_behind (self);
  return done;
}

/* ---- in a command's own process ---- */

static gboolean
on_indexed (guint n_done, gpointer user_data)
{
  const gint64 *deadline = user_data;

  return g_get_monotonic_time () < *deadline;
}

/* The kernel says what the caller can read: a mailbox that it keeps is not there. */
static gboolean
index_mailbox (SearchDatabase *index,
               AimxMailStore *mail,
               const SearchQuestion *question,
               const char *mailbox,
               gint64 deadline,
               gboolean *readable,
               GError **error)
{
  *readable = TRUE;
  for (guint i = 0; i < SEARCH_N_FOLDERS; i++)
    {
      g_autoptr (GError) unreadable = NULL;

      if (is_meant (question, search_folders[i]) &&
          !search_index_catch_up (index, mail, mailbox, search_folders[i], on_indexed, &deadline, &unreadable, error))
        return FALSE;
      *readable = *readable && unreadable == NULL;
    }
  return TRUE;
}

static gboolean
index_scope (SearchDatabase *index,
             AimxMailStore *mail,
             const SearchQuestion *question,
             SearchScope *scope,
             gint64 deadline,
             GError **error)
{
  for (guint i = scope->names->len; i-- > 0;)
    {
      gboolean readable;

      if (!index_mailbox (index, mail, question, scope->names->pdata[i], deadline, &readable, error))
        return FALSE;
      if (readable)
        continue;
      if (question->mailbox != NULL)
        return search_scope_set_missing (question->mailbox, error);
      search_scope_remove (scope, i);
    }
  return TRUE;
}

static gboolean
search_in_memory (AimxMailStore *mail,
                  const SearchQuestion *question,
                  SearchScope *scope,
                  JsonBuilder *builder,
                  GError **error)
{
  g_autoptr (SearchDatabase) index = search_database_open (NULL, SEARCH_ACCESS_MEMORY, error);
  gint64 deadline = get_deadline (OFFLINE_SECONDS);
  g_autoptr (GError) why = NULL;

  if (index == NULL)
    return FALSE;
  if (!index_scope (index, mail, question, scope, deadline, &why))
    {
      if (why != NULL)
        g_propagate_error (error, g_steal_pointer (&why));
      else
        g_set_error (error, AIMX_ERROR, AIMX_ERROR_TEMPORARY,
                     "there is more mail than can be searched without the daemon; start it, or name a mailbox");
      return FALSE;
    }
  search_database_set_deadline (index, deadline);
  return search_page_write (index, mail, question, scope, NULL, NULL, builder, error);
}

/* ---- the verb ---- */

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  Search *self = user_data;
  AimxMailStore *mail = aimx_server_get_mail_store (aimx_request_get_server (request));
  gboolean runs = search_indexer_is_running (self->indexer);
  gboolean behind = FALSE;
  g_auto (SearchQuestion) question = { NULL };
  g_auto (SearchScope) scope = { NULL };
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GError) why = NULL;

  if (!search_question_init (&question, request, error) || !search_scope_init (&scope, request, &question, error))
    return NULL;
  json_builder_begin_object (builder);
  if (runs ? !search_index (self, mail, &question, &scope, builder, &behind, &why)
           : !search_in_memory (mail, &question, &scope, builder, &why))
    {
      if (runs)
        explain (self, why);
      g_propagate_error (error, g_steal_pointer (&why));
      return NULL;
    }
  json_builder_set_member_name (builder, "indexing");
  json_builder_add_boolean_value (builder, behind);
  json_builder_end_object (builder);
  return aimx_response_new_json (json_builder_get_root (builder));
}

static const AimxHeaderSpec headers[] = {
  { "Query", AIMX_HEADER_STRING, AIMX_HEADER_POSITIONAL, "words, \"a phrase\", inv*, -without, a OR b, from:ann" },
  { "Mailbox", AIMX_HEADER_MAILBOX, AIMX_HEADER_OPTIONAL, "in this mailbox only" },
  { "Folder", AIMX_HEADER_STRING, AIMX_HEADER_OPTIONAL, "inbox or sent only" },
  { "From", AIMX_HEADER_STRING, AIMX_HEADER_OPTIONAL, "words in the sender's name or address" },
  { "Subject", AIMX_HEADER_STRING, AIMX_HEADER_OPTIONAL, "words in the subject" },
  { "Since", AIMX_HEADER_TIME, AIMX_HEADER_OPTIONAL, "not older than that" },
  { "Until", AIMX_HEADER_TIME, AIMX_HEADER_OPTIONAL, "not newer than that" },
  { "Unread", AIMX_HEADER_BOOLEAN, AIMX_HEADER_OPTIONAL, "unread messages only; false: read ones" },
  { "Has-Attachment", AIMX_HEADER_BOOLEAN, AIMX_HEADER_OPTIONAL, "with attachments only; false: without" },
  { "Limit", AIMX_HEADER_INTEGER, AIMX_HEADER_OPTIONAL,
    "results at most, " G_STRINGIFY (SEARCH_LIMIT) " if not set, up to " G_STRINGIFY (SEARCH_LIMIT_MAX) },
  { "Cursor", AIMX_HEADER_STRING, AIMX_HEADER_OPTIONAL, "next_cursor of the page before" },
  { NULL },
};

static const AimxVerbSpec search_verb = {
  .name = "SEARCH",
  .summary = "find mail by its words, newest first",
  .headers = headers,
  .action = AIMX_ACTION_ANYBODY,
  .flags = AIMX_VERB_READ_ONLY,
  .result = AIMX_RESULT_JSON,
  .result_schema = "{\"results\":[{\"mailbox\":\"string\",\"folder\":\"string\",\"id\":\"string\",\"from\":\"string\","
                   "\"subject\":\"string\",\"date\":\"string\",\"read\":\"boolean\",\"snippet\":\"string\"}],"
                   "\"next_cursor\":\"string or null\",\"indexing\":\"boolean\"}",
  .command = "search",
  .deadline_seconds = OFFLINE_SECONDS,
  .handler = handle,
};

/* ---- events ---- */

static void
on_message (const char *name, GVariant *details, gpointer user_data)
{
  Search *self = user_data;
  const char *mailbox, *id;

  if (search_indexer_is_running (self->indexer) && g_variant_lookup (details, "mailbox", "&s", &mailbox) &&
      g_variant_lookup (details, "id", "&s", &id))
    search_indexer_update (self->indexer, mailbox, AIMX_FOLDER_INBOX, id);
}

static void
on_config_changed (const char *name, GVariant *details, gpointer user_data)
{
  Search *self = user_data;

  if (search_indexer_is_running (self->indexer))
    search_indexer_sweep (self->indexer);
}

/* ---- the module ---- */

static gboolean
load (AimxModule *module, AimxServer *server, GError **error)
{
  Search *self = g_new0 (Search, 1);

  aimx_module_set_data (module, self, g_free);
  self->indexer = search_indexer_new (server, module);
  if (!aimx_server_add_verb (server, module, &search_verb, self, error))
    {
      search_indexer_free (self->indexer);
      return FALSE;
    }
  self->events = aimx_server_get_event_bus (server);
  for (guint i = 0; i < G_N_ELEMENTS (followed); i++)
    self->subscriptions[i] = aimx_event_bus_subscribe (self->events, followed[i].event, followed[i].func, self, NULL);
  return TRUE;
}

static gboolean
start (AimxModule *module, AimxServer *server, GError **error)
{
  Search *self = aimx_module_get_data (module);

  return search_indexer_start (self->indexer, error);
}

static void
stop (AimxModule *module, AimxServer *server)
{
  Search *self = aimx_module_get_data (module);

  search_indexer_stop (self->indexer);
}

static void
unload (AimxModule *module, AimxServer *server)
{
  Search *self = aimx_module_get_data (module);

  for (guint i = 0; i < G_N_ELEMENTS (self->subscriptions); i++)
    aimx_event_bus_unsubscribe (aimx_server_get_event_bus (server), self->subscriptions[i]);
  search_indexer_free (self->indexer);
}

AIMX_MODULE_EXPORT
const AimxModuleDescriptor aimx_module = {
  .abi_version = AIMX_ABI_VERSION,
  .name = "search",
  .version = "1.0",
  .summary = "finds mail by its words",
  .load = load,
  .start = start,
  .stop = stop,
  .unload = unload,
};
