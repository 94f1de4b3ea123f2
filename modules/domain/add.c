/* SPDX-License-Identifier: MIT */
/*
 * DOMAIN-ADD: first the key, then the configuration, so that whoever sees the domain finds its key. A crash in between
 * leaves a key that the next try uses.
 */
#include "name.h"
#include "verbs.h"

#include <aimx/aimx.h>

static gboolean
check_new (AimxServer *server, const char *domain, GError **error)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (server));

  if (aimx_config_get_domain (config, domain) == NULL)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_DOMAIN, "domain '%s' is already configured", domain);
  return FALSE;
}

static gboolean
add (AimxServer *server, AimxSigner *signer, const char *domain, const char *selector, GError **error)
{
  g_autoptr (AimxConfigChange) change = aimx_server_begin_change (server, NULL, error);

  return change != NULL && check_new (server, domain, error) &&
         aimx_config_change_add_domain (change, domain, selector, error) &&
         aimx_signer_prepare (signer, change, domain, error) && aimx_config_change_commit (change, error);
}

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  AimxServer *server = aimx_request_get_server (request);
  const char *selector = aimx_request_get_header (request, "Selector");
  g_autofree char *domain = domain_name_read (request, error);

  if (domain == NULL || (selector != NULL && !aimx_name_check_selector (selector, error)) ||
      !add (server, user_data, domain, selector, error))
    return NULL;
  aimx_log (G_LOG_LEVEL_INFO, "MESSAGE", "domain %s added", domain);
  domain_announce (server, AIMX_EVENT_DOMAIN_ADDED, domain);
  return aimx_response_new_ack ();
}

static const AimxHeaderSpec headers[] = {
  { "Domain", AIMX_HEADER_DOMAIN, AIMX_HEADER_REQUIRED | AIMX_HEADER_POSITIONAL, "a domain that you own" },
  { "Selector", AIMX_HEADER_STRING, AIMX_HEADER_OPTIONAL, "under which its key is published" },
  { NULL },
};

const AimxVerbSpec domain_add_verb = {
  .name = "DOMAIN-ADD",
  .summary = "take mail for a domain, and sign with its own key",
  .headers = headers,
  .action = AIMX_ACTION_SYSTEM,
  .result = AIMX_RESULT_ACK,
  .handler = handle,
};
