/* SPDX-License-Identifier: MIT */
#include "question.h"

#include "entry.h"
#include "index.h"
#include "query.h"

#include <string.h>

#define CURSOR_LENGTH 16

/* Both sides in parentheses, so that neither's operators reach into the other. */
static void
add (SearchQuestion *self, const char *part)
{
  g_autofree char *before = g_steal_pointer (&self->expression);

  self->expression = before != NULL ? g_strdup_printf ("%s AND (%s)", before, part) : g_strdup_printf ("(%s)", part);
}

static gboolean
malformed (GError **error, const char *header, const char *value, const char *expected)
{
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_MALFORMED, "header '%s' is '%s'; it must be %s", header, value, expected);
  return FALSE;
}

/* ---- one header each ---- */

static gboolean
add_words (SearchQuestion *self, AimxRequest *request, const char *header, const char *field, GError **error)
{
  const char *value = aimx_request_get_header (request, header);
  g_autofree char *part = value != NULL ? search_query_translate (value, field, error) : NULL;

  if (part != NULL)
    add (self, part);
  else if (value != NULL)
    g_prefix_error (error, "header '%s': ", header);
  return value == NULL || part != NULL;
}

static void
add_named_mark (SearchQuestion *self, const char *mark)
{
  g_autofree char *part = g_strdup_printf ("marks : \"%s\"", mark);

  add (self, part);
}

static void
add_mark (SearchQuestion *self, AimxRequest *request, const char *header, const char *yes, const char *no)
{
  if (aimx_request_get_header (request, header) != NULL)
    add_named_mark (self, aimx_request_get_boolean (request, header, FALSE) ? yes : no);
}

static gboolean
take_folder (SearchQuestion *self, AimxRequest *request, GError **error)
{
  const char *folder = aimx_request_get_header (request, "Folder");

  self->in_inbox = folder == NULL || g_str_equal (folder, aimx_folder_get_name (AIMX_FOLDER_INBOX));
  self->in_sent = folder == NULL || g_str_equal (folder, aimx_folder_get_name (AIMX_FOLDER_SENT));
  if (!self->in_inbox && !self->in_sent)
    return malformed (error, "Folder", folder, "inbox or sent");
  if (folder != NULL)
    add_named_mark (self, folder);
  return TRUE;
}

static void
take_times (SearchQuestion *self, AimxRequest *request)
{
  gint64 until = aimx_request_get_end_time (request, "Until", SEARCH_SECONDS_MAX);

  self->first_id = search_id_first (aimx_request_get_time (request, "Since", 0));
  self->last_id = until >= 0 ? search_id_last (until) : -1;
}

static gboolean
take_limit (SearchQuestion *self, AimxRequest *request, GError **error)
{
  guint64 limit = aimx_request_get_integer (request, "Limit", SEARCH_LIMIT);

  self->limit = (guint) limit;
  return (limit >= 1 && limit <= SEARCH_LIMIT_MAX) ||
         malformed (error, "Limit", aimx_request_get_header (request, "Limit"),
                    "from 1 to " G_STRINGIFY (SEARCH_LIMIT_MAX));
}

static gboolean
take_cursor (SearchQuestion *self, AimxRequest *request, GError **error)
{
  const char *cursor = aimx_request_get_header (request, "Cursor");
  guint64 id;

  if (cursor == NULL)
    return TRUE;
  if (strlen (cursor) != CURSOR_LENGTH || strspn (cursor, "0123456789abcdef") != CURSOR_LENGTH ||
      (id = g_ascii_strtoull (cursor, NULL, 16)) > G_MAXINT64)
    return malformed (error, "Cursor", cursor, "the next_cursor of an answer, as it was given");
  self->last_id = MIN (self->last_id, (gint64) id - 1);
  return TRUE;
}

char *
search_cursor_new (gint64 id)
{
  return g_strdup_printf ("%016" G_GINT64_MODIFIER "x", id);
}

/* ---- all of them ---- */

gboolean
search_question_init (SearchQuestion *self, AimxRequest *request, GError **error)
{
  *self = (SearchQuestion){ .mailbox = aimx_request_get_header (request, "Mailbox"), .read = -1 };
  if (aimx_request_get_header (request, "Unread") != NULL)
    self->read = !aimx_request_get_boolean (request, "Unread", FALSE);
  add_mark (self, request, "Unread", "unread", "read");
  add_mark (self, request, "Has-Attachment", "attached", "bare");
  take_times (self, request);
  return take_folder (self, request, error) && add_words (self, request, "Query", NULL, error) &&
         add_words (self, request, "From", "from", error) && add_words (self, request, "Subject", "subject", error) &&
         take_limit (self, request, error) && take_cursor (self, request, error);
}

void
search_question_clear (SearchQuestion *self)
{
  g_clear_pointer (&self->expression, g_free);
}
