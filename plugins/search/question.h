/* SPDX-License-Identifier: MIT */
/* What a caller asks for, read from the headers of the request. */
#pragma once

#include <aimx/aimx.h>

G_BEGIN_DECLS

/** SEARCH_LIMIT: results of a page when nobody says how many */
#define SEARCH_LIMIT 50
/** SEARCH_LIMIT_MAX: results of a page at most */
#define SEARCH_LIMIT_MAX 500

/**
 * SearchQuestion:
 * @mailbox: (nullable): name of the only mailbox that is meant, as it was sent
 * @in_inbox: whether the inbox is meant
 * @in_sent: whether the folder of sent mail is meant
 * @expression: (nullable): what the full-text search looks for, %NULL for all messages
 * @first_id: the least id that is meant
 * @last_id: the greatest
 * @read: whether messages are meant that were read, or that were not; -1 for both
 * @limit: results at most
 */
typedef struct
{
  const char *mailbox;
  gboolean in_inbox;
  gboolean in_sent;
  char *expression;
  gint64 first_id;
  gint64 last_id;
  int read;
  guint limit;
} SearchQuestion;

/** search_question_init: @self: cleared also after an error; Returns: %FALSE with %AIMX_ERROR_MALFORMED, which names
 * the header */
gboolean search_question_init (SearchQuestion *self, AimxRequest *request, GError **error);
/** search_question_clear: frees what it holds */
void search_question_clear (SearchQuestion *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SearchQuestion, search_question_clear)

/** search_cursor_new: Returns: (transfer full): what continues a search behind the message @id */
char *search_cursor_new (gint64 id);

G_END_DECLS
