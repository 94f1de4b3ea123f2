/* SPDX-License-Identifier: MIT */
/*
 * MAILBOX-LIST: one snapshot, one pass, no lock. Root sees every mailbox and every directory without configuration,
 * everybody else their own.
 */
#include "report.h"
#include "verbs.h"

#include <aimx/aimx.h>

#include <string.h>

/* What is listed; borrowed from the snapshot and the strays. */
typedef struct
{
  const char *fqdn;
  const AimxMailbox *mailbox; /* NULL for a directory without configuration */
} Row;

typedef struct
{
  AimxServer *server;
  AimxCaller *caller;
  AimxConfig *config;
  JsonBuilder *builder;
} Listing;

static GArray *
collect_rows (const Listing *self, GPtrArray *strays)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (Row));
  GPtrArray *mailboxes = aimx_config_get_mailboxes (self->config);

  for (guint i = 0; i < mailboxes->len; i++)
    {
      Row row = { aimx_mailbox_get_name (mailboxes->pdata[i]), mailboxes->pdata[i] };

      if (aimx_server_owns (self->server, self->caller, row.mailbox))
        g_array_append_val (rows, row);
    }
  for (guint i = 0; i < strays->len; i++)
    {
      const AimxStray *stray = strays->pdata[i];
      Row row = { stray->fqdn, NULL };

      if (aimx_caller_is_root (self->caller) || aimx_caller_get_uid (self->caller) == stray->uid)
        g_array_append_val (rows, row);
    }
  return rows;
}

static int
compare_rows (gconstpointer a, gconstpointer b)
{
  return strcmp (((const Row *) a)->fqdn, ((const Row *) b)->fqdn);
}

/*
 * In a command's own process the caller passes for the owner of everything, and the kernel says what can be read. What
 * cannot is somebody else's, and so not there.
 */
static gboolean
is_kept_by_kernel (const Listing *self, const AimxMailbox *mailbox)
{
  guint uid;

  return mailbox != NULL && !aimx_caller_is_root (self->caller) &&
         (aimx_accounts_lookup (aimx_server_get_accounts (self->server), aimx_mailbox_get_owner (mailbox), &uid,
                                NULL) != AIMX_ACCOUNT_EXISTS ||
          uid != aimx_caller_get_uid (self->caller));
}

/* One mailbox that cannot be read does not hide the rest. */
static void
add_row (const Listing *self, const Row *row)
{
  AimxMailStore *mail = aimx_server_get_mail_store (self->server);
  g_autoptr (GError) why = NULL;
  AimxMailCounts counts = { 0 };

  if (!aimx_mail_store_count (mail, row->fqdn, &counts, &why))
    {
      if (is_kept_by_kernel (self, row->mailbox))
        return;
      aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_MAILBOX, row->fqdn, "MESSAGE", "mail of %s is not counted: %s", row->fqdn,
                why->message);
    }
  json_builder_begin_object (self->builder);
  mailbox_report_add_string (self->builder, "name", row->fqdn);
  mailbox_report_add_string (self->builder, "address",
                             row->mailbox != NULL ? aimx_mailbox_get_address (row->mailbox) : NULL);
  mailbox_report_add_mail (self->builder, mail, row->fqdn, &counts);
  mailbox_report_add_string (self->builder, "owner",
                             row->mailbox != NULL ? aimx_mailbox_get_owner (row->mailbox) : NULL);
  json_builder_set_member_name (self->builder, "registered");
  json_builder_add_boolean_value (self->builder, row->mailbox != NULL);
  if (why != NULL)
    mailbox_report_add_string (self->builder, "problem", why->message);
  json_builder_end_object (self->builder);
}

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const Listing self = { .server = aimx_request_get_server (request),
                         .caller = aimx_request_get_caller (request),
                         .config = aimx_request_get_config (request),
                         .builder = builder };
  g_autoptr (GPtrArray) strays =
      aimx_mail_store_list_strays (aimx_server_get_mail_store (self.server), self.config, error);
  g_autoptr (GArray) rows = strays != NULL ? collect_rows (&self, strays) : NULL;

  if (rows == NULL)
    return NULL;
  g_array_sort (rows, compare_rows);
  json_builder_begin_array (builder);
  for (guint i = 0; i < rows->len; i++)
    add_row (&self, &g_array_index (rows, Row, i));
  json_builder_end_array (builder);
  return aimx_response_new_json (json_builder_get_root (builder));
}

const AimxVerbSpec mailbox_list_verb = {
  .name = "MAILBOX-LIST",
  .summary = "list your mailboxes, or for root all of them",
  .action = AIMX_ACTION_ANYBODY,
  .flags = AIMX_VERB_READ_ONLY | AIMX_VERB_NO_HEADERS,
  .result = AIMX_RESULT_JSON,
  .result_schema = "[{\"name\":\"string\",\"address\":\"string or null\",\"inbox_path\":\"string\","
                   "\"sent_path\":\"string\",\"total\":\"number\",\"unread\":\"number\",\"sent_count\":\"number\","
                   "\"owner\":\"string or null\",\"registered\":\"boolean\",\"problem\":\"string, if any\"}]",
  .handler = handle,
};
