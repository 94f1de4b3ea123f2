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

static gboolean
count_unread (const Listing *self, const AimxDomain *domain, gint64 *unread, GError **error)
{
  GPtrArray *mailboxes = aimx_domain_get_mailboxes (domain);

  *unread = 0;
  for (guint i = 0; i < mailboxes->len; i++)
    {
      AimxMailCounts counts;

      if (!aimx_mail_store_count (aimx_server_get_mail_store (self->server),
                                  aimx_mailbox_get_name (mailboxes->pdata[i]), &counts, error))
        return FALSE;
      *unread += (gint64) counts.unread;
    }
  return TRUE;
}

static gboolean
add_row (const Listing *self, const AimxDomain *domain, GError **error)
{
  const char *name = aimx_domain_get_name (domain);
  gint64 unread;

  if (!count_unread (self, domain, &unread, error))
    return FALSE;
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
  json_builder_add_int_value (self->builder, unread);
  json_builder_set_member_name (self->builder, "overrides");
  json_builder_add_string_value (self->builder, aimx_domain_get_overrides (domain));
  json_builder_end_object (self->builder);
  return TRUE;
}

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const Listing self = { aimx_request_get_server (request), user_data, aimx_request_get_config (request), builder };
  GPtrArray *domains = aimx_config_get_domains (self.config);

  json_builder_begin_array (builder);
  for (guint i = 0; i < domains->len; i++)
    if (!add_row (&self, domains->pdata[i], error))
      return NULL;
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
