/* SPDX-License-Identifier: MIT */
/*
 * VERIFY: what the verifier finds out about the message in the body, for people who ask why mail is marked as it is.
 */
#include "verbs.h"
#include "verifier.h"

#include <aimx/envelope.h>
#include <aimx/error.h>

static gboolean
check_address (AimxRequest *request, GError **error)
{
  const char *address = aimx_request_get_header (request, "Ip");

  if (address == NULL || g_hostname_is_ip_address (address))
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "'%s' is no IP address", address);
  return FALSE;
}

/* The mailbox whose trust is asked for; who may not read it learns nothing about it. */
static gboolean
find_mailbox (AimxRequest *request, const AimxMailbox **mailbox, GError **error)
{
  AimxConfig *config = aimx_request_get_config (request);
  const char *recipient = aimx_request_get_header (request, "Rcpt");
  g_autofree char *address = recipient != NULL ? aimx_config_resolve_name (config, recipient) : NULL;

  *mailbox = NULL;
  if (recipient == NULL)
    return TRUE;
  *mailbox = aimx_config_resolve_recipient (config, address, NULL);
  if (*mailbox != NULL)
    return aimx_server_authorize (aimx_request_get_server (request), aimx_request_get_caller (request),
                                  AIMX_ACTION_MAILBOX_OWNER, verify_verb.name, *mailbox, error);
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_NO_ENTRY, "no mailbox takes mail for '%s'", recipient);
  return FALSE;
}

static AimxAuthentication *
verify (AimxRequest *request, MailauthVerifier *verifier)
{
  g_autofree char *mail_from = aimx_envelope_read_path (aimx_request_get_header (request, "Mail-From"));
  const AimxVerifierPeer peer = {
    .address = aimx_request_get_header (request, "Ip"),
    .helo = aimx_request_get_header (request, "Helo"),
    .mail_from = mail_from,
    .at = aimx_request_get_time (request, "At", g_get_real_time () / G_USEC_PER_SEC),
  };
  g_autoptr (AimxVerification) verification = mailauth_verifier_begin_whole (verifier, &peer);
  gsize length;
  const char *message = g_bytes_get_data (aimx_request_get_body (request), &length);

  aimx_verification_update (verification, message, length);
  return aimx_verification_wait (verification);
}

static JsonNode *
describe (AimxAuthentication *authentication, const AimxMailbox *mailbox)
{
  JsonNode *details = aimx_authentication_get_details (authentication);
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, json_node_get_object (details));
  while (json_object_iter_next_ordered (&iter, &name, &member))
    json_object_set_member (object, name, json_node_copy (member));
  if (mailbox == NULL)
    json_object_set_null_member (object, "trusted");
  else
    json_object_set_string_member (object, "trusted",
                                   aimx_mailbox_decide_trust (mailbox, authentication,
                                                              aimx_authentication_get_author (authentication)));
  json_node_take_object (node, object);
  return node;
}

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  const AimxMailbox *mailbox;
  g_autoptr (AimxAuthentication) authentication = NULL;

  if (!check_address (request, error) || !find_mailbox (request, &mailbox, error))
    return NULL;
  authentication = verify (request, user_data);
  return aimx_response_new_json (describe (authentication, mailbox));
}

static const AimxHeaderSpec headers[] = {
  { "Ip", AIMX_HEADER_STRING, AIMX_HEADER_OPTIONAL, "address of the client that sent it" },
  { "Helo", AIMX_HEADER_STRING, AIMX_HEADER_OPTIONAL, "name that the client gave" },
  { "Mail-From", AIMX_HEADER_STRING, AIMX_HEADER_OPTIONAL, "envelope sender, `<>` for none" },
  { "At", AIMX_HEADER_TIME, AIMX_HEADER_OPTIONAL, "when it came, now by default" },
  { "Rcpt", AIMX_HEADER_STRING, AIMX_HEADER_OPTIONAL, "address whose mailbox may trust it" },
  { NULL },
};

const AimxVerbSpec verify_verb = {
  .name = "VERIFY",
  .summary = "Find out who sent a message: SPF, DKIM, DMARC, ARC and why",
  .headers = headers,
  .body_limit = AIMX_BODY_MAX,
  .action = AIMX_ACTION_ANYBODY,
  .flags = AIMX_VERB_READ_ONLY | AIMX_VERB_BODY_REQUIRED,
  .result = AIMX_RESULT_JSON,
  .result_schema = "{\"spf\": \"object\", \"dkim\": \"array\", \"dmarc\": \"object\", \"arc\": \"object\", "
                   "\"iprev\": \"object\", \"trusted\": \"string\", \"authentication_results\": \"string\"}",
  .handler = handle,
};
