/* SPDX-License-Identifier: MIT */
/*
 * The verb registry. A descriptor is checked once, here, so that nothing that reads one later has to doubt it.
 */
#include "verb-registry.h"

#include <aimx/error.h>

#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

#define KNOWN_VERB_FLAGS                                                                                               \
  (AIMX_VERB_READ_ONLY | AIMX_VERB_DESTRUCTIVE | AIMX_VERB_NO_HEADERS | AIMX_VERB_BODY_REQUIRED | AIMX_VERB_HIDES)
#define KNOWN_HEADER_FLAGS (AIMX_HEADER_REQUIRED | AIMX_HEADER_REFUSED | AIMX_HEADER_POSITIONAL)

/* Longer than anybody waits for an answer. */
#define DEADLINE_SECONDS_MAX (24 * 60 * 60)

struct _AimxVerbRegistry
{
  GHashTable *verbs; /* name -> AimxVerb */
  AimxIsCommandFunc is_command;
};

AimxVerbRegistry *
aimx_verb_registry_new (void)
{
  AimxVerbRegistry *self = g_new0 (AimxVerbRegistry, 1);

  self->verbs = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  return self;
}

void
aimx_verb_registry_set_commands (AimxVerbRegistry *self, AimxIsCommandFunc is_command)
{
  self->is_command = is_command;
}

void
aimx_verb_registry_free (AimxVerbRegistry *self)
{
  g_hash_table_unref (self->verbs);
  g_free (self);
}

/* ---- what a descriptor must be; each returns what is wrong, or NULL ---- */

static gboolean
is_name (const char *text, const char *first, const char *rest, gsize max)
{
  return text != NULL && *text != '\0' && strchr (first, *text) != NULL && strspn (text, rest) == strlen (text) &&
         strlen (text) <= max;
}

static gboolean
is_line (const char *text)
{
  return text != NULL && *text != '\0' && strpbrk (text, "\r\n") == NULL && g_utf8_validate (text, -1, NULL);
}

static const char *
check_header (const AimxHeaderSpec *header)
{
  if (!is_name (header->name, UPPER LOWER, UPPER LOWER DIGITS "-", AIMX_VERB_NAME_MAX))
    return "a header's name must be [A-Za-z][A-Za-z0-9-]*";
  if (g_ascii_strcasecmp (header->name, "Content-Length") == 0)
    return "Content-Length follows from the body limit and is no header of a descriptor";
  if (!is_line (header->summary))
    return "each header needs a summary of one line";
  if ((int) header->type < AIMX_HEADER_STRING || header->type > AIMX_HEADER_TIME)
    return "a header has an unknown type";
  if ((header->flags & ~KNOWN_HEADER_FLAGS) != 0)
    return "a header has unknown flags";
  if ((header->flags & AIMX_HEADER_REFUSED) != 0 && header->flags != AIMX_HEADER_REFUSED)
    return "a refused header can be nothing else";
  return NULL;
}

static const char *
check_headers (const AimxVerbSpec *spec)
{
  guint n_positional = 0, n_mailboxes = 0;

  for (const AimxHeaderSpec *header = spec->headers; header != NULL && header->name != NULL; header++)
    {
      const char *wrong = check_header (header);

      if (wrong != NULL)
        return wrong;
      for (const AimxHeaderSpec *other = spec->headers; other < header; other++)
        if (g_ascii_strcasecmp (other->name, header->name) == 0)
          return "a header is there twice";
      n_positional += (header->flags & AIMX_HEADER_POSITIONAL) != 0;
      n_mailboxes += header->type == AIMX_HEADER_MAILBOX && (header->flags & AIMX_HEADER_REQUIRED) != 0;
    }
  if (n_positional > 1)
    return "at most one header may be positional";
  if (n_mailboxes > 1)
    return "at most one header of type mailbox may be required";
  return NULL;
}

/* The object of an array that has nothing else, %NULL for whatever else @node is. */
static JsonNode *
get_element (JsonNode *node)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  JsonNode *element = array != NULL && json_array_get_length (array) == 1 ? json_array_get_element (array, 0) : NULL;

  return element != NULL && JSON_NODE_HOLDS_OBJECT (element) ? element : NULL;
}

static gboolean
is_type_name (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
}

/* Whether each value is the name of a type or, if they may, an array of objects described the same way. */
static gboolean
is_description (JsonNode *object, gboolean may_have_arrays)
{
  JsonObjectIter iter;
  JsonNode *value;

  json_object_iter_init (&iter, json_node_get_object (object));
  while (json_object_iter_next (&iter, NULL, &value))
    {
      JsonNode *element = may_have_arrays ? get_element (value) : NULL;

      if (!is_type_name (value) && (element == NULL || !is_description (element, FALSE)))
        return FALSE;
    }
  return TRUE;
}

static const char *
check_schema (const char *text)
{
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  JsonNode *element = root != NULL ? get_element (root) : NULL;

  if (root != NULL && (element != NULL ? is_description (element, FALSE)
                                       : JSON_NODE_HOLDS_OBJECT (root) && is_description (root, TRUE)))
    return NULL;
  return "the result schema must be JSON: an object of key to type name or to an array with one object of such, or an "
         "array with one";
}

static const char *
check_body (const AimxVerbSpec *spec)
{
  gboolean headers = spec->headers != NULL && spec->headers->name != NULL;

  if (spec->body_limit > AIMX_BODY_MAX)
    return "the body limit is over that of the protocol";
  if ((spec->flags & AIMX_VERB_NO_HEADERS) != 0 && (headers || spec->body_limit > 0))
    return "a verb without headers can have neither headers nor a body";
  if ((spec->flags & AIMX_VERB_BODY_REQUIRED) != 0 && spec->body_limit == 0)
    return "a body is required, but its limit is 0";
  return NULL;
}

static const char *
check_authorization (const AimxVerbSpec *spec)
{
  gboolean names_mailbox = aimx_verb_find_mailbox_header (spec) != NULL;

  if ((int) spec->action < AIMX_ACTION_ANYBODY || spec->action > AIMX_ACTION_MAILBOX_OWNER)
    return "the action is unknown";
  if (spec->missing != 0 && spec->missing != AIMX_ERROR_NO_ENTRY && spec->missing != AIMX_ERROR_MAILBOX)
    return "the error for a missing mailbox must be NO_ENTRY or MAILBOX";
  if (spec->missing != 0 && !names_mailbox)
    return "there is an error for a missing mailbox, but no required header of type mailbox";
  if (spec->action == AIMX_ACTION_MAILBOX_OWNER && names_mailbox && spec->missing == 0)
    return "the error for a missing mailbox is not set";
  if ((spec->flags & AIMX_VERB_HIDES) != 0 && (spec->action != AIMX_ACTION_MAILBOX_OWNER || !names_mailbox))
    return "only what the owner of a required mailbox may do can hide that mailbox";
  return NULL;
}

static const char *
check_spec (const AimxVerbSpec *spec)
{
  const char *wrong;

  if (!is_line (spec->summary))
    return "it needs a summary of one line";
  if (spec->handler == NULL)
    return "it has no handler";
  if ((spec->flags & ~KNOWN_VERB_FLAGS) != 0)
    return "it has unknown flags";
  if ((int) spec->result < AIMX_RESULT_ACK || spec->result > AIMX_RESULT_JSON)
    return "the shape of its answer is unknown";
  if (spec->deadline_seconds > DEADLINE_SECONDS_MAX)
    return "its deadline is longer than a day";
  if (spec->command != NULL && !is_name (spec->command, LOWER, LOWER DIGITS "-", AIMX_VERB_NAME_MAX))
    return "the name of its command must be [a-z][a-z0-9-]*";
  if (spec->result_schema != NULL && spec->result != AIMX_RESULT_JSON)
    return "it has a result schema, but does not answer with JSON";
  wrong = check_headers (spec);
  if (wrong == NULL)
    wrong = check_body (spec);
  if (wrong == NULL)
    wrong = check_authorization (spec);
  if (wrong == NULL && spec->result_schema != NULL)
    wrong = check_schema (spec->result_schema);
  return wrong;
}

/* ---- the registry ---- */

static const char *
get_free_command (AimxVerbRegistry *self, const char *name)
{
  if (name == NULL || (self->is_command != NULL && self->is_command (name)))
    return NULL;
  return aimx_verb_registry_find_command (self, name) == NULL ? name : NULL;
}

gboolean
aimx_verb_registry_add (AimxVerbRegistry *self,
                        const char *module,
                        const AimxVerbSpec *spec,
                        gpointer user_data,
                        GError **error)
{
  const char *wrong;
  AimxVerb *verb;

  if (!is_name (spec->name, UPPER, UPPER DIGITS "-", AIMX_VERB_NAME_MAX))
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_MODULE,
                   "module '%s' offers a verb whose name is not [A-Z][A-Z0-9-]* of at most %d", module,
                   AIMX_VERB_NAME_MAX);
      return FALSE;
    }
  wrong = check_spec (spec);
  if (wrong != NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_MODULE, "the descriptor of verb '%s' of module '%s' is wrong: %s",
                   spec->name, module, wrong);
      return FALSE;
    }
  verb = g_hash_table_lookup (self->verbs, spec->name);
  if (verb != NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_MODULE,
                   "module '%s' offers the verb '%s', which is already module '%s''s", module, spec->name,
                   verb->module);
      return FALSE;
    }
  verb = g_new (AimxVerb, 1);
  *verb = (AimxVerb){ spec, module, user_data, get_free_command (self, spec->command) };
  g_hash_table_insert (self->verbs, (gpointer) spec->name, verb);
  return TRUE;
}

static gboolean
is_of_module (gpointer key, gpointer value, gpointer module)
{
  return strcmp (((const AimxVerb *) value)->module, module) == 0;
}

void
aimx_verb_registry_remove_module (AimxVerbRegistry *self, const char *module)
{
  g_hash_table_foreach_remove (self->verbs, is_of_module, (gpointer) module);
}

const AimxVerb *
aimx_verb_registry_lookup (AimxVerbRegistry *self, const char *name)
{
  return g_hash_table_lookup (self->verbs, name);
}

const AimxVerb *
aimx_verb_registry_find_command (AimxVerbRegistry *self, const char *name)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->verbs);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (g_strcmp0 (((const AimxVerb *) value)->command, name) == 0)
      return value;
  return NULL;
}

static int
compare_verbs (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const AimxVerb *const *) a)->spec->name, (*(const AimxVerb *const *) b)->spec->name);
}

GPtrArray *
aimx_verb_registry_list (AimxVerbRegistry *self)
{
  GPtrArray *verbs = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer verb;

  g_hash_table_iter_init (&iter, self->verbs);
  while (g_hash_table_iter_next (&iter, NULL, &verb))
    g_ptr_array_add (verbs, verb);
  g_ptr_array_sort (verbs, compare_verbs);
  return verbs;
}

const AimxHeaderSpec *
aimx_verb_find_mailbox_header (const AimxVerbSpec *spec)
{
  for (const AimxHeaderSpec *header = spec->headers; header != NULL && header->name != NULL; header++)
    if (header->type == AIMX_HEADER_MAILBOX && (header->flags & AIMX_HEADER_REQUIRED) != 0)
      return header;
  return NULL;
}
