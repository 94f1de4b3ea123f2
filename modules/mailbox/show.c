/* SPDX-License-Identifier: MIT */
/* MAILBOX-SHOW: one mailbox with what it inherits and from where. */
#include "report.h"
#include "verbs.h"

#include <aimx/aimx.h>

#include <string.h>

static void
add_strings (JsonBuilder *builder, const char *name, const char *const *values)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (; *values != NULL; values++)
    json_builder_add_string_value (builder, *values);
  json_builder_end_array (builder);
}

static void
add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static int
compare_hooks (gconstpointer a, gconstpointer b)
{
  const AimxHook *x = *(const AimxHook *const *) a, *y = *(const AimxHook *const *) b;
  int order = strcmp (aimx_hook_get_event (x), aimx_hook_get_event (y));

  return order != 0 ? order : strcmp (aimx_hook_get_name (x), aimx_hook_get_name (y));
}

static void
add_hooks (JsonBuilder *builder, const AimxMailbox *mailbox)
{
  g_autoptr (GPtrArray) hooks = g_ptr_array_copy (aimx_mailbox_get_hooks (mailbox), NULL, NULL);

  g_ptr_array_set_free_func (hooks, NULL);
  g_ptr_array_sort (hooks, compare_hooks);
  json_builder_set_member_name (builder, "hooks");
  json_builder_begin_array (builder);
  for (guint i = 0; i < hooks->len; i++)
    {
      const AimxHook *hook = hooks->pdata[i];

      json_builder_begin_object (builder);
      mailbox_report_add_string (builder, "name", aimx_hook_get_name (hook));
      mailbox_report_add_string (builder, "mailbox", aimx_mailbox_get_address (mailbox));
      mailbox_report_add_string (builder, "event", aimx_hook_get_event (hook));
      add_strings (builder, "cmd", aimx_hook_get_command (hook));
      add_boolean (builder, "fire_on_untrusted", aimx_hook_fires_on_untrusted (hook));
      json_builder_set_member_name (builder, "timeout_secs");
      json_builder_add_int_value (builder, aimx_hook_get_timeout (hook));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_settings (JsonBuilder *builder, AimxServer *server, const AimxMailbox *mailbox)
{
  AimxConfigSource source;
  AimxTrust trust = aimx_mailbox_get_trust (mailbox, &source);
  AimxAccountState state =
      aimx_accounts_lookup (aimx_server_get_accounts (server), aimx_mailbox_get_owner (mailbox), NULL, NULL);

  mailbox_report_add_string (builder, "name", aimx_mailbox_get_name (mailbox));
  mailbox_report_add_string (builder, "address", aimx_mailbox_get_address (mailbox));
  mailbox_report_add_string (builder, "owner", aimx_mailbox_get_owner (mailbox));
  add_boolean (builder, "owner_exists", state == AIMX_ACCOUNT_EXISTS);
  mailbox_report_add_string (builder, "trust", trust == AIMX_TRUST_VERIFIED ? "verified" : "none");
  mailbox_report_add_string (builder, "trust_source", aimx_config_source_to_string (source));
  add_strings (builder, "trusted_senders", aimx_mailbox_get_trusted_senders (mailbox));
  add_hooks (builder, mailbox);
}

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  AimxServer *server = aimx_request_get_server (request);
  AimxMailStore *mail = aimx_server_get_mail_store (server);
  const AimxMailbox *mailbox = aimx_request_get_mailbox (request);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  AimxMailCounts counts;

  if (!aimx_mail_store_count (mail, aimx_mailbox_get_name (mailbox), &counts, error))
    return NULL;
  json_builder_begin_object (builder);
  add_settings (builder, server, mailbox);
  mailbox_report_add_mail (builder, mail, aimx_mailbox_get_name (mailbox), &counts);
  json_builder_end_object (builder);
  return aimx_response_new_json (json_builder_get_root (builder));
}

static const AimxHeaderSpec headers[] = {
  { "Mailbox", AIMX_HEADER_MAILBOX, AIMX_HEADER_REQUIRED | AIMX_HEADER_POSITIONAL,
    "address, or local part in the default domain" },
  { NULL },
};

const AimxVerbSpec mailbox_show_verb = {
  .name = "MAILBOX-SHOW",
  .summary = "show a mailbox: owner, trust, hooks, counts",
  .headers = headers,
  .action = AIMX_ACTION_MAILBOX_OWNER,
  .flags = AIMX_VERB_READ_ONLY | AIMX_VERB_HIDES,
  .missing = AIMX_ERROR_NO_ENTRY,
  .result = AIMX_RESULT_JSON,
  .result_schema = "{\"name\":\"string\",\"address\":\"string\",\"owner\":\"string\",\"owner_exists\":\"boolean\","
                   "\"trust\":\"string\",\"trust_source\":\"string\",\"trusted_senders\":\"array\",\"hooks\":\"array\","
                   "\"inbox_path\":\"string\",\"sent_path\":\"string\",\"total\":\"number\",\"unread\":\"number\","
                   "\"sent_count\":\"number\"}",
  .handler = handle,
};
