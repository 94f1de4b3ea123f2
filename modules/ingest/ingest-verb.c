/* SPDX-License-Identifier: MIT */
/*
 * INGEST. Without `Ip` there is no peer; without `Mail-From` the sender is what Return-Path says.
 */
#include "ingest-verb.h"

static AimxEnvelope *
make_envelope (AimxRequest *request, const char *recipient)
{
  AimxEnvelope *envelope = aimx_envelope_new ();
  const char *const recipients[] = { recipient, NULL };

  g_strfreev (envelope->recipients);
  envelope->recipients = g_strdupv ((GStrv) recipients);
  envelope->peer_address = g_strdup (aimx_request_get_header (request, "Ip"));
  envelope->helo = g_strdup (aimx_request_get_header (request, "Helo"));
  envelope->mail_from = aimx_envelope_read_path (aimx_request_get_header (request, "Mail-From"));
  envelope->protocol = g_strdup ("INGEST");
  return envelope;
}

static JsonNode *
describe (AimxMailStore *store, const AimxDelivery *delivery)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *path = aimx_mail_store_get_message_path (store, delivery->mailbox, AIMX_FOLDER_INBOX, delivery->id);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "path");
  json_builder_add_string_value (builder, path);
  json_builder_set_member_name (builder, "id");
  json_builder_add_string_value (builder, delivery->id);
  json_builder_set_member_name (builder, "duplicate");
  json_builder_add_boolean_value (builder, delivery->duplicate);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

/* A bare local part is one of the default domain, as for every verb. */
static const AimxMailbox *
find_mailbox (AimxRequest *request, char **recipient, GError **error)
{
  AimxConfig *config = aimx_request_get_config (request);
  const char *sent = aimx_request_get_header (request, "Rcpt");
  const AimxMailbox *mailbox;

  *recipient = aimx_config_resolve_name (config, sent);
  mailbox = aimx_config_resolve_recipient (config, *recipient, NULL);
  if (mailbox == NULL)
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_NO_ENTRY, "no mailbox takes mail for '%s'", sent);
  return mailbox;
}

static gboolean
check_ip (AimxRequest *request, GError **error)
{
  const char *ip = aimx_request_get_header (request, "Ip");

  if (ip == NULL || g_hostname_is_ip_address (ip))
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "'%s' is no IP address", ip);
  return FALSE;
}

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  g_autofree char *recipient = NULL;
  g_autoptr (AimxEnvelope) envelope = NULL;
  g_autoptr (GPtrArray) deliveries = NULL;
  AimxServer *server = aimx_request_get_server (request);
  AimxDelivery *delivery;
  const AimxMailbox *mailbox = find_mailbox (request, &recipient, error);

  if (mailbox == NULL || !check_ip (request, error) ||
      !aimx_server_authorize (server, aimx_request_get_caller (request), AIMX_ACTION_MAILBOX_OWNER, ingest_verb.name,
                              mailbox, error))
    return NULL;
  envelope = make_envelope (request, recipient);
  deliveries = aimx_ingester_deliver (user_data, envelope, aimx_request_get_body (request));
  delivery = deliveries->pdata[0];
  if (delivery->error == NULL)
    return aimx_response_new_json (describe (aimx_server_get_mail_store (server), delivery));
  g_propagate_error (error, g_steal_pointer (&delivery->error));
  return NULL;
}

static const AimxHeaderSpec headers[] = {
  { "Rcpt",
    AIMX_HEADER_STRING,
    AIMX_HEADER_REQUIRED,
    "recipient, or a bare local part of the default domain",
    { NULL } },
  { "Ip", AIMX_HEADER_STRING, AIMX_HEADER_OPTIONAL, "address of the client that the message is from", { NULL } },
  { "Helo", AIMX_HEADER_STRING, AIMX_HEADER_OPTIONAL, "how that client greeted", { NULL } },
  { "Mail-From",
    AIMX_HEADER_STRING,
    AIMX_HEADER_OPTIONAL,
    "envelope sender, `<>` for none; else what Return-Path says",
    { NULL } },
  { NULL },
};

const AimxVerbSpec ingest_verb = {
  .name = "INGEST",
  .summary = "Store a message in a mailbox as if it had come over SMTP",
  .headers = headers,
  .body_limit = AIMX_BODY_MAX,
  .action = AIMX_ACTION_MAILBOX_OWNER,
  .flags = AIMX_VERB_BODY_REQUIRED,
  .result = AIMX_RESULT_JSON,
  .result_schema = "{\"path\": \"string\", \"id\": \"string\", \"duplicate\": \"boolean\"}",
  .handler = handle,
};
