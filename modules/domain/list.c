/* SPDX-License-Identifier: MIT */
/* DOMAIN-LIST: one snapshot, one pass, no lock. */
#include "verbs.h"

#include <aimx/aimx.h>

typedef struct
{
  AimxServer *server;
  AimxSigner *signer;
  AimxConfig *config;
  JsonBuilder *builder;
} Listing;

/* One mailbox that cannot be read does not hide the rest. */
static gint64
count_unread (const Listing *self, const AimxDomain *domain)
{
  GPtrArray *mailboxes = aimx_domain_get_mailboxes (domain);
  gint64 unread = 0;

  for (guint i = 0; i < mailboxes->len; i++)
    {
      const char *name = aimx_mailbox_get_name (mailboxes->pdata[i]);
      g_autoptr (GError) why = NULL;
      AimxMailCounts counts;

      if (aimx_mail_store_count (aimx_server_get_mail_store (self->server), name, &counts, &why))
        unread += (gint64) counts.unread;
      else
        aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_MAILBOX, name, "MESSAGE", "mail of %s is not counted: %s", name,
                  why->message);
    }
  return unread;
}

static void
add_row (const Listing *self, const AimxDomain *domain)
{
  const char *name = aimx_domain_get_name (domain);

  json_builder_begin_object (self->builder);
  json_builder_set_member_name (self->builder, "domain");
  json_builder_add_string_value (self->builder, name);
  json_builder_set_member_name (self->builder, "default");
  json_builder_add_boolean_value (self->builder, domain == aimx_config_get_default_domain (self->config));
  json_builder_set_member_name (self->builder, "dkim_loaded");
  json_builder_add_boolean_value (self->builder, aimx_signer_has_key (self->signer, name));
  json_builder_set_member_name (self->builder, "dkim_selector");
  json_builder_add_string_value (self->builder, aimx_domain_get_dkim_selector (domain));
  json_builder_set_member_name (self->builder, "mailbox_count");
  json_builder_add_int_value (self->builder, aimx_domain_get_mailboxes (domain)->len);
  json_builder_set_member_name (self->builder, "unread");
  json_builder_add_int_value (self->builder, count_unread (self, domain));
  json_builder_set_member_name (self->builder, "overrides");
  json_builder_add_string_value (self->builder, aimx_domain_get_overrides (domain));
  json_builder_end_object (self->builder);
}

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const Listing self = { aimx_request_get_server (request), user_data, aimx_request_get_config (request), builder };
  GPtrArray *domains = aimx_config_get_domains (self.config);

  json_builder_begin_array (builder);
  for (guint i = 0; i < domains->len; i++)
    add_row (&self, domains->pdata[i]);
  json_builder_end_array (builder);
  return aimx_response_new_json (json_builder_get_root (builder));
}

const AimxVerbSpec domain_list_verb = {
  .name = "DOMAIN-LIST",
  .summary = "list the domains with their keys and how much mail they have",
  .action = AIMX_ACTION_SYSTEM,
  .flags = AIMX_VERB_READ_ONLY | AIMX_VERB_NO_HEADERS,
  .result = AIMX_RESULT_JSON,
  .result_schema = "[{\"domain\":\"string\",\"default\":\"boolean\",\"dkim_loaded\":\"boolean\","
                   "\"dkim_selector\":\"string\",\"mailbox_count\":\"number\",\"unread\":\"number\","
                   "\"overrides\":\"string\"}]",
  .handler = handle,
};
